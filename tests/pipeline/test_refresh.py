"""Refreshing committed notebooks: run in place, and the second time without a difference."""

import io
import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import paths
from helpers.errors import LessonError
from helpers.pipeline.refresh import normalise, refresh_notebooks


def write_notebook(file: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# A lesson"), *(new_code_cell(source) for source in sources)]
    cells[1].metadata["tags"] = ["nbval-check-output"]
    cells[1].metadata["scrolled"] = True
    kernel = {"name": "gone", "display_name": "A kernel that is not here", "language": "python"}
    metadata = {"lesson": {"datasets": []}, "widgets": {"state": {}}, "kernelspec": kernel}
    file.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), file)
    return file


def test_refreshed_notebook_is_normalised_and_stays_the_same_afterwards(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_REPORTS_DIR", str(tmp_path / "reports"))
    lesson = write_notebook(
        tmp_path / "lessons" / "01_first.ipynb",
        "import sys\nprint('one')\nprint('warned', file=sys.stderr)\nprint('two')",
        "",
        "from helpers import paths\npaths.metrics_dir().mkdir(parents=True)\n"
        "(paths.metrics_dir() / '01.json').write_text('{}')",
    )
    solution = write_notebook(
        tmp_path / "lessons" / "solutions" / "01_first_solutions.ipynb", "6 * 7"
    )
    ids = [cell.id for cell in nbformat.read(lesson, as_version=4).cells]
    screen = io.StringIO()
    assert refresh_notebooks(notebooks=lesson.parent, stream=screen) == []
    assert screen.getvalue().count("refreshed") == 2

    notebook = json.loads(lesson.read_text())
    nbformat.validate(notebook)
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "lesson": {"datasets": []},
    }
    assert [cell["id"] for cell in notebook["cells"]] == ids
    metadata = [cell["metadata"] for cell in notebook["cells"]]
    assert metadata == [{}, {"tags": ["nbval-check-output"]}, {}, {}]
    assert [cell.get("execution_count") for cell in notebook["cells"]] == [None, 1, None, 2]
    assert notebook["cells"][3]["outputs"][0]["execution_count"] == 2
    texts = {out["name"]: "".join(out["text"]) for out in notebook["cells"][1]["outputs"]}
    assert texts == {"stdout": "one\ntwo\n", "stderr": "warned\n"}
    assert json.loads(solution.read_text())["cells"][1]["outputs"][0]["data"]["text/plain"] == [
        "42"
    ]
    assert not paths.reports_dir().exists()
    assert os.environ["MUSIC_REPORTS_DIR"] == str(tmp_path / "reports")

    before = lesson.read_bytes(), solution.read_bytes(), lesson.stat().st_ino
    screen = io.StringIO()
    assert refresh_notebooks(["01"], notebooks=lesson.parent, stream=screen) == []
    assert screen.getvalue().count("as it was") == 2
    assert (lesson.read_bytes(), solution.read_bytes(), lesson.stat().st_ino) == before


def test_notebook_that_fails_stays_as_it_was_and_the_others_go_on(tmp_path):
    bad = write_notebook(tmp_path / "lessons" / "01_first.ipynb", "1 / 0")
    good = write_notebook(tmp_path / "lessons" / "02_second.ipynb", "6 * 7")
    before = bad.read_bytes()
    screen = io.StringIO()
    assert refresh_notebooks(notebooks=bad.parent, stream=screen) == ["01_first"]
    assert "01_first   failed in cell [1]: ZeroDivisionError: division by zero" in screen.getvalue()
    assert bad.read_bytes() == before
    assert '"42"' in good.read_text()
    assert sorted(file.name for file in bad.parent.iterdir()) == [bad.name, good.name]


def executed(**data: str) -> dict:
    output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 5}
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [output]}
    return {"cells": [cell], "metadata": {}}


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (f"PosixPath('{paths.ROOT}/data')", r"cell \[1\] shows a path below"),
        (f"{Path.home()}/music", r"cell \[1\] shows a path below"),
        ("<Thing at 0x7f3a10b2c9d0>", r"shows the address of an object \(at 0x7f3a10b2c9d0\)"),
    ],
)
def test_output_that_tells_of_the_machine_is_refused(shown, sentence):
    with pytest.raises(LessonError, match=sentence):
        normalise(executed(**{"text/plain": shown}))


def test_picture_may_spell_anything():
    notebook = normalise(executed(**{"image/png": "at 0x7f3a10b2c9d0", "text/plain": "<Figure>"}))
    assert notebook["cells"][0]["outputs"][0]["execution_count"] == 1
