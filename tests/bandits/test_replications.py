"""Estimates from many logs against what a policy earns when it is run."""

import numpy as np
import pytest
from small_homes import drawn_home

from helpers.bandits.offpolicy import ESTIMATORS
from helpers.bandits.policies import ALSTopK, Explored, Popular, Uniform
from helpers.bandits.replications import Replications, replicate, true_rate
from helpers.bandits.study import run
from helpers.errors import SettingError


def test_the_true_rate_is_what_running_the_policy_comes_to():
    home = drawn_home()
    policy = ALSTopK(home.known)
    ran = run(home, policy, 60, learn=False)
    error = np.sqrt(0.25 / len(ran.log))
    assert abs(true_rate(home, policy, range(60)) - ran.log.streamed.mean()) < 3 * error


def test_truth_is_the_mean_over_the_shelves_of_all_logs():
    home = drawn_home()
    policy = ALSTopK(home.known)
    found = replicate(
        home,
        Uniform(home.known),
        policy,
        lambda s: s.cards * 0.1,
        n_replications=6,
        days=2,
        first=4,
    )
    assert np.isclose(found.truth, true_rate(home, policy, range(4, 16)))
    assert found.estimates.keys() == ESTIMATORS.keys()
    assert all(values.shape == (6, 3) for values in found.estimates.values())


def test_weighted_estimates_are_right_where_replay_is_wrong():
    home = drawn_home()
    als = ALSTopK(home.known)
    logger, policy = Explored(als, 0.5), Explored(Popular(home.known), 0.5)
    found = replicate(home, logger, policy, lambda s: s.cards * 0.1, n_replications=40, days=3)
    for name in ("IPS", "SNIPS", "doubly robust"):
        assert abs(found.bias()[name]) < 3 * found.rmse()[name] / np.sqrt(40), name
    assert found.bias()["replay"] > 5 * abs(found.bias()["SNIPS"])


def test_summaries_by_hand():
    found = Replications(0.5, {"one": np.array([[0.4, 0.3, 0.45], [0.8, 0.5, 0.9]])})
    assert np.isclose(found.bias()["one"], 0.1)
    assert np.isclose(found.rmse()["one"], np.sqrt((0.01 + 0.09) / 2))
    assert found.covered()["one"] == 0.5


@pytest.mark.parametrize("setting", [{"n_replications": 0}, {"days": 0}])
def test_at_least_one_log_of_one_day_is_needed(setting):
    home = drawn_home()
    with pytest.raises(SettingError, match=next(iter(setting))):
        replicate(home, Uniform(home.known), Popular(home.known), lambda s: s.cards, **setting)
