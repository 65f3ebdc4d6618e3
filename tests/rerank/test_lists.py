import numpy as np
from hypothesis import given
from small_candidates import known_items, ranked, scaled_scores, worlds

from helpers.rerank.lists import best_first, first, scaled, take

NONE = -np.inf
SHORT = ranked([[4, 2, 7], [3, -1, -1], [-1, -1, -1]], [[5, 3, 1], [2, NONE, NONE], [NONE] * 3])


def test_first_cuts_the_lists_of_the_model():
    found = first(SHORT, 2)
    np.testing.assert_array_equal(found.items, [[4, 2], [3, -1], [-1, -1]])
    np.testing.assert_array_equal(found.scores, [[5, 3], [2, NONE], [NONE, NONE]])


def test_largest_value_comes_first_and_ties_stay_in_candidate_order():
    values = np.array([[1, 2, 1], [0, 9, 9], [9, 9, 9]])
    np.testing.assert_array_equal(
        best_first(SHORT, values, 3).items, [[2, 4, 7], [3, -1, -1], [-1, -1, -1]]
    )


def test_scores_taken_are_those_of_the_model_in_the_new_order():
    found = take(SHORT, np.array([[2, 0], [0, 0], [0, 0]]))
    np.testing.assert_array_equal(found.items, [[7, 4], [3, -1], [-1, -1]])
    np.testing.assert_array_equal(found.scores, [[1, 5], [2, NONE], [NONE, NONE]])


def test_scaled_scores_run_from_zero_to_the_weight():
    np.testing.assert_array_equal(scaled(SHORT), [[1, 0.5, 0], [0, NONE, NONE], [NONE] * 3])
    np.testing.assert_array_equal(scaled(SHORT, weight=0.5)[0], [0.5, 0.25, 0])


def test_weight_of_zero_tells_candidates_from_empty_places():
    np.testing.assert_array_equal(scaled(SHORT, weight=0), [[0, 0, 0], [0, NONE, NONE], [NONE] * 3])


@given(worlds)
def test_scaled_scores_agree_with_a_plain_loop(world):
    found = scaled(world.candidates)
    for user in range(len(found)):
        known, expected = known_items(world.candidates, user), scaled_scores(world.candidates, user)
        np.testing.assert_allclose(found[user, : len(known)], [expected[i] for i in known])
        assert np.isneginf(found[user, len(known) :]).all()
