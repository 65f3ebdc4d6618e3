"""The files: their format, equal bytes, nothing half-written, nobody's own files replaced."""

import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest

from helpers import paths
from helpers.data.audio_features import load_audio_features
from helpers.data.lastfm import load_lastfm
from helpers.data.synthetic import make_world
from helpers.data.synthetic.playlists import (
    PLAYLISTS_VERSION,
    example_export,
    load_playlist_truth,
    make_playlists,
)
from helpers.data.synthetic.playlists.playlist_titles import describe
from helpers.data.synthetic.playlists.slices import Slice, encode_slice
from helpers.data.synthetic.playlists.uris import spotify_uris
from helpers.data.synthetic.playlists.words import AWKWARD_TITLES
from helpers.errors import DataError, SettingError

SPOTIFY_URI = re.compile(r"spotify:(track|album|artist):[0-6][0-9A-Za-z]{21}")
PARTS = {"playlists", "audio_features", "playlists_truth.npz", "playlists.json"}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The folder of the tiny playlists."""
    return make_playlists("tiny", folder=tmp_path_factory.mktemp("playlists") / "tiny")


@pytest.fixture(scope="module")
def slices(tiny):
    """Both tiny slices, read as plain JSON."""
    names = ("mpd.slice.0-59.json", "mpd.slice.60-119.json")
    assert {file.name for file in (tiny / "playlists").iterdir()} == set(names)
    return [json.loads((tiny / "playlists" / name).read_bytes()) for name in names]


@pytest.fixture(scope="module")
def playlists(slices):
    return [playlist for content in slices for playlist in content["playlists"]]


@pytest.fixture(scope="module")
def tracks(playlists):
    return [track for playlist in playlists for track in playlist["tracks"]]


def hashes(folder):
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def visible(folder):
    """Return the names in a folder besides the lock file."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


# The format


@pytest.fixture
def real_slice():
    folder = paths.raw_dir() / "playlists"
    files = sorted(folder.glob("mpd.slice.*.json"))
    if not files:
        pytest.skip(f"needs a real slice in {folder}; set MUSIC_DATA_DIR")
    return files[0]


@pytest.mark.realdata
def test_a_real_slice_written_again_has_the_same_bytes_but_for_spaces_at_line_ends(real_slice):
    raw = real_slice.read_bytes()
    again = encode_slice(msgspec.json.decode(raw, type=Slice))
    assert again.replace(b" \n", b"\n") == raw.replace(b" \n", b"\n").strip()


@pytest.mark.realdata
def test_keys_their_order_and_their_types_are_those_of_a_real_slice(real_slice, slices):
    real, ours = json.loads(real_slice.read_bytes()), slices[0]
    assert shape(ours["info"]) == shape(real["info"])
    assert list(ours) == list(real)
    undescribed = {
        tuple(shape(playlist)) for playlist in ours["playlists"] if "description" not in playlist
    }
    assert undescribed == {tuple(shape(real["playlists"][0]))}
    of_tracks = {tuple(shape(track)) for list_ in ours["playlists"] for track in list_["tracks"]}
    assert of_tracks == {tuple(shape(real["playlists"][0]["tracks"][0]))}


def shape(thing):
    return [(key, type(value)) for key, value in thing.items()]


def test_slices_are_numbered_through(slices, playlists):
    assert [content["info"]["slice"] for content in slices] == ["0-59", "60-119"]
    assert [playlist["pid"] for playlist in playlists] == list(range(120))


def test_playlists_count_what_they_hold(playlists):
    for playlist in playlists:
        held = playlist["tracks"]
        assert [track["pos"] for track in held] == list(range(len(held)))
        assert playlist["num_tracks"] == len(held)
        assert playlist["num_artists"] == len({track["artist_uri"] for track in held})
        assert playlist["num_albums"] == len({track["album_uri"] for track in held})
        assert playlist["duration_ms"] == sum(track["duration_ms"] for track in held)


def test_playlists_keep_to_the_bounds_of_the_real_ones(playlists):
    for playlist in playlists:
        assert 5 <= playlist["num_tracks"] <= 250
        assert playlist["num_artists"] >= 3
        assert playlist["num_albums"] >= 2
        assert playlist["num_followers"] >= 1
        assert playlist["modified_at"] % 86_400 == 0
        assert 1_262_304_000 <= playlist["modified_at"] < 1_509_494_400  # 2010 to October 2017
        assert playlist["collaborative"] in ("true", "false")


