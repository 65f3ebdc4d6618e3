"""The commands: what each takes, and what it calls.

Everything heavy is imported inside the command that needs it, so that `--help` answers at once.
"""

import argparse
from pathlib import Path

from helpers import paths
from helpers.data_commands import add_data
from helpers.errors import SettingError
from helpers.options import add_command, add_data_choice


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m helpers`; each command's function is in `command`."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers",
        description="Run the lessons, evaluate models, look after the data.",
        epilog="example:\n  python -m helpers run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_evaluate(commands)
    _add_refresh(commands)
    add_data(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "run",
        "run lessons and build the report site; lessons whose inputs did not change are skipped",
        "run",
        "run 05 --data real --set N_FACTORS=64",
    )
    parser.add_argument(
        "lessons",
        nargs="*",
        metavar="NN",
        help="lessons to run, with those they need (default: all)",
    )
    add_data_choice(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="value of a parameter, for the lessons that have it; may be repeated",
    )
    parser.add_argument("--force", action="store_true", help="run even where nothing changed")
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="lessons to run at once (default: 1)"
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Run lessons, build the site and print where it is; 1 if a lesson did not succeed."""
    if arguments.jobs < 1:
        raise SettingError(f"--jobs is {arguments.jobs}, expected 1 or more")
    from helpers.lock import only_process
    from helpers.plan import plan_lessons
    from helpers.report.site import build_site
    from helpers.runner import run_plans

    reports = paths.reports_dir()
    busy = f"another run (process {{pid}}) is writing {reports}; wait until it ends or stop it"
    with only_process(paths.runs_dir() / ".lock", busy):
        plans = plan_lessons(
            arguments.lessons,
            data=arguments.data,
            data_dir=arguments.data_dir,
            settings=arguments.settings,
            force=arguments.force,
        )
        states = run_plans(plans, jobs=arguments.jobs, data_dir=arguments.data_dir)
        print(build_site(paths.NOTEBOOKS, reports))
    return int(any(state["status"] != "done" for state in states))


def _add_evaluate(commands: argparse._SubParsersAction) -> None:
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
            arguments.models, interactions, dataset=dataset, split_seeds=seeds, **options
        )
    if arguments.json:
        leaderboard.write_json(rows, arguments.json)
    print(leaderboard.render_table(rows))
    return 0


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

    dataset = find_dataset(arguments.dataset, arguments.data, arguments.data_dir)
    return dataset.label, load_lastfm(dataset.folder).interactions()


def _add_refresh(commands: argparse._SubParsersAction) -> None:
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
    from helpers.refresh import refresh_notebooks

    return int(bool(refresh_notebooks(arguments.lessons)))
