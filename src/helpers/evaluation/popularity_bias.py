"""How unequally recommendations fall on the catalogue: exposure, popularity, long tail.

Every function takes top-k lists as `recommended`, shape (n_users, k), where -1 marks an empty
place, or counts of one number an item. The popularity of an item is its number of training users.
"""

import numpy as np

from helpers.checks import proper_share, whole_number
from helpers.errors import SettingError
from helpers.evaluation.inequality import rising_counts
from helpers.evaluation.list_checks import check_lists

NOTHING_SHOWN = (
    "every list is empty, expected at least one recommended item; "
    "train on more data or use another model"
)


def exposure(recommended: np.ndarray, n_items: int, discounted: bool = False) -> np.ndarray:
    r"""Return how often each item is recommended, shape (n_items,).

    Where `discounted`, a place counts less the further down it is, :math:`1 / \log_2(1 + r)` at
    rank r as in NDCG and not 1, and the counts are float: Singh and Joachims (2018), Fairness of
    exposure in rankings.

    Raises
    ------
    SettingError
        If an item is not a column of the catalogue.

    Examples
    --------
    >>> exposure(np.array([[0, 1], [0, -1]]), n_items=3)
    array([2, 1, 0])
    """
    check_lists(recommended, n_items)
    shown = recommended >= 0
    weights = None
    if discounted:
        by_rank = 1 / np.log2(np.arange(2, recommended.shape[1] + 2))
        weights = np.broadcast_to(by_rank, recommended.shape)[shown]
    return np.bincount(recommended[shown], weights, minlength=n_items)


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
    form) lets one item with everything reach 1 exactly; with n in its place, as in RecBole and
    as twice the area under the diagonal of a Lorenz curve, the maximum is (n - 1) / n. Elliot
    gives 1 - G under the same name.

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
    # No dot product: so short a one costs BLAS more in waking its threads than in adding up.
    return float((weights * rising).sum() / ((n - 1) * rising.sum()))


def entropy(counts: np.ndarray) -> float:
    r"""Return the Shannon entropy of the shares of all counts, in bits.

    .. math:: H = -\sum_i p_i \log_2 p_i, \qquad p_i = x_i / \sum_j x_j

    0 = one item has everything, :math:`\log_2 n` = all the same. :math:`2^H` is the effective
    number of items: as many, shown equally often, have the same entropy. Counts and errors are
    those of `gini`, except that a single count will do.

    Examples
    --------
    >>> entropy(np.array([3, 3, 3, 3, 0])), entropy(np.array([0, 7]))
    (2.0, 0.0)
    """
    rising = rising_counts(counts)
    shares = rising[rising > 0] / rising.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0  # never -0


