"""What the pipeline adds to a lesson: our run against plain papermill and the bare cells.

All three run the same lesson on the synthetic world in new kernels, taking turns. The limit is
the sum of the seconds that the cells took by themselves, measured inside our run. Then the
whole command, as typed: once with everything to do, and once with nothing changed.

    python benchmarks/pipeline_overhead.py [--lesson 01] [--rounds 5]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import papermill as pm
from timing import race

from helpers import paths
from helpers.data import find_dataset
from helpers.lessons import choose_lessons, find_lessons
from helpers.pipeline import execute_notebook, kernel_environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="01", help="which lesson (default: 01)")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds of each contestant")
    arguments = parser.parse_args()
    lesson = choose_lessons(find_lessons(paths.NOTEBOOKS), [arguments.lesson])[-1]
    find_dataset("lastfm")  # drawn now, if it is missing, and not within the first run
    with tempfile.TemporaryDirectory() as reports:
        copy = Path(reports) / "copy.ipynb"
        cells: list[float] = []

        def run_with_papermill() -> None:
            pm.execute_notebook(lesson.path, copy, progress_bar=False, cwd=lesson.path.parent)

        with kernel_environment(MUSIC_REPORTS_DIR=reports):
            seconds = race(
                {
                    "ours": lambda: cells.append(execute_notebook(lesson.path, copy)),
                    "papermill": run_with_papermill,
                },
                arguments.rounds,
            )
            seconds["cells alone"] = median(cells[1:])
            commands = {"all to do": time_command(lesson.number)}
            commands["nothing changed"] = time_command(lesson.number)

    print(f"{lesson.name}, median of {arguments.rounds} rounds")
    for name, value in seconds.items():
        print(f"  {name:<16}{value:7.2f} s   {value / seconds['cells alone']:5.2f} x cells alone")
    print(f"python -m helpers run {lesson.number}")
    for name, value in commands.items():
        print(f"  {name:<16}{value:7.2f} s   {value / seconds['cells alone']:5.2f} x cells alone")


def time_command(number: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "helpers", "run", number]
    subprocess.run(command, check=True, capture_output=True, env=os.environ)  # noqa: S603
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
