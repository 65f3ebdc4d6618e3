"""Playlists of an account become a file, and a file becomes a playlist."""

import json
from collections import Counter

import pytest
from fake_spotify import (
    EDITORIAL,
    FOREIGN,
    MINE,
    SOMEONE,
    entry,
    episode,
    local,
    track,
    validate,
)

from helpers.errors import DataError, SettingError
from helpers.spotify.api.library import (
    playlist_id,
    pull_library,
    pull_playlist,
    push_playlist,
    read_uris,
    save_snapshot,
    snapshot_file,
)
from helpers.spotify.exports import read_playlists

LOCAL = local("spotify:local:Ann+Lee::Blue+Harbour:174", "Blue Harbour", "Ann Lee")
NAMELESS_LOCAL = local("spotify:local:Ann+Lee:Winter:Old+Tape:60")
DELISTED = track(7, "Gone but named", id=None, uri=None)
RELINKED = track(8, "Without an id", id=None)


def songs(snapshot, place=0) -> list[tuple]:
    return [(song["track_uri"], song["track_name"]) for song in snapshot.playlists[place]["tracks"]]


def test_one_playlist_keeps_order_doubles_and_whatever_is_a_song(client, spotify, tmp_path):
    items = [track(1), LOCAL, None, track(2), episode(3), DELISTED, RELINKED, track(1)]
    spotify.has("mine", [entry(item) for item in items])
    snapshot = pull_playlist(client, MINE)
    assert songs(snapshot) == [
        (track(1)["uri"], "Song 1"),
        (LOCAL["uri"], "Blue Harbour"),
        (track(2)["uri"], "Song 2"),
        (None, "Gone but named"),
        (track(8)["uri"], "Without an id"),
        (track(1)["uri"], "Song 1"),
    ]
    assert snapshot.playlists[0]["name"] == "mine"
    assert snapshot.playlists[0]["tracks"][0]["artist_name"] == "Artist 1"
    assert snapshot.entries == Counter(track=3, local=1, episode=1, missing=1) + Counter(
        {"without id": 2}
    )
    assert snapshot.summary() == (
        "1 playlist with 6 songs; local files among them: 1; songs without an id among them: 2; "
        "episodes left out: 1; left out since Spotify no longer shows them: 1"
    )


def test_entries_of_the_old_shape_are_read_as_those_of_the_new(client, spotify):
    both = entry(track(2)) | {"track": track(2)}
    spotify.has("mine", [entry(track(1), key="track"), both, entry(None, key="track")])
    assert songs(pull_playlist(client, MINE)) == [
        (track(1)["uri"], "Song 1"),
        (track(2)["uri"], "Song 2"),
    ]


@pytest.mark.parametrize(
    "odd", [None, 3, "text", [], {}, {"item": 3}, {"item": {}}, {"item": {"artists": [None]}}]
)
def test_entries_in_no_known_shape_are_counted_as_missing(client, spotify, odd):
    spotify.has("mine", [])
    spotify.moody("items", 200, {"items": [odd, entry(track(1))], "next": None})
    snapshot = pull_playlist(client, MINE)
    assert songs(snapshot) == [(track(1)["uri"], "Song 1")]
    assert snapshot.entries == Counter(track=1, missing=1)


def test_snapshot_is_read_back_as_playlists(client, spotify, tmp_path):
    spotify.has("mine <b>&</b> 雨", [entry(item) for item in (track(1), NAMELESS_LOCAL, DELISTED)])
    spotify.liked = [{"added_at": "2026-01-01T00:00:00Z", "track": track(2)}]
    file = tmp_path / "snapshot.json"
    save_snapshot(pull_library(client), file)
    liked, mine = read_playlists(file)
    assert (liked.name, mine.name) == ("Liked songs", "mine <b>&</b> 雨")
    assert mine.source == "Spotify snapshot"
    assert [(one.uri, one.title, one.artist, one.kind) for one in mine.entries] == [
        (track(1)["uri"], "Song 1", "Artist 1", "track"),
        (None, "Old Tape", "Ann Lee", "local"),
        (None, "Gone but named", "Artist 1", "track"),
    ]
    info = json.loads(file.read_text("utf-8"))["info"]
    assert info["source"] == "Spotify Web API"
    assert info["pulled_at"].endswith("+00:00")


def test_names_that_are_no_text_do_not_spoil_the_file(client, spotify, tmp_path):
    spotify.has("half a \ud83d", [entry(track(1, "half \udc4d a thumb"))])
    file = tmp_path / "snapshot.json"
    save_snapshot(pull_playlist(client, MINE), file)
    assert read_playlists(file)[0].name == "half a ?"


def test_playlists_of_others_are_named_and_skipped_and_the_rest_is_kept(client, spotify):
    spotify.has("theirs\x1b[2J", [entry(track(1))], FOREIGN, SOMEONE)
    spotify.has("made by Spotify", [entry(track(1))], EDITORIAL, SOMEONE)
    spotify.has("mine", [entry(track(2))])
    spotify.nulls = True
    snapshot = pull_library(client)
    assert [playlist["name"] for playlist in snapshot.playlists] == ["Liked songs", "mine"]
    assert snapshot.skipped == ("theirs [2J", "made by Spotify")
    assert "skipped 2 playlists" in snapshot.summary()
    assert snapshot.entries == Counter(track=1)


