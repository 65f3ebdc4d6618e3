import json

import pytest
from export_samples import LOCAL, SECRET, SONGS, account_playlists, library

from helpers.errors import DataError
from helpers.spotify.account_data import read_account_playlists, read_library
from helpers.spotify.playlist import Entry

ENTRIES = tuple(Entry(song.uri, song.title, song.artist, song.album) for song in SONGS)


def test_playlists_are_read_with_their_odd_entries():
    one, two = read_account_playlists(account_playlists("One", "Two").encode(), "Playlist1.json")
    assert (one.name, two.name, one.source) == ("One", "Two", "account data")
    assert one.entries == (
        *ENTRIES,
        Entry(None, "Old Song?", "Cara", "Tapes", "local"),
        Entry(None, "Talk", "Show", "", "episode"),
        Entry(None, "", "", "", "missing"),
    )


def test_older_files_without_uris_are_read_by_names():
    items = [{"track": {"trackName": "Song", "artistName": "Ann", "albumName": "A"}}, None]
    text = json.dumps({"playlists": [{"name": "x", "items": items}, {"name": None}]})
    one, two = read_account_playlists(text.encode(), "x")
    assert one.entries == (Entry(None, "Song", "Ann", "A"), Entry(None, "", "", "", "missing"))
    assert two.entries == ()


def test_local_file_with_names_of_its_own_is_read():
    local = {"trackName": "Song", "artistName": "Ann", "uri": LOCAL}
    text = json.dumps({"playlists": [{"name": "x", "items": [{"localTrack": local}]}]})
    (playlist,) = read_account_playlists(text.encode(), "x")
    assert playlist.entries == (Entry(None, "Song", "Ann", "Tapes", "local"),)


def test_library_gives_the_liked_songs():
    (liked,) = read_library(library().encode(), "YourLibrary.json")
    assert (liked.name, liked.source, liked.entries) == ("Liked songs", "account data", ENTRIES)


def test_older_library_without_uris_is_read_by_names():
    text = json.dumps({"tracks": [{"artist": "Ann", "album": "A", "track": "Song"}]})
    assert read_library(text.encode(), "x")[0].entries == (Entry(None, "Song", "Ann", "A"),)


def test_other_shapes_name_the_file():
    for read in (read_account_playlists, read_library):
        with pytest.raises(DataError, match=r"x\.json is JSON of another shape"):
            read(b"{}", "x.json")


def test_collaborators_are_left_out():
    text = account_playlists("One")
    assert SECRET in text
    assert SECRET not in repr(read_account_playlists(text.encode(), "x"))
