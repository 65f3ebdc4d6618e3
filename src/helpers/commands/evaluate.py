"""The command `evaluate`: models, judged on holdouts of a dataset or on a split in two files."""

import argparse
from pathlib import Path
from typing import Any

from helpers.commands.options import add_command, add_data_choice, chosen_data
from helpers.errors import SettingError


class _RegisteredModels:
    """Their names, looked up only where help is printed: importing them takes a while."""

    def __str__(self) -> str:
        from helpers.models import MODELS

        return ", ".join(MODELS)


def add_evaluate(commands: argparse._SubParsersAction) -> None:
    """Add the command `evaluate`."""
    parser = add_command(
        commands,
        "evaluate",
        "train models, rank the whole catalogue for every test user and print the metrics",
        "evaluate popularity als",
        "evaluate all --data real --split-seed 0 1 2 --json out.json",
        "evaluate als ials blend --data real --shares 8:1:1",
        "evaluate als --train train.csv --test test.csv --recommendations lists.csv",
    )
    models = parser.add_argument(
        "models", nargs="+", metavar="MODEL", help="one or more of %(registered)s; or all"
    )
    models.registered = _RegisteredModels()
    parser.add_argument("--dataset", default="lastfm", help="which dataset (default: lastfm)")
    add_data_choice(parser)
    parser.add_argument(
        "--split-seed",
        type=int,
        nargs="+",
        metavar="N",
        dest="split_seeds",
        help="one random split each (default: 0 1 2 3 4)",
    )
    parser.add_argument(
        "--shares",
        metavar="A:B:C",
        help="training:test, or training:validation:test to leave out validation pairs from the "
        "lists as well (default: 8:2)",
    )
    parser.add_argument("-k", type=int, default=10, help="list length (default: 10)")
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the metrics there, too; replaces what the file held",
    )
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
    from helpers.leaderboard import ModelsFailedError

    _refuse_one_file_for_two(arguments)
    try:
        _show(_judge(arguments), arguments.json)
    except ModelsFailedError as failed:
        if failed.rows:
            _show(failed.rows, arguments.json)
        raise
    return 0


def _judge(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from helpers.leaderboard import evaluate_models, evaluate_split
    from helpers.models import MODELS

    names = []
    for name in arguments.models:
        names += MODELS if name == "all" else [name]
    options = {"k": arguments.k, "recommendations": arguments.recommendations}
    if arguments.train or arguments.test:
        split = _read_split(arguments)
        return evaluate_split(
            names, split, dataset=f"{arguments.train} / {arguments.test}", **options
        )
    if arguments.shares is not None:
        options["shares"] = arguments.shares
    if arguments.split_seeds is not None:
        options["split_seeds"] = arguments.split_seeds
    dataset, interactions = _load(arguments)
    return evaluate_models(names, interactions, dataset=dataset.name, data=dataset.kind, **options)


def _show(rows: list[dict[str, Any]], file: Path | None) -> None:
    from helpers.results import render_table, write_json

    try:
        if file:
            write_json(rows, file)
    finally:  # minutes of work are not lost where the file cannot be written
        print(render_table(rows))


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
    for option, value in (
        ("--split-seed", arguments.split_seeds),
        ("--shares", arguments.shares),
        ("--data", arguments.data),
        ("--data-dir", arguments.data_dir),
    ):
        if value is not None:
            raise SettingError(
                f"{option} got a value, but --train and --test are the split; drop it"
            )
    return read_split_csv(arguments.train, arguments.test)


def _load(arguments: argparse.Namespace):
    from helpers.data import find_dataset
    from helpers.data.lastfm import load_lastfm

    dataset = find_dataset(arguments.dataset, chosen_data(arguments), arguments.data_dir)
    return dataset, load_lastfm(dataset.folder).interactions()
