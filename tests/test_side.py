import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import side_information

from helpers.errors import SettingError
from helpers.side import SideInformation

SHAPE = 4, 5
TAGGED = [(0, 1, 0), (0, 1, 2), (1, 1, 0), (3, 4, 1)]
assignments = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 2)), unique=True
)
pairs_of_rows = st.sets(st.tuples(st.integers(0, 3), st.integers(0, 4)))


def matrix_of(pairs):
    matrix = np.zeros(SHAPE, dtype=np.float32)
    for user, item in pairs:
        matrix[user, item] = 1
    return sp.csr_array(matrix)


@pytest.fixture
def side():
    return side_information(TAGGED, SHAPE, friends=[(0, 3)])


def test_item_tags_count_the_users_who_gave_each(side):
    assert side.item_tags().toarray().tolist() == [
        [0, 0, 0],
        [2, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
    ]


def test_user_tags_count_the_items_that_got_each(side):
    assert side.user_tags().toarray().tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_counts_are_canonical_float32(side):
    for counts in (side.item_tags(), side.user_tags()):
        assert counts.format == "csr"
        assert counts.dtype == np.float32
        assert counts.has_canonical_format


def test_every_tag_of_a_hidden_pair_goes_and_no_other(side):
    without = side.without(matrix_of([(0, 1)]))
    assert without.tagged.tolist() == [[1, 1, 0], [3, 4, 1]]


def test_what_is_no_assignment_stays_as_it_was(side):
    without = side.without(matrix_of([(0, 1), (3, 4), (2, 2)]))
    np.testing.assert_array_equal(without.tags, side.tags)
    assert (without.friends != side.friends).nnz == 0
    assert without.item_tags().shape == side.item_tags().shape
    assert without.user_tags().shape == side.user_tags().shape


def test_the_original_keeps_its_tags(side):
    side.without(matrix_of([(0, 1)]))
    assert side.tagged.tolist() == [list(row) for row in TAGGED]


@given(assignments, pairs_of_rows)
def test_without_leaves_exactly_the_tags_of_other_pairs(tagged, hidden):
    left = side_information(tagged, SHAPE).without(matrix_of(hidden)).tagged.tolist()
    assert left == [list(row) for row in tagged if row[:2] not in hidden]


@given(assignments)
def test_both_counts_add_up_to_the_assignments(tagged):
    side = side_information(tagged, SHAPE)
    assert side.item_tags().sum() == side.user_tags().sum() == len(tagged)


def test_pairs_of_a_catalogue_too_large_for_32_bits_are_told_apart():
    n_items = 2**20
    tagged = [(4096, 7, 0), (0, 7, 0)]  # 4096 * 2**20 is 2**32, which 32 bits take for 0
    side = side_information(tagged, (5000, n_items))
    hidden = sp.coo_array(([1.0], ([4096], [7])), shape=(5000, n_items)).tocsr()
    assert side.without(hidden).tagged.tolist() == [[0, 7, 0]]


def test_common_tags_are_those_that_enough_items_have():
    tagged = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 2, 1], [0, 3, 2], [1, 2, 2]])
    tags = np.array(["rock", "jazz", "loud"], dtype=object)
    side = SideInformation(tagged, tags, 4, sp.csr_array((2, 2), dtype=np.float32))
    for share, expected in ((0, [0, 1, 2]), (0.25, [0, 1, 2]), (0.5, [0, 2])):
        np.testing.assert_array_equal(side.common_tags(share), expected)
    with pytest.raises(SettingError, match=r"min_share is 0.6 .* is on 0.5 of the items; lower"):
        side.common_tags(0.6)
