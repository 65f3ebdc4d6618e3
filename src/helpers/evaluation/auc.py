"""Area under the ROC curve of each user: how often a test item is scored above another item.

Exact, among all items, from a batch of scores; and estimated, as *Advanced Analytics with Spark*
does, from one random other item for each test item, for which pairs are scored and no catalogue.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, whole_number
from helpers.errors import SettingError


class SampledPairs(NamedTuple):
    """For each test pair one random other item of the same user.

    Attributes
    ----------
    user, item : ndarray of int, shape (n_pairs,)
        Rows and columns of the test pairs, user by user.
    other : ndarray of int, shape (n_pairs,)
        The item that was drawn.
    n_users : int
        Rows of the test matrix.
    """

    user: np.ndarray
    item: np.ndarray
    other: np.ndarray
    n_users: int


def user_auc(scores: np.ndarray, relevant: sp.csr_array, exclude: sp.csr_array) -> np.ndarray:
    r"""Return the exact AUC of every user, over all items in neither training nor test.

    With :math:`P` the test items of a user, :math:`N` the items in neither part and
    :math:`s` the scores,

    .. math:: \frac{1}{|P| |N|} \sum_{p \in P} \sum_{n \in N}
        [s_p > s_n] + \tfrac{1}{2} [s_p = s_n]

    the chance that a random test item stands before a random other one. Items that score -inf
    stand last, and are equal among themselves. Beyond the scores it needs the memory of one row
    of them; of a large catalogue, pass some users at a time and join the results.

    Parameters
    ----------
    scores : ndarray of float, shape (n_users, n_items)
        -inf where the model would never recommend.
    relevant, exclude : csr_array, shape (n_users, n_items)
        Test pairs, and the training pairs that are no candidates.

    Returns
    -------
    ndarray of float, shape (n_users,)
        NaN for a user without test items, or with no other item left; `mean_over_users`
        averages.

    Raises
    ------
    SettingError
        If the shapes differ.

    Examples
    --------
    >>> test, train = sp.csr_array([[0, 1, 0, 0, 1]]), sp.csr_array([[1, 0, 0, 0, 0]])
    >>> user_auc(np.array([[9, 5, 7, 1, 3]]), test, train)
    array([0.5])
    """
    if not scores.shape == relevant.shape == exclude.shape:
        raise SettingError(
            f"scores, relevant and exclude have shapes {scores.shape}, {relevant.shape} and "
            f"{exclude.shape}, expected the same users and items in all three"
        )
    user, item = relevant.nonzero()
    starts = np.searchsorted(user, np.arange(len(scores) + 1))
    result = np.full(len(scores), np.nan)
    for row, (start, stop) in enumerate(pairwise(starts)):
        known = np.union1d(
            item[start:stop], exclude.indices[exclude.indptr[row] : exclude.indptr[row + 1]]
        )
        n_others = scores.shape[1] - len(known)
        if start == stop or n_others == 0:
            continue
        others = np.sort(np.delete(scores[row], known))
        own = scores[row, item[start:stop]]
        behind = np.searchsorted(others, own, side="left")
        behind_or_equal = np.searchsorted(others, own, side="right")
        result[row] = np.mean(behind + behind_or_equal) / (2 * n_others)
    return result


def sample_pairs(
    relevant: sp.csr_array, exclude: sp.csr_array | None = None, seed: int = 0
) -> SampledPairs:
    """Draw as many other items for each user as there are test items, with replacement.

    Every column is as likely as any other, those of the user's own test items left out, and
    those of `exclude`. The Spark book draws so too, but from the user's training items as well,
    which is what happens here without `exclude`.

    Parameters
    ----------
    relevant : csr_array, shape (n_users, n_items)
        Test pairs. Every column should be an item that occurs in training or test.
    exclude : csr_array, shape (n_users, n_items), optional
        Training pairs, of which none is drawn.
    seed : int
        Fixes the draw.

    Returns
    -------
    SampledPairs
        Without the pairs of users who have no other item left.

    Raises
    ------
    SettingError
        If the shapes differ or the seed is negative.
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    taken = relevant if exclude is None else _union(relevant, exclude)
    taken = taken.astype(bool).sorted_indices()
    n_users, n_items = relevant.shape
    n_free = n_items - np.diff(taken.indptr)
    user, item = relevant.nonzero()
    has_other = n_free[user] > 0
    user, item = user[has_other], item[has_other]
    place = rng.integers(n_free[user])
    # The n-th free item of a user is n plus the taken ones before it; the taken item in place j
    # has its own column less j free ones before it. One search over all users, in blocks of keys.
    n_before = np.arange(taken.nnz) - np.repeat(taken.indptr[:-1], np.diff(taken.indptr))
    rows = np.repeat(np.arange(n_users, dtype=np.int64), np.diff(taken.indptr))
    keys = rows * (n_items + 1) + taken.indices - n_before
    wanted = user.astype(np.int64) * (n_items + 1) + place
    n_taken = np.searchsorted(keys, wanted, side="right") - taken.indptr[user]
    return SampledPairs(user, item, place + n_taken, n_users)


