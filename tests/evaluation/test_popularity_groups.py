import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial import distance

from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import long_tail
from helpers.evaluation.popularity_groups import (
    GROUPS,
    TIERS,
    delta_gap,
    jensen_shannon,
    list_mix,
    mainstream_thirds,
    miscalibration,
    popularity_lift,
    popularity_tiers,
    profile_mix,
    profile_popularity,
)

POPULARITY = np.array([8, 4, 2, 1, 0])
# Profiles of mean popularity 8, 3 (items 1 and 2), none, 1, and 5 (items 0 and 2).
TRAIN = sp.csr_array(
    [[9, 0, 0, 0, 0], [0, 1, 5, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 2, 0], [1, 0, 1, 0, 0]]
)
LISTS = np.array([[1, -1], [0, 1], [0, 1], [0, 4], [-1, -1]])


@st.composite
def worlds(draw):
    """Draw training pairs of some users, and each item's number of users in them."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    train = rng.random((draw(st.integers(1, 12)), draw(st.integers(1, 12)))) < rng.random()
    assume(train.any())
    return sp.csr_array(train.astype(float)), train.sum(axis=0)


def own_profiles(train: sp.csr_array) -> np.ndarray:
    """Return lists that show each user what she trained on."""
    rows = [np.flatnonzero(row) for row in train.toarray()]
    width = max(map(len, rows))
    return np.array([np.pad(row, (0, width - len(row)), constant_values=-1) for row in rows])


def test_profile_popularity_by_hand():
    np.testing.assert_array_equal(profile_popularity(TRAIN, POPULARITY), [8, 3, np.nan, 1, 5])


def test_stored_zeros_are_no_listening():
    train = sp.csr_array(([1.0, 0.0], [0, 1], [0, 2]), shape=(1, 5))
    assert profile_popularity(train, POPULARITY).tolist() == [8]
    assert profile_mix(train, np.zeros(5, dtype=int), 1).tolist() == [[1]]


def test_thirds_by_hand():
    assert mainstream_thirds(TRAIN[[0, 1, 2, 3]], POPULARITY).tolist() == [2, 1, -1, 0]
    # Of four, the second smallest profile still is niche.
    assert mainstream_thirds(TRAIN, POPULARITY).tolist() == [2, 0, -1, 0, 1]


@given(worlds())
def test_thirds_are_of_equal_size_and_in_order_of_profiles(world):
    train, popularity = world
    groups, profile = mainstream_thirds(train, popularity), profile_popularity(train, popularity)
    np.testing.assert_array_equal(groups == -1, np.isnan(profile))
    sizes = np.bincount(groups[groups >= 0], minlength=len(GROUPS))
    assert sizes.max() - sizes.min() <= 1
    for less, more in ((0, 1), (1, 2), (0, 2)):
        if sizes[less] and sizes[more]:
            assert profile[groups == less].max() <= profile[groups == more].min()


def test_thirds_of_nobody_are_empty():
    assert mainstream_thirds(TRAIN[[2]], POPULARITY).tolist() == [-1]


def test_lift_by_hand():
    # Lists of popularity 4, 6, 6, 4 and none over profiles of 8, 3, none, 1 and 5.
    found = popularity_lift(LISTS, TRAIN, POPULARITY)
    np.testing.assert_array_equal(found, [-0.5, 1, np.nan, 3, np.nan])


def test_lift_over_a_profile_without_popularity_is_missing():
    found = popularity_lift(np.array([[0]]), sp.csr_array([[0, 1]]), np.array([3, 0]))
    assert np.isnan(found).all()


@given(worlds())
def test_showing_users_their_own_profiles_lifts_nothing_and_is_calibrated(world):
    train, popularity = world
    lists = own_profiles(train)
    known = np.diff(train.indptr) > 0
    assert popularity_lift(lists, train, popularity)[known] == pytest.approx(0, abs=1e-12)
    assert miscalibration(lists, train, popularity)[known] == pytest.approx(0, abs=1e-12)
    assert np.isnan(miscalibration(lists, train, popularity)[~known]).all()


@given(worlds(), st.integers(1, 99))
def test_lift_does_not_depend_on_the_unit_of_popularity(world, factor):
    train, popularity = world
    lists = np.zeros((train.shape[0], 1), dtype=int)
    once, again = (popularity_lift(lists, train, p) for p in (popularity, factor * popularity))
    np.testing.assert_allclose(once, again)


def test_delta_gap_is_the_ratio_of_means_and_not_the_mean_of_ratios():
    groups = np.array([0, 0, 0, 0, 0])
    # Users 0, 1 and 3 have both: lists of 4, 6 and 4 over profiles of 8, 3 and 1.
    assert delta_gap(LISTS, TRAIN, POPULARITY, groups, 1) == pytest.approx([(14 - 12) / 12])
    assert np.nanmean(popularity_lift(LISTS, TRAIN, POPULARITY)) == pytest.approx(3.5 / 3)


def test_delta_gap_is_missing_for_a_group_in_which_nobody_has_both():
    found = delta_gap(LISTS, TRAIN, POPULARITY, np.array([0, -1, 1, 0, 1]))
    np.testing.assert_allclose(found, [(8 - 9) / 9, np.nan, np.nan])


@given(worlds())
def test_delta_gap_of_single_users_is_their_lift(world):
    train, popularity = world
    n = train.shape[0]
    lists = np.arange(n)[:, None] % len(popularity)
    found = delta_gap(lists, train, popularity, np.arange(n), n)
    np.testing.assert_allclose(found, popularity_lift(lists, train, popularity), atol=1e-12)


def test_tiers_by_hand():
    # Items begin at 0, 3, 5, 7, 9 and 10 of 10 interactions; the tail begins at 8.
    assert popularity_tiers(np.array([3, 2, 2, 2, 1, 0])).tolist() == [0, 1, 1, 1, 2, 2]
    # Exactly 20 % are enough for the head, less are not.
    assert popularity_tiers(np.array([2, 2, 2, 2, 2])).tolist() == [0, 1, 1, 1, 2]
    assert popularity_tiers(np.ones(6)).tolist() == [0, 0, 1, 1, 1, 2]


@given(st.lists(st.integers(0, 99), min_size=1, max_size=40).filter(any).map(np.array))
def test_tiers_hold_a_fifth_at_either_end_but_for_one_item(popularity):
    tiers, total = popularity_tiers(popularity), popularity.sum()
    head, tail = popularity[tiers == 0], popularity[tiers == TIERS.index("tail")]
    assert 5 * head.sum() >= total > 5 * (head.sum() - head.min())
    assert 5 * tail.sum() <= total
    np.testing.assert_array_equal(tiers == 2, long_tail(popularity))


def test_mixes_by_hand():
    tiers = np.array([0, 1, 1, 2, 2])
    np.testing.assert_array_equal(
        profile_mix(TRAIN, tiers),
        [[1, 0, 0], [0, 1, 0], [np.nan] * 3, [0, 0, 1], [0.5, 0.5, 0]],
    )
    np.testing.assert_array_equal(
        list_mix(LISTS, tiers),
        [[0, 1, 0], [0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [np.nan] * 3],
    )


@given(worlds(), st.integers(1, 5))
def test_mixes_sum_to_one_and_agree_on_the_same_items(world, n_tiers):
    train, _ = world
    tiers = np.arange(train.shape[1]) % n_tiers
    mix = profile_mix(train, tiers, n_tiers)
    np.testing.assert_allclose(mix, list_mix(own_profiles(train), tiers, n_tiers))
    known = np.diff(train.indptr) > 0
    assert mix[known].sum(axis=1) == pytest.approx(1)
    assert np.isnan(mix[~known]).all()


def test_jensen_shannon_by_hand():
    # Halfway between (1, 0) and (1/2, 1/2) is (3/4, 1/4).
    of_first = np.log2(1 / 0.75)
    of_second = 0.5 * np.log2(0.5 / 0.75) + 0.5 * np.log2(0.5 / 0.25)
    found = jensen_shannon(np.array([[1, 0], [1, 0]]), np.array([[0.5, 0.5], [np.nan] * 2]))
    np.testing.assert_allclose(found, [(of_first + of_second) / 2, np.nan])


def shares(counts: list[int]) -> np.ndarray:
    return np.array([counts]) / sum(counts)


counts = st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any)


@given(counts, counts)
def test_jensen_shannon_is_the_square_of_the_distance_in_scipy(one, other):
    p, q = shares(one), shares(other)
    (found,) = jensen_shannon(p, q)
    assert found == pytest.approx(distance.jensenshannon(p[0], q[0], base=2) ** 2, abs=1e-9)
    assert found == pytest.approx(jensen_shannon(q, p)[0], abs=1e-12)
    assert 0 <= found <= 1
    assert (found < 1e-12) == np.allclose(p, q, atol=1e-9)


def test_jensen_shannon_is_one_for_nothing_in_common():
    assert jensen_shannon(shares([0, 2, 1]), shares([5, 0, 0])).tolist() == [1]


def test_miscalibration_by_hand():
    popularity = np.array([2, 2, 2, 2, 2])  # head, three of the middle, tail
    train = sp.csr_array([[1, 0, 0, 0, 1], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]])
    lists = np.array([[0, 4], [2, 3], [0, 4], [0, 1]])
    # The third user is shown head and tail and has neither, the last has no profile.
    np.testing.assert_array_equal(miscalibration(lists, train, popularity), [0, 0, 1, np.nan])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: profile_popularity(TRAIN, POPULARITY[:4]), "5 columns and values .* for 4 items"),
        (lambda: popularity_lift(LISTS[:4], TRAIN, POPULARITY), "5 rows of the train matrix"),
        (lambda: popularity_lift(LISTS + 1, TRAIN, POPULARITY), "run from 0 to 5"),
        (lambda: miscalibration(LISTS[:4], TRAIN, POPULARITY), "5 rows of the train matrix"),
        (lambda: delta_gap(LISTS[:4], TRAIN, POPULARITY, np.zeros(5, int)), "5 rows of the train"),
        (
            lambda: delta_gap(LISTS, TRAIN, POPULARITY, np.zeros(4, int)),
            r"groups have shape \(4,\)",
        ),
        (lambda: delta_gap(LISTS, TRAIN, POPULARITY, np.full(5, 3)), "groups run from 3 to 3"),
        (lambda: popularity_tiers(np.zeros(3, dtype=int)), "no item has a training user"),
        (lambda: profile_mix(TRAIN, np.full(5, 3)), "tiers run from 3 to 3, expected 0 to 2"),
        (lambda: profile_mix(TRAIN, np.zeros(4, int)), "5 columns and values .* for 4 items"),
        (lambda: list_mix(LISTS, np.full(5, -1)), "tiers run from -1 to -1"),
        (lambda: list_mix(LISTS + 1, np.zeros(5, int)), "run from 0 to 5"),
        (lambda: jensen_shannon(np.ones((2, 1)), np.ones((1, 1))), "two tables of the same shape"),
        (lambda: jensen_shannon(np.ones(1), np.ones(1)), "two tables of the same shape"),
        (lambda: jensen_shannon(np.ones((1, 2)), np.eye(1, 2)), "does not sum to 1"),
        (lambda: jensen_shannon(np.eye(1, 2), np.array([[2, -1]])), "a negative share"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()
