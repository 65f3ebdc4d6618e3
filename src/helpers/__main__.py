"""The command line: `python -m helpers COMMAND`; every command answers `--help`."""

import os
import signal
import sys
import time
from collections.abc import Sequence

from helpers.commands import build_parser
from helpers.errors import HelpersError

INTERRUPTED = 130
"""Exit status of a command that Ctrl-C stopped, as shells count it (128 + SIGINT)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line; default those of this process.

    Returns
    -------
    int
        0 on success, 1 on bad input or failure with one sentence on standard error, 130 after
        Ctrl-C. Wrong usage ends the process with status 2.
    """
    parsed = build_parser().parse_args(arguments)
    try:
        status = parsed.command(parsed)
        sys.stdout.flush()  # a full disk shows here, and not when Python exits
        return status
    except HelpersError as error:
        return _fail(str(error))
    except BrokenPipeError:
        _drop_unwritable_output()  # who reads it has enough
        return 1
    except OSError as error:
        _drop_unwritable_output()
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}; check the folder and the free space")
    except KeyboardInterrupt as stop:
        # polars raises its own while Python has yet to raise the signal: let that happen here.
        try:  # noqa: SIM105 - suppress() would be entered too late
            time.sleep(0)
        except KeyboardInterrupt:
            pass
        _fail(str(stop) or "stopped; nothing half-written is left behind")
        return INTERRUPTED


def _fail(sentence: str) -> int:
    print(f"helpers: {sentence}", file=sys.stderr)
    return 1


def _drop_unwritable_output() -> None:
    """Keep Python from writing the rest of the output at exit, where that would fail once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - where they are closed,
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115 - Python sets none
    sys.stdout.reconfigure(errors="replace")  # names from all over the world, on any terminal
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as tidy an end as with Ctrl-C
    sys.exit(main())
