"""Counts to ratings from 1 to 5, for models that were made for ratings."""

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.weighting import weigh

SCALES = ("log", "quantile")
LOWEST, HIGHEST = 1.0, 5.0
_MIDDLE = (LOWEST + HIGHEST) / 2


def rate(user_items: sp.csr_array, scale: str, like: sp.csr_array | None = None) -> sp.csr_array:
    r"""Return ratings from 1 to 5 in the stored cells of a matrix of counts.

    "log" puts all counts on one scale that everyone shares, with the smallest count of the whole
    data at 1 and the largest at 5:

    .. math:: 1 + 4 \, \frac{\log(1 + r) - \log(1 + r_{min})}{\log(1 + r_{max}) - \log(1 + r_{min})}

    "quantile" asks where a count stands among those of the same user. With :math:`s` the share of
    the user's pairs with fewer plays plus half of the share with equally many, the rating is

    .. math:: \min(1 + \lfloor 5 s \rfloor, 5)

    so that the rarest fifth of a user's items gets 1 and the most played fifth gets 5, and equal
    counts get equal ratings. Where all counts are the same (in the data for "log", of a user for
    "quantile") the rating is 3.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite counts.
    scale : str
        One of `SCALES`.
    like : csr_array, shape (n_users, n_items), optional
        The counts that set the scale, in the place of `user_items`: a training set, when test
        pairs are to be rated as it is. Counts beyond its ends get 1 or 5; a user without pairs
        in it gets 3 on "quantile".

    Raises
    ------
    SettingError
        If the scale is unknown, or `like` has another number of users and the scale is "quantile".
    DataError
        If a stored count is not a positive finite number.

    Examples
    --------
    >>> plays = sp.csr_array([[10, 20, 30, 40, 50], [0, 7, 7, 0, 0]])
    >>> rate(plays, "quantile").toarray()
    array([[1., 2., 3., 4., 5.],
           [0., 3., 3., 0., 0.]], dtype=float32)
    """
    check_scale(scale)
    counts = weigh(user_items, "plays")
    reference = counts if like is None else weigh(like, "plays")
    if scale == "quantile" and reference.shape[0] != counts.shape[0]:
        raise SettingError(
            f"the counts that set the scale have {reference.shape[0]} users, expected "
            f"{counts.shape[0]}; keep the rows of both matrices the same"
        )
    if reference.nnz == 0:
        counts.data[:] = _MIDDLE
    else:
        counts.data = (_log_ratings if scale == "log" else _quantile_ratings)(counts, reference)
    return counts


def check_scale(scale: str) -> None:
    """Raise `SettingError` unless the scale is known."""
    if scale not in SCALES:
        raise SettingError(f"scale is {scale!r}, expected one of {', '.join(SCALES)}")


def _log_ratings(counts: sp.csr_array, reference: sp.csr_array) -> np.ndarray:
    low, high = np.log1p(np.array([reference.data.min(), reference.data.max()], dtype=float))
    if low == high:
        return np.full(counts.nnz, _MIDDLE, dtype=np.float32)
    height = (np.log1p(counts.data.astype(float)) - low) / (high - low)
    return (LOWEST + (HIGHEST - LOWEST) * np.clip(height, 0, 1)).astype(np.float32)


def _quantile_ratings(counts: sp.csr_array, reference: sp.csr_array) -> np.ndarray:
    values = np.unique(np.concatenate([counts.data, reference.data]))
    users, keys = _user_and_key(counts, values)
    # Users one after the other, each user's counts in rising order: one search finds all ranks.
    rising = np.sort(_user_and_key(reference, values)[1])
    first, last = np.searchsorted(rising, keys, "left"), np.searchsorted(rising, keys, "right")
    n_pairs = np.diff(reference.indptr)[users]
    share = ((first + last) / 2 - reference.indptr[users]) / np.maximum(n_pairs, 1)
    share[n_pairs == 0] = 0.5
    n_steps = HIGHEST - LOWEST + 1
    return np.minimum(LOWEST + np.floor(n_steps * share), HIGHEST).astype(np.float32)


def _user_and_key(counts: sp.csr_array, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the user of each stored cell, and a number that orders by user, then by count."""
    users = np.repeat(np.arange(counts.shape[0], dtype=np.int64), np.diff(counts.indptr))
    return users, users * len(values) + np.searchsorted(values, counts.data)
