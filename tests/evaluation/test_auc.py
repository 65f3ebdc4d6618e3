"""AUC of each user against scikit-learn, and the estimate from pairs against the exact value."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from helpers.errors import SettingError
from helpers.evaluation.auc import SampledPairs, sample_pairs, sampled_auc, user_auc
from helpers.evaluation.sampled import rank_test_items


def random_parts(seed: int, n_users: int = 25, n_items: int = 60) -> tuple:
    """Scores with many ties and some -inf, test pairs (not of every user) and training pairs."""
    rng = np.random.default_rng(seed)
    part = rng.random((n_users, n_items))
    part[3] = 0.5
    scores = rng.integers(0, 12, part.shape).astype(np.float32) + 4 * (part < 0.1)
    scores[rng.random(part.shape) < 0.05] = -np.inf
    return scores, sp.csr_array((part < 0.1) * 1.0), sp.csr_array((part > 0.8) * 1.0)


def scores_of(pairs: SampledPairs, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return scores[pairs.user, pairs.item], scores[pairs.user, pairs.other]


@pytest.mark.parametrize("seed", range(3))
def test_exact_auc_is_that_of_scikit_learn(seed):
    scores, test, train = random_parts(seed)
    found = user_auc(scores, test, train)
    assert np.isnan(found[3])
    is_test, is_train = test.toarray() > 0, train.toarray() > 0
    for row in np.flatnonzero(~np.isnan(found)):
        finite = np.maximum(scores[row], -1)[~is_train[row]]
        assert found[row] == pytest.approx(roc_auc_score(is_test[row][~is_train[row]], finite))


def test_sampled_auc_is_that_of_scikit_learn_on_the_same_pairs():
    scores, test, train = random_parts(4)
    pairs = sample_pairs(test, train, seed=1)
    positive, negative = scores_of(pairs, np.maximum(scores, -1))
    found = sampled_auc(pairs, positive, negative)
    for row in np.flatnonzero(~np.isnan(found)):
        own = pairs.user == row
        truth = np.repeat([1, 0], own.sum())
        expected = roc_auc_score(truth, np.concatenate([positive[own], negative[own]]))
        assert found[row] == pytest.approx(expected)


@given(st.integers(0, 10_000))
def test_reversed_scores_turn_auc_around_and_constant_ones_make_it_a_half(seed):
    scores, test, train = random_parts(seed, n_users=5, n_items=20)
    scores = np.maximum(scores, -1)
    auc, reverse = user_auc(scores, test, train), user_auc(-scores, test, train)
    np.testing.assert_allclose(auc, 1 - reverse)
    constant = user_auc(np.full_like(scores, -np.inf), test, train)
    assert set(constant[~np.isnan(constant)]) <= {0.5}
    pairs = sample_pairs(test, train, seed)
    estimate, turned = (sampled_auc(pairs, *scores_of(pairs, s)) for s in (scores, -scores))
    np.testing.assert_allclose(estimate, 1 - turned)


@given(st.integers(0, 10_000))
def test_batches_of_users_joined_are_all_users(seed):
    scores, test, train = random_parts(seed, n_users=7, n_items=15)
    batches = [slice(0, 2), slice(2, 3), slice(3, 7)]
    joined = [user_auc(scores[rows], test[rows], train[rows]) for rows in batches]
    np.testing.assert_array_equal(np.concatenate(joined), user_auc(scores, test, train))


def test_without_ties_it_is_one_less_the_mean_share_of_others_ahead():
    rng = np.random.default_rng(5)
    _, test, train = random_parts(5)
    scores = rng.permuted(np.tile(np.arange(60.0), (25, 1)), axis=1)
    ranks = rank_test_items(scores, test, train)
    ahead = (ranks.rank - 1) / ranks.n_negatives
    n_test = np.bincount(ranks.user, minlength=25)
    expected = 1 - np.bincount(ranks.user, weights=ahead, minlength=25) / np.where(
        n_test, n_test, np.nan
    )
    np.testing.assert_allclose(user_auc(scores, test, train), expected)


def test_mean_of_many_draws_is_the_exact_auc_within_its_standard_error():
    scores, test, train = random_parts(6)
    exact = np.nanmean(user_auc(scores, test, train))
    draws = []
    for seed in range(400):
        pairs = sample_pairs(test, train, seed)
        draws.append(np.nanmean(sampled_auc(pairs, *scores_of(pairs, scores))))
    standard_error = np.std(draws, ddof=1) / np.sqrt(len(draws))
    assert abs(np.mean(draws) - exact) < 4 * standard_error
    assert standard_error < 0.002


def test_every_free_item_is_drawn_equally_often_and_no_other():
    test = sp.csr_array([[0, 1, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 1]])
    train = sp.csr_array([[1, 0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 1, 0]])
    ours = [sample_pairs(test, train, seed) for seed in range(500)]
    drawn = np.zeros((2, 8))
    for pairs in ours:
        np.add.at(drawn, (pairs.user, pairs.other), 1)
    free = test.toarray() + train.toarray() == 0
    assert (drawn[~free] == 0).all()
    # 1,000 draws a user from four items: a standard deviation of 14 about 250.
    np.testing.assert_allclose(drawn[free], 250, atol=70)
    book = np.concatenate([sample_pairs(test, seed=seed).other[:2] for seed in range(100)])
    assert set(book.tolist()) == {0, 2, 3, 5, 6, 7}


def test_book_counts_equal_scores_as_wrong():
    pairs = SampledPairs(np.array([0, 0, 2]), np.array([1, 4, 0]), np.array([2, 3, 1]), n_users=3)
    positive, negative = np.array([5, 3, 1]), np.array([7, 3, 1])
    np.testing.assert_array_equal(sampled_auc(pairs, positive, negative, ties=0), [0.25, np.nan, 0])
    np.testing.assert_array_equal(sampled_auc(pairs, positive, negative), [0.375, np.nan, 0.5])


def test_user_who_has_every_item_is_left_out():
    test, train = sp.csr_array([[1, 0, 0], [0, 1, 0]]), sp.csr_array([[0, 1, 1], [0, 0, 0]])
    auc = user_auc(np.array([[1, 2, 3], [1, 3, 2]]), test, train)
    np.testing.assert_array_equal(auc, [np.nan, 1])
    assert sample_pairs(test, train).user.tolist() == [1]
    nobody = sample_pairs(test[:1], train[:1])
    assert np.isnan(sampled_auc(nobody, np.empty(0), np.empty(0))).all()


def test_a_draw_repeats_with_its_seed_and_keys_beyond_32_bits_do_not_mix_users():
    n_users, n_items = 3000, 1_200_000
    item = np.arange(n_users) * 7 % n_items
    test = sp.csr_array((np.ones(n_users), (np.arange(n_users), item)), shape=(n_users, n_items))
    pairs = sample_pairs(test, seed=3)
    np.testing.assert_array_equal(pairs.other, sample_pairs(test, seed=3).other)
    assert (pairs.other != sample_pairs(test, seed=4).other).any()
    assert pairs.other.min() >= 0
    assert pairs.other.max() < n_items
    assert abs(pairs.other.mean() / n_items - 0.5) < 0.03


def test_settings_without_meaning_are_refused():
    matrix = sp.csr_array((2, 3))
    with pytest.raises(SettingError, match="expected the same users and items in all three"):
        user_auc(np.ones((2, 4)), matrix, matrix)
    with pytest.raises(SettingError, match="expected the same users and items in both"):
        sample_pairs(matrix, sp.csr_array((2, 4)))
    with pytest.raises(SettingError, match="seed is -1"):
        sample_pairs(matrix, seed=-1)
    pairs = SampledPairs(np.array([0]), np.array([1]), np.array([2]), n_users=1)
    with pytest.raises(SettingError, match="expected one score for each pair"):
        sampled_auc(pairs, np.ones(2), np.ones(1))
    with pytest.raises(SettingError, match="ties is 2"):
        sampled_auc(pairs, np.ones(1), np.ones(1), ties=2)
