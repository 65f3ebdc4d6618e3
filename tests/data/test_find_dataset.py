import json
import re
import shutil
import sys
import threading
import time
from types import ModuleType

import pytest

from helpers.data import Dataset, find_dataset
from helpers.errors import DataError, SettingError


@pytest.fixture
def worlds(tmp_path, monkeypatch):
    """Stand in for the synthetic world; records what was drawn, and where worlds are kept."""
    module = ModuleType("helpers.data.synthetic")
    module.WORLD_VERSION, module.drawn = 2, []

    def make_world(scale="lesson", seed=0, folder=None):
        module.drawn.append(folder)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "lastfm").mkdir(parents=True)
        time.sleep(0.05)
        world = {"version": module.WORLD_VERSION, "scale": scale, "seed": seed}
        (folder / "world.json").write_text(json.dumps(world))
        return folder

    module.make_world = make_world
    module.place = tmp_path / "synthetic" / "lesson"
    monkeypatch.setitem(sys.modules, "helpers.data.synthetic", module)
    monkeypatch.setattr("helpers.data.synthetic", module, raising=False)
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path / "synthetic"))
    monkeypatch.delenv("MUSIC_DATA_DIR", raising=False)
    return module


@pytest.fixture
def playlists(worlds, monkeypatch):
    """Stand in for the synthetic playlists; records for which scale and seed they were drawn."""
    module = ModuleType("helpers.data.synthetic.playlists")
    module.MARKER, module.PLAYLISTS_VERSION, module.drawn = "playlists.json", 5, []

    def make_playlists(scale="lesson", seed=0, *, folder):
        module.drawn.append((scale, seed))
        for part in ("playlists", "audio_features"):
            (folder / part).mkdir(exist_ok=True)
        (folder / "playlists.json").write_text(json.dumps({"version": module.PLAYLISTS_VERSION}))
        return folder

    module.make_playlists = make_playlists
    monkeypatch.setitem(sys.modules, "helpers.data.synthetic.playlists", module)
    monkeypatch.setattr(worlds, "playlists", module, raising=False)
    return module


@pytest.fixture
def dumps(worlds, monkeypatch):
    """Stand in for the synthetic dump; records for which scale and seed it was drawn."""
    module = ModuleType("helpers.data.synthetic.audioscrobbler")
    module.MARKER, module.AUDIOSCROBBLER_VERSION, module.drawn = "audioscrobbler.json", 7, []

    def make_audioscrobbler(scale="lesson", seed=0, *, folder):
        module.drawn.append((scale, seed))
        (folder / "audioscrobbler").mkdir(exist_ok=True)
        (folder / module.MARKER).write_text(json.dumps({"version": 7}))
        return folder

    module.make_audioscrobbler = make_audioscrobbler
    monkeypatch.setitem(sys.modules, "helpers.data.synthetic.audioscrobbler", module)
    monkeypatch.setattr(worlds, "audioscrobbler", module, raising=False)
    return module


@pytest.fixture
def real_dir(tmp_path):
    """A folder of real data with a slice of playlists and the tables of audio features."""
    files = ("playlists/mpd.slice.0-999.json", "audio_features/data_by_year.csv")
    for file in (*files, "audio_features/data_by_genres.csv"):
        (tmp_path / "real" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "real" / file).touch()
    return tmp_path / "real"


def visible(folder):
    """Return what is in a folder besides the lock file."""
    return [path.name for path in folder.iterdir() if path.name != ".lock"]


def test_synthetic_world_is_drawn_once(worlds):
    expected = Dataset("lastfm", "synthetic", worlds.place / "lastfm")
    assert find_dataset("lastfm") == find_dataset("lastfm", "synthetic") == expected
    assert expected.label == "synthetic last.fm"
    assert len(worlds.drawn) == 1
    assert visible(worlds.place.parent) == ["lesson"]


