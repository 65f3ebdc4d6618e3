"""All popularity-bias figures of a model's lists at once."""

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.evaluation.list_checks import check_rows
from helpers.evaluation.opportunity import pop_reo, pop_rsp
from helpers.evaluation.popularity_bias import (
    NOTHING_SHOWN,
    coverage,
    entropy,
    exposure,
    gini,
    list_means,
    mean_popularity,
    novelty,
)
from helpers.evaluation.popularity_groups import (
    TIERS,
    jensen_shannon,
    list_mix,
    popularity_lift,
    popularity_tiers,
    profile_mix,
)

BIAS_METRICS = (
    "coverage",
    "gini",
    "mean_popularity",
    "tail_share",
    "tail_coverage",
    "entropy",
    "novelty",
    "popularity_lift",
    "miscalibration",
    "pop_rsp",
    "pop_reo",
)


def bias_metrics(
    recommended: np.ndarray,
    popularity: np.ndarray,
    train: sp.csr_array,
    relevant: sp.csr_array,
    n_users: int,
) -> dict[str, float]:
    """Return every figure of `BIAS_METRICS` by name, each a finite number.

    They are what the functions of these names give, means over users where those give a value a
    user: in `popularity_bias` coverage, Gini and entropy of `exposure`, mean popularity, share and
    coverage of the long tail, and novelty; in `popularity_groups` popularity lift and
    miscalibration; in `opportunity` PopRSP and PopREO between head and long tail.

    A user for whom a figure is missing, for want of a list or of training items, is left out of
    its mean; where nobody is left, popularity lift and miscalibration are 0.

    Parameters
    ----------
    recommended : ndarray of int, shape (n, k)
        Lists of the users judged.
    popularity : ndarray of int, shape (n_items,)
        Training users of each item, all of them counted.
    train, relevant : csr_array, shape (n, n_items)
        Training and test pairs, a row for each list.
    n_users : int
        Users of the whole training set.

    Raises
    ------
    SettingError
        If all lists are empty, nobody trained on anything, or shapes do not fit.
    """
    check_rows("train", train, recommended)
    check_rows("test", relevant, recommended)
    counts = exposure(recommended, len(popularity))
    if not counts.any():
        raise SettingError(NOTHING_SHOWN)
    # One sort of the catalogue for all that follows: the last tier is the long tail.
    tiers = popularity_tiers(popularity)
    is_tail = tiers == TIERS.index("tail")
    apart = jensen_shannon(profile_mix(train, tiers), list_mix(recommended, tiers))
    return {
        "coverage": coverage(recommended, len(popularity)),
        "gini": gini(counts),
        "mean_popularity": mean_popularity(recommended, popularity),
        "tail_share": _mean_of_known(list_means(recommended, is_tail)),
        "tail_coverage": float(counts[is_tail].astype(bool).sum() / max(is_tail.sum(), 1)),
        "entropy": entropy(counts),
        "novelty": novelty(recommended, popularity, n_users),
        "popularity_lift": _mean_of_known(popularity_lift(recommended, train, popularity)),
        "miscalibration": _mean_of_known(apart),
        "pop_rsp": pop_rsp(recommended, train, is_tail),
        "pop_reo": pop_reo(recommended, relevant, is_tail),
    }


def _mean_of_known(per_user: np.ndarray) -> float:
    """Return the mean over the users that have a value, 0 where nobody has one."""
    known = per_user[~np.isnan(per_user)]
    return float(known.mean()) if known.size else 0.0
