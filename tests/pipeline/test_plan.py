"""What is checked before anything runs."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_lessons import write_notebook

from helpers import paths
from helpers.errors import DataError, LessonError, SettingError
from helpers.pipeline.plan import plan_lessons


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("FACTOR=3", "none of the lessons 01 has a parameter FACTOR; they have DATA, FACTORS, K"),
        ("K=abc", "parameter K got 'abc', expected int"),
        ("K=2.5", "parameter K got '2.5', expected int"),
        ("SHARE=nan", "parameter SHARE got 'nan', expected float"),
        ("QUICK=1", "parameter QUICK got '1', expected bool"),
        ("FACTORS=8,x", "parameter FACTORS got 'x', expected int"),
        ("DATA=real", "--set got DATA, which --data sets"),
        ("K", "--set got 'K', expected NAME=VALUE"),
    ],
)
def test_parameter_that_does_not_fit_is_refused_before_anything_runs(notebooks, setting, sentence):
    write_notebook(notebooks / "01_first.ipynb")
    with pytest.raises(SettingError) as caught:
        plan_lessons(notebooks=notebooks, settings=[setting])
    assert str(caught.value).startswith(sentence)
    assert not paths.runs_dir().exists()


def test_setting_applies_to_the_lessons_that_have_the_parameter(notebooks):
    write_notebook(notebooks / "01_first.ipynb")
    other = new_code_cell("N: int = 1  # a number")
    other.metadata["tags"] = ["parameters"]
    facts = {"lesson": {"datasets": []}}
    nbformat.write(new_notebook(cells=[other], metadata=facts), notebooks / "02_other.ipynb")
    first, second = plan_lessons(notebooks=notebooks, settings=["N=2"])
    assert first.given == {"DATA": "synthetic"}
    assert second.given == {"N": 2}


def test_missing_real_data_is_said_before_anything_runs(notebooks, tmp_path):
    write_notebook(notebooks / "01_first.ipynb", datasets=["lastfm"])
    with pytest.raises(DataError, match="python -m helpers data get lastfm"):
        plan_lessons(notebooks=notebooks, data="real", data_dir=tmp_path / "nowhere")


def test_choosing_a_lesson_includes_what_it_needs(notebooks):
    write_notebook(notebooks / "01_first.ipynb")
    write_notebook(notebooks / "03_third.ipynb", needs=["05"])
    write_notebook(notebooks / "05_fifth.ipynb")
    plans = plan_lessons(["3"], notebooks=notebooks)
    assert [plan.lesson.number for plan in plans] == ["05", "03"]
    with pytest.raises(SettingError, match="no lesson 04; there are 01, 03, 05"):
        plan_lessons(["4"], notebooks=notebooks)


def test_lessons_that_need_each_other_or_nobody_are_refused(notebooks):
    write_notebook(notebooks / "01_first.ipynb", needs=["02"])
    with pytest.raises(LessonError, match="lesson 01 needs lesson 02, which does not exist"):
        plan_lessons(notebooks=notebooks)
    write_notebook(notebooks / "02_second.ipynb", needs=["01"])
    with pytest.raises(LessonError, match="in a circle: 01 > 02 > 01"):
        plan_lessons(notebooks=notebooks)


def test_a_new_record_changes_the_inputs_of_the_lessons_that_read_it(
    notebooks, tmp_path, monkeypatch
):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    write_notebook(notebooks / "01_first.ipynb")
    write_notebook(notebooks / "02_second.ipynb", reads=["results"])
    (tmp_path / "results").mkdir()
    before = [plan.inputs for plan in plan_lessons(notebooks=notebooks)]
    (tmp_path / "results" / "lastfm.json").write_text("[]")
    after = [plan.inputs for plan in plan_lessons(notebooks=notebooks)]
    assert after[0] == before[0]
    assert after[1] != before[1]
