"""Set models side by side: the same splits, the same metrics, with intervals over users."""

from collections.abc import Iterable, Sequence
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from helpers.checks import different_seeds
from helpers.data.synthetic import WORLD_VERSION
from helpers.errors import HelpersError, SettingError
from helpers.evaluation.ranking import METRICS
from helpers.evaluation.significance import bootstrap_interval, paired_difference
from helpers.holdout import Evaluation, evaluate_model, write_recommendations
from helpers.interactions import Interactions
from helpers.models import make_model
from helpers.split import Split, random_split

# The metrics in which every model is compared with the best one of its run.
COMPARED = ("precision", "ndcg")


class ModelsFailedError(SettingError):
    """Models that could not be trained or judged, each with its reason.

    Attributes
    ----------
    rows : list of dict
        Results of all the other models, as `evaluate_models` returns them.
    """

    def __init__(self, reasons: dict[str, str], rows: list[dict[str, Any]]) -> None:
        if not rows and len(set(reasons.values())) == 1:
            message = next(iter(reasons.values()))  # nothing to do with any one model
        else:
            message = "; ".join(f"{name} is left out: {why}" for name, why in reasons.items())
        super().__init__(message)
        self.rows = rows


def evaluate_models(
    names: Sequence[str],
    interactions: Interactions,
    *,
    dataset: str,
    data: str,
    k: int = 10,
    split_seeds: Iterable[int] = range(5),
    shares: str = "8:2",
    recommendations: Path | None = None,
) -> list[dict[str, Any]]:
    """Judge models with their default settings on random holdouts.

    Parameters
    ----------
    names : sequence of str
        Keys of `helpers.models.MODELS`.
    interactions : Interactions
    dataset, data : str
        Name of the dataset and which data it is: "synthetic" or "real".
    k : int
        List length.
    split_seeds : iterable of int
        One random holdout each.
    shares : str
        Proportions of all pairs as training:test, or as training:validation:test; validation
        pairs are neither trained on nor recommended.
    recommendations : Path, optional
        Where to write the lists, see `write_recommendations`; for one model and one seed only.

    Returns
    -------
    list of dict
        One a model, in the order of `names`, ready for JSON: model, settings, dataset, data,
        world (version of the synthetic world, None for other data), split, shares,
        split_seeds, k, n_users, n_cold, the six ranking metrics and the figures of
        `BIAS_METRICS` (means over the seeds), ci95 (metric -> [low, high]), fit_seconds,
        evaluate_seconds and peak_memory_mb (medians over the seeds, because libraries are loaded
        in the first), places_new_users, by_seed (the figures of each seed), behind_best. The
        intervals are over users, each with the mean over the seeds in which the user has test
        pairs. `n_users` counts those judged in at least one seed; `n_cold` sums over the seeds
        those who had no training pairs, for whom most models have an empty list without a hit.

        `behind_best` holds, for precision and NDCG, the `best` model of this run, the mean
        `difference` to it over the same users (below 0 where this model is behind), its
        `ci95` and its `p_value`, see `paired_difference`.

    Raises
    ------
    SettingError
        If a model is unknown, or k, a seed or a share is out of range.
    ModelsFailedError
        After all models were tried, if some cannot be trained on this data.
    """
    seeds = different_seeds(split_seeds)
    parts = _parse_shares(shares)
    facts = {
        "dataset": dataset,
        "data": data,
        "world": WORLD_VERSION if data == "synthetic" else None,
        "split": "/".join(f"{100 * part:.4g}" for part in parts) + " random",
        "shares": shares,
        "split_seeds": seeds,
        "k": k,
    }
    validation_share = parts[1] if len(parts) == 3 else 0.0
    splits = (random_split(interactions, parts[-1], validation_share, seed) for seed in seeds)
    return _evaluate(names, splits, facts, recommendations)


def evaluate_split(
    names: Sequence[str],
    split: Split,
    *,
    dataset: str,
    data: str = "own",
    k: int = 10,
    recommendations: Path | None = None,
) -> list[dict[str, Any]]:
    """Judge models with their default settings on one given split.

    Parameters and result are those of `evaluate_models`; `split_seeds` and `by_seed` are empty,
    `shares` and `world` None.

    Raises
    ------
    SettingError, ModelsFailedError
        As there; also if fewer than two users have test pairs.
    """
    n_judged = np.count_nonzero(np.diff(split.test.user_items.indptr))
    if n_judged < 2:  # said before training, which may take long
        raise SettingError(
            f"the number of users with test pairs is {n_judged}, expected at least 2 for an "
            "interval; add test pairs of another user"
        )
    facts = {
        "dataset": dataset,
        "data": data,
        "world": None,
        "split": "given",
        "shares": None,
        "split_seeds": [],
        "k": k,
    }
    return _evaluate(names, [split], facts, recommendations)


