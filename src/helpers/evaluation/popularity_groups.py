"""What popularity bias does to listeners: profiles, groups, lift and miscalibration.

Throughout, `recommended` holds top-k lists, shape (n, k), where -1 marks an empty place, and
`train` the training pairs of the same users, a csr_array of shape (n, n_items), in which any
stored non-zero is one listener, however large. The `popularity` of an item, shape (n_items,), is
its number of training users, all of them counted and not only those judged. A user without what
a figure needs has NaN. Shapes that do not fit, and items, tiers or groups out of range, are a
SettingError.
"""

import numpy as np
import scipy.sparse as sp
from scipy.special import rel_entr

from helpers.errors import SettingError
from helpers.evaluation.list_checks import check_bands, check_columns, check_lists, check_rows
from helpers.evaluation.popularity_bias import list_means, popularity_bands

GROUPS = ("niche", "diverse", "mainstream")
TIERS = ("head", "middle", "tail")


def profile_popularity(train: sp.csr_array, popularity: np.ndarray) -> np.ndarray:
    """Return the mean popularity of a user's training items, shape (n,), NaN without any.

    Its mean over a group of users is their "group average popularity" (GAP) in `delta_gap`.

    Examples
    --------
    >>> profile_popularity(sp.csr_array([[7, 1], [0, 0]]), np.array([10, 2]))
    array([ 6., nan])
    """
    check_columns("train", train, len(popularity))
    pairs = _pattern(train)
    n_items = pairs @ np.ones(len(popularity))
    total = pairs @ np.asarray(popularity, dtype=float)
    return np.divide(total, n_items, out=np.full(len(total), np.nan), where=n_items > 0)


def mainstream_thirds(train: sp.csr_array, popularity: np.ndarray) -> np.ndarray:
    """Divide users into three groups of equal size by how popular their profiles are.

    Kowald et al. (2020), The unfairness of popularity bias in music recommendation, compare three
    groups of equal size too, but rank users by a mainstreaminess that comes with their data.
    Abdollahpouri et al. (2019) rank by the share of popular items and take a fifth at either end.

    Returns
    -------
    ndarray of int, shape (n,)
        Places in `GROUPS`: 0 niche, 1 diverse, 2 mainstream, and -1 without a profile. Of equal
        profiles the earlier row counts as the smaller; sizes differ by 1 at most.

    Examples
    --------
    >>> train = sp.csr_array([[1, 0], [1, 1], [0, 0], [0, 1]])
    >>> mainstream_thirds(train, np.array([10, 2]))
    array([ 2,  1, -1,  0])
    """
    profile = profile_popularity(train, popularity)
    groups = np.full(len(profile), -1)
    n_known = np.count_nonzero(~np.isnan(profile))
    # NaN is sorted to the end.
    by_popularity = np.argsort(profile, kind="stable")[:n_known]
    groups[by_popularity] = np.arange(n_known) * len(GROUPS) // max(n_known, 1)
    return groups


def popularity_lift(
    recommended: np.ndarray, train: sp.csr_array, popularity: np.ndarray
) -> np.ndarray:
    r"""Return by how much a list is more popular than its user's profile, relatively.

    .. math:: (\bar p_{list} - \bar p_{profile}) \,/\, \bar p_{profile}

    0 = as popular, 1 = twice as popular, -0.5 = half. `delta_gap` is the same of groups.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where list or profile is empty, or the profile has popularity 0.

    Examples
    --------
    >>> popularity_lift(np.array([[0], [-1]]), sp.csr_array([[1, 1], [1, 0]]), np.array([9, 3]))
    array([0.5, nan])
    """
    check_rows("train", train, recommended)
    profile = profile_popularity(train, popularity)
    return _relative_change(profile, list_means(recommended, popularity))


