"""The command `run`: the lessons, then the site."""

import argparse
import os

from helpers import paths
from helpers.commands.options import add_command, add_data_choice, chosen_data
from helpers.errors import SettingError


def add_run(commands: argparse._SubParsersAction) -> None:
    """Add the command `run`."""
    parser = add_command(
        commands,
        "run",
        "run lessons and build the report site; lessons whose inputs did not change are skipped",
        "run",
        "run 03 --data real --set N_FACTORS=64",
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
        "--jobs",
        type=int,
        default=min(2, os.cpu_count() or 1),
        metavar="N",
        help="lessons to run at once (default: 2, or 1 on a single core)",
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Run lessons, build the site and print where it is; 1 if a lesson failed or was blocked."""
    if arguments.jobs < 1:
        raise SettingError(f"--jobs is {arguments.jobs}, expected 1 or more")
    from helpers.pipeline.lock import only_process
    from helpers.pipeline.plan import plan_lessons
    from helpers.pipeline.runner import run_plans
    from helpers.report.site import build_site

    reports = paths.reports_dir()
    busy = f"another run (process {{pid}}) is writing {reports}; wait until it ends or stop it"
    with only_process(paths.runs_dir() / ".lock", busy):
        plans = plan_lessons(
            arguments.lessons,
            data=chosen_data(arguments),
            data_dir=arguments.data_dir,
            settings=arguments.settings,
            force=arguments.force,
        )
        states = run_plans(plans, jobs=arguments.jobs, data_dir=arguments.data_dir)
        print(build_site(paths.NOTEBOOKS, reports))
    return int(any(state["status"] not in ("done", "left out") for state in states))
