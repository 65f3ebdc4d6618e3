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
from helpers.models.half_step import HalfStep, Rule
from helpers.models.tuned import TUNED
from helpers.weighting import Corpus, check_scheme


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
        confidences = self._rule().weights(train.user_items, Corpus.of(train.user_items))
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
                model.fit(sp.csr_matrix(confidences), show_progress=False)
        except ModelFitError as error:
            raise SettingError(
                f"{self} ended in factors that are not finite; lower alpha, or take a "
                "regularization nearer to the default"
            ) from error
        self.user_factors, self.item_factors = model.user_factors, model.item_factors
        self.user_factors[np.diff(train.user_items.indptr) == 0] = 0
        self.item_factors[train.item_popularity() == 0] = 0

    def _rule(self) -> Rule:
        return Rule(
            weighting=self.weighting,
            k1=self.k1,
            b=self.b,
            alpha=self.alpha,
            regularization=self.regularization,
        )

    def _half_step(self) -> HalfStep:
        return HalfStep.over(self.item_factors, self._rule(), Corpus.of(self.train.user_items))

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        super()._restore(train, arrays)
        if self.item_factors.shape[1] != self.factors:
            raise ValueError(f"vectors of {self.item_factors.shape[1]} numbers, not {self.factors}")

    def explain(self, user_row: int, item_row: int, n: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """Return how much each item of a user adds to the score of one item.

        The contributions of `HalfStep.contributions`: over all items of the user they add up to
        the score of the exact solution, from which the stored user vector differs a little.

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
        mine = self.train.user_items[[user]]
        contributions = self._half_step().contributions(mine, np.array([item]))[0]
        order = np.argsort(-contributions, kind="stable")[:n]
        return mine.indices[order], contributions[order]
