import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from implicit.nearest_neighbours import bm25_weight

from helpers import weighting
from helpers.errors import DataError, SettingError

PLAYS = sp.csr_array(np.array([[4, 0, 1, 0], [0, 2, 0, 0], [1, 3, 0, 0]], dtype=np.float32))

play_counts = hnp.arrays(np.float32, (5, 7), elements=st.integers(0, 9).map(float)).map(
    sp.csr_array
)


def test_binary_is_one_in_every_stored_cell():
    expected = [[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 0]]
    np.testing.assert_array_equal(weighting.binary(PLAYS).toarray(), expected)


def test_log_is_the_logarithm_of_one_plus_the_count():
    expected = np.log([[5, 1, 2, 1], [1, 3, 1, 1], [2, 4, 1, 1]])
    np.testing.assert_allclose(weighting.log(PLAYS).toarray(), expected, rtol=1e-6)


def test_bm25_agrees_with_a_hand_computation_with_users_as_documents():
    # User 0 has 5 plays, the mean is 11/3; item 0 has 2 of the 3 users, item 2 has 1.
    k1, b = 1.2, 0.75
    length_norm = 0.25 + 0.75 * 5 / (11 / 3)
    item_2 = 1 * 2.2 / (1 + 1.2 * length_norm) * np.log(3 / 2)
    item_0 = 4 * 2.2 / (4 + 1.2 * length_norm) * 0.01  # log(3 / 3) = 0 is floored
    weights = weighting.bm25(PLAYS, k1, b).toarray()
    np.testing.assert_allclose(weights[0, [0, 2]], [item_0, item_2], rtol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_bm25_is_implicits_with_rows_as_documents(seed):
    counts = np.random.default_rng(seed).poisson(0.3, (40, 15)) + np.eye(40, 15)
    plays = sp.csr_array(counts.astype(np.float32))
    expected = bm25_weight(sp.coo_matrix(plays), K1=0.6, B=0.8).toarray()
    np.testing.assert_allclose(weighting.bm25(plays, 0.6, 0.8).toarray(), expected, rtol=1e-5)


def test_bm25_tells_the_two_orientations_apart():
    transposed = weighting.bm25(PLAYS.T.tocsr()).T.toarray()
    assert not np.allclose(weighting.bm25(PLAYS).toarray(), transposed)


def test_bm25_weighs_a_rarer_item_more_at_the_same_count():
    plays = sp.csr_array(np.array([[1, 1], [1, 0], [0, 0], [0, 0]], dtype=np.float32))
    weights = weighting.bm25(plays).toarray()
    assert weights[0, 1] > weights[0, 0] > 0


@pytest.mark.parametrize("scheme", weighting.SCHEMES)
@given(plays=play_counts)
def test_new_users_weigh_what_they_would_have_in_training(scheme, plays):
    together = weighting.weigh(plays, scheme)
    alone = weighting.weigh(plays[[1, 4]], scheme, like=weighting.Corpus.of(plays))
    np.testing.assert_array_equal(alone.toarray(), together[[1, 4]].toarray())


def test_bm25_of_new_users_takes_lengths_and_rarity_from_training():
    new = sp.csr_array(np.array([[2, 0, 1, 0]], dtype=np.float32))
    length_norm = 1 - 0.8 + 0.8 * 3 / (11 / 3)  # 3 plays; 11 plays of 3 users in training
    item_2 = 1 * 1.6 / (1 + 0.6 * length_norm) * np.log(3 / 2)
    weights = weighting.bm25(new, 0.6, 0.8, like=weighting.Corpus.of(PLAYS)).toarray()
    assert weights[0, 2] == pytest.approx(item_2, rel=1e-6)
    assert weights[0, 2] != pytest.approx(weighting.bm25(new, 0.6, 0.8).toarray()[0, 2], rel=0.1)


def test_an_item_that_nobody_played_in_training_weighs_most_for_a_new_user():
    new = sp.csr_array(np.array([[1, 1, 1, 1]], dtype=np.float32))
    weights = weighting.bm25(new, like=weighting.Corpus.of(PLAYS)).toarray()[0]
    assert weights.argmax() == 3
    assert np.isfinite(weights).all()


def test_temper_is_a_power_from_binary_to_what_the_weights_are():
    np.testing.assert_array_equal(weighting.temper(PLAYS, 0).toarray(), PLAYS.toarray() > 0)
    np.testing.assert_allclose(weighting.temper(PLAYS, 0.5).data, np.sqrt(PLAYS.data))
    np.testing.assert_array_equal(weighting.temper(PLAYS, 1).toarray(), PLAYS.toarray())
    np.testing.assert_array_equal(weighting.temper(PLAYS, 2).data, PLAYS.data**2)


def test_down_weighting_divides_by_a_power_of_the_users_of_an_item():
    # Items 0 and 1 have two users, item 2 has one, item 3 none.
    found = weighting.downweight_popular(PLAYS, 0.5).toarray()
    half = np.sqrt(2)
    np.testing.assert_allclose(
        found, [[4 / half, 0, 1, 0], [0, 2 / half, 0, 0], [1 / half, 3 / half, 0, 0]], rtol=1e-6
    )


def test_normalised_down_weighting_has_the_same_ratios_and_the_mean_of_before():
    plain, even = (
        weighting.downweight_popular(PLAYS, 0.5, normalised=normalised).data
        for normalised in (False, True)
    )
    np.testing.assert_allclose(even / plain, even[0] / plain[0], rtol=1e-6)
    assert even.mean() == pytest.approx(PLAYS.data.mean())


def test_a_popular_item_never_gains_on_a_rarer_one():
    rare_over_popular = [
        found[0, 2] / found[0, 0]
        for found in (weighting.downweight_popular(PLAYS, g).toarray() for g in (0, 0.3, 1, 2))
    ]
    assert rare_over_popular == sorted(rare_over_popular)


@pytest.mark.parametrize("normalised", [False, True])
@given(plays=play_counts)
def test_down_weighting_by_the_power_of_zero_changes_nothing(normalised, plays):
    found = weighting.downweight_popular(plays, 0, normalised=normalised)
    np.testing.assert_array_equal(found.toarray(), plays.toarray())


CHANGES = {
    "temper": weighting.temper,
    "down": weighting.downweight_popular,
    "even": lambda plays, gamma: weighting.downweight_popular(plays, gamma, normalised=True),
}


@pytest.mark.parametrize("change", CHANGES)
@given(plays=play_counts, strength=st.floats(0, 3))
def test_changed_weights_are_positive_in_the_same_cells_of_a_copy(change, plays, strength):
    before = plays.copy()
    weights = CHANGES[change](plays, strength)
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights.toarray() > 0, before.toarray() > 0)
    weights.data[:] = -1
    np.testing.assert_array_equal(plays.toarray(), before.toarray())


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("strength", [-0.1, np.nan, np.inf, "1"])
def test_a_power_that_makes_no_sense_is_refused(change, strength):
    with pytest.raises(SettingError, match=r"is .*, expected a number from 0 upwards"):
        CHANGES[change](PLAYS, strength)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("strength", [500, 5000])
