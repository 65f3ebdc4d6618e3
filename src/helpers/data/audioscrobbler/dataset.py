"""The dump as one object: play counts of the right artists, their names, and every repair."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.data.audioscrobbler.repairs import Repair
from helpers.interactions import IdMap, Interactions, names_of


@dataclass(frozen=True)
class Audioscrobbler:
    """The Audioscrobbler dump, repaired; identifiers are those of the files and have holes.

    Attributes
    ----------
    counts : csr_array of int32 or int64, shape (n_users, n_artists)
        How often a user played an artist; canonical. Aliases are applied, and the counts of rows
        that then are the same pair are summed.
    users, items : IdMap
        Identifiers of rows and columns: users and artists that were played.
    raw_rows : int
        Rows of the file of play counts.
    artists : DataFrame
        artist_id, name: every artist of the file of artists, played or not.
    repairs : tuple of Repair
        What was wrong or odd in the files, and what was done; see `repair_table`.
    """

    counts: sp.csr_array
    users: IdMap
    items: IdMap
    raw_rows: int
    artists: pl.DataFrame
    repairs: tuple[Repair, ...]

    @cached_property
    def plays(self) -> pl.DataFrame:
        """user_id, artist_id (Int32), plays (Int64); one row a pair, sorted by user and artist."""
        lengths = np.diff(self.counts.indptr)
        return pl.DataFrame(
            {
                "user_id": np.repeat(self.users.external_ids, lengths),
                "artist_id": self.items.external_ids[self.counts.indices],
                "plays": self.counts.data.astype(np.int64),
            }
        )

    def interactions(self, max_plays: int | None = None) -> Interactions:
        """Return users × artists with play counts as weights, and artist names.

        Parameters
        ----------
        max_plays : int, optional
            Larger counts of a pair are taken to be this; by default all are as they are.

        Raises
        ------
        SettingError
            If `max_plays` is not a whole number from 1 upwards.
        """
        plays = self.counts.data
        if max_plays is not None:
            plays = np.minimum(plays, whole_number("max_plays", max_plays, least=1))
        cells = plays.astype(np.float32), self.counts.indices, self.counts.indptr
        matrix = sp.csr_array(cells, shape=self.counts.shape)
        names = names_of(self.items, self.artists, "artist_id")
        return Interactions(matrix, self.users, self.items, names)
