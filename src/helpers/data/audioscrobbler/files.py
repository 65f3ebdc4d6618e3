"""Where the three files of the dump are, and their lines as text."""

import io
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from helpers.data.tables import is_utf8
from helpers.errors import DataError

NAMES = ("user_artist_data", "artist_data", "artist_alias")
"""What the files of play counts, artists and aliases are called, without `.txt`."""

_GET_THEM = "copy it there or get the dataset with: python -m helpers data get audioscrobbler"
# How Python decodes bytes that are not UTF-8: one of these characters for each.
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Files:
    """The files of one copy of the dump.

    Attributes
    ----------
    plays, artists, aliases : Path
    """

    plays: Path
    artists: Path
    aliases: Path

    @property
    def is_small(self) -> bool:
        """Whether this is a copy of a few users, so that published counts do not apply."""
        return self.plays.stem.endswith("_small")


def find_files(folder: Path | str) -> Files:
    """Return the three files of a folder: the full ones, or else the `_small` copies.

    Beside full play counts the full artists and aliases are preferred, beside small ones the
    small ones; where only the other size is there, it is taken.

    Raises
    ------
    DataError
        If the folder is missing, or one of the three is there in neither size.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(
            f"the folder {folder} is missing, expected the Audioscrobbler files in it; {_GET_THEM}"
        )
    is_full = (folder / f"{NAMES[0]}.txt").is_file()
    suffixes = ("", "_small") if is_full else ("_small", "")
    found, missing = [], []
    for name in NAMES:
        choices = [folder / f"{name}{suffix}.txt" for suffix in suffixes]
        there = [file for file in choices if file.is_file()]
        found += there[:1]
        if not there:
            missing.append(f"{name}.txt")
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)} (or a _small copy); {_GET_THEM}")
    return Files(*found)


def read_lines(file: Path) -> pl.DataFrame:
    """Return the lines of a file in UTF-8, in Windows-1252, or in a mixture of both.

    Returns
    -------
    DataFrame
        line (counted from 1), text, is_recoded (whether some bytes were not UTF-8 and were read
        as Windows-1252); without line ends, and without blank lines at the end of the file.

    Raises
    ------
    DataError
        If the file cannot be read or is empty.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); check the file") from None
    raw = raw.removeprefix(BOM_UTF8).rstrip(b"\r\n")
    if not raw or raw.isspace():
        raise empty(file)
    recoded: list[int] = []
    if not is_utf8(raw):
        raw, recoded = _recode(raw)
    lines = pl.read_lines(io.BytesIO(raw), name="text", row_index_name="line", row_index_offset=1)
    return lines.with_columns(is_recoded=pl.col("line").is_in(recoded))


def empty(file: Path) -> DataError:
    """Return the error that says that a file has no content."""
    return DataError(f"{file} is empty, expected a row a line; get the file again")


def _recode(raw: bytes) -> tuple[bytes, list[int]]:
    """Return text as UTF-8 throughout, and the numbers of the lines that this changed."""
    text = raw.decode("utf-8", errors="surrogateescape")
    pieces, numbers, line, end = [], [], 1, 0
    for match in _NOT_UTF8.finditer(text):
        line += text.count("\n", end, match.start())
        if numbers[-1:] != [line]:
            numbers.append(line)
        pieces += [text[end : match.start()], _as_windows_1252(match[0])]
        end = match.end()
    return "".join([*pieces, text[end:]]).encode(), numbers


def _as_windows_1252(escaped: str) -> str:
    byte = escaped.encode("utf-8", errors="surrogateescape")
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:  # it leaves five bytes undefined
        return byte.decode("iso-8859-1")
