"""Hold out whole playlists as the RecSys Challenge 2018 does: the first k tracks are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.errors import DataError, SettingError

SEED_NUMBERS = (0, 1, 5, 10, 25, 100)
# With one target or two, R-precision of a playlist is little more than a toss.
FEWEST_TARGETS = 5


@dataclass(frozen=True)
class Challenge:
    """Playlists to train on, and others of which only the first tracks are shown.

    Attributes
    ----------
    train_rows : ndarray of int, sorted
        Rows of the playlists to train on: all that have tracks and are not held out.
    held_out_rows : ndarray of int, shape (n,)
        Rows of the held-out playlists.
    n_seeds : ndarray of int, shape (n,)
        How many entries of each held-out playlist are shown. 0: nothing but its title.
    seed_tracks : ndarray of int32, shape (sum of n_seeds,)
        The shown tracks of one playlist after the other, each in the order of the playlist.
    targets : csr_array of float32, shape (n, n_items)
        1 for each track to be found: all tracks of a playlist that are not among its seeds.
    """

    train_rows: np.ndarray
    held_out_rows: np.ndarray
    n_seeds: np.ndarray
    seed_tracks: np.ndarray
    targets: sp.csr_array

    def __post_init__(self) -> None:
        n = len(self.held_out_rows)
        if not (len(self.n_seeds) == n == self.targets.shape[0]) or self.n_seeds.sum() != len(
            self.seed_tracks
        ):
            raise DataError(
                f"{n} held-out rows come with {len(self.n_seeds)} numbers of seeds, "
                f"{self.targets.shape[0]} rows of targets and {len(self.seed_tracks)} seeds, "
                "expected as many of each; make it with hold_out_playlists"
            )
        n_both = self.seeds.multiply(self.targets).count_nonzero()
        if n_both:
            raise DataError(
                f"{n_both} targets are also seeds of their playlist, expected none: finding what "
                "is shown is no success; take the seeds out of the targets"
            )

    @cached_property
    def seeds(self) -> sp.csr_array:
        """What is shown, float32 of shape (n, n_items): how often each track stands there."""
        starts = np.concatenate([[0], np.cumsum(self.n_seeds)]).astype(np.int32)
        ones = np.ones(len(self.seed_tracks), dtype=np.float32)
        # A copy, for summing duplicates would sort the tracks of `seed_tracks` itself.
        seeds = sp.csr_array((ones, self.seed_tracks.copy(), starts), shape=self.targets.shape)
        seeds.sum_duplicates()
        return seeds


def hold_out_playlists(
    entries: pl.DataFrame,
    n_playlists: int,
    n_tracks: int,
    *,
    n_held_out: int,
    seed: int,
    ks: Iterable[int] = SEED_NUMBERS,
) -> Challenge:
    """Hold out random whole playlists, in groups of equal size that show 0, 1, 5, ... seeds.

    The first k entries of a playlist are its seeds, a track that stands there twice counting
    twice; every other track of it is a target once, wherever else it stands. A playlist is
    chosen for a k only if that leaves at least 5 targets, so long playlists alone can show 100.
    The group of the largest k is drawn first, because fewest playlists can be in it. The groups
    thus differ in more than their seeds; `truncate` compares several k on the same playlists.

    These are the categories "first k tracks" of the challenge; those with seeds from anywhere in
    the playlist are left out, and whether the title is shown is up to the caller. The challenge
    also took care that every target occurs in training. Here one that does not stays a target,
    which no model can find.

    For a validation part, hold out again among the entries of the training rows.

    Parameters
    ----------
    entries : DataFrame
        Columns `row` (of a playlist), `pos` (ascending within it) and `track` (a column).
    n_playlists, n_tracks : int
        Number of rows and of columns there are.
    n_held_out : int
        Playlists to hold out; where the groups cannot be equal, the first of `ks` get one more.
    seed : int
        Fixes the draw.
    ks : iterable of int
        Numbers of seeds, each different.

    Raises
    ------
    DataError
        If a column is missing, or a row or track is out of range.
    SettingError
        If a number is out of range, too few playlists are long enough, or none would be left
        for training.
    """
    n_held_out, ks = _check_settings(n_held_out, ks)
    rng = np.random.default_rng(whole_number("split seed", seed, 0))
    _check_entries(entries, n_playlists, n_tracks)
    row, track, place, is_first = _places(entries, n_playlists, n_tracks)
    sizes = _group_sizes(ks, n_held_out)
    shown = _draw(row[is_first], place[is_first], n_playlists, sizes, rng)
    held_out = np.flatnonzero(shown >= 0)
    train = np.setdiff1d(row, held_out)
    if not len(train):
        raise SettingError(
            f"all {len(held_out)} playlists would be held out, expected some left for training; "
            "lower n_held_out"
        )
    is_seed = place < shown[row]
    # A track is a target if and only if its first place in the playlist is behind the seeds.
    is_target = is_first & ~is_seed & (shown[row] >= 0)
    return Challenge(
        train_rows=train,
        held_out_rows=held_out,
        n_seeds=shown[held_out],
        seed_tracks=track[is_seed].astype(np.int32),
        targets=_ones(
            np.searchsorted(held_out, row[is_target]),
            track[is_target],
            shape=(len(held_out), n_tracks),
        ),
    )


def seed_numbers(lengths: np.ndarray, n_held_out: int) -> tuple[int, ...]:
    """Return the first of `SEED_NUMBERS` that so many held-out playlists can show.

    Parameters
    ----------
    lengths : ndarray of int, shape (n_playlists,)
        Distinct tracks of each playlist.
    n_held_out : int
        As in `hold_out_playlists`, which takes these numbers wherever it takes any.

    Examples
    --------
    >>> seed_numbers(np.array([8, 12, 30, 40]), 3)
    (0, 1, 5)
    """
    for n in range(min(len(SEED_NUMBERS), whole_number("n_held_out", n_held_out, 1)), 1, -1):
        sizes = _group_sizes(list(SEED_NUMBERS[:n]), n_held_out)
        longest_first = np.cumsum(list(sizes.values())[::-1])
        n_able = [(lengths >= k + FEWEST_TARGETS).sum() for k in list(sizes)[::-1]]
        if (n_able >= longest_first).all():
            return SEED_NUMBERS[:n]
    return SEED_NUMBERS[:1]


def truncate(challenge: Challenge, rows: np.ndarray, k: int) -> Challenge:
    """Show only the first `k` seeds of some held-out playlists; their targets stay the same.

    Several k on the same playlists and targets can be compared playlist by playlist.

    Parameters
    ----------
    challenge : Challenge
    rows : ndarray of int or bool
        Which held-out playlists: places in `held_out_rows`, or a flag for each.
    k : int
        Number of seeds, from 0 to the fewest that any of these playlists has.

    Raises
    ------
    SettingError
        If k is out of range.

    Examples
    --------
    >>> entries = pl.DataFrame({"row": [0] * 7 + [1], "pos": [*range(7), 0], "track": [*range(8)]})
    >>> challenge = hold_out_playlists(entries, 2, 8, n_held_out=1, seed=0, ks=[2])
    >>> truncate(challenge, np.array([0]), 1).seed_tracks
    array([0], dtype=int32)
    """
    places = np.arange(len(challenge.held_out_rows))[rows]
    fewest = int(challenge.n_seeds[places].min(initial=np.iinfo(np.int32).max))
    if whole_number("k", k, 0) > fewest:
        raise SettingError(
            f"k is {k}, expected at most {fewest}: one of the playlists has no more seeds; choose "
            "rows by n_seeds"
        )
    starts = np.cumsum(challenge.n_seeds) - challenge.n_seeds
    return Challenge(
        train_rows=challenge.train_rows,
        held_out_rows=challenge.held_out_rows[places],
        n_seeds=np.full(len(places), k, dtype=challenge.n_seeds.dtype),
        seed_tracks=challenge.seed_tracks[(starts[places, None] + np.arange(k)).ravel()],
        targets=challenge.targets[places],
    )


def _group_sizes(ks: list[int], n_held_out: int) -> dict[int, int]:
    at_least, n_larger = divmod(n_held_out, len(ks))
    return {k: at_least + (place < n_larger) for place, k in enumerate(ks)}


def _places(
    entries: pl.DataFrame, n_playlists: int, n_tracks: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return row, track and place (from 0) of each entry, in order, and whether it is the first.

    "First" is the first entry of its track in its playlist. Pairs are told apart as numbers:
    that is several times faster than distinct rows of a table.
    """
    in_order = entries.sort("row", "pos", maintain_order=True)
    row, track = in_order["row"].to_numpy(), in_order["track"].to_numpy()
    starts = np.searchsorted(row, np.arange(n_playlists))
    place = np.arange(len(row)) - starts[row]
    is_first = np.zeros(len(row), dtype=bool)
    is_first[np.unique(row.astype(np.int64) * n_tracks + track, return_index=True)[1]] = True
    return row, track, place, is_first


