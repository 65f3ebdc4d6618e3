"""The artists of the dump: number and name, separated by the first tab of a line."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from helpers.data.audioscrobbler.files import read_lines
from helpers.data.audioscrobbler.repairs import Repair, Rule, repairs_of, set_aside

_KEPT_OUT = "kept out"
_MALFORMED = (
    Rule(pl.col("name").is_null(), "lines without a tab", _KEPT_OUT),
    Rule(
        ~pl.col("number").str.contains(r"^[0-9]+$"), "lines without a number before the tab",
        _KEPT_OUT,
    ),
    Rule(pl.col("artist_id").is_null(), "numbers above 2,147,483,647", _KEPT_OUT),
    Rule(pl.col("name") == "", "lines without a name after the tab", _KEPT_OUT),
    Rule(~pl.col("artist_id").is_first_distinct(), "artists that stand there already", _KEPT_OUT),
)  # fmt: skip
_TABBED = Rule(pl.col("name").str.contains("\t", literal=True), "names with a tab", "made a space")
_RECODED = Rule(pl.col("is_recoded"), "lines not in UTF-8", "read as Windows-1252")


@dataclass(frozen=True)
class Artists:
    """The artists that have a number and a name.

    Attributes
    ----------
    frame : DataFrame
        artist_id (Int32, distinct), name; in the order of the file.
    n_lines : int
        Lines of the file.
    repairs : tuple of Repair
    """

    frame: pl.DataFrame
    n_lines: int
    repairs: tuple[Repair, ...]


def read_artists(file: Path) -> Artists:
    """Return the artists of a file; lines that are malformed are kept out and counted.

    Raises
    ------
    DataError
        If the file cannot be read or is empty.
    """
    lines = read_lines(file)
    parts = pl.col("text").str.splitn("\t", 2).struct
    rows = lines.with_columns(
        parts.field("field_0").str.strip_chars(" ").alias("number"),
        parts.field("field_1").str.strip_chars().alias("name"),
    ).with_columns(artist_id=pl.col("number").cast(pl.Int32, strict=False))
    rows, repairs = set_aside(file.name, rows, _MALFORMED)
    repairs += repairs_of(file.name, rows, [_TABBED])
    repairs += repairs_of(file.name, lines, [_RECODED])
    name = pl.col("name").str.replace_all("\t", " ", literal=True)
    return Artists(rows.select("artist_id", name), len(lines), tuple(repairs))
