"""A factorization machine over user, artist, explanation and context that predicts a stream."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from helpers.bandits.known import EXPLANATIONS, Known, Shelves
from helpers.bandits.logs import Log
from helpers.checks import number_between, positive_number, whole_number
from helpers.errors import SettingError

_BATCH = 1024
_START = 0.05  # standard deviation of the first factors
_TINY = 1e-8


@dataclass(frozen=True)
class Rows:
    """Logged cards as the model reads them.

    Attributes
    ----------
    features : csr_array, shape (n, n_features)
        1 at the user, the artist and the explanation, and the context behind them.
    streamed : ndarray of bool, shape (n,)
    weight : ndarray of float, shape (n,)
        How much a row counts; positive.
    """

    features: sp.csr_array
    streamed: np.ndarray
    weight: np.ndarray


class FactorizedReward:
    r"""Chance of a stream by a factorization machine of second order (Rendle, ICDM 2010).

    .. math:: \sigma\Big(w_0 + \sum_f w_f x_f + \sum_{f<g} \langle v_f, v_g \rangle x_f x_g\Big)

    over the features f of a card: who sees it, which artist, which explanation, and the context
    of `Known.context`. Since every pair of features has its product, a user can trust one reason
    more than another, and an artist can gain more by one. This is the reward model of McInerney
    et al., "Explore, exploit, and explain" (RecSys 2018).

    Trained by Adagrad on batches of 1,024 rows, each drawn with odds of its weight, which has the
    expected gradient of the weighted log-loss.

    Parameters
    ----------
    known : Known
        Fixes users, artists and context.
    factors : int
        Length of the vectors v; 0 leaves the first order alone.
    learning_rate : float
        Of Adagrad; positive.
    regularization : float
        Weight of half the squared length of all parameters but the first, against the log-loss
        of one row; from 0 on.
    seed : int
        Of the first vectors, and of the batches.
    """

    def __init__(
        self,
        known: Known,
        *,
        factors: int = 8,
        learning_rate: float = 0.1,
        regularization: float = 5e-3,
        seed: int = 0,
    ) -> None:
        self.factors = whole_number("factors", factors, 0)
        self.learning_rate = positive_number("learning_rate", learning_rate)
        self.regularization = number_between("regularization", regularization, 0)
        self._rng = np.random.default_rng([whole_number("seed", seed, 0), 4])
        n_users, n_items = known.score.shape
        self._starts = np.cumsum([0, n_users, n_items, len(EXPLANATIONS)])
        self.n_features = int(self._starts[-1]) + known.n_features - 1
        self.bias = 0.0
        self.weights = np.zeros(self.n_features)
        self.vectors = _START * self._rng.standard_normal((self.n_features, self.factors))
        self._squares = [0.0, np.zeros_like(self.weights), np.zeros_like(self.vectors)]

    def rows(self, log: Log, weight: np.ndarray | None = None) -> Rows:
        """Return a log as the model reads it; without weights every row counts 1."""
        n, context = len(log), log.context[:, 1:]  # the constant is the model's own
        ids = np.column_stack([log.user, log.artist, log.explanation]) + self._starts[:3]
        behind = np.broadcast_to(self._starts[3] + np.arange(context.shape[1]), context.shape)
        columns = np.hstack([ids, behind])
        values = np.hstack([np.ones(ids.shape), context])
        pointers = np.arange(n + 1) * columns.shape[1]
        features = sp.csr_array(
            (values.ravel(), columns.ravel(), pointers), shape=(n, self.n_features)
        )
        return Rows(features, log.streamed, np.ones(n) if weight is None else weight)

    def train(self, rows: Rows, steps: int) -> None:
        """Take so many steps of Adagrad.

        Raises
        ------
        SettingError
            If there are no rows, or a weight is not a positive finite number.
        """
        if not len(rows.weight):
            raise SettingError("the log is empty, expected at least one row to learn from")
        if not (np.isfinite(rows.weight).all() and (rows.weight > 0).all()):
            raise SettingError("a row has a weight that is not a positive finite number; cap it")
        odds = np.cumsum(rows.weight)
        for _ in range(whole_number("steps", steps, 0)):
            drawn = np.searchsorted(odds, odds[-1] * self._rng.random(_BATCH), side="right")
            drawn = np.minimum(drawn, len(odds) - 1)
            self._step(rows.features[drawn], rows.streamed[drawn])

    def predict_rows(self, features: sp.csr_array) -> np.ndarray:
        """Return the chance of a stream of each row, shape (n,)."""
        return expit(self._log_odds(features, _squared(features), features @ self.vectors))

    def predict(self, shelves: Shelves) -> np.ndarray:
        """Return the chance that each card is streamed, shape (n_shelves, n_cards)."""
        users, artists = shelves.users[:, None], shelves.artists + self._starts[1]
        context = shelves.context[..., 1:]
        reason = slice(self._starts[2], self._starts[3])
        w, v = self.weights, self.vectors
        first = self.bias + w[users] + w[artists] + context @ w[self._starts[3] :]
        # Sums over the features of user and artist first; an explanation then joins each.
        total = v[users] + v[artists] + context @ v[self._starts[3] :]
        own = (v**2).sum(axis=1)
        square = own[users] + own[artists] + context**2 @ own[self._starts[3] :]
        pair = first + ((total**2).sum(axis=2) - square) / 2
        log_odds = pair[:, :, None] + w[reason] + total @ v[reason].T
        return expit(log_odds).reshape(len(shelves.users), -1)

    def _log_odds(
        self, features: sp.csr_array, squared: sp.csr_array, total: np.ndarray
    ) -> np.ndarray:
        own = squared @ (self.vectors**2).sum(axis=1)
        return self.bias + features @ self.weights + ((total**2).sum(axis=1) - own) / 2

    def _step(self, features: sp.csr_array, streamed: np.ndarray) -> None:
        squared, total = _squared(features), features @ self.vectors
        error = (expit(self._log_odds(features, squared, total)) - streamed) / len(streamed)
        by_feature = (squared.T @ error)[:, None]
        gradients = [
            error.sum(),
            features.T @ error + self.regularization * self.weights,
            features.T @ (error[:, None] * total)
            + (self.regularization - by_feature) * self.vectors,
        ]
        moves = []
        for place, gradient in enumerate(gradients):
            self._squares[place] += gradient**2
            moves.append(self.learning_rate * gradient / np.sqrt(self._squares[place] + _TINY))
        self.bias -= float(moves[0])
        self.weights -= moves[1]
        self.vectors -= moves[2]


def _squared(features: sp.csr_array) -> sp.csr_array:
    return sp.csr_array((features.data**2, features.indices, features.indptr), features.shape)
