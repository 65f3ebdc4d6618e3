"""Lorenz curves and top shares: cases by hand, and agreement with the Gini coefficient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from helpers.errors import SettingError
from helpers.evaluation.inequality import lorenz_curve, top_share
from helpers.evaluation.popularity_bias import gini

COUNTS = st.lists(st.integers(0, 10**6), min_size=2, max_size=40).filter(any).map(np.array)


def test_lorenz_curve_of_equal_counts_is_the_diagonal():
    x, y = lorenz_curve(np.array([4, 4, 4, 4]))
    np.testing.assert_allclose(x, y)


def test_lorenz_curve_of_one_winner_stays_at_zero_until_the_end():
    x, y = lorenz_curve(np.array([0, 9, 0]))
    np.testing.assert_allclose(x, [0, 1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(y, [0, 0, 0, 1])


@given(COUNTS)
def test_twice_the_area_above_the_lorenz_curve_is_the_gini_coefficient(counts):
    x, y = lorenz_curve(counts)
    n = len(counts)
    assert (1 - 2 * trapezoid(y, x)) * n / (n - 1) == pytest.approx(gini(counts), abs=1e-9)


@given(COUNTS)
def test_lorenz_curve_never_falls_and_never_crosses_the_diagonal(counts):
    x, y = lorenz_curve(counts)
    assert (np.diff(y) >= 0).all()
    assert (y <= x + 1e-12).all()


@given(COUNTS, st.floats(0.01, 1))
def test_top_share_is_read_off_the_lorenz_curve(counts, share):
    n_top = int(np.ceil(round(share * len(counts), 9)))
    _, y = lorenz_curve(counts)
    assert top_share(counts, share) == pytest.approx(1 - y[len(counts) - n_top])


def test_top_share_counts_at_least_one_item():
    assert top_share(np.array([1, 3]), 0.01) == 0.75


def test_top_share_does_not_count_one_item_too_many():
    assert top_share(np.ones(100), 0.07) == pytest.approx(0.07)


@pytest.mark.parametrize("share", [0, -0.1, 1.5])
def test_top_share_refuses_a_share_out_of_range(share):
    with pytest.raises(SettingError, match="share is"):
        top_share(np.array([1, 2]), share)


@pytest.mark.parametrize("counts", [[], [0, 0], [3, -1], [1, np.nan], [1, np.inf]])
def test_lorenz_curve_refuses_counts_without_a_total(counts):
    with pytest.raises(SettingError, match="expected at least 1, each finite"):
        lorenz_curve(np.array(counts))
