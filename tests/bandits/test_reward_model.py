"""The factorization machine against its formula, its gradient, and planted tastes."""

import numpy as np
import pytest
from scipy.special import expit
from small_homes import drawn_home, hand_known, hand_log, hand_shelves

from helpers.bandits.logs import joined
from helpers.bandits.policies import Uniform
from helpers.bandits.reward_model import FactorizedReward, Rows
from helpers.bandits.study import run
from helpers.errors import SettingError


@pytest.fixture(scope="module")
def log():
    home = drawn_home()
    return run(home, Uniform(home.known), 3).log


def test_prediction_is_the_formula_written_out(log):
    model = FactorizedReward(drawn_home().known, factors=3, seed=1)
    rows = model.rows(log)
    model.train(rows, 20)
    for row in (0, 5, 40):
        x = rows.features[[row]].toarray()[0]
        log_odds = model.bias + model.weights @ x
        for f in np.flatnonzero(x):
            for g in np.flatnonzero(x):
                if f < g:
                    log_odds += model.vectors[f] @ model.vectors[g] * x[f] * x[g]
        assert np.isclose(model.predict_rows(rows.features)[row], expit(log_odds))


def test_shelves_and_rows_are_predicted_alike(log):
    model = FactorizedReward(drawn_home().known)
    model.train(model.rows(log), 20)
    on_shelves = np.concatenate([model.predict(day) for day in log.shelves])
    of_cards = on_shelves[np.arange(len(log)), log.card]
    assert np.allclose(of_cards, model.predict_rows(model.rows(log).features))


def test_a_step_goes_down_the_numerical_gradient(log):
    model = FactorizedReward(drawn_home().known, factors=2, learning_rate=1e-3, seed=3)
    rows = model.rows(log)
    vectors, weights = model.vectors.copy(), model.weights.copy()

    def loss() -> float:
        p = model.predict_rows(rows.features)
        fit = -np.mean(np.where(rows.streamed, np.log(p), np.log(1 - p)))
        size = (model.vectors**2).sum() + (model.weights**2).sum()
        return fit + model.regularization / 2 * size

    model._step(rows.features, rows.streamed)
    moved = {"vectors": model.vectors - vectors, "weights": model.weights - weights}
    model.vectors, model.weights, model.bias = vectors, weights, 0.0
    for name, at in [("vectors", (0, 0)), ("vectors", (-2, 1)), ("weights", 2), ("weights", -1)]:
        values = getattr(model, name)
        around = []
        for shift in (1e-5, -1e-5):
            values[at] += shift
            around.append(loss())
            values[at] -= shift
        gradient = (around[0] - around[1]) / 2e-5
        # The first step of Adagrad has the length of the learning rate.
        expected = -1e-3 * gradient / np.sqrt(gradient**2 + 1e-8)
        assert np.isclose(moved[name][at], expected, rtol=1e-3)


def test_second_order_sees_who_likes_what_and_first_order_cannot():
    known = hand_known()
    users, artists = np.arange(400) % 2, np.arange(400) // 2 % 2 + 1
    shelves = hand_shelves(known, users, artists[:, None])
    streamed = (users + artists) % 2 == 0
    log = hand_log(shelves, np.zeros(400, dtype=int), np.ones(400), streamed)
    spread = {}
    for factors in (0, 4):
        model = FactorizedReward(known, factors=factors)
        model.train(model.rows(log), 200)
        p = model.predict(hand_shelves(known, [0, 0], [[1], [2]]))[:, 0]
        spread[factors] = p[1] - p[0]
    assert abs(spread[0]) < 0.05
    assert spread[4] > 0.5


def test_heavier_rows_pull_the_prediction():
    known = hand_known()
    shelves = hand_shelves(known, np.zeros(100, dtype=int), np.ones((100, 1), dtype=int))
    streamed = np.arange(100) < 50
    log = hand_log(shelves, np.zeros(100, dtype=int), np.ones(100), streamed)
    model = FactorizedReward(known, regularization=0)
    model.train(model.rows(log, np.where(streamed, 4.0, 1.0)), 200)
    assert np.isclose(model.predict_rows(model.rows(log).features[:1])[0], 0.8, atol=0.03)


def test_an_empty_log_teaches_nothing_and_says_so():
    model = FactorizedReward(drawn_home().known)
    with pytest.raises(SettingError, match="log is empty"):
        model.train(Rows(model.rows(joined([])).features, np.empty(0), np.empty(0)), 1)


@pytest.mark.parametrize("weight", [0.0, -1.0, np.inf, np.nan])
def test_weights_must_be_positive_and_finite(log, weight):
    model = FactorizedReward(drawn_home().known)
    with pytest.raises(SettingError, match="positive finite"):
        model.train(model.rows(log, np.full(len(log), weight)), 1)