def mean_popularity(recommended: np.ndarray, popularity: np.ndarray) -> float:
    """Return the average recommendation popularity: mean popularity of a list, over users.

    In training users, as in Elliot's ARP; RecTools can divide by all interactions.

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


def novelty(recommended: np.ndarray, popularity: np.ndarray, n_users: int) -> float:
    r"""Return the mean self-information of a list in bits, averaged over users.

    .. math:: \frac{1}{|L_u|} \sum_{i \in L_u} -\log_2 \frac{\max(pop(i), 1)}{n}

    One bit more is half as many listeners. An item nobody trained on counts as if one user had
    it, so that the value ends at :math:`\log_2 n`, n being all users of the training set. All
    places weigh alike and hits like misses, as in RecTools' MeanInvUserFreq; Vargas and Castells
    (2011), Rank and relevance in novelty and diversity metrics, discount by both, and Elliot's
    EFD divides by all interactions, not by users. Parameters are those of `mean_popularity`.

    Raises
    ------
    SettingError
        If all lists are empty, or an item has more users than there are.

    Examples
    --------
    >>> novelty(np.array([[0, 1], [0, -1]]), np.array([8, 2]), n_users=8)
    0.5
    """
    n_users = whole_number("n_users", n_users, 1)
    most = popularity.max(initial=0)
    if most > n_users:
        raise SettingError(
            f"an item has {most} users and n_users is {n_users}, expected at least as many; "
            "count all users of the training set, not those judged alone"
        )
    return _mean_of_lists(recommended, np.log2(n_users / np.maximum(popularity, 1)))


def tail_share(recommended: np.ndarray, popularity: np.ndarray, head_share: float = 0.8) -> float:
    """Return the share of a list that lies in the long tail, averaged over users.

    See `long_tail` and `mean_popularity`. Elliot calls this APLT.

    Examples
    --------
    >>> tail_share(np.array([[0, 1], [0, -1]]), np.array([9, 1]))
    0.25
    """
    return _mean_of_lists(recommended, long_tail(popularity, head_share))


def tail_coverage(
    recommended: np.ndarray, popularity: np.ndarray, head_share: float = 0.8
) -> float:
    """Return the share of the long tail that is recommended to anyone.

    This is what the text of Abdollahpouri et al. (2019), Managing popularity bias in recommender
    systems with personalized re-ranking, says of "average coverage of long-tail items" (ACLT).
    Their formula, which Elliot follows, gives the mean number of tail items in a list: k times
    `tail_share` where no list has empty places, so that it says nothing new. 0 where no item lies
    in the tail.

    Examples
    --------
    >>> tail_coverage(np.array([[0, 1], [0, -1]]), np.array([18, 1, 1, 1]))
    0.3333333333333333
    """
    tail = long_tail(popularity, head_share)
    reached = exposure(recommended, len(popularity))[tail]
    return float(np.count_nonzero(reached) / max(len(reached), 1))


def long_tail(popularity: np.ndarray, head_share: float = 0.8) -> np.ndarray:
    """Return which items lie outside the head that holds most training interactions.

    The head is the shortest run of items, most popular first, that together holds at least
    `head_share` of the interactions; among equally popular items the smaller column comes first.
    Elliot cuts like this. RecBole's tail is the least popular tenth of all items, and Kowald et
    al. call the most popular fifth of all items popular.

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
    held, total = _held_by_more_popular(popularity)
    return held >= head_share * total


def popularity_bands(popularity: np.ndarray, n_bands: int = 10) -> np.ndarray:
    """Return the band of each item: bands hold about equal shares of the interactions.

    Items stand in the order of `long_tail`, and an item lies in the band in which its listeners
    begin, so that the first bands together are the shortest run that holds at least their share.
    A band is off its share by less than the listeners of one item; where one item holds more than
    a band's share, bands after it may be empty. Errors are those of `long_tail`.

    Parameters
    ----------
    popularity : ndarray of int, shape (n_items,)
        Training users of each item.
    n_bands : int
        From 1 upwards.

    Returns
    -------
    ndarray of int, shape (n_items,)
        0 = most popular; items without users are in the last band.

    Examples
    --------
    >>> popularity_bands(np.array([1, 6, 2, 3, 0]), n_bands=2)
    array([1, 0, 1, 1, 1])
    """
    n_bands = whole_number("n_bands", n_bands, 1)
    held, total = _held_by_more_popular(popularity)
    # Whole numbers all through, so that no share lands beside a boundary for want of a bit.
    return np.minimum(held * n_bands // total, n_bands - 1).astype(np.int64)


def list_means(recommended: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of a value of items in each list, shape (n_users,), NaN for an empty list.

    The values are float, int or bool, shape (n_items,): the popularity of each item, say.

    Examples
    --------
    >>> list_means(np.array([[0, 1], [0, -1], [-1, -1]]), np.array([10, 2]))
    array([ 6., 10., nan])
    """
    check_lists(recommended, len(values))
    shown = recommended >= 0
    length = shown.sum(axis=1)
    totals = np.where(shown, values[recommended], 0).sum(axis=1, dtype=float)
    return np.divide(totals, length, out=np.full(len(totals), np.nan), where=length > 0)


def _mean_of_lists(recommended: np.ndarray, values: np.ndarray) -> float:
    means = list_means(recommended, values)
    known = means[~np.isnan(means)]
    if not known.size:
        raise SettingError(NOTHING_SHOWN)
    return float(known.mean())


def _held_by_more_popular(popularity: np.ndarray) -> tuple[np.ndarray, float]:
    """Return how many interactions the items before each one hold, and how many there are."""
    total = popularity.sum()
    if total == 0:
        raise SettingError("no item has a training user; expected at least one interaction")
    order = np.argsort(-popularity, kind="stable")
    in_order = popularity[order]
    held = np.empty_like(np.cumsum(in_order))
    held[order] = np.cumsum(in_order) - in_order
    return held, total
