"""A lesson that requires what is not here is left out, and runs once it is."""

import io
import shutil
from types import SimpleNamespace

import pytest
from small_lessons import run, state_on_disk, write_notebook

from helpers import paths, requirements
from helpers.errors import LessonError
from helpers.pipeline import runner
from helpers.pipeline.plan import plan_lessons
from helpers.pipeline.refresh import refresh_notebooks

SENTENCE = "Spark needs Java; install it"


@pytest.fixture
def machine(monkeypatch):
    """A machine whose `sentence` says what Spark lacks there; lessons run without a kernel."""
    here = SimpleNamespace(sentence=SENTENCE, ran=[])

    def execute(source, target, parameters, on_cell):
        here.ran.append(source.stem)
        shutil.copy(source, target)
        return 0.1

    monkeypatch.setitem(requirements._CHECKS, "spark", lambda: here.sentence)
    monkeypatch.setattr(runner, "execute_notebook", execute)
    return here


@pytest.fixture
def lessons(notebooks):
    """A lesson that requires Spark, one that needs it, and one that does neither."""
    write_notebook(notebooks / "01_on_spark.ipynb", requires=["spark"])
    write_notebook(notebooks / "02_needs_it.ipynb", needs=["01"])
    write_notebook(notebooks / "03_fine.ipynb")
    return notebooks


def statuses(states):
    return [state["status"] for state in states.values()]


def test_lesson_is_left_out_with_those_that_need_it_and_says_why(lessons, machine):
    screen = io.StringIO()
    states = run(lessons, stream=screen)
    assert statuses(states) == ["left out", "left out", "done"]
    assert f"01_on_spark  left out: {SENTENCE}\n" in screen.getvalue()
    assert "02_needs_it  left out: needs lesson 01, which is left out\n" in screen.getvalue()
    assert machine.ran == ["03_fine"]
    assert state_on_disk("01_on_spark")["status"] == "left out"
    assert state_on_disk("01_on_spark")["error"] == {"cell": None, "message": SENTENCE}


def test_nothing_runs_or_is_written_the_second_time(lessons, machine):
    run(lessons)
    written = [file.stat().st_mtime_ns for file in sorted(paths.runs_dir().iterdir())]
    screen = io.StringIO()
    assert not any(state["ran"] for state in run(lessons, stream=screen).values())
    assert [file.stat().st_mtime_ns for file in sorted(paths.runs_dir().iterdir())] == written
    assert f"left out: {SENTENCE}" in screen.getvalue()


def test_what_ran_before_is_not_taken_for_the_outcome(lessons, machine):
    machine.sentence = None
    assert statuses(run(lessons)) == ["done", "done", "done"]
    paths.metrics_dir().mkdir()
    (paths.metrics_dir() / "01.json").write_text("{}")
    machine.sentence = SENTENCE
    assert statuses(run(lessons)) == ["left out", "left out", "done"]
    assert [file.name for file in paths.runs_dir().glob("*.ipynb")] == ["03_fine.ipynb"]
    assert not list(paths.metrics_dir().iterdir())


def test_lesson_runs_once_what_it_requires_is_there(lessons, machine):
    run(lessons)
    machine.sentence = None
    assert statuses(run(lessons)) == ["done", "done", "done"]
    assert machine.ran == ["03_fine", "01_on_spark", "02_needs_it"]


def test_data_of_a_lesson_that_is_left_out_are_not_asked_for(notebooks, machine, tmp_path):
    write_notebook(notebooks / "01_on_spark.ipynb", requires=["spark"], datasets=["lastfm"])
    states = run(notebooks, data="real", data_dir=tmp_path / "nowhere")
    assert statuses(states) == ["left out"]


def test_requirement_that_nobody_knows_is_refused_before_anything_runs(notebooks):
    write_notebook(notebooks / "01_first.ipynb", requires=["sparc"])
    with pytest.raises(LessonError, match="a lesson requires 'sparc', expected one of spark"):
        plan_lessons(notebooks=notebooks)
    assert not paths.runs_dir().exists()


def test_refresh_leaves_the_lesson_and_its_solutions_as_they_are(notebooks, machine):
    lesson = write_notebook(notebooks / "01_on_spark.ipynb", "1 / 0", requires=["spark"])
    (notebooks / "solutions").mkdir()
    solutions = write_notebook(notebooks / "solutions" / "01_on_spark_solutions.ipynb", "1 / 0")
    before = lesson.read_bytes(), solutions.read_bytes()
    screen = io.StringIO()
    assert refresh_notebooks(notebooks=notebooks, stream=screen) == []
    assert screen.getvalue().count(f"left out: {SENTENCE}") == 2
    assert (lesson.read_bytes(), solutions.read_bytes()) == before