def test_page_that_is_refused_midway_leaves_no_half_playlist(client, spotify):
    spotify.has("mine", [entry(track(number)) for number in range(60)])
    spotify.refuses("items", 403, "Forbidden", after=1)
    snapshot = pull_library(client)
    assert len(spotify.paths("items")) == 2
    assert snapshot.skipped == ("mine",)
    assert snapshot.entries == Counter()


def test_refusal_that_is_not_about_one_playlist_stops_the_pull(client, spotify):
    spotify.has("mine", [])
    spotify.moody("items", 403, "Active premium subscription required for the owner of the app")
    with pytest.raises(DataError, match="Premium"):
        pull_library(client)


@pytest.mark.parametrize("id_", [None, 5, "../../me", "", "x" * 30])
def test_playlist_without_a_sound_id_is_never_asked_for(client, spotify, id_):
    spotify.moody("me/playlists", 200, {"items": [{"id": id_, "name": "odd"}], "next": None})
    with pytest.raises(SettingError, match="expected its link"):
        pull_library(client)
    assert spotify.paths("GET") == ["GET /v1/me/tracks", "GET /v1/me/playlists"]


@pytest.mark.parametrize(
    "text",
    [
        MINE,
        f" {MINE}\n",
        f"spotify:playlist:{MINE}",
        f"spotify:user:some.one:playlist:{MINE}",
        f"https://open.spotify.com/playlist/{MINE}",
        f"https://open.spotify.com/playlist/{MINE}?si=abc",
        f"http://open.spotify.com/intl-de/playlist/{MINE}",
        f"open.spotify.com/user/someone/playlist/{MINE}",
    ],
)
def test_playlist_is_named_by_id_uri_or_link(text):
    assert playlist_id(text) == MINE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my mix",
        MINE[:-1],
        f"spotify:track:{MINE}",
        f"https://open.spotify.com/album/{MINE}",
        f"https://evil.example/playlist/{MINE}",
        f"{MINE}/../../me",
    ],
)
def test_what_names_no_playlist_is_refused_before_anything_is_asked(client, spotify, text):
    with pytest.raises(SettingError, match="expected its link, its URI or its id"):
        pull_playlist(client, text)
    assert not spotify.asked


def test_snapshot_lies_outside_the_project_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("MUSIC_SPOTIFY_DIR", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert snapshot_file().is_relative_to(tmp_path)
    monkeypatch.setenv("MUSIC_SPOTIFY_DIR", str(tmp_path / "own"))
    assert snapshot_file() == tmp_path / "own" / "snapshot.json"


def write_tracks(file, numbers, *others: str):
    file.write_text("\n".join([*(track(number)["uri"] for number in numbers), *others]) + "\n")
    return file


def test_tracks_are_written_in_order_a_hundred_at_a_time(client, spotify, tmp_path):
    uris, _ = read_uris(write_tracks(tmp_path / "list.txt", range(230)))
    link = push_playlist(client, "What follows", uris)
    new = link.removeprefix("https://open.spotify.com/playlist/")
    assert spotify.playlists[new]["name"] == "What follows"
    assert [one["item"]["uri"] for one in spotify.playlists[new]["entries"]] == uris
    bodies = [json.loads(request.get_data()) for request in spotify.asked[1:]]
    assert [len(body["uris"]) for body in bodies] == [100, 100, 30]
    for body in bodies:
        validate(body, "AddItemsRequest")


def test_what_has_no_place_in_a_playlist_is_left_out_and_counted(tmp_path):
    file = write_tracks(tmp_path / "list.txt", [1, 2], "Ann Lee - Blue Harbour", LOCAL["uri"])
    assert read_uris(file) == ([track(1)["uri"], track(2)["uri"]], 2)


@pytest.mark.parametrize("number", [0, 10_001])
def test_file_without_tracks_or_with_too_many_is_refused_before_anything_is_made(tmp_path, number):
    file = write_tracks(tmp_path / "list.txt", range(number), "Ann Lee - Blue Harbour")
    with pytest.raises(DataError, match=rf"holds {number:,} tracks with a Spotify URI, expected 1"):
        read_uris(file)


def test_file_of_several_playlists_is_refused(tmp_path):
    tracks = [{"track_uri": track(1)["uri"]}]
    playlists = [{"name": name, "tracks": tracks} for name in "ab"]
    file = tmp_path / "several.json"
    file.write_text(json.dumps({"playlists": playlists}))
    with pytest.raises(DataError, match="holds 2 playlists, expected one"):
        read_uris(file)


def test_refusal_on_the_way_says_how_far_it_came_and_repeats_nothing(client, spotify):
    spotify.moody("/items", 502, after=1)
    uris = [track(number)["uri"] for number in range(250)]
    with pytest.raises(DataError, match=r"trouble \(502\).*100 of 250 tracks are in https://open"):
        push_playlist(client, "new", uris)
    assert len(spotify.paths("/items")) == 2


def test_stopping_by_hand_says_how_far_it_came(client, spotify, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "add", stop)
    with pytest.raises(KeyboardInterrupt, match=r"stopped; 0 of 1 tracks are in https://open"):
        push_playlist(client, "new", [track(1)["uri"]])


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_playlist_without_a_name_is_refused(client, spotify, name):
    with pytest.raises(SettingError, match="name of the playlist"):
        push_playlist(client, name, [track(1)["uri"]])
    assert not spotify.asked


def test_login_that_may_not_write_asks_for_a_new_one(client, spotify):
    spotify.refuses("POST", 403, "Insufficient client scope")
    with pytest.raises(DataError, match="spotify login"):
        push_playlist(client, "new", [track(1)["uri"]])
