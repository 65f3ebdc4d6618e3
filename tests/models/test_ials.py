import numpy as np
import pytest
import scipy.sparse as sp

from helpers.errors import DataError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import IALS
from helpers.weighting import SCHEMES, weigh

N_USERS, N_ITEMS = 60, 45
SETTINGS = {"factors": 6, "alpha0": 0.3, "regularization": 0.02, "nu": 0.8, "weighting": "log"}


def make_train(seed=0):
    rng = np.random.default_rng(seed)
    tastes = rng.gamma(0.3, size=(N_USERS, 4)) @ rng.gamma(0.3, size=(4, N_ITEMS))
    counts = rng.poisson(3 * tastes).astype(np.float32)
    counts[:, 0] = 1  # a constant column, which also leaves nobody without items ...
    counts[9] = 0  # ... but user 9,
    counts[:, 11] = 0  # and an item without users
    names = np.array([f"artist {i}" for i in range(N_ITEMS)], dtype=object)
    return Interactions(sp.csr_array(counts), IdMap(range(N_USERS)), IdMap(range(N_ITEMS)), names)


@pytest.fixture(scope="module")
def train():
    return make_train()


@pytest.fixture(scope="module")
def converged(train):
    return IALS(**SETTINGS, iterations=2000).fit(train)


def gradients(model, train):
    """Return half the gradient of the loss in the docstring, for users and for items."""
    weights = weigh(train.user_items, model.weighting).toarray().astype(np.float64)
    x, y = model.user_factors.astype(np.float64), model.item_factors.astype(np.float64)
    of_scores = weights * (x @ y.T - 1) + model.alpha0 * (x @ y.T)
    n_of_user, n_of_item = (weights > 0).sum(axis=1), (weights > 0).sum(axis=0)
    of_users = (n_of_user + model.alpha0 * N_ITEMS) ** model.nu
    of_items = (n_of_item + model.alpha0 * N_USERS) ** model.nu
    return (
        of_scores @ y + model.regularization * of_users[:, None] * x,
        of_scores.T @ x + model.regularization * of_items[:, None] * y,
    )


def exact_vector(weights, item_factors, model):
    """Return the vector of one user by the normal equations, dense."""
    y = item_factors.astype(np.float64)
    penalty = (np.count_nonzero(weights) + model.alpha0 * N_ITEMS) ** model.nu
    left = y.T @ np.diag(weights + model.alpha0) @ y
    left += model.regularization * penalty * np.eye(y.shape[1])
    return np.linalg.solve(left, y.T @ weights)


@pytest.mark.parametrize("nu", [0.0, 0.5, 1.0])
def test_training_ends_where_the_loss_of_the_docstring_is_flat(train, nu):
    model = IALS(**(SETTINGS | {"nu": nu}), iterations=2000).fit(train)
    start = IALS(**(SETTINGS | {"nu": nu}), iterations=1).fit(train)
    for at_end, at_start in zip(gradients(model, train), gradients(start, train), strict=True):
        assert np.abs(at_end).max() < 1e-3 * np.abs(at_start).max()


@pytest.mark.parametrize("weighting", SCHEMES)
def test_fold_in_of_a_training_user_is_the_exact_solution(train, weighting):
    model = IALS(**(SETTINGS | {"weighting": weighting}), iterations=3).fit(train)
    weights = weigh(train.user_items, weighting).toarray().astype(np.float64)
    folded = model.fold_in(train.user_items[:9])
    expected = [exact_vector(weights[user], model.item_factors, model) for user in range(9)]
    np.testing.assert_allclose(folded, expected, rtol=1e-4, atol=1e-6)


def test_fold_in_agrees_with_irspacks_own_exact_solver(train):
    from irspack.recommenders.ials import IALSRecommender

    theirs = IALSRecommender(
        sp.csr_matrix(weigh(train.user_items, "log")),
        n_components=6,
        alpha0=0.3,
        reg=0.02,
        nu=0.8,
        solver_type="CHOLESKY",
        train_epochs=3,
        n_threads=1,
    ).learn()
    model = IALS(**SETTINGS, iterations=1).fit(train)
    model.item_factors = theirs.get_item_embedding()
    new = make_train(seed=1).user_items[:20]
    expected = theirs.compute_user_embedding(sp.csr_matrix(weigh(new, "log")))
    expected[np.diff(new.indptr) == 0] = 0
    np.testing.assert_allclose(model.fold_in(new), expected, rtol=1e-3, atol=1e-4)


