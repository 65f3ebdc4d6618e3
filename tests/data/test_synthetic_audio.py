"""The audio of the synthetic world: repeats, is what its song says, and replaces only its own."""

import json
import wave

import numpy as np
import polars as pl
import pytest

from helpers.data.playlists import load_playlists
from helpers.data.synthetic.audio import MARKER, RATE, SECONDS, load_audio_tracks, make_audio
from helpers.data.synthetic.audio.instruments import place, wave_table
from helpers.data.synthetic.audio.patches import artist_patch, genre_patch, scene_patch
from helpers.data.synthetic.audio.render import Sound, render
from helpers.data.synthetic.names import GENRE_NAMES
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.world import draw_world
from helpers.errors import DataError, SettingError
from helpers.songs import song_keys

PLAIN = Sound(
    tempo=120, key=0, mode=1, energy=0.6, acousticness=0.2, danceability=1.0,
    instrumentalness=0.9, speechiness=0.0, valence=0.5, liveness=0.0, loudness=-8.0, year=2010,
)  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A folder with the audio of twelve tracks."""
    folder = tmp_path_factory.mktemp("world") / "tiny"
    return make_audio("tiny", folder=folder, n_tracks=12)


@pytest.fixture(scope="module")
def world():
    return draw_world(SCALES["tiny"], seed=0)


def rendered(patch, seed=0, **changes):
    sound = Sound(**vars(PLAIN) | changes)
    return render(sound, patch, SECONDS, np.random.default_rng(seed))


def power_above(samples, frequency):
    power = np.abs(np.fft.rfft(samples)) ** 2
    return power[int(frequency * len(samples) / RATE) :].sum() / power.sum()


# Files


def test_every_track_is_a_mono_file_that_plays_for_three_seconds(tiny):
    tracks = load_audio_tracks(tiny)
    assert len(tracks) == 12
    assert {file.name for file in (tiny / "audio").glob("*.wav")} == set(tracks["file"])
    for file in tracks["file"]:
        with wave.open(str(tiny / "audio" / file)) as reader:
            assert reader.getparams()[:4] == (1, 2, RATE, SECONDS * RATE)
            samples = np.frombuffer(reader.readframes(reader.getnframes()), "<i2")
        assert 300 < np.abs(samples.astype(int)).max() < 32_768


def test_the_most_held_songs_are_rendered_each_once(tiny, tmp_path):
    data = load_playlists(tiny / "playlists", cache=tmp_path)
    held = data.interactions()
    tracks = load_audio_tracks(tiny)
    columns = held.items.to_internal(tracks["track_uri"])
    popularity = held.item_popularity()
    assert (np.diff(popularity[columns]) <= 0).all()
    keys = song_keys(data.tracks["track_name"], data.tracks["artist_name"]).to_numpy()
    assert len(set(keys[columns])) == len(columns)
    others = np.setdiff1d(np.arange(held.n_items), columns)
    others = others[~np.isin(keys[others], keys[columns])]
    assert popularity[others].max() <= popularity[columns].min()


def test_the_same_seed_gives_the_same_bytes_and_fewer_tracks_the_same_sound(tiny, tmp_path):
    again = make_audio("tiny", folder=tmp_path / "tiny", n_tracks=5)
    for file in load_audio_tracks(again)["file"]:
        assert (again / "audio" / file).read_bytes() == (tiny / "audio" / file).read_bytes()
    other = make_audio("tiny", 1, folder=tmp_path / "other", n_tracks=5)
    assert not set(load_audio_tracks(other)["file"]) & set(load_audio_tracks(again)["file"])


def test_what_stands_there_is_not_rendered_again_and_what_is_damaged_is(tiny, capsys):
    file = tiny / "audio" / load_audio_tracks(tiny)["file"][0]
    content, written = file.read_bytes(), file.stat().st_mtime_ns
    assert make_audio("tiny", folder=tiny, n_tracks=12) == tiny
    assert file.stat().st_mtime_ns == written
    assert capsys.readouterr().err == ""
    file.write_bytes(content[:100])
    make_audio("tiny", folder=tiny, n_tracks=12)
    assert file.read_bytes() == content
    assert "drawing the synthetic audio (tiny, seed 0)" in capsys.readouterr().err


def test_recordings_of_ones_own_are_never_replaced(tmp_path):
    own = tmp_path / "tiny" / "audio"
    own.mkdir(parents=True)
    (own / "demo.wav").write_bytes(b"mine")
    with pytest.raises(DataError, match="not of a synthetic world"):
        make_audio("tiny", folder=tmp_path / "tiny", n_tracks=5)
    assert (own / "demo.wav").read_bytes() == b"mine"


def test_settings_that_make_no_sense_are_refused(tiny):
    with pytest.raises(SettingError, match="expected one of tiny"):
        make_audio("huge")
    with pytest.raises(SettingError, match="n_tracks is 0"):
        make_audio("tiny", folder=tiny, n_tracks=0)
    with pytest.raises(SettingError, match="playlists hold no more songs"):
        make_audio("tiny", folder=tiny, n_tracks=10**6)
    assert json.loads((tiny / MARKER).read_text())["n_tracks"] == 12


def test_missing_audio_says_how_to_render_it(tmp_path):
    with pytest.raises(DataError, match="render it with"):
        load_audio_tracks(tmp_path)


def test_names_with_commas_and_markup_come_back_from_the_table(tiny):
    tracks = load_audio_tracks(tiny)
    assert tracks.schema["track_name"] == pl.String
    assert tracks.null_count().sum_horizontal()[0] == 0
    assert set(tracks["genre"]) <= set(GENRE_NAMES)


# Sound


def test_beats_come_at_the_tempo():
    patch = genre_patch(GENRE_NAMES.index("electronic"))  # a kick on every beat
    for tempo in (90, 120, 150):
        samples = rendered(patch, tempo=tempo, energy=0.9)
        loudness = np.convolve(np.abs(samples), np.ones(200) / 200, mode="same")
        change = np.maximum(np.diff(loudness[::20]), 0)
        change -= change.mean()
        together = np.correlate(change, change, "full")[len(change) :]
        beat = 60 / tempo * RATE / 20
        near = together[int(beat * 0.94) : int(beat * 1.06)].max()
        assert near > 3 * np.median(np.abs(together[: int(2 * beat)]))


def test_a_higher_key_is_a_higher_pitch():
    patch = genre_patch(GENRE_NAMES.index("classical"))
    low, high = (
        np.abs(np.fft.rfft(rendered(patch, key=key, energy=0.2, danceability=1.0)))
        for key in (0, 4)
    )
    ratio = 2 ** (4 / 12)
    at = np.arange(200, 3000)
    moved = np.interp(at * ratio, np.arange(len(high)), high)
    assert np.corrcoef(low[at], moved)[0, 1] > 1.5 * np.corrcoef(low[at], high[at])[0, 1]


def test_loud_records_are_louder_and_old_ones_darker():
    patch = genre_patch(GENRE_NAMES.index("rock"))
    levels = [np.std(rendered(patch, loudness=loudness)) for loudness in (-20, -12, -4)]
    assert levels[0] < levels[1] < levels[2]
    assert 20 * np.log10(levels[1] / levels[0]) == pytest.approx(8, abs=1.5)
    assert power_above(rendered(patch, year=2015), 3000) > 1.5 * power_above(
        rendered(patch, year=1930, energy=0.6), 3000
    )


def test_metal_is_brighter_than_ambient_and_every_genre_can_be_heard():
    bright = {}
    for genre, name in enumerate(GENRE_NAMES):
        samples = rendered(genre_patch(genre))
        assert np.isfinite(samples).all()
        assert 0.01 < np.abs(samples).max() <= 1
        bright[name] = power_above(samples, 1500)
    assert bright["metal"] > 3 * bright["ambient"]


def test_extreme_songs_are_rendered_within_bounds(world):
    lowest = {"energy": 0, "danceability": 0, "acousticness": 0, "valence": 0, "loudness": -60}
    highest = {"energy": 1, "acousticness": 1, "speechiness": 1, "liveness": 1, "loudness": 1}
    for changes in (lowest | {"tempo": 40}, highest | {"tempo": 220}, {"year": 1921}):
        samples = rendered(scene_patch(world, 3), **changes)
        assert samples.shape == (SECONDS * RATE,)
        assert np.isfinite(samples).all()
        assert 0 < np.abs(samples).max() <= 1


def test_scenes_of_a_genre_differ_and_artists_of_a_scene_less(world):
    kick = [scene_patch(world, scene).kick.tolist() for scene in range(5)]
    assert len({str(pattern) for pattern in kick}) > 1
    one, other = artist_patch(world, 2, 7), artist_patch(world, 2, 8)
    assert one.rolloff != other.rolloff
    assert (one.strum == other.strum).all()
    assert artist_patch(world, 2, 7).rolloff == one.rolloff


def test_no_harmonic_comes_back_as_another_pitch():
    table = wave_table(0.5, 1.0, highest_pitch=900)
    spectrum = np.abs(np.fft.rfft(table))
    assert spectrum[6:].max() < 1e-9 * spectrum.max()


def test_a_sound_is_cut_off_at_both_ends():
    track = np.zeros(5)
    place(track, np.arange(1.0, 5), -2)
    place(track, np.arange(1.0, 5), 3, level=2)
    place(track, np.ones(3), 9)
    assert track.tolist() == [3, 4, 0, 2, 4]
