"""Re-execute the committed notebooks on synthetic data, so that only what changed shows a diff.

Each notebook runs in a kernel of its own and is replaced in one step; times, machine and run
leave no trace in it.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from helpers import paths
from helpers.data import find_dataset
from helpers.errors import LessonError
from helpers.files import write_atomically
from helpers.pipeline.execute import KERNEL, CellError, execute_notebook, kernel_environment
from helpers.pipeline.lessons import (
    LessonNotebook,
    choose_lessons,
    find_lessons,
    lessons_left_out,
    read_lesson,
)
from helpers.pipeline.progress import Progress

# What executing leaves in the metadata of cells, besides what an author put there.
_TRACES = ("papermill", "execution", "ExecuteTime", "collapsed", "scrolled", "trusted")


def refresh_notebooks(
    numbers: Iterable[str] = (), *, notebooks: Path | None = None, stream: TextIO | None = None
) -> list[str]:
    """Re-execute lessons and their solutions in place, normalised.

    What cannot run here, for want of what it requires, stays as it is.

    Parameters
    ----------
    numbers : iterable of str
        Lessons to refresh, those they need included; all if there is none.
    notebooks : Path, optional
        Folder of lessons, with `solutions/` inside; default `paths.NOTEBOOKS`.
    stream : TextIO, optional
        Where progress goes; default standard error.

    Returns
    -------
    list of str
        Names of the notebooks that failed; they stay as they were.
    """
    folder = notebooks or paths.NOTEBOOKS
    lessons = choose_lessons(find_lessons(folder), numbers)
    solutions = [
        read_lesson(solution)
        for lesson in lessons
        for solution in (folder / "solutions" / f"{lesson.name}_solutions.ipynb",)
        if solution.is_file()
    ]
    chosen = [*lessons, *solutions]
    progress = Progress(stream or sys.stderr, [lesson.name for lesson in chosen])
    left_out = lessons_left_out(lessons)
    for lesson in chosen:
        if lesson.number in left_out:
            progress.finish(lesson, f"left out: {left_out[lesson.number]}")
    able = [lesson for lesson in chosen if lesson.number not in left_out]
    for name in sorted({name for lesson in able for name in lesson.datasets}):
        find_dataset(name, "synthetic")
    with (
        tempfile.TemporaryDirectory(prefix="refresh-") as reports,
        kernel_environment(MUSIC_REPORTS_DIR=reports),
    ):
        failed = [lesson.name for lesson in able if not _refresh(lesson, Path(reports), progress)]
    return failed


def _refresh(lesson: LessonNotebook, workshop: Path, progress: Progress) -> bool:
    executed = workshop / "executed.ipynb"
    progress.start(lesson)

    def on_cell(cell: int) -> None:
        progress.at_cell(lesson, cell)
        progress.tick()

    try:
        execute_notebook(lesson.path, executed, on_cell=on_cell)
        notebook = normalise(json.loads(executed.read_text(encoding="utf-8")))
    except LessonError as error:
        text = f"failed in cell [{error.cell}]: {error.reason}" if _in_cell(error) else str(error)
        progress.finish(lesson, text)
        return False
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    changed = text != lesson.path.read_text(encoding="utf-8")
    if changed:
        write_atomically(lesson.path, text)
    progress.finish(lesson, "refreshed" if changed else "as it was")
    return True


def _in_cell(error: LessonError) -> bool:
    return isinstance(error, CellError) and error.cell is not None


def normalise(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return an executed notebook without anything that differs from run to run.

    Parameters
    ----------
    notebook : dict
        Content of an executed notebook of format 4.

    Raises
    ------
    LessonError
        If an output holds a path of this machine or the address of an object.
    """
    cells = [_normalise_cell(cell) for cell in notebook["cells"]]
    code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"])]
    for count, cell in enumerate(code, start=1):
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if "execution_count" in output:
                output["execution_count"] = count
        _refuse_machine_traces(cell["outputs"], count)
    metadata = {
        key: value
        for key, value in notebook["metadata"].items()
        if key not in ("papermill", "widgets")
    }
    metadata |= {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _normalise_cell(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in cell["metadata"].items() if key not in _TRACES}
    if not metadata.get("tags"):
        metadata.pop("tags", None)
    return cell | {"metadata": metadata}


def _refuse_machine_traces(outputs: list[dict[str, Any]], count: int) -> None:
    # Pictures are left out: their base64 may spell anything.
    shown = json.dumps(
        [
            {
                key: value
                for key, value in (output.get("data") or output).items()
                if key[:6] != "image/"
            }
            for output in outputs
        ]
    )
    homes = {str(paths.ROOT), str(Path.home()), tempfile.gettempdir()} - {"/"}
    path = next((home for home in homes if f"{home}/" in shown), None)
    if path:
        raise LessonError(f"cell [{count}] shows a path below {path}; print the file name alone")
    address = re.search(r"\bat 0x[0-9a-f]{6,}", shown)
    if address:
        raise LessonError(
            f"cell [{count}] shows the address of an object ({address[0]}), which differs each "
            "time; print what it holds instead"
        )
