"""The pipeline on small notebooks, run by real kernels; few of them, for each takes a second."""

import errno
import io
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from small_lessons import printed, run, state_on_disk, write_notebook

from helpers import paths
from helpers.pipeline import run_state, runner
from helpers.pipeline.plan import plan_lessons


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
    assert screen.getvalue().startswith("06_fine         started")  # the last ones take longest
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


def test_full_disk_ends_the_run_and_leaves_no_half_written_copy(notebooks, monkeypatch):
    write_notebook(notebooks / "01_first.ipynb")

    def write_half(source, target, parameters, on_cell):
        target.write_text('{"cells": [')
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(runner, "execute_notebook", write_half)
    with pytest.raises(OSError, match="No space left"):
        run(notebooks)
    assert not list(paths.runs_dir().iterdir())


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
    assert said.splitlines()[-1].startswith("helpers: stopped; nothing half-written")
    assert "Traceback" not in said
    assert [file.name for file in paths.runs_dir().iterdir()] == [".lock"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