@pytest.mark.parametrize("state", ["", "{", "[]", '{"version": 1}'])
def test_outdated_or_unfinished_world_is_drawn_again(worlds, state):
    worlds.place.mkdir(parents=True)
    (worlds.place / "world.json").write_text(state)
    (worlds.place / "leftover").touch()
    find_dataset("lastfm")
    assert len(worlds.drawn) == 1
    assert {path.name for path in worlds.place.iterdir()} == {"lastfm", "world.json"}
    assert visible(worlds.place.parent) == ["lesson"]


@pytest.mark.parametrize("is_outdated", [False, True])
def test_two_that_start_at_once_both_find_a_whole_world(worlds, is_outdated):
    if is_outdated:
        worlds.place.mkdir(parents=True)
        (worlds.place / "world.json").write_text('{"version": 1}')
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(find_dataset("lastfm"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(worlds.drawn) == 1
    assert json.loads((worlds.place / "world.json").read_text())["version"] == 2
    assert visible(worlds.place.parent) == ["lesson"]


def test_folder_of_worlds_that_cannot_be_made_is_named(worlds, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path / "file" / "worlds"))
    with pytest.raises(DataError, match=r"could not be written to .*worlds/lesson \(Not a dir"):
        find_dataset("lastfm")


def test_something_else_in_the_place_of_the_world_is_kept_and_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path))
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson" / "mine.txt").touch()
    with pytest.raises(DataError, match=r"lesson holds something that is not a synthetic world"):
        find_dataset("lastfm")
    assert [file.name for file in (tmp_path / "lesson").iterdir()] == ["mine.txt"]


def test_real_files_are_found_under_the_folder_given(worlds, quirky_dir):
    dataset = find_dataset("lastfm", "real", quirky_dir.parent)
    assert dataset == Dataset("lastfm", "real", quirky_dir)
    assert dataset.label == "real last.fm"
    assert worlds.drawn == []


def test_auto_takes_real_files_where_they_are(worlds, quirky_dir, tmp_path):
    assert find_dataset("lastfm", "auto", quirky_dir.parent).kind == "real"
    assert find_dataset("lastfm", "auto", tmp_path / "elsewhere").kind == "synthetic"


def test_environment_names_the_folder_of_real_data(worlds, quirky_dir, monkeypatch):
    monkeypatch.setenv("MUSIC_DATA_DIR", str(quirky_dir.parent))
    assert find_dataset("lastfm", "real").folder == quirky_dir


def test_missing_real_files_are_an_error_with_the_command_that_gets_them(worlds, tmp_path):
    with pytest.raises(DataError, match=r"elsewhere.*python -m helpers data get lastfm"):
        find_dataset("lastfm", "real", tmp_path / "elsewhere")


@pytest.mark.parametrize("data", ["real", "auto"])
def test_incomplete_real_files_are_an_error_that_names_what_lacks(worlds, quirky_dir, data):
    (quirky_dir / "tags.dat").unlink()
    with pytest.raises(DataError, match=r"lacks tags\.dat"):
        find_dataset("lastfm", data, quirky_dir.parent)


def test_unknown_names_are_refused(worlds):
    known = "lastfm, audioscrobbler, playlists, audio_features"
    with pytest.raises(SettingError, match=f"dataset is 'spotify', expected one of {known}"):
        find_dataset("spotify")
    with pytest.raises(SettingError, match="data is 'fake', expected one of synthetic, real, auto"):
        find_dataset("lastfm", "fake")


# Playlists and audio features


def test_playlists_and_audio_features_are_drawn_together_and_once(worlds, playlists):
    found = find_dataset("playlists")
    assert found == Dataset("playlists", "synthetic", worlds.place / "playlists")
    assert found.label == "synthetic playlists"
    features = find_dataset("audio_features")
    assert features == Dataset("audio_features", "synthetic", worlds.place / "audio_features")
    assert features.label == "synthetic audio features"
    assert playlists.drawn == [("lesson", 0)]
    assert len(worlds.drawn) == 1


def test_lastfm_alone_draws_no_playlists(worlds, playlists):
    find_dataset("lastfm")
    assert playlists.drawn == []


