"""What someone listened to, as one playlist: the streaming history of the account data.

The short history (`StreamingHistory_music_0.json`, twelve months) has names only, the extended one
(`Streaming_History_Audio_2019_3.json`, formerly `endsong_0.json`) has URIs as well. Of the extended
one the addresses, places and devices are never decoded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from helpers.spotify.decoding import decode_json
from helpers.spotify.playlist import Entry, Playlist, make_entry

SHORT, EXTENDED = "streaming history", "extended streaming history"
HISTORY = "Streaming history"
# Spotify pays for a stream from 30 seconds on; less is skipping through.
LEAST_MS = 30_000

_EPISODE = "spotify:episode:"
_Names = tuple[str | None, str | None, str | None, str | None]  # URI, title, artist, album


@dataclass(frozen=True)
class History:
    """One file of a streaming history.

    Attributes
    ----------
    listens : Counter
        How often each (URI, title, artist, album) was listened to; what is unknown is None.
    source : str
        "streaming history" or "extended streaming history".
    """

    listens: Counter[_Names]
    source: str


class _Listen(msgspec.Struct, rename="camel"):
    ms_played: float | None = None
    track_name: str | None = None
    artist_name: str | None = None


class _ExtendedListen(msgspec.Struct):
    ms_played: float | None = None
    master_metadata_track_name: str | None = None
    master_metadata_album_artist_name: str | None = None
    master_metadata_album_album_name: str | None = None
    spotify_track_uri: str | None = None
    episode_name: str | None = None


def read_short_history(content: bytes, label: str) -> History:
    """Return what a file of the short history counts.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    rows = decode_json(content, list[_Listen], label)
    heard = (row for row in rows if (row.ms_played or 0) >= LEAST_MS)
    return History(Counter((None, row.track_name, row.artist_name, None) for row in heard), SHORT)


def read_extended_history(content: bytes, label: str) -> History:
    """Return what a file of the extended history counts.

    Raises
    ------
    DataError
        If it is of another shape; `label` names the file.
    """
    rows = decode_json(content, list[_ExtendedListen], label)
    heard = (row for row in rows if (row.ms_played or 0) >= LEAST_MS)
    return History(Counter(map(_names_of, heard)), EXTENDED)


def join_histories(parts: Iterable[Playlist | History]) -> Iterator[Playlist]:
    """Yield the playlists, and behind them one playlist for all files of a history."""
    listens: dict[str, Counter[_Names]] = {}
    for part in parts:
        if isinstance(part, History):
            listens.setdefault(part.source, Counter()).update(part.listens)
        else:
            yield part
    for source, counts in listens.items():
        yield Playlist(HISTORY, _most_played(counts), source)


def _names_of(row: _ExtendedListen) -> _Names:
    if row.episode_name and not row.spotify_track_uri:
        return _EPISODE, row.episode_name, None, None
    return (
        row.spotify_track_uri,
        row.master_metadata_track_name,
        row.master_metadata_album_artist_name,
        row.master_metadata_album_album_name,
    )


def _most_played(listens: Counter[_Names]) -> tuple[Entry, ...]:
    firsts: dict[str | _Names, _Names] = {}
    counts: Counter[str | _Names] = Counter()
    for names, count in listens.items():
        uri = names[0]
        key = names if uri is None or uri == _EPISODE else uri  # which may change its names
        firsts.setdefault(key, names)
        counts[key] += count
    return tuple(make_entry(*firsts[key], count=count) for key, count in counts.most_common())
