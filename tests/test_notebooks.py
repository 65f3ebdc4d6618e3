"""The anatomy of every committed lesson and of its solutions.

Each check takes a notebook and returns complaints; below, each is shown to complain.
"""

import ast
import copy
import io
import itertools
import json
import re
import tokenize
from pathlib import Path

import pytest

from helpers import paths
from helpers.pipeline.execute import inspect_parameters
from helpers.pipeline.lessons import find_lessons, read_lesson

LESSONS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
SOLUTIONS = sorted((paths.NOTEBOOKS / "solutions").glob("*.ipynb"))
MAX_BYTES = 600_000
LAST_SECTIONS = ["What we learned", "Exercises", "References"]
FORBIDDEN = {
    r"(?m)^\s*[!%]\s*pip\b": "installs a package",
    r"(?m)^\s*%{1,2}time": "times a cell by magic",
    r"\bimport \*": "imports everything",
    r"filterwarnings\(\s*[\"']ignore[\"']\s*\)": "silences every warning",
    r";\s*\Z": "ends a cell with a semicolon, which shows an address under nbval",
}
# A slash that starts a path of some machine, and addresses of objects.
MACHINE = re.compile(
    r"(?<![\w.:/])/(?:home|root|Users|tmp|var|work|mnt)/|\b[A-Z]:\\|\bat 0x[0-9a-f]"
)


def source_of(cell: dict) -> str:
    return "".join(cell["source"])


def code_of(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and source_of(cell)]


def tagged(notebook: dict, tag: str) -> list[dict]:
    return [cell for cell in notebook["cells"] if tag in cell["metadata"].get("tags", [])]


