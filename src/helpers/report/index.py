"""What the front page shows: a card a lesson, and the tables of numbers."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.report.runs import LessonReport

# Columns of the table of evaluated models: key of the row, key of its interval, heading.
_COLUMNS = (
    ("precision", "Precision@{k}"),
    ("recall", "Recall@{k}"),
    ("ndcg", "NDCG@{k}"),
    ("coverage", "Coverage"),
)
_PROTOCOL = ("kind", "dataset", "data", "split", "split_seeds", "split_seed", "n_users", "k")
_CONTEXT_FIRST = ("model", "split", "k", "seed")


@dataclass(frozen=True)
class NumberRow:
    """One recorded number, ready to read."""

    meaning: str
    value: str
    interval: str
    context: str


@dataclass(frozen=True)
class ResultTable:
    """The models of one `evaluate` run.

    Attributes
    ----------
    title : str
        Name of the file, without suffix.
    protocol : str
        What every row has in common: dataset, split, k and the like.
    columns : list of str
        Headings after the first.
    rows : list of tuple
        Name of the model, then one (value, interval) a column; the best first.
    """

    title: str
    protocol: str
    columns: list[str]
    rows: list[tuple[str, list[tuple[str, str]]]]


def number_rows(report: LessonReport) -> list[NumberRow]:
    """Return the recorded numbers of one lesson."""
    return [_number_row(number) for number in report.record.get("numbers", [])]


def read_result_tables(files: Iterable[Path]) -> list[ResultTable]:
    """Return a table for each file that holds a list of evaluated models; others are passed over.

    Parameters
    ----------
    files : iterable of Path
        JSON as `python -m helpers evaluate --json` writes it.
    """
    tables = []
    for file in files:
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(rows, list) and rows and all(_is_result(row) for row in rows):
            tables.append(_result_table(file.stem, rows))
    return tables


def format_value(value: Any) -> str:
    """Return a number as a reader writes it: three significant digits, thousands set apart.

    Examples
    --------
    >>> format_value(0.19836), format_value(92834), format_value("k = 10")
    ('0.198', '92,834', 'k = 10')
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def _number_row(number: dict[str, Any]) -> NumberRow:
    context = {
        key: value
        for key, value in number.items()
        if key not in ("name", "value", "meaning", "interval")
    }
    first = [key for key in _CONTEXT_FIRST if key in context]
    ordered = first + [key for key in context if key not in first]
    return NumberRow(
        meaning=str(number.get("meaning", "")),
        value=format_value(number.get("value", "")),
        interval=_format_interval(number.get("interval")),
        context=" · ".join(_format_setting(key, context[key]) for key in ordered),
    )


def _result_table(title: str, rows: list[dict[str, Any]]) -> ResultTable:
    rows = sorted(rows, key=lambda row: -_sortable(row.get("ndcg")))
    shown = [(key, heading) for key, heading in _COLUMNS if any(key in row for row in rows)]
    common = {key for key in _PROTOCOL if len({str(row.get(key)) for row in rows}) == 1}
    protocol = [
        _format_setting(key, rows[0][key])
        for key in _PROTOCOL
        if key in common and rows[0].get(key) is not None
    ]
    k = rows[0].get("k", "k") if "k" in common else "k"
    return ResultTable(
        title=title.replace("_", " "),
        protocol=" · ".join(protocol),
        columns=[heading.format(k=k) for _, heading in shown],
        rows=[(str(row["model"]), [_result_cell(row, key) for key, _ in shown]) for row in rows],
    )


def _result_cell(row: dict[str, Any], key: str) -> tuple[str, str]:
    value = row.get(key)
    intervals = row.get("ci95")
    interval = intervals.get(key) if isinstance(intervals, dict) else None
    return _three_decimals(value), _format_interval(interval, _three_decimals)


def _three_decimals(value: Any) -> str:
    return f"{value:.3f}" if _sortable(value) > -math.inf else "–"


def _format_interval(interval: Any, write: Callable[[Any], str] = format_value) -> str:
    if not isinstance(interval, list) or len(interval) != 2:
        return ""
    return f"{write(interval[0])} to {write(interval[1])}"


def _format_setting(key: str, value: Any) -> str:
    name = key.replace("_", " ").removeprefix("n ")
    if key == "n_users":
        return f"{format_value(value)} {name}"
    if key in ("model", "dataset", "kind", "data", "split"):
        return str(value)
    values = value if isinstance(value, list) else [value]
    return f"{name} = {', '.join(_format_exactly(part) for part in values)}"


def _format_exactly(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_result(row: Any) -> bool:
    return isinstance(row, dict) and "model" in row


def _sortable(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else -math.inf