def test_uris_are_spotifys_but_for_a_few_local_files(tracks):
    local = [track for track in tracks if track["track_uri"].startswith("spotify:local:")]
    assert 0 < len(local) < 0.01 * len(tracks)
    assert {(track["artist_uri"], track["album_uri"]) for track in local} == {("", "")}
    for track in tracks:
        if track not in local:
            for kind in ("track", "artist", "album"):
                assert SPOTIFY_URI.fullmatch(track[f"{kind}_uri"])[1] == kind


def test_a_uri_has_one_name(tracks):
    for kind in ("track", "artist", "album"):
        named = {(track[f"{kind}_uri"], track[f"{kind}_name"]) for track in tracks}
        named = {(uri, name) for uri, name in named if SPOTIFY_URI.fullmatch(uri)}
        assert len(named) == len({uri for uri, _ in named})


def test_names_are_empty_hostile_or_foreign_now_and_then(playlists, tracks):
    assert any(track["track_name"] == "" for track in tracks)
    assert any(track["album_name"] == "" for track in tracks)
    titles = [playlist["name"] for playlist in playlists]
    assert set(AWKWARD_TITLES[:3]) <= set(titles)
    assert any("<img src=x onerror=alert(1)>" in track["artist_name"] for track in tracks)
    assert any(not track["track_name"].isascii() for track in tracks)
    assert {None, ""} < set(describe(2000, np.random.default_rng(0)))


def test_features_have_the_columns_of_the_real_tables(tiny):
    folder = paths.raw_dir() / "audio_features"
    if not (folder / "data_by_year.csv").is_file():
        pytest.skip(f"needs the real tables in {folder}; set MUSIC_DATA_DIR")
    for name in ("data_by_year.csv", "data_by_genres.csv"):
        with (folder / name).open() as real, (tiny / "audio_features" / name).open() as ours:
            assert ours.readline() == real.readline()


def test_features_are_in_their_ranges(tiny):
    features = load_audio_features(tiny / "audio_features")
    tracks = features.tracks
    for name in ("acousticness", "danceability", "energy", "instrumentalness", "liveness"):
        assert tracks[name].is_between(0, 1).all(), name
    assert tracks["popularity"].is_between(0, 100).all()
    assert tracks["loudness"].is_between(-60, 2).all()
    assert tracks["tempo"].is_between(30, 250).all()
    assert tracks["key"].is_between(0, 11).all()
    assert set(tracks["mode"]) == set(tracks["explicit"]) == {0, 1}
    assert set(tracks["release_date"].str.len_chars()) == {4, 7, 10}
    assert (tracks["release_date"].str.head(4).cast(int) == tracks["year"]).all()
    assert set(tracks["artists"].list.len()) == {1, 2}
    assert (tracks["id"].n_unique(), tracks["year"].max()) == (len(tracks), 2020)
    assert {"rock", "classic rock"} <= set(features.genres["genre"])


def test_features_know_most_tracks_of_the_playlists_but_not_all(tiny, tracks):
    known = set(load_audio_features(tiny / "audio_features").tracks["id"])
    held = {track["track_uri"].rpartition(":")[2] for track in tracks}
    assert 0.8 < len(held & known) / len(held) < 1


def test_artists_are_those_of_lastfm(tiny, tracks, tiny_lastfm_dir):
    known = set(load_lastfm(tiny_lastfm_dir).artists["name"])
    names = {track["artist_name"] for track in tracks}
    assert len(names & known) > 0.5 * len(names)


def test_identifiers_depend_on_seed_kind_and_number():
    numbers = np.arange(5000)
    uris = [
        *spotify_uris(0, "track", numbers),
        *spotify_uris(1, "track", numbers),
        *spotify_uris(0, "album", numbers),
    ]
    assert all(SPOTIFY_URI.fullmatch(uri) for uri in uris)
    assert len({uri.rpartition(":")[2] for uri in uris}) == 15_000
    assert spotify_uris(0, "track", numbers[7:8]) == uris[7:8]


# The truth


