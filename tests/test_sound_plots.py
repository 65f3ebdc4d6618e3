import numpy as np
import pytest

from helpers import sound_plots
from helpers.plots import COLORS

pytestmark = pytest.mark.usefixtures("styled_figures")
FREQUENCIES = np.linspace(50, 5_000, 48)


def test_waveforms_share_seconds_and_scale():
    sounds = {"a": np.zeros(200), "b": np.full(100, 0.5)}
    axes = sound_plots.waveforms(sounds, 100)
    assert [ax.get_title("left") for ax in axes] == ["a", "b"]
    x, y = axes[1].lines[0].get_data()
    assert (x[-1], y[-1]) == (0.99, 0.5)
    assert {ax.get_ylim() for ax in axes} == {(-1, 1)}


def test_spectrograms_share_one_scale_and_name_frequencies_where_they_lie():
    clips = {name: np.full((48, 20), level) for name, level in (("a", -80.0), ("b", 0.0))}
    clips["c"] = clips["a"]
    axes = sound_plots.spectrograms(clips, FREQUENCIES, 0.1)
    assert len(axes) == 3
    assert {image.get_clim() for ax in axes for image in ax.images} == {(-80, 0)}
    assert axes[0].images[0].get_extent()[:2] == [0, 2]
    ticks = dict(
        zip(
            (label.get_text() for label in axes[0].get_yticklabels()),
            axes[0].get_yticks(),
            strict=True,
        )
    )
    assert np.interp(ticks["1,000"], np.arange(48), FREQUENCIES) == pytest.approx(1_000)


def test_moments_stand_beside_their_filter():
    patches = [np.zeros((3, 48, 5)), np.ones((3, 48, 5))]
    filters = np.stack([np.full((48, 5), -2.0), np.full((48, 5), 1.0)])
    axes = sound_plots.moments(patches, ["1", "2"], filters, FREQUENCIES)
    assert axes.shape == (2, 4)
    assert axes[0, 0].images[0].get_clim() == (-2, 2)
    assert axes[1, 2].images[0].get_clim() == (0, 1)
    assert axes[1, 0].get_ylabel().startswith("2")


def test_map_tells_all_groups_apart_and_names_each_once():
    groups = [f"genre {n}" for n in range(9) for _ in range(9 - n)]
    places = {title: np.random.default_rng(0).random((45, 2)) for title in ("a", "b")}
    axes = sound_plots.sound_map(places, groups)
    looks = [
        (tuple(drawn.get_facecolor()[0]), drawn.get_paths()[0].vertices.shape)
        for drawn in axes[0].collections
    ]
    assert len(set(looks)) == 9 > len(COLORS)
    assert [len(drawn.get_offsets()) for drawn in axes[1].collections] == [*range(9, 0, -1)]
    [legend] = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()][:2] == ["genre 0", "genre 1"]
