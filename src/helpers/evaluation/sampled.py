"""Test items ranked among all others, or among a few drawn at random, as many papers do."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.special import gammaln

from helpers.checks import whole_number
from helpers.errors import SettingError


class Ranks(NamedTuple):
    """Where each test pair stands among the items that its user has in neither part.

    Attributes
    ----------
    rank : ndarray of int, shape (n_pairs,)
        1 is first. An item that scores the same stands in front, so that a model that tells
        nothing apart has nothing from it; one that is scored -inf stands last.
    n_negatives : ndarray of int, shape (n_pairs,)
        How many items it is ranked among, itself not counted.
    user : ndarray of int, shape (n_pairs,)
        Row of its user.
    """

    rank: np.ndarray
    n_negatives: np.ndarray
    user: np.ndarray


def rank_test_items(scores: np.ndarray, relevant: sp.csr_array, exclude: sp.csr_array) -> Ranks:
    """Rank every test item of a user among the items in neither training nor test.

    Parameters
    ----------
    scores : ndarray of float, shape (n_users, n_items)
        -inf where the model would never recommend.
    relevant, exclude : csr_array, shape (n_users, n_items)
        Test pairs, and the training pairs that are no candidates.

    Raises
    ------
    SettingError
        If the shapes differ.

    Examples
    --------
    >>> test, train = sp.csr_array([[0, 1, 0, 0, 1]]), sp.csr_array([[1, 0, 0, 0, 0]])
    >>> rank_test_items(np.array([[9, 5, 7, 1, 3]]), test, train).rank
    array([2, 2])
    """
    if not scores.shape == relevant.shape == exclude.shape:
        raise SettingError(
            f"scores, relevant and exclude have shapes {scores.shape}, {relevant.shape} and "
            f"{exclude.shape}, expected the same users and items in all three"
        )
    user, item = relevant.nonzero()
    rank, n_negatives = np.empty(len(user), dtype=np.int64), np.empty(len(user), dtype=np.int64)
    starts = np.searchsorted(user, np.arange(len(scores) + 1))
    for row, (start, stop) in enumerate(pairwise(starts)):
        if start == stop:
            continue
        own = scores[row, item[start:stop]]
        is_negative = np.ones(scores.shape[1], dtype=bool)
        is_negative[exclude.indices[exclude.indptr[row] : exclude.indptr[row + 1]]] = False
        is_negative[item[start:stop]] = False
        others = np.sort(scores[row, is_negative])
        n_negatives[start:stop] = len(others)
        # From the left, so that equal ones count as ahead.
        rank[start:stop] = 1 + len(others) - np.searchsorted(others, own, side="left")
    return Ranks(rank, n_negatives, user)


def chance_of_hit(ranks: Ranks, n_sampled: int, k: int = 10) -> np.ndarray:
    r"""Return how likely each test item is among the first k when ranked with few others.

    With r - 1 of N negatives ahead, m of them drawn without replacement hold a hypergeometric
    number of those ahead; the item is among the first k where fewer than k were drawn. This is
    the hit rate with m sampled negatives without its noise, the mean over all possible draws.
    With all negatives drawn it is 1 up to rank k and 0 beyond.

    Parameters
    ----------
    ranks : Ranks
    n_sampled : int
        The m of the formula; a pair with fewer negatives is ranked among those it has.
    k : int
        List length.

    Returns
    -------
    ndarray of float, shape (n_pairs,)

    References
    ----------
    Krichene and Rendle (2020), On sampled metrics for item recommendation, section 4.
    """
    whole_number("n_sampled", n_sampled, 1)
    whole_number("k", k, 1)
    ahead, behind = ranks.rank - 1, ranks.n_negatives - ranks.rank + 1
    n_drawn = np.minimum(n_sampled, ranks.n_negatives)
    every_draw = _log_choose(ranks.n_negatives, n_drawn)
    # The sum of scipy.stats.hypergeom.cdf, many times as fast for a few terms.
    terms = (
        np.exp(_log_choose(ahead, n) + _log_choose(behind, n_drawn - n) - every_draw)
        for n in range(k)
    )
    return np.minimum(sum(terms), 1.0)


def _log_choose(n: np.ndarray, k: np.ndarray | int) -> np.ndarray:
    """Return the logarithm of n choose k, -inf where there is no such choice."""
    k = np.broadcast_to(k, n.shape)
    possible = (k >= 0) & (k <= n)
    n, k = n[possible], k[possible]
    result = np.full(possible.shape, -np.inf)
    result[possible] = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return result


def sample_negatives(taken: sp.csr_array, n: int, seed: int = 0) -> sp.csr_array:
    """Draw items at random for every user, none twice and none of those taken.

    Parameters
    ----------
    taken : csr_array, shape (n_users, n_items)
        Items that must not be drawn: of training and test together.
    n : int
        How many to draw for each user; fewer where not so many are left.
    seed : int
        Fixes the draw.

    Returns
    -------
    csr_array of float32, shape (n_users, n_items)
        1 where an item was drawn.
    """
    whole_number("n", n, 1)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    n_items = taken.shape[1]
    drawn = []
    for start, stop in pairwise(taken.indptr):
        free = np.ones(n_items, dtype=bool)
        free[taken.indices[start:stop]] = False
        free = np.flatnonzero(free)
        drawn.append(np.sort(rng.choice(free, size=min(n, len(free)), replace=False)))
    indptr = np.concatenate([[0], np.cumsum([len(items) for items in drawn])])
    items = np.concatenate(drawn)
    ones = np.ones(len(items), dtype=np.float32)
    return sp.csr_array((ones, items, indptr), shape=taken.shape)
