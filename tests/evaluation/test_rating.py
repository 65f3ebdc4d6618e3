"""Errors of ratings: cases by hand, and agreement with scikit-learn and Surprise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from helpers.errors import SettingError
from helpers.evaluation.rating import mae, rmse

PAIRS = st.lists(st.tuples(st.floats(1, 5), st.floats(1, 5)), min_size=1).map(np.array)


def test_one_large_error_weighs_more_than_many_small_ones_in_rmse_alone():
    actual, spread, at_once = np.full(4, 3.0), np.array([2, 4, 2, 4]), np.array([3, 3, 3, 7])
    assert mae(actual, spread) == mae(actual, at_once) == 1
    assert rmse(actual, spread) == 1
    assert rmse(actual, at_once) == 2


@given(PAIRS)
def test_both_agree_with_scikit_learn(pairs):
    actual, predicted = pairs.T
    assert rmse(actual, predicted) == pytest.approx(root_mean_squared_error(actual, predicted))
    assert mae(actual, predicted) == pytest.approx(mean_absolute_error(actual, predicted))


def test_both_agree_with_surprise():
    from surprise import Prediction, accuracy

    actual, predicted = np.random.default_rng(0).uniform(1, 5, (2, 200))
    rows = [Prediction(0, 0, r, p, {}) for r, p in zip(actual, predicted, strict=True)]
    assert rmse(actual, predicted) == pytest.approx(accuracy.rmse(rows, verbose=False))
    assert mae(actual, predicted) == pytest.approx(accuracy.mae(rows, verbose=False))


@given(PAIRS)
def test_mae_is_never_above_rmse(pairs):
    actual, predicted = pairs.T
    assert mae(actual, predicted) <= rmse(actual, predicted) + 1e-12


@pytest.mark.parametrize("error", [rmse, mae])
class TestWhatIsRefused:
    def test_shapes_that_differ(self, error):
        with pytest.raises(SettingError, match=r"shape \(3,\) .* shape \(1,\), expected two rows"):
            error(np.ones(3), np.ones(1))

    def test_no_ratings(self, error):
        with pytest.raises(SettingError, match="at least one rating"):
            error(np.empty(0), np.empty(0))

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_ratings_that_are_no_numbers(self, error, bad):
        with pytest.raises(SettingError, match="1 ratings are missing or infinite"):
            error(np.array([1, 2]), np.array([1, bad]))
