"""The command `data` and its steps: make, get, check, compare."""

import argparse

from helpers import paths
from helpers.commands.options import add_command, add_data_dir


def add_data(commands: argparse._SubParsersAction) -> None:
    """Add the command `data` with its steps."""
    data = add_command(commands, "data", "make, get, check or compare data", "data check")
    steps = data.add_subparsers(required=True, metavar="STEP")
    _add_make(steps)
    _add_get(steps)
    _add_check(steps)
    _add_compare(steps)


def _add_make(steps: argparse._SubParsersAction) -> None:
    parser = add_command(
        steps, "make", "draw the synthetic world", "data make --scale tiny --seed 1"
    )
    parser.add_argument(
        "--scale", choices=("lesson", "tiny"), default="lesson", help="its size (default: lesson)"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same files (default: 0)")
    parser.set_defaults(command=data_make)


def data_make(arguments: argparse.Namespace) -> int:
    """Draw the synthetic world and print its folder."""
    from helpers.data.synthetic import make_world

    print(make_world(arguments.scale, arguments.seed))
    return 0


def _add_get(steps: argparse._SubParsersAction) -> None:
    parser = add_command(steps, "get", "download, verify and unpack a dataset", "data get lastfm")
    parser.add_argument("dataset", help="lastfm")
    add_data_dir(parser)
    parser.set_defaults(command=data_get)


def data_get(arguments: argparse.Namespace) -> int:
    """Download a dataset and print its folder."""
    from helpers.data.download import download_dataset

    print(download_dataset(arguments.dataset, arguments.data_dir))
    return 0


def _add_check(steps: argparse._SubParsersAction) -> None:
    parser = add_command(
        steps,
        "check",
        "count rows against the published numbers and name every defect",
        "data check --data-dir ~/music",
    )
    add_data_dir(parser)
    parser.set_defaults(command=data_check)


def data_check(arguments: argparse.Namespace) -> int:
    """Check the real data; 1 if they cannot be loaded."""
    from helpers.data.check import check_dataset

    report = check_dataset("lastfm", (arguments.data_dir or paths.raw_dir()) / "lastfm")
    print(report)
    return int(report.has_errors)


def _add_compare(steps: argparse._SubParsersAction) -> None:
    parser = add_command(
        steps,
        "compare",
        "set the synthetic world beside the real data, statistic by statistic",
        "data compare --data-dir ~/music",
    )
    add_data_dir(parser)
    parser.set_defaults(command=data_compare)


def data_compare(arguments: argparse.Namespace) -> int:
    """Compare the synthetic world with the real data; 1 if a statistic is out of tolerance."""
    from helpers.data import find_dataset
    from helpers.realism import compare_worlds, render

    real = find_dataset("lastfm", "real", arguments.data_dir)
    table = compare_worlds(real.folder, find_dataset("lastfm", "synthetic").folder)
    print(render(table))
    return int(not table["within"].all())
