"""Figures of policies that learn: what is drawn is what was given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from small_axes import legend_of, line_of

from helpers import bandit_plots, plots

pytestmark = pytest.mark.usefixtures("styled_figures")

DAYS = [0, 10, 20]
FLAT = np.array([[0.1, 0.2, 0.2], [0.05, 0.1, 0.1], [0.15, 0.3, 0.3]])


def test_each_measure_has_a_panel_and_the_policies_one_legend():
    axes = bandit_plots.over_days(
        DAYS,
        {"rate": {"BaRT": FLAT, "ALS": FLAT / 2}, "regret": {"BaRT": 100 * FLAT}},
        percent=["rate"],
    )
    np.testing.assert_array_equal(line_of(axes[0], "BaRT").get_ydata(), FLAT[0])
    assert [ax.get_title(loc="left") for ax in axes] == ["rate", "regret"]
    (legend,) = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["BaRT", "ALS"]
    axes[0].figure.canvas.draw()
    assert axes[0].get_yticklabels()[0].get_text() == "0%"
    assert "%" not in axes[1].get_yticklabels()[-1].get_text()


def test_variant_is_dashed_in_the_colour_of_its_policy_and_the_change_is_marked():
    (ax,) = bandit_plots.over_days(
        DAYS, {"rate": {"BaRT": FLAT, "BaRT, 14 days": FLAT, "best": FLAT}}, mark=10
    )
    plain, variant = line_of(ax, "BaRT"), line_of(ax, "BaRT, 14 days")
    assert plain.get_color() == variant.get_color()
    assert (plain.get_linestyle(), variant.get_linestyle()) == ("-", "--")
    assert line_of(ax, "best").get_linestyle() == ":"
    assert [10, 10] in [list(line.get_xdata()) for line in ax.lines]


def test_settings_stand_in_their_order_with_their_intervals():
    axes = bandit_plots.by_setting(
        {"ε": {0.0: (0.2, 0.1, 0.3), 0.5: (0.1, 0.05, 0.15)}, "α": {1.0: (0.2, 0.1, 0.3)}},
        ylabel="stream rate",
    )
    assert [tick.get_text() for tick in axes[0].get_xticklabels()] == ["0.0", "0.5"]
    sticks = [stick.tolist() for stick in axes[0].collections[0].get_segments()]
    assert sticks == [[[0, 0.1], [0, 0.3]], [[1, 0.05], [1, 0.15]]]
    assert axes[0].get_ylabel() == "stream rate"


def test_truth_is_told_apart_from_what_is_said():
    said = {"because": 0.2, "new": 0.1}
    ax = bandit_plots.said_and_true(
        {"logged": said, "weighted": said, "true": {"because": 0.1, "new": 0.1}}, xlabel="rate"
    )
    assert legend_of(ax) == ["true", "logged", "weighted"]
    true = [stick[:, 0].tolist() for stick in ax.collections[0].get_segments()]
    assert true == [[0.1, 0.1], [0.1, 0.1]]
    np.testing.assert_array_equal(line_of(ax, "logged").get_xdata(), [0.2, 0.1])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["because", "new"]


def test_no_cap_is_called_none():
    ax = bandit_plots.error_by_cap([1, 10, np.inf], {"bias": [-0.1, -0.05, 0], "sd": [0, 0, 0.1]})
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "10", "none"]
    np.testing.assert_array_equal(line_of(ax, "bias").get_ydata(), [-0.1, -0.05, 0])


def test_intervals_that_miss_the_truth_are_counted_and_coloured():
    values = np.array([[0.5, 0.45, 0.55], [0.2, 0.1, 0.3], [0.3, 0.1, 0.4]])
    axes = bandit_plots.coverage({"replay": values, "SNIPS": values[1:]}, truth=0.25)
    assert [ax.get_title(loc="left") for ax in axes] == [
        "replay: 1 of 3 miss",
        "SNIPS: 0 of 2 miss",
    ]
    held, missed = axes[0].collections[:2]
    assert len(held.get_segments()) == 2
    assert to_hex(missed.get_color()[0]) == plots.COLORS[1].lower()
    assert missed.get_segments()[0][:, 0].tolist() == [0.45, 0.55]
