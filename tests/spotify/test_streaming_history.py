import json

import pytest
from export_samples import SECRET, SONGS, extended_history, extended_row, short_history

from helpers.errors import DataError
from helpers.spotify.playlist import Entry, Playlist
from helpers.spotify.streaming_history import (
    join_histories,
    read_extended_history,
    read_short_history,
)

BLUE, YES, REMASTER, HARBOUR = SONGS


def joined(*parts):
    (playlist,) = join_histories(parts)
    return playlist


def counts_of(playlist):
    return [(entry.title, entry.count) for entry in playlist.entries]


def test_short_history_counts_listens_of_thirty_seconds_the_most_played_first():
    listens = [(YES, 30_000), (BLUE, 31_000), (BLUE, 29_999), (BLUE, 215_000), (HARBOUR, 0)]
    history = joined(read_short_history(short_history(*listens).encode(), "x"))
    assert counts_of(history) == [(BLUE.title, 2), (YES.title, 1)]
    assert history.entries[0] == Entry(None, BLUE.title, BLUE.artist, count=2)
    assert (history.name, history.source) == ("Streaming history", "streaming history")


def test_extended_history_counts_by_uri_and_tells_episodes():
    listens = [(None, 90_000), (YES, 30_000), (BLUE, 31_000), (BLUE, 1_000), (BLUE, 215_000)]
    history = joined(read_extended_history(extended_history(*listens).encode(), "x"))
    assert history.entries == (
        Entry(BLUE.uri, BLUE.title, BLUE.artist, BLUE.album, count=2),
        Entry(None, "Talk", "", "", "episode"),
        Entry(YES.uri, YES.title, YES.artist, YES.album),
    )
    assert history.source == "extended streaming history"


def test_listen_of_which_everything_is_null_names_no_track():
    nothing = extended_row(None, 99_000, episode_name=None, spotify_episode_uri=None)
    history = joined(read_extended_history(json.dumps([nothing, nothing]).encode(), "x"))
    assert history.entries == (Entry(None, "", "", "", "missing", count=2),)


def test_files_of_one_history_are_joined_and_playlists_stay():
    parts = [
        read_short_history(short_history((YES, 30_000), (BLUE, 30_000)).encode(), "x"),
        Playlist("Other", (), "account data"),
        read_short_history(short_history((BLUE, 30_000)).encode(), "x"),
        read_extended_history(extended_history((BLUE, 30_000)).encode(), "x"),
    ]
    other, short, extended = join_histories(parts)
    assert other is parts[1]
    assert counts_of(short) == [(BLUE.title, 2), (YES.title, 1)]
    assert counts_of(extended) == [(BLUE.title, 1)]


def test_one_uri_under_two_names_is_one_track():
    renamed = extended_row(BLUE, 30_000, master_metadata_track_name="Renamed")
    text = json.dumps([extended_row(BLUE, 30_000), renamed])
    history = joined(read_extended_history(text.encode(), "x"))
    assert counts_of(history) == [(BLUE.title, 2)]


def test_cut_history_is_refused():
    text = extended_history((BLUE, 30_000), (YES, 30_000)).encode()
    with pytest.raises(DataError, match=r"x\.json is no complete JSON"):
        read_extended_history(text[:-20], "x.json")


def test_addresses_places_and_devices_are_left_out():
    text = extended_history((BLUE, 30_000), (None, 30_000))
    assert SECRET in text
    assert SECRET not in repr(read_extended_history(text.encode(), "x"))
