"""Other readings of "precision" than the textbook's, each under the name of who reads it so.

The textbook's is `ranking_metrics(...)["precision"]`: hits over k, a mean over users. It is also
what LightFM's `precision_at_k` gives; without its `train_interactions` the training items stay
among the candidates, which here means lists that were made without `exclude`.
"""

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.evaluation.ranking import ranking_metrics


def capped_precision(recommended: np.ndarray, relevant: sp.csr_array, k: int = 10) -> np.ndarray:
    r"""Return hits over the most that are possible, :math:`H_k / \min(k, n)`, of every user.

    Where a user has fewer than k test items, this divides by their number instead of by k, so
    that a perfect list has 1. RecTools has it under `r_precision`.

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, K)
        Item columns, best first; -1 marks an empty place. K is at least k.
    relevant : csr_array, shape (n_users, n_items)
        Test pairs.
    k : int
        List length.

    Returns
    -------
    ndarray of float, shape (n_users,)
        NaN for a user without test items; `mean_over_users` averages.

    Raises
    ------
    SettingError
        If shapes do not fit or k is out of range, see `ranking_metrics`.

    Examples
    --------
    >>> test = sp.csr_array([[1, 0, 1, 0], [0, 0, 0, 1]])
    >>> capped_precision(np.array([[0, 1], [2, 3]]), test, k=2)
    array([0.5, 1. ])
    """
    hits = k * ranking_metrics(recommended, relevant, k)[k]["precision"]
    return np.divide(hits, _n_possible(relevant, k), out=hits, where=~np.isnan(hits))


def micro_precision(recommended: np.ndarray, relevant: sp.csr_array, k: int = 10) -> float:
    r"""Return what implicit calls precision, :math:`\sum_u H_k(u) / \sum_u \min(k, n_u)`.

    The hits of all users over all that were possible: a *micro* average, in which a user with
    more test items weighs more. `implicit.evaluation.ranking_metrics_at_k` and `precision_at_k`.

    Parameters and errors are those of `capped_precision`; it is also an error if no user has a
    test item.

    Examples
    --------
    >>> test = sp.csr_array([[1, 0, 1, 0], [0, 0, 0, 1]])
    >>> round(micro_precision(np.array([[0, 1], [2, 3]]), test, k=2), 3)
    0.667
    """
    hits = k * ranking_metrics(recommended, relevant, k)[k]["precision"]
    n_possible = _n_possible(relevant, k).sum()
    if n_possible == 0:
        raise SettingError("no user has a test item; expected at least one, use a larger test set")
    return float(np.nansum(hits) / n_possible)


def precision_ceiling(relevant: sp.csr_array, k: int = 10) -> np.ndarray:
    r"""Return the highest textbook precision a perfect list could have, :math:`\min(k, n) / k`.

    Parameters
    ----------
    relevant : csr_array, shape (n_users, n_items)
        Test pairs.
    k : int
        List length.

    Returns
    -------
    ndarray of float, shape (n_users,)
        NaN for a user without test items; `mean_over_users` averages.

    Examples
    --------
    >>> precision_ceiling(sp.csr_array([[1, 0, 1], [0, 0, 1], [0, 0, 0]]), k=2)
    array([1. , 0.5, nan])
    """
    n_possible = _n_possible(relevant, k)
    return np.where(n_possible > 0, n_possible / k, np.nan)


def _n_possible(relevant: sp.csr_array, k: int) -> np.ndarray:
    """Return how many of the first k places could be hits, for each user."""
    return np.minimum(k, np.bincount(relevant.nonzero()[0], minlength=relevant.shape[0]))
