"""Linear bandits: one ridge regression from the context of a card to a stream, and its doubt."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from helpers.bandits.known import EXPLANATIONS, Known, Shelves
from helpers.bandits.logs import Log
from helpers.bandits.policies import Policy, exploring
from helpers.checks import number_between, positive_number, whole_number


class _Linear(Policy):
    r"""Ridge regression kept as sums: :math:`A = \lambda I + \sum x x^\top, b = \sum r x`.

    The vector x of a card has the context of user and artist in the block of its explanation and
    0 in the others: each explanation has weights of its own.
    """

    def __init__(self, known: Known, regularization: float, memory: float) -> None:
        super().__init__(known)
        self.regularization = positive_number("regularization", regularization)
        self.memory = number_between("memory", memory, 0, 1)
        self.n_weights = len(EXPLANATIONS) * known.n_features
        self._gram = np.zeros((self.n_weights, self.n_weights))
        self.b = np.zeros(self.n_weights)

    @property
    def a(self) -> np.ndarray:
        """The matrix A, shape (n_weights, n_weights); its ridge never fades."""
        return self._gram + self.regularization * np.eye(self.n_weights)

    def weights(self) -> np.ndarray:
        """Return the ridge estimate, A⁻¹ b."""
        return cho_solve(cho_factor(self.a), self.b)

    def learn(self, log: Log) -> None:
        """Add the rows of the log, after the sums have faded by `memory`."""
        x = _blocks(log.context, log.explanation)
        self._gram = self.memory * self._gram + x.T @ x
        self.b = self.memory * self.b + x.T @ log.streamed

    def _scores(self, weights: np.ndarray, shelves: Shelves) -> np.ndarray:
        """Return the prediction of each card, shape (n_shelves, n_cards)."""
        by_explanation = weights.reshape(len(EXPLANATIONS), -1)
        return (shelves.context @ by_explanation.T).reshape(len(shelves.users), -1)


class LinUCB(_Linear):
    r"""The card with the greatest upper confidence bound (Li et al., WWW 2010).

    .. math:: x^\top A^{-1} b + \alpha \sqrt{x^\top A^{-1} x}

    One set of weights serves all artists (Chu et al., AISTATS 2011) and is updated once a day.

    Parameters
    ----------
    known : Known
    alpha : float
        How many standard errors of hope; 0 is greedy.
    regularization : float
        The λ of A; 1 in the paper.
    memory : float
        What the past still counts a day later, from 0 to 1; 1 forgets nothing.
    """

    def __init__(
        self,
        known: Known,
        alpha: float = 1.0,
        *,
        regularization: float = 1.0,
        memory: float = 1.0,
    ) -> None:
        super().__init__(known, regularization, memory)
        self.alpha = number_between("alpha", alpha, 0)

    def bounds(self, shelves: Shelves) -> np.ndarray:
        """Return the upper confidence bound of each card, shape (n_shelves, n_cards)."""
        inverse = cho_solve(cho_factor(self.a), np.eye(self.n_weights))
        context, n = shelves.context, self.known.n_features
        variance = np.stack(
            [
                np.einsum("spf,spf->sp", context @ inverse[at : at + n, at : at + n], context)
                for at in range(0, self.n_weights, n)
            ],
            axis=2,
        )
        doubt = np.sqrt(np.maximum(variance, 0)).reshape(len(context), -1)
        return self._scores(inverse @ self.b, shelves) + self.alpha * doubt

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return chance 1 for one card a shelf."""
        return exploring(self.bounds(shelves), shelves.cards, 0)


class ThompsonSampling(_Linear):
    r"""The best card under weights drawn from what is believed (Agrawal and Goyal, ICML 2013).

    The weights are drawn from :math:`N(A^{-1} b, v^2 A^{-1})`. Each day `draws` of them are made
    and each shelf follows one, picked by chance: how many of the draws prefer a card is then
    exactly the chance of showing it, so that Thompson sampling can log propensities.

    Parameters
    ----------
    known : Known
    spread : float
        The v above; 0 is greedy.
    draws : int
        A card that fewer than one draw in so many prefers is not shown.
    regularization, memory : float
        As in `LinUCB`.
    seed : int
        Of the draws.
    """

    def __init__(
        self,
        known: Known,
        spread: float = 0.3,
        *,
        draws: int = 32,
        regularization: float = 1.0,
        memory: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__(known, regularization, memory)
        self.spread = number_between("spread", spread, 0)
        self.draws, self.seed = whole_number("draws", draws, 1), whole_number("seed", seed, 0)

    def drawn_weights(self, day: int) -> np.ndarray:
        """Return the weights drawn on a day, shape (n_weights, draws)."""
        factor, _ = cho_factor(self.a, lower=True)
        normal = np.random.default_rng([self.seed, 3, day]).standard_normal(
            (self.n_weights, self.draws)
        )
        # With A = L Lᵀ, the inverse of Lᵀ turns white noise into noise of covariance A⁻¹.
        noise = solve_triangular(factor, normal, lower=True, trans="T")
        return self.weights()[:, None] + self.spread * noise

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return the share of the draws that prefer each card."""
        chances = np.zeros(shelves.cards.shape)
        rows = np.arange(len(chances))
        for weights in self.drawn_weights(shelves.day).T:
            scores = np.where(shelves.cards, self._scores(weights, shelves), -np.inf)
            chances[rows, scores.argmax(axis=1)] += 1 / self.draws
        return chances


def _blocks(context: np.ndarray, explanation: np.ndarray) -> np.ndarray:
    """Return the vectors of cards, shape (n, n_weights)."""
    which = np.eye(len(EXPLANATIONS))[explanation]
    return (which[:, :, None] * context[:, None, :]).reshape(len(context), -1)
