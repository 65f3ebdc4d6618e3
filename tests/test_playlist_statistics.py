"""Statistics of playlists agree with counting by hand, by brute force and by drawing samples."""

import itertools

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.playlist_statistics import (
    companions,
    expected_sample,
    group_likeness,
    neighbour_shares,
    pair_agreement,
    title_keys,
)

SMALL = sp.csr_array(
    np.array(
        [
            [1, 1, 0, 0, 0],
            [1, 1, 1, 0, 0],
            [1, 0, 1, 0, 0],
            [0, 0, 1, 1, 1],
            [1, 0, 0, 1, 1],
            [0, 0, 0, 0, 0],
        ],
        dtype=np.float32,
    )
)


def drawn_playlists(seed: int, n: int = 30, n_tracks: int = 20) -> sp.csr_array:
    rng = np.random.default_rng(seed)
    return sp.csr_array((rng.random((n, n_tracks)) < 0.3).astype(np.float32))


# Titles


def test_spellings_of_one_title_have_one_key():
    titles = pl.Series(["Road  Trip", "ROAD TRIP!!", " road trip ", "~road trip~", "road trip 🔥"])
    assert title_keys(titles).unique().to_list() == ["road trip"]


def test_an_apostrophe_joins_and_other_words_stay_apart():
    titles = pl.Series(["90's", "90s", "90 s", "my 90s"])
    assert title_keys(titles).to_list() == ["90s", "90s", "90 s", "my 90s"]


def test_titles_of_signs_alone_are_kept_and_told_apart():
    titles = pl.Series(["🔥", "🔥🔥", "?", "✔️", "", "  ", None])
    assert title_keys(titles).to_list() == ["🔥", "🔥🔥", "?", "✔️", "", "", ""]


def test_titles_of_every_script_keep_their_words():
    titles = pl.Series(["夜のドライブ!", "Плейлист", "MÚSICA", "हिंदी गाने", "①"])
    assert title_keys(titles).to_list() == ["夜のドライブ", "плейлист", "música", "हिंदी गाने", "1"]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_a_key_is_its_own_key(titles):
    keys = title_keys(pl.Series(titles))
    assert title_keys(keys).to_list() == keys.to_list()


# Groups


def likeness(playlists: sp.csr_array, one: int, other: int) -> float:
    a, b = playlists.toarray()[[one, other]]
    norm = np.sqrt(a.sum() * b.sum())
    return a @ b / norm if norm else 0.0


def lift_by_hand(playlists: sp.csr_array, rows: list[int], n: int) -> tuple[float, float]:
    inside = [likeness(playlists, *pair) for pair in itertools.combinations(rows, 2)]
    others = [row for row in range(n) if row not in rows]
    outside = [likeness(playlists, *pair) for pair in itertools.product(rows, others)]
    return np.mean(inside), np.mean(outside)


@pytest.mark.parametrize("seed", range(3))
def test_likeness_is_the_mean_over_all_pairs(seed):
    playlists = drawn_playlists(seed)
    rows = [1, 4, 7, 8, 20]
    members = pl.DataFrame({"row": rows, "group": ["a"] * len(rows)})
    (found,) = group_likeness(playlists, members).to_dicts()
    inside, outside = lift_by_hand(playlists, rows, 30)
    assert found["n"] == len(rows)
    np.testing.assert_allclose(
        [found["inside"], found["outside"], found["lift"]], [inside, outside, inside / outside]
    )


def test_the_interval_is_the_jackknife_over_playlists():
    playlists, rows = drawn_playlists(5), [0, 3, 9, 12, 17, 28]
    members = pl.DataFrame({"row": rows, "group": [0] * len(rows)})
    (found,) = group_likeness(playlists, members).to_dicts()
    others = [row for row in range(30) if row not in rows]
    without = []
    for row in rows:
        kept = [one for one in rows if one != row]
        inside, outside = lift_by_hand(playlists[[*kept, *others]], [*range(5)], 29)
        without.append(inside / outside)
    pseudo = 6 * found["lift"] - 5 * np.array(without)
    error = 1.96 * pseudo.std(ddof=1) / np.sqrt(6)
    np.testing.assert_allclose(found["high"], found["lift"] + error)
    np.testing.assert_allclose(found["low"], max(found["lift"] - error, 0))


def test_intervals_of_groups_drawn_by_chance_hold_one_about_as_often_as_they_say():
    rng = np.random.default_rng(0)
    playlists = drawn_playlists(1, n=400, n_tracks=80)
    rows = np.concatenate([rng.choice(400, 25, replace=False) for _ in range(200)])
    members = pl.DataFrame({"row": rows, "group": np.repeat(np.arange(200), 25)})
    found = group_likeness(playlists, members)
    assert 0.88 <= ((found["low"] <= 1) & (found["high"] >= 1)).mean() <= 0.99


def test_how_often_a_track_or_a_member_is_stored_does_not_count():
    members = pl.DataFrame({"row": [0, 1, 2, 2], "group": ["a"] * 4})
    once = group_likeness(SMALL, members.head(3))
    assert group_likeness(SMALL * 7, members).equals(once)


def test_groups_stand_in_order_and_may_share_playlists():
    members = pl.DataFrame({"row": [3, 4, 0, 0, 1, 2], "group": ["b", "b", "b", "a", "a", "a"]})
    found = group_likeness(SMALL, members)
    assert found["group"].to_list() == ["a", "b"]
    assert found["n"].to_list() == [3, 3]


