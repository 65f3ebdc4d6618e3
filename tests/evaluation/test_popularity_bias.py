import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import (
    coverage,
    entropy,
    exposure,
    gini,
    list_means,
    long_tail,
    mean_popularity,
    novelty,
    popularity_bands,
    tail_coverage,
    tail_share,
)

LISTS = np.array([[0, 1], [0, 3], [0, -1], [-1, -1]])
POPULARITY = np.array([10, 6, 3, 1, 0])
popularities = st.lists(st.integers(0, 1000), min_size=1, max_size=50).filter(any).map(np.array)


def test_exposure_counts_every_place_but_the_empty_ones():
    assert exposure(LISTS, 5).tolist() == [3, 1, 0, 1, 0]


@pytest.mark.parametrize("item", [5, -2])
def test_exposure_refuses_items_outside_the_catalogue(item):
    with pytest.raises(SettingError, match="expected columns 0 to 4"):
        exposure(np.array([[0, item]]), 5)


def test_discounted_exposure_counts_first_places_most():
    second = 1 / np.log2(3)
    assert exposure(LISTS, 5, discounted=True).tolist() == [3, second, 0, second, 0]
    # An empty place keeps its rank.
    assert exposure(np.array([[-1, 0]]), 1, discounted=True).tolist() == [second]


@given(st.integers(1, 9), st.integers(1, 9))
def test_discounted_exposure_shares_out_the_gain_of_all_places(n_users, k):
    lists = np.arange(n_users * k).reshape(n_users, k) % max(k, 5)
    total = n_users * sum(1 / np.log2(1 + rank) for rank in range(1, k + 1))
    assert exposure(lists, max(k, 5), discounted=True).sum() == pytest.approx(total)


def test_coverage_is_the_share_of_the_catalogue_shown_to_anyone():
    assert coverage(LISTS, 5) == 3 / 5
    assert coverage(np.full((2, 2), -1), 5) == 0


@pytest.mark.parametrize("n", [2, 7, 17_632])
def test_gini_is_zero_for_uniform_exposure_and_one_if_one_item_takes_all(n):
    assert gini(np.full(n, 3)) == pytest.approx(0, abs=1e-12)
    assert gini(np.eye(1, n, k=n // 2)[0]) == pytest.approx(1, rel=1e-12)


def test_gini_by_hand():
    # Rising 1, 2, 3 have weights -2, 0, 2 over (3 - 1) * 6.
    assert gini(np.array([3, 1, 2])) == pytest.approx(4 / 12)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=50).filter(any))
def test_gini_agrees_with_the_mean_difference_of_all_pairs(counts):
    x = np.array(counts, dtype=float)
    n = len(x)
    mean_difference = abs(x[:, None] - x).sum() / (n * (n - 1))
    assert gini(x) == pytest.approx(mean_difference / (2 * x.mean()), abs=1e-9)


@pytest.mark.parametrize("counts", [[], [4], [0, 0], [-1, 2], [1, np.nan], [1, np.inf]])
def test_gini_refuses_counts_without_a_meaning(counts):
    with pytest.raises(SettingError, match="expected at least 2, each finite"):
        gini(np.array(counts))


