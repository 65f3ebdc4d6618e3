from itertools import product

import numpy as np
import pytest
from scipy import stats

from helpers.errors import SettingError
from helpers.evaluation import significance
from helpers.evaluation.significance import bootstrap_interval, paired_difference, paired_ratio


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(1).gamma(2, 0.1, size=500)


def test_interval_of_a_mean_agrees_with_the_normal_approximation(values):
    half = stats.norm.ppf(0.975) * values.std() / np.sqrt(len(values))
    low, high = bootstrap_interval(values, n_resamples=20_000)
    assert low == pytest.approx(values.mean() - half, abs=0.08 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.08 * half)


def test_interval_agrees_with_scipy(values):
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=0
    ).confidence_interval
    ours = bootstrap_interval(values, n_resamples=20_000)
    np.testing.assert_allclose(ours, theirs, atol=0.05 * (theirs.high - theirs.low))


def test_interval_holds_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        low, high = bootstrap_interval(rng.normal(size=60), confidence=0.8, n_resamples=300)
        held += low <= 0 <= high
    # 320 of 400 expected, standard deviation 8.
    assert 285 <= held <= 350


def test_interval_ignores_users_without_a_value(values):
    with_gaps = np.concatenate([[np.nan], values, [np.nan]])
    assert bootstrap_interval(with_gaps) == bootstrap_interval(values)


def test_seed_alone_decides_the_interval(values):
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_resamples_drawn_in_blocks_give_as_many_means(values, monkeypatch):
    # 3 resamples at once: the draws continue one stream, so the interval stays the same.
    whole = bootstrap_interval(values, n_resamples=100)
    monkeypatch.setattr(significance, "_CELLS_AT_ONCE", 3 * len(values))
    assert bootstrap_interval(values, n_resamples=100) == pytest.approx(whole, rel=1e-12)


def test_p_value_approaches_that_of_all_sign_flips():
    differences = np.array([0.5, 0.3, -0.1, 0.4, 0.2, 0.0, 0.3, -0.2])
    flips = np.array(list(product([1, -1], repeat=len(differences))))
    exact = np.mean(abs(flips @ differences) >= abs(differences.sum()) - 1e-12)
    found = paired_difference(differences, np.zeros(8), n_resamples=50_000)
    # Standard error of a share of 0.125 among 50,000 is 0.0015.
    assert found.p_value == pytest.approx(exact, abs=0.006)
    assert exact == 0.125


def test_equal_models_do_not_differ(values):
    assert paired_difference(values, values) == (0, 0, 0, 1, len(values))


def test_small_difference_on_the_same_users_is_found_though_users_vary_more(values):
    found = paired_difference(values + 0.004, values + np.tile([0.01, -0.01], 250))
    assert found.difference == pytest.approx(0.004)
    assert 0 < found.low < found.difference < found.high
    assert found.p_value < 0.01
    # Apart, the two intervals overlap almost wholly.
    assert bootstrap_interval(values)[1] > bootstrap_interval(values + 0.004)[0] + 0.004


def test_comparison_is_symmetric(values):
    other = np.random.default_rng(2).permutation(values)
    one, two = paired_difference(values, other), paired_difference(other, values)
    assert one.difference == -two.difference
    assert one.p_value == pytest.approx(two.p_value, abs=1e-12)
    np.testing.assert_allclose([one.low, one.high], [-two.high, -two.low], atol=1e-12)


def test_users_without_a_value_in_either_model_are_dropped_from_both():
    a = np.array([0.1, np.nan, 0.3, 0.4])
    b = np.array([0.0, 0.9, np.nan, 0.1])
    found = paired_difference(a, b)
    assert found.n_users == 2
    assert found.difference == pytest.approx((0.1 + 0.3) / 2)


class TestPairedRatio:
    def test_is_the_ratio_of_the_means_and_not_the_mean_of_ratios(self):
        ratio, low, high = paired_ratio([1, 3], [1, 1])
        assert ratio == 2
        # Two users drawn from two: both the first, one of each, or both the second.
        assert (low, high) == (1, 3)
        assert paired_ratio([1, 9], [1, 3])[0] == 2.5

    def test_interval_agrees_with_a_plain_bootstrap(self, values):
        other = values * 0.8 + np.random.default_rng(3).gamma(2, 0.02, size=len(values))
        rng = np.random.default_rng(7)
        draws = [rng.integers(len(values), size=len(values)) for _ in range(4000)]
        expected = np.quantile([other[d].mean() / values[d].mean() for d in draws], [0.05, 0.95])
        ratio, low, high = paired_ratio(other, values, confidence=0.9, n_resamples=4000)
        np.testing.assert_allclose([low, high], expected, atol=0.06 * (high - low))
        assert low < ratio < high

    def test_same_users_make_it_sharper_than_the_means_apart(self, values):
        ratio, low, high = paired_ratio(0.9 * values, values)
        assert ratio == pytest.approx(0.9)
        assert high - low < 1e-9
        alone = bootstrap_interval(values)
        assert alone[1] / alone[0] > 1.05

    def test_model_against_itself_is_one(self, values):
        assert paired_ratio(values, values) == (1, 1, 1)

    def test_users_without_a_value_in_either_are_dropped_from_both(self, values):
        a, b = np.append(values, [np.nan, 5.0]), np.append(values[::-1], [9.0, np.nan])
        assert paired_ratio(a, b) == paired_ratio(values, values[::-1])

    def test_resamples_drawn_in_blocks_give_as_many_ratios(self, values, monkeypatch):
        whole = paired_ratio(values, values[::-1], n_resamples=100)
        monkeypatch.setattr(significance, "_CELLS_AT_ONCE", 3 * len(values))
        assert paired_ratio(values, values[::-1], n_resamples=100) == pytest.approx(whole)

    @pytest.mark.filterwarnings("error::RuntimeWarning")
    @pytest.mark.parametrize(
        ("a", "b", "message"),
        [
            ([1, 2], [1, 2, 3], r"\(2,\) and \(3,\) users"),
            ([1, np.nan], [1, 2], "values of 1 users"),
            ([np.inf, 1], [np.inf, 2], "infinite"),
            ([1, 2], [0, 0], "mean to divide by is 0 and reaches 0"),
            ([1, 2], [0, 6], "mean to divide by is 3 and reaches 0 when users are drawn anew"),
            ([1, 2], [-1, -2], "mean to divide by is -1.5"),
        ],
    )
    def test_ratio_without_meaning_is_refused(self, a, b, message):
        with pytest.raises(SettingError, match=message):
            paired_ratio(a, b)

    @pytest.mark.parametrize("setting", [{"confidence": 1}, {"n_resamples": 0}, {"seed": -1}])
    def test_setting_out_of_range_is_refused(self, values, setting):
        with pytest.raises(SettingError, match=f"{next(iter(setting))} is "):
            paired_ratio(values, values, **setting)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap_interval([0.5, np.nan]), "values of 1 users"),
        (lambda: bootstrap_interval([]), "values of 0 users"),
        (lambda: bootstrap_interval([0, 1], confidence=95), "confidence is 95"),
        (lambda: bootstrap_interval([0, 1], n_resamples=0), "n_resamples is 0"),
        (lambda: bootstrap_interval([0, 1], seed=-1), "seed is -1"),
        (lambda: bootstrap_interval([0, np.inf]), "infinite"),
        (lambda: paired_difference([0, 1], [0, 1, 1]), r"\(2,\) and \(3,\) users"),
        (lambda: paired_difference([0, np.nan], [np.nan, 1]), "values of 0 users"),
    ],
)
def test_comparisons_without_meaning_are_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()
