"""The table of misspelt artists: which number to read as which other one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl

from helpers.data.audioscrobbler.files import read_lines
from helpers.data.audioscrobbler.repairs import Repair, Rule, repairs_of, set_aside
from helpers.interactions import IdMap

_SKIPPED = "skipped"
_IS_BLANK = (pl.col("bad") == "") & pl.col("good_id").is_not_null() & (pl.col("tabs") == 1)
_IS_MALFORMED = (pl.col("tabs") != 1) | pl.col("bad_id").is_null() | pl.col("good_id").is_null()
_MALFORMED = (
    Rule(_IS_BLANK, "aliases without the misspelt artist", _SKIPPED),
    Rule(_IS_MALFORMED, "lines that are not two numbers and a tab", _SKIPPED),
    Rule(pl.col("bad_id") == pl.col("good_id"), "aliases of an artist to itself", _SKIPPED),
    Rule(
        ~pl.struct("bad_id", "good_id").is_last_distinct(),
        "aliases that stand there once more",
        _SKIPPED,
    ),
    Rule(
        ~pl.col("bad_id").is_last_distinct(),
        "aliases that a later line contradicts",
        "the last line holds",
    ),
)
_LINKED = (
    Rule(pl.col("is_chained"), "aliases to a misspelt artist", "followed to the end"),
    Rule(pl.col("is_cyclic"), "aliases that go round in a circle", "left alone"),
)


@dataclass(frozen=True)
class Aliases:
    """Misspelt artists and whom they stand for.

    Attributes
    ----------
    frame : DataFrame
        bad_id (Int32, distinct), good_id (Int32): the end of the chain, which is never misspelt.
    n_lines : int
        Lines of the file.
    repairs : tuple of Repair
    """

    frame: pl.DataFrame
    n_lines: int
    repairs: tuple[Repair, ...]

    @classmethod
    def none(cls) -> Self:
        """Return no aliases at all."""
        return cls(pl.DataFrame(schema={"bad_id": pl.Int32, "good_id": pl.Int32}), 0, ())

    def apply(self, artist_ids: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        """Return the right artist of each row, and which row of `frame` said so.

        Parameters
        ----------
        artist_ids : Series of Int32, length n

        Returns
        -------
        right_ids : ndarray of int32, shape (n,)
        alias_rows : ndarray of int32, shape (n,)
            -1 where the artist is not misspelt.
        """
        rows = IdMap(self.frame["bad_id"]).to_internal(artist_ids, strict=False)
        if self.frame.is_empty():
            return artist_ids.to_numpy(), rows
        right = self.frame["good_id"].to_numpy().take(rows, mode="clip")
        np.copyto(right, artist_ids.to_numpy(), where=rows < 0)
        return right, rows


def read_aliases(file: Path) -> Aliases:
    """Return the aliases of a file, chains followed; what cannot be used is skipped and counted.

    Raises
    ------
    DataError
        If the file cannot be read or is empty.
    """
    lines = read_lines(file)
    parts = pl.col("text").str.splitn("\t", 2).struct
    rows = lines.with_columns(
        pl.col("text").str.count_matches("\t", literal=True).alias("tabs"),
        parts.field("field_0").str.strip_chars(" ").alias("bad"),
        parts.field("field_1").str.strip_chars(" ").fill_null("").alias("good"),
    ).with_columns(_number("bad").alias("bad_id"), _number("good").alias("good_id"))
    rows, repairs = set_aside(file.name, rows, _MALFORMED)
    ends, is_cyclic = resolve(rows["bad_id"].to_numpy(), rows["good_id"].to_numpy())
    rows = rows.with_columns(
        is_chained=pl.Series(ends != rows["good_id"].to_numpy()) & ~pl.Series(is_cyclic),
        is_cyclic=pl.Series(is_cyclic),
        good_id=pl.Series(ends),
    )
    repairs += repairs_of(file.name, rows, _LINKED)
    frame = rows.filter(~pl.col("is_cyclic")).select("bad_id", "good_id")
    return Aliases(frame, len(lines), tuple(repairs))


def resolve(bad: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Follow aliases of aliases to the end.

    Parameters
    ----------
    bad, good : ndarray of int, shape (n,)
        Each alias; `bad` are distinct and none is its own `good`.

    Returns
    -------
    ends : ndarray, shape (n,)
        The last artist of each chain; where it goes round in a circle, the artist itself.
    is_cyclic : ndarray of bool, shape (n,)
        Whether the chain goes round in a circle, now or after some steps.
    """
    ids = np.unique(np.concatenate([bad, good]))
    start = np.searchsorted(ids, bad)
    step = np.arange(len(ids))
    step[start] = np.searchsorted(ids, good)
    end = step
    # Each round doubles the number of steps, and no chain has more steps than there are artists.
    for _ in range(len(ids).bit_length()):
        end = end[end]
    is_cyclic = (step[end] != end)[start]
    return np.where(is_cyclic, bad, ids[end[start]]), is_cyclic


def _number(column: str) -> pl.Expr:
    """Return the expression for a column's whole numbers as Int32; null where it is none."""
    text = pl.col(column)
    return pl.when(text.str.contains(r"^[0-9]+$")).then(text).cast(pl.Int32, strict=False)
