"""How unequally recommendations fall on the catalogue: coverage, Gini, popularity, long tail.

Every function takes top-k lists as `recommended`, shape (n_users, k), where -1 marks an empty
place, or counts of one number an item. The popularity of an item is its number of training users.
"""

import numpy as np

from helpers.checks import proper_share
from helpers.errors import SettingError
from helpers.evaluation.inequality import rising_counts

BIAS_METRICS = ("coverage", "gini", "mean_popularity", "tail_share")

_NOTHING_SHOWN = (
    "every list is empty, expected at least one recommended item; "
    "train on more data or use another model"
)


def bias_metrics(recommended: np.ndarray, popularity: np.ndarray) -> dict[str, float]:
    """Return coverage, Gini of exposure, mean popularity and tail share of the lists, by name.

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, k)
    popularity : ndarray of int, shape (n_items,)
        Training users of each item of the whole catalogue.

    Raises
    ------
    SettingError
        If all lists are empty.
    """
    n_items = len(popularity)
    if not (recommended >= 0).any():
        raise SettingError(_NOTHING_SHOWN)
    return {
        "coverage": coverage(recommended, n_items),
        "gini": gini(exposure(recommended, n_items)),
        "mean_popularity": mean_popularity(recommended, popularity),
        "tail_share": tail_share(recommended, popularity),
    }


def exposure(recommended: np.ndarray, n_items: int) -> np.ndarray:
    """Return how often each item is recommended, shape (n_items,).

    Raises
    ------
    SettingError
        If an item is not a column of the catalogue.
    """
    _check_items(recommended, n_items)
    return np.bincount(recommended[recommended >= 0], minlength=n_items)


def coverage(recommended: np.ndarray, n_items: int) -> float:
    """Return the share of the catalogue that is recommended to anyone.

    Examples
    --------
    >>> coverage(np.array([[0, 1], [0, -1]]), n_items=4)
    0.5
    """
    return float(np.count_nonzero(exposure(recommended, n_items)) / n_items)


def gini(counts: np.ndarray) -> float:
    r"""Return how unequal counts are: 0 = all the same, 1 = one item has everything.

    .. math:: G = \frac{\sum_{i=1}^{n} (2i - n - 1) \, x_i}{(n - 1) \sum_i x_i}

    with the counts :math:`x_1 \le \dots \le x_n` in rising order and n the size of the
    catalogue, items that are never recommended included. The divisor n - 1 (the sample
    form) lets one item with everything reach 1 exactly; with n in its place, as in twice the
    area under the diagonal of a Lorenz curve, the maximum is (n - 1) / n.

    Parameters
    ----------
    counts : ndarray of float, shape (n,)
        0 or more each, `exposure(...)` say, or listeners of each artist.

    Raises
    ------
    SettingError
        If there are fewer than two counts, one is negative, or all are 0.

    Examples
    --------
    >>> gini(np.array([5, 5, 5])), gini(np.array([0, 0, 7]))
    (0.0, 1.0)
    """
    rising = rising_counts(counts, at_least=2)
    n = len(rising)
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float(weights @ rising / ((n - 1) * rising.sum()))


def mean_popularity(recommended: np.ndarray, popularity: np.ndarray) -> float:
    """Return the average recommendation popularity: mean popularity of a list, over users.

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, k)
        A user whose list is empty does not count.
    popularity : ndarray of int, shape (n_items,)
        Training users of each item.

    Raises
    ------
    SettingError
        If all lists are empty.

    Examples
    --------
    >>> mean_popularity(np.array([[0, 1], [0, -1]]), np.array([10, 2]))
    8.0
    """
    return _mean_of_lists(recommended, popularity)


def tail_share(recommended: np.ndarray, popularity: np.ndarray, head_share: float = 0.8) -> float:
    """Return the share of a list that lies in the long tail, averaged over users.

    See `long_tail` and `mean_popularity`.

    Examples
    --------
    >>> tail_share(np.array([[0, 1], [0, -1]]), np.array([9, 1]))
    0.25
    """
    return _mean_of_lists(recommended, long_tail(popularity, head_share))


def long_tail(popularity: np.ndarray, head_share: float = 0.8) -> np.ndarray:
    """Return which items lie outside the head that holds most training interactions.

    The head is the shortest run of items, most popular first, that together holds at least
    `head_share` of the interactions; among equally popular items the smaller column comes first.

    Parameters
    ----------
    popularity : ndarray of int, shape (n_items,)
        Training users of each item.
    head_share : float
        Between 0 and 1.

    Returns
    -------
    ndarray of bool, shape (n_items,)

    Raises
    ------
    SettingError
        If `head_share` is out of range or there are no interactions.

    Examples
    --------
    >>> long_tail(np.array([1, 6, 2, 1]))
    array([ True, False, False,  True])
    """
    proper_share("head_share", head_share, 0.8)
    total = popularity.sum()
    if total == 0:
        raise SettingError("no item has a training user; expected at least one interaction")
    by_popularity = np.argsort(-popularity, kind="stable")
    held_before = np.cumsum(popularity[by_popularity]) - popularity[by_popularity]
    tail = np.zeros(len(popularity), dtype=bool)
    tail[by_popularity[held_before >= head_share * total]] = True
    return tail


def _mean_of_lists(recommended: np.ndarray, value_of_item: np.ndarray) -> float:
    """Return the mean over users of the mean value in their list, empty places left out."""
    _check_items(recommended, len(value_of_item))
    shown = recommended >= 0
    length = shown.sum(axis=1)
    if not length.any():
        raise SettingError(_NOTHING_SHOWN)
    totals = np.where(shown, value_of_item[recommended], 0).sum(axis=1)
    return float(np.mean(totals[length > 0] / length[length > 0]))


def _check_items(recommended: np.ndarray, n_items: int) -> None:
    if recommended.size and not (recommended.min() >= -1 and recommended.max() < n_items):
        raise SettingError(
            f"recommended items run from {recommended.min()} to {recommended.max()}, expected "
            f"columns 0 to {n_items - 1}, or -1 for an empty place"
        )
