"""Predict the audio features that a service published from the sound itself."""

from typing import NamedTuple

import numpy as np
import polars as pl

from helpers.checks import whole_number
from helpers.errors import DataError, SettingError

FEATURES = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "loudness",
            "speechiness", "tempo", "valence")  # fmt: skip
"""The columns of the table of tracks that say how a track sounds."""

_N_RESAMPLES = 1_000


class Explained(NamedTuple):
    """How much of a feature's spread a prediction explains.

    Attributes
    ----------
    feature : str
    value, low, high : float
        R², 1 less the squared error over that of the mean, and its 95 % interval over tracks; 0
        and less for a prediction no better than the mean.
    """

    feature: str
    value: float
    low: float
    high: float


def features_of(tracks: pl.DataFrame, uris: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of tracks that the table has.

    Parameters
    ----------
    tracks : DataFrame
        `tracks` of `helpers.data.audio_features.load_audio_features`.
    uris : Series of str
        `spotify:track:` and an id.

    Returns
    -------
    rows : ndarray of int, shape (n,)
        Places in `uris` of those that the table has.
    values : ndarray of float32, shape (n, n_features)
        In the order of `FEATURES`.

    Raises
    ------
    DataError
        If the table has none of them.
    """
    wanted = pl.DataFrame({"id": uris.str.split(":").list.last()}).with_row_index("row")
    found = wanted.join(tracks.unique("id"), on="id", how="inner").sort("row")
    if found.is_empty():
        raise DataError(
            f"the table of audio features has none of {len(uris)} tracks, expected some; take the "
            "table that lies beside the playlists"
        )
    return found["row"].to_numpy().astype(np.int64), found.select(FEATURES).to_numpy().astype("f4")


def standardised(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return features with mean 0 and standard deviation 1 over some rows, those of training.

    Tempo would drown the others in a common error otherwise; R² stays what it is.
    """
    spread = values[rows].std(axis=0)
    return (values - values[rows].mean(axis=0)) / np.where(spread > 0, spread, 1)


def explained(truth: np.ndarray, predicted: np.ndarray, seed: int = 0) -> list[Explained]:
    """Return R² of each feature, with its bootstrap interval over tracks.

    Parameters
    ----------
    truth, predicted : ndarray of float, shape (n_tracks, n_features)
        In the order of `FEATURES`.
    seed : int
        Of the draws.

    Raises
    ------
    SettingError
        If the shapes differ, there are fewer than two tracks, or a feature is the same everywhere.
    """
    truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    if truth.shape != predicted.shape or truth.ndim != 2 or truth.shape[1] != len(FEATURES):
        raise SettingError(
            f"features have shapes {truth.shape} and {predicted.shape}, expected "
            f"(n_tracks, {len(FEATURES)}) of both"
        )
    if len(truth) < 2 or (np.ptp(truth, axis=0) == 0).any():
        raise SettingError(
            f"{len(truth)} tracks have a feature that is the same in all, expected some spread"
        )
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    drawn = rng.multinomial(len(truth), np.full(len(truth), 1 / len(truth)), _N_RESAMPLES)
    value = _r_squared(np.ones((1, len(truth))), truth, predicted)[0]
    low, high = np.nanquantile(_r_squared(drawn, truth, predicted), (0.025, 0.975), axis=0)
    columns = zip(FEATURES, value.tolist(), low.tolist(), high.tolist(), strict=True)
    return [Explained(*column) for column in columns]


def _r_squared(weights: np.ndarray, truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return R² with each row of weights, shape (n_rows, n_features)."""
    total = weights.sum(axis=1, keepdims=True)
    centred = truth - truth.mean(axis=0)  # for the sake of rounding
    spread = weights @ centred**2 - (weights @ centred) ** 2 / total
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - weights @ (truth - predicted) ** 2 / spread
