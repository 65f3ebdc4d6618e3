import math
from statistics import mean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_candidates import assert_best_first, ranked, worlds

from helpers.errors import SettingError
from helpers.rerank import divide_by_popularity, penalise_popularity, second_opinion, spread

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

POPULARITY = np.array([1000, 100, 10, 0])  # an item nobody trained on counts as one with a user
FOUR = ranked([[0, 1, 2, 3]], [[3.0, 2.0, 1.2, 0.5]])

strengths = st.floats(0, 3)


def own_score(world, user, item):
    return float(world.candidates.scores[user][world.candidates.items[user] == item][0])


def log_popularity(world, item):
    return math.log(max(int(world.popularity[item]), 1))


class TestPenalty:
    def test_agrees_with_a_hand_computation(self):
        # 0.5 * log of 1000, 100, 10 and 1 is 3.45, 2.30, 1.15 and 0.
        # That leaves -0.45, -0.30, 0.05 and 0.5.
        found = penalise_popularity(FOUR, POPULARITY, beta=0.5, k=3)
        np.testing.assert_array_equal(found.items, [[3, 2, 1]])
        np.testing.assert_array_equal(found.scores, np.float32([[0.5, 1.2, 2.0]]))

    @given(world=worlds, beta=strengths)
    def test_puts_the_best_penalised_score_first(self, world, beta):
        found = penalise_popularity(world.candidates, world.popularity, beta, k=1 + found_k(world))
        assert_best_first(
            found,
            world.candidates,
            lambda user, _, item: own_score(world, user, item) - beta * log_popularity(world, item),
        )

    @given(world=worlds, weak=strengths, more=strengths)
    def test_stronger_one_never_makes_a_list_more_popular(self, world, weak, more):
        # Where A is best at β and B at β' > β, both inequalities added give L(B) <= L(A).
        k = 1 + found_k(world)
        of_item = np.log(np.maximum(world.popularity, 1))
        lists = [
            penalise_popularity(world.candidates, world.popularity, beta, k).items
            for beta in (weak, weak + more)
        ]
        before, after = (np.where(items >= 0, of_item[items], 0).sum(axis=1) for items in lists)
        assert (after <= before + 1e-6).all()

    def test_equal_scores_leave_the_order_to_popularity(self):
        level = ranked([[0, 1, 2, 3]], [[1, 1, 1, 1]])
        found = penalise_popularity(level, np.array([5, 9, 5, 1]), beta=0.1, k=4)
        np.testing.assert_array_equal(found.items, [[3, 0, 2, 1]])


class TestDivision:
    def test_agrees_with_a_hand_computation(self):
        # By the square roots 31.6, 10, 3.16 and 1: 0.095, 0.2, 0.38 and 0.5.
        found = divide_by_popularity(FOUR, POPULARITY, gamma=0.5, k=4)
        np.testing.assert_array_equal(found.items, [[3, 2, 1, 0]])

    def test_popularity_never_helps_a_score_below_zero(self):
        candidates = ranked([[3, 1, 0]], [[-1, -1, -1]])
        found = divide_by_popularity(candidates, POPULARITY, gamma=0.5, k=3)
        np.testing.assert_array_equal(found.items, [[3, 1, 0]])
        candidates = ranked([[0, 1, 3]], [[-1, -1, -1]])
        found = divide_by_popularity(candidates, POPULARITY, gamma=0.5, k=3)
        np.testing.assert_array_equal(found.items, [[3, 1, 0]])

    def test_scores_keep_their_sign_and_zero_its_place(self):
        candidates = ranked([[0, 1, 2]], [[1e-3, 0, -1e-3]])
        found = divide_by_popularity(candidates, POPULARITY, gamma=300, k=3)
        np.testing.assert_array_equal(found.items, [[0, 1, 2]])

    @given(world=worlds, gamma=strengths)
    def test_puts_the_best_quotient_first(self, world, gamma):
        def value(user, _, item):
            score = own_score(world, user, item)
            divisor = max(int(world.popularity[item]), 1) ** gamma
            return score / divisor if score > 0 else score * divisor

        found = divide_by_popularity(world.candidates, world.popularity, gamma, 1 + found_k(world))
        assert_best_first(found, world.candidates, value)


