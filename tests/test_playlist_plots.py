"""Figures of playlists and sound: what is drawn is what was given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from small_axes import legend_of, line_of

from helpers import playlist_plots, plots

pytestmark = pytest.mark.usefixtures("styled_figures")


# Playlists and sound

LIFTS = {"jazz": (9.0, 7.0, 11.0), "the": (1.1, 0.9, 1.3), "mine": (0.8, 0.0, 1.6)}


def test_lifts_stand_as_dots_on_their_intervals_with_the_first_on_top():
    ax = playlist_plots.lift_dots(LIFTS)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in dots] == [9.0, 1.1, 0.8]
    spans = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert [7.0, 11.0] in spans
    assert [label.get_text() for label in ax.get_yticklabels()] == [*LIFTS]
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert ax.get_xscale() == "log"


def test_a_low_end_of_nothing_runs_out_of_the_drawing_and_not_off_the_log_axis():
    ax = playlist_plots.lift_dots(LIFTS)
    assert min(np.min(line.get_xdata()) for line in ax.lines) > 0
    ax.figure.canvas.draw()


def test_faint_lifts_are_grey():
    ax = playlist_plots.lift_dots(LIFTS, faint=["the", "mine"])
    colors = [to_hex(line.get_color()) for line in ax.lines if line.get_marker() == "o"]
    assert colors[0] == plots.COLORS[0].lower()
    assert colors[1] == colors[2] != colors[0]


def test_companions_are_dots_and_what_a_measure_puts_first_is_ringed():
    popularity, together = np.array([1, 5, 90]), np.array([1, 4, 6])
    chosen = {"count": np.array([2, 1]), "lift": np.array([0])}
    ax = playlist_plots.companion_dots(
        popularity, together, chance=([1, 100], [0.1, 10]), chosen=chosen
    )
    (dots,) = ax.collections
    assert np.asarray(dots.get_offsets()).tolist() == [[1, 1], [5, 4], [90, 6]]
    assert line_of(ax, "count").get_xydata().tolist() == [[90, 6], [5, 4]]
    assert line_of(ax, "lift").get_xydata().tolist() == [[1, 1]]
    assert line_of(ax, "by chance").get_xydata().tolist() == [[1, 0.1], [100, 10]]
    assert line_of(ax, "count").get_marker() != line_of(ax, "lift").get_marker()
    assert legend_of(ax) == ["by chance", "count", "lift"]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_growth_is_drawn_as_given_and_samples_share_the_colour_of_their_curve():
    ax = playlist_plots.growth(
        [1, 10, 100],
        {"tracks": [5, 40, 200], "artists": [4, 20, 50]},
        samples={"tracks": [6, 39, 200]},
        reference=("entries", [5, 50, 500]),
    )
    assert legend_of(ax) == ["entries", "tracks", "artists"]
    assert line_of(ax, "tracks").get_ydata().tolist() == [5, 40, 200]
    (points,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert points.get_ydata().tolist() == [6, 39, 200]
    assert points.get_color() == line_of(ax, "tracks").get_color()
    assert line_of(ax, "entries").get_linestyle() == "--"


def test_growth_needs_neither_samples_nor_a_reference():
    ax = playlist_plots.growth([1, 10], {"tracks": [5, 40]})
    assert legend_of(ax) == ["tracks"]


def test_years_are_a_line_with_a_band_and_the_year_of_the_turn():
    years, means = np.array([1921, 1922, 1923]), np.array([0.9, 0.8, 0.7])
    ax = plt.subplots()[1]
    band = np.column_stack([means - 0.1, means + 0.1])
    playlist_plots.year_curve(years, means, band=band, turn=(1922.0, 1921.0, 1923.0), ax=ax)
    curve = ax.lines[-1]
    assert curve.get_xydata().tolist() == [[1921, 0.9], [1922, 0.8], [1923, 0.7]]
    assert line_of(ax, "half way: 1922").get_xdata() == [1922, 1922]
    assert len(ax.collections) == 1


def test_years_without_interval_or_turn_are_a_line_alone():
    ax = playlist_plots.year_curve(np.arange(3), np.arange(3), ax=plt.subplots()[1])
    assert len(ax.lines) == 1
    assert not ax.collections
    assert ax.get_legend() is None


def test_the_map_names_genres_and_crosses_titles():
    ax = playlist_plots.sound_map(
        (np.array([0.1, 0.5, 0.9]), np.array([0.9, 0.5, 0.1])),
        {"metal": (0.1, 0.9)},
        {"sleep": ((0.7, 0.6, 0.8), (0.3, 0.2, 0.4))},
    )
    assert [text.get_text() for text in ax.texts] == ["metal", "“sleep”"]
    spans = [line.get_xydata().tolist() for line in ax.lines if len(line.get_xdata()) == 2]
    assert spans == [[[0.6, 0.3], [0.8, 0.3]], [[0.7, 0.2], [0.7, 0.4]]]
    assert legend_of(ax) == ["genres", "playlists called so"]


def test_the_map_needs_no_titles():
    ax = playlist_plots.sound_map((np.array([0.1]), np.array([0.9])), {}, {})
    assert legend_of(ax) == ["genres"]
