"""Scores in, ranked lists out."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp


class Recommendations(NamedTuple):
    """Ranked lists, best first.

    Attributes
    ----------
    items : ndarray of int32, shape (n, k)
        Item columns; -1 pads a list that is shorter than k.
    scores : ndarray of float32, shape (n, k)
        The model's own scores, falling along each row; -inf at the padding.
    """

    items: np.ndarray
    scores: np.ndarray


def best_of(scores: np.ndarray, k: int, exclude: sp.csr_array | None = None) -> Recommendations:
    """Return the k best columns of each row of `scores`; of equal ones, the smaller.

    Parameters
    ----------
    scores : ndarray of float, shape (n, n_items)
        -inf is never recommended.
    k : int
        From 1 to n_items.
    exclude : csr_array, shape (n, n_items), optional
        Cells that are never recommended.
    """
    scores = np.array(scores, dtype=np.float32)
    if exclude is not None:
        rows = np.repeat(np.arange(len(scores)), np.diff(exclude.indptr))
        scores[rows, exclude.indices] = -np.inf
    best = _k_largest(scores, k)
    found = np.take_along_axis(scores, best, axis=1)
    order = np.lexsort((best, -found), axis=1)
    items = np.take_along_axis(best, order, axis=1).astype(np.int32)
    found = np.take_along_axis(found, order, axis=1)
    items[np.isneginf(found)] = -1
    return Recommendations(items, found)


def _k_largest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k largest scores of each row in any order, shape (n, k)."""
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    least = np.take_along_axis(scores, best, axis=1).min(axis=1, initial=np.inf, keepdims=True)
    # Where more than k reach the least, argpartition chose among the equal ones by chance.
    tied = np.flatnonzero(((scores >= least).sum(axis=1) > k) & np.isfinite(least[:, 0]))
    above, equal = scores[tied] > least[tied], scores[tied] == least[tied]
    n_open = k - above.sum(axis=1, keepdims=True)
    best[tied] = np.nonzero(above | (equal & (equal.cumsum(axis=1) <= n_open)))[1].reshape(-1, k)
    return best
