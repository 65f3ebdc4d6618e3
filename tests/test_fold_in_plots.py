"""Figures of folding in: what is drawn is what was given."""

import numpy as np
import pytest

from helpers import fold_in_plots

pytestmark = pytest.mark.usefixtures("styled_figures")


def test_vectors_are_arrows_from_the_origin_and_everything_has_its_name():
    tracks, playlists = {"track 0": (1, 0), "track 1": (0, 2)}, {"mine": (0.5, -0.25)}
    ax = fold_in_plots.vectors_in_plane(tracks, playlists)
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert [text.xy for text in arrows] == [(1, 0), (0, 2), (0.5, -0.25)]
    assert all(text.get_position() == (0, 0) for text in arrows)
    names = [text for text in ax.texts if text.get_text()]
    assert [name.get_text() for name in names] == ["track 0", "track 1"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["mine"]
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    for name in names:
        box = name.get_window_extent()
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1


def test_seed_curves_stand_one_step_apart_with_bands_and_named_references():
    curves = {"same": [0.1, 0.2, 0.3], "each": [0.1, 0.3, 0.2]}
    intervals = {"same": np.array([(0.05, 0.15), (0.1, 0.3), (0.2, 0.4)])}
    ax = fold_in_plots.seed_curves([0, 5, 100], curves, intervals, references={"popularity": 0.02})
    assert [label.get_text() for label in ax.get_xticklabels()] == ["title", "5", "100"]
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(drawn["same"]) == [0.1, 0.2, 0.3]
    assert set(drawn["popularity"]) == {0.02}
    assert len(ax.collections) == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [*curves, "popularity"]
    assert ax.get_ylim()[0] == 0


def test_unknown_ends_of_intervals_are_no_trouble():
    unknown = {"same": np.full((2, 2), np.nan)}
    ax = fold_in_plots.seed_curves([0, 1], {"same": [0.1, 0.2]}, unknown)
    ax.figure.canvas.draw()
    assert list(ax.lines[0].get_ydata()) == [0.1, 0.2]
