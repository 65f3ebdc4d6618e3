from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.challenge import (
    FEWEST_TARGETS,
    SEED_NUMBERS,
    Challenge,
    hold_out_playlists,
    seed_numbers,
    truncate,
)
from helpers.errors import DataError, SettingError

N_TRACKS = 30
PLAYLISTS = st.lists(st.lists(st.integers(0, N_TRACKS - 1), max_size=25), min_size=4, max_size=14)
SEEDS = st.integers(0, 2**32)
KS = (0, 2, 5)


def entries_of(playlists: list[list[int]], shuffle_by: int | None = None) -> pl.DataFrame:
    """Return playlists as a table; positions have gaps, as where local files were left out."""
    rows = [
        (row, 3 * place + 1, track)
        for row, tracks in enumerate(playlists)
        for place, track in enumerate(tracks)
    ]
    schema = {"row": pl.Int32, "pos": pl.Int32, "track": pl.Int32}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame if shuffle_by is None else frame.sample(fraction=1, shuffle=True, seed=shuffle_by)


def hold_out(playlists: list[list[int]], n_held_out: int, seed: int = 0, ks=KS) -> Challenge:
    return hold_out_playlists(
        entries_of(playlists), len(playlists), N_TRACKS, n_held_out=n_held_out, seed=seed, ks=ks
    )


def long_playlists(n: int, length: int = 20) -> list[list[int]]:
    """Return playlists of distinct tracks in random order."""
    rng = np.random.default_rng(1)
    return [rng.permutation(N_TRACKS)[:length].tolist() for _ in range(n)]


def tracks_of(matrix, place: int) -> set[int]:
    return set(matrix[[place]].indices.tolist())


def seeds_in_order(challenge: Challenge) -> list[list[int]]:
    ends = np.cumsum(challenge.n_seeds)
    return [part.tolist() for part in np.split(challenge.seed_tracks, ends[:-1])]


def same(one: Challenge, other: Challenge) -> bool:
    names = ("train_rows", "held_out_rows", "n_seeds", "seed_tracks")
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names) and (
        (one.targets != other.targets).nnz == 0
    )


@given(PLAYLISTS, SEEDS)
def test_seeds_come_first_and_targets_are_all_other_tracks(playlists, seed):
    # Four more that can show any number of seeds, so that there is always something to draw.
    playlists = playlists + long_playlists(4)
    challenge = hold_out(playlists, n_held_out=3, seed=seed)
    shown = seeds_in_order(challenge)
    for place, row in enumerate(challenge.held_out_rows):
        tracks, k = playlists[row], challenge.n_seeds[place]
        assert shown[place] == tracks[:k]
        seeds, targets = tracks_of(challenge.seeds, place), tracks_of(challenge.targets, place)
        assert seeds == set(tracks[:k])
        assert not seeds & targets
        assert seeds | targets == set(tracks)
        assert len(targets) >= FEWEST_TARGETS
        assert challenge.seeds[[place]].sum() == k
    assert (challenge.targets.data == 1).all()


@given(PLAYLISTS, SEEDS)
def test_no_held_out_playlist_is_trained_on(playlists, seed):
    playlists = playlists + long_playlists(4)
    challenge = hold_out(playlists, n_held_out=3, seed=seed)
    with_tracks = {row for row, tracks in enumerate(playlists) if tracks}
    assert not set(challenge.train_rows) & set(challenge.held_out_rows)
    assert set(challenge.train_rows) | set(challenge.held_out_rows) == with_tracks
    assert (np.diff(challenge.train_rows) > 0).all()


@given(PLAYLISTS, SEEDS, st.integers(0, 100))
def test_the_draw_depends_on_the_seed_alone_and_not_on_the_order_of_the_table(
    playlists, seed, shuffle_by
):
    playlists = playlists + long_playlists(4)
    settings = {"n_held_out": 3, "seed": seed, "ks": KS}
    sizes = (len(playlists), N_TRACKS)
    one = hold_out_playlists(entries_of(playlists), *sizes, **settings)
    assert same(one, hold_out_playlists(entries_of(playlists, shuffle_by), *sizes, **settings))


def test_another_seed_holds_out_other_playlists():
    draws = {tuple(hold_out(long_playlists(40), 6, seed).held_out_rows) for seed in range(5)}
    assert len(draws) == 5


def test_groups_are_of_equal_size_and_the_first_take_what_is_left_over():
    challenge = hold_out(long_playlists(30), n_held_out=11)
    assert [int((challenge.n_seeds == k).sum()) for k in KS] == [4, 4, 3]


def test_a_track_that_stands_twice_is_a_seed_only():
    # The first three entries are seeds: track 1 twice among them and once behind.
    tracks = [1, 2, 1, 3, 4, 1, 5, 6, 7, 3]
    challenge = hold_out([tracks, [0]], n_held_out=1, ks=[3])
    assert challenge.held_out_rows.tolist() == [0]
    assert challenge.seed_tracks.tolist() == [1, 2, 1]
    assert challenge.seeds.toarray()[0, :4].tolist() == [0, 2, 1, 0]
    assert tracks_of(challenge.targets, 0) == {3, 4, 5, 6, 7}


def test_a_playlist_is_chosen_only_where_enough_distinct_targets_stay():
    too_few = [0, 1, 2, 3, 4, 5, 5, 5, 1, 0]  # two seeds leave 2, 3, 4, 5
    enough = [0, 1, 2, 3, 4, 5, 6]
    for seed in range(10):
        challenge = hold_out([too_few, enough, too_few], n_held_out=1, seed=seed, ks=[2])
        assert challenge.held_out_rows.tolist() == [1]
    with pytest.raises(SettingError, match="1 playlists are free to show 2 seeds and keep 5"):
        hold_out([too_few, enough, too_few], n_held_out=2, ks=[2])


