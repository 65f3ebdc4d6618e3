"""Write playlists as slices of the Million Playlist Dataset, one slice in memory at a time."""

import json
import re
from pathlib import Path

import msgspec
import numpy as np

from helpers.data.synthetic.playlists.catalogue import Catalogue
from helpers.data.synthetic.playlists.filling import Entries, fill_playlists
from helpers.data.synthetic.playlists.playlist_titles import describe, name_playlists
from helpers.data.synthetic.playlists.settings import PlaylistSettings
from helpers.data.synthetic.playlists.shelves import Shelves, fill_shelves
from helpers.data.synthetic.playlists.themes import Themes, draw_themes
from helpers.data.synthetic.playlists.uris import local_uri
from helpers.data.synthetic.world import World

_GENERATED_ON = "2017-11-01 00:00:00.000000"
_COLLABORATIVE_SHARE = 0.023
_NOT_ASCII = re.compile(rb"[^\x00-\x7f]+")


class Track(msgspec.Struct):
    """An entry of a playlist, its fields in the order of the real files."""

    pos: int
    artist_name: str
    track_uri: str
    artist_uri: str
    track_name: str
    album_uri: str
    duration_ms: int
    album_name: str


class Playlist(msgspec.Struct):
    """A playlist, its fields in the order of the real files; most have no description."""

    name: str
    collaborative: str  # the text "true" or "false", as in the real files
    pid: int
    modified_at: int
    num_tracks: int
    num_albums: int
    num_followers: int
    tracks: list[Track]
    num_edits: int
    duration_ms: int
    num_artists: int
    description: str | msgspec.UnsetType = msgspec.UNSET


class Info(msgspec.Struct):
    """Where a slice is from."""

    generated_on: str
    slice: str
    version: str


class Slice(msgspec.Struct):
    """A file of playlists."""

    info: Info
    playlists: list[Playlist]


class SliceWriter:
    """Draws and writes one slice after the other.

    Parameters
    ----------
    world : World
    catalogue : Catalogue
    settings : PlaylistSettings
    """

    def __init__(self, world: World, catalogue: Catalogue, settings: PlaylistSettings) -> None:
        self._world, self._catalogue, self._settings = world, catalogue, settings
        self._shelves: Shelves = fill_shelves(catalogue, settings.levels)
        self._durations = catalogue.sound["duration_ms"][catalogue.tracks.song].tolist()
        self._artist_of = catalogue.songs.artist[catalogue.tracks.song].tolist()
        self._album_of = catalogue.tracks.album.tolist()

    def write(self, folder: Path, first_pid: int, n: int) -> tuple[np.ndarray, int]:
        """Write n playlists, numbered from `first_pid`, to a file of the usual name.

        Returns
        -------
        kind : ndarray of int, shape (n,)
            What each playlist is about, a position in `KINDS`.
        n_entries : int
        """
        rng = self._world.rng("playlists", first_pid)
        themes = draw_themes(self._world, self._catalogue, self._settings, n, rng)
        entries = fill_playlists(themes, self._catalogue, self._shelves, self._settings, rng)
        name = f"{first_pid}-{first_pid + n - 1}"
        content = Slice(
            Info(_GENERATED_ON, name, "v1"), self._playlists(themes, entries, first_pid, rng)
        )
        (folder / f"mpd.slice.{name}.json").write_bytes(encode_slice(content))
        return themes.kind, len(entries.track)

    def _playlists(
        self, themes: Themes, entries: Entries, first_pid: int, rng: np.random.Generator
    ) -> list[Playlist]:
        n = len(themes)
        names = name_playlists(themes, self._catalogue.artist_names, first_pid, rng)
        descriptions = describe(n, rng)
        # A follower, mostly the owner's own account; a few playlists are well known.
        followers = np.minimum(np.floor(rng.random(n) ** -0.55), 50_000).astype(int).tolist()
        is_shared = (rng.random(n) < _COLLABORATIVE_SHARE).tolist()
        ends = np.searchsorted(entries.row, np.arange(n + 1)).tolist()
        edits = 1 + np.floor(np.diff(ends) ** rng.random(n)).astype(int)
        edits, modified_at = edits.tolist(), themes.modified_at.tolist()
        tracks = entries.track.tolist()
        is_local = rng.random(len(tracks)) < self._settings.local_share
        playlists = []
        for row in range(n):
            held = [
                self._track(pos, track)
                for pos, track in enumerate(tracks[ends[row] : ends[row + 1]])
            ]
            for pos in np.flatnonzero(is_local[ends[row] : ends[row + 1]]).tolist():
                held[pos] = _local_file(held[pos])
            playlists.append(
                Playlist(
                    name=names[row],
                    collaborative="true" if is_shared[row] else "false",
                    pid=first_pid + row,
                    modified_at=modified_at[row],
                    num_tracks=len(held),
                    num_albums=len({track.album_uri for track in held}),
                    num_followers=followers[row],
                    tracks=held,
                    num_edits=edits[row],
                    duration_ms=sum(track.duration_ms for track in held),
                    num_artists=len({track.artist_uri for track in held}),
                    description=msgspec.UNSET if descriptions[row] is None else descriptions[row],
                )
            )
        return playlists

    def _track(self, pos: int, track: int) -> Track:
        catalogue = self._catalogue
        artist, album = self._artist_of[track], self._album_of[track]
        return Track(
            pos,
            catalogue.artist_names[artist],
            catalogue.track_uris[track],
            catalogue.artist_uris[artist],
            catalogue.track_names[track],
            catalogue.album_uris[album],
            self._durations[track],
            catalogue.album_names[album],
        )


def encode_slice(content: Slice) -> bytes:
    """Return a slice as JSON in the layout of the real files.

    They are indented by four, with a space after each comma and all but ASCII escaped.
    """
    ascii_only = _NOT_ASCII.sub(_escaped, msgspec.json.encode(content))
    return msgspec.json.format(ascii_only, indent=4).replace(b",\n", b", \n")


def _escaped(run: re.Match[bytes]) -> bytes:
    return json.dumps(run[0].decode()).encode()[1:-1]


def _local_file(track: Track) -> Track:
    """Return the same song as a file of the owner's own, which no catalogue knows."""
    seconds = track.duration_ms // 1000
    return msgspec.structs.replace(
        track,
        track_uri=local_uri(track.artist_name, track.album_name, track.track_name, seconds),
        artist_uri="",
        album_uri="",
    )
