"""Alternating least squares for implicit feedback (Hu, Koren and Volinsky, 2008)."""

from pathlib import Path
from types import SimpleNamespace
from typing import Self

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.cpu.topk import topk
from implicit.recommender_base import ModelFitError
from threadpoolctl import threadpool_limits

from helpers.checks import list_length, positive_number, whole_number
from helpers.errors import DataError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models.base import (
    Recommendations,
    Recommender,
    best_of,
    checked_rows,
)
from helpers.models.storage import load_model, save_model
from helpers.weighting import check_scheme, weigh


class ALS(Recommender):
    r"""Matrix factorisation by alternating least squares, trained by the library implicit.

    Minimises, over users u and all items i,

    .. math::
        \sum_{u,i} c_{ui} (p_{ui} - x_u^\top y_i)^2
        + \lambda \Big(\sum_u \|x_u\|^2 + \sum_i \|y_i\|^2\Big)

    where p is 1 for a training pair and 0 elsewhere, and c is alpha times the weight of a
    training pair and 1 elsewhere. Users and items without training pairs get zero vectors,
    which is their exact solution. The same settings give the same factors bit for bit.

    Parameters
    ----------
    factors : int
        Length of the vectors.
    regularization : float
        The λ of the loss; positive. It does not grow with the data: what suits thousands of
        users shrinks the vectors of a handful towards zero.
    alpha : float
        Multiplies every weight; positive.
    iterations : int
        One iteration solves for all users, then for all items.
    weighting : str
        One of `helpers.weighting.SCHEMES`.
    k1, b : float
        Of the weighting "bm25"; the others do not read them.
    seed : int
        Of the random start.

    Attributes
    ----------
    user_factors : ndarray of float32, shape (n_users, factors)
    item_factors : ndarray of float32, shape (n_items, factors)
    train : Interactions
        What the model was trained on.

    Raises
    ------
    SettingError
        If a setting makes no sense, or training ends in numbers that are not finite.
    """

    name = "als"

    # Chosen on real last.fm: trained on 64 % of the pairs, judged on another 16 %, mean of split
    # seeds 0 to 2. Validation precision@10 by factors/regularization: 48/1 .135, 48/10 .137,
    # 48/20 .138, 64/20 .137, 64/40 .140. The last is the best there, but shrinks the vectors of
    # a hundred random users to a tenth, and those of thirty to nothing; 20 does not.
    # Weighting (48/1, seeds 0 and 1): bm25 .135, log with alpha 2 .128, binary with alpha 5 .124;
    # k1 and b change it by less than .002.
    def __init__(
        self,
        *,
        factors: int = 48,
        regularization: float = 20.0,
        alpha: float = 1.0,
        iterations: int = 15,
        weighting: str = "bm25",
        k1: float = 0.6,
        b: float = 0.8,
        seed: int = 0,
    ) -> None:
        self.factors = whole_number("factors", factors, 1)
        self.regularization = positive_number("regularization", regularization)
        self.alpha = positive_number("alpha", alpha)
        self.iterations = whole_number("iterations", iterations, 1)
        check_scheme(weighting, k1, b)
        self.weighting, self.k1, self.b = weighting, k1, b
        self.seed = whole_number("seed", seed, 0)

    def _fit(self, train: Interactions) -> None:
        self._learn_about(train)
        try:
            with threadpool_limits(1, "blas"):  # more threads change the last bits
                # A new object each time: one that is fitted again on another shape kills the
                # process.
                model = AlternatingLeastSquares(
                    factors=self.factors,
                    regularization=self.regularization,
                    iterations=self.iterations,
                    random_state=self.seed,
                    use_gpu=False,
                )
                model.fit(sp.csr_matrix(self._confidences), show_progress=False)
        except ModelFitError as error:
            raise SettingError(
                f"{self} ended in factors that are not finite; lower alpha or raise regularization"
            ) from error
        self.user_factors, self.item_factors = model.user_factors, model.item_factors
        self.user_factors[np.diff(train.user_items.indptr) == 0] = 0
        self.item_factors[train.item_popularity() == 0] = 0

    def _learn_about(self, train: Interactions) -> None:
        self.train = train
        weights = weigh(train.user_items, self.weighting, self.k1, self.b)
        with np.errstate(over="ignore"):  # training reports what is not finite
            self._confidences = self.alpha * weights

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        vectors = self.user_factors[user_rows]
        scores = vectors @ self.item_factors.T
        scores[~vectors.any(axis=1)] = -np.inf
        return scores

    def _recommend(
        self, user_rows: np.ndarray, k: int, exclude: Interactions | None
    ) -> Recommendations:
        if len(user_rows) == 0:
            return super()._recommend(user_rows, k, exclude)
        taken = None if exclude is None else _rows_for_topk(exclude.user_items[user_rows])
        vectors = self.user_factors[user_rows]
        items, scores = topk(self.item_factors, vectors, k, filter_query_items=taken)
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
        norms = np.linalg.norm(self.item_factors, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            cosines = self.item_factors @ self.item_factors[row[0]] / (norms * norms[row[0]])
        cosines[np.isnan(cosines)] = -np.inf
        cosines[row] = -np.inf
        return best_of(cosines[None], k)

    def explain(self, user_row: int, item_row: int, n: int = 5) -> tuple[np.ndarray, np.ndarray]:
        r"""Return how much each item of a user adds to the score of one item.

        Section 5 of Hu, Koren and Volinsky: solved anew for the items Y, the user's score is

        .. math::
            y_i^\top x_u = \sum_{j \in I_u} c_{uj}\, y_i^\top W_u\, y_j,
            \qquad W_u = (Y^\top C_u Y + \lambda I)^{-1}

        and the terms of the sum are the contributions. Over all items of the user they add up
        to the score of that solution, from which the stored user vector differs a little.

        Parameters
        ----------
        user_row, item_row : int
        n : int
            How many contributions to return, the largest first.

        Returns
        -------
        item_rows : ndarray of int32, shape (min(n, items of the user),)
        contributions : ndarray of float64, the same shape

        Raises
        ------
        NotFittedError, SettingError
            Before `fit`; if a row is unknown or n below 1.
        """
        self._require_fitted()
        user = checked_rows(user_row, self.n_users, "user")[0]
        item = checked_rows(item_row, self.n_items, "item")[0]
        whole_number("n", n, 1)
        mine = slice(*self._confidences.indptr[[user, user + 1]])
        rows = self._confidences.indices[mine]
        weights = self._confidences.data[mine].astype(np.float64)
        factors = self.item_factors.astype(np.float64)
        own = factors[rows]
        normal = factors.T @ factors + own.T @ ((weights - 1)[:, None] * own)
        normal += self.regularization * np.eye(self.factors)
        contributions = weights * (own @ np.linalg.solve(normal, factors[item]))
        order = np.argsort(-contributions, kind="stable")[:n]
        return rows[order], contributions[order]

    def save(self, folder: Path | str) -> None:
        """Write settings, identifiers, names, training pairs and factors into a folder.

        Raises
        ------
        NotFittedError
            Before `fit`.
        DataError
            If the folder cannot be written.
        """
        self._require_fitted()
        header = {
            "model": self.name,
            "settings": self.settings,
            "users": self.train.users.external_ids.tolist(),
            "items": self.train.items.external_ids.tolist(),
            "item_names": self.train.item_names.tolist(),
        }
        plays = self.train.user_items
        arrays = {
            "user_factors": self.user_factors,
            "item_factors": self.item_factors,
            "plays": plays.data,
            "indices": plays.indices,
            "indptr": plays.indptr,
        }
        save_model(folder, header, arrays)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Return the model that was saved in a folder; it recommends what it did then.

        Raises
        ------
        DataError
            If the folder is missing, holds something else, or the model is damaged.
        """
        header, arrays = load_model(folder, cls.name)
        try:
            model = cls(**header["settings"])
            users, items = IdMap(header["users"]), IdMap(header["items"])
            plays = sp.csr_array(
                (arrays["plays"], arrays["indices"], arrays["indptr"]),
                shape=(len(users), len(items)),
            )
            names = np.array(header["item_names"], dtype=object)
            train = Interactions(plays, users, items, names)
            user_factors = arrays["user_factors"].reshape(len(users), model.factors)
            item_factors = arrays["item_factors"].reshape(len(items), model.factors)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"the model in {folder} is incomplete or altered ({error}); train and save it again"
            ) from error
        model._learn_about(train)
        model.user_factors, model.item_factors = user_factors, item_factors
        model.n_users, model.n_items = train.n_users, train.n_items
        return model


def _rows_for_topk(user_items: sp.csr_array) -> list[SimpleNamespace]:
    """Return the rows as `topk` reads them; indexing a SciPy matrix there doubles its time."""
    columns = np.split(user_items.indices, user_items.indptr[1:-1])
    return [SimpleNamespace(indices=of_row) for of_row in columns]
