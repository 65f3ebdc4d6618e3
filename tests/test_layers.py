"""Arrows between modules point down one list only, the order in which data flows."""

import ast
from pathlib import Path

import pytest

import helpers

PACKAGE = Path(helpers.__file__).parent

# Each layer may import those above it, and its own. A name stands for everything beneath it.
LAYERS = [
    ["paths", "errors"],
    ["files", "checks"],
    ["ids", "side", "songs"],
    ["interactions"],
    ["data"],
    ["spark"],
    ["weighting", "split", "challenge"],
    ["propensity"],
    ["cold_users", "playlist_statistics", "sound_statistics"],
    ["rating_scale"],
    ["models"],
    ["fold_in"],
    ["words"],
    ["evaluation"],
    ["cold_items"],
    ["question_round"],
    ["words.cold_artist_study", "cold_start"],
    ["rerank"],
    ["mitigation", "feedback"],
    ["bandits"],
    ["tradeoffs"],
    ["tradeoff_report"],
    ["continuation", "audio"],
    ["fold_in_study", "spotify"],
    ["recommendations"],
    ["memory", "growth", "degrees", "cluster"],
    ["holdout", "leaderboard", "results", "realism", "study_records"],
    ["study_tables"],
    ["search_spaces", "studies"],
    ["tuning"],
    ["tuning_report"],
    [
        "plots",
        "factor_plots",
        "bandit_plots",
        "bias_plots",
        "comparison_plots",
        "judging_plots",
        "fold_in_plots",
        "playlist_plots",
        "rating_plots",
        "scale_plots",
        "sound_plots",
        "training_plots",
        "tuning_plots",
        "word_plots",
    ],
    ["report.record"],
    ["report"],
    ["requirements"],
    ["pipeline.lock", "pipeline.lessons"],
    ["pipeline.run_state", "pipeline.progress"],
    ["pipeline.execute"],
    ["pipeline"],
    ["commands.options"],
    ["commands"],
    ["__main__"],
]
MODULES = sorted(file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py"))


def module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def layer_of(module: str) -> int:
    """Return the place of a module, or of the package it is in, in the list."""
    parts = module.split(".")
    for n in range(len(parts), 0, -1):
        for place, names in enumerate(LAYERS):
            if ".".join(parts[:n]) in names:
                return place
    raise AssertionError(f"helpers.{module} has no place in the list of this test; give it one")


def imports_of(file: Path) -> set[str]:
    """Return the full names of all modules that a file imports, at the top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} line {node.lineno}: write the import in full"
            found |= {
                f"{node.module}.{alias.name}" if is_module(node.module, alias.name) else node.module
                for alias in node.names
            }
    return found


def is_module(package: str, name: str) -> bool:
    folder = PACKAGE.parent / Path(*package.split("."))
    return (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()


def own_imports_of(file: Path) -> set[str]:
    return {name.removeprefix("helpers.") for name in imports_of(file) if name[:8] == "helpers."}


@pytest.mark.parametrize("file", [file for file in MODULES if file != "__init__.py"])
def test_module_imports_only_what_stands_above_it(file):
    place = layer_of(module_name(file))
    below = {name for name in own_imports_of(PACKAGE / file) if layer_of(name) > place}
    assert not below, f"{file} imports {below}, which stand below it"


def test_imports_are_found_at_the_top_and_inside_functions(tmp_path):
    file = tmp_path / "module.py"
    file.write_text(
        "import numpy as np\nfrom helpers import paths\nfrom helpers.errors import DataError\n"
        "def late():\n    from helpers.models.als import ALS\n"
    )
    assert own_imports_of(file) == {"paths", "errors", "models.als"}
    assert layer_of("models.als") > layer_of("errors")


def test_only_one_module_imports_papermill():
    users = {file for file in MODULES if any_of(file, "papermill")}
    assert users == {"pipeline/execute.py"}


def test_package_never_imports_ipython():
    assert not {file for file in MODULES if any_of(file, "IPython")}


def any_of(file: str, library: str) -> bool:
    return any(name.split(".")[0] == library for name in imports_of(PACKAGE / file))


def test_evaluation_takes_arrays_and_never_models():
    for file in MODULES:
        if file.startswith("evaluation/"):
            layers = {name.split(".")[0] for name in own_imports_of(PACKAGE / file)}
            assert "models" not in layers, file


def test_plots_compute_nothing():
    drawn_from = {"paths", "errors", "plots"}
    for file in [file for file in MODULES if file.endswith("plots.py")]:
        assert own_imports_of(PACKAGE / file) <= drawn_from, file


def test_no_module_is_over_300_lines():
    long = {
        file: n
        for file in MODULES
        if (n := len((PACKAGE / file).read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long
