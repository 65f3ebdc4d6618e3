"""Ranks among all items, and what a draw of a few of them makes of the ranks."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from helpers.errors import SettingError
from helpers.evaluation.ranking import ranking_metrics
from helpers.evaluation.sampled import Ranks, chance_of_hit, rank_test_items, sample_negatives


def random_parts(seed: int, n_users: int = 30, n_items: int = 60) -> tuple:
    """Scores without ties, test pairs and training pairs."""
    rng = np.random.default_rng(seed)
    part = rng.random((n_users, n_items))
    test, train = sp.csr_array((part < 0.1) * 1.0), sp.csr_array((part > 0.8) * 1.0)
    return rng.permuted(np.tile(np.arange(n_items), (n_users, 1)), axis=1) * 1.0, test, train


def ranks_of(*ranks: int, n_negatives: int) -> Ranks:
    rank = np.array(ranks)
    return Ranks(rank, np.full(len(rank), n_negatives), np.zeros(len(rank), dtype=int))


def test_neither_training_items_nor_other_test_items_stand_in_front():
    scores = np.array([[9, 8, 7, 6, 5, 4]])
    train, test = sp.csr_array([[1, 0, 0, 0, 0, 0]]), sp.csr_array([[0, 0, 1, 0, 0, 1]])
    found = rank_test_items(scores, test, train)
    # Item 2 stands behind item 1 alone; item 5 behind 1, 3 and 4.
    assert found.rank.tolist() == [2, 4]
    assert found.n_negatives.tolist() == [3, 3]
    assert found.user.tolist() == [0, 0]


def test_model_that_tells_nothing_apart_gets_the_last_rank():
    test = sp.csr_array([[0, 1, 0, 0], [1, 0, 0, 0]])
    none = sp.csr_array((2, 4))
    assert rank_test_items(np.ones((2, 4)), test, none).rank.tolist() == [4, 4]
    unknown = np.array([[3, -np.inf, 2, 1], [1, 2, -np.inf, -np.inf]])
    assert rank_test_items(unknown, test, none).rank.tolist() == [4, 2]


def test_hits_among_all_items_are_those_of_the_full_ranking_for_a_single_test_item():
    scores, test, train = random_parts(0)
    first = np.unique(test.nonzero()[0], return_index=True)[1]
    keep = np.zeros(test.nnz)
    keep[first] = 1
    test.data = keep
    test.eliminate_zeros()
    found = rank_test_items(scores, test, train)
    masked = np.where(train.toarray() > 0, -np.inf, scores)
    lists = np.argsort(-masked, axis=1)[:, :5]
    hits = ranking_metrics(lists, test, 5)[5]["hit_rate"]
    full = chance_of_hit(found, n_sampled=60, k=5)
    np.testing.assert_allclose(full, hits[found.user], atol=1e-9)
    assert 0 < full.mean() < 1


def test_chance_of_a_hit_is_the_mean_over_literal_draws():
    scores, test, train = random_parts(1)
    found = rank_test_items(scores, test, train)
    expected = chance_of_hit(found, n_sampled=8, k=2)
    n_draws, hits = 1000, np.zeros(test.nnz)
    users, items = test.nonzero()
    own = scores[users, items]
    for seed in range(n_draws):
        drawn = sample_negatives(train + test, 8, seed).toarray() > 0
        hits += np.sum((scores[users] > own[:, None]) & drawn[users], axis=1) < 2
    # The standard error of one share is 0.016 or less.
    np.testing.assert_allclose(hits / n_draws, expected, atol=0.06)
    assert expected.std() > 0.2


def test_chance_of_a_hit_by_hand():
    # One of two negatives is drawn; for rank 2 it is the better one in half of all draws.
    np.testing.assert_allclose(chance_of_hit(ranks_of(1, 2, 3, n_negatives=2), 1, k=1), [1, 0.5, 0])


@pytest.mark.parametrize(("n_sampled", "k"), [(1, 1), (100, 10), (5000, 10), (17_000, 3)])
def test_chance_of_a_hit_agrees_with_scipy(n_sampled, k):
    ranks = ranks_of(1, 2, 10, 11, 500, 1700, 17_001, n_negatives=17_000)
    theirs = hypergeom.cdf(k - 1, 17_000, ranks.rank - 1, n_sampled)
    np.testing.assert_allclose(chance_of_hit(ranks, n_sampled, k), theirs, rtol=1e-7, atol=1e-12)


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 10))
def test_more_negatives_never_make_a_hit_likelier(n_sampled, more, k):
    ranks = ranks_of(1, 5, 50, 300, n_negatives=400)
    few, many = chance_of_hit(ranks, n_sampled, k), chance_of_hit(ranks, n_sampled + more, k)
    assert (many <= few + 1e-9).all()
    assert (np.diff(few) <= 1e-9).all()


def test_negatives_are_drawn_once_each_and_never_from_what_is_taken():
    _, test, train = random_parts(2)
    taken = train + test
    drawn = sample_negatives(taken, 20, seed=3)
    assert np.diff(drawn.indptr).tolist() == [20] * 30
    assert drawn.has_canonical_format
    assert drawn.multiply(taken).nnz == 0
    np.testing.assert_array_equal(drawn.toarray(), sample_negatives(taken, 20, seed=3).toarray())
    assert (drawn != sample_negatives(taken, 20, seed=4)).nnz


def test_every_free_item_is_drawn_where_too_few_are_left():
    taken = sp.csr_array([[1, 1, 0, 0], [1, 1, 1, 1]])
    assert sample_negatives(taken, 3).toarray().tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]


def test_settings_without_meaning_are_refused():
    matrix = sp.csr_array((2, 3))
    with pytest.raises(SettingError, match="expected the same users and items"):
        rank_test_items(np.ones((2, 4)), matrix, matrix)
    with pytest.raises(SettingError, match="n_sampled is 0"):
        chance_of_hit(ranks_of(1, n_negatives=3), 0)
    with pytest.raises(SettingError, match="k is 0"):
        chance_of_hit(ranks_of(1, n_negatives=3), 1, k=0)
    with pytest.raises(SettingError, match="n is 0"):
        sample_negatives(matrix, 0)
