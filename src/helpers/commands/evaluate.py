"""The command `evaluate`: models, judged on holdouts of a dataset or on a split in two files."""

import argparse
from pathlib import Path

from helpers.commands.options import add_command, add_data_choice, chosen_data
from helpers.errors import SettingError


def add_evaluate(commands: argparse._SubParsersAction) -> None:
    """Add the command `evaluate`."""
    parser = add_command(
        commands,
        "evaluate",
        "train models, rank the whole catalogue for every test user and print the metrics",
        "evaluate popularity als",
        "evaluate als --data real --split-seed 0 1 2 --json out.json",
        "evaluate als --train train.csv --test test.csv --recommendations lists.csv",
    )
    parser.add_argument(
        "models", nargs="+", metavar="MODEL", help="popularity, item-knn, user-knn or als"
    )
    parser.add_argument("--dataset", default="lastfm", help="which dataset (default: lastfm)")
    add_data_choice(parser)
    parser.add_argument(
        "--split-seed",
        type=int,
        nargs="+",
        metavar="N",
        dest="split_seeds",
        help="one random 80/20 split each (default: 0 1 2 3 4)",
    )
    parser.add_argument("-k", type=int, default=10, help="list length (default: 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the metrics there, too")
    parser.add_argument(
        "--train", type=Path, metavar="CSV", help="training pairs: user_id,item_id,weight"
    )
    parser.add_argument("--test", type=Path, metavar="CSV", help="test pairs in the same form")
    parser.add_argument(
        "--recommendations",
        type=Path,
        metavar="CSV",
        help="write the lists there: user_id,item_id,rank,score (one model, one split)",
    )
    parser.set_defaults(command=evaluate)


def evaluate(arguments: argparse.Namespace) -> int:
    """Evaluate models on random splits of a dataset, or on a split in two files."""
    from helpers import leaderboard

    _refuse_one_file_for_two(arguments)
    options = {"k": arguments.k, "recommendations": arguments.recommendations}
    if arguments.train or arguments.test:
        rows = leaderboard.evaluate_split(
            arguments.models,
            _read_split(arguments),
            dataset=f"{arguments.train} / {arguments.test}",
            **options,
        )
    else:
        dataset, interactions = _load(arguments)
        seeds = range(5) if arguments.split_seeds is None else arguments.split_seeds
        rows = leaderboard.evaluate_models(
            arguments.models,
            interactions,
            dataset=dataset.name,
            data=dataset.kind,
            split_seeds=seeds,
            **options,
        )
    try:
        if arguments.json:
            leaderboard.write_json(rows, arguments.json)
    finally:  # minutes of work are not lost where the file cannot be written
        print(leaderboard.render_table(rows))
    return 0


def _refuse_one_file_for_two(arguments: argparse.Namespace) -> None:
    options = ("train", "test", "json", "recommendations")
    files = [getattr(arguments, name) for name in options if getattr(arguments, name)]
    for file in files:
        if sum(file.resolve() == other.resolve() for other in files) > 1:
            raise SettingError(f"{file} is given for two things, expected a file for each")


def _read_split(arguments: argparse.Namespace):
    from helpers.split import read_split_csv

    if not (arguments.train and arguments.test):
        raise SettingError("one of --train and --test is missing, expected both or neither")
    if arguments.split_seeds is not None:
        raise SettingError(
            "--split-seed got a value, but --train and --test are the split; drop it"
        )
    return read_split_csv(arguments.train, arguments.test)


def _load(arguments: argparse.Namespace):
    from helpers.data import find_dataset
    from helpers.data.lastfm import load_lastfm

    dataset = find_dataset(arguments.dataset, chosen_data(arguments), arguments.data_dir)
    return dataset, load_lastfm(dataset.folder).interactions()
