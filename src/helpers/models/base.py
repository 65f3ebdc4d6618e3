"""The small interface that every recommender shares."""

from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import numpy as np

from helpers.errors import NotFittedError, SettingError
from helpers.interactions import Interactions


class Recommendations(NamedTuple):
    """Ranked lists, best first.

    Attributes
    ----------
    items : ndarray of int32, shape (n, k)
        Item columns; -1 pads a list that is shorter than k.
    scores : ndarray of float32, shape (n, k)
        The model's own scores, falling along each row; -inf at the padding.
    """

    items: np.ndarray
    scores: np.ndarray


class Recommender(ABC):
    """A model that learns from `Interactions` and ranks items for its users.

    Subclasses implement `_fit` and `score`; those with a faster way to the best k
    override `_recommend`.
    """

    n_users: int = 0
    n_items: int = 0

    def fit(self, train: Interactions) -> Self:
        """Learn from the training pairs and return the model itself."""
        if train.n_pairs == 0:
            raise SettingError("the training set has no pairs; expected at least one")
        self._fit(train)
        self.n_users, self.n_items = train.n_users, train.n_items
        return self

    @abstractmethod
    def _fit(self, train: Interactions) -> None:
        """Learn; called with at least one pair."""

    @abstractmethod
    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return how strongly each item is recommended to each user.

        Parameters
        ----------
        user_rows : ndarray of int, shape (n,)

        Returns
        -------
        ndarray of float32, shape (n, n_items)
        """

    def recommend(
        self, user_rows: np.ndarray, k: int = 10, exclude: Interactions | None = None
    ) -> Recommendations:
        """Return the k best items of the whole catalogue for each user.

        Parameters
        ----------
        user_rows : ndarray of int, shape (n,)
            Rows of the training matrix.
        k : int
            List length, from 1 to the size of the catalogue.
        exclude : Interactions, optional
            Pairs that are never recommended, usually the training set itself.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If k is out of range, a row is unknown, or `exclude` has another shape.
        """
        self._require_fitted()
        user_rows = np.atleast_1d(np.asarray(user_rows, dtype=np.int64))
        _check_request(user_rows, k, exclude, (self.n_users, self.n_items))
        return self._recommend(user_rows, k, exclude)

    def _recommend(
        self, user_rows: np.ndarray, k: int, exclude: Interactions | None
    ) -> Recommendations:
        lists = [
            _best_of(self.score(rows), rows, k, exclude)
            for rows in np.array_split(user_rows, max(1, len(user_rows) // 256))
        ]
        return Recommendations(*(np.concatenate(parts) for parts in zip(*lists, strict=True)))

    def _require_fitted(self) -> None:
        if self.n_items == 0:
            name = type(self).__name__
            raise NotFittedError(f"{name} has not been trained; call fit(train) first")


def _best_of(
    scores: np.ndarray, user_rows: np.ndarray, k: int, exclude: Interactions | None
) -> Recommendations:
    """Return the k best columns of each row of `scores`, excluded pairs left out."""
    scores = np.array(scores, dtype=np.float32)
    if exclude is not None:
        taken = exclude.user_items[user_rows]
        rows = np.repeat(np.arange(len(user_rows)), np.diff(taken.indptr))
        scores[rows, taken.indices] = -np.inf
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    found = np.take_along_axis(scores, best, axis=1)
    order = np.lexsort((best, -found), axis=1)  # equal scores: the smaller column first
    items = np.take_along_axis(best, order, axis=1).astype(np.int32)
    found = np.take_along_axis(found, order, axis=1)
    items[np.isneginf(found)] = -1
    return Recommendations(items, found)


def _check_request(
    user_rows: np.ndarray, k: int, exclude: Interactions | None, shape: tuple[int, int]
) -> None:
    n_users, n_items = shape
    if not 1 <= k <= n_items:
        raise SettingError(f"k is {k}, expected 1 to {n_items} (the size of the catalogue)")
    if user_rows.size and not (user_rows.min() >= 0 and user_rows.max() < n_users):
        raise SettingError(
            f"user rows run from {user_rows.min()} to {user_rows.max()}, "
            f"expected 0 to {n_users - 1}; map identifiers with IdMap.to_internal"
        )
    if exclude is not None and exclude.user_items.shape != shape:
        raise SettingError(
            f"exclude has shape {exclude.user_items.shape}, expected {shape} as in training"
        )
