"""Playlists in the format of the Million Playlist Dataset, which snapshots of the API share.

The reader asks for little: a file made by hand needs `name` and, for each track, `track_uri` or
`track_name` and `artist_name`.
"""

import msgspec

from helpers.spotify.decoding import decode_json
from helpers.spotify.playlist import Playlist, make_entry, printable

# What a snapshot of the API says of itself under info, source.
API_SOURCE = "Spotify Web API"


class _Track(msgspec.Struct):
    track_uri: str | None = None
    track_name: str | None = None
    artist_name: str | None = None
    album_name: str | None = None


class _Playlist(msgspec.Struct):
    tracks: list[_Track | None]
    name: str | None = None


class _Info(msgspec.Struct):
    source: str | None = None


class _File(msgspec.Struct):
    playlists: list[_Playlist]
    info: _Info | None = None


class _Recommended(msgspec.Struct):
    recommendations: list[_Track | None]


def read_slice_playlists(content: bytes, label: str) -> list[Playlist]:
    """Return the playlists of a slice, a challenge set or a snapshot of the API.

    A playlist without a name is called by its place in the file, from 1 upwards.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    file = decode_json(content, _File, label)
    is_snapshot = file.info is not None and file.info.source == API_SOURCE
    source = "Spotify snapshot" if is_snapshot else "slice"
    return [
        _playlist_of(playlist, source, f"playlist {place}")
        for place, playlist in enumerate(file.playlists, start=1)
    ]


def read_one_playlist(content: bytes, label: str, name: str) -> Playlist:
    """Return the playlist of a file that holds a single one, as it stands in a slice.

    It is called `name` where the file does not say.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    return _playlist_of(decode_json(content, _Playlist, label), "slice", name)


def read_recommended(content: bytes, label: str, name: str) -> Playlist:
    """Return as a playlist called `name` what the command `recommend` wrote as JSON.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    tracks = decode_json(content, _Recommended, label).recommendations
    return _playlist_of(_Playlist(tracks), "recommendations", name)


def _playlist_of(playlist: _Playlist, source: str, name: str) -> Playlist:
    tracks = (track or _Track() for track in playlist.tracks)
    entries = tuple(
        make_entry(track.track_uri, track.track_name, track.artist_name, track.album_name)
        for track in tracks
    )
    return Playlist(printable(playlist.name) or name, entries, source)
