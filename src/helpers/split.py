"""Divide interactions into training, validation and test pairs."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.checks import number_between, proper_share, whole_number
from helpers.data.tables import is_utf8, read_utf8, shown
from helpers.errors import DataError, SettingError
from helpers.interactions import IdMap, Interactions

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
    Parameters and errors are those of `random_split`, the shares being those of each user.
    """
    _check_shares(test_share, validation_share)
    n_items_of_user = np.diff(interactions.user_items.indptr)
    can_go = np.maximum(n_items_of_user - 1, 0)
    n_test = np.minimum(_whole(test_share * n_items_of_user), can_go)
    n_validation = np.minimum(_whole(validation_share * n_items_of_user), can_go - n_test)
    user, place = random_places(interactions.user_items, seed)
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
    whole_number("k", k, 1)
    if k >= longest:
        raise SettingError(
            f"k is {k}, expected at most {longest - 1}: the longest list has {longest} items and "
            "one must stay in training"
        )
    user, place = random_places(interactions.user_items, seed)
    held_out = (place < k) & (n_items_of_user > k)[user]
    part = np.where(held_out, _TEST, _TRAIN)
    return _divide(interactions, part, with_validation=False)


def read_split_csv(train: Path, test: Path) -> Split:
    """Read a split that was made elsewhere.

    Both files have the columns `user_id`, `item_id` and `weight` (others are ignored).
    Identifiers are whole numbers if all of that column are in both files, else text. Users and
    items of either file are part of the matrix: an item that stands only in the test file
    counts among the test items of its users, although no model can know it.

    Raises
    ------
    DataError
        If a file is missing, empty or malformed, a weight is not a positive number, or a pair
        stands in both files; the message names file and line or the pair.
    """
    frames = _unify_ids(_read_pairs(Path(train)), _read_pairs(Path(test)))
    pair = ["user_id", "item_id"]
    shared = frames[0].join(frames[1], on=pair, how="semi").select(pair).unique()
    if len(shared):
        user, item = shared.row(0)
        raise DataError(
            f"{len(shared)} pairs stand in both {train} and {test}, among them user {user!r} with "
            f"item {item!r}; keep each pair in one of the files"
        )
    both = pl.concat(frames)
    users, items = IdMap.from_values(both["user_id"]), IdMap.from_values(both["item_id"])
    parts = [Interactions.from_frame(frame, users=users, items=items) for frame in frames]
    return Split(train=parts[0], validation=None, test=parts[1])


def _read_pairs(file: Path) -> pl.DataFrame:
    """Return the columns user_id and item_id (text) and weight (float32) of a CSV file."""
    content = read_utf8(file).rstrip()
    if not is_utf8(content):
        raise DataError(f"{file} is not text in UTF-8; save it as CSV in UTF-8")
    try:
        table = pl.read_csv(io.BytesIO(content), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{file} is not a table with commas between its columns ({reason}); mend that line"
        ) from error
    wanted = ["user_id", "item_id", "weight"]
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise DataError(
            f"{file} lacks the column {missing[0]!r}, its header is "
            f"{shown(','.join(table.columns))}, expected {','.join(wanted)}; put that line at the "
            "top"
        )
    if table.is_empty():
        raise DataError(f"{file} has a header and no rows; add at least one pair")
    weight = table["weight"].str.strip_chars().cast(pl.Float32, strict=False)
    # Null > 0 is null, so a missing weight or identifier counts as wrong through fill_null.
    is_right = (weight > 0) & weight.is_finite()
    for column in ("user_id", "item_id"):
        is_right &= table[column].str.strip_chars() != ""
    if not is_right.fill_null(False).all():
        row = int(is_right.fill_null(False).arg_min())
        raise DataError(
            f"{file}, line {row + 2}: got {dict(table.select(wanted).row(row, named=True))}, "
            "expected two identifiers and a positive number; drop or mend that line"
        )
    return table.select("user_id", "item_id", weight)


def _unify_ids(*frames: pl.DataFrame) -> list[pl.DataFrame]:
    """Make an identifier column whole numbers where nothing is lost by it in any frame."""
    for column in ("user_id", "item_id"):
        ids = pl.concat([frame[column] for frame in frames])
        # "007" must stay text: as a number it would come back as 7.
        if (ids.cast(pl.Int64, strict=False).cast(pl.String) == ids).fill_null(False).all():
            frames = tuple(frame.cast({column: pl.Int64}) for frame in frames)
    return list(frames)


def _check_shares(test_share: float, validation_share: float) -> None:
    proper_share("test_share", test_share, 0.2)
    number_between("validation_share", validation_share, 0)
    if validation_share >= 1 - test_share:
        raise SettingError(
            f"validation_share is {validation_share}, expected below {1 - test_share:.6g} with "
            f"test_share {test_share}, so that pairs remain for training"
        )


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(whole_number("split seed", seed, 0))


def _whole(share: float | np.ndarray) -> int | np.ndarray:
    """Round to whole pairs, halves up (NumPy rounds them to even)."""
    rounded = np.floor(share + 0.5)
    return rounded.astype(np.int64) if isinstance(rounded, np.ndarray) else int(rounded)


def random_places(user_items: sp.csr_array, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the user row of each stored pair and its place in a shuffle of that user's pairs.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
    seed : int
        Fixes the shuffle.

    Returns
    -------
    user, place : ndarray of int, shape (n_pairs,)
        In the order in which the pairs are stored; places of a user begin at 0.
    """
    indptr = user_items.indptr
    user = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
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
    # implicit accepts 32-bit indices only, and sums are 64-bit.
    indptr = n_kept_before[matrix.indptr].astype(matrix.indptr.dtype)
    kept = sp.csr_array((matrix.data[wanted], matrix.indices[wanted], indptr), shape=matrix.shape)
    return interactions.with_matrix(kept)
