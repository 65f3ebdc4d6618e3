import numpy as np
import pytest

from helpers.checks import (
    different_seeds,
    list_length,
    number_between,
    positive_number,
    proper_share,
    true_or_false,
    whole_number,
)
from helpers.errors import SettingError

NOT_NUMBERS = ["1", None, True, [1], np.array([1, 2]), 1j]


@pytest.mark.parametrize("value", [*NOT_NUMBERS, 0, 1.0, float("nan")])
def test_whole_number_refuses_anything_else(value):
    with pytest.raises(SettingError, match=r"size is .*, expected a whole number from 1 upwards"):
        whole_number("size", value, 1)


@pytest.mark.parametrize("value", [*NOT_NUMBERS, 0, 4, 2.0])
def test_list_length_refuses_what_is_not_between_one_and_the_catalogue(value):
    with pytest.raises(SettingError, match=r"k is .*, expected 1 to 3"):
        list_length(value, 3)


@pytest.mark.parametrize("value", [*NOT_NUMBERS, 0, -1, float("nan"), float("inf"), 10**400])
def test_positive_number_refuses_anything_else(value):
    with pytest.raises(SettingError, match=r"alpha is .*, expected a positive number"):
        positive_number("alpha", value)


@pytest.mark.parametrize("value", [*NOT_NUMBERS, 0, 1, float("nan")])
def test_proper_share_refuses_the_ends_and_beyond(value):
    with pytest.raises(SettingError, match=r"part is .*, expected a number between 0 and 1 such"):
        proper_share("part", value, 0.2)


@pytest.mark.parametrize("value", [*NOT_NUMBERS, -0.1, 1.1, float("nan")])
def test_number_between_refuses_what_is_beyond_the_ends(value):
    with pytest.raises(SettingError, match=r"b is .*, expected a number from 0 to 1"):
        number_between("b", value, 0, 1)


def test_number_without_upper_end_must_still_be_finite():
    with pytest.raises(SettingError, match="k1 is inf, expected a number from 0 upwards"):
        number_between("k1", float("inf"), 0)


def test_numbers_of_numpy_are_taken_and_become_plain():
    found = [whole_number("n", np.int32(3), 1), list_length(np.int64(3), 3)]
    found += [positive_number("a", np.float32(0.5)), proper_share("s", np.float64(0.5), 0.2)]
    found += [number_between("b", np.int8(1), 0, 1)]
    assert found == [3, 3, 0.5, 0.5, 1.0]
    assert [type(value) for value in found] == [int, int, float, float, float]


@pytest.mark.parametrize("value", ["yes", 1, 0, None, np.True_])
def test_true_or_false_refuses_anything_else(value):
    with pytest.raises(SettingError, match=r"tags is .*, expected True or False"):
        true_or_false("tags", value)


def test_true_or_false_returns_what_it_got():
    assert [true_or_false("tags", value) for value in (True, False)] == [True, False]


@pytest.mark.parametrize("seeds", [[], [1, 1], (0, 1, 0)])
def test_different_seeds_refuses_none_and_repeated_ones(seeds):
    with pytest.raises(SettingError, match=r"split seeds are \[.*expected one or more, each diff"):
        different_seeds(seeds)


def test_different_seeds_returns_a_list():
    assert different_seeds(range(3)) == [0, 1, 2]
