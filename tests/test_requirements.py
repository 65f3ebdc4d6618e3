"""What lessons require beyond the core: said in one sentence, and left out by nbval."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers import paths, requirements
from helpers.errors import LessonError
from helpers.pipeline.lessons import find_lessons, read_lesson
from helpers.requirements import missing, why_left_out

LESSONS = find_lessons(paths.NOTEBOOKS)


def test_what_is_missing_is_said_for_each_requirement(monkeypatch):
    monkeypatch.setitem(requirements._CHECKS, "spark", lambda: "install Java")
    monkeypatch.setitem(requirements._CHECKS, "torch", lambda: None)
    assert why_left_out([]) is None
    assert why_left_out(["torch"]) is None
    assert why_left_out(["spark", "torch"]) == "install Java"
    monkeypatch.setitem(requirements._CHECKS, "torch", lambda: "install PyTorch")
    assert why_left_out(["spark", "torch"]) == "install Java; install PyTorch"


def test_unknown_requirement_is_refused():
    with pytest.raises(
        LessonError, match="'sparc', expected one of spark, torch; mend its metadata"
    ):
        missing("sparc")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_committed_lessons_and_their_solutions_require_the_same(lesson):
    solutions = paths.NOTEBOOKS / "solutions" / f"{lesson.name}_solutions.ipynb"
    assert read_lesson(solutions).requires == lesson.requires
    why_left_out(lesson.requires)  # known, all of them


def write_notebook(file, source, requires):
    metadata = {"lesson": {"requires": requires}}
    nbformat.write(new_notebook(cells=[new_code_cell(source)], metadata=metadata), file)


def test_nbval_leaves_out_what_cannot_run_here_and_says_why(tmp_path):
    write_notebook(tmp_path / "01_on_spark.ipynb", "1 / 0", ["spark"])
    write_notebook(tmp_path / "02_without.ipynb", "open('ran', 'w').close()", [])
    shutil.copy(paths.ROOT / "conftest.py", tmp_path)
    options = ["--numprocesses=1", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", *options, "01_on_spark.ipynb", "02_without.ipynb"],
        cwd=tmp_path,
        env=os.environ | {"JAVA_HOME": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    assert "1 passed, 1 skipped" in ended.stdout
    assert "01_on_spark.ipynb: left out: Spark needs" in ended.stdout
    assert (tmp_path / "ran").exists()
