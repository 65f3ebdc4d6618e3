import numpy as np
import pytest
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.words.explain import telling_terms
from helpers.words.placing import learn_words_to_factors
from helpers.words.vectors import CulturalVectors

N_ITEMS, N_TERMS, N_FACTORS = 60, 6, 3


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    rows = rng.random((N_ITEMS, N_TERMS)) * (rng.random((N_ITEMS, N_TERMS)) < 0.6)
    rows[7] = 0
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    names = np.array([f"term {t}" for t in range(N_TERMS)])
    return CulturalVectors(sp.csr_array(rows.astype(np.float32)), names)


@pytest.fixture(scope="module")
def factors(vectors):
    """Factors that words give exactly, and a constant."""
    weights = np.random.default_rng(1).standard_normal((N_TERMS, N_FACTORS))
    return (vectors.rows @ weights + [0.5, -0.5, 1.0]).astype(np.float32)


@pytest.fixture(scope="module")
def listeners():
    return np.random.default_rng(2).integers(1, 50, N_ITEMS)


def exact_ridge(rows, factors, weights, penalty):
    """Return the solution of the normal equations, the constant last and free of penalty."""
    design = np.column_stack([rows, np.ones(len(rows))])
    penalties = np.diag([penalty] * rows.shape[1] + [0.0])
    weighted = design.T * weights
    return np.linalg.solve(weighted @ design + penalties, weighted @ factors)


@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_the_map_is_the_exact_solution(vectors, factors, listeners, penalty):
    noisy = factors + np.random.default_rng(3).standard_normal(factors.shape)
    learnt = learn_words_to_factors(vectors, noisy, listeners, penalty)
    known = vectors.has_words
    expected = exact_ridge(vectors.rows.toarray()[known], noisy[known], listeners[known], penalty)
    np.testing.assert_allclose(learnt.of_terms, expected[:-1], atol=2e-3)
    np.testing.assert_allclose(learnt.typical, expected[-1], atol=2e-3)


def test_hidden_items_are_found_where_words_say_where_they_are(vectors, factors, listeners):
    hidden = np.arange(0, N_ITEMS, 5)
    known, heard = factors.copy(), listeners.copy()
    known[hidden] = heard[hidden] = 0
    placed = learn_words_to_factors(vectors, known, heard, penalty=1e-3).place(vectors)
    np.testing.assert_allclose(placed[hidden], factors[hidden], atol=0.02)


def test_an_artist_without_words_gets_zero_factors(vectors, factors, listeners):
    placed = learn_words_to_factors(vectors, factors, listeners).place(vectors)
    assert not placed[7].any()
    assert placed[np.arange(N_ITEMS) != 7].any(axis=1).all()


def test_one_factor_is_placed_too(vectors, factors, listeners):
    learnt = learn_words_to_factors(vectors, factors[:, :1], listeners)
    assert learnt.of_terms.shape == (N_TERMS, 1)
    assert learnt.place(vectors).shape == (N_ITEMS, 1)


def test_telling_terms_add_up_to_the_score_less_the_typical_artist(vectors, factors, listeners):
    learnt = learn_words_to_factors(vectors, factors, listeners, 1.0)
    user = learnt.of_terms.sum(axis=0)
    all_of_them = vectors.rows[[4]].toarray()[0] * (learnt.of_terms @ user)
    score = learnt.place(vectors)[4] @ user
    assert all_of_them.sum() == pytest.approx(score - learnt.typical @ user, abs=1e-4)
    names, parts = telling_terms(learnt, vectors, user, 4, n=2)
    best = np.argsort(-all_of_them)[:2]
    assert names.tolist() == vectors.names[best].tolist()
    np.testing.assert_allclose(parts, all_of_them[best], rtol=1e-5)


def test_nothing_speaks_for_an_artist_without_words(vectors, factors, listeners):
    learnt = learn_words_to_factors(vectors, factors, listeners)
    assert telling_terms(learnt, vectors, np.ones(N_FACTORS), 7)[0].tolist() == []


def test_what_cannot_be_learnt_from_is_refused(vectors, factors, listeners):
    with pytest.raises(SettingError, match="no artist has both words and listeners"):
        learn_words_to_factors(vectors, factors, 0 * listeners)
    with pytest.raises(SettingError, match="words of 60 items, factors of 59"):
        learn_words_to_factors(vectors, factors[1:], listeners)
    with pytest.raises(SettingError, match="penalty is 0"):
        learn_words_to_factors(vectors, factors, listeners, 0)
