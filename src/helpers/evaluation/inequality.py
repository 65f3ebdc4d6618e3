"""How unequally a total is shared out: Lorenz curves and top shares of any counts.

The Gini coefficient, which sums a Lorenz curve up in one number, is `popularity_bias.gini`.
"""

import math

import numpy as np

from helpers.errors import SettingError


def lorenz_curve(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return which share of the total the poorest x of all items hold, for every x.

    .. math:: L(i / n) = \sum_{j \le i} x_j \,/\, \sum_{j \le n} x_j

    with the counts :math:`x_1 \le \dots \le x_n` in rising order. Twice the area between the
    curve and the diagonal is the Gini coefficient, up to the factor n / (n - 1) of the sample
    form that `popularity_bias.gini` uses.

    Parameters
    ----------
    counts : ndarray of float, shape (n,)
        0 or more each: listeners or plays of each artist, say.

    Returns
    -------
    x : ndarray, shape (n + 1,)
        Share of the items, from 0 to 1.
    y : ndarray, shape (n + 1,)
        Share of the total that they hold, from 0 to 1.

    Raises
    ------
    SettingError
        If there are no counts, one is negative, or all are 0.

    Examples
    --------
    >>> lorenz_curve(np.array([1, 3]))
    (array([0. , 0.5, 1. ]), array([0.  , 0.25, 1.  ]))
    """
    rising = rising_counts(counts)
    cumulated = np.concatenate([[0.0], np.cumsum(rising)])
    return np.linspace(0, 1, len(cumulated)), cumulated / cumulated[-1]


def top_share(counts: np.ndarray, share: float) -> float:
    """Return the share of the total that the largest `share` of all items hold.

    The number of items is rounded up, so that at least one is counted.

    Parameters
    ----------
    counts : ndarray of float, shape (n,)
        0 or more each.
    share : float
        Above 0 and at most 1: 0.01 for the top 1 %.

    Raises
    ------
    SettingError
        If `share` is out of range, there are no counts, one is negative, or all are 0.

    Examples
    --------
    >>> top_share(np.array([1, 1, 1, 7]), 0.25)
    0.7
    """
    if not 0 < share <= 1:
        raise SettingError(f"share is {share}, expected above 0 and at most 1, such as 0.01")
    rising = rising_counts(counts)
    # Rounded first, so that 0.07 of 100 items are 7 and not, for want of a bit, 8.
    n_top = math.ceil(round(share * len(rising), 9))
    return float(rising[-n_top:].sum() / rising.sum())


def rising_counts(counts: np.ndarray, at_least: int = 1) -> np.ndarray:
    """Return counts in rising order, shape (n,).

    Raises
    ------
    SettingError
        If there are fewer than `at_least`, one is negative or not finite, or all are 0.
    """
    rising = np.sort(np.asarray(counts, dtype=float).ravel())
    # NaN is sorted to the end.
    if len(rising) < at_least or rising[0] < 0 or not 0 < rising[-1] < np.inf:
        raise SettingError(
            f"got {len(rising)} counts with the sum {rising.sum():g}, expected at least "
            f"{at_least}, each finite, none negative and not all 0"
        )
    return rising
