"""The growth model finds what it was made from, and its range holds what it says."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.growth import SHARES, GrowthModel, crossover, fit_growth, nested_mask

ROWS = 20_000_000 * np.array(SHARES)

costs = st.floats(1e-3, 1e3)
per_rows = st.floats(1e-9, 1e-3)


@given(st.floats(0, 1e3), per_rows)
def test_exact_measurements_give_back_their_model(fixed, per_row):
    fit = fit_growth(ROWS, fixed + per_row * ROWS)
    np.testing.assert_allclose(fit.predict(ROWS), fixed + per_row * ROWS, rtol=1e-6)
    np.testing.assert_allclose(fit.residuals, 0, atol=1e-6)
    assert fit.fixed == pytest.approx(fixed, rel=1e-4, abs=1e-4 * per_row * ROWS[0])


def test_short_runs_count_as_much_as_long_ones():
    model = GrowthModel(fixed=5, per_row=1e-6)
    noisy = model.predict(ROWS) * np.array([1, 1, 1, 1, 1.2])
    fit = fit_growth(ROWS, noisy)
    # An absolute fit would bend to the last run, 4 s off, and give 3 s or less as the fixed part.
    assert fit.fixed == pytest.approx(5, rel=0.1)
    assert fit.residuals[-1] > 0
    with_less = [
        np.sum((1 - (fit.fixed + df + (fit.per_row + dp) * ROWS) / noisy) ** 2)
        for df, dp in ((0.1, 0), (-0.1, 0), (0, 1e-8), (0, -1e-8))
    ]
    assert np.sum(fit.residuals**2) < min(with_less)


def test_no_part_is_ever_negative():
    falling = fit_growth([10, 100, 1000], [5, 4, 3])
    assert falling.per_row == 0
    assert falling.fixed > 0
    bent = fit_growth([10, 100, 1000], [1, 20, 300])
    assert bent.fixed == 0
    assert bent.residuals.max() > 0.1
    low, high = bent.interval(1e4)
    assert 0 <= low < bent.predict(1e4) < high


def test_range_holds_new_measurements_as_often_as_it_says():
    rng = np.random.default_rng(0)
    model, inside = GrowthModel(fixed=3, per_row=2e-6), []
    for _ in range(400):
        fit = fit_growth(ROWS, model.predict(ROWS) * rng.normal(1, 0.05, len(ROWS)))
        new = model.predict(60e6) * rng.normal(1, 0.05)
        low, high = fit.interval(60e6, confidence=0.9)
        inside.append(low <= new <= high)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.045)  # three standard errors


def test_range_of_several_sizes_is_that_of_each():
    fit = fit_growth(ROWS, [3.1, 3.9, 7.2, 15, 42])
    both = fit.interval(np.array([1e6, 1e9]))
    np.testing.assert_allclose(both, [fit.interval(1e6), fit.interval(1e9)])
    assert (fit.interval(1e6, 0.5)[1] - fit.interval(1e6, 0.5)[0]) < both[0, 1] - both[0, 0]


@given(costs, per_rows, costs, per_rows)
def test_both_cost_the_same_at_the_crossover(fixed_a, per_row_a, fixed_b, per_row_b):
    a, b = GrowthModel(fixed_a, per_row_a), GrowthModel(fixed_b, per_row_b)
    rows = crossover(a, b)
    if rows is None:
        dearer = (a.fixed - b.fixed) * (a.per_row - b.per_row)
        assert dearer >= 0
    else:
        assert rows > 0
        assert rows == pytest.approx(crossover(b, a))
        assert a.predict(rows) == pytest.approx(b.predict(rows))


def test_systems_that_never_cross_say_so():
    assert crossover(GrowthModel(1, 1e-6), GrowthModel(20, 8e-6)) is None
    assert crossover(GrowthModel(1, 1e-6), GrowthModel(1, 2e-6)) is None
    assert crossover(GrowthModel(1, 1e-6), GrowthModel(2, 1e-6)) is None


def test_workers_divide_the_rows_and_not_the_fixed_part():
    spark, one_machine = GrowthModel(20, 8e-6), GrowthModel(1, 1e-6)
    assert crossover(one_machine, spark.on_workers(8)) is None
    assert crossover(one_machine, spark.on_workers(16)) == pytest.approx(19 / 0.5e-6)
    assert spark.on_workers(1, serial=0.3) == spark
    assert spark.on_workers(1000, serial=0.25).per_row == pytest.approx(2e-6, rel=0.01)
    fit = fit_growth([1, 2], [21, 22])
    assert fit.on_workers(2).fixed == fit.fixed


def test_smaller_shares_lie_within_larger_ones():
    masks = [nested_mask(100_000, share, seed=3) for share in SHARES]
    for small, large in pairwise(masks):
        assert not (small & ~large).any()
    counts = [mask.sum() for mask in masks]
    np.testing.assert_allclose(counts, 100_000 * np.array(SHARES), rtol=0.15)
    assert masks[-1].all()
    assert (nested_mask(1000, 0.5, seed=3) != nested_mask(1000, 0.5, seed=4)).any()


@pytest.mark.parametrize(
    ("rows", "measured", "message"),
    [
        ([1, 2], [1, 2, 3], "expected one measurement for each"),
        ([1, 2, 3], [1, 0, 3], "measured are .* expected positive"),
        ([1, -2, 3], [1, 1, 3], "rows are .* expected positive"),
        ([1, 2, 3], [1, np.nan, 3], "expected positive"),
        ([5, 5], [1, 2], "two different sizes"),
        ([], [], "two different sizes"),
    ],
)
def test_measurements_without_meaning_are_refused(rows, measured, message):
    with pytest.raises(SettingError, match=message):
        fit_growth(rows, measured)


def test_settings_without_meaning_are_refused():
    with pytest.raises(SettingError, match="leave nothing to tell their spread"):
        fit_growth([1, 2], [3, 4]).interval(3)
    with pytest.raises(SettingError, match="confidence is 95"):
        fit_growth(ROWS, ROWS).interval(3, confidence=95)
    with pytest.raises(SettingError, match="workers is 0"):
        GrowthModel(1, 1).on_workers(0)
    with pytest.raises(SettingError, match="serial is 2"):
        GrowthModel(1, 1).on_workers(2, serial=2)
    with pytest.raises(SettingError, match="share is 0"):
        nested_mask(5, 0)
    with pytest.raises(SettingError, match="share is 30"):
        nested_mask(5, 30)
