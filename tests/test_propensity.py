import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import DataError, SettingError
from helpers.propensity import inverse_propensity, popularity_propensity
from helpers.weighting import downweight_popular

PLAYS = sp.csr_array(np.array([[4, 0, 1], [2, 0, 0], [0, 0, 3.0]], dtype=np.float32))


def test_propensity_is_a_power_of_the_share_of_the_most_popular():
    # An item without users counts as if one had it.
    found = popularity_propensity(np.array([16, 4, 0]), 0.5)
    np.testing.assert_allclose(found, [1, 0.5, 0.25])


def test_propensity_is_one_for_all_without_a_power():
    np.testing.assert_array_equal(popularity_propensity(np.array([9, 3, 0]), 0), [1, 1, 1])


@pytest.mark.parametrize("gamma", [-0.1, np.nan, np.inf, "1"])
def test_power_that_makes_no_sense_is_refused(gamma):
    with pytest.raises(SettingError, match=r"gamma is .*, expected a number from 0 upwards"):
        popularity_propensity(np.array([2, 1]), gamma)


def test_no_user_at_all_is_refused():
    with pytest.raises(SettingError, match="no item has a training user"):
        popularity_propensity(np.array([0, 0]), 0.5)


def test_weights_are_divided_by_the_propensity():
    # Nobody plays item 1, whose propensity does not matter.
    weighted = inverse_propensity(PLAYS, np.array([0.5, 0, 0.25]))
    np.testing.assert_array_equal(weighted.toarray(), [[8, 0, 4], [4, 0, 0], [0, 0, 12]])
    assert weighted.dtype == np.float32
    assert PLAYS.data.tolist() == [4, 1, 2, 3]


def test_rare_items_do_not_drown_the_others():
    weighted = inverse_propensity(PLAYS, np.array([1, 1, 0.001]), clip=10)
    np.testing.assert_array_equal(weighted.toarray(), [[4, 0, 10], [2, 0, 0], [0, 0, 30]])
    assert inverse_propensity(PLAYS, np.array([1, 1, 1e-9])).data.max() == 300


def test_propensity_of_one_changes_nothing():
    np.testing.assert_array_equal(inverse_propensity(PLAYS, np.ones(3)).data, PLAYS.data)


@given(seed=st.integers(0, 2**32 - 1), gamma=st.floats(0, 1))
def test_popularity_as_propensity_is_down_weighting_times_a_constant(seed, gamma):
    counts = np.random.default_rng(seed).poisson(0.6, (12, 6))
    counts[0, 0] += 1
    plays = sp.csr_array(counts.astype(np.float32))
    popularity = (counts > 0).sum(axis=0)
    lifted = inverse_propensity(plays, popularity_propensity(popularity, gamma))
    lowered = downweight_popular(plays, gamma)
    constant = float(popularity.max()) ** gamma
    np.testing.assert_allclose(lifted.data, lowered.data * constant, rtol=1e-5)


@pytest.mark.parametrize("bad", [0, -0.5, 1.5, np.nan, np.inf])
def test_propensity_out_of_range_of_an_item_with_a_pair_is_refused_and_named(bad):
    with pytest.raises(SettingError, match=r"propensity of item 2 is .*, expected above 0 and at"):
        inverse_propensity(PLAYS, np.array([0.5, 0.5, bad]))


@pytest.mark.parametrize("propensity", [np.ones(2), np.ones((1, 3)), 0.5])
def test_one_propensity_an_item_is_expected(propensity):
    with pytest.raises(SettingError, match="expected one for each of the 3 items"):
        inverse_propensity(PLAYS, propensity)


@pytest.mark.parametrize("clip", [0.9, np.nan, np.inf])
def test_clip_that_makes_no_sense_is_refused(clip):
    with pytest.raises(SettingError, match=r"clip is .*, expected a number from 1 upwards"):
        inverse_propensity(PLAYS, np.ones(3), clip)


def test_weight_that_is_no_positive_number_is_refused():
    plays = sp.csr_array(([1.0, np.nan], ([0, 1], [0, 1])), shape=(2, 2))
    with pytest.raises(DataError, match="1 stored weights are not positive finite numbers"):
        inverse_propensity(plays, np.ones(2))
