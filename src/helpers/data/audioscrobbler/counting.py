"""Rows of play counts to one cell a pair of user and artist, aliases applied."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.data.audioscrobbler.aliases import Aliases
from helpers.data.audioscrobbler.plays import MOST, read_plays
from helpers.data.audioscrobbler.repairs import Repair
from helpers.interactions import IdMap, sum_pairs


@dataclass(frozen=True)
class Counts:
    """Who played which artist how often.

    Attributes
    ----------
    matrix : csr_array of int32, or of int64 if all plays together need it
        Shape (n_users, n_artists), canonical.
    users, items : IdMap
        Identifiers of rows and columns: users and artists that were played.
    n_rows : int
        Rows of the file.
    repairs : tuple of Repair
    """

    matrix: sp.csr_array
    users: IdMap
    items: IdMap
    n_rows: int
    repairs: tuple[Repair, ...]


def count_plays(file: Path, aliases: Aliases) -> Counts:
    """Return the play counts of a file; counts of rows that become the same pair are summed.

    Raises
    ------
    DataError
        If the file cannot be read or is empty, or a line is malformed, which is then named.
    """
    rows = read_plays(file)
    users, user_rows = IdMap.number(rows["user_id"])
    # Aliases are looked up for each artist and not for each row, of which there are far more.
    found, found_rows = IdMap.number(rows["artist_id"])
    right_ids, alias_rows = aliases.apply(pl.Series(found.external_ids))
    items, item_of = IdMap.number(pl.Series(right_ids))
    n_misspelt = np.count_nonzero((alias_rows >= 0).take(found_rows))
    plays = rows["plays"].to_numpy()
    if plays.sum(dtype=np.int64) > MOST:  # a cell may be, and the narrow type is twice as fast
        plays = plays.astype(np.int64)
    matrix = sum_pairs(plays, user_rows, item_of.take(found_rows), (len(users), len(items)))
    n_used = np.count_nonzero(alias_rows >= 0)
    done = f"counted for the right one, by {n_used:,} of {len(aliases.frame):,} aliases"
    repairs = (
        Repair(file.name, "rows of a misspelt artist", n_misspelt, done),
        Repair(file.name, "rows whose pair stands there already", len(rows) - matrix.nnz, "summed"),
    )
    repairs = tuple(repair for repair in repairs if repair.cases)
    return Counts(matrix, users, items, len(rows), repairs)