def _draw(
    row: np.ndarray,
    place: np.ndarray,
    n_playlists: int,
    sizes: dict[int, int],
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the number of seeds of each playlist, or -1 for one that is not held out.

    `row` and `place` are those of the first entry of each track of each playlist. A playlist
    that can show k seeds can show fewer, so drawing for the largest k first never fails where
    another order would not.
    """
    shown = np.full(n_playlists, -1)
    for k in sorted(sizes, reverse=True):
        n_targets = np.bincount(row[place >= k], minlength=n_playlists)
        able = np.flatnonzero((n_targets >= FEWEST_TARGETS) & (shown < 0))
        if len(able) < sizes[k]:
            raise SettingError(
                f"{len(able)} playlists are free to show {k} seeds and keep {FEWEST_TARGETS} "
                f"targets, expected {sizes[k]}; hold out fewer, or leave {k} out of ks"
            )
        shown[rng.choice(able, sizes[k], replace=False)] = k
    return shown


def _ones(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sp.csr_array:
    cells = (rows.astype(np.int32), columns.astype(np.int32))
    return sp.coo_array((np.ones(len(rows), np.float32), cells), shape=shape).tocsr()


def _check_settings(n_held_out: int, ks: Iterable[int]) -> tuple[int, list[int]]:
    ks = [whole_number("a number of seeds", k, 0) for k in ks]
    if not ks or len(set(ks)) < len(ks):
        raise SettingError(f"ks are {ks}, expected one number of seeds or more, each different")
    if whole_number("n_held_out", n_held_out, 1) < len(ks):
        raise SettingError(
            f"n_held_out is {n_held_out}, expected at least {len(ks)}: a playlist for each of "
            f"{ks} seeds"
        )
    return int(n_held_out), ks


def _check_entries(entries: pl.DataFrame, n_playlists: int, n_tracks: int) -> None:
    for name, size in (("row", n_playlists), ("pos", None), ("track", n_tracks)):
        if name not in entries.columns:
            raise DataError(
                f"the entries have the columns {entries.columns}, expected row, pos and track; "
                f"add {name!r}"
            )
        column = entries[name]
        if not column.dtype.is_integer() or column.null_count():
            raise DataError(
                f"column {name!r} of the entries holds {column.dtype} with {column.null_count()} "
                "gaps, expected a whole number in every row"
            )
        if size is not None and len(column) and not 0 <= column.min() <= column.max() < size:
            raise DataError(
                f"column {name!r} of the entries runs from {column.min()} to {column.max()}, "
                f"expected 0 to {size - 1}"
            )
