import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import DataError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import EASE, ease
from helpers.weighting import SCHEMES, weigh


def as_interactions(counts):
    matrix = sp.csr_array(np.asarray(counts, dtype=np.float32))
    n_users, n_items = matrix.shape
    names = np.array([f"item {i}" for i in range(n_items)], dtype=object)
    return Interactions(matrix, IdMap(range(n_users)), IdMap(range(n_items)), names)


def random_counts(seed=0, shape=(40, 25)):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.5, size=shape))
    counts[:, 0] = 1  # a constant column, which also leaves nobody without items ...
    counts[5] = 0  # ... but user 5,
    counts[:, 3] = 0  # and an item without users
    return counts


def textbook(weights, regularization):
    """Return B as in Steck's paper, by the inverse of items by items."""
    inverse = np.linalg.inv(weights.T @ weights + regularization * np.eye(weights.shape[1]))
    item_weights = np.eye(len(inverse)) - inverse / np.diag(inverse)
    np.fill_diagonal(item_weights, 0)
    return item_weights


def without_unknown(scores, weights):
    scores[~weights.any(axis=1)] = -np.inf
    scores[:, ~weights.any(axis=0)] = -np.inf
    return scores


@pytest.mark.parametrize("solver", ["primal", "dual"])
@pytest.mark.parametrize("weighting", SCHEMES)
@pytest.mark.parametrize("shape", [(40, 25), (12, 30)])
def test_scores_agree_with_the_textbook_inverse(solver, weighting, shape):
    train = as_interactions(random_counts(shape=shape))
    model = EASE(regularization=3.0, weighting=weighting, solver=solver).fit(train)
    weights = weigh(train.user_items, weighting).toarray().astype(np.float64)
    expected = without_unknown(weights @ textbook(weights, 3.0), weights)
    np.testing.assert_allclose(model.score(np.arange(shape[0])), expected, rtol=1e-5, atol=1e-6)


@given(
    seed=st.integers(0, 10_000),
    n_users=st.integers(6, 30),
    n_items=st.integers(4, 30),
    regularization=st.floats(0.1, 1000),
)
@settings(max_examples=30, deadline=None)
def test_primal_and_dual_agree(seed, n_users, n_items, regularization):
    train = as_interactions(random_counts(seed, (n_users, n_items)))
    primal, dual = (
        EASE(regularization=regularization, weighting="log", solver=solver).fit(train)
        for solver in ("primal", "dual")
    )
    users = np.arange(n_users)
    new = sp.csr_array(random_counts(seed + 1, (7, n_items)).astype(np.float32))
    np.testing.assert_allclose(dual.score(users), primal.score(users), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(dual.score_new(new), primal.score_new(new), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("solver", ["primal", "dual"])
@pytest.mark.parametrize("weighting", SCHEMES)
def test_a_training_user_who_comes_again_gets_the_same_scores(solver, weighting):
    train = as_interactions(random_counts())
    model = EASE(regularization=2.0, weighting=weighting, solver=solver).fit(train)
    users = np.array([0, 5, 17])
    np.testing.assert_array_equal(model.score_new(train.user_items[users]), model.score(users))


@pytest.mark.parametrize("solver", ["primal", "dual"])
def test_an_item_gets_no_score_from_itself(solver):
    counts = random_counts()
    model = EASE(regularization=1.0, weighting="binary", solver=solver).fit(as_interactions(counts))
    only = sp.csr_array(np.eye(25, dtype=np.float32))
    known = np.flatnonzero(counts.any(axis=0))
    np.testing.assert_allclose(model.score_new(only).diagonal()[known], 0, atol=1e-6)


@pytest.mark.parametrize(("shape", "is_dual"), [((12, 30), True), ((30, 12), False)])
def test_the_smaller_side_is_inverted(shape, is_dual, monkeypatch):
    sides = []
    inverse = EASE._inverse
    monkeypatch.setattr(
        EASE, "_inverse", lambda model, gram: sides.append(gram.shape) or inverse(model, gram)
    )
    EASE().fit(as_interactions(random_counts(shape=shape)))
    assert sides == [(min(shape), min(shape))]


def test_the_dual_needs_no_matrix_of_items_by_items():
    counts = sp.random_array((60, 8000), density=0.02, rng=np.random.default_rng(0)) * 9 + 0
    names = np.array([str(i) for i in range(8000)], dtype=object)
    train = Interactions(
        sp.csr_array(counts, dtype=np.float32), IdMap(range(60)), IdMap(range(8000)), names
    )
    tracemalloc.start()
    try:
        EASE(regularization=5.0, weighting="log").fit(train).recommend(np.arange(60), 10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8000**2 * 8 / 10


@pytest.mark.parametrize("solver", ["primal", "dual"])
def test_a_matrix_too_large_to_invert_is_refused(solver, monkeypatch):
    monkeypatch.setattr(ease, "_LARGEST", 20)
    with pytest.raises(SettingError, match="for 40 users and 25 items, expected at most 20"):
        EASE(solver=solver).fit(as_interactions(random_counts()))


@pytest.mark.parametrize("solver", ["primal", "dual"])
@pytest.mark.parametrize("factor", [1e12, 1e36])
def test_weights_beside_which_the_penalty_vanishes_are_refused(solver, factor):
    counts = random_counts().astype(np.float32) * np.float32(factor)
    counts[:, 7] = counts[:, 8]  # without a penalty, the regression has no single solution
    counts[20] = counts[21]
    with pytest.raises(SettingError, match="raise regularization or take a weighting"):
        EASE(regularization=1e-3, weighting="plays", solver=solver).fit(as_interactions(counts))


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1])
def test_weights_that_are_no_numbers_are_refused(weight):
    counts = random_counts().astype(np.float32)
    counts[2, 4] = weight
    with pytest.raises(DataError, match="1 stored weights are not positive finite numbers"):
        EASE().fit(as_interactions(counts))


@pytest.mark.parametrize(
    "setting", [{"regularization": 0}, {"regularization": np.inf}, {"solver": "sgd"}]
)
def test_settings_that_make_no_sense_are_refused_by_name(setting):
    with pytest.raises(SettingError, match=f"{next(iter(setting))} is .*expected"):
        EASE(**setting)


@pytest.mark.parametrize("solver", ["primal", "dual"])
def test_a_loaded_model_recommends_as_before(tmp_path, solver):
    train = as_interactions(random_counts())
    model = EASE(regularization=4.0, weighting="bm25", solver=solver).fit(train)
    model.save(tmp_path / "model")
    loaded = EASE.load(tmp_path / "model", catalogue=train.items)
    assert loaded.settings == model.settings
    np.testing.assert_array_equal(loaded.score(np.arange(40)), model.score(np.arange(40)))
