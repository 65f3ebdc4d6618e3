import matplotlib.pyplot as plt
import pytest

from helpers import training_plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_learning_curves_draw_each_model_in_each_panel_and_name_it_once():
    panels = {
        "training": {"warp": [0.1, 0.3, 0.5], "bpr": [0.1, 0.2, 0.2]},
        "validation": {"warp": [0.05, 0.08, 0.07], "bpr": [0.04, 0.05, 0.05]},
    }
    axes = training_plots.learning_curves([1, 5, 10], panels, ylabel="precision@10")
    # Where titles stand depends on the style, which other tests may have set.
    titles = [ax.get_title("left") + ax.get_title("center") for ax in axes]
    assert titles == ["training", "validation"]
    for ax, curves in zip(axes, panels.values(), strict=True):
        drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
        expected = {model: [[1, y[0]], [5, y[1]], [10, y[2]]] for model, y in curves.items()}
        assert drawn == expected
    assert axes[0].get_legend() is None
    assert [text.get_text() for text in axes[1].get_legend().get_texts()] == ["warp", "bpr"]


def test_one_learning_curve_needs_no_legend():
    (ax,) = training_plots.learning_curves([1, 2], {"training": {"warp": [0, 1]}}, ylabel="loss")
    assert ax.get_legend() is None


def test_ladder_draws_every_setting_tried_and_joins_those_kept():
    tried = {"epochs": {"5": 0.05, "20": 0.09}, "factors": {"10": 0.09, "30": 0.11, "90": 0.10}}
    ax = training_plots.ladder(tried, {"epochs": "20", "factors": "30"})
    assert ax.lines[0].get_xydata().tolist() == [[0.09, 0], [0.11, 1]]
    dots = sorted(tuple(dot) for group in ax.collections for dot in group.get_offsets().tolist())
    expected = [(value, row) for row, knob in enumerate(tried) for value in tried[knob].values()]
    assert dots == sorted(expected)
    assert [text.get_text() for text in ax.texts] == ["20: 0.090", "30: 0.110"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["epochs", "factors"]
