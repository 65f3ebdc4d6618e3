"""Save an account's playlists as a file, and make a playlist in it from a file."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from tqdm import tqdm

from helpers.errors import DataError, SettingError
from helpers.files import write_atomically
from helpers.spotify.api.client import BATCH, SpotifyClient
from helpers.spotify.api.refusals import PlaylistRefusedError
from helpers.spotify.api.tokens import APP
from helpers.spotify.exports import read_playlists
from helpers.spotify.playlist import printable
from helpers.spotify.playlist_json import API_SOURCE

MOST_TRACKS = 10_000
"""The most that Spotify lets stand in one playlist."""
REMARKS = {
    "local": "local files among them",
    "without id": "songs without an id among them",
    "episode": "episodes left out",
    "missing": "left out since Spotify no longer shows them",
}
"""What a summary says of the kinds of entries that are no ordinary tracks."""
_PLAYLIST = re.compile(
    r"(?:spotify:(?:user:[^:]+:)?playlist:"
    r"|(?:https?://)?open\.spotify\.com/(?:intl-[a-z-]+/)?(?:user/[^/]+/)?playlist/)?"
    r"([0-9A-Za-z]{22})(?:\?.*)?"
)


@dataclass(frozen=True)
class Snapshot:
    """Playlists as they were at one moment.

    Attributes
    ----------
    playlists : tuple of dict
        In the shape of the Million Playlist Dataset: `name`, `tracks`, and `uri` except for the
        liked songs. A local file, or a song that has left Spotify, has its names all the same.
    entries : Counter
        How many were kept as "track", "local" and "without id", and left out as "episode" and
        "missing".
    skipped : tuple of str
        Names of the playlists whose songs Spotify gives to others only.
    """

    playlists: tuple[dict, ...]
    entries: Counter
    skipped: tuple[str, ...] = ()

    def summary(self) -> str:
        """Return what is in it and what is not, in one or two sentences."""
        kept = sum(len(playlist["tracks"]) for playlist in self.playlists)
        said = f"{_count(len(self.playlists), 'playlist')} with {_count(kept, 'song')}"
        for kind, text in REMARKS.items():
            if self.entries[kind]:
                said += f"; {text}: {self.entries[kind]:,}"
        if self.skipped:
            said += (
                f"; skipped {_count(len(self.skipped), 'playlist')} whose songs Spotify gives only "
                f"to those who own or edit them: {', '.join(self.skipped)}"
            )
        return said


def snapshot_file() -> Path:
    """Return where the snapshot is: in `MUSIC_SPOTIFY_DIR`, else in the user's data folder."""
    chosen = os.environ.get("MUSIC_SPOTIFY_DIR")
    folder = Path(chosen or platformdirs.user_data_dir(APP, appauthor=False))
    return folder.expanduser().resolve() / "snapshot.json"


def playlist_id(text: str) -> str:
    """Return the id in a playlist's id, URI or link.

    Raises
    ------
    SettingError
        If it is none of them.

    Examples
    --------
    >>> playlist_id("https://open.spotify.com/playlist/0123456789abcdefABCDEF?si=x")
    '0123456789abcdefABCDEF'
    """
    found = _PLAYLIST.fullmatch(text.strip())
    if not found:
        raise SettingError(
            f"playlist is {text!r}, expected its link, its URI or its id of 22 letters "
            "and digits; copy the link from Share in the Spotify app"
        )
    return found[1]


def pull_playlist(client: SpotifyClient, playlist: str) -> Snapshot:
    """Read one playlist.

    Parameters
    ----------
    client : SpotifyClient
    playlist : str
        Id, URI or link.

    Raises
    ------
    DataError
        If Spotify does not give it.
    SettingError
        If `playlist` is none of the three.
    """
    found = client.playlist(playlist_id(playlist))
    entries: Counter = Counter()
    return Snapshot((_playlist(client, found, entries),), entries)


def pull_library(client: SpotifyClient) -> Snapshot:
    """Read the liked songs and all playlists, except those Spotify keeps to their owners.

    Raises
    ------
    DataError
        If Spotify refuses anything else.
    """
    entries: Counter = Counter()
    skipped = []
    playlists = [{"name": "Liked songs", "tracks": _tracks(client.liked(), entries)}]
    found = [playlist for playlist in client.playlists() if playlist]  # some are null
    for playlist in tqdm(found, desc="playlists", disable=None):
        try:
            playlists.append(_playlist(client, playlist, entries))
        except PlaylistRefusedError:
            skipped.append(printable(_text(playlist.get("name"))))
    return Snapshot(tuple(playlists), entries, tuple(skipped))


