"""How sure a mean over users is, and whether two models really differ on the same users."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from helpers.checks import proper_share, whole_number
from helpers.errors import SettingError

_CELLS_AT_ONCE = 4_000_000
"""Resamples × users drawn in one go: bounds memory to some 50 MB however many users there are."""


class PairedDifference(NamedTuple):
    """The mean of `a - b` over the users that have a value in both.

    Attributes
    ----------
    difference : float
        Mean of the differences; positive where the first model is better.
    low, high : float
        95 % bootstrap interval of that mean over users.
    p_value : float
        Share of sign-flipped samples whose mean is at least as far from 0 (two-sided).
    n_users : int
        Users compared.
    """

    difference: float
    low: float
    high: float
    p_value: float
    n_users: int


def bootstrap_interval(
    per_user: np.ndarray, confidence: float = 0.95, n_resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean over users.

    Users are drawn with replacement, as many as there are; the interval runs between the
    quantiles of the means of `n_resamples` such draws.

    Parameters
    ----------
    per_user : ndarray of float, shape (n_users,)
        One value a user; NaN (no test items) is dropped.
    confidence : float
        Share of the resampled means inside the interval.
    n_resamples : int
        Draws; 2,000 fix the ends of a 95 % interval to a few hundredths of its width.
    seed : int
        The same seed and values give the same interval.

    Returns
    -------
    low, high : float

    Raises
    ------
    SettingError
        If fewer than two users have a value, or a setting is out of range.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    values = _known(np.asarray(per_user, dtype=float))
    _check(confidence, n_resamples, seed)
    return _interval(values, confidence, n_resamples, np.random.default_rng(seed))


def paired_difference(
    a: np.ndarray,
    b: np.ndarray,
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    seed: int = 0,
) -> PairedDifference:
    """Compare two models user by user.

    The interval is a bootstrap over users of the mean of `a - b`. The p-value is of a
    sign-flip permutation test: were the models equal, each user's difference could as well
    have had the other sign. The observed sample counts as one of the flips, so that the
    p-value is never 0.

    Parameters
    ----------
    a, b : ndarray of float, shape (n_users,)
        The same metric of the same users under two models; a user with NaN in either is
        dropped from both.
    confidence : float
        Of the interval.
    n_resamples : int
        Bootstrap draws, and sign flips.
    seed : int
        Fixes both.

    Raises
    ------
    SettingError
        If the arrays differ in shape, fewer than two users remain, or a setting is out of range.
    """
    a, b = _same_users(a, b)
    _check(confidence, n_resamples, seed)
    differences = _known(a - b)
    rng = np.random.default_rng(seed)
    low, high = _interval(differences, confidence, n_resamples, rng)
    observed = float(differences.mean())
    return PairedDifference(
        observed, low, high, _sign_flip_p_value(differences, n_resamples, rng), len(differences)
    )


def paired_ratio(
    a: np.ndarray, b: np.ndarray, confidence: float = 0.95, n_resamples: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """Return mean of `a` over mean of `b` on the same users, with its bootstrap interval.

    Each draw takes users with replacement and divides the two means over the same draw.

    Parameters
    ----------
    a, b : ndarray of float, shape (n_users,)
        The same measure of the same users under two models; a user with NaN in either is dropped
        from both.
    confidence, n_resamples, seed
        As in `bootstrap_interval`.

    Returns
    -------
    ratio, low, high : float

    Raises
    ------
    SettingError
        If the arrays differ in shape, fewer than two users remain, the mean of `b` is not above 0
        (in a draw, too), or a setting is out of range.

    Examples
    --------
    >>> paired_ratio(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    (0.5, 0.5, 0.5)
    """
    a, b = _same_users(a, b)
    _check(confidence, n_resamples, seed)
    is_known = ~(np.isnan(a) | np.isnan(b))
    a, b = _known(a[is_known]), _known(b[is_known])
    rng = np.random.default_rng(seed)
    totals = []
    for n in _blocks(n_resamples, len(a)):
        users = rng.integers(len(a), size=(n, len(a)), dtype=np.int32)
        totals.append(np.stack([a[users].sum(axis=1), b[users].sum(axis=1)]))
    above, below = np.concatenate(totals, axis=1)
    if b.mean() <= 0 or (below <= 0).any():
        raise SettingError(
            f"the mean to divide by is {b.mean():g} and reaches {below.min() / len(b):g} when "
            "users are drawn anew, expected one above 0; compare differences instead"
        )
    outside = (1 - confidence) / 2
    low, high = np.quantile(above / below, [outside, 1 - outside])
    return float(a.mean() / b.mean()), float(low), float(high)


def _interval(
    values: np.ndarray, confidence: float, n_resamples: int, rng: np.random.Generator
) -> tuple[float, float]:
    means = [
        values[rng.integers(len(values), size=(n, len(values)), dtype=np.int32)].mean(axis=1)
        for n in _blocks(n_resamples, len(values))
    ]
    outside = (1 - confidence) / 2
    low, high = np.quantile(np.concatenate(means), [outside, 1 - outside])
    return float(low), float(high)


def _sign_flip_p_value(
    differences: np.ndarray, n_resamples: int, rng: np.random.Generator
) -> float:
    total = differences.sum()
    # Sums in another order differ in the last bits; a tie must still count as a tie.
    threshold = abs(total) * (1 - 1e-9)
    n_as_far = 0
    for n in _blocks(n_resamples, len(differences)):
        kept = rng.random((n, len(differences)), dtype=np.float32) < 0.5
        # The kept half keeps its sign and the rest loses it: kept - (total - kept).
        flipped_total = 2 * (kept @ differences) - total
        n_as_far += int(np.count_nonzero(abs(flipped_total) >= threshold))
    return (1 + n_as_far) / (1 + n_resamples)


def _blocks(n_resamples: int, n_users: int) -> Iterator[int]:
    """Yield how many resamples to draw at once until there are `n_resamples`."""
    at_once = max(1, _CELLS_AT_ONCE // n_users)
    for start in range(0, n_resamples, at_once):
        yield min(at_once, n_resamples - start)


def _same_users(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise SettingError(
            f"the models have values of {a.shape} and {b.shape} users, expected the same users "
            "in the same order"
        )
    return a, b


def _known(values: np.ndarray) -> np.ndarray:
    known = values[~np.isnan(values)]
    if len(known) < 2:
        raise SettingError(
            f"got values of {len(known)} users who have test items, expected at least 2 for an "
            "interval; use a larger test set"
        )
    if np.isinf(known).any():
        raise SettingError("a user has an infinite value, expected finite ones")
    return known


def _check(confidence: float, n_resamples: int, seed: int) -> None:
    proper_share("confidence", confidence, 0.95)
    whole_number("n_resamples", n_resamples, 1)
    whole_number("seed", seed, 0)
