import base64
import json
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers.errors import SettingError
from helpers.report.record import Lesson, write_atomically


@pytest.fixture
def metrics(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_REPORTS_DIR", str(tmp_path / "reports"))
    return tmp_path / "reports" / "metrics"


@pytest.fixture
def lesson(metrics):
    return Lesson("01", SimpleNamespace(name="lastfm", kind="synthetic", label="synthetic last.fm"))


def draw():
    _, ax = plt.subplots()
    ax.plot([1, 2, 3])
    return ax


def test_saved_json_has_the_numbers_figures_and_finding(lesson, metrics):
    lesson.figure(draw(), "rise", alt="A line\n that  rises.")
    lesson.number(
        "als_p10",
        np.float32(0.25),
        "precision at 10 of ALS",
        k=np.int64(10),
        interval=(0.2, 0.3),
        split="80/20 random",
    )
    lesson.finding("ALS finds 25 %.", "rise")
    lesson.save()
    assert json.loads((metrics / "01.json").read_text(encoding="utf-8")) == {
        "lesson": "01",
        "dataset": "lastfm",
        "kind": "synthetic",
        "label": "synthetic last.fm",
        "numbers": [
            {
                "name": "als_p10",
                "value": 0.25,
                "meaning": "precision at 10 of ALS",
                "k": 10,
                "interval": [0.2, 0.3],
                "split": "80/20 random",
            }
        ],
        "figures": [{"id": "1.1", "file": "figures/01_rise.png", "alt": "A line that rises."}],
        "finding": "ALS finds 25 %.",
        "picture": "figures/01_rise.png",
    }


def test_figure_is_an_opaque_png_and_closed(lesson, metrics):
    ax = draw()
    ax.figure.set_facecolor("none")
    lesson.figure(ax, "rise", alt="A line.")
    image = Image.open(metrics / "figures" / "01_rise.png").convert("RGBA")
    assert image.getextrema()[3] == (255, 255)
    assert not plt.fignum_exists(ax.figure.number)


def test_figures_are_numbered_in_order_and_display_their_alt_text(lesson, metrics):
    lesson.figure(draw(), "first", alt="First.")
    second = lesson.figure(draw().figure, "second", alt="Second.")
    data, metadata = second._repr_mimebundle_()
    assert data["text/plain"] == "<Figure 1.2: Second.>"
    assert metadata == {"image/png": {"alt": "Second."}}
    file = metrics / "figures" / "01_second.png"
    assert base64.b64decode(data["image/png"]) == file.read_bytes()


def test_same_figure_gives_the_same_bytes(lesson):
    assert lesson.figure(draw(), "a", alt="A.").png == lesson.figure(draw(), "b", alt="B.").png


def test_save_removes_figures_of_earlier_runs_of_this_lesson_only(lesson, metrics):
    for name in ("01_old.png", "02_other.png"):
        write_atomically(metrics / "figures" / name, b"png")
    lesson.figure(draw(), "new", alt="New.")
    lesson.save()
    kept = sorted(file.name for file in (metrics / "figures").iterdir())
    assert kept == ["01_new.png", "02_other.png"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.array([1.0, np.nan]), {}, None])
def test_number_refuses_what_is_not_finite_or_not_plain(lesson, value):
    with pytest.raises(SettingError, match="number 'x' holds"):
        lesson.number("x", value, "something")


def test_number_refuses_an_infinite_interval(lesson):
    with pytest.raises(SettingError, match="holds inf"):
        lesson.number("x", 1.0, "something", interval=(0, float("inf")))


def test_what_is_recorded_again_takes_the_place_of_the_first(lesson, metrics):
    lesson.number("x", 1, "something")
    lesson.number("x", 2, "something else")
    lesson.figure(draw(), "x", alt="A line.")
    lesson.figure(draw(), "y", alt="Another line.")
    assert lesson.figure(draw(), "x", alt="The line again.").id == "1.1"
    lesson.save()
    record = json.loads((metrics / "01.json").read_text(encoding="utf-8"))
    assert [number["value"] for number in record["numbers"]] == [2]
    figures = [(figure["id"], figure["alt"]) for figure in record["figures"]]
    assert figures == [("1.1", "The line again."), ("1.2", "Another line.")]


def test_finding_without_its_figure_is_refused(lesson):
    with pytest.raises(SettingError, match="no figure is called 'rise'"):
        lesson.finding("ALS finds 25 %.", "rise")


@pytest.mark.parametrize(
    ("name", "alt", "message"),
    [("x", " \n", "no alt text"), ("../x", "A.", "figure name"), ("X y", "A.", "figure name")],
)
def test_figure_refuses_bad_names_and_empty_alt_texts(lesson, name, alt, message):
    with pytest.raises(SettingError, match=message):
        lesson.figure(draw(), name, alt=alt)
    plt.close("all")


def test_figure_refuses_what_is_not_a_figure(lesson):
    with pytest.raises(SettingError, match="got a list to save"):
        lesson.figure([1, 2], "x", alt="A line.")


def test_empty_finding_and_meaning_are_refused(lesson):
    with pytest.raises(SettingError, match="finding is empty"):
        lesson.finding(" ", "x")
    with pytest.raises(SettingError, match="no meaning"):
        lesson.number("x", 1, "")


@pytest.mark.parametrize("number", ["1", "001", "ab", 1])
def test_lesson_number_is_two_digits(number):
    with pytest.raises(SettingError, match="expected two digits"):
        Lesson(number, None)


def test_failed_write_leaves_the_old_file_and_no_partial_one(tmp_path):
    file = tmp_path / "a.json"
    write_atomically(file, b"old")
    with pytest.raises(TypeError):
        write_atomically(file, None)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
