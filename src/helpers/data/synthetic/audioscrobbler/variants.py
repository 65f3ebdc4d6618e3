"""Misspelt names: how listeners' files spell artists, widely known ones above all."""

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers.data.synthetic.audioscrobbler.settings import DumpSettings

UNKNOWN = "[unknown]"
_UNKNOWN_TOO = ("unknown", "Unknown Artist", "<Unknown>", "Artist Unknown", "UNKNOWN", "(unknown)")
MIN_VARIANTS = 4  # Of the most widely known artists, so that every defect finds its artist.


class Variants(NamedTuple):
    """Misspelt names, artist by artist; artists are rows of the dump.

    Attributes
    ----------
    names : list of str
    artist : ndarray of int64, shape (n_variants,)
        Whose misspelt name each one is, rising.
    start : ndarray of int64, shape (n_artists + 1,)
        The variants of artist a stand from start[a] to start[a + 1].
    """

    names: list[str]
    artist: np.ndarray
    start: np.ndarray


def draw_variants(
    names: np.ndarray,
    log_reach: np.ndarray,
    unnamed: np.ndarray,
    settings: DumpSettings,
    rng: np.random.Generator,
) -> Variants:
    """Return misspelt names, most of them of widely known artists.

    Parameters
    ----------
    names, log_reach : ndarray, shape (n_artists,)
        The last artist is the placeholder `UNKNOWN`.
    unnamed : ndarray of int
        Artists without a name in the dump; each has a variant with one.
    settings : DumpSettings
    rng : Generator
    """
    n = len(names)
    weight = np.exp(settings.variant_reach_exponent * log_reach)
    weight[-1] = 0
    best_known = np.argsort(-log_reach[:-1], kind="stable")[: max(20, n // 1000)]
    sure = np.concatenate(
        [np.repeat(best_known, MIN_VARIANTS), unnamed, np.full(len(_UNKNOWN_TOO), n - 1)]
    )
    n_more = max(0, round(settings.variants_an_artist * n) - len(sure))
    more = rng.choice(n, n_more, p=weight / weight.sum())
    artist = np.sort(np.concatenate([sure, more]))
    start = np.searchsorted(artist, np.arange(n + 1))
    misspelt: list[str] = []
    for good, number in zip(*np.unique(artist[: start[-2]], return_counts=True), strict=True):
        misspelt += _misspell(names[good], int(number), names, rng)
    return Variants([*misspelt, *_UNKNOWN_TOO], artist, start)


def _misspell(name: str, n: int, others: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Return n different wrong spellings of a name."""
    found: dict[str, None] = {}
    while len(found) < n:
        way, place, other = rng.integers(0, 2**31, 3).tolist()
        change = _CHANGES[way % len(_CHANGES)]
        # Guests never run out, spelling mistakes do.
        if change is _add_guest or len(found) > len(name):
            spelt = _add_guest(name, others[other % len(others)])
        else:
            spelt = change(name, place)
        if spelt.strip() and spelt != name:
            found[spelt] = None
    return list(found)


def _drop_letter(name: str, place: int) -> str:
    at = place % len(name)
    return name[:at] + name[at + 1 :]


def _double_letter(name: str, place: int) -> str:
    at = place % len(name)
    return name[:at] + name[at] + name[at:]


def _swap_letters(name: str, place: int) -> str:
    at = place % max(1, len(name) - 1)
    return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]


def _change_case(name: str, place: int) -> str:
    return (name.lower(), name.upper(), name.capitalize())[place % 3]


def _move_article(name: str, place: int) -> str:
    if not name.startswith("The "):
        return f"The {name}"
    return (name[4:], f"{name[4:]}, The")[place % 2]


def _lose_accents(name: str, _: int) -> str:
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _add_guest(name: str, guest: str) -> str:
    return f"{name} feat. {guest}"


_CHANGES: tuple[Callable[..., str], ...] = (
    _drop_letter,
    _double_letter,
    _swap_letters,
    _change_case,
    _move_article,
    _lose_accents,
    _add_guest,
)
