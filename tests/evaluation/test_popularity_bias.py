import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import (
    BIAS_METRICS,
    bias_metrics,
    coverage,
    exposure,
    gini,
    long_tail,
    mean_popularity,
    tail_share,
)

LISTS = np.array([[0, 1], [0, 3], [0, -1], [-1, -1]])
POPULARITY = np.array([10, 6, 3, 1, 0])


def test_exposure_counts_every_place_but_the_empty_ones():
    assert exposure(LISTS, 5).tolist() == [3, 1, 0, 1, 0]


@pytest.mark.parametrize("item", [5, -2])
def test_exposure_refuses_items_outside_the_catalogue(item):
    with pytest.raises(SettingError, match="expected columns 0 to 4"):
        exposure(np.array([[0, item]]), 5)


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


def test_mean_popularity_weighs_every_user_with_a_list_alike():
    assert mean_popularity(LISTS, POPULARITY) == pytest.approx((8 + 5.5 + 10) / 3)


def test_long_tail_is_what_the_head_of_80_percent_leaves():
    # 10 + 6 of 20 interactions are exactly 80 %.
    assert long_tail(POPULARITY).tolist() == [False, False, True, True, True]
    # 10 + 5 of 20 are less, so the next item belongs to the head too.
    assert long_tail(np.array([3, 10, 5, 2])).tolist() == [False, False, False, True]


def test_long_tail_takes_equally_popular_items_in_column_order():
    assert long_tail(np.ones(10)).tolist() == [False] * 8 + [True] * 2


def test_tail_share_is_averaged_over_users():
    assert tail_share(LISTS, POPULARITY) == pytest.approx((0 + 1 / 2 + 0) / 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_popularity(np.full((2, 2), -1), POPULARITY), "every list is empty"),
        (lambda: mean_popularity(np.array([[5]]), POPULARITY), "expected columns 0 to 4"),
        (lambda: long_tail(POPULARITY, 1), "head_share is 1"),
        (lambda: long_tail(np.zeros(3)), "no item has a training user"),
    ],
)
def test_bias_without_lists_or_interactions_is_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()


def test_bias_metrics_come_under_their_names():
    found = bias_metrics(LISTS, POPULARITY)
    assert tuple(found) == BIAS_METRICS
    assert found["coverage"] == coverage(LISTS, 5)
    assert found["gini"] == gini(exposure(LISTS, 5))
    assert found["mean_popularity"] == mean_popularity(LISTS, POPULARITY)
    assert found["tail_share"] == tail_share(LISTS, POPULARITY)
