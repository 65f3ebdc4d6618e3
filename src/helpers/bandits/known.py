"""What a policy may see: the listening before the first visit, and the shelves of a day."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from helpers.interactions import Interactions
from helpers.models.factors import FactorModel

EXPLANATIONS = ("because you play", "new this week", "popular near you")
BECAUSE, NEW, POPULAR = range(len(EXPLANATIONS))
_USER_FACTORS = 6  # directions of the ALS user vectors that serve as context


@dataclass(frozen=True)
class Shelves:
    """Pools to pick one card from; card `place * 3 + explanation` is an artist with a reason.

    Attributes
    ----------
    day : int
    users : ndarray of int, shape (n_shelves,)
        Who sees the shelf; a user has as many rows as they see shelves.
    artists : ndarray of int, shape (n_shelves, pool)
        Item columns.
    eligible : ndarray of bool, shape (n_shelves, pool, 3)
        Whether the explanation is true of the artist; "because you play" always is.
    context : ndarray of float, shape (n_shelves, pool, n_features)
        What is known of user and artist, the first feature being 1; see `Known.context`.
    """

    day: int
    users: np.ndarray
    artists: np.ndarray
    eligible: np.ndarray
    context: np.ndarray

    @property
    def cards(self) -> np.ndarray:
        """Whether each card may be shown, shape (n_shelves, n_cards)."""
        return self.eligible.reshape(len(self.users), -1)

    def artist_of(self, card: np.ndarray) -> np.ndarray:
        """Return the item columns of one card a shelf, shape (n_shelves,)."""
        return self.artists[np.arange(len(card)), card // len(EXPLANATIONS)]

    def context_of(self, card: np.ndarray) -> np.ndarray:
        """Return the context of one card a shelf, shape (n_shelves, n_features)."""
        return self.context[np.arange(len(card)), card // len(EXPLANATIONS)]


@dataclass(frozen=True)
class Known:
    """The listening before the first visit, and what a model has made of it.

    Attributes
    ----------
    listening : Interactions
    popularity : ndarray of int, shape (n_items,)
    likely : ndarray of int, shape (n_users, n_likely)
        The items unknown to a user that ALS ranks first.
    score : ndarray of float32, shape (n_users, n_items)
        Of ALS, with mean 0 and standard deviation 1 over each user's items.
    fame : ndarray of float, shape (n_items,)
        Log of 1 + popularity, with mean 0 and standard deviation 1.
    profile : ndarray of float, shape (n_users, 7)
        The mean fame of what a user plays and the first directions of the ALS user vectors,
        each with mean 0 and standard deviation 1.
    is_popular : ndarray of bool, shape (n_items,)
        Whether an item may be called popular.
    """

    listening: Interactions
    popularity: np.ndarray
    likely: np.ndarray
    score: np.ndarray
    fame: np.ndarray
    profile: np.ndarray
    is_popular: np.ndarray

    @classmethod
    def of(
        cls, listening: Interactions, model: FactorModel, n_likely: int, popular_share: float
    ) -> Self:
        """Gather what is known from the listening and a model trained on it."""
        rows, popularity = np.arange(listening.n_users), listening.item_popularity()
        fame = _standardised(np.log1p(popularity), axis=0)
        is_played = listening.user_items.astype(bool).astype(float)
        n_played = np.maximum(is_played.sum(axis=1), 1)
        centred = model.user_factors - model.user_factors.mean(axis=0)
        direction = np.linalg.svd(centred.astype(float), full_matrices=False)[2][:_USER_FACTORS]
        # The sign of a singular vector is anyone's choice.
        direction *= np.sign(direction[np.arange(len(direction)), abs(direction).argmax(axis=1)])[
            :, None
        ]
        profile = np.column_stack([is_played @ fame / n_played, centred @ direction.T])
        return cls(
            listening=listening,
            popularity=popularity,
            likely=model.recommend(rows, n_likely, exclude=listening).items,
            # An item that nobody has played has the score 0, where `model.score` would have -inf.
            score=_standardised(model.user_factors @ model.item_factors.T, axis=1),
            fame=fame,
            profile=_standardised(profile, axis=0),
            is_popular=popularity >= np.quantile(popularity, 1 - popular_share),
        )

    @property
    def n_features(self) -> int:
        """Length of the context of a user and an item."""
        return 3 + self.profile.shape[1]

    def context(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Return 1, ALS score, fame of the item, and profile of the user, as the last axis.

        Parameters
        ----------
        users : ndarray of int, shape (n,)
        items : ndarray of int, shape (n, pool)
        """
        context = np.ones((*items.shape, self.n_features))
        context[..., 1] = self.score[users[:, None], items]
        context[..., 2] = self.fame[items]
        context[..., 3:] = self.profile[users][:, None, :]
        return context

    def shelves(
        self, day: int, users: np.ndarray, artists: np.ndarray, is_fresh: np.ndarray
    ) -> Shelves:
        """Return shelves of these pools; `is_fresh` says of which "new this week" is true."""
        eligible = np.ones((*artists.shape, len(EXPLANATIONS)), dtype=bool)
        eligible[..., NEW] = is_fresh
        eligible[..., POPULAR] = self.is_popular[artists]
        return Shelves(day, users, artists, eligible, self.context(users, artists))


def _standardised(values: np.ndarray, axis: int) -> np.ndarray:
    """Return values with mean 0 and standard deviation 1 along an axis; constants become 0."""
    centred = values - values.mean(axis=axis, keepdims=True)
    sd = centred.std(axis=axis, keepdims=True)
    return centred / np.where(sd > 0, sd, 1)
