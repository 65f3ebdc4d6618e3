"""What logs make one believe about reasons and cards, against the truth."""

import numpy as np
import pytest
from scipy.special import expit
from small_homes import drawn_home, hand_home, hand_log, hand_shelves

from helpers.bandits.own_logs import (
    belief,
    explanation_rates,
    reward_from,
    true_explanation_rates,
)
from helpers.bandits.policies import ALSTopK, Explored
from helpers.bandits.study import run
from helpers.errors import SettingError


def test_rates_of_reasons_by_hand():
    home = hand_home(np.zeros((2, 3)))
    shelves = hand_shelves(home.known, [0, 0, 1], [[1, 2]] * 3, fresh=True)
    log = hand_log(shelves, [0, 3, 1], [0.5, 0.1, 0.2], [True, False, True])
    assert np.allclose(explanation_rates(log, weighted=False), [0.5, 1, np.nan], equal_nan=True)
    weighted = explanation_rates(log, weighted=True)
    assert np.allclose(weighted, [2 / (2 + 10), 1, np.nan], equal_nan=True)


def test_true_rates_are_means_over_all_cards():
    home = hand_home([[0.0, 1.0, 0.5]], [[0.3, 0, 0]])
    shelves = hand_shelves(home.known, [0], [[0, 1]])
    log = hand_log(shelves, [0], [1], [True])
    expected = [expit([-2.7, 0.3]).mean(), np.nan, expit(-3)]
    assert np.allclose(true_explanation_rates(home, log), expected, equal_nan=True)


def test_weights_mend_what_a_policy_that_shows_what_it_likes_believes_of_reasons():
    home = drawn_home()
    log = run(home, Explored(ALSTopK(home.known), 0.5), 120, learn=False).log
    truth = true_explanation_rates(home, log)
    wrong = abs(explanation_rates(log, weighted=False) - truth)[0]
    mended = abs(explanation_rates(log, weighted=True) - truth)[0]
    assert mended < wrong / 2


def test_belief_is_the_difference_to_the_truth_over_all_cards():
    home = drawn_home()
    exact = belief(home, home.chance, range(2))
    assert (exact.bias, exact.rmse) == (0, 0)
    above = belief(home, lambda shelves: home.chance(shelves) + 0.1, range(2))
    assert np.allclose([above.bias, above.rmse], 0.1)


def test_weights_mend_what_a_model_believes_of_cards_that_were_hardly_shown():
    home = drawn_home()
    log = run(home, Explored(ALSTopK(home.known), 0.2), 60, learn=False).log
    plain, mended = (
        belief(home, reward_from(home.known, log, cap, steps=100).predict, range(200, 205))
        for cap in (1, 30)
    )
    assert plain.bias > 0.02
    assert abs(mended.bias) < plain.bias / 2
    assert mended.rmse < plain.rmse


def test_belief_needs_a_day():
    with pytest.raises(SettingError, match="no day"):
        belief(drawn_home(), drawn_home().chance, range(0))


def test_a_propensity_of_zero_cannot_be_weighted_away():
    home = hand_home(np.zeros((1, 3)))
    log = hand_log(hand_shelves(home.known, [0], [[0, 1]]), [0], [0.0], [True])
    with pytest.raises(SettingError, match="propensity of row 0 is 0"):
        explanation_rates(log, weighted=True)
