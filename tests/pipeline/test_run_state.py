"""Whether the outcome of a last run still stands."""

from small_lessons import write_notebook

from helpers import paths
from helpers.pipeline import run_state
from helpers.pipeline.plan import plan_lessons


def test_lesson_runs_again_when_its_outputs_are_gone(notebooks):
    write_notebook(notebooks / "01_first.ipynb")
    (plan,) = plan_lessons(notebooks=notebooks)
    executed = run_state.executed_copy(plan.lesson)
    executed.parent.mkdir(parents=True)
    executed.write_text("{}")
    state = {"status": "done", "inputs": plan.inputs, "outputs": ["metrics/01.json"]}
    run_state.write_state(plan.lesson, state)
    assert not run_state.is_current(plan.lesson, plan.inputs)
    paths.metrics_dir().mkdir()
    (paths.metrics_dir() / "01.json").write_text("{}")
    assert run_state.is_current(plan.lesson, plan.inputs)
    executed.unlink()
    assert not run_state.is_current(plan.lesson, plan.inputs)


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
    (tmp_path / "split.py").write_text("# lessons import this")
    assert run_state.code_digest() != before
