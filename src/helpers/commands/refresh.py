"""The command `refresh`: the committed notebooks, executed again."""

import argparse

from helpers.commands.options import add_command


def add_refresh(commands: argparse._SubParsersAction) -> None:
    """Add the command `refresh`."""
    parser = add_command(
        commands,
        "refresh",
        "re-execute the committed lessons and solutions on synthetic data, normalised",
        "refresh 03",
    )
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons (default: all)")
    parser.set_defaults(command=refresh)


def refresh(arguments: argparse.Namespace) -> int:
    """Refresh the committed notebooks; 1 if one failed."""
    from helpers.pipeline.refresh import refresh_notebooks

    return int(bool(refresh_notebooks(arguments.lessons)))
