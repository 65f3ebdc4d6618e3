import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import rating_plots

POINTS = {
    "mean": ((0.5, 0.45, 0.55), (0.0, 0.0, 0.0)),
    "svd": ((0.3, 0.28, 0.31), (0.02, 0.01, 0.03)),
    "svd++": ((0.3, 0.28, 0.31), (0.02, 0.01, 0.03)),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_error_against_precision_draws_every_point_and_what_is_0_at_the_floor():
    ax = rating_plots.error_against_precision(POINTS, {"als": 0.2}, floor=1e-4)
    points = next(line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_allclose(points.get_xdata(), [0.5, 0.3, 0.3])
    np.testing.assert_allclose(points.get_ydata(), [1e-4, 0.02, 0.02])
    assert ax.get_yscale() == "log"
    assert {text.get_text() for text in ax.texts} == {"mean", "svd", "svd++", "als"}


def test_names_of_points_in_one_place_do_not_cover_each_other():
    ax = rating_plots.error_against_precision(POINTS, {"als": 0.2}, floor=1e-4)
    ax.figure.canvas.draw()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert not boxes["svd"].overlaps(boxes["svd++"])


def test_name_does_not_cover_a_point_to_its_right():
    points = {"first": ((0.3, 0.3, 0.3), (0.02,) * 3), "next": ((0.32, 0.32, 0.32), (0.023,) * 3)}
    points |= {"far": ((0.6, 0.6, 0.6), (0.001,) * 3)}
    ax = rating_plots.error_against_precision(points, {"als": 0.2}, floor=1e-4)
    ax.figure.canvas.draw()
    first = next(text for text in ax.texts if text.get_text() == "first").get_window_extent()
    assert first.x1 < ax.transData.transform((0.32, 0.023))[0]


def test_two_groups_of_different_sizes_are_drawn_as_shares():
    ax = rating_plots.two_groups({"few": np.zeros(2), "many": np.zeros(50)}, bins=[-1, 1])
    assert [label.get_text() for label in ax.get_legend().texts] == ["few", "many"]
    heights = [bar.get_height() for bar in ax.containers[0]]
    np.testing.assert_allclose(heights, [1])
    assert ax.dataLim.y1 == pytest.approx(1)
