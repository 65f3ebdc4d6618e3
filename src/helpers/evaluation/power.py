"""How many users it takes to see that one model is better than another."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from helpers.checks import positive_number, proper_share, whole_number
from helpers.errors import SettingError

_Z = float(norm.ppf(0.975))  # half the width of a 95 % interval, in standard errors


def detection_power(
    a: np.ndarray,
    b: np.ndarray,
    n_users: Sequence[int],
    *,
    difference: float | None = None,
    paired: bool = True,
    n_repeats: int = 500,
    seed: int = 0,
) -> np.ndarray:
    r"""Return how often a test with so many users would see that model a is better than b.

    For each number n, draws n users with replacement `n_repeats` times and counts the draws in
    which the 95 % interval :math:`\bar d \pm 1.96 \, s / \sqrt n` of the difference lies wholly
    above 0. A test of two models on users of their own draws n users for each.

    Parameters
    ----------
    a, b : ndarray of float, shape (n,)
        The same metric of the same users under two models; a user with NaN in either is
        dropped from both.
    n_users : sequence of int
        Sizes of the tests, from 2; they may exceed the number of users there are.
    difference : float, optional
        By how much a is truly better: its values are shifted to that. Without it the mean
        difference observed is taken for the true one, which flatters a difference that was
        noticed because it was large.
    paired : bool
        Whether both models are judged on the same draw of users.
    n_repeats : int
        Draws a size; 500 fix a share to 0.04 or better.
    seed : int
        Fixes the draws.

    Returns
    -------
    ndarray of float, shape (len(n_users),)

    Raises
    ------
    SettingError
        If the arrays differ in shape, fewer than two users remain, or a setting is out of range.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise SettingError(
            f"the models have values of {a.shape} and {b.shape} users, expected the same users "
            "in the same order"
        )
    sizes = [whole_number("a number of users", n, 2) for n in n_users]
    whole_number("n_repeats", n_repeats, 1)
    known = ~np.isnan(a - b)
    a, b = a[known], b[known]
    if len(a) < 2:
        raise SettingError(f"got values of {len(a)} users in both models, expected at least 2")
    if difference is not None:
        a = a - a.mean() + b.mean() + difference
    rng = np.random.default_rng(whole_number("seed", seed, 0))

    def is_seen(n: int) -> bool:
        users = rng.integers(len(a), size=n)
        if paired:
            gains = a[users] - b[users]
            return gains.mean() > _Z * gains.std(ddof=1) / np.sqrt(n)
        ours, theirs = a[users], b[rng.integers(len(b), size=n)]
        error = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / n)
        return ours.mean() - theirs.mean() > _Z * error

    return np.array([np.mean([is_seen(n) for _ in range(n_repeats)]) for n in sizes])


def users_needed(difference: float, deviation: float, power: float = 0.8) -> int:
    r"""Return the number of users with which a test sees a difference in that share of cases.

    .. math:: n = (1.96 + z_{power})^2 \, s^2 / d^2

    where z is a quantile of the normal distribution, 0.84 for a power of 0.8, and "sees" means
    that the 95 % interval leaves 0 out.

    Parameters
    ----------
    difference : float
        The d to be seen, in the units of the metric; its sign does not matter.
    deviation : float
        The standard deviation s over users: of the differences in a paired test, and
        :math:`\sqrt{s_a^2 + s_b^2}` where each model is judged on users of its own, n for each.
    power : float
        Between 0 and 1.

    Raises
    ------
    SettingError
        If a value is out of range.

    Examples
    --------
    >>> users_needed(difference=0.01, deviation=0.1)
    785
    """
    difference = positive_number("difference", abs(difference))
    deviation = positive_number("deviation", deviation)
    z = _Z + norm.ppf(proper_share("power", power, 0.8))
    return int(np.ceil((z * deviation / difference) ** 2))
