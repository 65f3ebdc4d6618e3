"""LinUCB and Thompson sampling against the textbook, and how their regret grows."""

import numpy as np
import pytest
from small_homes import drawn_home, hand_known

from helpers.bandits.known import EXPLANATIONS, Shelves
from helpers.bandits.linear import LinUCB, ThompsonSampling
from helpers.bandits.policies import Uniform
from helpers.bandits.study import growth_exponent, run


def vector_of(shelves, row, card) -> np.ndarray:
    """Return x of a card written out: the context in the block of the explanation."""
    place, explanation = divmod(card, len(EXPLANATIONS))
    context = shelves.context[row, place]
    x = np.zeros(len(EXPLANATIONS) * len(context))
    x[explanation * len(context) : (explanation + 1) * len(context)] = context
    return x


@pytest.fixture(scope="module")
def log():
    home = drawn_home()
    return run(home, Uniform(home.known), 2).log


def test_linucb_is_the_textbook_update_row_by_row(log):
    """Li et al., algorithm 1, one row at a time: A += x xᵀ, b += r x."""
    policy = LinUCB(drawn_home().known, alpha=0.7)
    n = policy.n_weights
    a, b, row = np.eye(n), np.zeros(n), 0
    for shelves in log.shelves:
        for at in range(len(shelves.users)):
            x = vector_of(shelves, at, log.card[row])
            a += np.outer(x, x)
            b += log.streamed[row] * x
            row += 1
    policy.learn(log)
    assert np.allclose(policy.a, a)
    assert np.allclose(policy.b, b)
    theta = np.linalg.inv(a) @ b
    shelves = drawn_home().visit(5)
    bounds = policy.bounds(shelves)
    for at, card in [(0, 0), (3, 7), (10, 29)]:
        x = vector_of(shelves, at, card)
        expected = theta @ x + 0.7 * np.sqrt(x @ np.linalg.inv(a) @ x)
        assert np.isclose(bounds[at, card], expected)


def test_the_past_fades_by_the_memory(log):
    policy = LinUCB(drawn_home().known, memory=0.5)
    policy.learn(log)
    once = policy.a - np.eye(policy.n_weights), policy.b.copy()
    policy.learn(log)
    assert np.allclose(policy.a - np.eye(policy.n_weights), 1.5 * once[0])
    assert np.allclose(policy.b, 1.5 * once[1])


def test_without_spread_thompson_is_greedy(log):
    known, shelves = drawn_home().known, drawn_home().visit(5)
    thompson, greedy = ThompsonSampling(known, spread=0), LinUCB(known, alpha=0)
    for policy in (thompson, greedy):
        policy.learn(log)
    chances = thompson.probabilities(shelves)
    assert np.allclose(chances.max(axis=1), 1)
    assert np.array_equal(chances.argmax(axis=1), greedy.probabilities(shelves).argmax(axis=1))


def test_weights_of_thompson_are_drawn_around_the_estimate_with_covariance_of_a_inverse(log):
    policy = ThompsonSampling(drawn_home().known, spread=0.5, draws=20_000)
    policy.learn(log)
    drawn = policy.drawn_weights(0)
    covariance = 0.25 * np.linalg.inv(policy.a)
    assert np.allclose(drawn.mean(axis=1), policy.weights(), atol=0.02)
    assert np.allclose(np.cov(drawn), covariance, atol=0.05 * covariance.max())


def test_chances_of_thompson_are_shares_of_its_draws(log):
    policy = ThompsonSampling(drawn_home().known, draws=8)
    chances = policy.probabilities(drawn_home().visit(0))
    assert np.allclose(chances * 8, np.rint(chances * 8))
    assert (chances.max(axis=1) < 1).any()


class LinearHome:
    """One shelf a day and user, of which a stream is truly linear in the context."""

    def __init__(self, n_features=4) -> None:
        self.known = hand_known(n_users=4, n_items=5)
        object.__setattr__(self.known, "profile", np.zeros((4, n_features - 3)))
        self.utility, self.debut = np.zeros((4, 5)), np.zeros(5, dtype=int)
        rng = np.random.default_rng(1)
        self.truth = rng.uniform(-1, 1, (len(EXPLANATIONS), n_features))

    def visit(self, day) -> Shelves:
        rng = np.random.default_rng([7, day])
        artists = np.tile(np.arange(5), (4, 1))
        context = rng.uniform(-1, 1, (4, 5, self.truth.shape[1]))
        return Shelves(day, np.arange(4), artists, np.ones((4, 5, 3), dtype=bool), context)

    def chance(self, shelves) -> np.ndarray:
        linear = (shelves.context @ self.truth.T).reshape(4, -1)
        return 0.5 + linear / 8  # the constant is missing from the context: the ridge absorbs it


@pytest.mark.parametrize("make", [LinUCB, ThompsonSampling])
def test_regret_grows_slower_than_linearly_where_the_world_is_linear(make):
    home = LinearHome()
    learning = growth_exponent(run(home, make(home.known), 400).regret, burn_in=20)[0]
    blind = growth_exponent(run(home, Uniform(home.known), 400).regret, burn_in=20)[0]
    assert 0.95 < blind < 1.05
    assert learning < 0.85
