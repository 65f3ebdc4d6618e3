"""The command line: `python -m helpers COMMAND`; every command answers `--help`."""

import os
import sys
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
        return parsed.command(parsed)
    except HelpersError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # Who reads the output has enough; keep Python from complaining about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}; check the folder and the free space")
    except KeyboardInterrupt:
        _fail("stopped; what had finished is kept, and the same command goes on from there")
        return INTERRUPTED


def _fail(sentence: str) -> int:
    print(f"helpers: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
