"""Settings are what they must be, or an error says in one sentence what was got and expected."""

import math
from collections.abc import Iterable
from numbers import Integral, Real

from helpers.errors import SettingError


def whole_number(name: str, value: int, least: int) -> int:
    """Return `value` as an int.

    Raises
    ------
    SettingError
        If it is not a whole number of at least `least`.

    Examples
    --------
    >>> whole_number("factors", 48, least=1)
    48
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise SettingError(f"{name} is {value!r}, expected a whole number from {least} upwards")
    return int(value)


def list_length(k: int, n_items: int) -> int:
    """Return the length of a list of recommendations as an int.

    Raises
    ------
    SettingError
        If it is not a whole number from 1 to the size of the catalogue.
    """
    if not isinstance(k, Integral) or isinstance(k, bool) or not 1 <= k <= n_items:
        raise SettingError(f"k is {k!r}, expected 1 to {n_items} (the size of the catalogue)")
    return int(k)


def true_or_false(name: str, value: bool) -> bool:
    """Return `value`.

    Raises
    ------
    SettingError
        If it is neither True nor False.
    """
    if not isinstance(value, bool):
        raise SettingError(f"{name} is {value!r}, expected True or False")
    return value


def different_seeds(seeds: Iterable[int]) -> list[int]:
    """Return the seeds of splits as a list.

    Raises
    ------
    SettingError
        If there are none, or one stands there twice.
    """
    seeds = list(seeds)
    if not seeds or len(set(seeds)) < len(seeds):
        raise SettingError(f"split seeds are {seeds}, expected one or more, each different")
    return seeds


def positive_number(name: str, value: float) -> float:
    """Return `value` as a float.

    Raises
    ------
    SettingError
        If it is not a finite number above 0.
    """
    if not (_is_finite(value) and value > 0):
        raise SettingError(f"{name} is {value!r}, expected a positive number")
    return float(value)


def proper_share(name: str, value: float, example: float) -> float:
    """Return `value` as a float.

    Raises
    ------
    SettingError
        If it is not a number above 0 and below 1; the message offers the `example`.
    """
    if not (_is_finite(value) and 0 < value < 1):
        raise SettingError(
            f"{name} is {value!r}, expected a number between 0 and 1 such as {example}"
        )
    return float(value)


def number_between(name: str, value: float, least: float, most: float = math.inf) -> float:
    """Return `value` as a float.

    Raises
    ------
    SettingError
        If it is not a finite number from `least` to `most`, both included.
    """
    if not (_is_finite(value) and least <= value <= most):
        upper = "upwards" if most == math.inf else f"to {most}"
        raise SettingError(f"{name} is {value!r}, expected a number from {least} {upper}")
    return float(value)


def _is_finite(value: object) -> bool:
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False
