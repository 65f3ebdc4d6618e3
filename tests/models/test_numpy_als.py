import implicit.cpu.als
import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import NotFittedError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models.numpy_als import (
    NumpyALS,
    implicit_loss,
    solve_cholesky,
    solve_conjugate_gradient,
)
from helpers.weighting import confidence


def interactions_of(counts: np.ndarray) -> Interactions:
    rows, columns = np.nonzero(counts)
    frame = pl.DataFrame({"user_id": rows, "item_id": columns, "weight": counts[rows, columns]})
    n_users, n_items = counts.shape
    return Interactions.from_frame(frame, users=IdMap(range(n_users)), items=IdMap(range(n_items)))


def random_counts(seed: int, n_users: int = 30, n_items: int = 20) -> np.ndarray:
    rng = np.random.default_rng(seed)
    played = rng.random((n_users, n_items)) < 0.2
    played[0, 0] = True
    return np.where(played, rng.integers(1, 50, (n_users, n_items)), 0).astype(float)


def dense_loss(counts, user_factors, item_factors, alpha, regularization):
    c = 1 + alpha * counts
    errors = c * ((counts > 0) - user_factors @ item_factors.T) ** 2
    return errors.sum() + regularization * ((user_factors**2).sum() + (item_factors**2).sum())


def test_loss_equals_the_dense_sum_over_every_cell():
    counts = random_counts(1)
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(20, 4))
    c = confidence(sp.csr_array(counts), alpha=2.0)
    assert implicit_loss(c, x, y, 0.5) == pytest.approx(dense_loss(counts, x, y, 2.0, 0.5))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    knobs=st.fixed_dictionaries(
        {
            "factors": st.integers(1, 8),
            "alpha": st.floats(0.01, 100),
            "regularization": st.floats(0.01, 100),
            "solver": st.sampled_from(["cholesky", "cg"]),
            "cg_steps": st.integers(1, 5),
        }
    ),
)
def test_loss_never_rises_at_a_half_step(seed, knobs):
    train = interactions_of(random_counts(seed))
    losses = np.array(NumpyALS(iterations=4, seed=seed, **knobs).fit(train).losses)
    assert len(losses) == 9
    assert np.all(np.diff(losses) <= 1e-9 * losses[:-1])
    assert losses[-1] < losses[0]


def test_gradient_is_zero_after_an_exact_half_step():
    counts = random_counts(3)
    c = 1 + 3.0 * counts
    y = np.random.default_rng(4).normal(size=(20, 5))
    x = solve_cholesky(confidence(sp.csr_array(counts), alpha=3.0), y, regularization=0.7)
    gradient = -2 * (c * ((counts > 0) - x @ y.T)) @ y + 2 * 0.7 * x
    scale = np.abs(2 * (c * (counts > 0)) @ y).max()
    assert np.abs(gradient).max() < 1e-10 * scale


def test_conjugate_gradient_reaches_the_exact_solution_and_nears_it_at_each_step():
    counts = random_counts(5)
    c = confidence(sp.csr_array(counts), alpha=1.0)
    rng = np.random.default_rng(6)
    y, start = rng.normal(size=(20, 6)), rng.normal(size=(30, 6))
    exact = solve_cholesky(c, y, 1.0)

    def loss_after(steps):
        x = solve_conjugate_gradient(c, y, 1.0, start, steps)
        return implicit_loss(c, x, y, 1.0) - implicit_loss(c, exact, y, 1.0)

    excess = [loss_after(steps) for steps in range(7)]
    assert np.all(np.diff(excess) <= 1e-9 * excess[0])
    assert excess[6] < 1e-9 * excess[0]
    nearly = solve_conjugate_gradient(c, y, 1.0, start, steps=12)
    np.testing.assert_allclose(nearly, exact, rtol=1e-6, atol=1e-9)


def test_conjugate_gradient_leaves_a_solved_start_where_it_is():
    c = confidence(sp.csr_array(random_counts(7)), alpha=1.0)
    y = np.random.default_rng(8).normal(size=(20, 3))
    exact = solve_cholesky(c, y, 1.0)
    again = solve_conjugate_gradient(c, y, 1.0, exact, steps=5)
    np.testing.assert_allclose(again, exact, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("solver", "use_cg"), [("cholesky", False), ("cg", True)])
