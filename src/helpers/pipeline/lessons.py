"""Which lessons there are, what they need, and which parameters they take."""

import ast
import hashlib
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import ValidationError

from helpers.errors import LessonError, SettingError
from helpers.requirements import why_left_out

_LESSON_FILE = re.compile(r"(\d\d)_[a-z0-9_]+\.ipynb")


@dataclass(frozen=True)
class LessonNotebook:
    """One lesson on disk.

    Attributes
    ----------
    path : Path
        The notebook, `NN_verb_object.ipynb`.
    needs : tuple of str
        Numbers of the lessons whose outputs it reads.
    datasets : tuple of str
        Names of the datasets it reads.
    reads : tuple of str
        Folders it reads besides, relative to the project, like "reports/results".
    requires : tuple of str
        What it requires beyond the core of the project, like "spark"; see `requirements`.
    n_code_cells : int
        Cells that will run.
    digest : str
        SHA-256 of what decides the outcome: sources, tags and needs, but no outputs.
    """

    path: Path
    needs: tuple[str, ...]
    datasets: tuple[str, ...]
    reads: tuple[str, ...]
    requires: tuple[str, ...]
    n_code_cells: int
    digest: str

    @property
    def number(self) -> str:
        """Two digits, like "03"."""
        return self.path.name[:2]

    @property
    def name(self) -> str:
        """File name without suffix, like "03_factorize_a_matrix"."""
        return self.path.stem


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: its annotated type and its default as written there."""

    type: str
    default: str

    @property
    def value(self) -> object:
        """The default as a Python value; the text itself where it is no literal."""
        try:
            return ast.literal_eval(self.default)
        except (ValueError, SyntaxError):
            return self.default


def find_lessons(folder: Path) -> list[LessonNotebook]:
    """Return the lessons of a folder in the order of their numbers.

    Raises
    ------
    LessonError
        If there is none, a notebook cannot be read, or two share a number.
    """
    found = sorted(path for path in folder.glob("*.ipynb") if _LESSON_FILE.fullmatch(path.name))
    lessons = [read_lesson(path) for path in found]
    if not lessons:
        raise LessonError(f"no lessons in {folder}, expected notebooks named like 01_do_this.ipynb")
    for one, other in itertools.pairwise(lessons):
        if one.number == other.number:
            raise LessonError(
                f"{one.path.name} and {other.path.name} share a number; renumber one of them"
            )
    return lessons


def read_lesson(path: Path) -> LessonNotebook:
    """Read what the pipeline must know of a notebook; raises `LessonError` if it is malformed."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        nbformat.validate(notebook, version=4)
        facts = notebook["metadata"].get("lesson", {})
        cells = [
            (cell["cell_type"], "".join(cell["source"]), sorted(cell["metadata"].get("tags", [])))
            for cell in notebook["cells"]
        ]
        return LessonNotebook(
            path=path,
            needs=tuple(facts.get("needs", ())),
            datasets=tuple(facts.get("datasets", ("lastfm",))),
            reads=tuple(facts.get("reads", ())),
            requires=tuple(facts.get("requires", ())),
            n_code_cells=sum(kind == "code" and bool(source.strip()) for kind, source, _ in cells),
            digest=hashlib.sha256(json.dumps([facts, cells]).encode()).hexdigest(),
        )
    except (OSError, ValueError, ValidationError, TypeError, AttributeError) as error:
        reason = next(iter(str(error).splitlines()), "")
        raise LessonError(
            f"{path} is not a notebook of format 4 ({type(error).__name__}: {reason}); "
            "restore it from version control"
        ) from None


def choose_lessons(lessons: list[LessonNotebook], numbers: Iterable[str]) -> list[LessonNotebook]:
    """Return the lessons with these numbers, and those they need, in order; all for none.

    Raises
    ------
    SettingError
        If a number is not that of a lesson.
    LessonError
        If a lesson needs one that does not exist, or lessons need each other in a circle.
    """
    by_number = {lesson.number: lesson for lesson in lessons}
    wanted = [str(number).zfill(2) for number in numbers] or list(by_number)
    unknown = [number for number in wanted if number not in by_number]
    if unknown:
        raise SettingError(f"no lesson {unknown[0]}; there are {', '.join(by_number)}")
    chosen: set[str] = set()
    for number in wanted:
        _add_with_needs(number, by_number, chosen, ())
    return [lesson for lesson in lessons if lesson.number in chosen]


