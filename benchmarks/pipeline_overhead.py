"""What the pipeline adds to a lesson: our run against plain papermill and the bare cells.

Both run the same lesson on the synthetic world in new kernels, taking turns; the limit is the
sum of the seconds that the cells took by themselves in that very run. Then the whole command,
as typed: once with everything to do, and once with nothing changed.

    python benchmarks/pipeline_overhead.py [--lesson 01] [--rounds 5]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import papermill as pm
from timing import race

from helpers import paths
from helpers.data import find_dataset
from helpers.pipeline.execute import execute_notebook, kernel_environment
from helpers.pipeline.lessons import choose_lessons, find_lessons


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="01", help="which lesson (default: 01)")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds of each contestant")
    arguments = parser.parse_args()
    lesson = choose_lessons(find_lessons(paths.NOTEBOOKS), [arguments.lesson])[-1]
    find_dataset("lastfm")  # drawn now, if it is missing, and not within the first run
    runs: dict[str, list[tuple[float, float]]] = {"ours": [], "papermill": []}
    with tempfile.TemporaryDirectory() as reports:
        copy = Path(reports) / "copy.ipynb"
        ways = {
            "ours": lambda: execute_notebook(lesson.path, copy),
            "papermill": lambda: run_with_papermill(lesson.path, copy),
        }
        with kernel_environment(MUSIC_REPORTS_DIR=reports):
            contestants = {name: noting(runs[name], way) for name, way in ways.items()}
            race(contestants, arguments.rounds)
            commands = [time_command(lesson.number) for _ in range(2)]

    print(f"{lesson.name}, {arguments.rounds} rounds: wall seconds against those of its cells")
    for name, found in runs.items():
        wall = median(wall for wall, _ in found[1:])
        ratio = median(wall / cells for wall, cells in found[1:])
        added = median(wall - cells for wall, cells in found[1:])
        print(f"  {name:<10}{wall:7.2f} s  {ratio:5.2f} x its cells  (+ {added:.2f} s)")
    print(f"python -m helpers run {lesson.number}")
    print(f"  everything to do  {commands[0]:7.2f} s")
    print(f"  nothing changed   {commands[1]:7.2f} s  {commands[1] / commands[0]:5.2f} x that")


def noting(runs: list[tuple[float, float]], work: Callable[[], float]) -> Callable[[], None]:
    """Return `work` such that it appends its wall seconds and those of the cells to `runs`."""

    def run() -> None:
        started = time.perf_counter()
        cells = work()
        runs.append((time.perf_counter() - started, cells))

    return run


def run_with_papermill(lesson: Path, copy: Path) -> float:
    notebook = pm.execute_notebook(lesson, copy, progress_bar=False, cwd=lesson.parent)
    return sum(
        cell.metadata.papermill.duration for cell in notebook.cells if cell.cell_type == "code"
    )


def time_command(number: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "helpers", "run", number]
    subprocess.run(command, check=True, capture_output=True, env=os.environ)  # noqa: S603
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
