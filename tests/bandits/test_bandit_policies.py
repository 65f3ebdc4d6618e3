"""Policies: chances that are chances, and what each learns."""

import numpy as np
import pytest
from small_homes import drawn_home, hand_known, hand_log, hand_shelves

from helpers.bandits.bart import BaRT, inverse_weights
from helpers.bandits.known import BECAUSE, NEW, POPULAR
from helpers.bandits.linear import LinUCB, ThompsonSampling
from helpers.bandits.policies import (
    ALSTopK,
    EpsilonGreedy,
    Explored,
    Greedy,
    Popular,
    Uniform,
    exploring,
)
from helpers.bandits.study import run
from helpers.errors import SettingError

ALL = [Uniform, Popular, ALSTopK, EpsilonGreedy, LinUCB, ThompsonSampling, BaRT]


@pytest.mark.parametrize("make", ALL)
def test_chances_sum_to_one_and_no_false_reason_is_given(make):
    home = drawn_home()
    policy = make(home.known)
    run(home, policy, 3)
    shelves = home.visit(9)
    chances = policy.probabilities(shelves)
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()
    assert not chances[~shelves.cards].any()


@pytest.mark.parametrize("make", ALL)
def test_equal_policies_do_equal_things(make):
    home = drawn_home()
    one, two = (run(home, make(home.known), 3).log.card for _ in range(2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("make", ALL)
def test_asking_a_policy_teaches_it_nothing(make):
    home = drawn_home()
    policy, shelves = make(home.known), home.visit(0)
    assert np.array_equal(policy.probabilities(shelves), policy.probabilities(shelves))


def test_popular_names_the_reason_where_it_is_true():
    known = hand_known()
    chances = Popular(known).probabilities(hand_shelves(known, [0, 1], [[1, 0], [2, 1]]))
    assert chances.argmax(axis=1).tolist() == [3 + POPULAR, 0 + BECAUSE]


def test_als_shows_the_best_score_and_says_because():
    known = hand_known()
    chances = ALSTopK(known).probabilities(hand_shelves(known, [0], [[0, 2, 1]]))
    assert chances.argmax(axis=1).tolist() == [3 + BECAUSE]


def test_als_is_trained_anew_with_what_was_streamed():
    home = drawn_home()
    policy = ALSTopK(home.known, every=2)
    log = run(home, policy, 1).log
    assert np.array_equal(policy._score, home.known.score)
    policy.learn(log)
    known = home.known.listening.user_items.toarray() > 0
    known[log.user[log.streamed], log.artist[log.streamed]] = True
    assert policy._plays.nnz == known.sum()
    assert not np.array_equal(policy._score, home.known.score)


def test_rates_of_epsilon_greedy_by_hand():
    known = hand_known()
    policy = EpsilonGreedy(known, epsilon=0.3, prior=2.0)
    shelves = hand_shelves(known, [0, 1, 0, 1], [[1, 2]] * 4, fresh=True)
    policy.learn(hand_log(shelves, [0, 0, 1, 3], [1] * 4, [True, True, False, False]))
    overall = 2 / 4
    expected = np.full((3, 3), overall)
    expected[1, BECAUSE] = (2 + 2 * overall) / (2 + 2)
    expected[1, NEW] = (0 + 2 * overall) / (1 + 2)
    expected[2, BECAUSE] = (0 + 2 * overall) / (1 + 2)
    assert np.allclose(policy.rates(), expected)
    chances = policy.probabilities(shelves)[0]
    assert np.allclose(chances, [0.7 + 0.3 / 4, 0.3 / 4, 0, 0.3 / 4, 0.3 / 4, 0])


def test_exploring_leaves_epsilon_to_all_cards_alike():
    may_show = np.array([[True, False, True, True]])
    chances = exploring(np.array([[1.0, 9.0, 2.0, 2.0]]), may_show, 0.3)
    assert np.allclose(chances, [[0.1, 0, 0.8, 0.1]])
    assert exploring(np.ones((1, 4)), may_show, 0).tolist() == [[1, 0, 0, 0]]


def test_an_explored_policy_is_a_mixture_and_lets_the_other_learn():
    home = drawn_home()
    inner = EpsilonGreedy(home.known, epsilon=0)
    policy, shelves = Explored(inner, 0.4), home.visit(0)
    uniform = Uniform(home.known).probabilities(shelves)
    expected = 0.4 * uniform + 0.6 * inner.probabilities(shelves)
    assert np.allclose(policy.probabilities(shelves), expected)
    log = run(home, policy, 1).log
    assert inner.shown.sum() == len(log)


def test_greedy_shows_what_a_model_expects_most_of_among_true_reasons():
    known = hand_known()
    shelves = hand_shelves(known, [0], [[1, 2]])  # nothing new, nothing popular
    greedy = Greedy(known, lambda shelves: np.array([[0.1, 0.9, 0.8, 0.3, 0.7, 0.6]]))
    assert greedy.probabilities(shelves).tolist() == [[0, 0, 0, 1, 0, 0]]


def test_inverse_weights_are_capped():
    weights = inverse_weights(np.array([1, 0.5, 0.01]), cap=5)
    assert weights.tolist() == [1, 2, 5]


@pytest.mark.parametrize("propensity", [0.0, -0.1, 1.2, np.nan])
def test_a_propensity_that_cannot_be_is_refused(propensity):
    with pytest.raises(SettingError, match=r"propensity of row 1 is .*, expected above 0"):
        inverse_weights(np.array([0.5, propensity]), cap=5)


def test_bart_forgets_what_lies_before_its_window():
    home = drawn_home()
    policy = BaRT(home.known, window=2)
    log = run(home, policy, 5).log
    assert sum(len(day.weight) for day in policy._days) == sum(
        len(day.users) for day in log.shelves[-2:]
    )


def test_bart_learns_whom_a_reason_convinces():
    known = hand_known()
    policy = BaRT(known, epsilon=0, steps=150)
    shelves = hand_shelves(known, np.arange(200) % 2, [[1, 2]] * 200, fresh=True)
    card = np.arange(200) // 2 % 2  # of artist 1: "because" or "new"
    streamed = card == shelves.users  # user 0 believes "because", user 1 "new"
    policy.learn(hand_log(shelves, card, [0.5] * 200, streamed))
    ask = hand_shelves(known, [0, 1], [[1], [1]], fresh=True)
    assert policy.probabilities(ask).argmax(axis=1).tolist() == [BECAUSE, NEW]


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (EpsilonGreedy, {"epsilon": 1.1}),
        (EpsilonGreedy, {"prior": 0}),
        (ALSTopK, {"every": 0}),
        (LinUCB, {"alpha": -1}),
        (LinUCB, {"memory": 1.5}),
        (LinUCB, {"regularization": 0}),
        (ThompsonSampling, {"draws": 0}),
        (BaRT, {"cap": 0.5}),
        (BaRT, {"window": 0}),
        (BaRT, {"steps": 0}),
    ],
)
def test_a_setting_out_of_range_is_refused(make, setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        make(hand_known(), **setting)
