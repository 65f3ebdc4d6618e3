"""Other readings of precision agree with the libraries that read it so."""

import lightfm
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from implicit.als import AlternatingLeastSquares
from implicit.evaluation import ranking_metrics_at_k
from lightfm import evaluation

from helpers.errors import SettingError
from helpers.evaluation.protocols import capped_precision, micro_precision, precision_ceiling
from helpers.evaluation.ranking import mean_over_users, ranking_metrics

TEST = sp.csr_array([[1, 0, 1, 0, 1], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]])
LISTS = np.array([[0, 1], [3, 2], [0, 1]])


def toy_parts(seed: int, n_users: int = 50, n_items: int = 40) -> tuple[sp.csr_matrix, ...]:
    """Disjoint training and test pairs; test lists run from empty to longer than 10."""
    rng = np.random.default_rng(seed)
    part = rng.random((n_users, n_items))
    shares = rng.uniform(0, 0.5, size=(n_users, 1))
    in_test = part < shares
    in_train = (part > 0.8) | (np.arange(n_items) == 0)
    return sp.csr_matrix(in_train & ~in_test, dtype=float), sp.csr_matrix(in_test, dtype=float)


def test_capped_precision_divides_by_what_is_possible():
    np.testing.assert_allclose(capped_precision(LISTS, TEST, 2), [1 / 2, 1 / 1, np.nan])


def test_micro_precision_divides_the_hits_of_all_by_what_is_possible_for_all():
    assert micro_precision(LISTS, TEST, 2) == (1 + 1) / (2 + 1)


def test_ceiling_is_the_precision_of_lists_that_hold_every_test_item_first():
    assert precision_ceiling(TEST, 2).tolist()[:2] == [2 / 2, 1 / 2]
    assert np.isnan(precision_ceiling(TEST, 2)[2])
    perfect = np.argsort(-TEST.toarray(), axis=1, kind="stable")
    for k in (1, 2, 5):
        reached = ranking_metrics(perfect, TEST, k)[k]["precision"]
        np.testing.assert_array_equal(precision_ceiling(TEST, k), reached)
        assert mean_over_users(capped_precision(perfect, TEST, k)) == 1


@pytest.mark.parametrize("k", [1, 5, 10])
def test_micro_precision_agrees_with_implicit(k):
    train, test = toy_parts(seed=k)
    model = AlternatingLeastSquares(factors=8, iterations=3, random_state=0, use_gpu=False)
    model.fit(train, show_progress=False)
    theirs = ranking_metrics_at_k(model, train, test, K=k, show_progress=False, num_threads=1)
    lists, _ = model.recommend(np.arange(train.shape[0]), train, N=k)
    assert (np.diff(test.indptr) == 0).any()
    assert (np.diff(test.indptr) > 10).any()
    assert 0 < theirs["precision"] < 1
    ours = micro_precision(lists, sp.csr_array(test), k)
    assert ours == pytest.approx(theirs["precision"], rel=1e-12)


def test_precision_of_lists_that_keep_training_items_agrees_with_lightfm_without_them():
    train, test = toy_parts(seed=0)
    model = lightfm.LightFM(no_components=8, random_state=0)
    model.fit(sp.coo_matrix(train), epochs=5, num_threads=1)
    n_users, n_items = train.shape
    users, items = np.divmod(np.arange(n_users * n_items), n_items)
    scores = model.predict(users, items, num_threads=1).reshape(n_users, n_items)
    unmasked = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    masked = np.argsort(-np.where(train.toarray() > 0, -np.inf, scores), axis=1)[:, :10]
    means = []
    for lists, training in ((unmasked, None), (masked, train)):
        theirs = evaluation.precision_at_k(model, test, training, k=10, num_threads=1)
        ours = ranking_metrics(lists, sp.csr_array(test), 10)[10]["precision"]
        means.append(mean_over_users(ours))
        np.testing.assert_allclose(ours[~np.isnan(ours)], theirs, rtol=1e-6)
    assert means[0] < 0.9 * means[1]


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_capped_precision_is_at_least_the_textbooks_and_micro_lies_among_the_users(seed, k):
    _, test = toy_parts(seed, n_users=8, n_items=14)
    test = sp.csr_array(test)
    rng = np.random.default_rng(seed)
    lists = rng.permuted(np.tile(np.arange(14), (8, 1)), axis=1)
    if test.nnz == 0:
        return
    capped = capped_precision(lists, test, k)
    textbook = ranking_metrics(lists, test, k)[k]["precision"]
    has_test = ~np.isnan(textbook)
    np.testing.assert_array_equal(np.isnan(capped), ~has_test)
    assert (capped[has_test] >= textbook[has_test] - 1e-12).all()
    micro = micro_precision(lists, test, k)
    assert np.nanmin(capped) - 1e-12 <= micro <= np.nanmax(capped) + 1e-12


def test_micro_precision_without_any_test_item_is_refused():
    with pytest.raises(SettingError, match="no user has a test item"):
        micro_precision(LISTS, sp.csr_array((3, 5)), 2)
