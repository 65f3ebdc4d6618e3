"""The small interface that every recommender shares."""

import inspect
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from helpers.checks import list_length
from helpers.errors import NotFittedError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models.half_step import HalfStep
from helpers.models.lists import Recommendations, best_of
from helpers.models.storage import (
    check_catalogue,
    load_model,
    restoring,
    save_model,
    saved_train,
    train_to_save,
)
from helpers.weighting import checked_counts

_CELLS_AT_ONCE = 2**22  # scores held in memory while ranking: 16 MB


class Recommender(ABC):
    """A model that learns from `Interactions` and ranks items for its users.

    Subclasses implement `_fit` and `score`; those with a faster way to the best k
    override `_recommend`, those that can place a user they were not trained on override
    `_score_new`, and those that take long to train override `_arrays` and `_restore`.
    Each keeps its settings as attributes named like the keywords of its constructor.

    A model that knows nothing about an item for a user scores it -inf and never recommends
    it: a user without training items gets an empty list, -1 throughout, from every model
    but `Popularity`. Whoever wants popular items there takes them from that model.
    """

    name: str
    train: Interactions
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
        """Learn from the training pairs and return the model itself.

        Raises
        ------
        SettingError
            If there are no pairs, or they are not what the model needs.
        DataError
            If a weight is not a positive finite number.
        """
        check_train(train)
        self.n_items = 0  # not trained, should training fail
        self._fit(train)
        self._know(train)
        return self

    def _know(self, train: Interactions) -> None:
        self.train, self.n_users, self.n_items = train, train.n_users, train.n_items

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

    def score_new(self, user_items: sp.csr_array) -> np.ndarray:
        """Score every item for users who were not in training, without training again.

        Parameters
        ----------
        user_items : csr_array, shape (n, n_items)
            What the new users play, in the columns and the units of the training matrix.

        Returns
        -------
        ndarray of float32, shape (n, n_items)
            -inf where the model knows nothing, for a user without known items throughout.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If the columns are others than in training, a weight is not positive and finite, or
            the model has no way to place a new user.
        """
        return self._score_new(self._checked_new(user_items))

    def _score_new(self, user_items: sp.csr_array) -> np.ndarray:
        raise SettingError(
            f"{self.name} cannot place a user it was not trained on; train it again with the "
            "user's items, or take a model that folds in, such as als"
        )

    def half_step(self) -> HalfStep:
        """Return what places any number of new users, its Gramian computed once.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If the model was not trained by alternating least squares.
        """
        self._require_fitted()
        return self._half_step()

    def _half_step(self) -> HalfStep:
        raise SettingError(
            f"{self.name} was not trained by alternating least squares and cannot place a user "
            "by them; take als or ials"
        )

    def _checked_new(self, user_items: sp.csr_array) -> sp.csr_array:
        """Return a canonical float32 copy of the rows of new users, or say what is wrong."""
        self._require_fitted()
        return checked_new_users(user_items, self.n_items)

    def save(self, folder: Path | str) -> None:
        """Write settings, training pairs and what was learnt into a folder.

        Raises
        ------
        NotFittedError
            Before `fit`.
        DataError
            If the folder cannot be written.
        """
        self._require_fitted()
        header, arrays = train_to_save(self.train)
        header = {"model": self.name, "settings": self.settings} | header
        save_model(folder, header, arrays | self._arrays())

    @classmethod
    def load(cls, folder: Path | str, catalogue: IdMap | None = None) -> Self:
        """Return the model that was saved in a folder; it recommends what it did then.

        Parameters
        ----------
        folder : Path
        catalogue : IdMap, optional
            The items it is meant for; another catalogue is refused.

        Raises
        ------
        DataError
            If the folder is missing or holds something else, the model is damaged, or it was
            trained on another catalogue.
        """
        header, arrays = load_model(folder, cls.name)
        if catalogue is not None:
            check_catalogue(header, catalogue, folder)
        with restoring(folder):
            model = cls(**header["settings"])
            train = saved_train(header, arrays)
            model._restore(train, arrays)
            model._know(train)
        return model

    def _arrays(self) -> dict[str, np.ndarray]:
        """Return what was learnt, ready for a file; nothing where training again is as quick."""
        return {}

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        """Take back what `_arrays` returned."""
        self._fit(train)

    def _checked_rows(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the rows as an array; raise unless the model is trained and knows them."""
        self._require_fitted()
        return checked_rows(user_rows, self.n_users, "user")

    def _require_fitted(self) -> None:
        if self.n_items == 0:
            name = type(self).__name__
            raise NotFittedError(f"{name} has not been trained; call fit(train) first")


def check_train(train: Interactions) -> None:
    """Raise unless there are pairs to learn from, all with positive finite weights."""
    if train.n_pairs == 0:
        raise SettingError("the training set has no pairs; expected at least one")
    checked_counts(train.user_items)


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


def checked_new_users(user_items: sp.csr_array, n_items: int) -> sp.csr_array:
    """Return a canonical float32 copy of rows of users, or say what is wrong with them."""
    if not sp.issparse(user_items) or user_items.ndim != 2 or user_items.shape[1] != n_items:
        raise SettingError(
            f"the items of new users have shape {np.shape(user_items)}, expected a sparse matrix "
            f"with {n_items} columns as in training; map identifiers with IdMap.to_internal"
        )
    rows = sp.csr_array(user_items, dtype=np.float32, copy=True)
    rows.sum_duplicates()
    rows.eliminate_zeros()
    if not (np.isfinite(rows.data) & (rows.data > 0)).all():
        raise SettingError(
            "a weight of a new user is negative, infinite or not a number, "
            "expected positive numbers; mend or drop that item"
        )
    return rows
