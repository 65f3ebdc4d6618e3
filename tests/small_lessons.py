"""Small lessons for the tests of the pipeline, and what a run left of them."""

import io
import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import paths
from helpers.pipeline.plan import plan_lessons
from helpers.pipeline.runner import run_plans

PARAMETERS = """\
DATA: str = "synthetic"  # synthetic, real or auto
K: int = 3  # list length
SHARE: float = 0.2  # share of pairs held out
FACTORS: list[int] = [8, 16]  # numbers of factors
QUICK: bool = False  # skip the slow part
"""


def write_notebook(file: Path, *sources: str, needs=(), datasets=(), **facts) -> Path:
    cells = [new_markdown_cell(f"# {file.stem}"), new_code_cell(PARAMETERS)]
    cells[1].metadata["tags"] = ["parameters"]
    cells += [new_code_cell(source) for source in sources]
    for count, cell in enumerate(cells[1:], start=7):
        cell.execution_count = count  # as in a committed lesson: must not pass for this run's
    facts = {"needs": list(needs), "datasets": list(datasets)} | facts
    kernel = {"name": "gone", "display_name": "A kernel that is not here", "language": "python"}
    nbformat.write(
        new_notebook(cells=cells, metadata={"lesson": facts, "kernelspec": kernel}), file
    )
    return file


def run(notebooks: Path, *numbers: str, stream=None, jobs=1, **options) -> dict[str, dict]:
    plans = plan_lessons(numbers, notebooks=notebooks, **options)
    states = run_plans(plans, jobs=jobs, stream=stream or io.StringIO())
    return {state["lesson"]: state for state in states}


def state_on_disk(name: str) -> dict:
    return json.loads((paths.runs_dir() / f"{name}.json").read_text())


def printed(name: str) -> str:
    notebook = nbformat.read(paths.runs_dir() / f"{name}.ipynb", as_version=4)
    streams = [out for cell in notebook.cells for out in cell.get("outputs", []) if "text" in out]
    return "".join(out.text for out in streams)
