"""Where `helpers.tuning` looks for the settings of each model: one dictionary a model.

A setting that a space does not name keeps its default. Each default lies within its space, since
it is what the first trial of a study measures.
"""

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from helpers.weighting import SCHEMES

_WEIGHTING = CategoricalDistribution(SCHEMES)

SPACES: dict[str, dict[str, BaseDistribution]] = {
    "item-knn": {
        "neighbours": IntDistribution(20, 5000, log=True),
        "weighting": _WEIGHTING,
    },
    "user-knn": {
        "neighbours": IntDistribution(20, 1000, log=True),
        "weighting": _WEIGHTING,
    },
    # alpha is left out: to halve it does what doubling the regularization does.
    "als": {
        "factors": IntDistribution(32, 128, step=16),
        "regularization": FloatDistribution(1, 100, log=True),
        "iterations": IntDistribution(10, 30, step=5),
        "k1": FloatDistribution(0.1, 10, log=True),
        "b": FloatDistribution(0, 1),
    },
    "ials": {
        "factors": IntDistribution(64, 192, step=32),
        "alpha0": FloatDistribution(0.01, 2, log=True),
        "regularization": FloatDistribution(0.002, 0.1, log=True),
        "nu": FloatDistribution(0.7, 1),
        "iterations": IntDistribution(6, 16, step=2),
        "weighting": CategoricalDistribution(["binary", "log", "bm25"]),
    },
    # The weights of bm25 are the largest by far and want the largest regularization.
    "ease": {
        "regularization": FloatDistribution(30, 30_000, log=True),
        "weighting": _WEIGHTING,
    },
    "lightfm": {
        "loss": CategoricalDistribution(["bpr", "warp", "warp-kos"]),
        "factors": IntDistribution(32, 192, step=32),
        "epochs": IntDistribution(10, 60, step=10),
        "learning_rate": FloatDistribution(0.01, 0.1, log=True),
        "max_sampled": IntDistribution(20, 300, log=True),
        "tags": CategoricalDistribution([False, True]),
    },
    "content": {
        "sublinear": CategoricalDistribution([False, True]),
        "min_share": FloatDistribution(0.0003, 0.03, log=True),
        "weighting": _WEIGHTING,
    },
    # The weight of als stays: only ratios matter.
    "blend": {
        "ials": FloatDistribution(0, 3),
        "ease": FloatDistribution(0, 3),
        "content": FloatDistribution(0, 3),
        "friends": FloatDistribution(0, 3),
    },
}
