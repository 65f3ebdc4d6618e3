"""Errors of predicted ratings: how far off they are, in the units of the rating."""

import numpy as np

from helpers.errors import SettingError


def rmse(actual: np.ndarray, predicted: np.ndarray) -> float:
    r"""Return the root mean squared error :math:`\sqrt{\frac1n \sum (r - \hat r)^2}`.

    Squaring makes one error of 2 as bad as four errors of 1.

    Parameters
    ----------
    actual, predicted : ndarray of float, shape (n,)
        Finite numbers.

    Raises
    ------
    SettingError
        If the shapes differ, there are no ratings, or one is not a finite number.

    Examples
    --------
    >>> rmse(np.array([1, 5]), np.array([1, 3]))
    1.4142135623730951
    """
    return float(np.sqrt(np.mean(_errors(actual, predicted) ** 2)))


def mae(actual: np.ndarray, predicted: np.ndarray) -> float:
    r"""Return the mean absolute error :math:`\frac1n \sum |r - \hat r|`.

    Parameters and errors are those of `rmse`.

    Examples
    --------
    >>> mae(np.array([1, 5]), np.array([1, 3]))
    1.0
    """
    return float(np.mean(np.abs(_errors(actual, predicted))))


def _errors(actual: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    if actual.shape != predicted.shape or actual.ndim != 1 or actual.size == 0:
        raise SettingError(
            f"got actual ratings of shape {actual.shape} and predicted ones of shape "
            f"{predicted.shape}, expected two rows of the same length with at least one rating"
        )
    errors = actual - predicted
    if not np.isfinite(errors).all():
        raise SettingError(
            f"{np.sum(~np.isfinite(errors))} ratings are missing or infinite, expected finite "
            "numbers; leave those pairs out and say how many there were"
        )
    return errors
