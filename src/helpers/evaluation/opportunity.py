"""Whether items of a band get the places and the hits that they could: opportunity bias.

Bands are any division of the catalogue, by `popularity_bias.popularity_bands` say. Lists are
taken to be free of training items, and items may be shown to any user who has not trained on
them.
"""

import numpy as np
import scipy.sparse as sp

from helpers.evaluation.list_checks import check_bands, check_columns, check_lists, check_rows
from helpers.evaluation.ranking import find_hits


def band_precision(
    recommended: np.ndarray, relevant: sp.csr_array, band_of_item: np.ndarray, n_bands: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how often places of a band hit, and how many test pairs of a band are found.

    Over the places and pairs of all users together (a micro average), because most users have no
    test item in most bands. Recall by band is the true positive rate in which Zhu et al. (2021),
    Popularity-opportunity bias in collaborative filtering, look for that bias.

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, k)
        Item columns, -1 marks an empty place.
    relevant : csr_array, shape (n_users, n_items)
        Test pairs, a row for each list, each stored once.
    band_of_item : ndarray of int, shape (n_items,)
        0 to `n_bands` - 1 each.
    n_bands : int

    Returns
    -------
    precision : ndarray of float, shape (n_bands,)
        Hits over the places given to items of the band; NaN where it has no place.
    recall : ndarray of float, shape (n_bands,)
        Hits over the test pairs of the band; NaN where it has none.

    Raises
    ------
    SettingError
        If shapes do not fit, or an item or band is out of range.

    Examples
    --------
    >>> test = sp.csr_array([[1, 0, 1], [0, 0, 1]])
    >>> band_precision(np.array([[0, 1], [0, -1]]), test, np.array([0, 0, 1]), n_bands=2)
    (array([0.33333333,        nan]), array([1., 0.]))
    """
    check_rows("test", relevant, recommended)
    check_columns("test", relevant, len(band_of_item))
    check_lists(recommended, len(band_of_item))
    check_bands("bands", band_of_item, n_bands)
    shown = recommended >= 0
    hits = find_hits(recommended, relevant)
    n_places = np.bincount(band_of_item[recommended[shown]], minlength=n_bands)
    n_hits = np.bincount(band_of_item[recommended[hits]], minlength=n_bands)
    n_pairs = _pairs_by_band(relevant, band_of_item, n_bands)
    return _ratio(n_hits, n_places), _ratio(n_hits, n_pairs)


def pop_rsp(recommended: np.ndarray, train: sp.csr_array, is_tail: np.ndarray) -> float:
    r"""Return how unequal the chances of head and tail items are to be recommended.

    .. math:: RSP = std(P_{head}, P_{tail}) \,/\, mean(P_{head}, P_{tail}), \qquad
        P_g = \frac{\text{places given to items of } g}
        {\text{pairs of a user and an item of } g \text{ not in training}}

    "Ranking-based statistical parity". The standard deviation is that of the population, so that
    this is :math:`|P_{head} - P_{tail}| / (P_{head} + P_{tail})`: 0 = the same chance,
    1 = one group has none. Every row counts, one with an empty list too. Limits: a group without
    a candidate is left out; 0 with one group left, or without any place given (Elliot has NaN).

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, k)
    train : csr_array, shape (n_users, n_items)
        Training pairs, a row for each list.
    is_tail : ndarray of bool, shape (n_items,)
        `popularity_bias.long_tail(...)` say.

    Raises
    ------
    SettingError
        If shapes do not fit or an item is out of range.

    References
    ----------
    Zhu, Wang and Caverlee (2020), Measuring and mitigating item under-recommendation bias in
    personalized ranking systems. Elliot has the groups head and tail under this name.

    Examples
    --------
    >>> pop_rsp(np.array([[0], [0]]), sp.csr_array([[0, 1, 0], [0, 0, 1]]), np.arange(3) > 0)
    1.0
    """
    check_rows("train", train, recommended)
    check_columns("train", train, len(is_tail))
    check_lists(recommended, len(is_tail))
    group = is_tail.astype(np.int64)
    n_places = np.bincount(group[recommended[recommended >= 0]], minlength=2)
    n_pairs = len(recommended) * np.bincount(group, minlength=2)
    return _dispersion(_ratio(n_places, n_pairs - _pairs_by_band(train, group, 2)))


def pop_reo(recommended: np.ndarray, relevant: sp.csr_array, is_tail: np.ndarray) -> float:
    r"""Return how unequal the chances of head and tail items are to reach who wants them.

    "Ranking-based equal opportunity": as `pop_rsp`, but :math:`P_g` is the share of the test
    pairs of a group that the lists hold, its recall in `band_precision`. Limits: a group
    without test pairs is left out; 0 with one group left, or without a hit (Elliot has NaN).

    Parameters
    ----------
    recommended : ndarray of int, shape (n_users, k)
    relevant : csr_array, shape (n_users, n_items)
        Test pairs, a row for each list.
    is_tail : ndarray of bool, shape (n_items,)

    Raises
    ------
    SettingError
        If shapes do not fit or an item is out of range.

    Examples
    --------
    >>> test = sp.csr_array([[1, 1, 0], [1, 0, 1]])
    >>> round(pop_reo(np.array([[0, 1], [0, -1]]), test, np.arange(3) > 0), 3)
    0.333
    """
    _, recall = band_precision(recommended, relevant, is_tail.astype(np.int64), 2)
    return _dispersion(recall)


def _pairs_by_band(pairs: sp.csr_array, band_of_item: np.ndarray, n_bands: int) -> np.ndarray:
    # A stored zero is no pair.
    return np.bincount(band_of_item[pairs.indices], pairs.data != 0, minlength=n_bands)


def _ratio(n_found: np.ndarray, n_possible: np.ndarray) -> np.ndarray:
    """Return the share of what is possible, NaN where nothing is."""
    out = np.full(len(n_possible), np.nan)
    return np.divide(n_found, n_possible, out=out, where=n_possible > 0)


def _dispersion(chances: np.ndarray) -> float:
    """Return std / mean of what is known, 0 where that has no meaning."""
    known = chances[~np.isnan(chances)]
    return float(known.std() / known.mean()) if known.any() else 0.0