class TestSecondOpinion:
    def test_agrees_with_a_hand_computation(self):
        # Spreads of 4, 2 and of 1, 3: 1 each. Values: 4 + (1 - 0.5 log 100) and 2 + (3 - 0).
        candidates, popularity = ranked([[0, 1]], [[4, 2]]), np.array([100, 1])
        opinions = np.array([[1.0, 3.0]])
        found = second_opinion(candidates, opinions, popularity, 1, k=2, penalty=0.5)
        np.testing.assert_array_equal(found.items, [[1, 0]])
        # 4 + 0.2 (1 - 2.3) = 3.74 and 2 + 0.2 * 3 = 2.6.
        found = second_opinion(candidates, opinions, popularity, 0.2, k=2, penalty=0.5)
        np.testing.assert_array_equal(found.items, [[0, 1]])
        np.testing.assert_array_equal(found.scores, [[4, 2]])

    def test_what_the_other_model_does_not_know_counts_as_its_lowest(self):
        candidates, popularity = ranked([[0, 1, 2]], [[1, 1, 1]]), np.ones(3)
        opinions = np.array([[-np.inf, -5.0, 2.0]])
        found = second_opinion(candidates, opinions, popularity, 1, k=3)
        np.testing.assert_array_equal(found.items, [[2, 0, 1]])

    def test_user_whom_the_other_model_does_not_know_keeps_the_own_order(self):
        candidates = ranked([[0, 1], [1, 0]], [[2, 1], [2, 1]])
        opinions = np.array([[-np.inf, -np.inf], [0.0, 9.0]])
        found = second_opinion(candidates, opinions, np.ones(2), 1, k=2, penalty=0)
        np.testing.assert_array_equal(found.items[0], [0, 1])

    def test_opinions_that_are_all_alike_leave_the_penalty_alone(self):
        candidates, opinions = ranked([[0, 1]], [[1.1, 1.0]]), np.zeros((1, 2))
        popularity = np.array([100, 1])
        found = second_opinion(candidates, opinions, popularity, 1, k=2)
        np.testing.assert_array_equal(found.items, [[1, 0]])
        found = second_opinion(candidates, opinions, popularity, 1, k=2, penalty=0)
        np.testing.assert_array_equal(found.items, [[0, 1]])

    @given(world=worlds, strength=st.floats(0.01, 3), penalty=strengths)
    def test_puts_the_best_sum_first(self, world, strength, penalty):
        told = told_of(world)
        unit = plain_spread(world, lambda user, item: own_score(world, user, item)) or 1
        other_unit = plain_spread(world, lambda user, item: told[user, item]) or 1

        def value(user, _, item):
            other = told[user, item] / other_unit - penalty * log_popularity(world, item)
            return own_score(world, user, item) / unit + strength * other

        found = second_opinion(
            *(world.candidates, world.opinions, world.popularity, strength),
            1 + found_k(world),
            penalty=penalty,
        )
        assert_best_first(found, world.candidates, value)

    @given(world=worlds, weak=st.floats(0.01, 3), more=strengths)
    def test_stronger_one_never_lowers_what_the_other_model_says_of_a_list(self, world, weak, more):
        told = told_of(world)
        unit = plain_spread(world, lambda user, item: told[user, item]) or 1
        lists = [
            second_opinion(
                *(world.candidates, world.opinions, world.popularity, theta), 1 + found_k(world)
            ).items
            for theta in (weak, weak + more)
        ]
        for user in range(len(lists[0])):
            before, after = (
                sum(told[user, i] / unit - 1.45 * log_popularity(world, i) for i in items if i >= 0)
                for items in (of_users[user].tolist() for of_users in lists)
            )
            assert after >= before - 1e-4

    def test_opinions_about_other_lists_are_refused(self):
        with pytest.raises(SettingError, match=r"shape \(1, 2\), expected \(1, 4\): one for each"):
            second_opinion(FOUR, np.zeros((1, 2)), POPULARITY, 1, k=2)

    def test_penalty_below_zero_is_refused(self):
        with pytest.raises(SettingError, match="penalty is -1, expected a number from 0 upwards"):
            second_opinion(FOUR, np.zeros((1, 4)), POPULARITY, 1, k=2, penalty=-1)


class TestSpread:
    def test_is_the_mean_of_the_deviations_of_users_with_two_candidates_or_more(self):
        scores = np.array([[4, 2, 0], [5, -1, -np.inf], [7, -np.inf, -np.inf]])
        expected = (math.sqrt(8 / 3) + 3) / 2
        assert spread(scores, np.isfinite(scores)) == pytest.approx(expected)

    def test_is_zero_where_nobody_has_two(self):
        assert spread(np.array([[7, -np.inf]]), np.array([[True, False]])) == 0
        assert spread(np.empty((0, 3)), np.empty((0, 3), dtype=bool)) == 0

    @given(worlds)
    def test_agrees_with_a_plain_loop(self, world):
        is_known = world.candidates.items >= 0
        expected = plain_spread(world, lambda user, item: own_score(world, user, item))
        assert spread(world.candidates.scores, is_known) == pytest.approx(expected, abs=1e-6)


def found_k(world):
    return world.candidates.items.shape[1] // 2


def told_of(world):
    """Return what the other model says of each user and item, its lowest where it is silent."""
    told = {}
    for user, items in enumerate(world.candidates.items.tolist()):
        said = dict(zip(items, world.opinions[user].tolist(), strict=True))
        said.pop(-1, None)
        lowest = min((value for value in said.values() if math.isfinite(value)), default=0)
        told |= {(user, i): v if math.isfinite(v) else lowest for i, v in said.items()}
    return told


def plain_spread(world, number_of):
    known = [[i for i in items if i >= 0] for items in world.candidates.items.tolist()]
    deviations = [
        pstdev([number_of(user, i) for i in items])
        for user, items in enumerate(known)
        if len(items) > 1
    ]
    return mean(deviations) if deviations else 0