def sampled_auc(
    pairs: SampledPairs, positive: np.ndarray, negative: np.ndarray, *, ties: float = 0.5
) -> np.ndarray:
    """Estimate the AUC of every user from the scores of pairs.

    It is the share of all combinations of a test item and a drawn item of the same user in which
    the test item has the higher score. With pairs from ``sample_pairs(test, train)`` it
    estimates `user_auc`. With pairs from ``sample_pairs(test)`` and ``ties=0`` it is the
    `areaUnderCurve` of the Spark book: training items may be drawn, and what is scored the same
    counts as wrong, so that a model that tells nothing apart has 0.

    Parameters
    ----------
    pairs : SampledPairs
    positive, negative : ndarray of float, shape (n_pairs,)
        Scores of ``pairs.item`` and of ``pairs.other`` for ``pairs.user``; -inf where the model
        would never recommend.
    ties : float
        What a combination with equal scores counts, from 0 to 1.

    Returns
    -------
    ndarray of float, shape (n_users,)
        NaN for a user without pairs.

    Raises
    ------
    SettingError
        If there is not one score for each pair, or `ties` is out of range.

    References
    ----------
    Ryza, Laserson, Owen and Wills (2017), Advanced Analytics with Spark, 2nd edition, chapter 3.

    Examples
    --------
    >>> pairs = SampledPairs(np.array([0, 0]), np.array([1, 4]), np.array([2, 3]), n_users=1)
    >>> sampled_auc(pairs, np.array([5, 3]), np.array([7, 3]))
    array([0.375])
    """
    number_between("ties", ties, 0, 1)
    if not pairs.user.shape == np.shape(positive) == np.shape(negative):
        raise SettingError(
            f"there are {len(pairs.user)} pairs and the scores have shapes {np.shape(positive)} "
            f"and {np.shape(negative)}, expected one score for each pair in both"
        )
    # Scores as ranks, so that user and score make one number and one search counts them all.
    ranks = np.unique(np.concatenate([positive, negative]), return_inverse=True)[1]
    ranks = ranks + np.tile(pairs.user.astype(np.int64), 2) * len(ranks)
    own, others = np.split(ranks, 2)
    others = np.sort(others)
    n_pairs = np.bincount(pairs.user, minlength=pairs.n_users)
    first = np.cumsum(n_pairs) - n_pairs
    behind = np.searchsorted(others, own, side="left")
    equal = np.searchsorted(others, own, side="right") - behind
    right = behind - first[pairs.user] + ties * equal
    sums = np.bincount(pairs.user, weights=right, minlength=pairs.n_users)
    return np.divide(sums, n_pairs**2, out=np.full(pairs.n_users, np.nan), where=n_pairs > 0)


def _union(relevant: sp.csr_array, exclude: sp.csr_array) -> sp.csr_array:
    if relevant.shape != exclude.shape:
        raise SettingError(
            f"relevant and exclude have shapes {relevant.shape} and {exclude.shape}, "
            "expected the same users and items in both"
        )
    return relevant.astype(bool) + exclude.astype(bool)
