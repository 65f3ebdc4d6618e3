"""Identifiers as Spotify writes them, 22 characters in base 62, from a seed and a number."""

import hashlib
from urllib.parse import quote_plus

import numpy as np

ID_LENGTH = 22
_DIGITS = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8
)
_FIRST_DIGITS = 7  # so that an identifier stands for 128 bits, like a real one


def spotify_uris(seed: int, kind: str, numbers: np.ndarray) -> list[str]:
    """Return a URI for each number; equal arguments give equal URIs.

    Parameters
    ----------
    seed : int
    kind : str
        "track", "album" or "artist".
    numbers : array-like of int, shape (n,)

    Returns
    -------
    list of str
        Like "spotify:track:" and 22 letters or digits.
    """
    numbers = np.asarray(numbers, dtype=np.uint64)
    digest = hashlib.blake2b(f"{seed} {kind}".encode(), digest_size=8).digest()
    stream = np.uint64(int.from_bytes(digest))
    digits = np.empty((len(numbers), ID_LENGTH), dtype=np.uint8)
    half = ID_LENGTH // 2
    for at, salt in enumerate((np.uint64(1), np.uint64(2))):
        word = _mixed(_mixed(_mixed(stream + salt) ^ numbers))
        for place in range(half):
            word, digit = np.divmod(word, np.uint64(62))
            digits[:, at * half + place] = digit
    digits[:, 0] %= _FIRST_DIGITS
    ids = _DIGITS[digits].tobytes().decode()
    return [f"spotify:{kind}:{ids[at : at + ID_LENGTH]}" for at in range(0, len(ids), ID_LENGTH)]


def local_uri(artist: str, album: str, title: str, seconds: int) -> str:
    """Return the URI of a file of someone's own, which names what its tags say.

    Examples
    --------
    >>> local_uri("The Cats", "", "Purr & Hiss", 174)
    'spotify:local:The+Cats::Purr+%26+Hiss:174'
    """
    named = ":".join(quote_plus(part) for part in (artist, album, title))
    return f"spotify:local:{named}:{seconds}"


def _mixed(words: np.ndarray) -> np.ndarray:
    """Return each word scrambled so that neighbours have nothing in common (splitmix64)."""
    with np.errstate(over="ignore"):
        words = words + np.uint64(0x9E3779B97F4A7C15)
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return words ^ (words >> np.uint64(31))