def test_numpy_als_agrees_with_implicit_from_the_same_start(solver, use_cg):
    counts = random_counts(9, n_users=60, n_items=40)
    ours = NumpyALS(factors=6, regularization=0.5, alpha=1.0, iterations=10, solver=solver, seed=3)
    ours.fit(interactions_of(counts))
    theirs = implicit.cpu.als.AlternatingLeastSquares(
        factors=6, regularization=0.5, iterations=10, use_cg=use_cg, dtype=np.float64
    )
    theirs.user_factors, theirs.item_factors = ours.initial_factors(60, 40)
    # implicit takes confidences as they are and adds no 1.
    theirs.fit(sp.csr_matrix(confidence(sp.csr_array(counts), 1.0)), show_progress=False)
    np.testing.assert_allclose(ours.user_factors, theirs.user_factors, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(ours.item_factors, theirs.item_factors, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("solver", ["cholesky", "cg"])
def test_checkerboard_recommends_the_withheld_item(solver):
    # Even users like even items, odd users odd ones; the diagonal is withheld.
    n = 20
    rows, columns = np.indices((n, n))
    liked = ((rows + columns) % 2 == 0) & (rows != columns)
    train = interactions_of(liked.astype(float))
    model = NumpyALS(factors=4, iterations=10, solver=solver).fit(train)
    best = model.recommend(np.arange(n), k=1, exclude=train).items[:, 0]
    np.testing.assert_array_equal(best, np.arange(n))


def test_weights_are_confidences_when_alpha_is_none():
    counts = random_counts(10)
    ready = interactions_of(np.where(counts > 0, 1 + 2.0 * counts, 0))
    by_alpha = NumpyALS(factors=3, alpha=2.0).fit(interactions_of(counts))
    by_weight = NumpyALS(factors=3, alpha=None).fit(ready)
    np.testing.assert_allclose(by_weight.user_factors, by_alpha.user_factors)


def test_scores_are_dot_products_and_missing_for_a_user_without_pairs():
    counts = random_counts(11)
    counts[4] = 0
    model = NumpyALS(factors=3, iterations=2, solver="cg").fit(interactions_of(counts))
    scores = model.score(np.array([2, 4]))
    assert scores.shape == (2, 20)
    np.testing.assert_allclose(scores[0], model.item_factors @ model.user_factors[2], rtol=1e-5)
    assert np.all(np.isneginf(scores[1]))
    assert np.all(model.recommend(np.array([4]), k=3).items == -1)


def test_fold_in_solves_the_normal_equations_of_a_new_user():
    model = NumpyALS(factors=3, regularization=0.5, alpha=2.0)
    y = model.fit(interactions_of(random_counts(12))).item_factors
    plays = np.zeros(20)
    plays[[2, 7, 11]] = 4, 1, 9
    c = np.diag(1 + 2.0 * plays)
    expected = np.linalg.solve(y.T @ c @ y + 0.5 * np.eye(3), y.T @ c @ (plays > 0))
    np.testing.assert_allclose(model.fold_in(sp.csr_array(plays[None]))[0], expected, rtol=1e-6)


def test_fold_in_refuses_another_catalogue():
    model = NumpyALS(factors=2, iterations=1).fit(interactions_of(random_counts(13)))
    with pytest.raises(SettingError, match="got 7 items, expected 20"):
        model.fold_in(sp.csr_array((1, 7)))


def test_untrained_model_says_so():
    with pytest.raises(NotFittedError, match="call fit"):
        NumpyALS().score(np.array([0]))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("factors", 0),
        ("iterations", 0),
        ("cg_steps", 0),
        ("regularization", 0.0),
        ("regularization", float("nan")),
        ("alpha", -1.0),
        ("solver", "lu"),
        ("factors", 2.5),
        ("regularization", "1"),
        ("alpha", float("inf")),
        ("iterations", True),
        ("seed", -1),
    ],
)
def test_setting_out_of_range_is_named_in_the_error(setting, value):
    with pytest.raises(SettingError, match=setting):
        NumpyALS(**{setting: value})


def test_confidences_beyond_what_can_be_solved_are_named():
    counts = np.array([[1e30, 1], [1, 0]])
    with pytest.raises(SettingError, match=r"confidences reach 1e\+30; lower alpha"):
        NumpyALS(factors=3).fit(interactions_of(counts))


def test_same_seed_gives_the_same_factors():
    train = interactions_of(random_counts(14))
    first, second = (NumpyALS(factors=3, seed=5).fit(train) for _ in range(2))
    np.testing.assert_array_equal(first.item_factors, second.item_factors)
