"""Alternating least squares for implicit feedback (Hu, Koren and Volinsky, 2008)."""

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.recommender_base import ModelFitError
from threadpoolctl import threadpool_limits

from helpers.checks import positive_number, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import checked_rows
from helpers.models.factors import FactorModel
from helpers.models.numpy_als import solve_cholesky
from helpers.models.tuned import TUNED
from helpers.weighting import check_scheme, weigh


class ALS(FactorModel):
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

    Raises
    ------
    SettingError
        If a setting makes no sense, or training ends in numbers that are not finite.
    """

    name = "als"

    def __init__(
        self,
        *,
        factors: int = TUNED["als"]["factors"],
        regularization: float = TUNED["als"]["regularization"],
        alpha: float = TUNED["als"]["alpha"],
        iterations: int = TUNED["als"]["iterations"],
        weighting: str = TUNED["als"]["weighting"],
        k1: float = TUNED["als"]["k1"],
        b: float = TUNED["als"]["b"],
        seed: int = 0,
    ) -> None:
        self.factors = whole_number("factors", factors, 1)
        self.regularization = positive_number("regularization", regularization)
        self.alpha = positive_number("alpha", alpha)
        self.iterations = whole_number("iterations", iterations, 1)
        check_scheme(weighting, k1, b)
        self.weighting, self.k1, self.b = weighting, float(k1), float(b)
        self.seed = whole_number("seed", seed, 0)

    def _fit(self, train: Interactions) -> None:
        self._confidences = self._weighted(train.user_items, train)
        try:
            # More threads change the last bits; what is not finite is reported below.
            with threadpool_limits(1, "blas"), np.errstate(invalid="ignore"):
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
                f"{self} ended in factors that are not finite; lower alpha, or take a "
                "regularization nearer to the default"
            ) from error
        self.user_factors, self.item_factors = model.user_factors, model.item_factors
        self.user_factors[np.diff(train.user_items.indptr) == 0] = 0
        self.item_factors[train.item_popularity() == 0] = 0

    def _weighted(self, user_items: sp.csr_array, train: Interactions) -> sp.csr_array:
        weights = weigh(user_items, self.weighting, self.k1, self.b, like=train.user_items)
        with np.errstate(over="ignore"):  # training reports what is not finite
            return self.alpha * weights

    def _fold_in(self, user_items: sp.csr_array) -> np.ndarray:
        """Solve the least squares of the new users exactly, for the items as they are."""
        confidences = self._weighted(user_items, self.train)
        factors = self.item_factors.astype(np.float64)
        try:
            return solve_cholesky(confidences, factors, self.regularization).astype(np.float32)
        except np.linalg.LinAlgError as error:
            raise SettingError(
                f"{self} cannot place a new user, as nothing is left of the regularization beside "
                "the weights; raise it and train again"
            ) from error

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        super()._restore(train, arrays)
        if self.item_factors.shape[1] != self.factors:
            raise ValueError(f"vectors of {self.item_factors.shape[1]} numbers, not {self.factors}")
        self._confidences = self._weighted(train.user_items, train)

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
