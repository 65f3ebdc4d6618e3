"""Check what was asked for before anything runs, and plan each lesson."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers import paths
from helpers.data import find_dataset
from helpers.errors import SettingError
from helpers.pipeline import run_state
from helpers.pipeline.execute import inspect_parameters
from helpers.pipeline.lessons import (
    LessonNotebook,
    choose_lessons,
    find_lessons,
    lessons_left_out,
    needed_first,
    parse_settings,
    settings_for_lessons,
)


@dataclass(frozen=True)
class Plan:
    """One lesson as it shall run.

    Attributes
    ----------
    lesson : LessonNotebook
    given : dict
        Parameters to inject.
    shown : dict
        All parameters, with the defaults of those that are not given.
    data : str
        "synthetic" or "real": the data it really reads; empty where it is left out.
    inputs : str
        Fingerprint of everything it reads.
    force : bool
        Run even where the last outcome still stands.
    left_out : str or None
        Why it cannot run here, in one sentence; None if it can.
    """

    lesson: LessonNotebook
    given: dict[str, object]
    shown: dict[str, object]
    data: str
    inputs: str
    force: bool
    left_out: str | None


def plan_lessons(
    numbers: Iterable[str] = (),
    *,
    data: str = "synthetic",
    data_dir: Path | None = None,
    settings: Iterable[str] = (),
    force: bool = False,
    notebooks: Path | None = None,
) -> list[Plan]:
    """Check everything that can be checked before a lesson runs, and return what shall run.

    Parameters
    ----------
    numbers : iterable of str
        Lessons to run, those they need included; all if there is none.
    data : str
        "synthetic", "real" or "auto"; given to the lessons as DATA.
    data_dir : Path, optional
        Folder of real data; default `paths.raw_dir()`.
    settings : iterable of str
        NAME=VALUE for the lessons that have that parameter.
    force : bool
        Run the lessons asked for even where nothing changed.
    notebooks : Path, optional
        Folder of lessons; default `paths.NOTEBOOKS`.

    Raises
    ------
    SettingError
        If a number, parameter, value or kind of data makes no sense.
    LessonError
        If a notebook is malformed, or requires something that nobody knows.
    DataError
        If real data are asked for and missing.
    """
    numbers = [str(number).zfill(2) for number in numbers]
    lessons = choose_lessons(find_lessons(notebooks or paths.NOTEBOOKS), numbers)
    texts = parse_settings(settings)
    if "DATA" in texts:
        raise SettingError("--set got DATA, which --data sets; use --data real, say")
    known = {lesson.number: inspect_parameters(lesson) for lesson in lessons}
    given = settings_for_lessons(texts, known)
    left_out = lessons_left_out(lessons)
    read = {
        lesson.number: () if lesson.number in left_out else lesson.datasets for lesson in lessons
    }
    names = sorted({name for of_lesson in read.values() for name in of_lesson})
    datasets = {name: find_dataset(name, data, data_dir) for name in names}
    digests = {name: run_state.data_digest([found.folder]) for name, found in datasets.items()}
    code = run_state.code_digest()
    plans: dict[str, Plan] = {}
    for lesson in needed_first(lessons):
        if "DATA" in known[lesson.number]:
            given[lesson.number]["DATA"] = data
        values = given[lesson.number]
        defaults = {name: found.value for name, found in known[lesson.number].items()}
        plans[lesson.number] = Plan(
            lesson=lesson,
            given=values,
            shown=defaults | values,
            data="/".join(sorted({datasets[name].kind for name in read[lesson.number]})),
            inputs=run_state.fingerprint(
                lesson,
                values,
                code,
                [*(digests[name] for name in read[lesson.number]), _digest_of_reads(lesson)],
                [plans[needed].inputs for needed in lesson.needs],
            ),
            force=force and (not numbers or lesson.number in numbers),
            left_out=left_out.get(lesson.number),
        )
    return list(plans.values())


def _digest_of_reads(lesson: LessonNotebook) -> str:
    return run_state.data_digest([paths.ROOT / folder for folder in lesson.reads])