def delta_gap(
    recommended: np.ndarray,
    train: sp.csr_array,
    popularity: np.ndarray,
    groups: np.ndarray,
    n_groups: int = len(GROUPS),
) -> np.ndarray:
    r"""Return by how much the lists of a group are more popular than its profiles, relatively.

    .. math:: \Delta GAP_g = (GAP^{list}_g - GAP^{profile}_g) \,/\, GAP^{profile}_g

    where GAP is the mean over the users of a group of the mean popularity of a list or profile,
    over users that have both. This ratio of means is the definition of Abdollahpouri et al. and
    what the code of Kowald et al. computes. Others take the mean of each user's ratio, which is
    the mean of `popularity_lift` over the group: there a few niche profiles can outweigh
    everybody else's.

    Parameters
    ----------
    recommended, train, popularity
        See the head of the module.
    groups : ndarray of int, shape (n,)
        Group of each user, `mainstream_thirds(...)` say; -1 = none.
    n_groups : int

    Returns
    -------
    ndarray of float, shape (n_groups,)
        NaN for a group in which nobody has both, or whose profiles have popularity 0.

    References
    ----------
    Abdollahpouri et al. (2019), The unfairness of popularity bias in recommendation.
    Kowald et al. (2020), The unfairness of popularity bias in music recommendation.

    Examples
    --------
    >>> train = sp.csr_array([[1, 1], [0, 1]])
    >>> delta_gap(np.array([[0], [1]]), train, np.array([9, 3]), np.array([0, 0]), n_groups=2)
    array([0.33333333,        nan])
    """
    check_rows("train", train, recommended)
    if np.shape(groups) != (len(recommended),):
        raise SettingError(
            f"groups have shape {np.shape(groups)}, expected one for each of the "
            f"{len(recommended)} lists"
        )
    check_bands("groups", groups, n_groups, least=-1)
    profile = profile_popularity(train, popularity)
    of_list = list_means(recommended, popularity)
    counted = (groups >= 0) & ~np.isnan(profile) & ~np.isnan(of_list)
    # Totals will do: both means of a group have the same number of users beneath.
    total_profile, total_list = (
        np.bincount(groups[counted], of_user[counted], minlength=n_groups)
        for of_user in (profile, of_list)
    )
    return _relative_change(total_profile, total_list)


def popularity_tiers(popularity: np.ndarray) -> np.ndarray:
    """Return whether an item is head, middle or tail, shape (n_items,).

    The tiers of Abdollahpouri et al. (2021): the head is the shortest run of most popular items
    that holds at least the top 20 % of all interactions, the tail what the first 80 % leave
    (`popularity_bias.long_tail`), the middle the rest.

    Returns
    -------
    ndarray of int, shape (n_items,)
        Places in `TIERS`; items without users are in the tail.

    Raises
    ------
    SettingError
        If there are no interactions.

    Examples
    --------
    >>> popularity_tiers(np.array([3, 2, 2, 2, 1, 0]))
    array([0, 1, 1, 1, 2, 2])
    """
    return np.array([0, 1, 1, 1, 2])[popularity_bands(popularity, n_bands=5)]


def profile_mix(
    train: sp.csr_array, tier_of_item: np.ndarray, n_tiers: int = len(TIERS)
) -> np.ndarray:
    """Return which share of a user's training items lies in each tier.

    Parameters
    ----------
    train : csr_array, shape (n, n_items)
    tier_of_item : ndarray of int, shape (n_items,)
        0 to `n_tiers` - 1 each.
    n_tiers : int

    Returns
    -------
    ndarray of float, shape (n, n_tiers)
        Rows sum to 1; a user without items has NaN.

    Examples
    --------
    >>> profile_mix(sp.csr_array([[1, 1, 0], [0, 0, 0]]), np.array([0, 1, 2]))
    array([[0.5, 0.5, 0. ],
           [nan, nan, nan]])
    """
    check_columns("train", train, len(tier_of_item))
    check_bands("tiers", tier_of_item, n_tiers)
    return _shares(_pattern(train) @ np.eye(n_tiers)[tier_of_item])


