"""Policies: shelves in, the chance of showing each card out, learning from what happened.

Every policy states chances, even if it is sure of one card. Whoever shows the cards draws from
them and logs the chance of the card drawn, which is what off-policy evaluation needs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from helpers.bandits.known import BECAUSE, EXPLANATIONS, POPULAR, Known, Shelves
from helpers.bandits.logs import Log
from helpers.checks import number_between, positive_number, whole_number
from helpers.models.als import ALS


class Policy(ABC):
    """Picks one card a shelf.

    Parameters
    ----------
    known : Known
        What is known before the first visit.
    """

    def __init__(self, known: Known) -> None:
        self.known = known

    @abstractmethod
    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return the chance of showing each card, shape (n_shelves, n_cards); rows sum to 1."""

    def learn(self, log: Log) -> None:  # noqa: B027 - a policy need not learn
        """Take in what happened to the cards that this policy, or another, showed on a day."""


class Uniform(Policy):
    """Every card that may be shown, with equal chance: the logs that are easiest to learn from."""

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return equal chances."""
        return shelves.cards / shelves.cards.sum(axis=1, keepdims=True)


class Popular(Policy):
    """The most played artist of the pool, as "popular near you" where that is true."""

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return chance 1 for one card a shelf."""
        place = self.known.popularity[shelves.artists].argmax(axis=1)
        is_popular = shelves.eligible[np.arange(len(place)), place, POPULAR]
        return _sure(
            place * len(EXPLANATIONS) + np.where(is_popular, POPULAR, BECAUSE), shelves.cards
        )


class ALSTopK(Policy):
    """The artist of the pool that ALS ranks first, "because you play" what it learnt from.

    What is streamed joins the listening with the user's median weight, and the model is trained
    anew every other week: the recommender of lesson 05, kept up to date.

    Parameters
    ----------
    known : Known
    every : int
        Days between two trainings.
    """

    def __init__(self, known: Known, every: int = 14) -> None:
        super().__init__(known)
        self.every = whole_number("every", every, 1)
        self._score, self._days = known.score, 0
        self._plays = known.listening.user_items.copy()
        played = self._plays.data
        self._weight = np.float32(np.median(played)) if len(played) else np.float32(1)

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return chance 1 for one card a shelf."""
        place = self._score[shelves.users[:, None], shelves.artists].argmax(axis=1)
        return _sure(place * len(EXPLANATIONS) + BECAUSE, shelves.cards)

    def learn(self, log: Log) -> None:
        """Add the streams, and train when it is time."""
        liked = log.streamed
        new = sp.coo_array(
            (np.full(liked.sum(), self._weight), (log.user[liked], log.artist[liked])),
            shape=self._plays.shape,
        )
        self._plays = sp.csr_array(self._plays + new.tocsr())
        self._days += 1
        if self._days % self.every == 0:
            listening = self.known.listening.with_matrix(self._plays)
            model = ALS().fit(listening)
            self._score = model.user_factors @ model.item_factors.T  # 0 for what nobody played


class EpsilonGreedy(Policy):
    r"""The card with the best stream rate so far, and now and then any.

    The rate of a card, an artist with a reason, is the same for all users:
    :math:`(s + m r) / (n + m)` with s streams out of n showings, the overall rate r and the prior
    weight m, so that a card that was hardly shown is held to be like the others.

    Parameters
    ----------
    known : Known
    epsilon : float
        Share of the shelves on which every card has the same chance; from 0 to 1.
    prior : float
        The m above; positive.
    """

    def __init__(self, known: Known, epsilon: float = 0.1, prior: float = 5.0) -> None:
        super().__init__(known)
        self.epsilon = number_between("epsilon", epsilon, 0, 1)
        self.prior = positive_number("prior", prior)
        self.shown = np.zeros((known.listening.n_items, len(EXPLANATIONS)))
        self.streamed = np.zeros_like(self.shown)

    def rates(self) -> np.ndarray:
        """Return the estimated stream rate of every card, shape (n_items, 3)."""
        overall = self.streamed.sum() / max(self.shown.sum(), 1)
        return (self.streamed + self.prior * overall) / (self.shown + self.prior)

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return the chances of the best card and of any."""
        rates = self.rates()[shelves.artists].reshape(len(shelves.users), -1)
        return exploring(rates, shelves.cards, self.epsilon)

    def learn(self, log: Log) -> None:
        """Count showings and streams."""
        at = (log.artist, log.explanation)
        np.add.at(self.shown, at, 1)
        np.add.at(self.streamed, at, log.streamed)


class Greedy(Policy):
    """The card that a reward model expects most of; learns nothing.

    Parameters
    ----------
    known : Known
    predict : callable
        Shelves in, expected streams of all cards out, such as `FactorizedReward.predict`.
    """

    def __init__(self, known: Known, predict: Callable[[Shelves], np.ndarray]) -> None:
        super().__init__(known)
        self.predict = predict

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return chance 1 for one card a shelf."""
        return exploring(self.predict(shelves), shelves.cards, 0)


class Explored(Policy):
    """Another policy on most shelves, any card on the rest: what leaves logs worth having.

    Parameters
    ----------
    policy : Policy
        Learns from all that is shown.
    epsilon : float
        Share of the shelves on which every card has the same chance; from 0 to 1.
    """

    def __init__(self, policy: Policy, epsilon: float) -> None:
        super().__init__(policy.known)
        self.policy, self.epsilon = policy, number_between("epsilon", epsilon, 0, 1)

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return the mixture of the two."""
        anyone = shelves.cards / shelves.cards.sum(axis=1, keepdims=True)
        return self.epsilon * anyone + (1 - self.epsilon) * self.policy.probabilities(shelves)

    def learn(self, log: Log) -> None:
        """Let the other policy learn."""
        self.policy.learn(log)


def exploring(scores: np.ndarray, may_show: np.ndarray, epsilon: float) -> np.ndarray:
    """Return the chances that leave epsilon to all cards alike and the rest to the best one.

    Parameters
    ----------
    scores : ndarray of float, shape (n_shelves, n_cards)
        Of equal ones, the first card is best.
    may_show : ndarray of bool, shape (n_shelves, n_cards)
    epsilon : float
    """
    best = np.where(may_show, scores, -np.inf).argmax(axis=1)
    anyone = epsilon * may_show / may_show.sum(axis=1, keepdims=True)
    return anyone + (1 - epsilon) * _sure(best, may_show)


def _sure(card: np.ndarray, like: np.ndarray) -> np.ndarray:
    chances = np.zeros(like.shape)
    chances[np.arange(len(card)), card] = 1
    return chances