def test_after_many_iterations_fold_in_returns_the_stored_vectors(train, converged):
    folded = converged.fold_in(train.user_items)
    np.testing.assert_allclose(folded, converged.user_factors, atol=1e-3)
    assert np.abs(converged.user_factors).max() > 0.5


def test_each_iteration_counts(train):
    twice, thrice = (IALS(**SETTINGS, iterations=n).fit(train) for n in (2, 3))
    assert not np.allclose(twice.item_factors, thrice.item_factors, rtol=1e-3)


def test_repeated_training_gives_the_same_bits(train):
    first, again = (IALS(factors=32, iterations=4).fit(train) for _ in range(2))
    np.testing.assert_array_equal(again.user_factors, first.user_factors)
    np.testing.assert_array_equal(again.item_factors, first.item_factors)


def test_another_seed_starts_elsewhere(train):
    first, other = (IALS(**SETTINGS, iterations=1, seed=seed).fit(train) for seed in (0, 1))
    assert not np.array_equal(first.user_factors, other.user_factors)


def test_unknown_rows_are_zero_and_their_lists_empty(train, converged):
    assert not converged.user_factors[9].any()
    assert not converged.item_factors[11].any()
    np.testing.assert_array_equal(converged.recommend([9], 3).items, [[-1, -1, -1]])
    nobody = sp.csr_array((1, N_ITEMS), dtype=np.float32)
    assert not converged.fold_in(nobody).any()
    assert np.isneginf(converged.score_new(nobody)).all()


def test_more_factors_than_users_and_items_train_all_the_same(train):
    model = IALS(**(SETTINGS | {"factors": 100}), iterations=5).fit(train)
    assert model.user_factors.shape == (N_USERS, 100)
    folded = model.fold_in(train.user_items[:3])
    weights = weigh(train.user_items, "log").toarray().astype(np.float64)
    np.testing.assert_allclose(
        folded[2], exact_vector(weights[2], model.item_factors, model), atol=1e-5
    )


def test_training_prints_nothing(train, capfd):
    IALS(**SETTINGS, iterations=2).fit(train)
    assert capfd.readouterr() == ("", "")


def test_training_that_ends_in_no_numbers_says_so(train):
    huge = train.with_matrix(train.user_items * np.float32(1e37))
    with pytest.raises(SettingError, match="not finite; take alpha0 and regularization"):
        IALS(**(SETTINGS | {"weighting": "plays"}), iterations=3).fit(huge)


def test_a_new_user_whose_weights_drown_the_penalty_is_named(train):
    model = IALS(**(SETTINGS | {"weighting": "plays", "factors": 60}), iterations=3).fit(train)
    new = train.user_items[:2] * np.float32(1e30)
    with pytest.raises(SettingError, match=r"new user 0 reach .*e\+3\d, beside which"):
        model.fold_in(new)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1])
def test_weights_that_are_no_numbers_are_refused(train, weight):
    matrix = train.user_items.copy()
    matrix.data[7] = weight
    with pytest.raises(DataError, match="1 stored weights are not positive finite numbers"):
        IALS(**SETTINGS).fit(train.with_matrix(matrix))


@pytest.mark.parametrize(
    "setting",
    [
        {"factors": 0},
        {"alpha0": 0},
        {"alpha0": np.nan},
        {"regularization": -1},
        {"regularization": "strong"},
        {"nu": -0.1},
        {"nu": 1.5},
        {"iterations": 0},
        {"seed": -1},
        {"seed": 2**31},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(setting):
    with pytest.raises(SettingError, match=f"{next(iter(setting))} is .*expected a"):
        IALS(**setting)


def test_a_loaded_model_does_everything_as_before(tmp_path, train):
    model = IALS(**SETTINGS, iterations=3).fit(train)
    model.save(tmp_path)
    loaded = IALS.load(tmp_path, catalogue=train.items)
    assert loaded.settings == model.settings
    users, new = np.arange(N_USERS), make_train(seed=1).user_items
    for ours, theirs in [
        (loaded.recommend(users, 10, exclude=train), model.recommend(users, 10, exclude=train)),
        (loaded.similar_items(4), model.similar_items(4)),
    ]:
        np.testing.assert_array_equal(ours.items, theirs.items)
        np.testing.assert_array_equal(ours.scores, theirs.scores)
    np.testing.assert_array_equal(loaded.fold_in(new), model.fold_in(new))
