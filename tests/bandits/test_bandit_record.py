"""The record behind lesson 14, at a size for tests."""

import json

import numpy as np
import pytest
from small_homes import drawn_home

from helpers.bandits.bandit_study import POLICIES, Sizes, best_by_day, study_bandits
from helpers.bandits.offpolicy import ESTIMATORS

TINY = Sizes(
    listeners=30,
    artists=500,
    days=6,
    settled=4,
    worlds=2,
    sweep_worlds=2,
    log_worlds=1,
    change_worlds=2,
    debut_worlds=2,
    replications=3,
    log_days=2,
)


@pytest.fixture(scope="module")
def told_and_recorded():
    lines = []
    return lines, study_bandits(TINY, lines.append)


def test_record_is_json_with_its_name_first_and_progress_is_told(told_and_recorded):
    lines, record = told_and_recorded
    assert next(iter(record)) == "study"
    assert record["study"] == "bandits"
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert len(lines) == 5


def test_record_has_every_policy_and_every_estimator_with_its_interval(told_and_recorded):
    record = told_and_recorded[1]
    rates = record["policies"]["stream_rate"]
    assert rates.keys() > POLICIES.keys()
    for rate in rates.values():
        low, high = rate["interval"]
        assert low <= rate["mean"] <= high
    for world in record["off_policy"]:
        assert world["estimators"].keys() == ESTIMATORS.keys()
    difference = record["policies"]["differences"]["BaRT - ALS"]["difference"]
    assert np.isclose(difference, rates["BaRT"]["mean"] - rates["ALS"]["mean"], atol=2e-5)


def test_als_shows_no_new_artist_and_the_best_cards_would(told_and_recorded):
    found = told_and_recorded[1]["new_artists"]
    assert found["day"] == 2
    assert found["new_share_by_ten_days"]["ALS"] == [0]
    assert found["new_share_by_ten_days"]["best"][0] > 0


def test_best_card_is_the_best_chance_of_every_shelf():
    home = drawn_home(debut_day=3)
    rate, new = best_by_day(home, range(2, 5))
    chances = home.chance(home.visit(4))
    assert np.isclose(rate[2], np.nanmax(chances, axis=1).mean())
    assert new[0] == 0
    assert new[1:].max() > 0
