"""The commands, one module each: what a command takes, and what it calls.

Everything heavy is imported inside the command that needs it, so that `--help` answers at once.
"""

import argparse

from helpers.commands.data import add_data
from helpers.commands.evaluate import add_evaluate
from helpers.commands.mitigate import add_mitigate
from helpers.commands.recommend import add_recommend
from helpers.commands.refresh import add_refresh
from helpers.commands.run import add_run
from helpers.commands.spotify import add_spotify
from helpers.commands.study import add_study
from helpers.commands.tune import add_tune


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m helpers`; each command's function is in `command`."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers",
        description="Run the lessons, evaluate and tune models, look after the data.",
        epilog="example:\n  python -m helpers run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_run(commands)
    add_evaluate(commands)
    add_tune(commands)
    add_mitigate(commands)
    add_study(commands)
    add_recommend(commands)
    add_spotify(commands)
    add_refresh(commands)
    add_data(commands)
    return parser
