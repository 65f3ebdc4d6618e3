"""Set models side by side: the same splits, the same metrics, with intervals over users."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from helpers.errors import SettingError
from helpers.evaluation.ranking import METRICS
from helpers.evaluation.significance import bootstrap_interval
from helpers.files import write_atomically
from helpers.holdout import Evaluation, evaluate_model, write_recommendations
from helpers.interactions import Interactions
from helpers.models import make_model
from helpers.split import Split, random_split

# Title, key of the row and number format of the second table.
_BIAS_COLUMNS = (
    ("coverage", "coverage", ".4f"),
    ("gini", "gini", ".4f"),
    ("mean popul.", "mean_popularity", ".1f"),
    ("tail share", "tail_share", ".4f"),
    ("fit s", "fit_seconds", ".2f"),
    ("evaluate s", "evaluate_seconds", ".2f"),
)


def evaluate_models(
    names: Sequence[str],
    interactions: Interactions,
    *,
    dataset: str,
    data: str,
    k: int = 10,
    split_seeds: Iterable[int] = range(5),
    test_share: float = 0.2,
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
    test_share : float
        Share of all pairs that is held out.
    recommendations : Path, optional
        Where to write the lists, see `write_recommendations`; for one model and one seed only.

    Returns
    -------
    list of dict
        One a model, in the order of `names`, ready for JSON: model, dataset, data, split,
        split_seeds, k, n_users, n_cold, the six ranking metrics and four bias figures (means
        over the seeds), ci95 (metric -> [low, high]), fit_seconds and evaluate_seconds (means
        over the seeds), by_seed (the same figures of each seed). The intervals are over users, each
        with the mean over the seeds in which the user has test pairs. `n_users` counts
        those judged in at least one seed; `n_cold` sums over the seeds those who had no
        training pairs, for whom most models have an empty list without a hit.

    Raises
    ------
    SettingError
        If a model is unknown, or k, a seed or the share is out of range.
    """
    seeds = list(split_seeds)
    if not seeds or len(set(seeds)) < len(seeds):
        raise SettingError(f"split seeds are {seeds}, expected one or more, each different")
    words = f"{100 * (1 - test_share):.4g}/{100 * test_share:.4g} random"
    facts = {"dataset": dataset, "data": data, "split": words, "split_seeds": seeds, "k": k}
    splits = (random_split(interactions, test_share, seed=seed) for seed in seeds)
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

    Parameters and result are those of `evaluate_models`; `split_seeds` and `by_seed` are empty.
    """
    facts = {"dataset": dataset, "data": data, "split": "given", "split_seeds": [], "k": k}
    return _evaluate(names, [split], facts, recommendations)


def write_json(rows: list[dict[str, Any]], file: Path) -> None:
    """Write the rows as a JSON list, atomically."""
    write_atomically(file, json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def render_table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as text for a terminal, 95 % intervals beneath the ranking metrics."""
    first = rows[0]
    seeds = first["split_seeds"]
    split = first["split"] + (f", seeds {', '.join(map(str, seeds))}" if seeds else "")
    protocol = f"split: {split} · k = {first['k']} · {first['n_users']:,} users"
    lines = [
        f"{first['data']} {first['dataset']} · {protocol}",
        "",
        _line("", [f"{name}@{first['k']}" for name in METRICS]),
    ]
    for row in rows:
        lines.append(_line(row["model"], [f"{row[name]:.4f}" for name in METRICS]))
        lines.append(_line("", ["{:.3f}-{:.3f}".format(*row["ci95"][name]) for name in METRICS]))
    lines += ["", _line("", [title for title, _, _ in _BIAS_COLUMNS])]
    for row in rows:
        lines.append(_line(row["model"], [f"{row[key]:{form}}" for _, key, form in _BIAS_COLUMNS]))
    lines += ["", "Beneath each ranking metric: 95 % bootstrap interval over users."]
    if first["n_cold"]:
        lines.append(
            f"Without training pairs, so that most models have no list for them: {first['n_cold']}"
            f" test users\n(summed over {max(1, len(seeds))} splits)."
        )
    return "\n".join(lines)


def _line(model: str, cells: list[str]) -> str:
    return f"{model:<12}" + "".join(f"{cell:>14}" for cell in cells)


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
    n_runs = len(names) * max(1, len(facts["split_seeds"]))
    if recommendations is not None and n_runs != 1:
        raise SettingError(
            f"lists of {n_runs} trained models were asked for, expected one model on one split; "
            "name one model and one split seed to write recommendations"
        )
    evaluations: dict[str, list[Evaluation]] = {name: [] for name in names}
    with tqdm(
        total=n_runs, desc="evaluate", unit="model", delay=2, leave=False, disable=None
    ) as bar:
        for split in splits:
            for name in names:
                bar.set_postfix_str(name, refresh=False)
                evaluations[name].append(evaluate_model(make_model(name), split, facts["k"]))
                bar.update()
    rows = [
        {"model": name, "settings": settings[name], **facts, **_summarise(evaluations[name], facts)}
        for name in names
    ]
    if recommendations is not None:
        write_recommendations(evaluations[names[0]][0], split.train, recommendations)
    return rows


def _summarise(evaluations: list[Evaluation], facts: dict[str, Any]) -> dict[str, Any]:
    means = [evaluation.means() for evaluation in evaluations]
    per_user = {
        name: _mean_over_splits([evaluation.per_user[name] for evaluation in evaluations])
        for name in METRICS
    }
    by_seed = [
        {"split_seed": seed, "n_users": len(evaluation.user_rows), **found}
        for seed, evaluation, found in zip(facts["split_seeds"], evaluations, means, strict=False)
    ]
    return {
        "n_users": int(np.count_nonzero(~np.isnan(per_user[METRICS[0]]))),
        "n_cold": sum(evaluation.n_cold for evaluation in evaluations),
        **{name: float(np.mean([found[name] for found in means])) for name in means[0]},
        "ci95": {name: list(bootstrap_interval(per_user[name])) for name in METRICS},
        "fit_seconds": float(np.mean([evaluation.fit_seconds for evaluation in evaluations])),
        "evaluate_seconds": float(
            np.mean([evaluation.evaluate_seconds for evaluation in evaluations])
        ),
        "by_seed": by_seed,
    }


def _mean_over_splits(per_user: list[np.ndarray]) -> np.ndarray:
    """Return each user's mean over the splits that have a value; NaN where none has."""
    values = np.stack(per_user)
    n_values = (~np.isnan(values)).sum(axis=0)
    means = np.full(values.shape[1], np.nan)
    return np.divide(np.nansum(values, axis=0), n_values, out=means, where=n_values > 0)