def test_the_only_long_playlists_are_kept_for_the_group_that_needs_them():
    playlists = [list(range(6))] * 3 + [list(range(25))]
    for seed in range(10):
        challenge = hold_out(playlists, n_held_out=2, seed=seed, ks=[0, 20])
        assert dict(zip(challenge.held_out_rows, challenge.n_seeds, strict=True))[3] == 20


def test_holding_out_again_among_the_training_rows_gives_a_validation_part():
    playlists = long_playlists(30)
    entries = entries_of(playlists)
    test = hold_out_playlists(entries, 30, N_TRACKS, n_held_out=6, seed=0, ks=KS)
    rest = entries.filter(pl.col("row").is_in(test.train_rows.tolist()))
    validation = hold_out_playlists(rest, 30, N_TRACKS, n_held_out=6, seed=0, ks=KS)
    parts = [validation.train_rows, validation.held_out_rows, test.held_out_rows]
    assert sorted(np.concatenate(parts).tolist()) == list(range(30))


@pytest.mark.parametrize("k", [0, 1, 3, 10])
def test_truncating_shows_fewer_seeds_of_the_same_playlists_with_the_same_targets(k):
    playlists = long_playlists(20)
    challenge = hold_out(playlists, n_held_out=8, ks=[0, 10])
    rows = challenge.n_seeds >= 10
    fewer = truncate(challenge, rows, k)
    assert fewer.held_out_rows.tolist() == challenge.held_out_rows[rows].tolist()
    assert fewer.n_seeds.tolist() == [k] * 4
    assert seeds_in_order(fewer) == [playlists[row][:k] for row in fewer.held_out_rows]
    assert (fewer.targets != challenge.targets[np.flatnonzero(rows)]).nnz == 0
    assert fewer.seeds.sum() == 4 * k


def test_truncating_takes_places_as_well_as_flags():
    challenge = hold_out(long_playlists(20), n_held_out=8)
    rows = challenge.n_seeds >= 2
    assert same(truncate(challenge, rows, 2), truncate(challenge, np.flatnonzero(rows), 2))


def test_truncating_to_more_seeds_than_a_playlist_has_is_refused():
    challenge = hold_out(long_playlists(20), n_held_out=8)
    with pytest.raises(SettingError, match="k is 3, expected at most 2"):
        truncate(challenge, challenge.n_seeds >= 2, 3)


def test_targets_that_are_seeds_are_refused():
    # Counting what is shown as found makes values that no recommender can reach.
    challenge = hold_out([list(range(12)), [0]], n_held_out=1, ks=[4])
    everything = challenge.targets + challenge.seeds
    with pytest.raises(DataError, match="4 targets are also seeds of their playlist"):
        replace(challenge, targets=everything)


def test_parts_of_different_length_are_refused():
    challenge = hold_out(long_playlists(9), n_held_out=3)
    with pytest.raises(DataError, match="3 held-out rows come with 2 numbers of seeds"):
        replace(challenge, n_seeds=challenge.n_seeds[:2])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_held_out": 0}, "n_held_out is 0, expected a whole number from 1"),
        ({"n_held_out": 2}, "n_held_out is 2, expected at least 3"),
        ({"n_held_out": 9}, "all 9 playlists would be held out"),
        ({"seed": -1}, "split seed is -1"),
        ({"ks": []}, r"ks are \[\], expected one number of seeds or more"),
        ({"ks": [5, 5]}, "each different"),
        ({"ks": [-1]}, "a number of seeds is -1"),
        ({"ks": [0, 1, 100]}, "0 playlists are free to show 100 seeds and keep 5 targets"),
    ],
)
def test_settings_out_of_range_are_refused_with_a_sentence(settings, message):
    settings = {"n_held_out": 3, "seed": 0, "ks": KS} | settings
    with pytest.raises(SettingError, match=message):
        hold_out_playlists(entries_of(long_playlists(9)), 9, N_TRACKS, **settings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e.drop("pos"), "add 'pos'"),
        (lambda e: e.with_columns(row=pl.col("row") + 1), "'row' of the entries runs from 1 to 9"),
        (lambda e: e.with_columns(track=pl.col("track") - 30), "expected 0 to 29"),
        (lambda e: e.with_columns(track=pl.lit(None, pl.Int32)), "gaps, expected a whole number"),
        (lambda e: e.cast({"track": pl.String}), "'track' of the entries holds String"),
    ],
)
def test_entries_that_do_not_fit_are_refused_with_a_sentence(change, message):
    entries = change(entries_of(long_playlists(9)))
    with pytest.raises(DataError, match=message):
        hold_out_playlists(entries, 9, N_TRACKS, n_held_out=3, seed=0, ks=KS)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=40), st.integers(1, 60))
def test_numbers_of_seeds_are_as_many_as_the_playlists_are_long_enough_for(lengths, n_held_out):
    playlists = [list(range(length)) for length in lengths]
    entries = entries_of([*playlists, [0]])  # and one to train on

    def can(ks) -> bool:
        try:
            hold_out_playlists(
                entries, len(playlists) + 1, 200, n_held_out=n_held_out, seed=0, ks=ks
            )
        except SettingError:
            return False
        return True

    ks = seed_numbers(np.array(lengths), n_held_out)
    longer = SEED_NUMBERS[: len(ks) + 1]
    assert ks == SEED_NUMBERS[: len(ks)]
    assert len(ks) == 1 or can(ks)
    assert longer == ks or not can(longer)
