"""What is known of a lesson's last run, and whether its outcome still stands.

A lesson need not run again while the fingerprint of everything it reads is the same: the
notebook, its parameters, this package, the libraries, the data files and the lessons it needs.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.files import write_atomically
from helpers.pipeline.lessons import LessonNotebook

_PACKAGE = Path(__file__).parents[1]
# Changing how lessons are run, reported or asked for leaves what they compute as it is.
_WITHOUT_INFLUENCE = (
    "__main__.py",
    "commands/",
    "pipeline/",
    "report/index.py",
    "report/page.py",
    "report/runs.py",
    "report/sanitize.py",
    "report/site.py",
    "requirements.py",
)


def executed_copy(lesson: LessonNotebook) -> Path:
    """Return where the executed copy of a lesson goes."""
    return paths.runs_dir() / f"{lesson.name}.ipynb"


def partial_copy(lesson: LessonNotebook) -> Path:
    """Return the file that is the executed copy in the making."""
    return paths.runs_dir() / f"{lesson.name}.partial.ipynb"


def read_state(lesson: LessonNotebook) -> dict[str, Any] | None:
    """Return the state of the last run; None if there was none or its file is damaged."""
    try:
        state = json.loads(_state_file(lesson).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def write_state(lesson: LessonNotebook, state: Mapping[str, Any]) -> None:
    """Write the state of a run in one step."""
    text = json.dumps(state, indent=1, ensure_ascii=False)
    write_atomically(_state_file(lesson), text.encode())


def is_current(lesson: LessonNotebook, inputs: str) -> bool:
    """Return whether the last run had the same inputs and succeeded, and its files still stand."""
    state = read_state(lesson)
    if not state or state.get("status") != "done" or state.get("inputs") != inputs:
        return False
    return state.get("outputs") == output_digests(lesson)


def output_digests(lesson: LessonNotebook) -> dict[str, str]:
    """Return the SHA-256 of the executed copy, the record and the figures of a lesson, by path.

    Paths are relative to the folder of reports.
    """
    figures = sorted((paths.metrics_dir() / "figures").glob(f"{lesson.number}_*"))
    files = [executed_copy(lesson), paths.metrics_dir() / f"{lesson.number}.json", *figures]
    return {
        file.relative_to(paths.reports_dir()).as_posix(): _sha256(file)
        for file in files
        if file.is_file()
    }


def withdraw_state(lesson: LessonNotebook) -> None:
    """Remove the state, so that a run that is cut off is not taken for the one before."""
    _state_file(lesson).unlink(missing_ok=True)


def withdraw_outcome(lesson: LessonNotebook) -> None:
    """Remove what earlier runs of a lesson left, so that nobody takes it for the last one's."""
    withdraw_state(lesson)
    executed_copy(lesson).unlink(missing_ok=True)
    (paths.metrics_dir() / f"{lesson.number}.json").unlink(missing_ok=True)


def fingerprint(
    lesson: LessonNotebook,
    parameters: Mapping[str, object],
    code: str,
    data: list[str],
    needed: Iterable[str],
) -> str:
    """Return the SHA-256 of everything a lesson reads.

    Parameters
    ----------
    lesson : LessonNotebook
    parameters : mapping of str to object
        Values given to the lesson.
    code : str
        `code_digest()`.
    data : list of str
        `data_digest` of the folders that it reads.
    needed : iterable of str
        Fingerprints of the lessons it needs.
    """
    return _digest([lesson.digest, sorted(parameters.items()), code, data, list(needed)])


def code_digest() -> str:
    """Return the SHA-256 of Python's version, the installed libraries and this package."""
    libraries = sorted(f"{library.name} {library.version}" for library in distributions())
    modules = []
    for file in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.toml")]):
        name = file.relative_to(_PACKAGE).as_posix()
        if not name.startswith(_WITHOUT_INFLUENCE):
            modules.append((name, _sha256(file)))
    return _digest([sys.version, libraries, modules])


def data_digest(folders: Iterable[Path]) -> str:
    """Return a SHA-256 of names, sizes and times of the files in some folders.

    Contents are not read: gigabytes would take longer than the lessons they are for.
    """
    files = []
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            facts = file.stat()
            files.append((str(file), facts.st_size, facts.st_mtime_ns))
    return _digest(files)


def _state_file(lesson: LessonNotebook) -> Path:
    return paths.runs_dir() / f"{lesson.name}.json"


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
