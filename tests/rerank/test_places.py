import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_candidates import known_items, ranked, worlds

from helpers.errors import SettingError
from helpers.rerank import cap_group, inject_niche

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

TEN = ranked([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]], [np.arange(13.0, 0, -1)])
NICHE = np.arange(13) >= 9  # items 9 to 12


class TestNichePool:
    @pytest.mark.parametrize(
        ("rate", "expected"),
        [
            (0.09, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),  # rounded down to no place at all
            (0.1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),  # the last place, where 9 stands anyway
            (0.2, [0, 1, 2, 3, 9, 4, 5, 6, 7, 10]),  # places 5 and 10
            (1 - 0.8, [0, 1, 2, 3, 9, 4, 5, 6, 7, 10]),  # in floats a little below 0.2
            (0.29, [0, 1, 2, 3, 9, 4, 5, 6, 7, 10]),
            (0.3, [0, 1, 2, 9, 3, 4, 10, 5, 6, 11]),  # places 4, 7 and 10
            (0.4, [0, 1, 9, 2, 10, 3, 4, 11, 5, 12]),  # places 3, 5, 8 and 10
        ],
    )
    def test_reserved_places_are_spread_evenly(self, rate, expected):
        assert inject_niche(TEN, NICHE, rate).items[0].tolist() == expected

    def test_places_left_over_go_to_the_others(self):
        # Five places are reserved (2, 4, 6, 8 and 10), and there are four niche items.
        found = inject_niche(TEN, NICHE, 0.5)
        assert found.items[0].tolist() == [0, 9, 1, 10, 2, 11, 3, 12, 4, 5]
        assert inject_niche(TEN, NICHE, 1).items[0].tolist() == [9, 10, 11, 12, 0, 1, 2, 3, 4, 5]
        np.testing.assert_array_equal(inject_niche(TEN, NICHE & False, 1).items, TEN.items[:, :10])

    def test_list_that_has_enough_niche_items_keeps_its_items(self):
        found = inject_niche(TEN, NICHE | True, 0.3)
        assert sorted(found.items[0]) == list(range(10))

    def test_short_list_keeps_all_its_items(self):
        short = ranked([[1, 0, 9, -1], [-1, -1, -1, -1]], [[3, 2, 1, -np.inf], [-np.inf] * 4])
        found = inject_niche(short, NICHE, 0.5, k=4)
        np.testing.assert_array_equal(found.items, [[1, 9, 0, -1], [-1, -1, -1, -1]])

    def test_flags_of_zero_and_one_are_read_as_such(self):
        np.testing.assert_array_equal(
            inject_niche(TEN, NICHE.astype(int), 0.3).items, inject_niche(TEN, NICHE, 0.3).items
        )

    @given(world=worlds, rate=st.sampled_from([0, 0.1, 0.25, 0.3, 0.5, 0.7, 0.99, 1]))
    def test_agrees_with_a_plain_loop(self, world, rate):
        k = 1 + world.candidates.items.shape[1] // 2
        is_niche = world.popularity < 3
        found = inject_niche(world.candidates, is_niche, rate, k)
        n_reserved = int(k * rate + 1e-9)
        reserved = [-(-(i + 1) * k // n_reserved) - 1 for i in range(n_reserved)]
        for user in range(len(found.items)):
            known = known_items(world.candidates, user)
            niche = [item for item in known if is_niche[item]][:n_reserved]
            others = [item for item in known if item not in niche]
            open_places = set(reserved[: len(niche)])
            expected = []
            for place in range(k):
                first, second = (niche, others) if place in open_places else (others, niche)
                if first or second:
                    expected.append((first or second).pop(0))
            assert known_items(found, user) == expected

    @given(worlds)
    def test_higher_rate_never_shows_fewer_niche_items(self, world):
        k, is_niche = 1 + world.candidates.items.shape[1] // 2, world.popularity < 3
        counts = []
        for rate in (0, 0.2, 0.5, 0.8, 1):
            items = inject_niche(world.candidates, is_niche, rate, k).items
            counts.append((is_niche[items] & (items >= 0)).sum(axis=1))
        assert (np.diff(counts, axis=0) >= 0).all()


class TestCap:
    candidates = ranked([[0, 1, 2, 3, 4, 5]], [[6, 5, 4, 3, 2, 1]])

    def capped(self, groups, most, k):
        return cap_group(self.candidates, np.array(groups), most, k).items[0].tolist()

    def test_no_group_fills_more_places_than_allowed(self):
        assert self.capped([7, 7, 7, 8, 8, 9], 1, 3) == [0, 3, 5]
        assert self.capped([7, 7, 7, 8, 8, 9], 2, 5) == [0, 1, 3, 4, 5]

    def test_list_that_would_stay_short_is_filled_with_items_beyond_the_cap(self):
        assert self.capped([7, 7, 7, 8, 8, 9], 1, 5) == [0, 3, 5, 1, 2]

    def test_items_of_no_group_are_never_capped(self):
        assert self.capped([-1, -1, 7, -1, 7, -1], 1, 5) == [0, 1, 2, 3, 5]

    def test_cap_of_the_list_length_changes_nothing(self):
        assert self.capped([7] * 6, 4, 4) == [0, 1, 2, 3]

    def test_empty_places_belong_to_no_group(self):
        short = ranked([[5, 0, -1, -1]], [[2, 1, -np.inf, -np.inf]])
        found = cap_group(short, np.array([7, 7, 7, 7, 7, 7]), 1, k=4)
        np.testing.assert_array_equal(found.items, short.items)

    @given(world=worlds, most=st.integers(1, 4))
    def test_agrees_with_a_plain_loop(self, world, most):
        k = 1 + world.candidates.items.shape[1] // 2
        found = cap_group(world.candidates, world.groups, most, k)
        for user in range(len(found.items)):
            kept, beyond, seen = [], [], []
            for item in known_items(world.candidates, user):
                group = int(world.groups[item])
                is_over = group >= 0 and seen.count(group) >= most
                (beyond if is_over else kept).append(item)
                seen.append(group)
            assert known_items(found, user) == (kept + beyond)[:k]

    @pytest.mark.parametrize("most", [0, -1, 1.5, np.nan, "2", True])
    def test_cap_that_makes_no_sense_is_refused(self, most):
        with pytest.raises(SettingError, match=r"most is .*, expected a whole number from 1 upwar"):
            self.capped([7] * 6, most, 3)
