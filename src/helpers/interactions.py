"""Who × what × how much: identifiers mapped to rows and columns of one sparse matrix."""

import difflib
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.errors import DataError, UnknownIdError
from helpers.ids import IdMap
from helpers.side import SideInformation

__all__ = ["IdMap", "Interactions"]


@dataclass(frozen=True)
class Interactions:
    """A users × items matrix together with what its rows and columns stand for.

    Attributes
    ----------
    user_items : csr_array of float32, shape (n_users, n_items)
        Stored entries are what happened (a play count, say); a cell that is not stored
        means nothing was observed, not dislike. Canonical: sorted, no duplicates, no zeros.
    users, items : IdMap
        External identifiers of rows and columns.
    item_names : ndarray of str, shape (n_items,)
        What to show for each item; names need not be unique.
    side : SideInformation, optional
        Tags and friendships, where the dataset has them.
    """

    user_items: sp.csr_array
    users: IdMap
    items: IdMap
    item_names: np.ndarray
    side: SideInformation | None = None

    def __post_init__(self) -> None:
        expected = (len(self.users), len(self.items))
        if self.user_items.shape != expected or len(self.item_names) != expected[1]:
            raise DataError(
                f"matrix of shape {self.user_items.shape} with {len(self.item_names)} names, "
                f"expected {expected} from the identifiers; build it with from_frame"
            )

    @classmethod
    def from_frame(
        cls,
        frame: pl.DataFrame,
        *,
        user: str = "user_id",
        item: str = "item_id",
        weight: str = "weight",
        names: pl.DataFrame | None = None,
        users: IdMap | None = None,
        items: IdMap | None = None,
    ) -> Self:
        """Build the matrix from one row a pair; weights of repeated pairs are summed.

        Parameters
        ----------
        frame : DataFrame
            Columns `user`, `item` and `weight`.
        user, item, weight : str
            Names of those columns; `weight` must be positive and finite.
        names : DataFrame, optional
            Columns `item` and `name`; an item without a row is shown by its identifier.
        users, items : IdMap, optional
            Maps to use instead of the sorted distinct identifiers of the frame.

        Raises
        ------
        DataError
            If a column is missing, or a weight, or the sum of a pair's weights, is negative,
            zero, missing or not finite as a float32.
        """
        _check_pairs(frame, user, item, weight)
        users, rows = (
            (users, users.to_internal(frame[user])) if users else IdMap.number(frame[user])
        )
        items, cols = (
            (items, items.to_internal(frame[item])) if items else IdMap.number(frame[item])
        )
        values = frame[weight].cast(pl.Float32).to_numpy()
        matrix = sum_pairs(values, rows, cols, (len(users), len(items)))
        if np.isinf(matrix.data).any():
            cell = int(np.isinf(matrix.data).argmax())
            row = np.searchsorted(matrix.indptr, cell, side="right") - 1
            who, what = users.external_ids[row], items.external_ids[matrix.indices[cell]]
            raise DataError(
                f"the weights of user {who} and item {what} add up to more than a float32 holds; "
                "keep one row of that pair"
            )
        return cls(matrix, users, items, names_of(items, names, item))

    @property
    def n_users(self) -> int:
        """Number of rows."""
        return self.user_items.shape[0]

    @property
    def n_items(self) -> int:
        """Number of columns: the size of the catalogue."""
        return self.user_items.shape[1]

    @property
    def n_pairs(self) -> int:
        """Number of stored cells."""
        return self.user_items.nnz

    @property
    def density(self) -> float:
        """Share of the cells that are stored."""
        return self.n_pairs / max(self.n_users * self.n_items, 1)

    def item_popularity(self) -> np.ndarray:
        """Return the number of users of each item, shape (n_items,)."""
        return np.bincount(self.user_items.indices, minlength=self.n_items)

    def with_matrix(self, user_items: sp.csr_array) -> Self:
        """Return the same users and items around another matrix of the same shape.

        A pair that is no longer stored takes along the tags which its user gave its item: a
        training set must not say what was held out.
        """
        matrix = sp.csr_array(user_items, dtype=np.float32, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        other = replace(self, user_items=matrix)  # refuses another shape
        side = self.side and self.side.without(_pairs_lost(self.user_items, matrix))
        return replace(other, side=side)

    def find_item(self, name: str) -> int:
        """Return the column of the item called `name` (case does not matter).

        Where several items share the name, the one with most users is meant.

        Raises
        ------
        UnknownIdError
            If no item has that name; the message offers the nearest names.
        """
        lowered = np.char.lower(self.item_names.astype(str))
        matches = np.flatnonzero(lowered == name.lower())
        if len(matches) == 0:
            near = difflib.get_close_matches(name.lower(), lowered.tolist(), n=3)
            hint = ", ".join(self.item_names[lowered == n][0] for n in near) or "none is near"
            raise UnknownIdError(f"no item is called {name!r}; nearest names: {hint}")
        return int(matches[np.argmax(self.item_popularity()[matches])])


def sum_pairs(
    values: np.ndarray, rows: np.ndarray, cols: np.ndarray, shape: tuple[int, int]
) -> sp.csr_array:
    """Return the canonical matrix whose cells are the sums of their values.

    Counting sorts by column and then by row order the cells in time proportional to their number.
    """
    pairs = sp.coo_array((values, (rows, cols)), shape=shape)
    # Otherwise scipy sums while the columns are not in order yet, and sorts each to do so.
    pairs.has_canonical_format = True
    matrix = pairs.tocsc().tocsr()
    matrix.sum_duplicates()
    return matrix


def names_of(items: IdMap, names: pl.DataFrame | None, item: str) -> np.ndarray:
    """Return what to show for each item: its row in `names`, or else its identifier.

    Raises
    ------
    DataError
        If `names` has no column `item` or `name`.
    """
    if names is None:
        return items.external_ids.astype(str).astype(object)
    missing = [column for column in (item, "name") if column not in names.columns]
    if missing:
        raise DataError(
            f"column {missing[0]!r} of the names is missing, got {names.columns}; add it"
        )
    rows = items.to_internal(names[item], strict=False)
    known = (rows >= 0) & names["name"].is_not_null().to_numpy()
    shown, unnamed = np.empty(len(items), dtype=object), np.ones(len(items), dtype=bool)
    shown[rows[known]], unnamed[rows[known]] = names["name"].to_numpy()[known], False
    shown[unnamed] = items.external_ids[unnamed].astype(str)
    return shown


def _pairs_lost(before: sp.csr_array, after: sp.csr_array) -> sp.csr_array:
    """Return a matrix that stores the cells of `before` which `after` lacks."""
    lost = (before != 0).astype(np.int8) - (after != 0).astype(np.int8)
    lost.data = np.maximum(lost.data, 0)
    lost.eliminate_zeros()
    return lost


def _check_pairs(frame: pl.DataFrame, user: str, item: str, weight: str) -> None:
    missing = [column for column in (user, item, weight) if column not in frame.columns]
    if missing:
        raise DataError(
            f"column {missing[0]!r} is missing, got {frame.columns}; rename or add the column"
        )
    weights = frame[weight]
    if not weights.dtype.is_numeric():
        raise DataError(f"column {weight!r} holds {weights.dtype}, expected numbers; convert it")
    stored = weights.cast(pl.Float32)  # where 1e39 is infinite and 1e-50 is zero
    bad = stored.is_null() | ~stored.is_finite() | (stored <= 0)
    if bad.fill_null(True).any():
        at = bad.fill_null(True).arg_max()
        raise DataError(
            f"row {at + 1} of the pairs has {weight} {weights[at]}, "
            "expected a positive number; drop or mend that row"
        )