def headings_of(notebook: dict) -> list[tuple[int, str]]:
    """Return level and text of each heading, in order; lines inside fences are none."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"(?ms)^(```|~~~).*?^\1", "", source_of(cell))
            found += [(len(m[1]), m[2].strip()) for m in re.finditer(r"(?m)^(#+) (.*)$", text)]
    return found


def exercises_of(notebook: dict) -> list[str]:
    found = headings_of(notebook)
    if (2, "Exercises") not in found:
        return []
    after = found[found.index((2, "Exercises")) + 1 :]
    return [text for level, text in itertools.takewhile(lambda h: h[0] > 2, after) if level == 3]


def check_parameters(notebook: dict) -> list[str]:
    cells = tagged(notebook, "parameters")
    if len(cells) != 1:
        return [f"has {len(cells)} parameters cells, expected one"]
    source = source_of(cells[0])
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    commented = {token.start[0] for token in tokens if token.type == tokenize.COMMENT}
    wrong = []
    for line in ast.parse(source).body:
        is_literal = isinstance(line, ast.AnnAssign) and line.value is not None
        if is_literal:
            try:
                ast.literal_eval(line.value)
            except ValueError:
                is_literal = False
        if not is_literal or line.end_lineno not in commented:
            wrong.append(
                f"parameters cell: {ast.unparse(line)!r} is no annotated literal with comment"
            )
    return wrong


def check_counts(notebook: dict) -> list[str]:
    counts = [cell["execution_count"] for cell in code_of(notebook)]
    return [] if counts == [*range(1, len(counts) + 1)] else [f"execution counts are {counts}"]


def check_errors(notebook: dict) -> list[str]:
    outputs = [output for cell in code_of(notebook) for output in cell["outputs"]]
    return [f"shows {out['ename']}" for out in outputs if out["output_type"] == "error"]


def check_metadata(notebook: dict) -> list[str]:
    foreign = set(notebook["metadata"]) - {"kernelspec", "language_info", "lesson"}
    for cell in notebook["cells"]:
        foreign |= set(cell["metadata"]) - {"tags"}
    wrong = [f"has metadata {sorted(foreign)}; refresh it"] if foreign else []
    if tagged(notebook, "injected-parameters"):
        wrong.append("holds injected parameters")
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        wrong.append("has another kernel than python3")
    return wrong


def check_compared_cells(notebook: dict) -> list[str]:
    n = sum(bool(cell.get("outputs")) for cell in tagged(notebook, "nbval-check-output"))
    return [] if n >= 2 else [f"has {n} nbval-check-output cells with output, expected 2 or more"]


def check_headings(notebook: dict) -> list[str]:
    levels = [level for level, _ in headings_of(notebook)]
    wrong = []
    if not source_of(notebook["cells"][0]).startswith("# ") or levels.count(1) != 1:
        wrong.append("does not open with its only H1")
    if any(below > above + 1 for above, below in itertools.pairwise(levels)):
        wrong.append(f"heading levels jump: {levels}")
    return wrong


def check_rhythm(notebook: dict) -> list[str]:
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    runs = [len([*group]) for kind, group in itertools.groupby(kinds) if kind == "code"]
    wrong = [] if 25 <= len(kinds) <= 60 else [f"has {len(kinds)} cells, expected 25 to 60"]
    if max(runs, default=0) > 3:
        wrong.append(f"has {max(runs)} code cells in a row, expected at most 3")
    return wrong


def check_cell_length(notebook: dict) -> list[str]:
    lengths = [sum(map(bool, source_of(cell).split("\n"))) for cell in code_of(notebook)]
    return [f"has a code cell of {n} lines, expected at most 25" for n in lengths if n > 25]


def check_code(notebook: dict) -> list[str]:
    return [
        f"{complaint}: {source_of(cell)[:60]!r}"
        for cell in code_of(notebook)
        for pattern, complaint in FORBIDDEN.items()
        if re.search(pattern, source_of(cell))
    ]


def check_machine(notebook: dict) -> list[str]:
    shown = [source_of(cell) for cell in notebook["cells"]]
    for cell in code_of(notebook):
        for output in cell["outputs"]:
            data = output.get("data", {})
            shown += ["".join(text) for kind, text in data.items() if kind.startswith("text/")]
            shown.append("".join(output.get("text", "")))
    return [f"tells of a machine: {m[0]!r}" for text in shown for m in MACHINE.finditer(text)]


def check_ending(notebook: dict) -> list[str]:
    last = [text for level, text in headings_of(notebook) if level == 2][-3:]
    return [] if last == LAST_SECTIONS else [f"ends with {last}, expected {LAST_SECTIONS}"]


def check_exercises(notebook: dict) -> list[str]:
    n = len(exercises_of(notebook))
    wrong = [] if n >= 3 else [f"has {n} exercises (H3 below Exercises), expected 3 or more"]
    return wrong + ["holds a cell tagged solution"] * bool(tagged(notebook, "solution"))


def check_alt_text(notebook: dict) -> list[str]:
    pictures = [
        output.get("metadata", {}).get("image/png", {})
        for cell in code_of(notebook)
        for output in cell["outputs"]
        if "image/png" in output.get("data", {})
    ]
    n = sum(not picture.get("alt", "").strip() for picture in pictures)
    return [f"{n} pictures have no alt text"] if n else []


ALL_NOTEBOOKS = [check_counts, check_errors, check_metadata, check_cell_length, check_code]
ALL_NOTEBOOKS += [check_machine, check_alt_text]
ONLY_LESSONS = [check_parameters, check_compared_cells, check_headings, check_rhythm]
ONLY_LESSONS += [check_ending, check_exercises]


def read(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def test_there_are_lessons_and_each_is_named_as_one():
    assert LESSONS, f"no lessons in {paths.NOTEBOOKS}"
    assert [lesson.path for lesson in find_lessons(paths.NOTEBOOKS)] == LESSONS


@pytest.mark.parametrize("check", ALL_NOTEBOOKS + ONLY_LESSONS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)
def test_lesson_has_the_anatomy_of_one(file, check):
    assert check(read(file)) == []


@pytest.mark.parametrize("check", ALL_NOTEBOOKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_solutions_are_committed_as_cleanly(file, check):
    assert check(read(file)) == []


@pytest.mark.parametrize("file", LESSONS + SOLUTIONS, ids=lambda file: file.stem)
def test_notebook_stays_small(file):
    assert file.stat().st_size < MAX_BYTES


@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)
def test_parameters_can_be_set_from_the_command_line(file):
    (cell,) = tagged(read(file), "parameters")
    names = [line.target.id for line in ast.parse(source_of(cell)).body]
    assert [*inspect_parameters(read_lesson(file))] == names
    assert all(name.isupper() for name in names)
    assert "DATA" in names


@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)
def test_every_exercise_is_answered_under_its_own_heading(file):
    solution = paths.NOTEBOOKS / "solutions" / f"{file.stem}_solutions.ipynb"
    assert solution.is_file()
    notebook = read(solution)
    answered = [text for _, text in headings_of(notebook)]
    asked = exercises_of(read(file))
    assert [text for text in answered if text in asked] == asked
    assert len(code_of(notebook)) >= 1


@pytest.mark.parametrize("file", LESSONS + SOLUTIONS, ids=lambda file: file.stem)
def test_links_to_files_resolve(file):
    for cell in read(file)["cells"]:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", source_of(cell)):
                is_elsewhere = re.match(r"https?://|mailto:", target)
                assert is_elsewhere or (file.parent / target).exists(), target


# A notebook in which nothing is wrong, and what makes each check complain.


def good_notebook() -> dict:
    def text(source: str) -> dict:
        return {"cell_type": "markdown", "source": source, "metadata": {}}

    def code(source: str, *tags: str) -> dict:
        output = {"output_type": "stream", "name": "stdout", "text": "1\n"}
        metadata = {"tags": [*tags]} if tags else {}
        return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [output]}

    cells = [text("# Do this\n\nWhat happens?"), code("K: int = 3  # list length", "parameters")]
    for n in range(1, 11):
        cells += [text(f"## {n} A section"), code("print(1)", "nbval-check-output")]
    cells += [text("## What we learned"), text("## Exercises")]
    cells += [text(f"### Exercise {n}") for n in (1, 2, 3)]
    cells += [text("## References\n\n```\n# no heading\n```")]
    notebook = {"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}}
    for count, cell in enumerate(code_of(notebook), start=1):
        cell["execution_count"] = count
    return notebook


BAD_CODE = ["!pip install x", "%%time\n1", "from x import *", "ax.plot();"]
BAD_CODE += ["import warnings\nwarnings.filterwarnings('ignore')"]
BAD_PARAMETERS = ["K = 3  # no type", "K: int = 3", "K: int = 2 * A  # computed", "print(1)  # no"]
BREAKAGES = [
    *((check_parameters, ["cells", 1, "source"], source) for source in BAD_PARAMETERS),
    (check_parameters, ["cells", 3, "metadata"], {"tags": ["parameters"]}),
    (check_counts, ["cells", 3, "execution_count"], 7),
    (check_counts, ["cells", 3, "execution_count"], None),
    (check_errors, ["cells", 3, "outputs"], [{"output_type": "error", "ename": "ValueError"}]),
    (check_metadata, ["metadata", "papermill"], {}),
    (check_metadata, ["metadata", "kernelspec"], {"name": "conda"}),
    (check_metadata, ["cells", 3, "metadata"], {"execution": {}}),
    (check_metadata, ["cells", 3, "metadata"], {"tags": ["injected-parameters"]}),
    (check_headings, ["cells", 0, "source"], "Some text first"),
    (check_headings, ["cells", 2, "source"], "# A second title"),
    (check_headings, ["cells", 2, "source"], "### A step of two"),
    (check_cell_length, ["cells", 3, "source"], "1\n" * 26),
    *((check_code, ["cells", 3, "source"], source) for source in BAD_CODE),
    (check_machine, ["cells", 3, "source"], "open('/home/ann/plays.dat')"),
    (check_machine, ["cells", 3, "outputs", 0, "text"], ["<Axes at 0x7f3a>\n"]),
    (check_machine, ["cells", 3, "outputs", 0, "data"], {"text/plain": "PosixPath('/tmp/x')"}),
    (check_ending, ["cells", -1, "source"], "## The end"),
    (check_exercises, ["cells", -2, "source"], "No heading"),
    (check_exercises, ["cells", -2, "metadata"], {"tags": ["solution"]}),
    (check_alt_text, ["cells", 3, "outputs", 0, "data"], {"image/png": "aGk="}),
]


@pytest.mark.parametrize(("check", "place", "value"), BREAKAGES)
def test_check_complains_only_of_what_is_wrong(check, place, value):
    notebook = good_notebook()
    assert check(notebook) == []
    broken = copy.deepcopy(notebook)
    *path, last = place
    target = broken
    for step in path:
        target = target[step]
    target[last] = value
    assert check(broken)


def test_check_complains_of_too_few_compared_cells_too_many_cells_and_code_without_words():
    notebook = good_notebook()
    assert check_rhythm(notebook) == []
    del notebook["cells"][2]
    del notebook["cells"][3]
    assert check_rhythm(notebook) == []
    del notebook["cells"][4]
    assert check_rhythm(notebook)
    notebook = good_notebook()
    assert check_compared_cells(notebook) == []
    for cell in tagged(notebook, "nbval-check-output")[1:]:
        cell["outputs"] = []
    assert check_compared_cells(notebook)
    notebook["cells"] *= 3
    assert check_rhythm(notebook)
