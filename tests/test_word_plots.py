"""Figures of words: what is drawn is what was given."""

import pytest
from matplotlib.colors import to_hex
from small_axes import legend_of

from helpers import plots, word_plots

pytestmark = pytest.mark.usefixtures("styled_figures")

CLARITY = {"rock": 0.4, "seen live": 0.06, "jazz": 0.41, "90s": 0.2}
PANELS = {
    "AUC": {"random": 0.5, "words": 0.95},
    "recall@100": {"random": 0.006, "words": 0.44},
}
INTERVALS = {"AUC": {"words": (0.94, 0.96)}, "recall@100": {"words": (0.42, 0.46)}}


def names_of(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_terms_below_the_threshold_have_another_colour():
    ax = word_plots.clear_terms(CLARITY, 0.2)
    assert names_of(ax) == list(CLARITY)
    widths = {round(bar.get_width(), 3): to_hex(bar.get_facecolor()) for bar in ax.patches}
    kept, dropped = (color.lower() for color in plots.COLORS[:2])
    assert widths == {0.4: kept, 0.41: kept, 0.2: kept, 0.06: dropped}
    assert legend_of(ax) == ["kept", "dropped"]
    assert any(set(line.get_xdata()) == {0.2} for line in ax.lines)


def test_each_artist_has_a_panel_of_its_own_terms():
    panels = {"Ann": {"rock": 0.6, "indie": 0.3}, "Bob": {"jazz": 0.9}}
    axes = word_plots.top_terms(panels)
    assert [ax.get_title(loc="left") for ax in axes] == list(panels)
    assert [names_of(ax) for ax in axes] == [["rock", "indie"], ["jazz"]]
    assert [bar.get_width() for bar in axes[0].patches] == [0.6, 0.3]
    assert axes[0].get_ylim() == axes[1].get_ylim(), "bars are equally thick"


def test_each_measure_has_a_panel_of_points_with_intervals():
    axes = word_plots.measure_panels(PANELS, INTERVALS, highlight="words")
    assert [ax.get_title(loc="left") for ax in axes] == list(PANELS)
    assert names_of(axes[0]) == ["random", "words"]
    for ax, measure in zip(axes, PANELS, strict=True):
        spans = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
        assert [*spans[1]] == [*INTERVALS[measure]["words"]]
        points = [line for line in ax.lines if len(line.get_xdata()) == 1]
        assert [point.get_xdata()[0] for point in points] == [*PANELS[measure].values()]
        assert points[0].get_markerfacecolor() == "white", "nobody computed an interval"
        assert to_hex(points[1].get_markerfacecolor()) == plots.COLORS[1].lower()
        assert [text.get_text() for text in ax.texts] == [
            f"{v:.3f}" for v in PANELS[measure].values()
        ]
