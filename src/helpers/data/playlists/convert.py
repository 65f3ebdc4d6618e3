"""Slices to parts, each track in a column of its own that it keeps."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from helpers.checks import whole_number
from helpers.data.playlists.keys import KeyIndex, uri_keys
from helpers.data.playlists.parts import Part, Parts, size_and_time
from helpers.data.playlists.progress import slice_progress
from helpers.data.playlists.report import PlaylistReport
from helpers.data.playlists.rows import SliceRows
from helpers.data.playlists.slices import find_slices
from helpers.data.playlists.workers import read_slices


def convert_slices(folder: Path | str, cache: Path | str, *, jobs: int = 1) -> PlaylistReport:
    """Convert the slices of a folder to Parquet, one part a slice, unless that is done.

    `cache` then holds `playlists/*.parquet` (one row a playlist), `entries/*.parquet` (pid, pos,
    and the column of the track) and `tracks/*.parquet` (row n of all parts is column n). A
    conversion that was interrupted goes on where it stopped. Slices that come later are
    appended, whatever their numbers: known tracks keep their columns, new ones get the next.
    If a slice has changed or is gone, it and all converted after it are converted again, and a
    note on standard error says so.

    Parameters
    ----------
    folder : Path
        Holds `mpd.slice.N-M.json`.
    cache : Path
        Made where it is missing; belongs to this folder of slices alone.
    jobs : int
        Number of processes that read slices, each one slice at a time; 1 means this process.
        With more, a script that calls this needs its `if __name__ == "__main__":`.

    Returns
    -------
    PlaylistReport

    Raises
    ------
    DataError
        If there is no slice, one cannot be read (what is done up to it is kept), or the cache
        cannot be written.
    SettingError
        If `jobs` is not a whole number from 1 upwards.
    """
    with up_to_date(Path(folder), Path(cache), jobs) as (_, done):
        return PlaylistReport.of(done)


@contextmanager
def up_to_date(folder: Path, cache: Path, jobs: int) -> Iterator[tuple[Parts, list[Part]]]:
    """Hold the cache while it has every slice of the folder as it is now, in the order given.

    Raises the errors of `convert_slices`.
    """
    jobs = whole_number("jobs", jobs, least=1)
    slices = find_slices(folder)
    with Parts.locked(cache) as parts:
        done = parts.unchanged(slices)
        dropped = parts.drop_from(len(done))
        names = {part.slice for part in done}
        todo = [file for file in slices if file.name not in names]
        if dropped:
            n_again = sum(file.name in dropped for file in todo)
            print(
                f"{dropped[0]} has changed or is gone since it was converted: converting "
                f"{n_again} slices again, whose tracks may move to other columns",
                file=sys.stderr,
            )
        yield parts, done + _convert(parts, done, todo, jobs) if todo else done


def _convert(parts: Parts, done: Sequence[Part], todo: list[Path], jobs: int) -> list[Part]:
    catalogue = _Catalogue(parts, len(done))
    marks = [size_and_time(file) for file in todo]  # before reading: a later change shows
    n_bytes, added = sum(size for size, _ in marks), []
    reader = read_slices(todo, catalogue.tracks, jobs)
    with closing(reader) as slices, slice_progress(n_bytes) as advance:
        for file, mark, rows in zip(todo, marks, slices, strict=True):
            tables = catalogue.add(rows)
            part = _part(file, mark, rows, tables)
            parts.write(len(done) + len(added), tables, part)
            added.append(part)
            advance(part.size, part.entries)
    return added


def _part(
    file: Path, mark: tuple[int, int], rows: SliceRows, tables: dict[str, pl.DataFrame]
) -> Part:
    size, modified_ns = mark
    return Part(
        slice=file.name,
        size=size,
        modified_ns=modified_ns,
        playlists=len(tables["playlists"]),
        entries=len(tables["entries"]),
        new_tracks=len(tables["tracks"]),
        local_files=rows.local_files,
        episodes=rows.episodes,
        other_uris=rows.other_uris,
        repeated_playlists=len(rows.playlists) - len(tables["playlists"]),
    )


class _Catalogue:
    """Knows which tracks have a column and which playlists are there.

    Parameters
    ----------
    parts : Parts
    n_parts : int
        Number of parts that are whole.
    """

    def __init__(self, parts: Parts, n_parts: int) -> None:
        self.tracks = KeyIndex(np.empty(0, dtype=np.uint64))
        self._playlists = KeyIndex(np.empty(0, dtype=np.int64))
        if n_parts:
            self.tracks.add(uri_keys(parts.read("tracks", n_parts, ["track_uri"])["track_uri"]))
            self._playlists.add(parts.read("playlists", n_parts, ["pid"])["pid"].to_numpy())

    def add(self, rows: SliceRows) -> dict[str, pl.DataFrame]:
        """Take in one slice and return its part of the three tables."""
        is_new_track = self.tracks.find(rows.track_keys) < 0
        self.tracks.add(rows.track_keys[is_new_track])
        pids = rows.playlists["pid"]
        is_known = self._playlists.find(pids.to_numpy()) >= 0
        is_new = pids.is_first_distinct().to_numpy() & ~is_known
        self._playlists.add(pids.to_numpy()[is_new])
        columns = self.tracks.find(rows.keys)
        entries = pl.DataFrame(
            {
                "pid": pids.to_numpy()[rows.row],
                "pos": rows.pos,
                "track": columns[rows.code],
            }
        )
        n_entries = np.bincount(rows.row, minlength=len(is_new)).astype(np.int32)
        return {
            "playlists": _kept(
                rows.playlists.hstack([pl.Series("num_entries", n_entries)]), is_new
            ),
            "entries": _kept(entries, is_new[rows.row]),
            "tracks": _kept(rows.tracks, is_new_track),
        }


def _kept(frame: pl.DataFrame, is_kept: np.ndarray) -> pl.DataFrame:
    return frame if is_kept.all() else frame.filter(is_kept)