@pytest.mark.parametrize("n", [1, 2, 7, 17_632])
def test_entropy_is_log_n_for_uniform_exposure_and_zero_if_one_item_takes_all(n):
    assert entropy(np.full(n, 3)) == pytest.approx(np.log2(n), abs=1e-12)
    assert str(entropy(np.eye(1, n, k=n // 2)[0])) == "0.0"


@given(popularities)
def test_entropy_agrees_with_scipy(counts):
    assert entropy(counts) == pytest.approx(scipy.stats.entropy(counts, base=2), abs=1e-9)


@pytest.mark.parametrize("counts", [[], [0, 0], [-1, 2], [1, np.nan]])
def test_entropy_refuses_counts_without_a_meaning(counts):
    with pytest.raises(SettingError, match="expected at least 1, each finite"):
        entropy(np.array(counts))


def test_list_means_leave_out_empty_places_and_empty_lists():
    np.testing.assert_array_equal(list_means(LISTS, POPULARITY), [8, 5.5, 10, np.nan])
    is_popular = POPULARITY > 5
    np.testing.assert_array_equal(list_means(LISTS, is_popular), [1, 0.5, 1, np.nan])


@given(st.floats(-1e6, 1e6))
def test_list_means_of_a_constant_are_the_constant(value):
    assert list_means(LISTS[:3], np.full(5, value)) == pytest.approx(value)


def test_mean_popularity_weighs_every_user_with_a_list_alike():
    assert mean_popularity(LISTS, POPULARITY) == pytest.approx((8 + 5.5 + 10) / 3)


def test_novelty_by_hand():
    # Of 16 users 16, 4 and 1 have an item, and none the last: 0, 2, 4 and 4 bits.
    found = novelty(np.array([[0, 1], [2, -1], [3, 0], [-1, -1]]), np.array([16, 4, 1, 0]), 16)
    assert found == pytest.approx(((0 + 2) / 2 + 4 + (4 + 0) / 2) / 3)


@given(popularities.filter(lambda counts: counts.min() > 0))
def test_half_as_many_listeners_are_one_bit_of_novelty_more(popularity):
    lists = np.arange(len(popularity))[:, None]
    of_twice = novelty(lists, 2 * popularity, 2000)
    assert novelty(lists, popularity, 2000) == pytest.approx(of_twice + 1)


@given(popularities)
def test_novelty_lies_between_nothing_and_that_of_an_item_with_one_user(popularity):
    found = novelty(np.arange(len(popularity))[None], popularity, 1000)
    assert 0 <= found <= np.log2(1000)


def test_long_tail_is_what_the_head_of_80_percent_leaves():
    # 10 + 6 of 20 interactions are exactly 80 %.
    assert long_tail(POPULARITY).tolist() == [False, False, True, True, True]
    # 10 + 5 of 20 are less, so the next item belongs to the head too.
    assert long_tail(np.array([3, 10, 5, 2])).tolist() == [False, False, False, True]


def test_long_tail_takes_equally_popular_items_in_column_order():
    assert long_tail(np.ones(10)).tolist() == [False] * 8 + [True] * 2


def test_tail_share_is_averaged_over_users():
    assert tail_share(LISTS, POPULARITY) == pytest.approx((0 + 1 / 2 + 0) / 3)


def test_tail_coverage_is_the_share_of_the_tail_shown_to_anyone():
    assert tail_coverage(LISTS, POPULARITY) == 1 / 3  # item 3 of 2, 3 and 4
    assert tail_coverage(LISTS, POPULARITY, head_share=0.4) == 2 / 4  # 1 and 3 of 1 to 4
    assert tail_coverage(np.full((2, 2), -1), POPULARITY) == 0


def test_tail_coverage_is_zero_where_no_item_is_in_the_tail():
    assert tail_coverage(np.array([[0, 1]]), np.array([1, 1]), head_share=0.9) == 0


def test_showing_everything_covers_the_whole_tail():
    assert tail_coverage(np.array([[2, 3], [4, 0]]), POPULARITY) == 1


def test_bands_by_hand():
    # Of 20 interactions the items begin at 0, 10, 16, 19 and 20: bands of 5 each.
    assert popularity_bands(POPULARITY, 4).tolist() == [0, 2, 3, 3, 3]
    assert popularity_bands(np.ones(10)).tolist() == list(range(10))


@given(popularities, st.integers(1, 12))
def test_bands_hold_equal_shares_but_for_one_item(popularity, n_bands):
    bands = popularity_bands(popularity, n_bands)
    held = np.bincount(bands, popularity, minlength=n_bands)
    share, largest = popularity.sum() / n_bands, popularity.max()
    assert held.sum() == popularity.sum()
    assert (abs(held - share) <= largest + 1e-9).all()
    # The first bands together hold their share, and would not without their last item.
    for band in range(1, n_bands):
        first = popularity[bands < band]
        assert first.sum() >= band * share - 1e-9
        assert first.sum() - first.min() < band * share


@given(popularities, st.integers(1, 12))
def test_bands_fall_with_popularity_and_end_with_items_nobody_has(popularity, n_bands):
    bands = popularity_bands(popularity, n_bands)
    order = np.lexsort((np.arange(len(popularity)), -popularity))
    assert (np.diff(bands[order]) >= 0).all()
    assert bands[order[0]] == 0
    assert (bands[popularity == 0] == n_bands - 1).all()


@given(popularities)
def test_last_fifth_of_bands_is_the_long_tail(popularity):
    bands = popularity_bands(popularity, 5)
    np.testing.assert_array_equal(bands == 4, long_tail(popularity))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_popularity(np.full((2, 2), -1), POPULARITY), "every list is empty"),
        (lambda: mean_popularity(np.array([[5]]), POPULARITY), "expected columns 0 to 4"),
        (lambda: novelty(np.full((2, 2), -1), POPULARITY, 10), "every list is empty"),
        (lambda: novelty(LISTS, POPULARITY, 9), "an item has 10 users and n_users is 9"),
        (lambda: novelty(LISTS, POPULARITY, 0), "n_users is 0"),
        (lambda: list_means(np.array([0, 1]), POPULARITY), r"recommended has shape \(2,\)"),
        (lambda: list_means(LISTS / 1, POPULARITY), "recommended holds float64"),
        (lambda: popularity_bands(POPULARITY, 0), "n_bands is 0"),
        (lambda: popularity_bands(np.zeros(3)), "no item has a training user"),
        (lambda: long_tail(POPULARITY, 1), "head_share is 1"),
        (lambda: long_tail(np.zeros(3)), "no item has a training user"),
    ],
)
def test_bias_without_lists_or_interactions_is_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()