def list_mix(
    recommended: np.ndarray, tier_of_item: np.ndarray, n_tiers: int = len(TIERS)
) -> np.ndarray:
    """Return which share of each list lies in each tier; see `profile_mix`.

    Examples
    --------
    >>> list_mix(np.array([[0, 2], [1, -1]]), np.array([0, 1, 2]))
    array([[0.5, 0. , 0.5],
           [0. , 1. , 0. ]])
    """
    check_lists(recommended, len(tier_of_item))
    check_bands("tiers", tier_of_item, n_tiers)
    cells = np.arange(len(recommended))[:, None] * n_tiers + tier_of_item[recommended]
    counts = np.bincount(cells[recommended >= 0], minlength=len(recommended) * n_tiers)
    return _shares(counts.reshape(-1, n_tiers))


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    r"""Return the Jensen-Shannon divergence of the rows of p and q in bits, shape (n,).

    .. math:: JS = \tfrac12 KL(p \,\|\, m) + \tfrac12 KL(q \,\|\, m), \qquad m = (p + q) / 2

    0 = the same, 1 = nothing in common. Symmetric, and finite where either has a 0, other than KL
    itself, which Steck (2018), Calibrated recommendations, therefore smooths.
    `scipy.spatial.distance.jensenshannon` is its square root.

    Parameters
    ----------
    p, q : ndarray of float, shape (n, m)
        Each row shares that sum to 1, or NaN; a row that is NaN in either is NaN in the result.

    Raises
    ------
    SettingError
        If the shapes differ, a share is negative, or a row does not sum to 1.

    Examples
    --------
    >>> jensen_shannon(np.array([[1, 0], [0.5, 0.5]]), np.array([[0, 1], [0.5, 0.5]]))
    array([1., 0.])
    """
    if np.shape(p) != np.shape(q) or np.ndim(p) != 2:
        raise SettingError(
            f"the shares have shapes {np.shape(p)} and {np.shape(q)}, expected two tables of the "
            "same shape"
        )
    for shares in (p, q):
        of_row = shares.sum(axis=1)
        if (shares < 0).any() or (abs(of_row - 1) > 1e-9).any():
            raise SettingError(
                "a row has a negative share or does not sum to 1; divide counts by their sum"
            )
    middle = (p + q) / 2
    nats = (rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=1) / 2
    return np.clip(nats / np.log(2), 0, 1)


def miscalibration(
    recommended: np.ndarray, train: sp.csr_array, popularity: np.ndarray
) -> np.ndarray:
    """Return how far the tiers of a list are from those of its user's profile, shape (n,).

    The Jensen-Shannon divergence in bits between the shares of head, middle and tail. The mean
    over all users differs a little from the "user popularity deviation" of Abdollahpouri et al.
    (2021), User-centered evaluation of popularity bias in recommender systems, which first
    averages within each group of users and then over groups.

    NaN where list or profile is empty.

    Examples
    --------
    >>> train = sp.csr_array([[1, 0, 1], [0, 1, 0]])
    >>> miscalibration(np.array([[0, 2], [0, -1]]), train, np.array([2, 6, 2]))
    array([0., 1.])
    """
    check_rows("train", train, recommended)
    tiers = popularity_tiers(popularity)
    return jensen_shannon(profile_mix(train, tiers), list_mix(recommended, tiers))


def _pattern(train: sp.csr_array) -> sp.csr_array:
    """Return the matrix with 1 in place of whatever is not 0."""
    ones = (train.data != 0).astype(float)
    return sp.csr_array((ones, train.indices, train.indptr), shape=train.shape)


def _shares(counts: np.ndarray) -> np.ndarray:
    """Return the rows divided by their sums, NaN where a sum is 0."""
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)


def _relative_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.divide(after - before, before, out=np.full(len(before), np.nan), where=before > 0)
