"""The pipeline on small notebooks, run by real kernels; few of them, for each takes a second."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import paths, run_state, runner
from helpers.errors import DataError, HelpersError, LessonError, SettingError
from helpers.lessons import find_lessons, parse_settings, parse_value
from helpers.lock import only_process
from helpers.pipeline import CellError, execute_notebook
from helpers.plan import plan_lessons
from helpers.progress import Progress
from helpers.runner import run_plans

PARAMETERS = """\
DATA: str = "synthetic"  # synthetic, real or auto
K: int = 3  # list length
SHARE: float = 0.2  # share of pairs held out
FACTORS: list[int] = [8, 16]  # numbers of factors
QUICK: bool = False  # skip the slow part
"""


def write_notebook(file: Path, *sources: str, needs=(), datasets=()) -> Path:
    cells = [new_markdown_cell(f"# {file.stem}"), new_code_cell(PARAMETERS)]
    cells[1].metadata["tags"] = ["parameters"]
    cells += [new_code_cell(source) for source in sources]
    for count, cell in enumerate(cells[1:], start=7):
        cell.execution_count = count  # as in a committed lesson: must not pass for this run's
    facts = {"needs": list(needs), "datasets": list(datasets)}
    kernel = {"name": "gone", "display_name": "A kernel that is not here", "language": "python"}
    nbformat.write(
        new_notebook(cells=cells, metadata={"lesson": facts, "kernelspec": kernel}), file
    )
    return file


@pytest.fixture
def notebooks(tmp_path, monkeypatch) -> Path:
    """An empty folder of lessons {with braces in its name}, and reports beside it."""
    monkeypatch.setenv("MUSIC_REPORTS_DIR", str(tmp_path / "reports"))
    # Somebody may be editing the package while the tests run.
    monkeypatch.setattr(run_state, "code_digest", lambda: "the code as it is")
    folder = tmp_path / "lessons {k}"
    folder.mkdir()
    return folder


def run(notebooks: Path, *numbers: str, stream=None, jobs=1, **options) -> dict[str, dict]:
    plans = plan_lessons(numbers, notebooks=notebooks, **options)
    states = run_plans(plans, jobs=jobs, stream=stream or io.StringIO())
    return {state["lesson"]: state for state in states}


def state_on_disk(name: str) -> dict:
    return json.loads((paths.runs_dir() / f"{name}.json").read_text())


def printed(name: str) -> str:
    notebook = nbformat.read(paths.runs_dir() / f"{name}.ipynb", as_version=4)
    streams = [out for cell in notebook.cells for out in cell.get("outputs", []) if "text" in out]
    return "".join(out.text for out in streams)


def test_lessons_run_with_parameters_and_are_skipped_until_an_input_changes(notebooks):
    first = write_notebook(notebooks / "01_first.ipynb", "import os, sys", "print(K, FACTORS)")
    write_notebook(
        notebooks / "02_second.ipynb",
        "print(sys.executable if 'sys' in dir() else 'clean')",
        "import os; print(os.environ['MUSIC_REPORTS_DIR'], os.environ['TQDM_DISABLE'])",
        needs=["01"],
    )
    screen = io.StringIO()
    settings = ["K=5", "FACTORS=4, 2"]
    states = run(notebooks, settings=settings, stream=screen)
    assert [state["status"] for state in states.values()] == ["done", "done"]
    assert printed("01_first") == "5 [4, 2]\n"
    assert printed("02_second") == f"clean\n{paths.reports_dir()} 1\n"
    lines = screen.getvalue().splitlines()
    assert lines[0] == "01_first   started (3 cells)"
    assert lines[1].startswith("01_first   done in ")
    assert "\x1b" not in screen.getvalue()

    saved = state_on_disk("01_first")
    assert saved["parameters"] == {
        "DATA": "synthetic",
        "K": 5,
        "SHARE": 0.2,
        "FACTORS": [4, 2],
        "QUICK": False,
    }
    assert 0 < saved["cells_seconds"] < saved["seconds"]
    assert saved["error"] is None
    assert sorted(file.name for file in paths.runs_dir().iterdir()) == [
        "01_first.ipynb",
        "01_first.json",
        "02_second.ipynb",
        "02_second.json",
    ]

    assert not any(state["ran"] for state in run(notebooks, settings=settings).values())
    forced = plan_lessons(["02"], notebooks=notebooks, settings=settings, force=True)
    assert [(plan.lesson.number, plan.force) for plan in forced] == [("01", False), ("02", True)]

    # From here on, what would run again is read from the plans: that needs no kernel.
    def stale(**options) -> list[str]:
        plans = plan_lessons(notebooks=notebooks, **options)
        return [p.lesson.number for p in plans if not run_state.is_current(p.lesson, p.inputs)]

    assert stale(settings=settings) == []
    assert stale(settings=["K=6", "FACTORS=4,2"]) == ["01", "02"]
    executed = nbformat.read(first, as_version=4)
    executed.cells[-1].outputs = [nbformat.v4.new_output("stream", text="other output")]
    nbformat.write(executed, first)
    assert stale(settings=settings) == []
    executed.cells[-1].source += "\nprint(1)"
    nbformat.write(executed, first)
    assert stale(settings=settings) == ["01", "02"]


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


def test_failures_are_reported_and_block_only_what_depends_on_them(notebooks):
    write_notebook(notebooks / "01_raises.ipynb", "x = 1", "raise ValueError('no\\nidea')")
    write_notebook(notebooks / "02_blocked.ipynb", needs=["01"])
    write_notebook(notebooks / "03_blocked_too.ipynb", needs=["02"])
    write_notebook(notebooks / "04_killed.ipynb", "import os; os.kill(os.getpid(), 9)", "2")
    write_notebook(notebooks / "05_leaves.ipynb", "import sys; sys.exit(0)", "'never run'")
    write_notebook(notebooks / "06_fine.ipynb", "print('fine')")
    # What earlier runs left must not be taken for the outcome of this one.
    paths.runs_dir().mkdir(parents=True)
    paths.metrics_dir().mkdir()
    for name in ("02_blocked", "04_killed"):
        (paths.runs_dir() / f"{name}.ipynb").write_text("{}")
        (paths.metrics_dir() / f"{name[:2]}.json").write_text('{"figures": []}')
    (paths.runs_dir() / "06_fine.partial.ipynb").write_text("{")

    screen = io.StringIO()
    states = run(notebooks, jobs=2, stream=screen)
    found = {number: (state["status"], state["error"]) for number, state in states.items()}
    blocked = "needs lesson {}, which did not succeed"
    assert found == {
        "01": ("failed", {"cell": 3, "message": "ValueError: no"}),
        "02": ("blocked", {"cell": None, "message": blocked.format("01")}),
        "03": ("blocked", {"cell": None, "message": blocked.format("02")}),
        "04": (
            "failed",
            {"cell": 2, "message": "the kernel died; was it killed, or out of memory?"},
        ),
        "05": (
            "failed",
            {
                "cell": 2,
                "message": "the cell ended the lesson before its last cell; remove exit()",
            },
        ),
        "06": ("done", None),
    }
    assert "01_raises       failed in cell [3]: ValueError: no\n" in screen.getvalue()
    assert printed("06_fine") == "fine\n"
    assert "exception was encountered" in (paths.runs_dir() / "01_raises.ipynb").read_text().lower()
    left = {file.name for file in paths.runs_dir().glob("*.ipynb")}
    assert left == {"01_raises.ipynb", "05_leaves.ipynb", "06_fine.ipynb"}
    assert not list(paths.metrics_dir().glob("0*.json"))
    assert state_on_disk("04_killed")["status"] == "failed"


def test_error_of_a_kernel_that_cannot_start_is_one_sentence(notebooks, monkeypatch):
    notebook = write_notebook(notebooks / "01_first.ipynb")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CellError, match="failed: no kernel: Kernel died before replying"):
        execute_notebook(notebook, notebooks / "out.ipynb")
    assert not (notebooks / "out.ipynb").exists()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("FACTOR=3", "none of the lessons 01 has a parameter FACTOR; they have DATA, FACTORS, K"),
        ("K=abc", "parameter K got 'abc', expected int"),
        ("K=2.5", "parameter K got '2.5', expected int"),
        ("SHARE=nan", "parameter SHARE got 'nan', expected float"),
        ("QUICK=1", "parameter QUICK got '1', expected bool"),
        ("FACTORS=8,x", "parameter FACTORS got 'x', expected int"),
        ("DATA=real", "--set got DATA, which --data sets"),
        ("K", "--set got 'K', expected NAME=VALUE"),
    ],
)
def test_parameter_that_does_not_fit_is_refused_before_anything_runs(notebooks, setting, sentence):
    write_notebook(notebooks / "01_first.ipynb")
    with pytest.raises(SettingError) as caught:
        plan_lessons(notebooks=notebooks, settings=[setting])
    assert str(caught.value).startswith(sentence)
    assert not paths.runs_dir().exists()


def test_setting_applies_to_the_lessons_that_have_the_parameter(notebooks):
    write_notebook(notebooks / "01_first.ipynb")
    other = new_code_cell("N: int = 1  # a number")
    other.metadata["tags"] = ["parameters"]
    facts = {"lesson": {"datasets": []}}
    nbformat.write(new_notebook(cells=[other], metadata=facts), notebooks / "02_other.ipynb")
    first, second = plan_lessons(notebooks=notebooks, settings=["N=2"])
    assert first.given == {"DATA": "synthetic"}
    assert second.given == {"N": 2}


def test_values_are_parsed_by_the_annotated_type():
    assert parse_value("3", "float", "X") == 3.0
    assert parse_value("3", "str", "X") == "3"
    assert parse_value("TRUE", "bool", "X") is True
    assert parse_value("0.5, 1e-2", "list[float]", "X") == [0.5, 0.01]
    with pytest.raises(SettingError, match="has type dict, expected one of int, float, str, bool"):
        parse_value("3", "dict", "X")
    with pytest.raises(SettingError, match="gives K twice"):
        parse_settings(["K=1", "K=2"])


def test_missing_real_data_is_said_before_anything_runs(notebooks, tmp_path):
    write_notebook(notebooks / "01_first.ipynb", datasets=["lastfm"])
    with pytest.raises(DataError, match="python -m helpers data get lastfm"):
        plan_lessons(notebooks=notebooks, data="real", data_dir=tmp_path / "nowhere")


def test_choosing_a_lesson_includes_what_it_needs(notebooks):
    write_notebook(notebooks / "01_first.ipynb")
    write_notebook(notebooks / "03_third.ipynb", needs=["05"])
    write_notebook(notebooks / "05_fifth.ipynb")
    plans = plan_lessons(["3"], notebooks=notebooks)
    assert [plan.lesson.number for plan in plans] == ["05", "03"]
    with pytest.raises(SettingError, match="no lesson 04; there are 01, 03, 05"):
        plan_lessons(["4"], notebooks=notebooks)


def test_lessons_that_need_each_other_or_nobody_are_refused(notebooks):
    write_notebook(notebooks / "01_first.ipynb", needs=["02"])
    with pytest.raises(LessonError, match="lesson 01 needs lesson 02, which does not exist"):
        plan_lessons(notebooks=notebooks)
    write_notebook(notebooks / "02_second.ipynb", needs=["01"])
    with pytest.raises(LessonError, match="in a circle: 01 > 02 > 01"):
        plan_lessons(notebooks=notebooks)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": []}', '{"metadata": 3, "cells": 1}'])
def test_malformed_notebook_is_refused_by_name(notebooks, content):
    (notebooks / "01_first.ipynb").write_text(content)
    with pytest.raises(LessonError, match=r"01_first.ipynb is not a notebook of format 4"):
        find_lessons(notebooks)


def test_folder_without_lessons_or_with_a_number_twice_is_refused(notebooks):
    with pytest.raises(LessonError, match="no lessons in"):
        find_lessons(notebooks)
    write_notebook(notebooks / "01_first.ipynb")
    write_notebook(notebooks / "01_again.ipynb")
    with pytest.raises(LessonError, match=r"01_again.ipynb and 01_first.ipynb share a number"):
        find_lessons(notebooks)


def test_lock_refuses_a_second_process_and_outlives_none(tmp_path):
    lock = tmp_path / "reports" / ".lock"
    hold = (
        "import sys, time; from pathlib import Path; from helpers.lock import only_process\n"
        "with only_process(Path(sys.argv[1]), 'busy'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, lock], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        second = only_process(lock, "busy with {pid}")
        with pytest.raises(HelpersError, match=f"^busy with {other.pid}$"), second:
            pass
        other.kill()
        other.wait()
    assert lock.read_text() == str(other.pid)
    with only_process(lock, "busy"):
        assert lock.read_text() == str(os.getpid())


def test_full_disk_ends_the_run_and_leaves_no_half_written_copy(notebooks, monkeypatch):
    write_notebook(notebooks / "01_first.ipynb")

    def write_half(source, target, parameters, on_cell):
        target.write_text('{"cells": [')
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(runner, "execute_notebook", write_half)
    with pytest.raises(OSError, match="No space left"):
        run(notebooks)
    assert not list(paths.runs_dir().iterdir())


def test_progress_is_one_living_line_on_a_terminal(notebooks):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    write_notebook(notebooks / "01_first.ipynb", "1")
    (lesson,) = find_lessons(notebooks)
    screen = Terminal()
    progress = Progress(screen, [lesson.name])
    progress.start(lesson)
    progress.at_cell(lesson, 2)
    progress.tick()
    assert screen.getvalue() == "\r\x1b[K01_first: cell 2 of 2, 0 s"
    progress.finish(lesson, "done in 0.1 s")
    assert screen.getvalue().endswith("\r\x1b[K01_first  done in 0.1 s\n")


def test_ctrl_c_stops_the_kernels_and_leaves_nothing_half_written(notebooks, tmp_path):
    note = tmp_path / "kernel.pid"
    source = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    write_notebook(notebooks / "01_slow.ipynb", source)
    drive = (
        "import sys; from pathlib import Path; from helpers import __main__, paths\n"
        "paths.NOTEBOOKS = Path(sys.argv[1]); sys.exit(__main__.main(['run']))"
    )
    command = [sys.executable, "-c", drive, notebooks]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("helpers: stopped; what had finished is kept")
    assert "Traceback" not in said
    assert [file.name for file in paths.runs_dir().iterdir()] == [".lock"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
