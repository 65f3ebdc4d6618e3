"""Alternating least squares trained by Spark, with all that a factor model of this project can."""

from typing import TYPE_CHECKING, Self

import numpy as np

from helpers.checks import positive_number, whole_number
from helpers.interactions import Interactions
from helpers.models.als import ALS
from helpers.models.factors import FactorModel
from helpers.models.half_step import HalfStep, Rule
from helpers.weighting import Corpus, check_scheme, weigh

if TYPE_CHECKING:
    from pyspark.ml.recommendation import ALSModel


class SparkALS(FactorModel):
    r"""Matrix factorisation by alternating least squares, trained by Spark.

    Minimises, over users u and all items i,

    .. math::
        \sum_{u,i} c_{ui} (p_{ui} - x_u^\top y_i)^2
        + \lambda \Big(\sum_u n_u \|x_u\|^2 + \sum_i n_i \|y_i\|^2\Big)

    where p is 1 for a training pair and 0 elsewhere, c is 1 plus alpha times the weight of a
    training pair and 1 elsewhere, and n counts the training pairs of a user or an item. `ALS`
    has alpha times the weight alone, and the same λ for all. Users and items without training
    pairs get zero vectors.

    Only `fit` and `from_spark` need Spark: a saved model is loaded, recommends and folds in
    without it, and new users are placed exactly, as Spark's next half-step would.

    Parameters
    ----------
    factors : int
        Length of the vectors.
    regularization : float
        The λ of the loss; positive.
    alpha : float
        Multiplies every weight; positive.
    iterations : int
        One iteration solves for all items, then for all users.
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
        If a setting makes no sense; in `fit` also if Spark cannot run here.
    """

    name = "spark-als"

    def __init__(
        self,
        *,
        factors: int = 30,
        regularization: float = 0.01,
        alpha: float = 1.0,
        iterations: int = 10,
        weighting: str = "log",
        seed: int = 0,
    ) -> None:
        self.factors = whole_number("factors", factors, 1)
        self.regularization = positive_number("regularization", regularization)
        self.alpha = positive_number("alpha", alpha)
        self.iterations = whole_number("iterations", iterations, 1)
        check_scheme(weighting)
        self.weighting = weighting
        self.seed = whole_number("seed", seed, 0)

    @classmethod
    def from_spark(cls, model: "ALSModel", train: Interactions, **settings: float | str) -> Self:
        """Return a model of this project with the vectors that Spark has found.

        Parameters
        ----------
        model : ALSModel
            What `spark_estimator(...).fit(...)` returned, its identifiers those of `train`.
        train : Interactions
            The pairs it was trained on; integer identifiers.
        **settings
            Keywords of this class but `factors`, as Spark was given them: fold-in depends on them.

        Raises
        ------
        UnknownIdError
            If Spark has a vector for an identifier that is not in `train`.
        """
        from helpers.spark.als import collect_vectors

        adopted = cls(factors=model.rank, **settings)
        adopted.user_factors = collect_vectors(model.userFactors, train.users)
        adopted.item_factors = collect_vectors(model.itemFactors, train.items)
        adopted._know(train)
        return adopted

    def as_implicit(self, train: Interactions) -> tuple[ALS, Interactions]:
        """Return a model of the library implicit and pairs for it, with the loss of this model.

        The weights of the loss are computed here, and stored in place of the counts. The penalty
        is near only: implicit has one λ for all, here that of a typical number of pairs, the
        geometric mean of those that users and items have on average.

        Parameters
        ----------
        train : Interactions
            Has at least one pair.

        Returns
        -------
        als : ALS
            Not trained yet.
        weighed : Interactions
            What to train it on.
        """
        weights = weigh(train.user_items, self.weighting)
        weights.data = 1 + self.alpha * weights.data
        sides = np.diff(train.user_items.indptr), train.item_popularity()
        typical = np.sqrt(np.prod([n_pairs[n_pairs > 0].mean() for n_pairs in sides]))
        als = ALS(
            factors=self.factors,
            regularization=self.regularization * typical,
            alpha=1.0,
            iterations=self.iterations,
            weighting="plays",
            seed=self.seed,
        )
        return als, train.with_matrix(weights)

    def _fit(self, train: Interactions) -> None:
        from helpers.spark.als import spark_estimator, train_on_spark

        estimator = spark_estimator(
            factors=self.factors,
            regularization=self.regularization,
            alpha=self.alpha,
            iterations=self.iterations,
            seed=self.seed,
        )
        weights = weigh(train.user_items, self.weighting)
        self.user_factors, self.item_factors = train_on_spark(weights, estimator)

    def _half_step(self) -> HalfStep:
        rule = Rule(
            weighting=self.weighting,
            alpha=self.alpha,
            shift=1.0,
            regularization=self.regularization,
            nu=1.0,
            penalty_counts_all=False,
        )
        return HalfStep.over(self.item_factors, rule, Corpus.of(self.train.user_items))
