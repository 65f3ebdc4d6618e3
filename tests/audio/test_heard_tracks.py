"""From files to places: the tracks of a world, files of one's own, maps and features."""

import numpy as np
import polars as pl
import pytest
from small_sounds import sine, write_wave

from helpers.audio.feature_task import FEATURES, explained, features_of, standardised
from helpers.audio.hearing import hear_tracks
from helpers.audio.own_files import nearest, place_files
from helpers.audio.sound_map import sound_map
from helpers.data.audio_features import load_audio_features
from helpers.data.playlists import load_playlists
from helpers.data.synthetic.audio import load_audio_tracks, make_audio
from helpers.errors import DataError, SettingError
from helpers.ids import IdMap


@pytest.fixture(scope="module")
def tiny_audio(tmp_path_factory):
    """The folder of the tiny world, with a few tracks rendered."""
    return make_audio("tiny", folder=tmp_path_factory.mktemp("audio") / "tiny", n_tracks=40)


@pytest.fixture(scope="module")
def heard(tiny_audio, tmp_path_factory):
    data = load_playlists(tiny_audio / "playlists", cache=tmp_path_factory.mktemp("cache"))
    items = data.interactions().items
    return hear_tracks(tiny_audio / "audio", load_audio_tracks(tiny_audio), items), items


def test_tracks_are_in_the_order_of_their_columns(heard):
    tracks, items = heard
    assert (np.diff(tracks.columns) > 0).all()
    assert items.external_ids[tracks.columns].tolist() == tracks.tracks["track_uri"].to_list()
    assert tracks.spectrograms.shape == (40, 48, 128)
    assert tracks.statistics.shape == (40, 144)
    assert (tracks.rows(tracks.columns[[5, 2]]) == [5, 2]).all()


def test_a_track_without_audio_is_refused(heard):
    tracks, items = heard
    silent = np.setdiff1d(np.arange(len(items)), tracks.columns)
    with pytest.raises(SettingError, match="2 of the tracks have no audio"):
        tracks.rows(np.array([tracks.columns[0], silent[0], silent[-1]]))


def test_audio_of_other_playlists_is_refused(tiny_audio):
    with pytest.raises(DataError, match="none of 40 tracks"):
        hear_tracks(tiny_audio / "audio", load_audio_tracks(tiny_audio), IdMap(["spotify:track:x"]))


# Files of one's own


def mean_of_bands(spectrograms):
    return spectrograms.mean(axis=2)


def test_files_are_placed_and_what_cannot_be_heard_is_told(tmp_path):
    low, high = (
        write_wave(tmp_path / "low.wav", sine(200, 6)),
        write_wave(tmp_path / "high.wav", sine(3000, 6)),
    )
    write_wave(tmp_path / "silent.wav", np.zeros(60_000))
    files = sorted(tmp_path.glob("*.wav"))
    placed = place_files(files, mean_of_bands)
    assert placed.files == (high, low)
    assert placed.vectors.shape == (2, 48)
    assert placed.vectors[0].argmax() > placed.vectors[1].argmax()
    assert list(placed.refused) == [tmp_path / "silent.wav"]
    assert "is silent" in placed.refused[tmp_path / "silent.wav"]


def test_the_parts_of_a_file_are_averaged(tmp_path):
    both = write_wave(tmp_path / "both.wav", np.concatenate([sine(200, 6), sine(3000, 6)]))
    halves = [write_wave(tmp_path / f"{f}.wav", sine(f, 6)) for f in (200, 3000)]
    mixed = place_files([both], mean_of_bands, n_excerpts=2).vectors[0]
    alone = place_files(halves, mean_of_bands, n_excerpts=2).vectors
    np.testing.assert_allclose(mixed, alone.mean(axis=0), atol=1)


def test_nothing_that_can_be_heard_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"no file could be listened to, .* is silent"):
        place_files([write_wave(tmp_path / "silent.wav", np.zeros(60_000))], mean_of_bands)
    with pytest.raises(DataError, match="there is none"):
        place_files([], mean_of_bands)


def test_the_nearest_have_the_same_direction():
    others = np.array([[1.0, 0], [0, 2], [3, 3], [0, 0], [-1, 0]])
    found = nearest(np.array([[10.0, 1], [0, 0]]), others, k=5)
    assert found.items[0].tolist() == [0, 2, 1, 4, -1]
    assert found.scores[0, 0] == pytest.approx(10 / np.sqrt(101))
    assert (found.items[1] == -1).all()


# A map


def test_what_sounds_alike_is_near_on_the_map():
    rng = np.random.default_rng(0)
    group = np.arange(60) % 3
    features = 8 * np.eye(3)[group] @ rng.normal(size=(3, 40)) + rng.normal(size=(60, 40))
    places = sound_map(features)
    assert places.shape == (60, 2)
    assert (places == sound_map(features)).all()
    distance = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (group[distance.argmin(axis=1)] == group).mean() > 0.95
    assert sound_map(features[:4]).shape == (4, 2)
    with pytest.raises(SettingError, match="got 3 clips"):
        sound_map(features[:3])


# Audio features


def test_features_are_found_by_the_id_of_a_track(tiny_audio):
    tracks = load_audio_features(tiny_audio / "audio_features").tracks
    uris = load_audio_tracks(tiny_audio)["track_uri"]
    rows, values = features_of(tracks, uris)
    assert 0.7 < len(rows) / len(uris) <= 1
    assert values.shape == (len(rows), len(FEATURES))
    one = tracks.filter(pl.col("id") == uris[int(rows[3])].split(":")[2])
    assert values[3, FEATURES.index("tempo")] == pytest.approx(one["tempo"][0])
    with pytest.raises(DataError, match="has none of 1 tracks"):
        features_of(tracks, pl.Series(["spotify:track:nothing"]))


def test_what_is_explained_runs_from_nothing_for_the_mean_to_all_for_the_truth():
    rng = np.random.default_rng(0)
    truth = rng.normal(5, 2, (300, len(FEATURES)))
    noise = rng.normal(0, 2, truth.shape)
    perfect, mean = explained(truth, truth), explained(truth, 0 * truth + truth.mean(axis=0))
    assert [feature.feature for feature in perfect] == list(FEATURES)
    assert all(tuple(feature[1:]) == (1, 1, 1) for feature in perfect)
    assert all(abs(feature.value) < 1e-9 for feature in mean)
    # Half of the spread of the sum of two equal parts is that of one.
    half = explained(truth + noise, truth)
    assert all(feature.low < 0.5 < feature.high for feature in half[:3])
    assert explained(truth + noise, truth) == half


def test_standardising_leaves_what_is_explained_as_it_is():
    rng = np.random.default_rng(0)
    truth = rng.normal(5, np.arange(1, 1 + len(FEATURES)), (200, len(FEATURES)))
    scaled = standardised(truth, np.arange(150))
    np.testing.assert_allclose(scaled[:150].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled[:150].std(axis=0), 1)
    near = truth + rng.normal(size=truth.shape)
    near_scaled = (near - truth[:150].mean(axis=0)) / truth[:150].std(axis=0)
    for raw, other in zip(explained(truth, near), explained(scaled, near_scaled), strict=True):
        assert raw[1:] == pytest.approx(other[1:])
    assert standardised(np.ones((4, 2)), np.arange(3)).tolist() == [[0, 0]] * 4


def test_features_without_spread_are_refused():
    with pytest.raises(SettingError, match="the same in all"):
        explained(np.ones((5, len(FEATURES))), np.ones((5, len(FEATURES))))
    with pytest.raises(SettingError, match="of both"):
        explained(np.ones((5, 2)), np.ones((5, 2)))
