import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.evaluation.opportunity import band_precision, pop_reo, pop_rsp

# Items 0 and 1 are the head.
IS_TAIL = np.array([False, False, True, True, True])
TRAIN = sp.csr_array([[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]])
TEST = sp.csr_array([[0, 3, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 1, 1]])
LISTS = np.array([[1, 3], [0, 4], [2, -1]])


@st.composite
def worlds(draw):
    """Draw lists without training items, training and test pairs apart, and two groups of items."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n_users, n_items = draw(st.integers(1, 8)), draw(st.integers(1, 10))
    part = rng.random((n_users, n_items))
    k = draw(st.integers(1, n_items))
    lists = np.argsort(np.where(part < 0.3, 2, rng.random(part.shape)), axis=1)[:, :k]
    lists[np.take_along_axis(part, lists, axis=1) < 0.3] = -1
    train, test = (sp.csr_array(pairs.astype(int)) for pairs in (part < 0.3, part > 0.6))
    return lists, train, test, rng.random(n_items) < 0.6


def test_precision_and_recall_by_band_by_hand():
    bands = np.array([0, 0, 1, 1, 2])
    precision, recall = band_precision(LISTS, TEST, bands, 4)
    # Hits are 1 for the first user and 0 for the second.
    np.testing.assert_array_equal(precision, [2 / 2, 0 / 2, 0 / 1, np.nan])
    np.testing.assert_array_equal(recall, [2 / 4, 0 / 2, 0 / 1, np.nan])


@given(worlds())
def test_one_band_has_the_precision_and_recall_of_all_pairs(world):
    lists, _, test, _ = world
    precision, recall = band_precision(lists, test, np.zeros(test.shape[1], dtype=int), 1)
    n_hits = sum(test[row, item] for row, items in enumerate(lists) for item in items if item >= 0)
    for found, n_possible in ((precision, (lists >= 0).sum()), (recall, test.nnz)):
        np.testing.assert_allclose(found, [n_hits / n_possible if n_possible else np.nan])


def test_stored_zeros_are_no_pairs():
    nothing = sp.csr_array(([0.0], [0], [0, 1]), shape=(1, 2))
    _, recall = band_precision(np.array([[0]]), nothing, np.array([0, 1]), 2)
    assert np.isnan(recall).all()
    assert pop_rsp(np.array([[0]]), nothing, np.array([False, True])) == 1


def test_parity_by_hand():
    # Head: 2 places of 6 - 1 pairs; tail: 3 of 9 - 1.
    head, tail = 2 / 5, 3 / 8
    assert pop_rsp(LISTS, TRAIN, IS_TAIL) == pytest.approx(abs(head - tail) / (head + tail))


def test_opportunity_by_hand():
    lists = np.array([[1, 3], [0, 4], [3, -1]])
    # Head: 2 of 4 test pairs are found; tail: 1 of 3.
    head, tail = 2 / 4, 1 / 3
    assert pop_reo(lists, TEST, IS_TAIL) == pytest.approx(abs(head - tail) / (head + tail))


def test_all_the_head_and_none_of_the_tail_is_one():
    assert pop_rsp(np.array([[1], [0], [0]]), TRAIN, IS_TAIL) == 1
    assert pop_reo(LISTS, TEST, IS_TAIL) == 1


def by_the_definitions(lists, train, test, is_tail) -> tuple[float, float]:
    """Both once more in plain Python, pair by pair."""
    parity, opportunity = [], []
    for group in (False, True):
        candidates = found = wanted = hit = 0
        for row, items in enumerate(lists):
            for item in np.flatnonzero(is_tail == group):
                shown, tested = item in items, test[row, item] > 0
                candidates += train[row, item] == 0
                found += shown
                wanted += tested
                hit += shown and tested
        parity += [found / candidates] if candidates else []
        opportunity += [hit / wanted] if wanted else []
    return tuple(np.std(x) / np.mean(x) if sum(x) else 0 for x in (parity, opportunity))


@given(worlds())
def test_both_agree_with_the_definitions_in_plain_python(world):
    lists, train, test, is_tail = world
    found = pop_rsp(lists, train, is_tail), pop_reo(lists, test, is_tail)
    assert found == pytest.approx(by_the_definitions(*world))
    assert all(0 <= value <= 1 + 1e-12 for value in found)


@given(worlds())
def test_both_are_the_same_with_head_and_tail_exchanged(world):
    lists, train, test, is_tail = world
    assert pop_rsp(lists, train, is_tail) == pytest.approx(pop_rsp(lists, train, ~is_tail))
    assert pop_reo(lists, test, is_tail) == pytest.approx(pop_reo(lists, test, ~is_tail))


def test_showing_every_candidate_treats_both_groups_alike():
    lists = np.array([[1, 2, 3, 4, -1], [0, 1, 3, 4, -1], [0, 1, 2, 3, 4]])
    assert pop_rsp(lists, TRAIN, IS_TAIL) == 0
    assert pop_reo(lists, TEST, IS_TAIL) == 0


@pytest.mark.parametrize("is_tail", [np.ones(5, dtype=bool), np.zeros(5, dtype=bool)])
def test_one_group_alone_is_equal_to_itself(is_tail):
    assert pop_rsp(LISTS, TRAIN, is_tail) == 0
    assert pop_reo(LISTS, TEST, is_tail) == 0


def test_groups_without_anything_are_left_out():
    everybody_has_the_head = sp.csr_array(np.tile(~IS_TAIL, (3, 1)).astype(int))
    assert pop_rsp(np.array([[2], [3], [3]]), everybody_has_the_head, IS_TAIL) == 0
    nobody_tests_the_tail = sp.csr_array(np.tile(~IS_TAIL, (3, 1)).astype(int))
    assert pop_reo(LISTS, nobody_tests_the_tail, IS_TAIL) == 0


def test_empty_lists_treat_both_groups_alike():
    nothing = np.full((3, 2), -1)
    assert pop_rsp(nothing, TRAIN, IS_TAIL) == 0
    assert pop_reo(nothing, TEST, IS_TAIL) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pop_rsp(LISTS[:2], TRAIN, IS_TAIL), "3 rows of the train matrix"),
        (lambda: pop_rsp(LISTS, TRAIN, IS_TAIL[:4]), "train matrix has 5 columns"),
        (lambda: pop_rsp(LISTS + 1, TRAIN, IS_TAIL), "run from 0 to 5"),
        (lambda: pop_reo(LISTS[:2], TEST, IS_TAIL), "3 rows of the test matrix"),
        (lambda: pop_reo(LISTS, TEST, IS_TAIL[:4]), "test matrix has 5 columns"),
        (lambda: pop_reo(LISTS + 1, TEST, IS_TAIL), "run from 0 to 5"),
        (lambda: band_precision(LISTS, TEST, np.full(5, 2), 2), "bands run from 2 to 2"),
        (lambda: band_precision(LISTS, TEST, np.zeros(5), 2), "bands hold float64"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()
