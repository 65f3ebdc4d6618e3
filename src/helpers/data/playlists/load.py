"""Playlists in frames, and as a matrix of playlists and tracks."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.data.playlists.convert import up_to_date
from helpers.data.playlists.parts import default_folder
from helpers.data.playlists.report import PlaylistReport
from helpers.interactions import IdMap, Interactions


@dataclass(frozen=True)
class PlaylistData:
    """Playlists as tidy frames.

    Attributes
    ----------
    playlists : DataFrame
        One row a playlist, which is its row in the matrix: pid, name, description (null where
        there is none), num_followers, num_edits, num_tracks, num_albums, num_artists,
        duration_ms, modified_at, collaborative. A playlist without entries keeps its row.
    entries : DataFrame
        row (of `playlists`), pos (place in the playlist, from 0), track (row of `tracks`); a
        track that a playlist holds twice is there twice.
    tracks : DataFrame
        One row a track, which is its column in the matrix: track_uri, track_name, artist_uri,
        artist_name, album_uri, album_name, duration_ms; as the first entry of the track has them.
    report : PlaylistReport
        How much there is, and what was left out.
    """

    playlists: pl.DataFrame
    entries: pl.DataFrame
    tracks: pl.DataFrame
    report: PlaylistReport

    def interactions(self) -> Interactions:
        """Return playlists × tracks, weighted by how often the track is in the playlist."""
        shape = len(self.playlists), len(self.tracks)
        lengths = np.bincount(self.entries["row"].to_numpy(), minlength=shape[0])
        ends = np.concatenate([[0], np.cumsum(lengths)])
        ones = np.ones(len(self.entries), dtype=np.float32)
        columns = self.entries["track"].to_numpy()
        matrix = sp.csr_array((ones, columns, ends), shape=shape, copy=True)
        matrix.sum_duplicates()
        names = self.tracks.select(_shown_name())["name"].to_numpy()
        users, items = IdMap(self.playlists["pid"]), IdMap(self.tracks["track_uri"])
        return Interactions(matrix, users, items, names)


def load_playlists(
    folder: Path | str, *, jobs: int = 1, cache: Path | str | None = None
) -> PlaylistData:
    """Read the slices of a folder, which are converted to Parquet the first time.

    Parameters
    ----------
    folder : Path
        Holds `mpd.slice.N-M.json`.
    jobs : int
        Number of processes that convert slices; see `convert_slices`.
    cache : Path, optional
        Where converted slices are kept; default a folder in `paths.CACHE`, which may be removed
        at any time.

    Raises
    ------
    DataError
        If there is no slice, one cannot be read, or the cache cannot be written or is damaged.
    SettingError
        If `jobs` is not a whole number from 1 upwards.
    """
    folder = Path(folder)
    with up_to_date(folder, Path(cache or default_folder(folder)), jobs) as (parts, done):
        playlists = parts.read("playlists", len(done))
        entries = parts.read("entries", len(done), ["pos", "track"])
        tracks = parts.read("tracks", len(done))
    rows = np.arange(len(playlists), dtype=np.int32)
    row = pl.Series("row", np.repeat(rows, playlists["num_entries"].to_numpy()))
    return PlaylistData(
        playlists.drop("num_entries"),
        entries.select(row, "pos", "track"),
        tracks,
        PlaylistReport.of(done),
    )


def _shown_name() -> pl.Expr:
    """Return the expression for "title · artist"; what is missing is left out, never both."""
    parts = [
        pl.when(pl.col(column).str.strip_chars() != "").then(pl.col(column))
        for column in ("track_name", "artist_name")
    ]
    shown = pl.concat_str(parts, separator=" · ", ignore_nulls=True)
    return pl.when(shown != "").then(shown).otherwise("track_uri").alias("name")