@pytest.mark.parametrize("state", ["", "{", "[]", "{}", '{"version": 4}'])
def test_outdated_or_unfinished_playlists_are_drawn_again_in_the_same_world(
    worlds, playlists, state
):
    find_dataset("lastfm")
    (worlds.place / "playlists.json").write_text(state)
    find_dataset("audio_features")
    assert len(playlists.drawn) == len(worlds.drawn) == 1


def test_playlists_are_of_the_seed_of_the_world_that_stands_there(worlds, playlists):
    worlds.make_world(seed=3, folder=worlds.place)
    find_dataset("playlists")
    assert playlists.drawn == [("lesson", 3)]


def test_playlists_are_drawn_again_after_the_world(worlds, playlists):
    find_dataset("playlists")
    worlds.WORLD_VERSION = 3
    find_dataset("playlists")
    assert len(playlists.drawn) == len(worlds.drawn) == 2


@pytest.mark.parametrize("data", ["real", "auto"])
@pytest.mark.parametrize("name", ["playlists", "audio_features"])
def test_real_slices_and_tables_are_found(playlists, real_dir, name, data):
    dataset = find_dataset(name, data, real_dir)
    assert dataset == Dataset(name, "real", real_dir / name)
    assert dataset.label == f"real {name.replace('_', ' ')}"
    assert playlists.drawn == []


def test_auto_draws_playlists_where_there_is_no_slice(playlists, tmp_path):
    (tmp_path / "playlists").mkdir()
    (tmp_path / "playlists" / "challenge_set.json").touch()
    assert find_dataset("playlists", "auto", tmp_path).kind == "synthetic"


@pytest.mark.parametrize(
    ("name", "what"),
    [("playlists", "expected mpd.slice.*.json"), ("audio_features", "expected data_by_year.csv")],
)
def test_missing_real_slices_or_tables_are_an_error_that_says_where_to_put_them(
    worlds, tmp_path, name, what
):
    with pytest.raises(DataError, match=re.escape(what)) as error:
        find_dataset(name, "real", tmp_path / "elsewhere")
    assert f"elsewhere/{name}" in str(error.value)
    assert "--data-dir or MUSIC_DATA_DIR" in str(error.value)


def test_one_table_of_audio_features_without_the_other_is_named(worlds, real_dir):
    (real_dir / "audio_features" / "data_by_genres.csv").unlink()
    with pytest.raises(DataError, match=r"lacks data_by_genres\.csv; copy the missing files"):
        find_dataset("audio_features", "auto", real_dir)


# Audioscrobbler


def test_synthetic_dump_is_drawn_once_in_the_world_and_of_its_seed(worlds, dumps):
    worlds.make_world(seed=3, folder=worlds.place)
    found = find_dataset("audioscrobbler")
    assert found == Dataset("audioscrobbler", "synthetic", worlds.place / "audioscrobbler")
    assert found.label == "synthetic Audioscrobbler"
    find_dataset("audioscrobbler")
    assert dumps.drawn == [("lesson", 3)]
    (worlds.place / "audioscrobbler.json").write_text('{"version": 6}')
    find_dataset("audioscrobbler")
    assert len(dumps.drawn) == 2


@pytest.mark.parametrize("suffix", ["", "_small"])
def test_real_dump_of_either_size_is_found(dumps, tmp_path, suffix):
    folder = tmp_path / "audioscrobbler"
    folder.mkdir()
    for name in ("user_artist_data", "artist_data", "artist_alias"):
        (folder / f"{name}{suffix}.txt").touch()
    found = find_dataset("audioscrobbler", "auto", tmp_path)
    assert found == Dataset("audioscrobbler", "real", folder)
    (folder / f"artist_alias{suffix}.txt").unlink()
    with pytest.raises(DataError, match=r"lacks artist_alias\*\.txt; .*data get audioscrobbler"):
        find_dataset("audioscrobbler", "real", tmp_path)
    assert dumps.drawn == []