def test_truth_tells_the_song_of_each_track_and_the_kind_of_each_playlist(tiny, playlists, tracks):
    truth = load_playlist_truth(tiny)
    song = dict(zip(truth.track_uris.tolist(), truth.song.tolist(), strict=True))
    held = {track["track_uri"] for track in tracks if "local" not in track["track_uri"]}
    assert held <= set(song)
    assert len(truth.kind) == len(playlists)
    assert set(truth.kinds[truth.kind]) > {"mixture", "genre", "decade"}
    assert len(set(song.values())) < len(song) == len(truth.track_uris)


def test_real_playlists_have_no_truth(tmp_path):
    with pytest.raises(DataError, match="missing"):
        load_playlist_truth(tmp_path)


def test_a_damaged_truth_is_one_sentence(tmp_path):
    (tmp_path / "playlists_truth.npz").write_bytes(b"not an archive")
    with pytest.raises(DataError, match="damaged"):
        load_playlist_truth(tmp_path)


# Same seed, same bytes


def draw_elsewhere(folder):
    code = "import sys; from helpers.data.synthetic.playlists import make_playlists; "
    code += "from pathlib import Path; make_playlists('tiny', 0, folder=Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(command, capture_output=True, timeout=120, check=True)


def test_equal_seeds_give_equal_bytes_in_another_process(tiny, tmp_path):
    drawn = draw_elsewhere(tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(tiny)
    assert drawn.stderr.decode() == "drawing the synthetic playlists (tiny, seed 0)\n"


def test_another_seed_gives_other_playlists(tiny, tmp_path):
    other = hashes(make_playlists("tiny", 1, folder=tmp_path / "other"))
    assert other.keys() == hashes(tiny).keys()
    assert not set(other.values()) & set(hashes(tiny).values())


def test_a_slice_does_not_depend_on_how_many_there_are(tiny, tmp_path):
    one = hashes(make_playlists("tiny", folder=tmp_path / "one", slices=1))
    both = hashes(tiny)
    same = {"playlists/mpd.slice.0-59.json", "audio_features/data.csv"}
    assert same < set(one)
    assert {name: one[name] for name in same} == {name: both[name] for name in same}


def test_uris_do_not_depend_on_the_size_of_slices(tiny, tmp_path):
    small = make_playlists("tiny", folder=tmp_path / "small", slices=1, playlists_a_slice=3)
    assert (load_playlist_truth(small).track_uris == load_playlist_truth(tiny).track_uris).all()
    assert (small / "playlists" / "mpd.slice.0-2.json").is_file()


def test_marker_names_version_sizes_counts_and_every_file(tiny, tracks):
    summary = json.loads((tiny / "playlists.json").read_text())
    assert (summary["version"], summary["scale"], summary["seed"]) == (PLAYLISTS_VERSION, "tiny", 0)
    assert (summary["slices"], summary["playlists_a_slice"]) == (2, 60)
    assert summary["counts"]["entries"] == len(tracks)
    assert summary["bytes"].keys() == hashes(tiny).keys() - {"playlists.json"}


# Nothing half-written, and nobody's own files replaced


def test_complete_playlists_are_left_alone_and_damaged_ones_drawn_again(tmp_path, capfd):
    folder = make_playlists("tiny", 3, folder=tmp_path / "world")
    before = hashes(folder)
    assert make_playlists("tiny", 3, folder=folder) == folder
    assert capfd.readouterr().err.count("drawing") == 1
    (folder / "audio_features" / "data.csv").unlink()
    make_playlists("tiny", 3, folder=folder)
    assert capfd.readouterr().err.count("drawing") == 1
    assert hashes(folder) == before
    assert visible(tmp_path) == ["world"]


def test_other_sizes_replace_what_stands_there(tmp_path):
    folder = make_playlists("tiny", folder=tmp_path / "world")
    make_playlists("tiny", folder=folder, slices=1, playlists_a_slice=10)
    assert visible(folder / "playlists") == ["mpd.slice.0-9.json"]


def test_playlists_join_the_world_that_stands_there_and_leave_its_files(tmp_path):
    folder = make_world("tiny", 0, tmp_path / "world")
    before = hashes(folder)
    make_playlists("tiny", 0, folder=folder)
    assert before.items() < hashes(folder).items()
    make_playlists("tiny", 1, folder=folder)
    assert json.loads((folder / "world.json").read_text())["seed"] == 1
    assert make_world("tiny", 1, folder) == folder
    assert set(visible(folder)) > PARTS


def test_default_folder_holds_lastfm_too(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path))
    assert make_playlists("tiny") == tmp_path / "tiny"
    assert set(visible(tmp_path / "tiny")) == {*PARTS, "lastfm", "truth.npz", "world.json"}


