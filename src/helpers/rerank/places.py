"""Re-rank by rules about places: some are reserved, some are closed."""

import numpy as np

from helpers.checks import number_between, whole_number
from helpers.models.lists import Recommendations
from helpers.rerank.lists import best_first, check_items, checked_length, take


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
    check_items("niche flags", len(is_niche), candidates)
    n_reserved = np.floor(round(k * rate, 9)).astype(int)
    is_known = candidates.items >= 0
    is_pool = is_known & np.asarray(is_niche, dtype=bool)[candidates.items]
    n_before = np.cumsum(is_pool, axis=1) - is_pool
    is_injected = is_pool & (n_before < n_reserved)
    is_other = is_known & ~is_injected
    # The last place of each k / n_reserved: 10 places with 3 reserved ones have 4, 7 and 10.
    reserved = np.ceil(np.arange(1, n_reserved + 1) * k / max(n_reserved, 1)).astype(int) - 1
    # Places that niche items leave open are closed up by the sort.
    everywhere = np.arange(2 * candidates.items.shape[1] + 1)
    free, nowhere = np.delete(everywhere, reserved), everywhere[-1]
    n_others_before = np.cumsum(is_other, axis=1) - is_other
    at = np.where(is_other, free[n_others_before], nowhere)
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
    check_items("groups", len(group_of_item), candidates)
    groups = np.where(candidates.items >= 0, group_of_item[candidates.items], -1)
    is_over = (groups >= 0) & (_occurrence(groups) >= most)
    return best_first(candidates, np.where(is_over, -1.0, 0.0), k)


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
