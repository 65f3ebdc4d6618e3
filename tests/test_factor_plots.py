import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import factor_plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_factor_product_frames_exactly_the_played_cells():
    x, y = np.ones((3, 2)), np.ones((4, 2))
    played = np.zeros((3, 4), dtype=bool)
    played[0, 1] = played[2, 3] = True
    axes = factor_plots.factor_product(
        x, y, x @ y.T, users=list("abc"), items=list("wxyz"), played=played
    )
    assert axes.shape == (2, 2)
    frames = sorted(frame.get_xy() for frame in axes[1, 1].patches)
    assert frames == [(1, 0), (3, 2)]


def test_half_steps_draws_users_items_and_the_start_apart():
    ax = factor_plots.half_steps([9000, 5000, 4000, 3500, 3400])
    drawn = {dots.get_label(): dots.get_offsets().tolist() for dots in ax.collections}
    assert drawn == {
        "after a half-step for the users": [[1, 5], [3, 3.5]],
        "after a half-step for the items": [[2, 4], [4, 3.4]],
        "random start": [[0, 9]],
    }


def test_item_map_draws_every_item_once_and_unnamed_groups_together():
    points = np.arange(12.0).reshape(6, 2)
    groups = ["rock", "jazz", "folk", "rock", "noise", "jazz"]
    ax = factor_plots.item_map(points, groups, shown=["rock", "jazz"])
    sizes = {dots.get_label(): len(dots.get_offsets()) for dots in ax.collections}
    assert sizes == {"other": 2, "rock": 2, "jazz": 2}
