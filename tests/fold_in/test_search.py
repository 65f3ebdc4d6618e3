"""The k best items of a catalogue, exactly and approximately."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.fold_in.search import (
    ApproximateSearch,
    ExactSearch,
    largest,
    most_popular,
    overlap,
    recall,
)
from helpers.models.lists import best_of

RNG = np.random.default_rng(0)
ITEMS = RNG.normal(size=(3000, 8)).astype(np.float32)
ITEMS[[5, 700]] = 0
VECTORS = RNG.normal(size=(6, 8)).astype(np.float32)


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 20_000),
    k=st.integers(1, 40),
    levels=st.sampled_from([2, 50, 10**6]),
)
@settings(max_examples=60, deadline=None)
def test_the_largest_are_those_of_a_full_sort_whatever_is_tied_or_left_out(seed, n, k, levels):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, levels, n).astype(np.float32)
    scores[rng.random(n) < 0.1] = -np.inf
    expected = [at for at in np.argsort(-scores, kind="stable") if np.isfinite(scores[at])][:k]
    np.testing.assert_array_equal(largest(scores, k), expected)


def test_exact_lists_are_those_of_scoring_everything():
    exclude = sp.csr_array(RNG.random((6, 3000)) < 0.1)
    scores = VECTORS @ ITEMS.T
    scores[:, [5, 700]] = -np.inf
    expected = best_of(scores, 20, exclude)
    found = ExactSearch(ITEMS).best(VECTORS, 20, exclude)
    np.testing.assert_array_equal(found.items, expected.items)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-5)
    alone = ExactSearch(ITEMS).best(VECTORS[[2]], 20, exclude[[2]])
    np.testing.assert_array_equal(alone.items[0], found.items[2])


@pytest.mark.parametrize("search_class", [ExactSearch, ApproximateSearch])
def test_lists_end_where_nothing_more_is_known(search_class):
    if search_class is ApproximateSearch:
        pytest.importorskip("voyager")
    items = np.zeros((5, 3), dtype=np.float32)
    items[[1, 3]] = [[1, 0, 0], [0.5, 0, 0]]
    vectors = np.array([[1, 0, 0], [0, 0, 0]], dtype=np.float32)
    found = search_class(items).best(vectors, 4, sp.csr_array(np.eye(2, 5, 3)))
    np.testing.assert_array_equal(found.items, [[1, -1, -1, -1], [-1, -1, -1, -1]])
    assert np.isneginf(found.scores[0, 1:]).all()
    assert np.isneginf(search_class(np.zeros((4, 3), np.float32)).best(vectors, 2).scores).all()


def test_approximate_lists_hold_most_of_the_exact_ones_and_nothing_excluded():
    pytest.importorskip("voyager")
    exclude = sp.csr_array(RNG.random((6, 3000)) < 0.02)
    exact = ExactSearch(ITEMS).best(VECTORS, 50, exclude)
    found = ApproximateSearch(ITEMS, links=24).best(VECTORS, 50, exclude)
    assert recall(found, exact) >= 0.95
    for row, items in enumerate(found.items):
        assert not set(items) & set(exclude.indices[slice(*exclude.indptr[row : row + 2])])
        assert len(set(items)) == 50
    assert (np.diff(found.scores, axis=1) <= 0).all()


def test_vectors_of_very_different_lengths_are_found_by_few_links():
    pytest.importorskip("voyager")
    rng = np.random.default_rng(1)
    items = rng.normal(size=(5000, 16)) * rng.lognormal(0, 1.2, (5000, 1))
    items = items.astype(np.float32)
    vectors = rng.normal(size=(20, 16)).astype(np.float32)
    exact = ExactSearch(items).best(vectors, 50)
    found = ApproximateSearch(items, links=8, effort=40).best(vectors, 50)
    assert recall(found, exact) >= 0.95


def test_the_most_popular_leave_out_seeds_and_what_nobody_holds():
    popularity = np.array([3, 9, 0, 5])
    seeds = sp.csr_array(np.array([[0, 1, 0, 0], [0, 0, 0, 0]]))
    assert most_popular(popularity, 4, seeds).items.tolist() == [[3, 0, -1, -1], [1, 3, 0, -1]]


def test_overlap_counts_what_stands_in_the_other_list_whatever_the_place():
    items = np.array([[3, 1, 2], [4, -1, -1], [-1, -1, -1]])
    other = np.array([[1, 3, 9], [5, 6, -1], [1, 2, 3]])
    assert overlap(items, other) == pytest.approx([2 / 3, 0, np.nan], nan_ok=True)


def test_recall_counts_what_of_each_exact_list_was_found():
    exact = ExactSearch(ITEMS).best(VECTORS[:2], 4)
    partly = exact.items.copy()
    partly[0, :2] = -1
    assert recall(exact._replace(items=partly), exact) == 0.75


def test_without_voyager_approximate_search_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "voyager", None)
    with pytest.raises(SettingError, match="pip install voyager"):
        ApproximateSearch(ITEMS)


def test_a_list_longer_than_the_catalogue_is_refused():
    with pytest.raises(SettingError, match="3001"):
        ExactSearch(ITEMS).best(VECTORS, 3001)
