"""Name playlists as people do: after their theme in many spellings, or after nothing at all."""

import string

import numpy as np

from helpers.data.synthetic.names import GENRE_NAMES, SCENE_NAMES
from helpers.data.synthetic.playlists import words
from helpers.data.synthetic.playlists.themes import KINDS, Themes

_VAGUE_SHARE = 0.08  # of the playlists that are about something
_AWKWARD_STEP, _AWKWARD_FIRST = 40, 29
_DESCRIBED_SHARE = 0.02
_MOODS = tuple(words.PLAYLIST_MOODS)
_LOWER, _CAPITALS = str.lower, string.capwords
_CASES = (_LOWER, _LOWER, _LOWER, _CAPITALS, _CAPITALS, str.capitalize, str.upper, str)


def name_playlists(
    themes: Themes, artists: list[str], first_pid: int, rng: np.random.Generator
) -> list[str]:
    """Return a title for each playlist.

    Parameters
    ----------
    themes : Themes
    artists : list of str
        Names of the artists that themes point to.
    first_pid : int
        Number of the first playlist; every few playlists there is a title that trips up programs.
    rng : Generator
    """
    draws = rng.integers(0, 2**31, (len(themes), 4)).tolist()
    is_vague = (rng.random(len(themes)) < _VAGUE_SHARE) | themes.are("mixture")
    subjects = zip(
        themes.kind.tolist(),
        themes.scene.tolist(),
        themes.genre.tolist(),
        themes.decade.tolist(),
        themes.mood.tolist(),
        themes.year.tolist(),
        themes.artist.tolist(),
        strict=True,
    )
    titles = []
    for row, (subject, draw) in enumerate(zip(subjects, draws, strict=True)):
        at = first_pid + row - _AWKWARD_FIRST
        if at % _AWKWARD_STEP == 0:
            titles.append(_of(words.AWKWARD_TITLES, at // _AWKWARD_STEP))
        elif is_vague[row]:
            titles.append(_of(_CASES, draw[1])(_of(words.VAGUE_TITLES, draw[0])))
        else:
            titles.append(_spelled(_subject(subject, artists, draw), draw))
    return titles


def describe(n: int, rng: np.random.Generator) -> list[str | None]:
    """Return a description for each of n playlists; most have none, and some an empty one."""
    chosen = rng.integers(0, len(words.DESCRIPTIONS), n)
    has_one = rng.random(n) < _DESCRIBED_SHARE
    return [
        words.DESCRIPTIONS[at] if has else None
        for at, has in zip(chosen.tolist(), has_one.tolist(), strict=True)
    ]


def _subject(subject: tuple[int, ...], artists: list[str], draw: list[int]) -> str:
    kind, scene, genre, decade, mood, year, artist = subject
    name = KINDS[kind]
    if name == "artist":
        return artists[artist]
    if name == "scene":
        return SCENE_NAMES[scene]
    if name == "mood":
        return _of(words.PLAYLIST_MOODS[_MOODS[mood]][0], draw[0])
    if name == "season":
        return _season(year, draw)
    if name == "decade":
        return _decade(decade, draw)
    of_genre = _of(words.GENRE_TITLES.get(GENRE_NAMES[genre], (GENRE_NAMES[genre],)), draw[0])
    return of_genre if name == "genre" else f"{_digits(decade, draw[3])} {of_genre}"


def _season(year: int, draw: list[int]) -> str:
    shown = (f"{year}", f"'{year % 100}", f"{year}", f"{year % 100}")[draw[3] % 4]
    if draw[0] % 5 == 0:
        return str(year)
    return f"{_of(words.SEASONS, draw[0] // 5)} {shown}"


def _decade(decade: int, draw: list[int]) -> str:
    if decade < 1990 and draw[0] % 4 == 0:
        return _of(words.OLD_TITLES, draw[3])
    if decade in (1990, 2000) and draw[0] % 4 == 0:
        return _of(words.THROWBACK_TITLES, draw[3])
    return _digits(decade, draw[3])


def _digits(decade: int, draw: int) -> str:
    short = f"{decade % 100:02d}"
    return (f"{short}s", f"{short}'s", f"{short}s", f"{decade}s")[draw % 4]


def _spelled(text: str, draw: list[int]) -> str:
    form = _of(words.TITLE_FORMS, draw[1])
    return form.format(_of(_CASES, draw[2])(text))


def _of(choices: tuple, draw: int) -> object:
    return choices[draw % len(choices)]
