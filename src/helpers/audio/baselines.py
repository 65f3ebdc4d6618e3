"""Predict vectors from summary statistics: by a line, and by a small network without hearing."""

import warnings
from typing import Protocol

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from helpers.checks import positive_number, whole_number


class Regressor(Protocol):
    """Whatever learns to predict vectors: the baselines here, and `SoundNetwork`."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> object:
        """Learn from inputs, one a row, and their vectors, shape (n, n_targets)."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the vectors of inputs, shape (n, n_targets)."""


def linear_baseline(penalty: float = 1000.0) -> Regressor:
    """Return a ridge regression on standardised statistics; the penalty is positive."""
    return make_pipeline(StandardScaler(), Ridge(positive_number("penalty", penalty)))


def mlp_baseline(penalty: float = 30.0, seed: int = 0) -> Regressor:
    """Return a network of one hidden layer on standardised statistics.

    Parameters
    ----------
    penalty : float
        Of the squared weights; positive.
    seed : int
        Of its random start; it repeats.
    """
    network = _Network(
        hidden_layer_sizes=(256,),
        alpha=positive_number("penalty", penalty),
        max_iter=200,
        random_state=whole_number("seed", seed, 0),
    )
    # Targets of one size, or the penalty would mean another thing for each set of vectors.
    return TransformedTargetRegressor(
        make_pipeline(StandardScaler(), network), transformer=StandardScaler()
    )


class _Network(MLPRegressor):
    def fit(self, x: np.ndarray, y: np.ndarray) -> "_Network":
        with warnings.catch_warnings():
            # It is stopped on purpose before it knows its tracks by heart.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(x, y)
