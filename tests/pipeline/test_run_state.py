"""Whether the outcome of a last run still stands."""

import pytest
from small_lessons import write_notebook

from helpers import paths
from helpers.pipeline import run_state
from helpers.pipeline.plan import plan_lessons


@pytest.fixture
def finished(notebooks):
    """The plan of a lesson that has run, with a record and a figure."""
    write_notebook(notebooks / "01_first.ipynb")
    (plan,) = plan_lessons(notebooks=notebooks)
    (paths.metrics_dir() / "figures").mkdir(parents=True)
    for file in ("metrics/01.json", "metrics/figures/01_plays.png"):
        (paths.reports_dir() / file).write_text("{}")
    paths.runs_dir().mkdir()
    run_state.executed_copy(plan.lesson).write_text("{}")
    outputs = run_state.output_digests(plan.lesson)
    state = {"status": "done", "inputs": plan.inputs, "outputs": outputs}
    run_state.write_state(plan.lesson, state)
    assert run_state.is_current(plan.lesson, plan.inputs)
    return plan


@pytest.mark.parametrize(
    "file", ["runs/01_first.ipynb", "metrics/01.json", "metrics/figures/01_plays.png"]
)
def test_lesson_runs_again_when_an_output_is_gone_or_damaged(finished, file):
    (paths.reports_dir() / file).write_text("{")
    assert not run_state.is_current(finished.lesson, finished.inputs)
    (paths.reports_dir() / file).unlink()
    assert not run_state.is_current(finished.lesson, finished.inputs)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"status": "done"}'])
def test_lesson_runs_again_when_its_state_is_damaged(finished, text):
    (paths.runs_dir() / "01_first.json").write_bytes(text)
    assert not run_state.is_current(finished.lesson, finished.inputs)


def test_data_digest_changes_with_the_files(tmp_path):
    (tmp_path / "a.dat").write_text("1")
    before = run_state.data_digest([tmp_path])
    assert run_state.data_digest([tmp_path]) == before
    (tmp_path / "a.dat").write_text("12")
    changed = run_state.data_digest([tmp_path])
    (tmp_path / "b.dat").write_text("")
    assert len({before, changed, run_state.data_digest([tmp_path])}) == 3


def test_code_digest_changes_with_what_lessons_import(tmp_path, monkeypatch):
    monkeypatch.setattr(run_state, "_PACKAGE", tmp_path)
    (tmp_path / "report").mkdir()
    before = run_state.code_digest()
    (tmp_path / "report" / "site.py").write_text("# renders what lessons left")
    assert run_state.code_digest() == before
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "plan.py").write_text("# runs them")
    assert run_state.code_digest() == before
    (tmp_path / "split.py").write_text("# lessons import this")
    changed = run_state.code_digest()
    assert changed != before
    (tmp_path / "tuned.toml").write_text("# what models are made with")
    assert run_state.code_digest() not in (before, changed)