@pytest.mark.parametrize("is_in_a_world", [True, False])
def test_playlists_of_someones_own_are_refused_and_kept(tmp_path, is_in_a_world):
    if is_in_a_world:
        make_world("tiny", 0, tmp_path / "world")
    mine = tmp_path / "world" / "playlists" / "mpd.slice.0-999.json"
    mine.parent.mkdir(parents=True)
    mine.write_text("the only copy")
    with pytest.raises(DataError, match=r"world.playlists holds something that is not of a syn"):
        make_playlists("tiny", 0, folder=tmp_path / "world")
    assert mine.read_text() == "the only copy"


def test_a_folder_of_something_else_is_refused_and_kept(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(DataError, match="not of a synthetic world"):
        make_playlists("tiny", 0, folder=tmp_path / "thesis")
    assert visible(tmp_path / "thesis") == ["chapter.txt"]


WRITE = "helpers.data.synthetic.playlists.slices.SliceWriter.write"


@pytest.mark.parametrize("is_first", [True, False])
def test_an_interrupted_draw_leaves_things_as_they_were(tmp_path, monkeypatch, is_first):
    folder = tmp_path / "world"
    if not is_first:
        make_playlists("tiny", 0, folder=folder)
    before = hashes(tmp_path)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(WRITE, interrupt)
    with pytest.raises(KeyboardInterrupt):
        make_playlists("tiny", 1, folder=folder)
    assert {
        name: value for name, value in hashes(tmp_path).items() if not name.endswith(".lock")
    } == {name: value for name, value in before.items() if not name.endswith(".lock")}
    assert visible(tmp_path) == ([] if is_first else ["world"])


def test_a_draw_interrupted_while_it_moves_is_drawn_again(tmp_path, monkeypatch):
    folder = make_playlists("tiny", 0, folder=tmp_path / "world")
    before = hashes(folder)
    (folder / "playlists.json").write_text("{}\n")
    (folder / "playlists" / "mpd.slice.0-59.json").unlink()
    make_playlists("tiny", 0, folder=folder)
    assert hashes(folder) == before


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def fill_up(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WRITE, fill_up)
    with pytest.raises(DataError, match=r"playlists cannot be written .*No space left on device"):
        make_playlists("tiny", 0, folder=tmp_path / "world")
    assert visible(tmp_path) == []


def test_several_processes_at_once_end_with_whole_playlists(tmp_path, tiny):
    with ThreadPoolExecutor(3) as pool:
        drawn = list(pool.map(draw_elsewhere, [tmp_path / "world"] * 3))
    assert hashes(tmp_path / "world") == hashes(tiny)
    assert sorted(len(process.stderr) > 0 for process in drawn) == [False, False, True]
    assert visible(tmp_path) == ["world"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scale": "huge"}, "'huge', expected one of tiny, lesson, large"),
        ({"seed": -1}, "seed is -1, expected a whole number"),
        ({"seed": True}, "seed is True, expected a whole number"),
        ({"slices": 0}, "slices is 0, expected a whole number from 1"),
        ({"playlists_a_slice": 1.5}, "playlists_a_slice is 1.5, expected"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path, settings, message):
    with pytest.raises(SettingError, match=re.escape(message)):
        make_playlists(**{"scale": "tiny"} | settings, folder=tmp_path / "world")
    assert visible(tmp_path) == []


# The example that ships with the project


@pytest.fixture(scope="module")
def example():
    return example_export()


def test_the_shipped_example_is_what_the_lesson_world_makes(example):
    assert (paths.DATA / "examples" / "my_playlist.csv").read_bytes() == example, (
        "the songs changed; write what example_export() returns to data/examples/my_playlist.csv"
    )


def test_the_example_holds_thirty_known_tracks_and_four_odd_ones(example):
    rows = [json.loads(f"[{line}]") for line in example.decode().splitlines()[1:]]
    uris = [row[0] for row in rows]
    assert len(set(uris)) == len(uris) == 34
    assert all(SPOTIFY_URI.fullmatch(uri) for uri in uris[:-1])
    assert uris[-1].startswith("spotify:local:")
    assert rows[30][1].endswith(" - Single Version")
    assert len({len(row) for row in rows}) == 1