def _parse_shares(shares: str) -> list[float]:
    """Return the parts of "8:1:1" as shares of their sum."""
    try:
        parts = [float(part) for part in shares.split(":")]
    except ValueError:
        parts = []
    if len(parts) not in (2, 3) or not all(0 < part < inf for part in (*parts, sum(parts))):
        raise SettingError(
            f"shares are {shares!r}, expected training:test such as 8:2 or "
            "training:validation:test such as 8:1:1"
        )
    return [part / sum(parts) for part in parts]


def _evaluate(
    names: Sequence[str],
    splits: Iterable[Split],
    facts: dict[str, Any],
    recommendations: Path | None,
) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(names))
    if not names:
        raise SettingError("no model is named, expected one or more such as popularity")
    settings = {name: repr(make_model(name)) for name in names}  # a wrong name fails at once
    n_splits = max(1, len(facts["split_seeds"]))
    n_runs = len(names) * n_splits
    if recommendations is not None and n_runs != 1:
        raise SettingError(
            f"lists of {n_runs} trained models were asked for, expected one model on one split; "
            "name one model and one split seed to write recommendations"
        )
    evaluations: dict[str, list[Evaluation]] = {name: [] for name in names}
    reasons: dict[str, str] = {}
    with tqdm(
        total=n_runs, desc="evaluate", unit="model", delay=2, leave=False, disable=None
    ) as bar:
        for split in splits:
            for name in names:
                bar.set_postfix_str(name, refresh=False)
                if name not in reasons:
                    try:
                        evaluation = evaluate_model(make_model(name), split, facts["k"])
                        evaluations[name].append(evaluation)
                    except (HelpersError, ImportError, MemoryError) as error:
                        reasons[name] = str(error) or "it needs more memory than there is"
                bar.update()
    judged = {name: evaluations[name] for name in names if name not in reasons}
    rows = _make_rows(judged, settings, facts)
    if recommendations is not None and rows:
        write_recommendations(evaluations[names[0]][0], split.train, recommendations)
    if reasons:
        raise ModelsFailedError(reasons, rows)
    return rows


def _make_rows(
    evaluations: dict[str, list[Evaluation]], settings: dict[str, str], facts: dict[str, Any]
) -> list[dict[str, Any]]:
    per_user = {
        name: {
            metric: _mean_over_splits([evaluation.per_user[metric] for evaluation in of_model])
            for metric in METRICS
        }
        for name, of_model in evaluations.items()
    }
    return [
        {
            "model": name,
            "settings": settings[name],
            **facts,
            **_summarise(of_model, per_user[name], facts["split_seeds"]),
            "behind_best": {metric: _behind_best(name, per_user, metric) for metric in COMPARED},
        }
        for name, of_model in evaluations.items()
    ]


def _summarise(
    evaluations: list[Evaluation], per_user: dict[str, np.ndarray], seeds: list[int]
) -> dict[str, Any]:
    means = [evaluation.means() for evaluation in evaluations]
    by_seed = [
        {
            "split_seed": seed,
            "n_users": len(evaluation.user_rows),
            **found,
            **_costs([evaluation]),
        }
        for seed, evaluation, found in zip(seeds, evaluations, means, strict=False)
    ]
    return {
        "n_users": int(np.count_nonzero(~np.isnan(per_user[METRICS[0]]))),
        "n_cold": sum(evaluation.n_cold for evaluation in evaluations),
        **{name: float(np.mean([found[name] for found in means])) for name in means[0]},
        "ci95": {name: list(bootstrap_interval(per_user[name])) for name in METRICS},
        **_costs(evaluations),
        "places_new_users": evaluations[0].places_new_users,
        "by_seed": by_seed,
    }


def _costs(evaluations: list[Evaluation]) -> dict[str, float | None]:
    memory = [evaluation.peak_memory_mb for evaluation in evaluations]
    return {
        "fit_seconds": median(evaluation.fit_seconds for evaluation in evaluations),
        "evaluate_seconds": median(evaluation.evaluate_seconds for evaluation in evaluations),
        "peak_memory_mb": None if None in memory else median(memory),
    }


def _behind_best(
    name: str, per_user: dict[str, dict[str, np.ndarray]], metric: str
) -> dict[str, Any]:
    best = max(per_user, key=lambda model: np.nanmean(per_user[model][metric]))
    found = paired_difference(per_user[name][metric], per_user[best][metric])
    return {
        "best": best,
        "difference": found.difference,
        "ci95": [found.low, found.high],
        "p_value": found.p_value,
    }


def _mean_over_splits(per_user: list[np.ndarray]) -> np.ndarray:
    """Return each user's mean over the splits that have a value; NaN where none has."""
    values = np.stack(per_user)
    n_values = (~np.isnan(values)).sum(axis=0)
    means = np.full(values.shape[1], np.nan)
    return np.divide(np.nansum(values, axis=0), n_values, out=means, where=n_values > 0)
