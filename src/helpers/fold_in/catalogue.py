"""The tracks that can be recommended: one row a column of the model."""

import hashlib

import numpy as np
import polars as pl

from helpers.errors import DataError
from helpers.songs import song_keys

COLUMNS = ("track_uri", "track_name", "artist_name", "album_name")


def make_catalogue(tracks: pl.DataFrame, popularity: np.ndarray) -> pl.DataFrame:
    """Return the catalogue of a model's tracks.

    Parameters
    ----------
    tracks : DataFrame
        A row for each column of the model: `track_uri`, `track_name`, `artist_name`,
        `album_name` and, where there is one, `artist_uri`.
    popularity : ndarray of int, shape (n_tracks,)
        Training playlists of each track.

    Returns
    -------
    DataFrame
        `COLUMNS`, `song_key` (equal for tracks that are one song), `song` and `artist` (numbers
        of songs and artists, from 0) and `popularity`.

    Raises
    ------
    DataError
        If a column is missing, or there is not one popularity a track.
    """
    missing = [column for column in COLUMNS if column not in tracks.columns]
    if missing:
        raise DataError(f"the tracks have no column {missing[0]!r}, got {tracks.columns}; add it")
    if len(popularity) != len(tracks):
        raise DataError(
            f"got the popularity of {len(popularity)} tracks, expected {len(tracks)}: one a row"
        )
    artist = "artist_uri" if "artist_uri" in tracks.columns else "artist_name"
    key = song_keys(tracks["track_name"], tracks["artist_name"])
    return tracks.select(COLUMNS).with_columns(
        song_key=key,
        song=codes(key),
        artist=codes(tracks[artist]),
        popularity=pl.Series(popularity, dtype=pl.Int32),
    )


def codes(values: pl.Series) -> pl.Series:
    """Return a number from 0 for each distinct value."""
    return (values.rank("dense") - 1).cast(pl.Int32)


def fingerprint(uris: pl.Series) -> str:
    """Return a SHA-256 of the tracks in their order: equal only for equal catalogues."""
    return hashlib.sha256("\n".join(uris.to_list()).encode()).hexdigest()
