"""Means and correlations of audio features, with intervals that respect who made the tracks.

Tracks of one artist sound alike, so that a thousand tracks of a hundred artists say less than a
thousand of a thousand. The bootstrap therefore draws artists, each with all its tracks.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.errors import SettingError

_ENDS = (0.025, 0.975)  # of a 95 % interval
_SMOOTHED, _LEVEL = 5, 10  # years of the running mean, and at each end of a curve


class Correlation(NamedTuple):
    """A correlation, from -1 to 1, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Trend(NamedTuple):
    """How a curve of years changed.

    Attributes
    ----------
    a_decade : float
        Slope of the least-squares line, in units of the curve.
    halfway : float
        The first year from which on the curve is nearer to where it ended than to where it began.
    """

    a_decade: float
    halfway: float


def cell_means(
    features: np.ndarray, cells: np.ndarray, clusters: np.ndarray, n_resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each cell, and what it is when clusters are drawn with replacement.

    Parameters
    ----------
    features : ndarray of float, shape (n, n_features)
    cells : ndarray of int, shape (n,)
        Whose mean each row is part of, such as a year, from 0 upwards.
    clusters : ndarray of int, shape (n,)
        What is drawn as one, such as an artist, from 0 upwards.
    n_resamples : int
    seed : int

    Returns
    -------
    means : ndarray of float, shape (n_cells, n_features)
    draws : ndarray of float, shape (n_resamples, n_cells, n_features)
        NaN where no cluster of a cell was drawn.
    """
    shape = int(clusters.max()) + 1, int(cells.max()) + 1
    sizes = _sums(np.ones(len(cells)), clusters, cells, shape)
    drawn = _draw(shape[0], n_resamples, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        a_cell, a_draw = 1 / np.bincount(cells), 1 / (drawn @ sizes)
        means, draws = [], []
        for feature in np.asarray(features, dtype=float).T:
            means.append(np.bincount(cells, feature) * a_cell)
            draws.append((drawn @ _sums(feature, clusters, cells, shape)) * a_draw)
    return np.stack(means, axis=1), np.stack(draws, axis=2)


def interval(draws: np.ndarray) -> np.ndarray:
    """Return the ends of the 95 % interval of draws along the first axis, shape (..., 2)."""
    return np.moveaxis(np.nanquantile(draws, _ENDS, axis=0), 0, -1)


def correlate(
    features: np.ndarray,
    target: np.ndarray,
    clusters: np.ndarray,
    *,
    within: np.ndarray | None = None,
    n_resamples: int = 500,
    seed: int = 0,
) -> list[Correlation]:
    """Return Pearson's correlation of each feature and a target, with bootstrap intervals.

    Parameters
    ----------
    features : ndarray of float, shape (n, n_features)
    target : ndarray of float, shape (n,)
    clusters : ndarray of int, shape (n,)
        What is drawn as one, such as an artist, from 0 upwards.
    within : ndarray of int, shape (n,), optional
        Cells whose means are taken out of features and target first, such as years: what is left
        says how the two go together among tracks of the same year.
    n_resamples : int
    seed : int

    Raises
    ------
    SettingError
        If a feature or the target is the same everywhere, so that nothing goes together.
    """
    y = _centred(np.asarray(target, dtype=float), within)
    drawn = _draw(int(clusters.max()) + 1, n_resamples, seed)
    found = []
    for number, feature in enumerate(np.asarray(features, dtype=float).T):
        x = _centred(feature, within)
        moments = (np.ones(len(x)), x, y, x * x, y * y, x * y)
        of_cluster = np.stack([np.bincount(clusters, moment) for moment in moments], axis=1)
        value = _correlation(of_cluster.sum(axis=0))
        if not np.isfinite(value):
            raise SettingError(
                f"feature {number} or the target is the same everywhere, expected some spread; "
                "leave it out"
            )
        low, high = np.nanquantile(_correlation(drawn @ of_cluster), _ENDS)
        found.append(Correlation(float(value), float(low), float(high)))
    return found


def trend(years: np.ndarray, curve: np.ndarray) -> Trend:
    """Return the slope of a curve of years, and when it was half way.

    For the second the curve is smoothed over five years; where it began and where it ended are the
    means of ten years.

    Parameters
    ----------
    years : ndarray of int, shape (n,)
        In rising order.
    curve : ndarray of float, shape (n,)
        A year without a value, NaN, is left out of the slope and bridged by a line for the rest.

    Raises
    ------
    SettingError
        If fewer than 20 years have a value, or there is not a year for each value.
    """
    is_known = np.isfinite(curve)
    if len(curve) != len(years) or is_known.sum() < 2 * _LEVEL:
        raise SettingError(
            f"got {len(years)} years and {is_known.sum()} values, expected the same number and "
            f"{2 * _LEVEL} or more"
        )
    known_years, known = years[is_known], curve[is_known]
    slope = np.polyfit((known_years - known_years.mean()) / 10, known, 1)[0]
    return Trend(float(slope), _halfway(years, np.interp(years, known_years, known)))


def _halfway(years: np.ndarray, curve: np.ndarray) -> float:
    began, ended = curve[:_LEVEL].mean(), curve[-_LEVEL:].mean()
    padded = np.pad(curve, _SMOOTHED // 2, mode="edge")
    smooth = np.convolve(padded, np.full(_SMOOTHED, 1 / _SMOOTHED), mode="valid")
    is_early = (smooth - (began + ended) / 2) * (ended - began) < 0
    first = np.flatnonzero(is_early)[-1] + 1 if is_early.any() else 0
    return float(years[min(first, len(years) - 1)])


def _sums(
    values: np.ndarray, clusters: np.ndarray, cells: np.ndarray, shape: tuple[int, int]
) -> sp.csr_array:
    return sp.coo_array((values, (clusters, cells)), shape=shape).tocsr()


def _draw(n_clusters: int, n_resamples: int, seed: int) -> np.ndarray:
    """Return how often each cluster is drawn, shape (n_resamples, n_clusters)."""
    whole_number("n_resamples", n_resamples, 1)
    rng = np.random.default_rng(seed)
    shares = np.full(n_clusters, 1 / n_clusters)
    return rng.multinomial(n_clusters, shares, size=n_resamples).astype(float)


def _centred(values: np.ndarray, cells: np.ndarray | None) -> np.ndarray:
    if cells is None:
        return values - values.mean()
    counts = np.maximum(np.bincount(cells), 1)
    return values - (np.bincount(cells, values) / counts)[cells]


def _correlation(moments: np.ndarray) -> np.ndarray:
    n, x, y, xx, yy, xy = np.moveaxis(moments, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y))
