"""The command `mitigate`: what each way to fight popularity bias costs, and the one to take."""

import argparse
import json
from pathlib import Path

from helpers.commands.options import add_command, add_data_choice, chosen_data


def add_mitigate(commands: argparse._SubParsersAction) -> None:
    """Add the command `mitigate`."""
    parser = add_command(
        commands,
        "mitigate",
        "sweep every way to make lists less popular on validation pairs, choose one, test it once",
        "mitigate",
        "mitigate --data real --json out.json",
    )
    parser.add_argument(
        "base",
        nargs="?",
        default="als",
        metavar="MODEL",
        help="model whose lists are to change: als, ials, ease, item-knn, ... (default: als)",
    )
    parser.add_argument("--dataset", default="lastfm", help="which dataset (default: lastfm)")
    add_data_choice(parser)
    parser.add_argument("-k", type=int, default=10, help="list length (default: 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    parser.set_defaults(command=mitigate)


def mitigate(arguments: argparse.Namespace) -> int:
    """Sweep, choose and test; print the table."""
    from helpers.data import find_dataset
    from helpers.data.lastfm import load_lastfm
    from helpers.files import write_atomically
    from helpers.models import make_model
    from helpers.tradeoff_report import render, study

    make_model(arguments.base)  # a wrong name fails at once
    dataset = find_dataset(arguments.dataset, chosen_data(arguments), arguments.data_dir)
    interactions = load_lastfm(dataset.folder).interactions()
    found = study(
        arguments.base, interactions, dataset=dataset.name, data=dataset.kind, k=arguments.k
    )
    try:
        if arguments.json:
            text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
            write_atomically(arguments.json, text + "\n")
    finally:  # minutes of work are not lost where the file cannot be written
        print(render(found))
    return 0
