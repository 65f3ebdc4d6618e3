"""Figures of scale: what is drawn is what was given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from small_axes import legend_of, line_of

from helpers import plots, scale_plots

pytestmark = pytest.mark.usefixtures("styled_figures")

ROWS = [1e5, 1e6, 1e7]
POINTS = {"one machine": (ROWS, [1, 2, 12]), "Spark": (ROWS, [20, 22, 60])}
FITTED = {
    "one machine": (ROWS, [1.1, 2.1, 11]),
    "Spark": (ROWS, [19, 23, 61]),
    "Spark on 8 workers": (ROWS, [19, 20, 24]),
}
RESIDUALS = {"one machine": [-0.1, -0.05, 0.08], "Spark": [0.05, -0.04, -0.02]}


def draw_growth(**options):
    return scale_plots.growth(POINTS, FITTED, RESIDUALS, ylabel="seconds", **options)


def test_growth_draws_points_over_lines_and_residuals_below():
    above, below = draw_growth()
    assert above.get_xscale() == above.get_yscale() == below.get_xscale() == "log"
    assert legend_of(above) == ["one machine", "Spark", "Spark on 8 workers"]
    np.testing.assert_array_equal(line_of(above, "Spark").get_ydata(), [20, 22, 60])
    lines = [line.get_ydata().tolist() for line in above.lines]
    assert [19, 23, 61] in lines
    drawn = [line.get_ydata() for line in below.lines]
    for residuals in RESIDUALS.values():
        assert any(np.array_equal(residuals, y) for y in drawn)
    below.figure.canvas.draw()
    texts = [text.get_text() for text in below.get_yticklabels()]
    assert {"0%", "+10%", "-10%"} <= set(texts)


def test_system_without_points_is_dashed_and_those_with_points_keep_one_colour():
    above, below = draw_growth()
    assert line_of(above, "Spark on 8 workers").get_linestyle() == "--"
    of_spark = [line for line in above.lines if 60 in line.get_ydata() or 61 in line.get_ydata()]
    of_spark += [line for line in below.lines if 0.05 in line.get_ydata()]
    assert {to_hex(line.get_color()) for line in of_spark} == {plots.COLORS[1].lower()}
    assert len(of_spark) == 3


def test_crossing_is_ringed_and_named_in_two_digits():
    above, _ = draw_growth(crossing=(16_234_567.8, 24.0))
    assert "equal at 16,000,000 rows" in [text.get_text() for text in above.texts]
    assert not draw_growth()[0].texts


def test_range_of_a_prediction_is_a_band():
    band = {"Spark": np.array([[15, 25], [18, 28], [50, 70]])}
    assert len(draw_growth(intervals=band)[0].collections) == 1


def test_bar_panels_share_their_names_and_have_scales_of_their_own():
    panels = {"AUC": {"popular": 0.95, "als": 0.98}, "precision@10": {"popular": 0.04, "als": 0.12}}
    whiskers = {"precision@10": {"popular": (0.03, 0.05), "als": (-0.01, 0.13)}}
    auc, precision = scale_plots.bar_panels(panels, intervals=whiskers, highlight="als")
    assert [bar.get_width() for bar in precision.patches] == [0.04, 0.12]
    assert (len(auc.lines), len(precision.lines)) == (0, 2)
    assert auc.get_xlim()[1] > 0.98
    assert precision.get_xlim()[1] < 0.3
    for ax in (auc, precision):
        assert ax.get_xlim()[0] == 0
        assert ax.get_ylim()[0] > ax.get_ylim()[1]
        assert to_hex(ax.patches[1].get_facecolor()) == plots.COLORS[1].lower()
    assert [ax.get_title(loc="left") for ax in (auc, precision)] == list(panels)
    assert not any(label.get_visible() for label in precision.get_yticklabels())


def test_counts_read_with_separators_at_bars_and_ticks():
    (plays,) = scale_plots.bar_panels({"plays": {"right": 12_345, "bad": 7}}, fmt="{:,.0f}")
    plays.figure.canvas.draw()
    assert {"12,345", "7"} == {text.get_text() for text in plays.texts}
    assert "10,000" in [label.get_text() for label in plays.get_xticklabels()]


def test_grid_dots_draw_every_setting_once():
    grid = {"rank 5": {"1": 0.90, "40": 0.94}, "rank 30": {"1": 0.97, "40": 0.96}}
    axes = scale_plots.grid_dots({"AUC": grid, "precision": grid}, legend="α")
    for ax in axes:
        np.testing.assert_array_equal(line_of(ax, "1").get_xydata(), [[0.90, 0], [0.97, 1]])
        np.testing.assert_array_equal(line_of(ax, "40").get_xydata(), [[0.94, 0], [0.96, 1]])
        assert ax.get_ylim()[0] > ax.get_ylim()[1]
    (legend,) = axes[0].figure.legends
    assert legend.get_title().get_text() == "α"
    assert [text.get_text() for text in legend.get_texts()] == ["1", "40"]
    looks = {(line.get_color(), line.get_marker()) for line in axes[0].lines}
    assert len(looks) == 2
