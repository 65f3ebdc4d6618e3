"""Identifiers with holes, in the ranges in which the real ones lie."""

import numpy as np

# From, to (both included): numbers were given out in several eras of the service.
_ARTIST_ERAS = (
    (1_000_000, 1_420_000),
    (2_000_000, 2_200_000),
    (6_600_000, 7_100_000),
    (9_800_000, 10_794_401),
)
_FIRST_ARTISTS, _MOST_FIRST = (1, 9_700), 6_500
_USER_ERAS = ((90, 3_000), (1_000_002, 1_077_000), (2_000_000, 2_443_548))
_LATENESS_SD = 2.5  # Of the order in which artists were first played, beside their log reach.


def draw_artist_ids(log_reach: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an identifier for each artist, low ones mostly for widely known artists.

    Parameters
    ----------
    log_reach : ndarray, shape (n,)
    rng : Generator

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    n = len(log_reach)
    n_first = min(_MOST_FIRST, n // 50)
    first = _choose([_FIRST_ARTISTS], n_first, rng)
    ids = np.concatenate([first, _choose(_ARTIST_ERAS, n - n_first, rng)])
    lateness = _LATENESS_SD * rng.standard_normal(n) - log_reach
    artist_ids = np.empty(n, dtype=np.int64)
    artist_ids[np.argsort(lateness, kind="stable")] = ids
    return artist_ids


def draw_user_ids(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n distinct identifiers of users in no order, the first and the last one included."""
    ids = _choose(_USER_ERAS, n, rng)
    ids[[0, -1]] = _USER_ERAS[0][0], _USER_ERAS[-1][1]
    return rng.permutation(ids)


def _choose(eras: tuple | list, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n distinct whole numbers of the eras, rising."""
    pool = np.concatenate([np.arange(start, end + 1) for start, end in eras])
    return np.sort(rng.choice(pool, n, replace=False))
