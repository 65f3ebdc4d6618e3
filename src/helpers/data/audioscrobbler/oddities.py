"""What is odd in play counts although every line is well formed."""

import numpy as np
import polars as pl

from helpers.data.audioscrobbler.aliases import Aliases
from helpers.data.audioscrobbler.artists import Artists
from helpers.data.audioscrobbler.dataset import Audioscrobbler
from helpers.data.audioscrobbler.repairs import Repair
from helpers.data.findings import EXAMPLES
from helpers.data.tables import shown

POSSIBLE_PLAYS = 328_725
"""Songs that fit into 2.5 years without a pause at four minutes each: the dump counts what was
played from autumn 2002 to May 2005."""

_UNKNOWN = "[unknown]"
_CAP = "kept; interactions(max_plays=...) caps what one pair counts"


def unnamed(file: str, aliases: Aliases, artists: Artists) -> list[Repair]:
    """Return which aliases lead to an artist whose name nobody knows."""
    is_named = np.isin(aliases.frame["good_id"].to_numpy(), artists.frame["artist_id"].to_numpy())
    odd = aliases.frame.filter(pl.Series(~is_named)).head(EXAMPLES)
    examples = tuple(f"{bad} to {good}" for bad, good in odd.iter_rows())
    what, n = "aliases to an artist without a name", int((~is_named).sum())
    return _if_any(file, what, n, "followed", examples)


def oddities(file: str, data: Audioscrobbler) -> list[Repair]:
    """Return what is odd in play counts; `file` is what they came from."""
    return [
        *_nameless(file, data),
        *_unknown(file, data),
        *_impossible_pairs(file, data),
        *_impossible_users(file, data),
    ]


def _nameless(file: str, data: Audioscrobbler) -> list[Repair]:
    ids = data.items.external_ids
    odd = ids[~np.isin(ids, data.artists["artist_id"].to_numpy())]
    examples = tuple(f"artist {one}" for one in odd[:EXAMPLES])
    return _if_any(file, "played artists without a name", len(odd), "shown by number", examples)


def _unknown(file: str, data: Audioscrobbler) -> list[Repair]:
    """Return how often people played songs whose artist their player did not know."""
    named_so = data.artists.filter(pl.col("name").str.to_lowercase() == _UNKNOWN)["artist_id"]
    is_unknown = np.isin(data.items.external_ids, named_so.to_numpy())
    if not is_unknown.any():
        return []
    is_meant = is_unknown[data.counts.indices]
    n, n_pairs = int(data.counts.data[is_meant].sum()), int(is_meant.sum())
    examples = tuple(f"artist {one}" for one in data.items.external_ids[is_unknown][:EXAMPLES])
    done = f"kept: {n_pairs:,} pairs with an artist that is none"
    return _if_any(file, f"plays of {_UNKNOWN}", n, done, examples)


def _impossible_pairs(file: str, data: Audioscrobbler) -> list[Repair]:
    cells = np.flatnonzero(data.counts.data > POSSIBLE_PLAYS)
    largest = cells[np.argsort(-data.counts.data[cells], kind="stable")][:EXAMPLES]
    examples = []
    for cell in largest:
        row = np.searchsorted(data.counts.indptr, cell, side="right") - 1
        user = data.users.external_ids[row]
        artist = data.items.external_ids[data.counts.indices[cell]]
        name = data.artists.filter(pl.col("artist_id") == artist)["name"]
        called = f" {shown(name[0])}" if len(name) else ""
        examples.append(f"user {user}: {data.counts.data[cell]:,} plays of artist {artist}{called}")
    what = f"pairs with more than {POSSIBLE_PLAYS:,} plays, 2.5 years without a pause"
    return _if_any(file, what, len(cells), _CAP, tuple(examples))


def _impossible_users(file: str, data: Audioscrobbler) -> list[Repair]:
    sums = data.counts.sum(axis=1)
    rows = np.flatnonzero(sums > POSSIBLE_PLAYS)
    largest = rows[np.argsort(-sums[rows], kind="stable")][:EXAMPLES]
    examples = tuple(f"user {data.users.external_ids[row]}: {sums[row]:,} plays" for row in largest)
    what = f"users with more than {POSSIBLE_PLAYS:,} plays, 2.5 years without a pause"
    return _if_any(file, what, len(rows), _CAP, examples)


def _if_any(
    file: str, found: str, cases: int, done: str, examples: tuple[str, ...] = ()
) -> list[Repair]:
    return [Repair(file, found, cases, done, examples)] if cases else []
