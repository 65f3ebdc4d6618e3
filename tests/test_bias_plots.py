"""Figures of popularity bias: what is drawn is what was given, and names stay readable."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Annotation, Text
from small_axes import legend_of, line_of

from helpers import bias_plots, plots

METHODS = [
    "popularity penalty",
    "smooth xQuAD",
    "binary xQuAD",
    "calibrated",
    "steps",
    "FA*IR",
    "PFAR",
    "down-weighted",
    "temper",
    "rotation",
    "normalised scores",
    "inverse propensity",
    "causal",
    "random swap",
]


pytestmark = pytest.mark.usefixtures("styled_figures")


# Exposure


def test_exposure_curves_end_where_nothing_is_shown_any_more():
    ax = bias_plots.exposure_curve({"als": np.array([9, 4, 4, 0, 0]), "ease": np.array([7, 0])})
    assert line_of(ax, "als").get_xydata().tolist() == [[1, 9], [2, 4], [3, 4]]
    assert line_of(ax, "ease").get_xydata().tolist() == [[1, 7]]
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert legend_of(ax) == ["als", "ease"]


def test_the_reference_of_exposure_is_dashed_and_the_rest_is_not():
    counts = np.array([3, 1])
    ax = bias_plots.exposure_curve({"als": counts, "held out": counts}, reference="held out")
    assert line_of(ax, "held out").get_linestyle() == "--"
    assert line_of(ax, "als").get_linestyle() == "-"


def test_many_names_are_told_apart_by_colour_and_marker():
    ax = bias_plots.band_bars({f"model {n}": [0.1] for n in range(20)})
    dots = [line for line in ax.lines if line.get_marker() not in ("None", "")]
    looks = {(to_hex(line.get_color()), line.get_marker()) for line in dots}
    assert len(looks) == len(dots) == 20


# Bands


def test_bands_are_dots_side_by_side_with_the_most_popular_on_the_left():
    ax = bias_plots.band_bars({"als": [0.3, 0.2, 0.1], "ease": [0.2, 0.2, 0.0]})
    als, ease = line_of(ax, "als"), line_of(ax, "ease")
    assert als.get_ydata().tolist() == [0.3, 0.2, 0.1]
    assert ease.get_ydata().tolist() == [0.2, 0.2, 0.0]
    assert (als.get_xdata() < ease.get_xdata()).all()
    assert np.rint(als.get_xdata()).tolist() == np.rint(ease.get_xdata()).tolist() == [0, 1, 2]
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["0\nmost\npopular", "1", "2\nleast\npopular"]
    assert ax.get_ylim()[0] == 0


def test_a_band_without_a_value_stays_blank():
    ax = bias_plots.band_bars({"popularity": [0.3, np.nan, np.nan], "als": [0.2, 0.1, 0]})
    assert np.isnan(line_of(ax, "popularity").get_ydata()).tolist() == [False, True, True]
    ax.figure.canvas.draw()


def test_bands_of_one_model_stand_in_the_middle_and_negative_values_are_seen():
    ax = bias_plots.band_bars({"als": [0.3, -0.2]})
    assert line_of(ax, "als").get_xdata().tolist() == [0, 1]
    assert ax.get_ylim()[0] < -0.2


# Groups

GROUPS = {
    "als": {"niche": (0.2, 0.1, 0.3), "mainstream": (0.4, 0.35, 0.5)},
    "ease": {"niche": (0.1, 0.05, 0.2), "mainstream": (0.3, 0.2, 0.4)},
}


def test_groups_are_dots_on_intervals_and_the_first_model_stands_on_top():
    ax = bias_plots.group_dots(GROUPS, reference=0.25)
    values = [float(line.get_xdata()[0]) for line in ax.lines if len(line.get_xdata()) == 1]
    assert values == [0.2, 0.4, 0.1, 0.3]
    spans = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert all([low, high] in spans for row in GROUPS.values() for _, low, high in row.values())
    assert [0.25, 0.25] in spans
    assert [label.get_text() for label in ax.get_yticklabels()] == ["als", "ease"]
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert legend_of(ax) == ["niche", "mainstream"]


def test_a_group_keeps_its_colour_where_another_one_is_missing():
    ax = bias_plots.group_dots({"als": GROUPS["als"], "ease": {"mainstream": (0.3, 0.2, 0.4)}})
    dots = {float(line.get_xdata()[0]): line for line in ax.lines if len(line.get_xdata()) == 1}
    assert dots[0.4].get_color() == dots[0.3].get_color() != dots[0.2].get_color()
    assert dots[0.4].get_ydata()[0] - 0 == pytest.approx(dots[0.3].get_ydata()[0] - 1)


# Trade-offs


def paths_of(seed=0, n=14):
    rng = np.random.default_rng(seed)
    ends = rng.random((n, 2))
    knob = np.linspace(0, 1, 6)
    return {
        name: (100 - 80 * knob * x, 0.25 - 0.1 * knob**2 * y)
        for name, (x, y) in zip(METHODS, ends, strict=False)
    }


def drawn(paths, **options):
    ax = plt.subplots(figsize=(7.2, 5))[1]
    plots.decorate(ax, title="Accuracy and exposure", xlabel="mean popularity", ylabel="NDCG")
    return bias_plots.tradeoff(paths, ax=ax, **options)


def boxes_of(ax) -> list:
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    return [
        Text.get_window_extent(text, renderer) for text in ax.texts if isinstance(text, Annotation)
    ]


def test_paths_are_drawn_as_given_and_named_at_their_ends():
    paths = paths_of(n=3)
    ax = drawn(paths)
    shown = [line.get_xydata().tolist() for line in ax.lines]
    assert shown == [np.column_stack(path).tolist() for path in paths.values()]
    assert [text.get_text() for text in ax.texts] == METHODS[:3]
    assert [text.xy for text in ax.texts] == [(x[-1], y[-1]) for x, y in paths.values()]


def test_base_and_front_are_drawn_and_explained():
    ax = drawn(paths_of(n=2), front=[(90, 0.2), (40, 0.1), (60, 0.15)], base=(100, 0.25))
    assert line_of(ax, "Pareto front").get_xdata().tolist() == [40, 60, 90]
    star = line_of(ax, "base model")
    assert (star.get_marker(), star.get_xydata().tolist()) == ("*", [[100, 0.25]])
    assert legend_of(ax) == ["Pareto front", "base model"]


def test_a_front_may_be_an_array_or_empty():
    array = np.array([[40, 0.1], [60, 0.15]])
    assert line_of(drawn(paths_of(n=1), front=array), "Pareto front").get_xdata().tolist() == [
        40,
        60,
    ]
    assert drawn(paths_of(n=1), front=np.empty((0, 2))).get_legend() is None


def test_groups_share_a_colour_which_the_legend_explains():
    groups = dict(zip(METHODS, ["lists", "training", "lists"], strict=False))
    ax = drawn(paths_of(n=3), groups=groups)
    colors = [text.get_color() for text in ax.texts]
    assert colors[0] == colors[2] != colors[1]
    assert legend_of(ax) == ["lists", "training"]


def test_what_is_not_highlighted_turns_grey_and_lies_below():
    ax = drawn(paths_of(n=4), highlight=METHODS[1:2])
    colors = [text.get_color() for text in ax.texts]
    assert colors[0] == colors[2] == colors[3] != colors[1]
    heights = [line.get_zorder() for line in ax.lines]
    assert max(heights) == heights[1] > heights[0]


def test_highlighted_groups_keep_their_colours():
    groups = dict(zip(METHODS, ["lists", "training", "lists"], strict=False))
    plain = [text.get_color() for text in drawn(paths_of(n=3), groups=groups).texts]
    some = drawn(paths_of(n=3), groups=groups, highlight=METHODS[1:2])
    assert some.texts[1].get_color() == plain[1]
    assert some.texts[0].get_color() not in plain


@pytest.mark.parametrize("seed", range(4))
def test_names_of_fourteen_methods_are_inside_the_drawing_and_clear_of_each_other(seed):
    ax = drawn(paths_of(seed), front=[(90, 0.2), (40, 0.1)], base=(100, 0.25))
    boxes = boxes_of(ax)
    assert [text.get_text() for text in ax.texts] == METHODS
    overlaps = sum(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert overlaps == 0
    assert all(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 for box in boxes)
