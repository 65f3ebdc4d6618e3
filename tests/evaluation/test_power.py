import numpy as np
import pytest
from scipy.stats import norm

from helpers.errors import SettingError
from helpers.evaluation.power import detection_power, users_needed


@pytest.fixture
def models() -> tuple[np.ndarray, np.ndarray]:
    """Two models on 800 users who differ much more from each other than the models do."""
    rng = np.random.default_rng(0)
    users = rng.normal(0.2, 0.15, size=800)
    return users + rng.normal(0.01, 0.05, size=800), users + rng.normal(0, 0.05, size=800)


def expected_power(difference: float, deviation: float, n: int) -> float:
    return float(norm.cdf(difference / (deviation / np.sqrt(n)) - norm.ppf(0.975)))


@pytest.mark.parametrize("n", [50, 300, 1000])
def test_paired_power_agrees_with_the_normal_approximation(models, n):
    a, b = models
    (found,) = detection_power(a, b, [n], difference=0.01, n_repeats=2000)
    # The standard error of the simulated share is 0.011 or less.
    assert found == pytest.approx(expected_power(0.01, (a - b).std(), n), abs=0.05)


def test_unpaired_power_agrees_with_the_normal_approximation(models):
    a, b = models
    (found,) = detection_power(a, b, [2000], difference=0.01, paired=False, n_repeats=1000)
    apart = np.hypot(a.std(), b.std())
    assert found == pytest.approx(expected_power(0.01, apart, 2000), abs=0.06)
    assert 0.2 < found < 0.8


def test_pairing_needs_fewer_users(models):
    paired = detection_power(*models, [400], n_repeats=200)
    apart = detection_power(*models, [400], paired=False, n_repeats=200)
    assert paired[0] > apart[0] + 0.3


def test_number_needed_by_formula_has_the_power_that_was_asked_for(models):
    a, b = models
    n = users_needed(0.01, (a - b).std(), power=0.8)
    (found,) = detection_power(a, b, [n], difference=0.01, n_repeats=2000)
    assert found == pytest.approx(0.8, abs=0.04)


def test_formula_gives_the_textbook_number():
    # (1.96 + 0.8416)^2 = 7.849
    assert users_needed(0.1, 1.0) == 785
    assert users_needed(-0.1, 1.0) == 785
    assert users_needed(0.1, 1.0, power=0.5) == 385  # 1.96^2 = 3.8415


def test_without_a_difference_a_model_is_called_better_in_one_test_of_forty(models):
    found = detection_power(*models, [300], difference=0, n_repeats=4000)
    assert found[0] == pytest.approx(0.025, abs=0.01)


def test_users_without_a_value_in_either_model_do_not_count(models):
    a, b = models
    gaps = np.full(800, np.nan)
    with_gaps = detection_power(np.append(a, gaps), np.append(b, b), [100], n_repeats=50)
    np.testing.assert_array_equal(with_gaps, detection_power(a, b, [100], n_repeats=50))


def test_seed_alone_decides(models):
    one, again, other = (detection_power(*models, [300] * 3, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: detection_power([0, 1], [0, 1, 1], [5]), r"\(2,\) and \(3,\) users"),
        (lambda: detection_power([0, np.nan], [1, 1], [5]), "values of 1 users"),
        (lambda: detection_power([0, 1], [1, 1], [1]), "a number of users is 1"),
        (lambda: detection_power([0, 1], [1, 1], [5], n_repeats=0), "n_repeats is 0"),
        (lambda: detection_power([0, 1], [1, 1], [5], seed=-1), "seed is -1"),
        (lambda: users_needed(0, 0.1), "difference is 0"),
        (lambda: users_needed(0.1, 0), "deviation is 0"),
        (lambda: users_needed(0.1, 0.1, power=80), "power is 80"),
    ],
)
def test_questions_without_meaning_are_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()
