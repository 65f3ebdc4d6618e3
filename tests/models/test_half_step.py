"""One exact half-step for every model trained by alternating least squares."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import NotFittedError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import ALS, IALS, LightFM, half_step
from helpers.models.half_step import HalfStep, Rule
from helpers.models.numpy_als import NumpyALS, solve_cholesky
from helpers.weighting import SCHEMES, Corpus, weigh

N_USERS, N_ITEMS = 40, 25


@pytest.fixture(scope="module")
def train():
    counts = np.random.default_rng(0).poisson(0.4, (N_USERS, N_ITEMS)).astype(np.float32)
    counts[:, 0] = 1  # an item of everybody, and nobody without items
    names = np.array([f"track {i}" for i in range(N_ITEMS)], dtype=object)
    return Interactions(sp.csr_array(counts), IdMap(range(N_USERS)), IdMap(range(N_ITEMS)), names)


RULES = st.builds(
    Rule,
    weighting=st.just("plays"),
    alpha=st.floats(0.1, 20),
    shift=st.sampled_from([0.0, 1.0]),
    unobserved=st.floats(0.05, 2),
    observed_replaces=st.booleans(),
    regularization=st.just(0.5),
    nu=st.floats(0, 1),
    penalty_counts_all=st.booleans(),
)


@given(seed=st.integers(0, 2**32 - 1), rule=RULES)
@settings(max_examples=40, deadline=None)
def test_a_vector_minimises_the_loss_of_its_rule(seed, rule):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(12, 4)).astype(np.float32)
    counts = rng.poisson(1, (1, 12)).astype(np.float32)
    counts[0, 3] = 2
    vector = HalfStep.over(factors, rule).vectors(sp.csr_array(counts))[0].astype(np.float64)
    y, w = (
        factors.astype(np.float64),
        np.where(counts[0] > 0, rule.shift + rule.alpha * counts[0], 0),
    )
    background = np.where((counts[0] > 0) & rule.observed_replaces, 0, rule.unobserved)
    others = rule.unobserved * 12 * rule.penalty_counts_all
    penalty = 0.5 * ((counts > 0).sum() + others) ** rule.nu
    scores = y @ vector
    gradient = y.T @ (background * scores - w * (1 - scores)) + penalty * vector
    assert np.abs(gradient).max() < 1e-4 * (1 + w.sum())


@pytest.mark.parametrize("weighting", SCHEMES)
@pytest.mark.parametrize(("model_class", "regularization"), [(ALS, 0.5), (IALS, 0.02)])
def test_a_converged_training_user_folds_in_to_the_stored_vector(
    train, model_class, regularization, weighting
):
    model = model_class(
        factors=4, regularization=regularization, weighting=weighting, iterations=150
    )
    model.fit(train)
    folded = model.half_step().vectors(train.user_items)
    np.testing.assert_allclose(folded, model.user_factors, atol=2e-3)
    assert np.abs(folded).max() > 0.1


@pytest.mark.parametrize("alpha", [None, 3.0])
def test_it_solves_what_the_lessons_own_solver_solves(train, alpha):
    model = NumpyALS(factors=4, alpha=alpha, iterations=3).fit(train)
    folded = model.half_step().vectors(train.user_items)
    np.testing.assert_allclose(folded, model.fold_in(train.user_items), rtol=1e-4, atol=1e-6)


def test_the_lessons_solver_converges_to_the_same_vectors(train):
    model = NumpyALS(factors=4, iterations=300).fit(train)
    folded = model.half_step().vectors(train.user_items)
    np.testing.assert_allclose(folded, model.user_factors, atol=1e-3)


def test_implicit_finds_the_same_vector(train):
    from implicit.cpu.als import AlternatingLeastSquares

    model = ALS(factors=6, regularization=0.7, alpha=2.0, weighting="plays").fit(train)
    theirs = AlternatingLeastSquares(factors=6, regularization=0.7, num_threads=1)
    theirs.item_factors = model.item_factors
    theirs.user_factors = np.zeros((N_USERS, 6), dtype=np.float32)
    confidences = sp.csr_matrix(2 * weigh(train.user_items, "plays"))
    expected = theirs.recalculate_user(np.arange(N_USERS), confidences)
    folded = model.half_step().vectors(train.user_items)
    np.testing.assert_allclose(folded, expected, atol=1e-4)


def test_a_scheme_that_looks_at_others_looks_at_training_and_not_at_the_new_users(train):
    step = ALS(factors=4, weighting="bm25", iterations=2).fit(train).half_step()
    alone, together = step.vectors(train.user_items[[5]]), step.vectors(train.user_items)
    np.testing.assert_allclose(alone[0], together[5], rtol=1e-6)
    assert step.corpus.mean_length == pytest.approx(Corpus.of(train.user_items).mean_length)


def test_nobody_has_no_vectors_and_a_user_without_items_a_zero_one(train):
    step = ALS(factors=4, iterations=2).fit(train).half_step()
    assert step.vectors(sp.csr_array((0, N_ITEMS), dtype=np.float32)).shape == (0, 4)
    assert not step.vectors(sp.csr_array((1, N_ITEMS), dtype=np.float32)).any()


@pytest.mark.parametrize("model_class", [ALS, IALS])
def test_contributions_add_up_to_the_scores(train, model_class):
    model = model_class(factors=4, iterations=5, regularization=0.5).fit(train)
    step, user = model.half_step(), train.user_items[[3]]
    contributions = step.contributions(user, np.arange(N_ITEMS))
    assert contributions.shape == (N_ITEMS, user.nnz)
    scores = step.vectors(user)[0] @ model.item_factors.T
    np.testing.assert_allclose(contributions.sum(axis=1), scores, atol=1e-5)


def test_weights_that_drown_the_regularization_are_named(train):
    step = HalfStep.over(np.eye(3, dtype=np.float32)[:, :2], Rule("plays", alpha=1e30))
    with pytest.raises(SettingError, match=r"new user 1 reach inf.*nothing is left"):
        step.vectors(sp.csr_array(np.array([[0, 0, 1], [1e9, 0, 0]], dtype=np.float32)))


def test_many_users_get_the_vectors_each_would_get_alone(train, monkeypatch):
    monkeypatch.setattr(half_step, "_VECTORS_AT_ONCE", 50)
    step = ALS(factors=4, iterations=2).fit(train).half_step()
    alone = [step.vectors(train.user_items[[user]])[0] for user in range(N_USERS)]
    np.testing.assert_array_equal(step.vectors(train.user_items), alone)


def test_of_many_users_the_first_without_a_vector_is_named(monkeypatch):
    monkeypatch.setattr(half_step, "_VECTORS_AT_ONCE", 50)
    counts = np.ones((40, 3), dtype=np.float32)
    counts[[18, 33], 1] = 1e9
    step = HalfStep.over(np.eye(3, dtype=np.float32)[:, :2], Rule("plays", alpha=1e30))
    with pytest.raises(SettingError, match="new user 18 reach inf"):
        step.vectors(sp.csr_array(counts))


def test_models_of_another_kind_refuse_in_a_sentence(train):
    model = LightFM(factors=2, epochs=1).fit(train)
    with pytest.raises(SettingError, match="lightfm was not trained by alternating least squares"):
        model.half_step()
    with pytest.raises(NotFittedError):
        ALS().half_step()


def test_the_readable_solver_and_the_quick_one_agree_on_confidences():
    rng = np.random.default_rng(2)
    factors = rng.normal(size=(9, 3))
    counts = sp.csr_array(rng.poisson(0.7, (5, 9)).astype(np.float32))
    expected = solve_cholesky(counts.astype(np.float64), factors, 0.3)
    folded = HalfStep.over(factors, Rule("plays", regularization=0.3)).vectors(counts)
    np.testing.assert_allclose(folded, expected, rtol=1e-4, atol=1e-6)
