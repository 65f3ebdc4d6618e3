from datetime import datetime

import numpy as np
from slice_files import EPISODE, LOCAL_FILE, UNKNOWN, playlist, write_slice

from helpers.data.playlists import read_slice
from helpers.data.playlists.keys import KeyIndex
from helpers.data.playlists.rows import PLAYLIST_COLUMNS, TRACK_COLUMNS, rows_of

NOTHING_KNOWN = KeyIndex(np.empty(0, dtype=np.uint64))


def rows_from(tmp_path, playlists, known=NOTHING_KNOWN):
    return rows_of(read_slice(write_slice(tmp_path, 0, playlists)), known)


def test_entries_that_are_no_tracks_are_left_out_and_the_others_keep_their_places(tmp_path):
    tracks = [LOCAL_FILE, 5, EPISODE, 5, UNKNOWN, "", 6]
    rows = rows_from(tmp_path, [playlist(0, [9]), playlist(1, []), playlist(2, tracks)])
    assert rows.row.tolist() == [0, 2, 2, 2]
    assert rows.pos.tolist() == [0, 1, 3, 6]
    assert (rows.local_files, rows.episodes, rows.other_uris) == (1, 1, 2)
    assert rows.tracks["track_name"].to_list() == ["Song 9", "Song 5", "Song 6"]
    assert rows.keys[rows.code].tolist() == rows.track_keys[[0, 1, 1, 2]].tolist()


def test_track_is_described_by_its_first_entry(tmp_path):
    one, two = playlist(0, [3]), playlist(1, [3])
    one["tracks"][0] |= {"track_name": "As released", "album_name": ""}
    rows = rows_from(tmp_path, [one, two])
    assert rows.tracks.schema == TRACK_COLUMNS
    assert rows.tracks.row(0, named=True) == {
        "track_uri": "spotify:track:0000000000000000000003",
        "track_name": "As released",
        "artist_uri": "spotify:artist:0000000000000000000000",
        "artist_name": "Artist 0",
        "album_uri": "spotify:album:0000000000000000000001",
        "album_name": "",
        "duration_ms": 180_003,
    }


def test_known_tracks_are_not_described_again(tmp_path):
    before = rows_from(tmp_path, [playlist(0, [1, 2])])
    known = KeyIndex(before.track_keys)
    rows = rows_from(tmp_path, [playlist(1, [4, 2, 3, 1])], known)
    assert rows.tracks["track_name"].to_list() == ["Song 4", "Song 3"]
    assert len(rows.keys) == 4


def test_playlists_have_typed_columns(tmp_path):
    shared = playlist(1, [1], collaborative=True, name=None, description="mine")
    rows = rows_from(tmp_path, [playlist(0, [1], collaborative="true"), shared, playlist(2, [])])
    assert rows.playlists.schema == PLAYLIST_COLUMNS
    assert rows.playlists["collaborative"].to_list() == [True, True, False]
    assert rows.playlists["modified_at"][0] == datetime(2017, 4, 29)
    assert rows.playlists["name"].to_list() == ["Playlist 0", None, "Playlist 2"]
    assert rows.playlists["description"].to_list() == [None, "mine", None]


def test_slice_without_playlists_has_no_rows(tmp_path):
    rows = rows_from(tmp_path, [])
    assert len(rows.playlists) == len(rows.row) == len(rows.tracks) == 0
    assert rows.playlists.schema == PLAYLIST_COLUMNS
