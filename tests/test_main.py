"""The command line: what each command answers, and with which exit status."""

import errno
import subprocess
import sys

import pytest

from helpers.__main__ import main
from helpers.commands import refresh
from helpers.errors import SettingError

COMMANDS = [
    [],
    ["run"],
    ["evaluate"],
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
            "stopped; what had finished is kept, and the same command goes on from there",
        ),
    ],
)
def test_error_is_one_sentence_without_traceback(monkeypatch, capsys, error, status, sentence):
    def fail(arguments):
        raise error

    monkeypatch.setattr(refresh, "refresh", fail)
    assert main(["refresh"]) == status
    assert capsys.readouterr().err == f"helpers: {sentence}\n"
