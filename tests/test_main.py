"""The command line: what each command answers, and with which exit status."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.__main__ import main
from helpers.commands import refresh
from helpers.errors import SettingError

COMMANDS = [
    [],
    ["run"],
    ["evaluate"],
    ["tune"],
    ["mitigate"],
    ["recommend"],
    ["spotify"],
    ["spotify", "login"],
    ["spotify", "pull"],
    ["spotify", "push"],
    ["spotify", "forget"],
    ["refresh"],
    ["data"],
    ["data", "make"],
    ["data", "get"],
    ["data", "check"],
    ["data", "compare"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_answers_help_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*words, "--help"])
    assert caught.value.code == 0
    assert f"  python -m helpers {' '.join(words)}".rstrip() in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["data"],
        ["run", "--data", "other"],
        ["run", "--jobs", "two"],
        ["evaluate"],
        ["evaluate", "als", "-k", "ten"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_status_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: python -m helpers" in capsys.readouterr().err


def test_help_loads_no_library():
    heavy = "{'numpy', 'polars', 'papermill', 'nbformat', 'scipy', 'matplotlib'} & set(sys.modules)"
    show = f"import sys, helpers.__main__ as m; m.build_parser().format_help(); print({heavy})"
    found = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (SettingError("k is 0, expected 1 or more"), 1, "k is 0, expected 1 or more"),
        (
            OSError(errno.ENOSPC, "No space left on device", "reports/runs/01.json"),
            1,
            "reports/runs/01.json: No space left on device; check the folder and the free space",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/reports"),
            1,
            "/reports: Permission denied; check the folder and the free space",
        ),
        (
            KeyboardInterrupt(),
            130,
            "stopped; nothing half-written is left behind",
        ),
        (KeyboardInterrupt("stopped; go on"), 130, "stopped; go on"),
    ],
)
def test_error_is_one_sentence_without_traceback(monkeypatch, capsys, error, status, sentence):
    def fail(arguments):
        raise error

    monkeypatch.setattr(refresh, "refresh", fail)
    assert main(["refresh"]) == status
    assert capsys.readouterr().err == f"helpers: {sentence}\n"


def run_process(words: list[str], **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "helpers", *words],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_reader_who_has_enough_ends_the_command_in_silence():
    gone, output = os.pipe()
    os.close(gone)
    found = run_process(["data", "check", "--data-dir", "nowhere"], stdout=output)
    os.close(output)
    assert (found.returncode, found.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_on_a_full_disk_is_one_sentence():
    with open("/dev/full", "w") as full:
        found = run_process(["data", "check", "--data-dir", "nowhere"], stdout=full)
    sentence = "helpers: No space left on device; check the folder and the free space\n"
    assert (found.returncode, found.stderr) == (1, sentence)


def test_names_from_all_over_the_world_can_be_printed_on_any_terminal():
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    words = ["data", "check", "--data-dir", "музыка"]
    found = run_process(words, stdout=subprocess.PIPE, env=ascii_only)
    assert (found.returncode, found.stderr) == (1, "")
    assert "??????/lastfm: the folder is missing" in found.stdout


@pytest.mark.parametrize("closed", [1, 2])
def test_command_runs_where_its_output_is_closed(closed):
    found = run_process(["data", "check", "--data-dir", "no"], preexec_fn=lambda: os.close(closed))
    assert (found.returncode, found.stderr) == (1, "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_command_that_is_stopped_within_a_library_says_so_in_one_sentence(name):
    # polars raises KeyboardInterrupt by itself, while Python has yet to raise the same signal.
    work = (
        "import os, runpy, signal, sys, threading; from helpers.commands import refresh\n"
        "import polars as pl; numbers = pl.LazyFrame({'x': range(300_000)})\n"
        "def work(arguments):\n"
        f"    threading.Timer(0.1, os.kill, (os.getpid(), signal.{name})).start()\n"
        "    while True: numbers.select(pl.col('x').shuffle(seed=1)).sort('x').collect()\n"
        "refresh.refresh = work; sys.argv[1:] = ['refresh']\n"
        "runpy.run_module('helpers', run_name='__main__')"
    )
    found = subprocess.run(
        [sys.executable, "-c", work], check=False, capture_output=True, text=True
    )
    sentence = "stopped; nothing half-written is left behind"
    assert (found.returncode, found.stderr) == (130, f"helpers: {sentence}\n")
