import math

import matplotlib.pyplot as plt
import pytest

from helpers import tuning_plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_importances_draws_one_labelled_bar_a_setting_the_largest_on_top():
    ax = tuning_plots.importances({"factors": 0.7, "alpha": 0.3})
    assert [bar.get_width() for bar in ax.patches] == [0.7, 0.3]
    assert [text.get_text() for text in ax.texts] == ["70%", "30%"]
    assert ax.yaxis_inverted()


def test_trial_history_sets_the_default_apart_and_leaves_failed_trials_out():
    ax = tuning_plots.trial_history([0.2, math.nan, 0.1, 0.3], [0.2, 0.2, 0.2, 0.3])
    drawn = {dots.get_label(): dots.get_offsets() for dots in ax.collections}
    assert drawn["default settings"].tolist() == [[1, 0.2]]
    assert [place for place in drawn["trial"].tolist() if None not in place] == [
        [3, 0.1],
        [4, 0.3],
    ]
    (line,) = ax.lines
    assert line.get_xydata().tolist() == [[1, 0.2], [2, 0.2], [3, 0.2], [4, 0.3]]