def save_snapshot(snapshot: Snapshot, file: Path) -> None:
    """Write a snapshot as a file that `helpers.spotify.exports.read_playlists` reads.

    Raises
    ------
    DataError
        If it cannot be written; an earlier file is then still there.
    """
    info = {"source": API_SOURCE, "pulled_at": datetime.now(UTC).isoformat(timespec="seconds")}
    content = {"info": info, "playlists": snapshot.playlists}
    write_atomically(file, json.dumps(content, ensure_ascii=False, indent=1))


def read_uris(file: Path) -> tuple[list[str], int]:
    """Return the URIs of the tracks in a file with one playlist, and how many others it holds.

    Others are local files, episodes and songs without a URI, which cannot be put in a playlist.

    Raises
    ------
    DataError
        If the file cannot be read, has other than one playlist, no track, or too many.
    """
    filled = [playlist for playlist in read_playlists(file) if playlist.entries]
    if len(filled) != 1:
        raise DataError(f"{file} holds {len(filled)} playlists, expected one; choose another file")
    entries = filled[0].entries
    uris = [entry.uri for entry in entries if entry.kind == "track" and entry.uri]
    if not 1 <= len(uris) <= MOST_TRACKS:
        raise DataError(
            f"{file} holds {len(uris):,} tracks with a Spotify URI, expected 1 to "
            f"{MOST_TRACKS:,}; choose another file"
        )
    return uris, len(entries) - len(uris)


def push_playlist(client: SpotifyClient, name: str, uris: list[str]) -> str:
    """Create a private playlist of the given tracks.

    Parameters
    ----------
    client : SpotifyClient
    name : str
    uris : list of str
        At most `MOST_TRACKS`.

    Returns
    -------
    str
        The link of the playlist.

    Raises
    ------
    SettingError
        If the name is empty.
    DataError
        If Spotify refuses; the message says how many tracks are in the playlist by then.
    """
    if not name.strip():
        raise SettingError(f"the name of the playlist is {name!r}, expected at least one letter")
    playlist = client.create(name)
    link = f"https://open.spotify.com/playlist/{playlist}"
    for start in range(0, len(uris), BATCH):
        stand = f"{start:,} of {len(uris):,} tracks are in {link}"
        try:
            client.add(playlist, uris[start : start + BATCH])
        except DataError as error:
            raise DataError(f"{error}; {stand}") from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; {stand}, and perhaps {BATCH} more") from None
    return link


def _playlist(client: SpotifyClient, found: dict, entries: Counter) -> dict:
    tracks = _tracks(client.entries(playlist_id(_text(found.get("id")))), entries)
    return {"name": _text(found.get("name")), "uri": _text(found.get("uri")), "tracks": tracks}


def _tracks(found: Iterable[dict], entries: Counter) -> list[dict]:
    """Return the songs among the entries of a playlist, and count every kind once all are read."""
    read = [_track(entry) for entry in found]
    entries.update(kind for kind, _ in read)
    return [track for _, track in read if track]


def _track(entry: dict | None) -> tuple[str, dict | None]:
    """Return the kind of an entry, and the song if it is one."""
    song = _object(entry).get("item") or _object(entry).get("track")  # the new and the old name
    if not isinstance(song, dict):
        return "missing", None
    if song.get("type", "track") != "track":
        return "episode", None
    uri = _text(song.get("uri")) or None
    first_artist = next(iter(song.get("artists") or []), None)
    names = [_text(_object(named).get("name")) for named in (song, first_artist, song.get("album"))]
    if not uri and not names[0]:
        return "missing", None
    if uri and uri.startswith("spotify:local:"):
        kind = "local"
    else:
        kind = "track" if song.get("id") else "without id"
    keys = ("track_name", "artist_name", "album_name")
    return kind, {"track_uri": uri, **dict(zip(keys, names, strict=True))}


def _object(value: object) -> dict:
    """Return a JSON object as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _text(value: object) -> str:
    """Return a name as text that can be written as UTF-8."""
    return str(value or "").encode("utf-8", "replace").decode()
