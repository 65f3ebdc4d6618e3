"""Alternating least squares with frequency regularisation (Rendle et al., 2022)."""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, positive_number, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.factors import FactorModel
from helpers.models.half_step import HalfStep, Rule
from helpers.models.tuned import TUNED
from helpers.weighting import Corpus, check_scheme, weigh

if TYPE_CHECKING:
    from irspack.recommenders.ials import IALSRecommender

_LARGEST_SEED = 2**31 - 1


class IALS(FactorModel):
    r"""Matrix factorisation whose penalty grows with the data, trained by the library irspack.

    Minimises, with w the weights of the set S of training pairs,

    .. math::
        \sum_{(u,i) \in S} w_{ui} (1 - x_u^\top y_i)^2
        + \alpha_0 \sum_{u,i} (x_u^\top y_i)^2
        + \lambda \Big(\sum_u (n_u + \alpha_0 n_{items})^\nu \|x_u\|^2
        + \sum_i (n_i + \alpha_0 n_{users})^\nu \|y_i\|^2\Big)

    where :math:`n_u` and :math:`n_i` count the training pairs of a user and of an item, without
    their weights. The second sum runs over all cells, stored ones too. At ν = 0 everybody is
    penalised alike, as in `ALS`; at ν = 1 in proportion to the share of the loss that is theirs
    (Rendle, Krichene, Zhang and Koren, "Revisiting the performance of iALS on item
    recommendation benchmarks", RecSys 2022). Each half-step improves the vectors by a few steps
    of conjugate gradients; `fold_in` solves exactly.

    Users and items without training pairs get zero vectors, which is their exact solution. The
    same settings give the same factors bit for bit: training keeps to one thread, as with two
    the last bits differ from run to run.

    Parameters
    ----------
    factors : int
        Length of the vectors.
    alpha0 : float
        Weight of every cell, of what was not played above all; positive.
    regularization : float
        The λ of the loss; positive.
    nu : float
        The ν of the loss, from 0 to 1.
    iterations : int
        One iteration improves all users, then all items.
    weighting : str
        One of `helpers.weighting.SCHEMES`.
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

    name = "ials"

    def __init__(
        self,
        *,
        factors: int = TUNED["ials"]["factors"],
        alpha0: float = TUNED["ials"]["alpha0"],
        regularization: float = TUNED["ials"]["regularization"],
        nu: float = TUNED["ials"]["nu"],
        iterations: int = TUNED["ials"]["iterations"],
        weighting: str = TUNED["ials"]["weighting"],
        seed: int = 0,
    ) -> None:
        check_scheme(weighting)
        self.factors = whole_number("factors", factors, 1)
        self.alpha0 = positive_number("alpha0", alpha0)
        self.regularization = positive_number("regularization", regularization)
        self.nu = number_between("nu", nu, 0, 1)
        self.iterations = whole_number("iterations", iterations, 1)
        self.weighting = weighting
        self.seed = whole_number("seed", seed, 0)
        if self.seed > _LARGEST_SEED:
            raise SettingError(f"seed is {seed}, expected at most {_LARGEST_SEED} as irspack does")

    def _fit(self, train: Interactions) -> None:
        self._train(train)
        self.item_factors[train.item_popularity() == 0] = 0

    def _train(self, train: Interactions, **features: Any) -> "IALSRecommender":
        """Take over the factors that irspack finds, and return its model.

        `features` goes to it as it is: what it shall know of users or items beside their plays.
        """
        from irspack.recommenders.ials import IALSRecommender

        model = IALSRecommender(
            sp.csr_matrix(weigh(train.user_items, self.weighting)),
            n_components=self.factors,
            alpha0=self.alpha0,
            reg=self.regularization,
            nu=self.nu,
            random_seed=self.seed,
            n_threads=1,
            **features,
        )
        model.start_learning()
        try:
            for _ in range(self.iterations):
                model.run_epoch()
        except RuntimeError as error:  # irspack met a system that it cannot solve
            raise SettingError(self._not_finite()) from error
        self.user_factors = model.get_user_embedding().copy()
        self.item_factors = model.get_item_embedding().copy()
        if not (np.isfinite(self.user_factors).all() and np.isfinite(self.item_factors).all()):
            raise SettingError(self._not_finite())
        self.user_factors[np.diff(train.user_items.indptr) == 0] = 0
        return model

    def _not_finite(self) -> str:
        return (
            f"{self} ended in factors that are not finite; take alpha0 and regularization nearer "
            "to the defaults, or a weighting that saturates, such as log"
        )

    def _half_step(self) -> HalfStep:
        rule = Rule(
            weighting=self.weighting,
            unobserved=self.alpha0,
            observed_replaces=False,
            regularization=self.regularization,
            nu=self.nu,
        )
        return HalfStep.over(self.item_factors, rule, Corpus.of(self.train.user_items))
