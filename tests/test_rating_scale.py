"""Counts to ratings: cases by hand and properties."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.errors import DataError, SettingError
from helpers.rating_scale import SCALES, rate

COUNTS = arrays(np.int64, (4, 6), elements=st.integers(0, 30)).map(sp.csr_array)


def rows_of(*rows):
    return sp.csr_array(np.array(rows, dtype=np.float32))


def test_log_puts_the_smallest_count_at_1_the_largest_at_5_and_their_geometric_middle_at_3():
    rated = rate(rows_of([1, 7, 31]), "log").toarray()
    np.testing.assert_allclose(rated, [[1, 3, 5]], rtol=1e-6)


def test_log_gives_equal_counts_of_two_users_the_same_rating():
    rated = rate(rows_of([5, 100, 0], [5, 0, 3000]), "log").toarray()
    assert rated[0, 0] == rated[1, 0]


def test_quantile_gives_each_fifth_of_a_users_items_one_rating():
    rated = rate(rows_of([80, 10, 50, 20, 90, 30, 60, 40, 100, 70]), "quantile").toarray()
    np.testing.assert_array_equal(rated, [[4, 1, 3, 1, 5, 2, 3, 2, 5, 4]])


def test_quantile_looks_at_each_user_alone():
    rated = rate(rows_of([1, 2, 3, 4, 5], [100, 200, 300, 400, 500]), "quantile").toarray()
    np.testing.assert_array_equal(rated[0], rated[1])


@pytest.mark.parametrize("scale", SCALES)
def test_counts_that_are_all_equal_are_rated_3(scale):
    np.testing.assert_array_equal(rate(rows_of([7, 7], [7, 7]), scale).data, 3)


def test_a_single_count_is_rated_3_on_quantile():
    np.testing.assert_array_equal(rate(rows_of([9, 0], [2, 8]), "quantile").data, [3, 2, 4])


@pytest.mark.parametrize("scale", SCALES)
@given(counts=COUNTS)
def test_more_plays_of_a_user_never_get_a_lower_rating_and_equal_ones_get_the_same(scale, counts):
    rated = rate(counts, scale)
    assert ((rated.data >= 1) & (rated.data <= 5)).all()
    for user in range(4):
        row = slice(*counts.indptr[[user, user + 1]])
        plays, ratings = counts.data[row], rated.data[row]
        for one in range(len(plays)):
            assert (ratings[plays > plays[one]] >= ratings[one]).all()
            assert (ratings[plays == plays[one]] == ratings[one]).all()


@pytest.mark.parametrize("scale", SCALES)
@given(counts=COUNTS)
def test_the_matrix_itself_sets_the_same_scale(scale, counts):
    np.testing.assert_array_equal(rate(counts, scale).data, rate(counts, scale, like=counts).data)


@pytest.mark.parametrize("scale", SCALES)
def test_counts_beyond_those_that_set_the_scale_get_its_ends(scale):
    rated = rate(rows_of([1, 5000]), scale, like=rows_of([10, 20]))
    np.testing.assert_array_equal(rated.data, [1, 5])


def test_a_user_without_counts_to_compare_with_gets_3():
    rated = rate(rows_of([4, 9], [4, 9]), "quantile", like=rows_of([0, 0], [1, 2]))
    np.testing.assert_array_equal(rated.toarray(), [[3, 3], [5, 5]])


@pytest.mark.parametrize("scale", SCALES)
def test_nothing_to_compare_with_at_all_gives_3(scale):
    rated = rate(rows_of([4, 9]), scale, like=sp.csr_array((1, 2)))
    np.testing.assert_array_equal(rated.data, 3)


@pytest.mark.parametrize("scale", SCALES)
def test_rating_leaves_the_counts_alone(scale):
    counts = rows_of([1, 50, 0], [3, 0, 9])
    before = counts.copy()
    rate(counts, scale)
    np.testing.assert_array_equal(counts.toarray(), before.toarray())


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1])
def test_counts_that_are_not_positive_numbers_are_refused(scale, bad):
    with pytest.raises(DataError, match="1 stored weights are not positive finite numbers"):
        rate(rows_of([2, bad]), scale)


def test_an_unknown_scale_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="'stars', expected one of log, quantile"):
        rate(rows_of([1, 2]), "stars")


def test_other_users_cannot_set_the_ranks_of_a_user():
    with pytest.raises(SettingError, match="have 2 users, expected 1"):
        rate(rows_of([1, 2]), "quantile", like=rows_of([1, 2], [3, 4]))
