"""The command `data` and its steps: make, get, check, compare."""

import argparse

from helpers import paths
from helpers.commands.options import add_command, add_data_dir
from helpers.errors import DataError

# Datasets that have no public home, and what those who have them can do.
_NOT_PUBLIC = {
    "playlists": "the Million Playlist Dataset is no longer public and cannot be downloaded; copy "
    "the slices you have (mpd.slice.0-999.json and so on) to {folder}",
    "audio_features": "the audio features have no public home with a clear licence; copy the "
    "tables you have (data_by_year.csv, data_by_genres.csv, data.csv) to {folder}",
}


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
        "--scale",
        choices=("lesson", "tiny", "full"),
        default="lesson",
        help="its size (default: lesson); full is the Audioscrobbler dump alone, 24 million rows",
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same files (default: 0)")
    parser.set_defaults(command=data_make)


def data_make(arguments: argparse.Namespace) -> int:
    """Draw the synthetic world with all its datasets and print its folder."""
    from helpers.data.synthetic.audioscrobbler import make_audioscrobbler
    from helpers.data.synthetic.playlists import make_playlists

    if arguments.scale != "full":
        make_playlists(arguments.scale, arguments.seed)
    print(make_audioscrobbler(arguments.scale, arguments.seed))
    return 0


def _add_get(steps: argparse._SubParsersAction) -> None:
    parser = add_command(steps, "get", "download, verify and unpack a dataset", "data get lastfm")
    parser.add_argument("dataset", help="lastfm or audioscrobbler")
    add_data_dir(parser)
    parser.set_defaults(command=data_get)


def data_get(arguments: argparse.Namespace) -> int:
    """Download a dataset and print its folder."""
    from helpers.data.download import download_dataset

    if arguments.dataset in _NOT_PUBLIC:
        folder = (arguments.data_dir or paths.raw_dir()) / arguments.dataset
        raise DataError(_NOT_PUBLIC[arguments.dataset].format(folder=folder))
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
    """Check last.fm and every other dataset that is there; 1 if one cannot be loaded."""
    from helpers.data.check import CHECKS, check_dataset

    folder = (arguments.data_dir or paths.raw_dir()).expanduser()
    names = [name for name in CHECKS if name == "lastfm" or (folder / name).is_dir()]
    has_errors = False
    for name in names:
        report = check_dataset(name, folder / name)
        print(report, flush=True)
        has_errors |= report.has_errors
    return int(has_errors)


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
