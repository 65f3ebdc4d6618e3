"""Re-rank by rules about places: some are reserved, some are closed."""

import numpy as np

from helpers.checks import number_between, whole_number
from helpers.errors import SettingError
from helpers.models.lists import Recommendations
from helpers.rerank.lists import best_first, checked_length, take


def inject_niche(
    candidates: Recommendations, is_niche: np.ndarray, rate: float, k: int = 10
) -> Recommendations:
    """Reserve a share of the places for niche items, evenly spread over the list.

    The reserved places take the best niche candidates in the order of their scores, all others the
    remaining candidates in theirs. Where a user has too few niche candidates the places left over
    go to the others.

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    is_niche : ndarray of bool, shape (n_items,)
        The pool: the long tail, say.
    rate : float
        From 0 (off) to 1: reserved places over k, rounded down.
    k : int

    Raises
    ------
    SettingError
        If the rate is out of range or k is not from 1 to K.
    """
    rate = number_between("rate", rate, 0, 1)
    k = checked_length(k, candidates)
    n_reserved = np.floor(round(k * rate, 9)).astype(int)
    is_known = candidates.items >= 0
    is_pool = is_known & is_niche[candidates.items]
    n_before = np.cumsum(is_pool, axis=1) - is_pool
    is_injected = is_pool & (n_before < n_reserved)
    is_other = is_known & ~is_injected
    reserved, free = _places(k, n_reserved, candidates.items.shape[1])
    n_injected = is_injected.sum(axis=1, keepdims=True)
    others_before = np.cumsum(is_other, axis=1) - is_other
    at = np.where(is_other, free[n_injected, others_before], 2 * candidates.items.shape[1])
    at[is_injected] = reserved[n_before[is_injected]]
    return take(candidates, np.argsort(at, axis=1, kind="stable")[:, :k])


def cap_group(
    candidates: Recommendations, group_of_item: np.ndarray, most: int, k: int = 10
) -> Recommendations:
    """Let no group fill more than so many places: no artist in a list of tracks, say.

    Items beyond the cap come after all others, where too few others are left to fill the list.

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    group_of_item : ndarray of int, shape (n_items,)
        Such as the artist of each track; -1 for an item of no group, which is never capped.
    most : int
        From 1; off at k and above.
    k : int

    Raises
    ------
    SettingError
        If most is below 1 or k is not from 1 to K.
    """
    most = whole_number("most", most, 1)
    if len(group_of_item) <= candidates.items.max(initial=-1):
        raise SettingError(
            f"got groups of {len(group_of_item)} items, expected one for each item of the "
            f"catalogue, whose columns reach {candidates.items.max()}"
        )
    groups = np.where(candidates.items >= 0, group_of_item[candidates.items], -1)
    is_over = (groups >= 0) & (_occurrence(groups) >= most)
    return best_first(candidates, np.where(is_over, -1.0, 0.0), k)


def _places(k: int, n_reserved: int, n_places: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the reserved places, and the free ones in order for each number of those in use.

    Row x of the second array, shape (n_reserved + 1, n_places + 1), is for x niche items.
    """
    # The last place of each k / n_reserved: 10 places with 3 reserved ones have 4, 7 and 10.
    reserved = np.ceil(np.arange(1, n_reserved + 1) * k / max(n_reserved, 1)).astype(int) - 1
    everywhere = np.arange(n_places + n_reserved + 1)
    rows = [np.delete(everywhere, reserved[:n])[: n_places + 1] for n in range(n_reserved + 1)]
    return reserved, np.stack(rows)


def _occurrence(groups: np.ndarray) -> np.ndarray:
    """Return how often the group of each place stood further left in its row, same shape."""
    order = np.argsort(groups, axis=1, kind="stable")
    in_order = np.take_along_axis(groups, order, axis=1)
    places = np.broadcast_to(np.arange(groups.shape[1]), groups.shape)
    is_first = np.ones(groups.shape, dtype=bool)
    is_first[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    start = np.maximum.accumulate(np.where(is_first, places, 0), axis=1)
    counts = np.empty(groups.shape, dtype=np.int64)
    np.put_along_axis(counts, order, places - start, axis=1)
    return counts
