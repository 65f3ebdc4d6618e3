"""Results of evaluations: to JSON and back, and as tables for a terminal and for the README."""

import json
from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.data.synthetic import WORLD_VERSION
from helpers.errors import DataError, SettingError
from helpers.evaluation.bias_metrics import BIAS_METRICS
from helpers.evaluation.ranking import METRICS
from helpers.files import write_atomically

_FIGURES = (*METRICS, *BIAS_METRICS, "fit_seconds", "evaluate_seconds", "n_users", "n_cold")
PROTOCOL = ("dataset", "data", "world", "split", "shares", "split_seeds", "k")

# What `evaluate --json` was told for each tracked file of `paths.RESULTS`.
RECORDED = {
    ("real", "8:2"): "lastfm.json",
    ("real", "8:1:1"): "lastfm_811.json",
    ("synthetic", "8:2"): "lastfm_synthetic.json",
}

# Title, key of the row and number format of the tables beneath that of the ranking metrics. Of
# figures that move together (entropy with Gini, novelty with popularity) one stands for both.
_BIAS_COLUMNS = (
    ("coverage", "coverage", ".4f"),
    ("gini", "gini", ".4f"),
    ("mean popul.", "mean_popularity", ".1f"),
    ("tail share", "tail_share", ".4f"),
    ("popul. lift", "popularity_lift", "+.3f"),
    ("miscalibr.", "miscalibration", ".4f"),
    ("PopREO", "pop_reo", ".4f"),
)
_COST_COLUMNS = (
    ("fit s", "fit_seconds", ".2f"),
    ("evaluate s", "evaluate_seconds", ".2f"),
    ("memory MB", "peak_memory_mb", ".0f"),
)


def write_json(rows: list[dict[str, Any]], file: Path) -> None:
    """Write the rows as a JSON list, atomically."""
    write_atomically(file, json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(file: Path) -> list[dict[str, Any]]:
    """Read what `write_json` wrote: the rows of one run of `evaluate`.

    Raises
    ------
    DataError
        If the file is missing or malformed, a figure is missing or not a finite number, or the
        rows are of several protocols.
    """
    try:
        rows = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{file} cannot be read ({error.strerror}); make it with: "
            f"python -m helpers evaluate all --json {file}"
        ) from error
    except ValueError as error:
        raise DataError(f"{file} is not JSON ({error}); {_again(file)}") from error
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{file} holds no list of results; {_again(file)}")
    for number, row in enumerate(rows, start=1):
        wrong = _what_is_wrong(row)
        if wrong:
            raise DataError(f"{file}, result {number}: {wrong}; {_again(file)}")
    if any(row[fact] != rows[0][fact] for row in rows for fact in PROTOCOL):
        raise DataError(f"{file} mixes results of several protocols; {_again(file)}")
    return rows


def read_recorded(data: str, shares: str = "8:2") -> list[dict[str, Any]]:
    """Read the results of last.fm that are tracked in `reports/results`.

    Parameters
    ----------
    data : str
        "real" or "synthetic".
    shares : str
        "8:2", or "8:1:1" for real data.

    Raises
    ------
    SettingError
        If no such results are tracked.
    DataError
        If the file is missing or malformed, or holds something else: another protocol, or
        another version of the synthetic world. The message names the command to make it.
    """
    if (data, shares) not in RECORDED:
        kept = ", ".join(" ".join(pair) for pair in RECORDED)
        raise SettingError(f"no results are kept of {data} {shares}, expected one of {kept}")
    file = paths.RESULTS / RECORDED[data, shares]
    command = (
        f"python -m helpers evaluate all --data {data} --shares {shares} "
        f"--json {file.relative_to(paths.ROOT).as_posix()}"
    )
    if not file.is_file():
        raise DataError(f"{file.name} is missing in reports/results; make it with: {command}")
    first = (rows := read_json(file))[0]
    if (first["data"], first["shares"]) != (data, shares):
        raise DataError(
            f"{file.name} holds results of {first['data']} data, shares {first['shares']}; "
            f"make it again with: {command}"
        )
    if data == "synthetic" and first["world"] != WORLD_VERSION:
        raise DataError(
            f"{file.name} was made in an earlier synthetic world; make it again with: {command}"
        )
    return rows


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
    for columns in (_BIAS_COLUMNS, _COST_COLUMNS):
        lines += ["", _line("", [title for title, _, _ in columns], width=12)]
        for row in rows:
            cells = [_cell(row[key], form) for _, key, form in columns]
            lines.append(_line(row["model"], cells, width=12))
    if len(rows) > 1:
        lines += ["", *_behind_lines(rows)]
    lines += [
        "",
        "Beneath each ranking metric: 95 % bootstrap interval over users. Seconds and memory (of",
        "training): medians over the splits; in one split alone, loading a library counts as well.",
    ]
    if first["n_cold"]:
        lines.append(
            f"Without training pairs, so that most models have no list for them: {first['n_cold']}"
            f" test users\n(summed over {max(1, len(seeds))} splits)."
        )
    return "\n".join(lines)


