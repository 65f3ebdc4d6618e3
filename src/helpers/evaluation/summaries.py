"""Means, differences and ratios with their 95 % intervals, rounded and ready for JSON."""

from typing import Any

import numpy as np

from helpers.evaluation.significance import bootstrap_interval, paired_difference, paired_ratio

_DECIMALS = 5


def rounded(value: float) -> float:
    """Return a plain number of five decimals."""
    return round(float(value), _DECIMALS)


def mean_summary(values: np.ndarray) -> dict[str, Any]:
    """Return "mean" and "interval" of one value a user, or a world; NaN is left out."""
    return {"mean": rounded(np.nanmean(values)), "interval": _ends(*bootstrap_interval(values))}


def difference_summary(one: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """Return "difference" and "interval" of the same users, or worlds, under two models."""
    found = paired_difference(one, other)
    return {"difference": rounded(found.difference), "interval": _ends(found.low, found.high)}


def ratio_summary(one: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """Return "ratio" and "interval" of the means of the same users under two models."""
    ratio, low, high = paired_ratio(one, other)
    return {"ratio": rounded(ratio), "interval": _ends(low, high)}


def _ends(low: float, high: float) -> list[float]:
    return [rounded(low), rounded(high)]
