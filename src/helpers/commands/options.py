"""What the commands have in common: help with examples, and the choice of data."""

import argparse
from pathlib import Path


def add_command(
    commands: argparse._SubParsersAction, name: str, summary: str, *examples: str
) -> argparse.ArgumentParser:
    """Add a command whose help ends with examples, each the words after `python -m helpers`."""
    lines = "\n".join(f"  python -m helpers {example}" for example in examples)
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example{'s' if len(examples) > 1 else ''}:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_data_choice(parser: argparse.ArgumentParser) -> None:
    """Add --data and --data-dir."""
    parser.add_argument(
        "--data",
        choices=("synthetic", "real", "auto"),
        help="which data to use; auto: real where they are, else synthetic "
        "(default: real with --data-dir, else synthetic)",
    )
    add_data_dir(parser)


def chosen_data(arguments: argparse.Namespace) -> str:
    """Return the kind of data that --data names; a folder of real data alone means those."""
    return arguments.data or ("real" if arguments.data_dir else "synthetic")


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Add --data-dir."""
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="folder of real data, one folder a dataset (default: MUSIC_DATA_DIR or data/raw)",
    )
