import json
import sys
import threading
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from filelock import FileLock
from slice_files import LOCAL_FILE, playlist, write_slice, write_slices

from helpers import paths
from helpers.data.playlists import load_playlists, parts
from helpers.data.playlists.rows import PLAYLIST_COLUMNS, TRACK_COLUMNS
from helpers.data.playlists.slices import find_slices
from helpers.errors import DataError
from helpers.models.numpy_als import NumpyALS


@pytest.fixture
def slices(tmp_path):
    write_slices(tmp_path / "mine", {0: [[4, 5, 4], [], [LOCAL_FILE, 5]], 1: [[6]]})
    return tmp_path / "mine"


def test_frames_have_the_columns_that_are_documented(slices, tmp_path):
    data = load_playlists(slices, cache=tmp_path / "cache")
    assert data.playlists.schema == PLAYLIST_COLUMNS
    assert data.tracks.schema == TRACK_COLUMNS
    assert data.entries.schema == {"row": pl.Int32, "pos": pl.Int32, "track": pl.Int32}
    assert data.entries.rows() == [(0, 0, 0), (0, 1, 1), (0, 2, 0), (2, 1, 1), (3, 0, 2)]
    assert data.playlists["pid"].to_list() == [0, 1, 2, 1000]
    assert data.tracks["track_name"].to_list() == ["Song 4", "Song 5", "Song 6"]
    assert data.playlists["modified_at"].unique().to_list() == [datetime(2017, 4, 29)]
    assert (data.report.slices, data.report.local_files) == (2, 1)


def test_loading_again_gives_the_same(slices, tmp_path):
    first, second = (load_playlists(slices, cache=tmp_path / "cache") for _ in range(2))
    assert first.report == second.report
    for name in ("playlists", "entries", "tracks"):
        assert getattr(first, name).equals(getattr(second, name))


def test_matrix_counts_how_often_a_track_is_in_a_playlist(slices, tmp_path):
    matrix = load_playlists(slices, cache=tmp_path / "cache").interactions()
    assert matrix.user_items.toarray().tolist() == [[2, 1, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert matrix.user_items.dtype == np.float32
    assert matrix.user_items.has_canonical_format
    assert matrix.users.external_ids.tolist() == [0, 1, 2, 1000]
    assert matrix.items.external_ids[2] == "spotify:track:0000000000000000000006"
    assert matrix.item_names.tolist() == [
        "Song 4 · Artist 1",
        "Song 5 · Artist 1",
        "Song 6 · Artist 1",
    ]


def test_matrix_leaves_the_frames_as_they_are(slices, tmp_path):
    data = load_playlists(slices, cache=tmp_path / "cache")
    before = data.entries.clone()
    assert (data.interactions().user_items != data.interactions().user_items).nnz == 0
    assert data.entries.equals(before)


def test_track_is_shown_by_what_is_known_of_it(tmp_path):
    one = playlist(0, [1, 2, 3, 4])
    for entry, name, artist in zip(
        one["tracks"], ("A", "", None, " "), (None, "B", "", None), strict=True
    ):
        entry |= {"track_name": name, "artist_name": artist}
    write_slice(tmp_path, 0, [one])
    names = load_playlists(tmp_path, cache=tmp_path / "cache").interactions().item_names
    uris = [entry["track_uri"] for entry in one["tracks"]]
    assert names.tolist() == ["A", "B", uris[2], uris[3]]


def test_model_trained_before_recommends_the_same_after_slices_were_added(tmp_path):
    folder, cache = tmp_path / "mine", tmp_path / "cache"
    rng = np.random.default_rng(0)

    def playlists(n_tracks):
        return [rng.integers(0, n_tracks, size=8).tolist() for _ in range(20)]

    write_slices(folder, {5: playlists(30), 6: playlists(30)})
    before = load_playlists(folder, cache=cache).interactions()
    model = NumpyALS(factors=4, iterations=3).fit(before)
    rows = np.arange(before.n_users)
    listed = model.recommend(rows, 5, exclude=before).items
    write_slices(folder, {0: playlists(60), 9: playlists(60)})
    after = load_playlists(folder, cache=cache).interactions()
    assert after.n_items > before.n_items
    known = after.user_items[: before.n_users, : before.n_items]
    assert (known != before.user_items).nnz == 0
    assert after.user_items[: before.n_users].nnz == known.nnz
    assert after.items.to_external(listed).tolist() == before.items.to_external(listed).tolist()
    np.testing.assert_array_equal(model.fold_in(known), model.fold_in(before.user_items))


def test_default_cache_is_named_after_the_folder(slices, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "caches")
    load_playlists(slices)
    load_playlists(str(slices / ".." / "mine"))
    (cache,) = (tmp_path / "caches" / "playlists").iterdir()
    assert cache.name.startswith(f"{tmp_path.name}-mine-")
    (tmp_path / "caches" / "playlists" / cache.name / "parts" / "00000.json").unlink()
    assert load_playlists(slices).report.slices == 2


def test_damaged_cache_says_what_to_remove(slices, tmp_path):
    cache = tmp_path / "cache"
    load_playlists(slices, cache=cache)
    (cache / "tracks" / "00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"cache are damaged \(.*\); remove that folder"):
        load_playlists(slices, cache=cache)
    (cache / "tracks" / "00001.parquet").unlink()
    with pytest.raises(DataError, match="damaged"):
        load_playlists(slices, cache=cache)


class _Listener:
    """Stands for standard error; sets an event when something is said."""

    def __init__(self):
        self.said, self.text = threading.Event(), ""

    def isatty(self):
        return False

    def write(self, text):
        self.text += text
        self.said.set()

    def flush(self):
        pass


def test_second_process_waits_for_the_first_and_says_so(slices, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    cache.mkdir()
    listener = _Listener()
    monkeypatch.setattr(sys, "stderr", listener)
    monkeypatch.setattr(parts, "_PATIENCE_SECONDS", 0.0)
    loaded = []
    thread = threading.Thread(target=lambda: loaded.append(load_playlists(slices, cache=cache)))
    with FileLock(cache / ".lock"):
        thread.start()
        assert listener.said.wait(60)
        assert not loaded
    thread.join(60)
    assert loaded[0].report.slices == 2
    assert "waiting for another process" in listener.text


def test_real_slices_are_read_whole(real_slices_dir, tmp_path):
    data = load_playlists(real_slices_dir, cache=tmp_path)
    matrix = data.interactions()
    assert matrix.n_users == data.report.playlists == len(data.playlists)
    assert matrix.n_items == data.report.tracks == len(data.tracks)
    assert matrix.user_items.sum() == data.report.entries
    (first, *_) = json.loads(find_slices(real_slices_dir)[0].read_text())["playlists"]
    entries = data.entries.filter(pl.col("row") == 0)
    uris = data.tracks["track_uri"].gather(entries["track"]).to_list()
    assert uris == [track["track_uri"] for track in first["tracks"]]
    assert entries["pos"].to_list() == [track["pos"] for track in first["tracks"]]