def test_groups_too_small_too_large_or_like_nobody_have_no_lift():
    alone = sp.csr_array(np.eye(6, dtype=np.float32))
    members = pl.DataFrame(
        {"row": [0, 1, *range(6), 0, 1, 2], "group": [0] * 2 + [1] * 6 + [2] * 3}
    )
    found = group_likeness(alone, members)
    assert found["lift"].is_nan().all()
    assert found["low"].is_nan().all()


def test_no_members_give_no_groups():
    members = pl.DataFrame(schema={"row": pl.Int64, "group": pl.String})
    assert len(group_likeness(SMALL, members)) == 0


def test_a_member_outside_the_matrix_is_refused():
    with pytest.raises(SettingError, match="members run from row 0 to 6"):
        group_likeness(SMALL, pl.DataFrame({"row": [0, 6], "group": ["a", "a"]}))


# Neighbours


def test_neighbours_are_counted_by_hand():
    rows = np.array([0, 0, 0, 0, 1, 1, 1])
    artists = np.array([5, 5, 2, 5, 2, 2, 2])
    shares, chances = neighbour_shares(rows, artists, [1, 2, 3])
    np.testing.assert_allclose(shares, [3 / 5, 2 / 3, 1])
    # Half of the pairs of the first playlist agree, all of the second.
    np.testing.assert_allclose(chances, [(3 * 0.5 + 2) / 5, (2 * 0.5 + 1) / 3, 0.5])


def test_chance_is_what_shuffling_each_playlist_gives():
    rng = np.random.default_rng(0)
    rows = np.repeat(np.arange(12), rng.integers(1, 30, 12))
    values = rng.integers(0, 6, len(rows))
    _, chances = neighbour_shares(rows, values, [1, 5])
    shuffled = []
    for _ in range(400):
        order = np.lexsort((rng.random(len(rows)), rows))
        shuffled.append(neighbour_shares(rows, values[order], [1, 5])[0])
    np.testing.assert_allclose(np.mean(shuffled, axis=0), chances, atol=0.01)


def test_a_distance_longer_than_every_playlist_is_nan():
    shares, chances = neighbour_shares(np.array([0, 0, 2]), np.array([1, 1, 1]), [1, 2, 9])
    assert np.isnan(shares).tolist() == np.isnan(chances).tolist() == [False, True, True]


def test_a_distance_below_one_is_refused():
    with pytest.raises(SettingError, match="distance is 0"):
        neighbour_shares(np.array([0, 0]), np.array([1, 1]), [0])


# Companions


def test_companions_are_the_other_tracks_of_the_playlists_that_hold_a_track():
    found = companions(SMALL, SMALL.T.tocsr(), 0)
    assert found.tracks.tolist() == [1, 2, 3, 4]
    assert found.together.tolist() == [2, 2, 1, 1]
    np.testing.assert_allclose(found.expected, 4 * np.array([2, 3, 2, 2]) / 6)


def test_a_track_alone_in_its_playlist_has_no_companion():
    alone = sp.csr_array(np.eye(2, dtype=np.float32))
    assert len(companions(alone, alone.T.tocsr(), 1).tracks) == 0


# Samples


@pytest.mark.parametrize("size", [1, 3, 10, 29, 30])
def test_expected_samples_are_the_mean_of_many(size):
    playlists, rng = drawn_playlists(2, n_tracks=60), np.random.default_rng(3)
    popularity = np.bincount(playlists.indices, minlength=60)
    seen = []
    for _ in range(600):
        rows = rng.choice(30, size, replace=False)
        counts = np.bincount(playlists[rows].indices, minlength=60)
        seen.append([np.count_nonzero(counts), np.sum(counts == 1)])
    distinct, once = expected_sample(popularity, 30, [size])
    np.testing.assert_allclose(np.mean(seen, axis=0), [distinct[0], once[0]], atol=0.6)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_the_whole_is_its_own_sample_and_larger_samples_hold_no_less(popularity):
    popularity = np.array(popularity)
    distinct, once = expected_sample(popularity, 40, range(1, 41))
    np.testing.assert_allclose(distinct[-1], np.count_nonzero(popularity), atol=1e-6)
    np.testing.assert_allclose(once[-1], np.sum(popularity == 1), atol=1e-6)
    np.testing.assert_allclose([distinct[0], once[0]], popularity.sum() / 40, rtol=1e-6)
    assert (np.diff(distinct) >= -1e-6).all()
    assert (once <= distinct + 1e-6).all()


def test_samples_of_a_million_are_finite():
    distinct, once = expected_sample(np.array([1, 40_000]), 1_000_000, [1, 1000, 1_000_000])
    assert np.isfinite([distinct, once]).all()
    np.testing.assert_allclose(distinct[-1], 2, rtol=1e-6)


def test_sizes_and_popularities_out_of_range_are_refused():
    with pytest.raises(SettingError, match="sizes run from 0 to 3, expected 1 to 5"):
        expected_sample(np.array([1]), 5, [0, 3])
    with pytest.raises(SettingError, match="popularity runs from 1 to 6, expected 0 to 5"):
        expected_sample(np.array([1, 6]), 5, [2])


# Pairs


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=20))
def test_agreement_is_that_of_all_pairs(labels):
    found, true = np.array(labels).T
    pairs = [
        (found[a] == found[b], true[a] == true[b])
        for a, b in itertools.combinations(range(len(found)), 2)
    ]
    both = sum(together and belonging for together, belonging in pairs)
    n_found, n_true = sum(together for together, _ in pairs), sum(belongs for _, belongs in pairs)
    expected = [both / n_found if n_found else np.nan, both / n_true if n_true else np.nan]
    np.testing.assert_allclose(pair_agreement(found, true), expected)


def test_labels_may_be_text():
    assert pair_agreement(np.array(["x", "x", "y"]), np.array(["p", "p", "p"])) == (1.0, 1 / 3)
