"""Playlists and liked songs of the account data that Spotify sends on request.

`Playlist1.json` and its like hold the playlists, `YourLibrary.json` the liked songs.
"""

import msgspec

from helpers.spotify.decoding import decode_json
from helpers.spotify.playlist import Entry, Playlist, make_entry, printable

SOURCE = "account data"
LIKED_SONGS = "Liked songs"


class _Track(msgspec.Struct, rename="camel"):
    track_name: str | None = None
    artist_name: str | None = None
    album_name: str | None = None
    track_uri: str | None = None


class _LocalTrack(_Track, rename="camel"):
    uri: str | None = None


class _Episode(msgspec.Struct, rename="camel"):
    episode_name: str | None = None
    show_name: str | None = None


class _Item(msgspec.Struct, rename="camel"):
    track: _Track | None = None
    local_track: _LocalTrack | None = None
    episode: _Episode | None = None


class _Playlist(msgspec.Struct):
    name: str | None = None
    items: list[_Item | None] = []


class _Playlists(msgspec.Struct):
    playlists: list[_Playlist]


class _Liked(msgspec.Struct):
    track: str | None = None
    artist: str | None = None
    album: str | None = None
    uri: str | None = None


class _Library(msgspec.Struct):
    tracks: list[_Liked]


def read_account_playlists(content: bytes, label: str) -> list[Playlist]:
    """Return the playlists of a `Playlist1.json`; collaborators and descriptions stay unread.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    return [
        Playlist(printable(playlist.name), tuple(map(_entry_of, playlist.items)), SOURCE)
        for playlist in decode_json(content, _Playlists, label).playlists
    ]


def read_library(content: bytes, label: str) -> list[Playlist]:
    """Return the liked songs of a `YourLibrary.json` as one playlist.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    tracks = decode_json(content, _Library, label).tracks
    entries = tuple(make_entry(each.uri, each.track, each.artist, each.album) for each in tracks)
    return [Playlist(LIKED_SONGS, entries, SOURCE)]


def _entry_of(item: _Item | None) -> Entry:
    item = item or _Item()
    if item.local_track:
        local = item.local_track
        uri = local.uri or local.track_uri or "spotify:local:"
        return make_entry(uri, local.track_name, local.artist_name, local.album_name)
    if item.episode:
        episode = item.episode
        return make_entry("spotify:episode:", episode.episode_name, episode.show_name)
    track = item.track or _Track()  # a track that was taken down is null
    return make_entry(track.track_uri, track.track_name, track.artist_name, track.album_name)
