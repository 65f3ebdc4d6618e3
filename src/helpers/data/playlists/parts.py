"""Converted slices on disk: three Parquet tables and, last of all, a note that they are whole."""

import hashlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec
import polars as pl
from filelock import FileLock, Timeout

from helpers import paths
from helpers.errors import DataError
from helpers.files import write_atomically

VERSION = 1
TABLES = ("playlists", "entries", "tracks")
_PATIENCE_SECONDS = 2.0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one slice; counts are of this slice alone.

    Attributes
    ----------
    slice : str
        Name of its file.
    size, modified_ns : int
        Bytes of the file and when it was last written; another file of that name has others.
    playlists, entries, new_tracks : int
        Rows of the three tables.
    local_files, episodes, other_uris : int
        Entries left out, since they are no tracks.
    repeated_playlists : int
        Playlists left out, since an earlier one has their number.
    """

    slice: str
    size: int
    modified_ns: int
    playlists: int
    entries: int
    new_tracks: int
    local_files: int
    episodes: int
    other_uris: int
    repeated_playlists: int
    version: int = VERSION

    def is_of(self, file: Path) -> bool:
        """Whether the slice is this file, unchanged, and converted as it would be today."""
        return (self.version, self.slice, self.size, self.modified_ns) == (
            VERSION,
            file.name,
            *size_and_time(file),
        )


class Parts:
    """The folder of converted slices, one part a slice, numbered from 0.

    Part n is `playlists/n.parquet`, `entries/n.parquet`, `tracks/n.parquet` and `parts/n.json`,
    which is written last: without it the others do not count.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    @contextmanager
    def locked(cls, folder: Path) -> Iterator[Self]:
        """Hold the folder, made if it is missing; other processes wait.

        Raises
        ------
        DataError
            If the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / ".lock")
            try:
                lock.acquire(timeout=_PATIENCE_SECONDS)
            except Timeout:
                print(f"waiting for another process that works in {folder}", file=sys.stderr)
                lock.acquire()
        except OSError as error:
            raise DataError(
                f"the folder of converted slices {folder} cannot be written "
                f"({error.strerror or error}); make room or check the permissions"
            ) from None
        try:
            yield cls(folder)
        finally:
            lock.release()

    def unchanged(self, slices: Sequence[Path]) -> list[Part]:
        """Return the parts, from the first on, whose slices are still as they were converted."""
        by_name = {file.name: file for file in slices}
        parts = []
        for number in range(len(slices)):
            part = self._note(number)
            file = by_name.get(part.slice) if part else None
            if part is None or file is None or not part.is_of(file):
                break
            parts.append(part)
        return parts

    def drop_from(self, number: int) -> list[str]:
        """Remove the parts from one on, and what an interruption left; return their slices."""
        later = sorted(n for n in map(_number, self.folder.glob("parts/*.json")) if n >= number)
        names = [part.slice for n in later if (part := self._note(n))]
        for n in reversed(later):  # so that those that remain stay in sequence
            self._file("parts", n).unlink(missing_ok=True)
        for table in (*TABLES, "parts"):
            for file in self.folder.glob(f"{table}/*"):
                if file.suffix == ".partial" or _number(file) >= number:
                    file.unlink(missing_ok=True)
        return names

    def write(self, number: int, tables: dict[str, pl.DataFrame], part: Part) -> None:
        """Write one part; until it is whole it does not count."""
        for name, frame in tables.items():
            buffer = io.BytesIO()
            frame.write_parquet(buffer, compression="lz4", statistics=False)
            write_atomically(self._file(name, number), buffer.getvalue())
        write_atomically(self._file("parts", number), msgspec.json.encode(part))

    def read(self, table: str, n_parts: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the rows of a table in all of the first parts, one after another.

        Raises
        ------
        DataError
            If a file is missing or damaged.
        """
        files = [self._file(table, number) for number in range(n_parts)]
        try:
            return pl.read_parquet(files, columns=columns)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DataError(
                f"the converted slices in {self.folder} are damaged ({error}); "
                "remove that folder and run this again"
            ) from None

    def _note(self, number: int) -> Part | None:
        try:
            return msgspec.json.decode(self._file("parts", number).read_bytes(), type=Part)
        except (OSError, msgspec.MsgspecError, ValueError):
            return None

    def _file(self, table: str, number: int) -> Path:
        suffix = "json" if table == "parts" else "parquet"
        return self.folder / table / f"{number:05}.{suffix}"


def default_folder(slices: Path) -> Path:
    """Return where slices of a folder are converted to, unless another place is named."""
    resolved = slices.resolve()
    digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:8]
    name = "-".join(part for part in (resolved.parent.name, resolved.name, digest) if part)
    return paths.CACHE / "playlists" / name


def size_and_time(file: Path) -> tuple[int, int]:
    """Return the bytes of a file, and when it was last written, in nanoseconds since 1970."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _number(file: Path) -> int:
    return int(file.stem) if file.stem.isdecimal() else -1