def _add_with_needs(
    number: str, by_number: Mapping[str, LessonNotebook], chosen: set[str], above: tuple[str, ...]
) -> None:
    if number in above:
        raise LessonError(f"lessons need each other in a circle: {' > '.join((*above, number))}")
    for needed in by_number[number].needs:
        if needed not in by_number:
            raise LessonError(f"lesson {number} needs lesson {needed}, which does not exist")
        _add_with_needs(needed, by_number, chosen, (*above, number))
    chosen.add(number)


def needed_first(lessons: Iterable[LessonNotebook]) -> list[LessonNotebook]:
    """Return the lessons in their order, except that a needed one comes first."""
    waiting, placed = list(lessons), []
    while waiting:
        done = {lesson.number for lesson in placed}
        following = next(lesson for lesson in waiting if done.issuperset(lesson.needs))
        waiting.remove(following)
        placed.append(following)
    return placed


def lessons_left_out(lessons: Iterable[LessonNotebook]) -> dict[str, str]:
    """Return why lessons cannot run here, by number: what to install, or what they need.

    Raises
    ------
    LessonError
        If a lesson requires something that nobody knows.
    """
    reasons: dict[str, str] = {}
    for lesson in needed_first(lessons):
        reason = why_left_out(lesson.requires)
        needed = next((number for number in lesson.needs if number in reasons), None)
        if reason or needed:
            reasons[lesson.number] = reason or f"needs lesson {needed}, which is left out"
    return reasons


def parse_settings(texts: Iterable[str]) -> dict[str, str]:
    """Split each NAME=VALUE; raises `SettingError` for a text of another form or a name twice."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingError(f"--set got {text!r}, expected NAME=VALUE, like --set FACTORS=64")
        if name.strip() in settings:
            raise SettingError(f"--set gives {name.strip()} twice; give it once")
        settings[name.strip()] = value.strip()
    return settings


def settings_for_lessons(
    settings: Mapping[str, str], known: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, dict[str, object]]:
    """Return for each lesson the values of the settings it has, by the types written there.

    Parameters
    ----------
    settings : mapping of str to str
        Parameter name to value as typed.
    known : mapping of lesson number to mapping of parameter name to Parameter

    Raises
    ------
    SettingError
        If no lesson has a parameter of that name, or the value is not of its type.
    """
    for name in settings:
        if not any(name in parameters for parameters in known.values()):
            everything = sorted({name for parameters in known.values() for name in parameters})
            raise SettingError(
                f"none of the lessons {', '.join(known)} has a parameter {name}; "
                f"they have {', '.join(everything) or 'none'}"
            )
    return {
        number: {
            name: parse_value(text, parameters[name].type, name)
            for name, text in settings.items()
            if name in parameters
        }
        for number, parameters in known.items()
    }


def parse_value(text: str, type_name: str, name: str) -> object:
    """Return `text` as a value of the annotated type: int, float, str, bool or a list of one.

    Examples
    --------
    >>> parse_value("8, 16", "list[int]", "FACTORS")
    [8, 16]

    Raises
    ------
    SettingError
        If the text is not such a value, or the type is none of these.
    """
    listed = re.fullmatch(r"list\[(\w+)\]", type_name)
    if listed:
        return [parse_value(part.strip(), listed[1], name) for part in text.split(",")]
    if type_name not in _PARSERS:
        raise SettingError(
            f"parameter {name} has type {type_name}, expected one of {', '.join(_PARSERS)}; "
            "change it in the notebook instead"
        )
    try:
        return _PARSERS[type_name](text)
    except ValueError:
        raise SettingError(f"parameter {name} got {text!r}, expected {type_name}") from None


def _parse_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _parse_bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_PARSERS: dict[str, Callable[[str], object]] = {
    "int": int,
    "float": _parse_float,
    "str": str,
    "bool": _parse_bool,
}
