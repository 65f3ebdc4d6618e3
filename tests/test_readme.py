"""What the README shows must be what the tracked results and the lessons say."""

import json
import re

import pytest

from helpers.paths import NOTEBOOKS, RESULTS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULT_ROWS = json.loads((RESULTS / "lastfm.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", RESULT_ROWS, ids=lambda row: row["model"])
def test_results_table_shows_the_tracked_results(row):
    precision = "{:.3f} ({:.3f} to {:.3f})".format(row["precision"], *row["ci95"]["precision"])
    ndcg = "{:.3f} ({:.3f} to {:.3f})".format(row["ndcg"], *row["ci95"]["ndcg"])
    shown = f"| {row['model']} | {precision} | {row['recall']:.3f} | {ndcg} |"
    assert shown in README


def test_tracked_results_are_of_real_data_on_the_stated_splits():
    protocols = {(row["dataset"], row["data"], row["split"], row["k"]) for row in RESULT_ROWS}
    assert protocols == {("lastfm", "real", "80/20 random", 10)}
    assert all(row["split_seeds"] == [0, 1, 2, 3, 4] for row in RESULT_ROWS)


@pytest.mark.parametrize("lesson", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda p: p.stem)
def test_curriculum_lists_every_lesson_with_its_title_and_question(lesson):
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    lines = [line for line in "".join(cells[0]["source"]).splitlines() if line]
    title, question = lines[0].removeprefix("# "), lines[1]
    assert f"| {lesson.name[:2]} | [{title}](notebooks/{lesson.name}) | {question} |" in README


def test_links_to_files_resolve():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
