"""Running policies: what is measured, and what it means."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_homes import drawn_home, hand_home, hand_shelves

from helpers.bandits.bart import BaRT
from helpers.bandits.linear import ThompsonSampling
from helpers.bandits.logs import joined
from helpers.bandits.policies import EpsilonGreedy, Policy, Popular, Uniform
from helpers.bandits.study import compare, growth_exponent, over_worlds, run
from helpers.errors import SettingError
from helpers.evaluation.significance import bootstrap_interval


class Given(Policy):
    """A policy of these chances, whatever the shelf."""

    def __init__(self, known, chances) -> None:
        super().__init__(known)
        self.chances = chances

    def probabilities(self, shelves):
        return self.chances


class OneShelf:
    """A home that shows the same shelf every day."""

    def __init__(self, home, shelves) -> None:
        self.home, self.shelves = home, shelves
        self.utility, self.debut, self.known = home.utility, home.debut, home.known

    def visit(self, day):
        return dataclasses.replace(self.shelves, day=day)

    def chance(self, shelves):
        return self.home.chance(shelves)


@given(st.integers(0, 1000), st.sampled_from([Uniform, Popular, EpsilonGreedy, BaRT]))
@settings(max_examples=8, deadline=None)
def test_regret_is_never_negative_and_coverage_never_falls(seed, make):
    home = drawn_home()
    ran = run(home, make(home.known), 3, seed)
    assert (ran.regret >= 0).all()
    assert (np.diff(ran.reached) >= 0).all()
    assert ran.shown.sum() == len(ran.log)
    assert np.isclose(ran.log.streamed.mean(), ran.shown @ ran.stream_rate / ran.shown.sum())


def test_regret_is_against_the_best_card_by_hand():
    home = hand_home([[0.0, 1.0, 0.5]])
    shelves = hand_shelves(home.known, [0], [[1, 2, 0]])
    page = OneShelf(home, shelves)
    chances = np.zeros((1, 9))
    chances[0, 3] = 1  # item 2, "because"
    ran = run(page, Given(home.known, chances), 2)
    best, shown = 1 / 2, 1 / (1 + np.exp(1.5))
    assert np.allclose(ran.regret, best - shown)
    assert ran.reached.tolist() == [1 / 3, 1 / 3]
    assert ran.log.artist.tolist() == [2, 2]


def test_the_best_card_has_no_regret():
    home = hand_home([[0.0, 1.0, 0.5]])
    page = OneShelf(home, hand_shelves(home.known, [0], [[1, 2, 0]]))
    chances = np.eye(9)[[0]]
    assert run(page, Given(home.known, chances), 3).regret.tolist() == [0, 0, 0]


def test_cards_are_shown_as_often_as_the_policy_says():
    home = hand_home(np.zeros((4000, 3)))
    shelves = hand_shelves(home.known, np.arange(4000), [[0, 1]] * 4000)
    chances = np.tile([0.2, 0, 0.5, 0.3, 0, 0], (4000, 1))
    log = run(OneShelf(home, shelves), Given(home.known, chances), 1).log
    shares = np.bincount(log.card, minlength=6) / 4000
    assert np.allclose(shares, chances[0], atol=0.03)
    assert np.allclose(log.propensity, chances[0][log.card])
    assert abs(log.streamed.mean() - 1 / (1 + np.exp(3))) < 0.02


def test_a_horizon_of_zero_is_a_run_in_which_nothing_happened():
    home = drawn_home()
    ran = run(home, Popular(home.known), 0)
    assert len(ran.log) == len(ran.regret) == len(ran.stream_rate) == 0
    assert np.isnan(ran.rate_after(0))
    assert len(ran.log.user) == len(ran.log.artist) == 0


def test_a_policy_that_does_not_learn_stays_as_it_was():
    home = drawn_home()
    policy = EpsilonGreedy(home.known)
    run(home, policy, 3, learn=False)
    assert policy.shown.sum() == 0


def test_running_on_is_the_same_as_running_through():
    home = drawn_home()
    through, on = (ThompsonSampling(home.known) for _ in range(2))
    whole = run(home, through, 4).log
    parts = joined([run(home, on, 2).log, run(home, on, 2, first=2).log])
    assert np.array_equal(whole.card, parts.card)
    assert np.array_equal(whole.streamed, parts.streamed)


def test_a_comparison_is_the_runs_side_by_side():
    makers = {"popular": Popular, "epsilon": EpsilonGreedy}
    both = compare(makers, lambda seed: drawn_home(), [3, 4], days=4)
    home = drawn_home()
    for name, make in makers.items():
        for row, seed in enumerate((3, 4)):
            ran = run(home, make(home.known), 4, seed)
            for part in ("stream_rate", "regret", "reached", "new_share"):
                assert np.array_equal(getattr(both, part)[name][row], getattr(ran, part))
            assert np.isclose(both.rates_after(2)[name][row], ran.rate_after(2))


def test_share_of_new_artists_begins_with_their_debut():
    home = drawn_home(debut_day=3)
    share = run(home, Uniform(home.known), 5).new_share
    assert (share[:3] == 0).all()
    assert (share[3:] > 0).all()


def test_intervals_over_worlds_are_those_of_each_day():
    values = np.random.default_rng(0).random((5, 3))
    mean, low, high = over_worlds(values)
    assert np.allclose(mean, values.mean(axis=0))
    assert (low[1], high[1]) == bootstrap_interval(values[:, 1])
    with pytest.raises(SettingError, match="expected at least 2"):
        over_worlds(values[:1])


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_growth_exponent_of_a_power_is_the_power(power):
    total = np.arange(101) ** power
    assert np.allclose(growth_exponent(np.diff(total)), power)
    assert np.allclose(growth_exponent(np.tile(np.diff(total), (3, 1)), burn_in=10), [power] * 3)


def test_growth_needs_two_days_and_some_regret():
    with pytest.raises(SettingError, match="got 1 days"):
        growth_exponent(np.ones((1, 5)), burn_in=4)
    with pytest.raises(SettingError, match="no regret on the first day"):
        growth_exponent(np.zeros((1, 5)))


@pytest.mark.parametrize(
    ("chances", "message"),
    [
        ([[0.5, 0.5]], "chances of shape"),
        ([[0.5, 0, 0, 0.4, 0, 0]], "sum to 0.9"),
        ([[1.5, 0, 0, -0.5, 0, 0]], "least at -0.5"),
        ([[np.nan, 0, 0, 1, 0, 0]], "sum to nan"),
        ([[0.5, 0.5, 0, 0, 0, 0]], "is not true of its artist"),
    ],
)
def test_what_is_not_a_chance_is_refused(chances, message):
    home = hand_home([[0.0, 1.0, 0.5]])
    page = OneShelf(home, hand_shelves(home.known, [0], [[0, 1]]))
    with pytest.raises(SettingError, match=message):
        run(page, Given(home.known, np.array(chances)), 1)


@pytest.mark.parametrize("days", [-1, 2.5])
def test_days_must_be_a_whole_number(days):
    with pytest.raises(SettingError, match="days is"):
        run(drawn_home(), Popular(drawn_home().known), days)


def test_nothing_to_compare_is_refused():
    with pytest.raises(SettingError, match="0 policies and 1 worlds"):
        compare({}, lambda seed: drawn_home(), [0])
    with pytest.raises(SettingError, match="days is 0"):
        compare({"popular": Popular}, lambda seed: drawn_home(), [0], days=0)
