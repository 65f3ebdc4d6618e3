"""Write who played whom how often, a share of it under misspelt names."""

from pathlib import Path

import numpy as np
import polars as pl

from helpers.data.synthetic.audioscrobbler.dump import Dump
from helpers.data.synthetic.audioscrobbler.listening import N_IMPOSSIBLE, listen_all
from helpers.data.synthetic.world import Listening

_FEW_VARIANTS = 3  # With that many variants an artist is misspelt half as often as it can be.
_COMMON_FIRST = 2.5  # How much more common the first variants of an artist are than the last.


def write_plays(file: Path, dump: Dump) -> dict[str, int]:
    """Write `user_artist_data.txt`, some listeners at a time, and return what is in it.

    Returns
    -------
    dict of int
        "rows", "plays" (their sum), "most_plays", "users", "artists" (different identifiers,
        misspelt ones too), "artists_without_name" and "rows_without_name" (of artists whom
        `artist_data.txt` does not name), "rows_misspelt" (under a misspelt name).
    """
    is_played = np.zeros(len(dump.artist_ids), dtype=bool)
    sums = ("rows", "plays", "most_plays", "rows_without_name", "rows_misspelt")
    counts = dict.fromkeys(sums, 0)
    with file.open("wb") as handle:
        for chunk in listen_all(dump.world, dump.settings):
            rng = dump.world.rng("dump", "misspelt", int(chunk.listeners[0]))
            listeners, artists, plays = misspell(chunk, dump, rng)
            is_played[artists] = True
            counts["rows"] += len(plays)
            counts["plays"] += int(plays.sum())
            counts["most_plays"] = max(counts["most_plays"], int(plays.max()))
            counts["rows_without_name"] += int(np.isin(artists, dump.unnamed).sum())
            counts["rows_misspelt"] += int((artists >= dump.n_artists).sum())
            ids = dump.artist_ids[artists]
            order = np.lexsort((ids, listeners))
            columns = (dump.user_ids[listeners], ids, plays)
            frame = pl.DataFrame([pl.Series(column[order]) for column in columns])
            frame.write_csv(handle, include_header=False, separator=" ")
    return counts | {
        "users": len(dump.user_ids),
        "artists": int(is_played.sum()),
        "artists_without_name": int(is_played[dump.unnamed].sum()),
    }


def misspell(
    chunk: Listening, dump: Dump, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return listeners, rows of the identifiers and plays, some under misspelt names.

    The plays of a pair stand under the artist, under one misspelt name, or under both.
    """
    listeners, artists, plays = chunk
    settings, start = dump.settings, dump.variants.start
    n_variants = np.diff(start)[artists]
    chance = n_variants / (n_variants + _FEW_VARIANTS)
    # Whose counts cannot be shall have them in one row.
    luck = np.where(listeners < N_IMPOSSIBLE, 1.0, rng.random(len(plays)))
    is_wrong = luck < settings.misspelt_share * chance
    has_both = ~is_wrong & (luck < (settings.misspelt_share + settings.both_share) * chance)
    has_both &= plays > 1
    which = n_variants * rng.random(len(plays)) ** _COMMON_FIRST
    variant = dump.n_artists + start[artists] + which.astype(np.int64)
    astray = (1 + (plays - 1) * rng.random(len(plays)) / 2).astype(np.int64)
    return (
        np.concatenate([listeners, listeners[has_both]]),
        np.concatenate([np.where(is_wrong, variant, artists), variant[has_both]]),
        np.concatenate([np.where(has_both, plays - astray, plays), astray[has_both]]),
    )
