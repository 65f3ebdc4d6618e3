"""Inverse propensity weights: what is seldom observed stands for more when it is.

The remedy of Schnabel et al., "Recommendations as treatments" (ICML 2016), for data in which
popular items are more likely to show up at all.
"""

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between
from helpers.errors import SettingError
from helpers.weighting import checked_counts


def popularity_propensity(popularity: np.ndarray, gamma: float) -> np.ndarray:
    """Return (users of an item / users of the most popular item) ** gamma, shape (n_items,).

    An item without users counts as if one user had it, so that no propensity is 0.

    Raises
    ------
    SettingError
        If `gamma` is negative or not finite, or no item has a user.
    """
    gamma = number_between("gamma", gamma, 0)
    if not np.any(popularity > 0):
        raise SettingError("no item has a training user; expected at least one interaction")
    return (np.maximum(popularity, 1) / popularity.max()) ** gamma


def inverse_propensity(
    user_items: sp.csr_array, propensity: np.ndarray, clip: float = 100.0
) -> sp.csr_array:
    r"""Return weights over the chance that the pair was observed, :math:`w_{ui} / p_i`, clipped.

    If a liked item i shows up in the data with probability :math:`p_i`, each pair of it stands for
    :math:`1 / p_i` likes. With
    :math:`p_i = (d_i / d_{max})^\gamma` this is `downweight_popular` times a constant, which lifts
    the tail up instead of turning the head down.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite weights.
    propensity : ndarray of float, shape (n_items,)
        Above 0 and at most 1 for every item with a pair; `popularity_propensity` is one.
    clip : float
        The largest factor, 1 or more: rare items would drown everything otherwise.

    Raises
    ------
    SettingError
        If a propensity is out of range, there is not one an item, or `clip` is below 1.
    DataError
        If a stored weight is not a positive finite number.
    """
    clip = number_between("clip", clip, 1)
    propensity = np.asarray(propensity, dtype=float)
    if propensity.shape != (user_items.shape[1],):
        raise SettingError(
            f"got propensities of shape {propensity.shape}, expected one for each of the "
            f"{user_items.shape[1]} items"
        )
    of_pair = propensity[user_items.indices]
    bad = ~((of_pair > 0) & (of_pair <= 1))
    if bad.any():
        raise SettingError(
            f"the propensity of item {user_items.indices[bad][0]} is {of_pair[bad][0]:g}, expected "
            "above 0 and at most 1, since the item was observed; raise it to a small floor"
        )
    weighted = user_items.astype(np.float32)  # a copy
    weighted.data = (checked_counts(user_items) * np.minimum(1 / of_pair, clip)).astype(np.float32)
    return weighted
