import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import judging_plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_readings_marks_the_other_models_beside_the_bar_of_their_protocol():
    values = {"textbook": 0.17, "unmasked": 0.05}
    random = {"unmasked": 0.01, "textbook": 0.02}
    ax = judging_plots.readings(values, {"random": random})
    assert [bar.get_width() for bar in ax.patches] == [0.17, 0.05]
    (marks,) = (line for line in ax.lines if line.get_label() == "random")
    np.testing.assert_array_equal(marks.get_xydata(), [[0.02, 0], [0.01, 1]])
    assert {text.get_text() for text in ax.texts} == {"17.0%", "5.0%"}


def test_intervals_stand_in_order_and_only_the_named_are_accented():
    ranges = {"seed 0": (0.2, 0.1, 0.3), "mean": (0.1, 0.05, 0.15)}
    ax = judging_plots.intervals(ranges, highlight=["mean"])
    whiskers = [line for line in ax.lines if len(line.get_xdata()) == 2][:2]
    assert [list(line.get_xdata()) for line in whiskers] == [[0.1, 0.3], [0.05, 0.15]]
    assert whiskers[0].get_color() != whiskers[1].get_color()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["seed 0", "mean"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    with_zero = len(ax.lines)
    assert len(judging_plots.intervals(ranges, zero=False).lines) == with_zero - 1


def test_power_draws_the_curves_and_says_how_many_users_there_are():
    ax = judging_plots.power([10, 100, 1000], {"paired": [0.1, 0.5, 0.9]}, have=1885)
    assert ax.get_xscale() == "log"
    curve = next(line for line in ax.lines if line.get_label() == "paired")
    np.testing.assert_array_equal(curve.get_xydata(), [[10, 0.1], [100, 0.5], [1000, 0.9]])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["paired", "the 1,885 there are"]
