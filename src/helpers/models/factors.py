"""What all models with a vector for each user and each item have in common."""

from types import SimpleNamespace

import numpy as np
import scipy.sparse as sp
from implicit.cpu.topk import topk

from helpers.checks import list_length
from helpers.interactions import Interactions
from helpers.models.base import Recommender, checked_rows
from helpers.models.lists import Recommendations, best_of


class FactorModel(Recommender):
    """A model that scores an item for a user by the inner product of their vectors.

    Subclasses set both arrays of vectors in `_fit`, and a zero vector where they know nothing:
    such a user gets an empty list, and such an item is never recommended.

    Attributes
    ----------
    user_factors : ndarray of float32, shape (n_users, factors)
    item_factors : ndarray of float32, shape (n_items, factors)
    """

    user_factors: np.ndarray
    item_factors: np.ndarray

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        return _scores(self.user_factors[user_rows], self.item_factors)

    def _recommend(
        self, user_rows: np.ndarray, k: int, exclude: Interactions | None
    ) -> Recommendations:
        if len(user_rows) == 0:
            return super()._recommend(user_rows, k, exclude)
        taken = None if exclude is None else _rows_for_topk(exclude.user_items[user_rows])
        vectors = self.user_factors[user_rows]
        unknown = np.flatnonzero(~self.item_factors.any(axis=1)).astype(np.int32)
        items, scores = topk(
            self.item_factors, vectors, k, filter_query_items=taken, filter_items=unknown
        )
        padding = ~vectors.any(axis=1, keepdims=True) | (scores <= np.finfo(np.float32).min)
        items[padding], scores[padding] = -1, -np.inf
        return Recommendations(items, scores)

    def similar_items(self, item_row: int, k: int = 10) -> Recommendations:
        """Return the k items whose vectors have the largest cosine with that of one item.

        Parameters
        ----------
        item_row : int
        k : int
            From 1 to the size of the catalogue.

        Returns
        -------
        Recommendations
            One row, without the item itself; padded where fewer items have a vector.

        Raises
        ------
        NotFittedError, SettingError
            Before `fit`; if the row is unknown or k out of range.
        """
        self._require_fitted()
        row = checked_rows(item_row, self.n_items, "item")
        k = list_length(k, self.n_items)
        factors = self._similarity_factors()
        norms = np.linalg.norm(factors, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            cosines = factors @ factors[row[0]] / (norms * norms[row[0]])
        cosines[np.isnan(cosines)] = -np.inf
        cosines[row] = -np.inf
        return best_of(cosines[None], k)

    def _similarity_factors(self) -> np.ndarray:
        """Return the vectors that tell how alike two items are."""
        return self.item_factors

    def fold_in(self, user_items: sp.csr_array) -> np.ndarray:
        """Return vectors of users who were not in training; the model stays as it is.

        Parameters
        ----------
        user_items : csr_array, shape (n, n_items)
            What they play, in the columns and the units of the training matrix.

        Returns
        -------
        ndarray of float32, shape (n, factors)
            Zero for a user without items.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If the columns are others than in training, or a weight is not positive and finite.
        """
        return self._fold_in(self._checked_new(user_items))

    def _fold_in(self, user_items: sp.csr_array) -> np.ndarray:
        return self._half_step().vectors(user_items)

    def _score_new(self, user_items: sp.csr_array) -> np.ndarray:
        return _scores(self._fold_in(user_items), self.item_factors)

    def _arrays(self) -> dict[str, np.ndarray]:
        return {"user_factors": self.user_factors, "item_factors": self.item_factors}

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        self.user_factors = arrays["user_factors"].reshape(train.n_users, -1)
        self.item_factors = arrays["item_factors"].reshape(train.n_items, -1)
        lengths = self.user_factors.shape[1], self.item_factors.shape[1]
        if lengths[0] != lengths[1]:
            raise ValueError(f"vectors of users and items have lengths {lengths}")


def _scores(vectors: np.ndarray, item_factors: np.ndarray) -> np.ndarray:
    scores = vectors @ item_factors.T
    scores[~vectors.any(axis=1)] = -np.inf
    scores[:, ~item_factors.any(axis=1)] = -np.inf
    return scores


def _rows_for_topk(user_items: sp.csr_array) -> list[SimpleNamespace]:
    """Return the rows as `topk` reads them; indexing a SciPy matrix there doubles its time."""
    columns = np.split(user_items.indices, user_items.indptr[1:-1])
    return [SimpleNamespace(indices=of_row) for of_row in columns]
