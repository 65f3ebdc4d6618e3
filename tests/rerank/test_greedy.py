import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_candidates import assert_best_first, known_items, ranked, scaled_scores, worlds

from helpers.evaluation.popularity_bias import long_tail
from helpers.evaluation.popularity_groups import popularity_tiers
from helpers.rerank import calibrate_popularity, diversify, greedy, xquad

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

shares = st.floats(0, 1)
# Of 10 interactions, items 0 and 1 hold 8 and are the head; 2 to 4 are the tail.
POPULARITY = np.array([5, 3, 1, 1, 0])
HEAD_ONLY, HALF_AND_HALF, NO_PROFILE = [1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [0, 0, 0, 0, 0]


def profile(world, user):
    return [int(item) for item in np.flatnonzero(world.train[[user]].toarray())]


def share_in(group, of_items, group_of):
    return sum(group_of[item] == group for item in of_items) / len(of_items)


class TestXquad:
    candidates = ranked([[0, 1, 2, 3]], [[1.0, 0.8, 0.6, 0.0]])

    def reranked(self, profile, strength, k=4):
        train = sp.csr_array([profile])
        return xquad(self.candidates, train, POPULARITY, strength, k).items[0].tolist()

    def test_agrees_with_a_hand_computation(self):
        # Halves, λ 0.5. First: .5 + .25, .4 + .25, .3 + .25, 0 + .25. Then the head is covered:
        # .4, .3 + .25, .25. Then half of the list is head: .4 + .125 and 0 + .125.
        assert self.reranked(HALF_AND_HALF, 0.5) == [0, 2, 1, 3]

    def test_user_of_the_head_alone_gets_no_tail_for_its_own_sake(self):
        assert self.reranked(HEAD_ONLY, 0.4) == [0, 1, 2, 3]

    def test_user_without_a_profile_keeps_the_order(self):
        assert self.reranked(NO_PROFILE, 0.7) == [0, 1, 2, 3]

    def test_strongest_one_goes_by_groups_alone(self):
        # Ties in candidate order: 0, then the tail's turn, then whatever is less covered.
        assert self.reranked(HALF_AND_HALF, 1) == [0, 2, 1, 3]
        assert self.reranked(NO_PROFILE, 1) == [0, 1, 2, 3]

    @given(world=worlds, strength=shares)
    def test_each_place_holds_the_best_by_the_formula(self, world, strength):
        is_tail = long_tail(world.popularity).tolist()
        relevance = [scaled_scores(world.candidates, u) for u in range(len(world.train.indptr) - 1)]

        def value(user, chosen, item):
            own, group = profile(world, user), is_tail[item]
            wanted = share_in(group, own, is_tail) if own else 0
            covered = share_in(group, chosen, is_tail) if chosen else 0
            return (1 - strength) * relevance[user][item] + strength * wanted * (1 - covered)

        k = 1 + world.candidates.items.shape[1] // 2
        found = xquad(world.candidates, world.train, world.popularity, strength, k)
        assert_best_first(found, world.candidates, value)


class TestCalibration:
    # Tiers of 10 interactions: item 0 head (2 of 10 and more), 1 middle, 2 to 4 tail.
    candidates = ranked([[0, 1, 2]], [[1.0, 0.5, 0.0]])

    def reranked(self, profile, strength, k=3):
        train = sp.csr_array([profile])
        return calibrate_popularity(self.candidates, train, POPULARITY, strength, k).items[0]

    def test_agrees_with_a_hand_computation(self):
        np.testing.assert_array_equal(popularity_tiers(POPULARITY), [0, 1, 2, 2, 2])
        # Profile: half head, half tail. Any single tier of these two is .3113 bits away from it,
        # the middle 1. λ 0.9: .1 - .28, .05 - .9, 0 - .28; then head and tail are at distance 0:
        # head and middle are half a bit away.
        np.testing.assert_array_equal(self.reranked(HALF_AND_HALF, 0.9), [0, 2, 1])
        # λ 0.4: the first 0.6 - .12; then .3 - .4 * .5 = .1 and 0.
        np.testing.assert_array_equal(self.reranked(HALF_AND_HALF, 0.4), [0, 1, 2])

    def test_user_without_a_profile_keeps_the_order(self):
        for strength in (0.9, 1):
            np.testing.assert_array_equal(self.reranked(NO_PROFILE, strength), [0, 1, 2])

    def test_user_of_one_tier_gets_that_tier_first(self):
        np.testing.assert_array_equal(self.reranked([0, 0, 1, 1, 1], 1), [2, 0, 1])

    def test_catalogue_of_one_played_item_has_one_tier_and_the_order_stays(self):
        one = calibrate_popularity(
            ranked([[0]], [[3]]), sp.csr_array([[1]]), np.array([7]), strength=0.5, k=1
        )
        np.testing.assert_array_equal(one.items, [[0]])

    @given(world=worlds, strength=shares)
    def test_each_place_holds_the_best_by_the_formula(self, world, strength):
        tier = popularity_tiers(world.popularity).tolist()
        relevance = [scaled_scores(world.candidates, u) for u in range(len(world.train.indptr) - 1)]

        def value(user, chosen, item):
            own, listed = profile(world, user), [*chosen, item]
            apart = 0
            if own:
                p, q = ([share_in(t, of, tier) for t in range(3)] for of in (own, listed))
                apart = plain_jensen_shannon(p, q)
            return (1 - strength) * relevance[user][item] - strength * apart

        k = 1 + world.candidates.items.shape[1] // 2
        found = calibrate_popularity(world.candidates, world.train, world.popularity, strength, k)
        assert_best_first(found, world.candidates, value)


class TestDiversity:
    # Items 0 and 1 point the same way, 2 across, 3 the other way, and 4 nowhere.
    vectors = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [0.0, 0.0]])

    def reranked(self, strength, k=4):
        candidates = ranked([[0, 1, 2, 3]], [[1.0, 0.9, 0.5, 0.0]])
        return diversify(candidates, self.vectors, strength, k).items[0].tolist()

    def test_agrees_with_a_hand_computation(self):
        # λ 0.5, after item 0: .45 - .5, .25 - 0, 0 + .5; then the other two, 2 at cosine 0 to all.
        assert self.reranked(0.5) == [0, 3, 2, 1]
        # λ 0.2: .72 - .2, .4 - 0, 0 + .2.
        assert self.reranked(0.2) == [0, 1, 2, 3]

    def test_strongest_one_starts_with_the_best_and_then_goes_far_away(self):
        assert self.reranked(1) == [0, 3, 2, 1]

    def test_zero_vector_is_like_nothing(self):
        candidates = ranked([[0, 1, 4]], [[1.0, 0.5, 0.4]])
        found = diversify(candidates, self.vectors, 0.5, k=3)
        np.testing.assert_array_equal(found.items, [[0, 4, 1]])
        nowhere = diversify(candidates, np.zeros((5, 2)), 0.9, k=3)
        np.testing.assert_array_equal(nowhere.items, candidates.items)
        without_numbers = diversify(candidates, np.zeros((5, 0)), 0.9, k=3)
        np.testing.assert_array_equal(without_numbers.items, candidates.items)

    @given(world=worlds)
    def test_length_of_vectors_does_not_matter(self, world):
        longer = world.vectors * np.logspace(0, 3, len(world.vectors), base=2).round()[:, None]
        k = len(world.candidates.items[0])
        found = [diversify(world.candidates, v, 0.4, k) for v in (world.vectors, longer)]
        directions = world.vectors / np.maximum(
            np.linalg.norm(world.vectors, axis=1, keepdims=True), 1e-9
        )
        for lists in found:
            assert_best_first(lists, world.candidates, self.value_by(world, directions, 0.4))

    @given(world=worlds, strength=shares)
    def test_each_place_holds_the_best_by_the_formula(self, world, strength):
        found = diversify(world.candidates, world.vectors, strength, len(world.candidates.items[0]))
        assert_best_first(found, world.candidates, self.value_by(world, world.vectors, strength))

    @staticmethod
    def value_by(world, vectors, strength):
        relevance = [scaled_scores(world.candidates, u) for u in range(len(world.candidates.items))]

        def cosine(one, other):
            lengths = math.hypot(*one) * math.hypot(*other)
            return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0

        def value(user, chosen, item):
            nearest = max((cosine(vectors[item], vectors[j]) for j in chosen), default=0)
            return (1 - strength) * relevance[user][item] - strength * nearest

        return value

    @given(worlds)
    def test_users_taken_in_blocks_get_the_same_lists(self, world):
        k = len(world.candidates.items[0])
        whole = diversify(world.candidates, world.vectors, 0.5, k).items
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(greedy, "_CELLS_AT_ONCE", 2 * k * world.vectors.shape[1])
            blocks = diversify(world.candidates, world.vectors, 0.5, k).items
            patch.setattr(greedy, "_CELLS_AT_ONCE", 1)
            single = diversify(world.candidates, world.vectors, 0.5, k).items
        np.testing.assert_array_equal(blocks, whole)
        np.testing.assert_array_equal(single, whole)


@given(worlds)
def test_short_lists_hold_all_candidates_at_full_strength(worlds):
    k = len(worlds.candidates.items[0])
    found = {
        "xquad": xquad(worlds.candidates, worlds.train, worlds.popularity, 1, k),
        "calibration": calibrate_popularity(
            worlds.candidates, worlds.train, worlds.popularity, 1, k
        ),
        "diversity": diversify(worlds.candidates, worlds.vectors, 1, k),
    }
    for lists in found.values():
        for user in range(len(lists.items)):
            listed = known_items(lists, user)
            assert sorted(listed) == sorted(known_items(worlds.candidates, user))


def plain_jensen_shannon(p, q):
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]

    def divergence(of):
        return sum(a * math.log2(a / m) for a, m in zip(of, middle, strict=True) if a > 0)

    return (divergence(p) + divergence(q)) / 2
