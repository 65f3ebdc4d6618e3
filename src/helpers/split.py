"""Divide interactions into training, validation and test pairs."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.interactions import Interactions

_TRAIN, _VALIDATION, _TEST = 0, 1, 2


@dataclass(frozen=True)
class Split:
    """Disjoint parts of one set of interactions, all of its shape and with its identifiers.

    Attributes
    ----------
    train : Interactions
        What a model learns from, and what it must not recommend again.
    validation : Interactions or None
        What settings are chosen on; None where no validation share was asked for.
    test : Interactions
        What the final model is judged on, once.
    """

    train: Interactions
    validation: Interactions | None
    test: Interactions


def random_split(
    interactions: Interactions,
    test_share: float = 0.2,
    validation_share: float = 0.0,
    seed: int = 0,
) -> Split:
    """Hold out a random share of all pairs, whoever they belong to (global random holdout).

    A user can lose every pair to the test set; such a user is cold in training.

    Parameters
    ----------
    interactions : Interactions
    test_share, validation_share : float
        Shares of all pairs, rounded to whole pairs; together below 1.
    seed : int
        Fixes the draw. The test set of a seed does not depend on `validation_share`.

    Raises
    ------
    SettingError
        If a share is out of range, the seed is negative, or a part would be empty.
    """
    _check_shares(test_share, validation_share)
    n_test = _whole(test_share * interactions.n_pairs)
    n_validation = _whole(validation_share * interactions.n_pairs)
    shuffled = _generator(seed).permutation(interactions.n_pairs)
    part = np.full(interactions.n_pairs, _TRAIN, dtype=np.int8)
    part[shuffled[:n_test]] = _TEST
    part[shuffled[n_test : n_test + n_validation]] = _VALIDATION
    return _divide(interactions, part, with_validation=validation_share > 0)


def per_user_split(
    interactions: Interactions,
    test_share: float = 0.2,
    validation_share: float = 0.0,
    seed: int = 0,
) -> Split:
    """Hold out a random share of each user's own pairs.

    Shares are rounded to whole pairs user by user, and every user keeps at least one
    training pair: a user with a single item has it in training and nothing to be tested on.

    Parameters
    ----------
    interactions : Interactions
    test_share, validation_share : float
        Shares of the pairs of each user; together below 1.
    seed : int
        Fixes the draw. The test set of a seed does not depend on `validation_share`.

    Raises
    ------
    SettingError
        If a share is out of range, the seed is negative, or a part would be empty.
    """
    _check_shares(test_share, validation_share)
    n_items_of_user = np.diff(interactions.user_items.indptr)
    can_go = np.maximum(n_items_of_user - 1, 0)
    n_test = np.minimum(_whole(test_share * n_items_of_user), can_go)
    n_validation = np.minimum(_whole(validation_share * n_items_of_user), can_go - n_test)
    user, place = _random_places(interactions, seed)
    part = np.full(interactions.n_pairs, _TRAIN, dtype=np.int8)
    part[place < (n_test + n_validation)[user]] = _VALIDATION
    part[place < n_test[user]] = _TEST
    return _divide(interactions, part, with_validation=validation_share > 0)


def leave_k_out(interactions: Interactions, k: int = 1, seed: int = 0) -> Split:
    """Hold out exactly `k` random pairs of every user who has more than `k`.

    A user with `k` pairs or fewer keeps them all in training and has nothing to be tested on.

    Parameters
    ----------
    interactions : Interactions
    k : int
        Test pairs a user, from 1 to one less than the longest list of any user.
    seed : int
        Fixes the draw.

    Raises
    ------
    SettingError
        If k is out of range or the seed is negative.
    """
    n_items_of_user = np.diff(interactions.user_items.indptr)
    longest = int(n_items_of_user.max(initial=0))
    if not 1 <= k < longest:
        raise SettingError(
            f"k is {k}, expected 1 to {longest - 1}: the longest list has {longest} items and "
            "one must stay in training"
        )
    user, place = _random_places(interactions, seed)
    held_out = (place < k) & (n_items_of_user > k)[user]
    part = np.where(held_out, _TEST, _TRAIN)
    return _divide(interactions, part, with_validation=False)


def _check_shares(test_share: float, validation_share: float) -> None:
    if not 0 < test_share < 1:
        raise SettingError(
            f"test_share is {test_share}, expected a number between 0 and 1 such as 0.2"
        )
    if not 0 <= validation_share < 1 - test_share:
        raise SettingError(
            f"validation_share is {validation_share}, expected 0 or more and, with test_share "
            f"{test_share}, below {1 - test_share:.6g}, so that pairs remain for training"
        )


def _generator(seed: int) -> np.random.Generator:
    if seed < 0:
        raise SettingError(f"the split seed is {seed}, expected 0 or more")
    return np.random.default_rng(seed)


def _whole(share: float | np.ndarray) -> int | np.ndarray:
    """Round to whole pairs, halves up (NumPy rounds them to even)."""
    rounded = np.floor(share + 0.5)
    return rounded.astype(np.int64) if isinstance(rounded, np.ndarray) else int(rounded)


def _random_places(interactions: Interactions, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the user row of each stored pair and its place in a shuffle of that user's pairs."""
    indptr = interactions.user_items.indptr
    user = np.repeat(np.arange(interactions.n_users), np.diff(indptr))
    shuffled = np.lexsort((_generator(seed).random(len(user)), user))
    place = np.empty(len(user), dtype=np.int64)
    # A shuffle within users leaves every user's block where it was, so `user` fits both orders.
    place[shuffled] = np.arange(len(user)) - indptr[user]
    return user, place


def _divide(interactions: Interactions, part: np.ndarray, *, with_validation: bool) -> Split:
    names = {_TRAIN: "training", _TEST: "test"}
    if with_validation:
        names[_VALIDATION] = "validation"
    for label, name in names.items():
        if not (part == label).any():
            raise SettingError(
                f"the {name} set of {interactions.n_pairs} pairs would be empty; "
                "use more data or another share"
            )
    return Split(
        train=_keep(interactions, part == _TRAIN),
        validation=_keep(interactions, part == _VALIDATION) if with_validation else None,
        test=_keep(interactions, part == _TEST),
    )


def _keep(interactions: Interactions, wanted: np.ndarray) -> Interactions:
    """Return the pairs marked in `wanted`, one flag a stored pair, in the same shape."""
    matrix = interactions.user_items
    n_kept_before = np.concatenate([[0], np.cumsum(wanted)])
    kept = (matrix.data[wanted], matrix.indices[wanted], n_kept_before[matrix.indptr])
    return interactions.with_matrix(sp.csr_array(kept, shape=matrix.shape))
