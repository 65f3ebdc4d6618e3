"""One slice as rows and columns: playlists, entries, and the tracks not seen before."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import polars as pl

from helpers.data.playlists.keys import KeyIndex, uri_keys
from helpers.data.playlists.slices import Playlist, Slice, Track

PLAYLIST_COLUMNS = {
    "pid": pl.Int64,
    "name": pl.String,
    "description": pl.String,
    "num_followers": pl.Int32,
    "num_edits": pl.Int32,
    "num_tracks": pl.Int32,
    "num_albums": pl.Int32,
    "num_artists": pl.Int32,
    "duration_ms": pl.Int64,
    "modified_at": pl.Datetime("us"),
    "collaborative": pl.Boolean,
}
TRACK_COLUMNS = {
    "track_uri": pl.String,
    "track_name": pl.String,
    "artist_uri": pl.String,
    "artist_name": pl.String,
    "album_uri": pl.String,
    "album_name": pl.String,
    "duration_ms": pl.Int32,
}


@dataclass(frozen=True)
class SliceRows:
    """One slice in columns.

    Attributes
    ----------
    playlists : DataFrame
        One row a playlist, as in the file.
    row, pos, code : ndarray of int32, shape (n_entries,)
        Row of the playlist, place in it counted from 0, and place of the track in `keys`. Only
        entries that are tracks are here; the others keep their places.
    keys : ndarray of uint64, shape (n_tracks,)
        Keys of the distinct tracks, sorted.
    tracks : DataFrame
        Those that were not known before, in the order in which they appear.
    track_keys : ndarray of uint64
        Key of each row of `tracks`.
    local_files, episodes, other_uris : int
        Entries that are no tracks and were left out.
    """

    playlists: pl.DataFrame
    row: np.ndarray
    pos: np.ndarray
    code: np.ndarray
    keys: np.ndarray
    tracks: pl.DataFrame
    track_keys: np.ndarray
    local_files: int
    episodes: int
    other_uris: int


def rows_of(slice_: Slice, known: KeyIndex) -> SliceRows:
    """Turn the records of a slice into columns.

    Parameters
    ----------
    slice_ : Slice
    known : KeyIndex
        Keys of tracks whose names and artists are not needed again.
    """
    playlists = slice_.playlists
    uris = pl.Series(
        [track.track_uri for one in playlists for track in one.tracks], dtype=pl.String
    )
    is_track = uris.str.starts_with("spotify:track:")
    at, others = is_track.arg_true().to_numpy(), uris.filter(~is_track).to_list()
    local_files = sum(uri.startswith("spotify:local:") for uri in others)
    episodes = sum(uri.startswith("spotify:episode:") for uri in others)
    lengths = np.array([len(one.tracks) for one in playlists], dtype=np.int64)
    row = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[at]
    pos = places_within(lengths)[at]
    keys, first, code = _distinct(uri_keys(uris)[at])
    new = np.sort(first[known.find(keys) < 0])
    places = zip(row[new].tolist(), pos[new].tolist(), strict=True)
    return SliceRows(
        playlists=_playlist_frame(playlists),
        row=row,
        pos=pos,
        code=code,
        keys=keys,
        tracks=_frame([playlists[n].tracks[place] for n, place in places], TRACK_COLUMNS),
        track_keys=keys[code[new]],
        local_files=local_files,
        episodes=episodes,
        other_uris=len(others) - local_files - episodes,
    )


def places_within(lengths: np.ndarray) -> np.ndarray:
    """Return 0, 1, ... for each of several runs, one after another, as int32.

    Examples
    --------
    >>> places_within(np.array([2, 0, 3]))
    array([0, 1, 0, 1, 2], dtype=int32)
    """
    starts = np.cumsum(lengths) - lengths
    return (np.arange(lengths.sum()) - np.repeat(starts, lengths)).astype(np.int32)


def _distinct(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distinct values sorted, where each is first, and which of them each value is."""
    distinct, inverse = np.unique(values, return_inverse=True)
    first = np.empty(len(distinct), dtype=np.int64)
    # Written from the end, so that what stays is the first; np.unique would sort more slowly.
    first[inverse[::-1]] = np.arange(len(values))[::-1]
    return distinct, first, inverse.astype(np.int32)


def _playlist_frame(playlists: list[Playlist]) -> pl.DataFrame:
    as_stored = PLAYLIST_COLUMNS | {"modified_at": pl.Int64}
    del as_stored["collaborative"]
    frame = _frame(playlists, as_stored)
    times = (frame["modified_at"] * 1_000_000).cast(PLAYLIST_COLUMNS["modified_at"])
    truths = pl.Series("collaborative", [one.collaborative in (True, "true") for one in playlists])
    return frame.replace_column(frame.columns.index("modified_at"), times).hstack(
        [truths.cast(pl.Boolean)]
    )


def _frame(records: list[Playlist] | list[Track], columns: Mapping[str, Any]) -> pl.DataFrame:
    """Return one row a record, with the named attributes as columns."""
    return pl.DataFrame(
        {
            name: pl.Series(list(map(attrgetter(name), records)), dtype=dtype)
            for name, dtype in columns.items()
        }
    )
