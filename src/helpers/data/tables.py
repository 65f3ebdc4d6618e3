"""Strict reading of tab-separated files: all rows are right, or the first wrong line is named."""

import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from helpers.errors import DataError

_WHOLE_NUMBER = re.compile(r" *[+-]?[0-9]{1,18} *")


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Attributes
    ----------
    title : str
        What the header of the file calls it.
    name : str
        What the frame calls it.
    dtype : polars data type
        Int64 or String.
    positive : bool
        Whether zero and negative numbers are wrong.
    """

    title: str
    name: str
    dtype: Any = pl.Int64
    positive: bool = False


@dataclass(frozen=True)
class Table:
    """The format of one file: header line, then one tab-separated row a line, nothing quoted.

    Attributes
    ----------
    file : str
        File name inside its dataset's folder.
    columns : tuple of Column
    key : tuple of str
        Names of the number columns that together stand for a row and must not repeat.
    encoding : str
        Official encoding. A file officially in ISO-8859-1 that is valid UTF-8 is read as UTF-8,
        since some mirrors re-encoded theirs.
    """

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    encoding: str = "utf-8"

    @property
    def header(self) -> str:
        """The first line of the file."""
        return "\t".join(column.title for column in self.columns)


class Defect(NamedTuple):
    """Something wrong on one line of a file.

    Attributes
    ----------
    line : int
        Counted from 1, the header.
    kind : str
        Short name by which defects are grouped.
    message : str
        What was got and what was expected.
    """

    line: int
    kind: str
    message: str


def read_table(folder: Path, table: Table) -> pl.DataFrame:
    """Return all rows of a file under the column names of `table`.

    Blank lines at the end are ignored, spaces around numbers dropped; empty text stays an empty
    string.

    Raises
    ------
    DataError
        If the file is missing, unreadable or empty, or a line is malformed; the message names
        file and line.
    """
    path = folder / table.file
    body = _split_header(read_utf8(path, table.encoding), path, table)
    frame = _parse(body, table)
    if frame is None or not _is_sound(frame, body, table):
        unexplained = Defect(1, "format", "the file is not a table of tab-separated columns")
        defect = next(find_defects(path, table), unexplained)
        raise DataError(
            f"{path}, line {defect.line}: {defect.message}; mend that line or get the file again"
        )
    return frame.with_columns(pl.col(pl.String).fill_null(""))


def read_utf8(path: Path, encoding: str = "utf-8") -> bytes:
    """Return the content of a file as UTF-8 (see `Table` on `encoding`), without a byte order mark.

    Raises
    ------
    DataError
        If the file is missing, unreadable or empty.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} is missing; copy it there or get the dataset again") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check the file") from None
    if not raw or raw.isspace():
        raise DataError(f"{path} is empty, expected a header and rows; get the file again")
    if encoding != "utf-8" and not is_utf8(raw):
        return raw.decode(encoding).encode()
    return raw.removeprefix(BOM_UTF8)


