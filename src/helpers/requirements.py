"""What a lesson may require beyond the core of the project, and what to install for it.

A lesson names it in its metadata, `{"lesson": {"requires": ["spark"]}}`; where something is
missing, the lesson is left out and everything else runs.
"""

from collections.abc import Callable, Iterable

from helpers.audio.needs import missing_torch
from helpers.errors import LessonError
from helpers.spark.java import missing_spark

_CHECKS: dict[str, Callable[[], str | None]] = {
    "spark": missing_spark,
    "torch": missing_torch,
}


def missing(name: str) -> str | None:
    """Return one sentence that says what to install for a requirement; None if it is there.

    Raises
    ------
    LessonError
        If there is no requirement of that name.
    """
    if name not in _CHECKS:
        raise LessonError(
            f"a lesson requires {name!r}, expected one of {', '.join(_CHECKS)}; mend its metadata"
        )
    return _CHECKS[name]()


def why_left_out(requires: Iterable[str]) -> str | None:
    """Return what to install before a lesson with these requirements can run; None for nothing."""
    return "; ".join(filter(None, map(missing, requires))) or None