def test_a_power_that_leaves_float32_is_refused(change, strength):
    with pytest.raises(SettingError, match=f"power {strength} weights run from .*; take a smaller"):
        CHANGES[change](PLAYS, strength)


@pytest.mark.parametrize("change", CHANGES)
def test_no_power_is_taken_of_a_weight_that_is_no_positive_number(change):
    plays = sp.csr_array(([1.0, -2.0], ([0, 1], [0, 1])), shape=(2, 2))
    with pytest.raises(DataError, match=r"1 stored weights.*first is -2"):
        CHANGES[change](plays, 0.5)


def test_confidence_is_one_plus_alpha_times_the_count():
    confidences = weighting.confidence(PLAYS, alpha=40).toarray()
    expected = [[161, 0, 41, 0], [0, 81, 0, 0], [41, 121, 0, 0]]
    np.testing.assert_array_equal(confidences, expected)


def test_preference_is_one_where_anything_was_observed():
    np.testing.assert_array_equal(weighting.preference(PLAYS).toarray(), PLAYS.toarray() > 0)


@pytest.mark.parametrize("scheme", weighting.SCHEMES)
@given(plays=play_counts)
def test_weights_are_positive_in_the_same_cells_and_leave_the_counts_alone(scheme, plays):
    before = plays.copy()
    weights = weighting.weigh(plays, scheme)
    assert weights.dtype == np.float32
    assert isinstance(weights, sp.csr_array)
    np.testing.assert_array_equal(weights.toarray() > 0, before.toarray() > 0)
    weights.data[:] = -1
    np.testing.assert_array_equal(plays.toarray(), before.toarray())


@pytest.mark.parametrize("scheme", weighting.SCHEMES)
@pytest.mark.parametrize("bad", [-1, 0, np.nan, np.inf])
def test_a_weight_that_is_no_positive_number_is_refused_and_named(scheme, bad):
    plays = sp.csr_array(([1.0, bad], ([0, 1], [0, 1])), shape=(2, 2))
    with pytest.raises(DataError, match=rf"1 stored weights.*first is {float(bad)}"):
        weighting.weigh(plays, scheme)


@pytest.mark.parametrize("matrix", [PLAYS.tocoo(), PLAYS.toarray()])
def test_anything_but_a_csr_matrix_is_refused(matrix):
    with pytest.raises(DataError, match="expected a CSR matrix"):
        weighting.log(matrix)


@pytest.mark.parametrize(("k1", "b"), [(-0.1, 0.8), (np.nan, 0.8), (0.6, -0.1), (0.6, 1.1)])
def test_bm25_settings_out_of_range_are_refused(k1, b):
    with pytest.raises(SettingError, match="expected a number from 0"):
        weighting.bm25(PLAYS, k1, b)


@pytest.mark.parametrize("alpha", [0, -1, np.nan, np.inf])
def test_confidence_refuses_an_alpha_that_is_not_positive(alpha):
    with pytest.raises(SettingError, match="expected a positive number"):
        weighting.confidence(PLAYS, alpha)


def test_an_unknown_scheme_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="'tfidf', expected one of plays, binary, log, bm25"):
        weighting.weigh(PLAYS, "tfidf")
