"""Off-policy estimators: exact means over every log that could be, and values by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_homes import drawn_home, hand_known, hand_log, hand_shelves

from helpers.bandits.logs import joined
from helpers.bandits.offpolicy import (
    ESTIMATORS,
    Evidence,
    direct,
    doubly_robust,
    evidence,
    ips,
    replay,
    snips,
    unsupported_share,
)
from helpers.bandits.policies import ALSTopK, Explored, Policy, Popular, Uniform
from helpers.bandits.study import run
from helpers.errors import SettingError

LOGGING = np.array([0.6, 0.3, 0.1])
TARGET = np.array([0.1, 0.2, 0.7])
CHANCE = np.array([0.2, 0.5, 0.9])
TRUTH = TARGET @ CHANCE
NOTHING = np.zeros(3)  # expected by a model that knows nothing


def mean_over_all_logs(estimate, logging=LOGGING, model=NOTHING) -> float:
    """Return the exact mean of an estimate over all logs of two rows on three cards."""
    total = 0.0
    for cards in itertools.product(range(3), repeat=2):
        for streamed in itertools.product([0, 1], repeat=2):
            card, r = np.array(cards), np.array(streamed, dtype=float)
            chance = np.prod(logging[card] * np.where(r, CHANCE[card], 1 - CHANCE[card]))
            expected = np.full(2, TARGET @ model)
            logged = Evidence(r, logging[card], TARGET[card], model[card], expected)
            total += chance * estimate(logged).value
    return total


def random_evidence(seed=0, n=50) -> Evidence:
    rng = np.random.default_rng(seed)
    propensity, target, predicted, expected = rng.uniform(0.05, 1, (4, n))
    return Evidence((rng.random(n) < 0.4).astype(float), propensity, target, predicted, expected)


def test_ips_is_unbiased():
    assert np.isclose(mean_over_all_logs(ips), TRUTH)


@pytest.mark.parametrize("model", [NOTHING, CHANCE, np.array([0.9, 0.1, 0.3])])
def test_doubly_robust_is_unbiased_whatever_the_model(model):
    assert np.isclose(mean_over_all_logs(doubly_robust, model=model), TRUTH)


def test_doubly_robust_is_unbiased_with_wrong_propensities_if_the_model_is_right():
    def with_wrong_propensities(logged):
        return doubly_robust(
            Evidence(
                logged.streamed,
                np.full(2, 0.5),
                logged.target,
                logged.predicted,
                logged.expected,
            )
        )

    assert np.isclose(mean_over_all_logs(with_wrong_propensities, model=CHANCE), TRUTH)
    assert abs(mean_over_all_logs(with_wrong_propensities) - TRUTH) > 0.1


def test_capped_ips_is_biased_downwards_by_what_the_cap_cuts():
    weight = np.minimum(TARGET / LOGGING, 2)
    expected = (LOGGING * weight) @ CHANCE
    assert np.isclose(mean_over_all_logs(lambda logged: ips(logged, cap=2)), expected)
    assert expected < TRUTH


def test_replay_of_a_log_that_preferred_some_cards_answers_for_another_policy():
    rng = np.random.default_rng(0)
    card = rng.choice(3, 50_000, p=LOGGING)
    streamed = (rng.random(50_000) < CHANCE[card]).astype(float)
    logged = Evidence(streamed, LOGGING[card], TARGET[card], np.zeros(50_000), np.zeros(50_000))
    both = LOGGING * TARGET
    assert np.isclose(replay(logged).value, both @ CHANCE / both.sum(), atol=0.01)
    assert replay(logged).high < TRUTH
    assert snips(logged).low < TRUTH < snips(logged).high


def test_replay_of_a_uniform_log_is_the_self_normalised_estimate():
    logged = random_evidence()
    logged = Evidence(
        logged.streamed, np.full(50, 0.2), logged.target, logged.predicted, logged.expected
    )
    assert np.allclose(replay(logged), snips(logged))


def test_estimates_by_hand():
    logged = Evidence(
        streamed=np.array([1.0, 0.0, 1.0, 0.0]),
        propensity=np.array([0.5, 0.25, 0.2, 1.0]),
        target=np.array([0.5, 0.5, 1.0, 0.0]),
        predicted=np.array([0.5, 0.5, 0.5, 0.5]),
        expected=np.array([0.4, 0.4, 0.4, 0.8]),
    )  # weights 1, 2, 5, 0
    assert np.isclose(ips(logged).value, (1 + 5) / 4)
    assert np.isclose(ips(logged, cap=3).value, (1 + 3) / 4)
    assert np.isclose(snips(logged).value, 6 / 8)
    assert np.isclose(direct(logged).value, 0.5)
    assert np.isclose(doubly_robust(logged).value, 0.5 + (0.5 - 1 + 2.5) / 4)
    assert np.isclose(replay(logged).value, (0.5 + 1) / 2)
    assert np.isclose(ips(logged).effective_rows, 64 / 30)
    terms = np.array([1, 0, 5, 0])
    assert np.isclose(ips(logged).high - ips(logged).value, 1.959964 * terms.std(ddof=1) / 2)


@given(st.integers(0, 10_000))
def test_self_normalised_estimates_stay_among_the_rewards(seed):
    logged = random_evidence(seed)
    for estimate in (snips(logged), replay(logged)):
        assert logged.streamed.min() <= estimate.value <= logged.streamed.max()
        assert estimate.low <= estimate.value <= estimate.high
        assert 1 <= estimate.effective_rows <= 50 + 1e-9


@given(st.integers(0, 10_000), st.floats(1, 5), st.floats(1, 5))
def test_a_lower_cap_never_raises_ips(seed, one, other):
    logged = random_evidence(seed)
    low, high = sorted([one, other])
    assert ips(logged, low).value <= ips(logged, high).value + 1e-12


def test_without_a_model_doubly_robust_is_ips():
    home = drawn_home()
    log = run(home, Uniform(home.known), 2).log
    logged = evidence(log, Popular(home.known))
    assert np.allclose(doubly_robust(logged), ips(logged))


def test_a_policy_judged_by_its_own_log_has_its_own_stream_rate():
    home = drawn_home()
    policy = Explored(Popular(home.known), 0.5)
    log = run(home, policy, 3).log
    logged = evidence(log, policy, policy.probabilities)
    for estimate in (ips, snips):
        assert np.isclose(estimate(logged).value, log.streamed.mean())
    assert np.isclose(snips(logged).effective_rows, len(log))


def test_evidence_reads_the_logged_card_of_every_day():
    known = hand_known()

    class Fixed(Policy):
        def probabilities(self, shelves):
            return np.tile([0.5, 0, 0, 0.3, 0.2, 0], (len(shelves.users), 1))

    days = [hand_shelves(known, [0, 1], [[1, 2]] * 2, day=day, fresh=True) for day in (0, 1)]
    cards = [[0, 3], [4, 1]]
    log = joined(
        [hand_log(d, c, [0.5, 0.5], [True, False]) for d, c in zip(days, cards, strict=True)]
    )
    logged = evidence(log, Fixed(known), lambda shelves: np.tile(np.arange(6.0), (2, 1)))
    assert logged.target.tolist() == [0.5, 0.3, 0.2, 0.0]
    assert logged.predicted.tolist() == [0, 3, 4, 1]
    assert np.allclose(logged.expected, 0.3 * 3 + 0.2 * 4)


# What a log cannot say


@pytest.mark.parametrize("propensity", [0.0, -0.5, 1.5, np.nan])
def test_a_propensity_of_zero_is_refused_in_one_sentence(propensity):
    with pytest.raises(SettingError, match=r"propensity of row 1 is .*log the chance"):
        Evidence(np.ones(2), np.array([0.5, propensity]), np.ones(2), np.ones(2), np.ones(2))


def test_a_log_of_fewer_than_two_rows_has_no_interval():
    with pytest.raises(SettingError, match="0 rows, expected at least 2"):
        evidence(joined([]), Popular(drawn_home().known))


@pytest.mark.parametrize("estimate", [snips, replay])
def test_a_policy_that_never_shows_a_logged_card_is_unknown(estimate):
    logged = Evidence(np.ones(3), np.full(3, 0.5), np.zeros(3), np.zeros(3), np.full(3, 0.2))
    with pytest.raises(SettingError, match="never shows a card that the log shows"):
        estimate(logged)
    assert ips(logged) == (0, 0, 0, 0)
    assert np.isclose(doubly_robust(logged).value, 0.2)  # the model alone


def test_share_without_support_is_what_the_logger_never_shows():
    home = drawn_home()
    popular, als = Popular(home.known), ALSTopK(home.known)
    log = run(home, popular, 2).log
    assert unsupported_share(log, popular, popular) == 0
    assert unsupported_share(log, Explored(popular, 0.1), als) == 0
    agree = np.concatenate(
        [(popular.probabilities(day) * als.probabilities(day)).sum(axis=1) for day in log.shelves]
    )
    assert np.isclose(unsupported_share(log, popular, als), 1 - agree.mean())
    assert np.isnan(unsupported_share(joined([]), popular, als))


def test_a_cap_below_one_is_refused():
    with pytest.raises(SettingError, match=r"cap is 0\.5"):
        ips(random_evidence(), cap=0.5)


def test_every_named_estimator_answers():
    for name, estimate in ESTIMATORS.items():
        assert np.isfinite(estimate(random_evidence())).all(), name
