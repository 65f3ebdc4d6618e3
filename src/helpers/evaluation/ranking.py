"""Ranking metrics of top-k lists, one value a user."""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.evaluation.list_checks import check_lists, check_rows

METRICS = ("precision", "recall", "ndcg", "map", "mrr", "hit_rate")


def ranking_metrics(
    recommended: np.ndarray, relevant: sp.csr_array, ks: int | Iterable[int] = 10
) -> dict[int, dict[str, np.ndarray]]:
    r"""Return six ranking metrics of every user at each list length.

    With :math:`h_i` = 1 where the item at position :math:`i` is among the :math:`n` test
    items of the user and 0 elsewhere, and :math:`H_i = h_1 + \dots + h_i`:

    - ``precision`` :math:`H_k / k` (always k, also where the user has fewer test items)
    - ``recall`` :math:`H_k / n`
    - ``ndcg`` :math:`\sum_{i \le k} h_i / \log_2(i + 1)` over the same sum for an ideal list,
      whose first :math:`\min(k, n)` positions are hits
    - ``map`` average precision :math:`\sum_{i \le k} h_i H_i / i` over :math:`\min(k, n)`
    - ``mrr`` one over the position of the first hit, 0 without a hit
    - ``hit_rate`` 1 with at least one hit, else 0

    Other libraries define some of these otherwise: implicit's "precision" divides the hits of
    all users by the sum of :math:`\min(k, n)`.

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, K)
        Item columns, best first, a row for each row of `relevant`; -1 marks an empty place
        and never counts as a hit.
    relevant : csr_array, shape (n_users, n_items)
        Test pairs, each stored once; any stored non-zero counts as relevant.
    ks : int or iterable of int
        List lengths, each from 1 to K.

    Returns
    -------
    dict of int to dict of str to ndarray of float, shape (n_users,)
        ``result[k][metric]``; NaN for a user without test items. `mean_over_users` averages.

    Raises
    ------
    SettingError
        If shapes do not fit, a k is out of range, an item is not a column of `relevant`, or a
        list holds one item twice.

    Examples
    --------
    >>> test = sp.csr_array([[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    >>> lists = np.array([[0, 1], [2, 3], [0, 1]])
    >>> ranking_metrics(lists, test, ks=2)[2]["precision"]
    array([0.5, 0.5, nan])
    """
    recommended, lengths = np.asarray(recommended), _list_lengths(ks)
    longest = max(lengths)
    _check_lists(recommended, relevant, longest)
    n_test = np.bincount(relevant.nonzero()[0], minlength=len(recommended))
    tested = np.flatnonzero(n_test)
    hits = find_hits(recommended[:, :longest], relevant)[tested]
    n_test = n_test[tested]

    positions = np.arange(1, longest + 1)
    discounts = 1 / np.log2(positions + 1)
    n_hits = np.cumsum(hits, axis=1)
    gains = np.cumsum(hits * discounts, axis=1)
    ideal_gains = np.cumsum(discounts)
    precisions = np.cumsum(hits * n_hits / positions, axis=1)
    first_hit = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, np.inf)

    def every_user(values: np.ndarray) -> np.ndarray:
        result = np.full(len(recommended), np.nan)
        result[tested] = values
        return result

    metrics = {}
    for k in lengths:
        n_possible = np.minimum(k, n_test)
        metrics[k] = {
            "precision": every_user(n_hits[:, k - 1] / k),
            "recall": every_user(n_hits[:, k - 1] / n_test),
            "ndcg": every_user(gains[:, k - 1] / ideal_gains[n_possible - 1]),
            "map": every_user(precisions[:, k - 1] / n_possible),
            "mrr": every_user(np.where(first_hit <= k, 1 / first_hit, 0.0)),
            "hit_rate": every_user(n_hits[:, k - 1] > 0),
        }
    return metrics


def mean_over_users(per_user: np.ndarray) -> float:
    """Return the mean over the users that have a value (NaN marks those without test items).

    Raises
    ------
    SettingError
        If no user has a value.
    """
    has_value = ~np.isnan(per_user)
    if not has_value.any():
        raise SettingError("no user has a test item; expected at least one, use a larger test set")
    return float(np.mean(per_user[has_value]))


def find_hits(recommended: np.ndarray, relevant: sp.csr_array) -> np.ndarray:
    """Return which recommended items are test items of their user, shape of `recommended`.

    Each (user, item) pair becomes one number, so that a single binary search finds them all.

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, k)
        Item columns; -1 marks an empty place and is no hit.
    relevant : csr_array, shape (n_users, n_items)
        Test pairs; any stored non-zero counts as relevant.

    Examples
    --------
    >>> find_hits(np.array([[2, 0], [1, -1]]), sp.csr_array([[1, 0, 0], [0, 1, 0]]))
    array([[False,  True],
           [ True, False]])
    """
    test_users, test_items = relevant.nonzero()
    n_items = relevant.shape[1]
    # int64: users times items passes 2**31 for the larger datasets.
    test_pairs = np.sort(test_users.astype(np.int64) * n_items + test_items)
    pairs = np.arange(len(recommended), dtype=np.int64)[:, None] * n_items + recommended
    place = np.searchsorted(test_pairs, pairs)
    found = np.append(test_pairs, -1)[place] == pairs
    return found & (recommended >= 0)


def _list_lengths(ks: int | Iterable[int]) -> list[int]:
    lengths = set(ks) if isinstance(ks, Iterable) else {ks}
    if not lengths or not all(isinstance(k, int | np.integer) and k >= 1 for k in lengths):
        raise SettingError(f"k is {ks}, expected whole numbers of 1 or more")
    return sorted(int(k) for k in lengths)


def _check_lists(recommended: np.ndarray, relevant: sp.csr_array, longest: int) -> None:
    check_rows("test", relevant, recommended)
    if recommended.shape[1] < longest:
        raise SettingError(
            f"recommended has {recommended.shape[1]} columns but k is {longest}; "
            f"ask the model for at least {longest} items"
        )
    check_lists(recommended, relevant.shape[1])
    in_order = np.sort(recommended, axis=1)
    twice = (in_order[:, 1:] == in_order[:, :-1]) & (in_order[:, 1:] >= 0)
    if twice.any():
        row, place = np.argwhere(twice)[0]
        raise SettingError(
            f"the list of row {row} holds item {in_order[row, place]} twice; "
            "a model must recommend an item at most once"
        )
