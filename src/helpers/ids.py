"""One-to-one map between external identifiers and the rows of a matrix."""

from collections.abc import Iterable
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl

from helpers.errors import DataError, UnknownIdError

# Whole numbers are looked up in an array with a place for each number of their range, unless it
# is longer than this many times the work that it saves.
_LONGEST_TABLE = 4
_NUMBERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)


class IdMap:
    """One-to-one map between external identifiers and the rows 0, 1, ... of a matrix.

    Parameters
    ----------
    external_ids : Iterable
        Distinct identifiers of one type (int or str); the position is the row.

    Raises
    ------
    DataError
        If an identifier is missing, stands there twice, or is of another type than the rest.

    Examples
    --------
    >>> users = IdMap(["ann", "bob"])
    >>> users.to_internal(["bob"])
    array([1], dtype=int32)
    >>> users.to_internal(["eve"], strict=False)
    array([-1], dtype=int32)
    """

    def __init__(self, external_ids: Iterable) -> None:
        if not isinstance(external_ids, pl.Series):
            external_ids = _series_of(list(external_ids))
        self._ids = external_ids.alias("id")
        if self._ids.null_count():
            raise DataError("an identifier is missing (null); drop or name that row first")
        if self._ids.n_unique() < len(self._ids):
            twice = self._ids.filter(self._ids.is_duplicated())[0]
            raise DataError(f"identifier {twice!r} stands twice; give each row its own")

    @classmethod
    def from_values(cls, values: Iterable) -> Self:
        """Return the map of the distinct `values` in sorted order."""
        series = values if isinstance(values, pl.Series) else _series_of(list(values))
        return cls(series.unique().sort())

    @classmethod
    def number(cls, values: pl.Series) -> tuple[Self, np.ndarray]:
        """Return the map of the distinct `values` in sorted order, and the row of each value.

        The same as `from_values` and `to_internal`, and faster.
        """
        if not _is_compact(values, len(values)):
            id_map = cls.from_values(values)
            return id_map, id_map.to_internal(values)
        least = values.min()
        places = _places(values, least)
        is_there = np.zeros(values.max() - least + 2, dtype=bool)
        is_there[places] = True
        distinct = pl.Series(np.flatnonzero(is_there[1:]) + least, dtype=values.dtype)
        row_of = np.cumsum(is_there, dtype=np.int32)
        row_of -= 1
        return cls(distinct), row_of.take(places, mode="clip")

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, external_id: object) -> bool:
        try:
            return bool(self.to_internal([external_id], strict=False)[0] >= 0)
        except UnknownIdError:  # of another type
            return False

    @property
    def external_ids(self) -> np.ndarray:
        """All identifiers in row order, shape (n,)."""
        return self._ids.to_numpy()

    def to_internal(self, external_ids: Iterable, *, strict: bool = True) -> np.ndarray:
        """Return the row of each identifier.

        Parameters
        ----------
        external_ids : Iterable
            Identifiers of the type of this map.
        strict : bool
            Raise on an unknown identifier; otherwise its row is -1.

        Returns
        -------
        ndarray of int32, shape (n,)

        Raises
        ------
        UnknownIdError
            If `strict` and an identifier is not in the map, or if they are of another type than
            those of the map; the message echoes the first.
        """
        wanted = external_ids
        if not isinstance(wanted, pl.Series):
            wanted = pl.Series(list(external_ids), strict=False)
        if len(wanted) == 0:
            return np.empty(0, dtype=np.int32)
        if len(self) and wanted.dtype.is_integer() != self._ids.dtype.is_integer():
            raise UnknownIdError(
                f"identifiers like {wanted[0]!r} are of another type than those known, "
                f"like {self._ids[0]!r}; convert them first"
            )
        rows = self._rows_of(wanted.cast(self._ids.dtype, strict=False))
        if strict and rows.min() < 0:
            unknown = wanted.filter(pl.Series(rows < 0))
            raise UnknownIdError(
                f"unknown identifier {unknown[0]!r} ({len(unknown)} of {len(wanted)} are not "
                f"among the {len(self)} known); check the spelling or the dataset"
            )
        return rows

    def to_external(self, rows: Iterable[int]) -> np.ndarray:
        """Return the identifier of each row; raises `UnknownIdError` for a row out of range."""
        rows = np.asarray(rows)
        if rows.size == 0:
            return self.external_ids[:0]
        if not np.issubdtype(rows.dtype, np.integer):
            raise UnknownIdError(f"rows are {rows.dtype}, expected whole numbers; convert them")
        if rows.min() < 0 or rows.max() >= len(self):
            raise UnknownIdError(
                f"rows run from {rows.min()} to {rows.max()}, expected 0 to {len(self) - 1}; "
                "drop padding (-1) first"
            )
        return self.external_ids[rows]

    def _rows_of(self, wanted: pl.Series) -> np.ndarray:
        """Return the row of each identifier of the map's own type, -1 for those unknown."""
        if wanted.null_count() or not _is_compact(self._ids, len(self) + len(wanted)):
            joined = pl.DataFrame({"id": wanted}).join(
                self._table, on="id", how="left", maintain_order="left"
            )
            return joined["row"].fill_null(-1).to_numpy()
        least = self._ids.min()
        # Above the places of the identifiers, and below them, is one for all that are unknown.
        table = np.full(self._ids.max() - least + 3, -1, dtype=np.int32)
        table[_places(self._ids, least)] = np.arange(len(self), dtype=np.int32)
        return table.take(_places(wanted, least), mode="clip")

    @cached_property
    def _table(self) -> pl.DataFrame:
        return pl.DataFrame({"id": self._ids}).with_row_index("row").cast({"row": pl.Int32})


def _is_compact(ids: pl.Series, work: int) -> bool:
    """Return whether a table over the range of `ids` pays for looking up `work` of them."""
    if ids.dtype not in _NUMBERS or ids.is_empty() or ids.null_count():
        return False
    return ids.max() - ids.min() < _LONGEST_TABLE * work


def _places(numbers: pl.Series, least: int) -> np.ndarray:
    """Return where numbers stand in a table whose place 1 is for the least of them."""
    places = np.subtract(numbers.to_numpy(), least, dtype=np.int64)
    places += 1
    return places


def _series_of(values: list) -> pl.Series:
    try:
        return pl.Series(values)
    except TypeError:
        raise DataError(
            f"identifiers like {values[0]!r} are mixed with others of another type; "
            "make all of them numbers or all of them text"
        ) from None