def is_utf8(raw: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def find_defects(path: Path, table: Table) -> Iterator[Defect]:
    """Yield everything wrong with the rows of a file, line by line.

    Slower than `read_table`, which calls it only to say what is wrong.

    Raises
    ------
    DataError
        If the file is missing, unreadable or empty, or its header is wrong.
    """
    body = _split_header(read_utf8(path, table.encoding), path, table)
    names = [column.name for column in table.columns]
    key = [names.index(name) for name in table.key]
    first_line: dict[tuple[int, ...], int] = {}
    for line, raw in enumerate(body.split(b"\n"), start=2):
        values, defects = _inspect_line(raw.removesuffix(b"\r"), line, table)
        yield from defects
        if defects:
            continue
        identity = tuple(int(values[i]) for i in key)
        earlier = first_line.setdefault(identity, line)
        if earlier != line:
            what = ", ".join(f"{table.columns[i].title} {values[i]}" for i in key)
            yield Defect(line, "duplicate", f"{what} stands on line {earlier} already")


def _split_header(content: bytes, path: Path, table: Table) -> bytes:
    """Return the lines below the header without the last line end."""
    header, _, body = content.partition(b"\n")
    if header.rstrip(b"\r").decode(errors="replace") != table.header:
        raise DataError(
            f"{path}, line 1: the header is {shown(header)}, expected {table.header!r}; "
            "put that line at the top or get the file again"
        )
    body = body.rstrip(b"\r\n")
    if not body:
        raise DataError(f"{path} has a header and no rows; get the file again")
    return body


def _parse(body: bytes, table: Table) -> pl.DataFrame | None:
    """Return the rows, null where a number cannot be read; None if polars cannot read them."""
    dtypes = {column.name: column.dtype for column in table.columns}
    if pl.String not in dtypes.values():
        body = _without_padding(body)
    try:
        return _read_csv(body, dtypes)
    except pl.exceptions.PolarsError:
        pass  # Beside text, spaces around numbers are rare; reading them takes twice as long.
    try:
        rows = _read_csv(body, dict.fromkeys(dtypes, pl.String))
    except pl.exceptions.PolarsError:
        return None
    numbers = pl.col(name for name, dtype in dtypes.items() if dtype == pl.Int64)
    return rows.with_columns(numbers.str.strip_chars(" ").cast(pl.Int64, strict=False))


def _without_padding(body: bytes) -> bytes:
    """Drop the spaces around numbers, as a few lines of the real files have them."""
    pieces = [piece for piece in body.split(b" ") if piece]
    is_between_numbers = any(
        left[-1:] not in b"\t\n" and right[:1] not in b"\t\r\n" for left, right in pairwise(pieces)
    )
    return body if is_between_numbers else b"".join(pieces)


def _read_csv(body: bytes, dtypes: dict[str, Any]) -> pl.DataFrame:
    return pl.read_csv(
        io.BytesIO(body), has_header=False, separator="\t", quote_char=None, schema=dtypes
    )


def _is_sound(frame: pl.DataFrame, body: bytes, table: Table) -> bool:
    # polars refuses a line with too many columns and fills one with too few up with nulls, which
    # empty text is as well.
    ends_in_text = table.columns[-1].dtype == pl.String
    if ends_in_text and body.count(b"\t") != (len(table.columns) - 1) * len(frame):
        return False
    # polars ignores a carriage return after a number, and another byte order mark.
    if _has_inner_return(body) or body.startswith(BOM_UTF8):
        return False
    numbers = frame.select(column.name for column in table.columns if column.dtype == pl.Int64)
    if any(column.null_count() for column in numbers):
        return False
    if any(frame[column.name].min() < 1 for column in table.columns if column.positive):
        return False
    keys = frame.select(table.key)
    return _rises(keys) or _rises(keys.sort(table.key))


def _rises(keys: pl.DataFrame) -> bool:
    """Return whether each row comes after the one above it; then none repeats another."""
    is_after, is_same = np.zeros(len(keys) - 1, dtype=bool), np.ones(len(keys) - 1, dtype=bool)
    for column in keys:
        values = column.to_numpy()
        is_after |= is_same & (values[1:] > values[:-1])
        is_same &= values[1:] == values[:-1]
    return bool(is_after.all())


def _has_inner_return(body: bytes) -> bool:
    """Return whether a carriage return stands anywhere but before a line feed."""
    # bytes.count takes five times as long where every line ends in one.
    values = np.frombuffer(body, dtype=np.uint8)
    return bool(((values[:-1] == ord("\r")) & (values[1:] != ord("\n"))).any())


def _inspect_line(raw: bytes, line: int, table: Table) -> tuple[list[str], list[Defect]]:
    """Return the values of one line and what is wrong with them, duplicates aside."""
    if b"\r" in raw:
        return [], [Defect(line, "line end", f"a carriage return stands inside {shown(raw)}")]
    try:
        values = raw.decode("utf-8").split("\t")
    except UnicodeDecodeError:
        return [], [Defect(line, "encoding", f"{shown(raw)} is not UTF-8")]
    if len(values) != len(table.columns):
        message = f"{len(values)} columns in {shown(raw)}, expected {len(table.columns)}"
        return values, [Defect(line, "columns", message)]
    defects = []
    for column, value in zip(table.columns, values, strict=True):
        if column.dtype != pl.Int64:
            continue
        if not _WHOLE_NUMBER.fullmatch(value):
            message = (
                f"{column.title} is {shown(value)}, expected a whole number of up to 18 digits"
            )
            defects.append(Defect(line, "number", message))
        elif column.positive and int(value) < 1:
            message = f"{column.title} is {value}, expected 1 or more"
            defects.append(Defect(line, "positive", message))
    return values, defects


def shown(text: bytes | str, length: int = 60) -> str:
    """Return text quoted for a message: control characters escaped, cut to `length`."""
    if isinstance(text, bytes):
        text = text[: 4 * length].decode(errors="replace")
    return repr(text if len(text) <= length else text[:length] + "…")
