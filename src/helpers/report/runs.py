"""What the runs left on disk: one `LessonReport` a lesson, whatever became of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from nbconvert.filters.markdown_mistune import markdown2html_mistune

KINDS = ("synthetic", "real")
_STATUSES = ("done", "failed", "blocked", "left out")


@dataclass(frozen=True)
class LessonReport:
    """One lesson as the site shows it.

    Attributes
    ----------
    name : str
        File name without suffix, like "03_factorize_a_matrix".
    title, question : str
        H1 and first paragraph of the first markdown cell, as plain text.
    status : str
        "done", "failed", "blocked", "left out", or "missing" where no run is on disk.
    state : dict
        What the pipeline wrote about the run; empty where it has not run.
    record : dict
        What the lesson recorded in this run; empty where it recorded nothing.
    executed : Path or None
        The executed notebook, where there is one.
    problem : str
        Why there is less to show than there should be, in one sentence; empty if all is well.
    """

    name: str
    title: str
    question: str
    status: str
    state: dict[str, Any]
    record: dict[str, Any]
    executed: Path | None
    problem: str

    @property
    def number(self) -> str:
        """Two digits, like "03"."""
        return self.name[:2]

    @property
    def page(self) -> str:
        """File name of the page of this lesson."""
        return f"{self.name}.html"

    @property
    def kind(self) -> str:
        """Kind of the data: "synthetic", "real", or "unknown"."""
        kind = self.record.get("kind") or self.state.get("data")
        return kind if kind in KINDS else "unknown"

    @property
    def label(self) -> str:
        """Label of the data, like "synthetic last.fm"."""
        names = {"synthetic": "generated listeners", "real": "real listeners"}
        return str(self.record.get("label") or names.get(self.kind, "unknown data"))

    @property
    def duration(self) -> str:
        """How long the run took, in words; empty where it is not known."""
        return format_seconds(self.state.get("seconds"))

    @property
    def started(self) -> str:
        """When the run began, as a reader writes it; empty where it is not known."""
        try:
            moment = datetime.fromisoformat(str(self.state.get("started", "")))
        except ValueError:
            return ""
        return f"{moment.day} {moment:%B %Y}, {moment:%H:%M}"

    @property
    def error(self) -> dict[str, Any] | None:
        """Number of the cell and message of what stopped the run or kept it from starting."""
        error = self.state.get("error")
        return error if isinstance(error, dict) else None


def read_reports(notebooks: Path, reports: Path) -> list[LessonReport]:
    """Return a report for every lesson in `notebooks`, in order, run or not.

    Parameters
    ----------
    notebooks : Path
        Folder of the lessons, `NN_verb_object.ipynb`.
    reports : Path
        Folder with `runs/` (executed copies and run states) and `metrics/` (records).
    """
    found = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
    return [_read_report(source, reports) for source in found]


def input_files(name: str, notebooks: Path, reports: Path) -> list[Path]:
    """Return every file that the report of one lesson is made of, there or not."""
    return [
        notebooks / f"{name}.ipynb",
        reports / "runs" / f"{name}.ipynb",
        reports / "runs" / f"{name}.json",
        reports / "metrics" / f"{name[:2]}.json",
    ]


def format_seconds(seconds: Any) -> str:
    """Return a duration in words, e.g. "14 s" or "2 min 5 s".

    Examples
    --------
    >>> format_seconds(125.2)
    '2 min 5 s'
    """
    if not isinstance(seconds, int | float):
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _read_report(source: Path, reports: Path) -> LessonReport:
    name = source.stem
    _, executed, state_file, record_file = input_files(name, source.parent, reports)
    problems: list[str] = []
    state = _read_json(state_file, problems)
    record = _read_json(record_file, problems)
    status = state["status"] if state.get("status") in _STATUSES else ""
    if status == "done" and not executed.is_file():
        status = ""
    asked = state.get("data")
    if status != "done" or (asked in KINDS and record.get("kind") != asked):
        # What lies there was recorded by another run: its numbers would be shown as this one's.
        record = {}
    title, question = _title_and_question(source, problems)
    return LessonReport(
        name=name,
        title=title,
        question=question,
        status=status or "missing",
        state=state,
        record=record,
        executed=executed if status and executed.is_file() else None,
        problem="; ".join(problems),
    )


def _read_json(file: Path, problems: list[str]) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        problems.append(f"{file.name} is not JSON ({error}); run the lesson again")
        return {}
    if isinstance(content, dict):
        return content
    problems.append(f"{file.name} holds no object; run the lesson again")
    return {}


def _title_and_question(source: Path, problems: list[str]) -> tuple[str, str]:
    fallback = source.stem[3:].replace("_", " ").capitalize()
    try:
        cells = nbformat.read(source, as_version=4).cells
    except Exception as error:  # nbformat raises many types for a file that is no notebook
        problems.append(f"{source.name} is not a notebook ({type(error).__name__}); restore it")
        return fallback, ""
    text = next((cell.source for cell in cells if cell.cell_type == "markdown"), "")
    soup = BeautifulSoup(markdown2html_mistune(text), "html.parser")
    for link in soup.select("a.anchor-link"):
        link.decompose()
    return _plain_text(soup.h1) or fallback, _plain_text(soup.p)


def _plain_text(tag: Tag | None) -> str:
    return " ".join(tag.get_text().split()) if tag else ""