def render_markdown(
    rows: list[dict[str, Any]], intervals: Sequence[str] = ("precision", "ndcg")
) -> str:
    """Return the table of the README, best NDCG last.

    Parameters
    ----------
    rows : list of dict
        As `evaluate_models` returns them.
    intervals : sequence of str
        Which of precision, recall and ndcg stand with their 95 % interval.
    """
    k = rows[0]["k"]
    titles = ["model", f"P@{k}", f"recall@{k}", f"NDCG@{k}", "coverage"]
    titles.append("mean popularity of what is recommended")
    lines = [titles, ["---"] * len(titles)]
    for row in sorted(rows, key=lambda row: row["ndcg"]):
        cells = [row["model"]]
        for name in ("precision", "recall", "ndcg"):
            low, high = row["ci95"][name]
            interval = f" ({low:.3f} to {high:.3f})" if name in intervals else ""
            cells.append(f"{row[name]:.3f}{interval}")
        cells += [f"{row['coverage']:.1%}", f"{row['mean_popularity']:.0f} listeners"]
        lines.append(cells)
    return "\n".join(f"| {' | '.join(cells)} |".replace("| --- ", "|---") for cells in lines)


def _behind_lines(rows: list[dict[str, Any]]) -> list[str]:
    compared = list(rows[0]["behind_best"])
    titles = [f"{name}: behind {rows[0]['behind_best'][name]['best']}" for name in compared]
    lines = [_line("", titles, width=40)]
    for row in rows:
        cells = []
        for found in row["behind_best"].values():
            low, high = found["ci95"]
            cells.append(
                f"{found['difference']:+.4f} ({low:+.3f} to {high:+.3f})"
                if found["best"] != row["model"]
                else "best"
            )
        lines.append(_line(row["model"], cells, width=40))
    return lines


def _line(model: str, cells: Iterable[str], width: int = 14) -> str:
    return f"{model:<12}" + "".join(f"{cell:>{width}}" for cell in cells)


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


def _again(file: Path) -> str:
    return f"make it again with: python -m helpers evaluate all --json {file}"


def _what_is_wrong(row: Any) -> str | None:
    """Return what is wrong with a result, in a few words; None for a sound one."""
    if not isinstance(row, dict):
        return f"got {row!r}, expected an object"
    others = ("model", *PROTOCOL, "peak_memory_mb", "places_new_users")
    missing = [key for key in (*others, *_FIGURES) if key not in row]
    if missing:
        return f"{missing[0]!r} is missing"
    figures = {key: row[key] for key in _FIGURES}
    if row["peak_memory_mb"] is not None:
        figures["peak_memory_mb"] = row["peak_memory_mb"]
    try:
        for name in METRICS:
            low, high = row["ci95"][name]
            figures |= {f"{name} from": low, f"{name} to": high}
        for name, found in row["behind_best"].items():
            low, high = found["ci95"]
            figures |= {f"{name} behind {found['best']}": found["difference"]}
            figures |= {f"{name} behind from": low, f"{name} behind to": high}
    except (KeyError, TypeError, ValueError, AttributeError):
        return "an interval in ci95 or behind_best is missing"
    for name, value in figures.items():
        if not isinstance(value, int | float) or not isfinite(value):
            return f"{name} is {value!r}, expected a number"
    return None
