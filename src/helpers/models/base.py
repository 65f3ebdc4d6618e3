"""The small interface that every recommender shares."""

import inspect
from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import numpy as np
import scipy.sparse as sp

from helpers.checks import list_length
from helpers.errors import NotFittedError, SettingError
from helpers.interactions import Interactions

_CELLS_AT_ONCE = 2**22  # scores held in memory while ranking: 16 MB


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
    override `_recommend`. Each keeps its settings as attributes named like the keywords
    of its constructor.

    A model that knows nothing about an item for a user scores it -inf and never recommends
    it: a user without training items gets an empty list, -1 throughout, from every model
    but `Popularity`. Whoever wants popular items there takes them from that model.
    """

    name: str
    n_users: int = 0
    n_items: int = 0

    @property
    def settings(self) -> dict[str, int | float | str]:
        """The settings this model was made with, ready for JSON."""
        keywords = inspect.signature(type(self)).parameters
        return {keyword: getattr(self, keyword) for keyword in keywords}

    def __repr__(self) -> str:
        settings = ", ".join(f"{key}={value!r}" for key, value in self.settings.items())
        return f"{type(self).__name__}({settings})"

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
            -inf where the model knows nothing.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If a row is unknown.
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
        user_rows = self._checked_rows(user_rows)
        k = list_length(k, self.n_items)
        if exclude is not None and exclude.user_items.shape != (self.n_users, self.n_items):
            raise SettingError(
                f"exclude has shape {exclude.user_items.shape}, "
                f"expected {(self.n_users, self.n_items)} as in training"
            )
        return self._recommend(user_rows, k, exclude)

    def _recommend(
        self, user_rows: np.ndarray, k: int, exclude: Interactions | None
    ) -> Recommendations:
        n_at_once = max(1, _CELLS_AT_ONCE // self.n_items)
        lists = [
            best_of(self.score(rows), k, None if exclude is None else exclude.user_items[rows])
            for rows in np.array_split(user_rows, len(user_rows) // n_at_once + 1)
        ]
        return Recommendations(*(np.concatenate(parts) for parts in zip(*lists, strict=True)))

    def _checked_rows(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the rows as an array; raise unless the model is trained and knows them."""
        self._require_fitted()
        return checked_rows(user_rows, self.n_users, "user")

    def _require_fitted(self) -> None:
        if self.n_items == 0:
            name = type(self).__name__
            raise NotFittedError(f"{name} has not been trained; call fit(train) first")


def best_of(scores: np.ndarray, k: int, exclude: sp.csr_array | None = None) -> Recommendations:
    """Return the k best columns of each row of `scores`; of equal ones, the smaller.

    Parameters
    ----------
    scores : ndarray of float, shape (n, n_items)
        -inf is never recommended.
    k : int
        From 1 to n_items.
    exclude : csr_array, shape (n, n_items), optional
        Cells that are never recommended.
    """
    scores = np.array(scores, dtype=np.float32)
    if exclude is not None:
        rows = np.repeat(np.arange(len(scores)), np.diff(exclude.indptr))
        scores[rows, exclude.indices] = -np.inf
    best = _k_largest(scores, k)
    found = np.take_along_axis(scores, best, axis=1)
    order = np.lexsort((best, -found), axis=1)
    items = np.take_along_axis(best, order, axis=1).astype(np.int32)
    found = np.take_along_axis(found, order, axis=1)
    items[np.isneginf(found)] = -1
    return Recommendations(items, found)


def _k_largest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k largest scores of each row in any order, shape (n, k)."""
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    least = np.take_along_axis(scores, best, axis=1).min(axis=1, initial=np.inf, keepdims=True)
    # Where more than k reach the least, argpartition chose among the equal ones by chance.
    tied = np.flatnonzero(((scores >= least).sum(axis=1) > k) & np.isfinite(least[:, 0]))
    above, equal = scores[tied] > least[tied], scores[tied] == least[tied]
    n_open = k - above.sum(axis=1, keepdims=True)
    best[tied] = np.nonzero(above | (equal & (equal.cumsum(axis=1) <= n_open)))[1].reshape(-1, k)
    return best


def checked_rows(rows: np.ndarray, n_rows: int, what: str) -> np.ndarray:
    """Return `rows` as a one-dimensional int64 array, or say which rows there are."""
    rows = np.atleast_1d(np.asarray(rows))
    if rows.ndim > 1:
        raise SettingError(f"{what} rows have shape {rows.shape}, expected one row of numbers")
    if rows.size == 0:
        return np.empty(0, dtype=np.int64)
    if not np.issubdtype(rows.dtype, np.integer):
        raise SettingError(
            f"{what} rows are {rows.dtype}, expected whole numbers; "
            "map identifiers with IdMap.to_internal"
        )
    if rows.min() < 0 or rows.max() >= n_rows:
        raise SettingError(
            f"{what} rows run from {rows.min()} to {rows.max()}, "
            f"expected 0 to {n_rows - 1}; map identifiers with IdMap.to_internal"
        )
    return rows.astype(np.int64)
