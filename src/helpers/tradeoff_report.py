"""The whole study of what fairness costs: swept and chosen on validation, tested once; as text."""

import json
from collections.abc import Sequence
from typing import Any

from helpers import paths
from helpers.checks import different_seeds
from helpers.data.synthetic import WORLD_VERSION
from helpers.errors import DataError, SettingError
from helpers.interactions import Interactions
from helpers.mitigation import METHODS
from helpers.models import make_model
from helpers.split import Split, random_split
from helpers.tradeoffs import KEEP, WIDEN, choose, confirm, sweep

_TEST_SHARE, _VALIDATION_SHARE = 0.2, 0.16
STUDENTS = ("down-weighting", 0.25)
"""What the project that this course grew out of tried, at the strength it was reported with."""
RECORDED = "lastfm_mitigation.json"
"""The file of `paths.RESULTS` that holds the study of real last.fm."""
_COMMAND = f"python -m helpers mitigate --data real --json reports/results/{RECORDED}"


def study(
    base: str,
    interactions: Interactions,
    *,
    dataset: str,
    data: str,
    validation_seeds: Sequence[int] = (0, 1, 2),
    test_seeds: Sequence[int] = range(5),
    k: int = 10,
) -> dict[str, Any]:
    """Sweep all methods on validation, choose one setting by rule and judge it on the test pairs.

    Two more settings are tested beside it: the popularity penalty that was chosen by the same rule
    without asking for coverage, and down-weighting by popularity^-0.25.

    Parameters
    ----------
    base : str
        Name of a model that takes weights.
    interactions : Interactions
    dataset, data : str
        Name of the dataset and which data it is: "synthetic" or "real".
    validation_seeds, test_seeds : sequence of int
        Of random splits: 64 % to train on and 16 % to choose by, or 80 % and 20 % to test.
    k : int

    Returns
    -------
    dict
        Ready for JSON: base, dataset, data, world, k, both lists of seeds, keep and widen (the
        rule), sweep (see `tradeoffs.sweep`), chosen (one of its rows) and test (see
        `tradeoffs.confirm`; the model, the choice, the penalty, down-weighting).

    Raises
    ------
    SettingError
        If a name or a seed is wrong, the model takes no weights, or no setting satisfies the rule.
    """
    if not METHODS[STUDENTS[0]].is_for(make_model(base)):
        raise SettingError(f"{base} takes no weights, expected a model that does, such as als")
    validation_seeds, test_seeds = different_seeds(validation_seeds), different_seeds(test_seeds)
    rows = sweep(base, (validation_split(interactions, seed) for seed in validation_seeds), k=k)
    chosen = choose(rows)
    penalty = choose([row for row in rows if row["method"] == "log penalty"], widen=0)
    choices = [(row["method"], row["knob"]) for row in (chosen, penalty)]
    splits = (random_split(interactions, _TEST_SHARE, seed=seed) for seed in test_seeds)
    return {
        "base": base,
        "dataset": dataset,
        "data": data,
        "world": WORLD_VERSION if data == "synthetic" else None,
        "k": k,
        "validation_seeds": validation_seeds,
        "test_seeds": test_seeds,
        "keep": KEEP,
        "widen": WIDEN,
        "sweep": rows,
        "chosen": chosen,
        "test": confirm(base, list(dict.fromkeys([*choices, STUDENTS])), splits, k),
    }


def validation_split(interactions: Interactions, seed: int = 0) -> Split:
    """Return the split to choose on: training and validation pairs, the test pairs left out."""
    split = random_split(interactions, _TEST_SHARE, _VALIDATION_SHARE, seed)
    return Split(split.train, None, split.validation)


def read_recorded_study() -> dict[str, Any]:
    """Return the study of real last.fm that is tracked in `reports/results`.

    Raises
    ------
    DataError
        If the file is missing or is no such study; the message names the command to make it.
    """
    file = paths.RESULTS / RECORDED
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["data"] == "real" and {"chosen", "sweep", "test"} <= found.keys():
            return found
        reason = "it holds something else"
    except OSError as error:
        reason = error.strerror
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = "it is damaged"
    raise DataError(f"{RECORDED} cannot be used ({reason}); make it again with: {_COMMAND}")


def render_markdown(found: dict[str, Any]) -> str:
    """Return the test results of a study as the table of the README."""
    titles = ["lists", f"P@{found['k']}", "kept", "mean popularity", "left", "coverage", "times"]
    lines = [titles, ["---"] * len(titles)]
    for row in found["test"]:
        name = f"{row['method']}, {row['knob']:g}"
        kept, left = ("{:.1%} ({:.1%} to {:.1%})".format(*row[key]) for key in ("kept", "exposure"))
        times = f"{row['widened'][0]:.2f}"
        if row["method"] == "none":
            name, kept, left, times = found["base"], "", "", ""
        cells = [name, f"{row['precision']:.3f}", kept, f"{row['popularity']:.0f} listeners", left]
        lines.append([*cells, f"{row['coverage']:.1%}", times])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines).replace("| --- ", "|---")


def render(found: dict[str, Any]) -> str:
    """Return the result of `study` as text for a terminal."""
    seeds = {key: ", ".join(map(str, found[key])) for key in ("validation_seeds", "test_seeds")}
    k, chosen = found["k"], found["chosen"]
    lines = [
        f"{found['data']} {found['dataset']} · base: {found['base']} · k = {k}",
        "",
        f"On validation pairs (64 % trained on, 16 % judged; seeds {seeds['validation_seeds']}):",
        "share of precision kept / mean popularity / coverage, each over that of the model itself",
    ]
    for method in dict.fromkeys(row["method"] for row in found["sweep"]):
        of_method = [row for row in found["sweep"] if row["method"] == method]
        cells = [
            f"{row['knob']:g}: {row['kept']:.3f}/{row['exposure']:.2f}/{row['widened']:.2f}"
            for row in of_method
        ]
        lines.append(f"  {method:<20}{'  '.join(cells)}")
    lines += [
        "",
        f"Chosen: {chosen['method']} at {chosen['knob']:g}, the least popular lists that keep "
        f"{found['keep']:.0%} of precision",
        f"and widen coverage {found['widen']:g} times.",
        "",
        f"On test pairs (80 % trained on, 20 % judged; seeds {seeds['test_seeds']}), "
        "with 95 % intervals over users:",
        f"{'':<22}{f'P@{k}':>7}{'of it kept':>25}{'popularity':>12}{'of it left':>25}"
        f"{'coverage':>10}{'times (by split)':>22}{'tail':>7}",
    ]
    return "\n".join(lines + [_test_line(row) for row in found["test"]])


def _test_line(row: dict[str, Any]) -> str:
    name = "the model itself" if row["method"] == "none" else f"{row['method']} {row['knob']:g}"
    kept, exposure = ("{:.1%} ({:.1%} to {:.1%})".format(*row[key]) for key in ("kept", "exposure"))
    widened = "{:.2f} ({:.2f} to {:.2f})".format(*row["widened"])
    if row["method"] == "none":
        kept = exposure = widened = ""
    return (
        f"{name:<22}{row['precision']:>7.4f}{kept:>25}{row['popularity']:>12.1f}{exposure:>25}"
        f"{row['coverage']:>10.1%}{widened:>22}{row['tail_share']:>7.1%}"
    )
