"""Figures of many models: what is drawn is what was given, and names stay readable."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Annotation, Text

from helpers import comparison_plots, plots

NAMES = [
    "popularity",
    "item-knn",
    "user-knn",
    "als",
    "ials",
    "ease",
    "lightfm",
    "content",
    "ratings",
    "blend",
]


pytestmark = pytest.mark.usefixtures("styled_figures")


def points_of(ax) -> list[tuple[float, float]]:
    return [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == "o"]


def test_forest_draws_values_and_intervals_first_on_top():
    ax = comparison_plots.forest({"als": 0.2, "ease": 0.1}, {"als": (0.15, 0.25)}, reference=0.12)
    assert points_of(ax) == [(0.2, 0), (0.1, 1)]
    spans = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert [0.15, 0.25] in spans
    assert [label.get_text() for label in ax.get_yticklabels()] == ["als", "ease"]
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert [text.get_text() for text in ax.texts] == ["0.200", "0.100"]


def test_forest_draws_values_without_interval_hollow():
    ax = comparison_plots.forest({"als": 0.2, "ease": 0.1}, {"als": (0.15, 0.25)})
    faces = [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
    assert faces[0] != "white"
    assert faces[1] == "white"


def test_forest_explains_the_colours_of_groups():
    groups = {"als": "ours", "SEPT": "published", "BPR": "published"}
    ax = comparison_plots.forest(dict.fromkeys(groups, 0.2), {}, groups=groups)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["ours", "published"]
    colors = [line.get_color() for line in ax.lines if line.get_marker() == "o"][:3]
    assert colors[0] != colors[1] == colors[2]


def named(x, y, names=NAMES, *, log=False, groups=None):
    ax = plt.subplots()[1]
    if log:
        plots.log_scale(ax, x=True)
    plots.decorate(ax, title="Accuracy against time", xlabel="seconds", ylabel="NDCG")
    return comparison_plots.named_points(x, y, names[: len(x)], groups=groups, ax=ax)


def boxes_of(ax) -> list:
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    return [
        Text.get_window_extent(text, renderer) for text in ax.texts if isinstance(text, Annotation)
    ]


def overlaps_in(boxes) -> int:
    return sum(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_names_of_close_points_do_not_overlap():
    seconds = [0.0002, 0.4, 0.5, 0.5, 0.9, 0.45, 12, 0.1, 3, 14]
    ndcg = [0.085, 0.233, 0.231, 0.264, 0.265, 0.25, 0.249, 0.16, 0.05, 0.275]
    ax = named(seconds, ndcg, log=True)
    assert [text.get_text() for text in ax.texts] == NAMES
    assert overlaps_in(boxes_of(ax)) == 0


@given(st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_names_of_points_anywhere_are_all_written_inside_the_drawing(seed):
    x, y = np.random.default_rng(seed).random((2, 10))
    ax = named(x, y)
    boxes = boxes_of(ax)
    assert len(boxes) == 10
    assert overlaps_in(boxes) == 0
    assert all(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 for box in boxes)
    plt.close("all")


def test_named_points_explain_the_colours_of_groups():
    ax = named([1, 2, 3], [1, 2, 3], groups={"popularity": "", "item-knn": "best", "user-knn": ""})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["best"]
    colors = [text.get_color() for text in ax.texts]
    assert colors[0] == colors[2] != colors[1]


def test_dumbbells_join_the_two_values_of_a_name():
    ax = comparison_plots.dumbbells({"b": 0.3, "a": 0.1}, {"a": 0.2, "b": 0.4}, ("real", "made"))
    lines, *dots = ax.collections
    spans = [segment[:, 0].tolist() for segment in lines.get_segments()]
    assert spans == [[0.3, 0.4], [0.1, 0.2]]
    assert [d.get_label() for d in dots] == ["real", "made"]
    assert dots[1].get_offsets().tolist() == [[0.4, 0], [0.2, 1]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
