import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import DataError, SettingError
from helpers.interactions import Interactions
from helpers.split import leave_k_out, per_user_split, random_split, read_split_csv

PAIRS = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=8, max_size=60)
SEEDS = st.integers(0, 2**32)


def interactions_of(pairs) -> Interactions:
    frame = pl.DataFrame(sorted(pairs), schema=["user_id", "item_id"], orient="row")
    return Interactions.from_frame(frame.with_columns(weight=pl.int_range(1, len(frame) + 1)))


def random_interactions(n_users=200, n_items=300, density=0.1) -> Interactions:
    rows, columns = np.nonzero(np.random.default_rng(0).random((n_users, n_items)) < density)
    return interactions_of(zip(rows.tolist(), columns.tolist(), strict=True))


def dense(part: Interactions) -> np.ndarray:
    return part.user_items.toarray()


def counts_per_user(part: Interactions) -> np.ndarray:
    return np.diff(part.user_items.indptr)


def assert_is_partition(split, interactions):
    parts = [p for p in (split.train, split.validation, split.test) if p is not None]
    assert sum(p.n_pairs for p in parts) == interactions.n_pairs
    np.testing.assert_array_equal(sum(dense(p) for p in parts), dense(interactions))
    for part in parts:
        assert part.users is interactions.users
        assert part.items is interactions.items
        assert part.user_items.has_canonical_format


@given(PAIRS, SEEDS, st.sampled_from([random_split, per_user_split]))
def test_parts_are_disjoint_and_together_everything(pairs, seed, split_by):
    # User 7 has enough items for every part to be filled.
    interactions = interactions_of([*pairs, *((7, item) for item in range(10))])
    split = split_by(interactions, test_share=0.3, validation_share=0.3, seed=seed)
    assert_is_partition(split, interactions)


@given(PAIRS, SEEDS, st.integers(1, 4))
def test_leave_k_out_holds_out_k_of_every_user_with_more_than_k(pairs, seed, k):
    interactions = interactions_of(pairs)
    had = counts_per_user(interactions)
    if had.max() <= k:
        with pytest.raises(SettingError, match="one must stay in training"):
            leave_k_out(interactions, k, seed)
        return
    split = leave_k_out(interactions, k, seed)
    assert_is_partition(split, interactions)
    assert split.validation is None
    np.testing.assert_array_equal(counts_per_user(split.test), np.where(had > k, k, 0))


@given(PAIRS, SEEDS)
def test_per_user_split_leaves_every_user_something_to_learn_from(pairs, seed):
    # User 7 has enough items for every part to be filled.
    interactions = interactions_of([*pairs, *((7, item) for item in range(10))])
    split = per_user_split(interactions, test_share=0.5, validation_share=0.45, seed=seed)
    assert (counts_per_user(split.train) >= 1).all()


def test_per_user_split_keeps_the_only_item_of_a_user_in_training():
    interactions = interactions_of([(0, 0), *((1, item) for item in range(10))])
    split = per_user_split(interactions, test_share=0.9)
    assert counts_per_user(split.train).tolist() == [1, 1]
    assert counts_per_user(split.test).tolist() == [0, 9]


def test_per_user_split_takes_the_share_of_each_user():
    interactions = interactions_of((user, item) for user in range(5) for item in range(20))
    split = per_user_split(interactions, test_share=0.2, validation_share=0.1)
    assert counts_per_user(split.test).tolist() == [4] * 5
    assert counts_per_user(split.validation).tolist() == [2] * 5


def test_random_split_takes_the_share_of_all_pairs():
    interactions = random_interactions()
    split = random_split(interactions, test_share=0.2, validation_share=0.1)
    assert split.test.n_pairs == round(0.2 * interactions.n_pairs)
    assert split.validation.n_pairs == round(0.1 * interactions.n_pairs)


@pytest.mark.parametrize("split_by", [random_split, per_user_split])
def test_test_set_of_a_seed_does_not_depend_on_the_validation_share(split_by):
    interactions = random_interactions()
    with_validation = split_by(interactions, validation_share=0.3, seed=3)
    without = split_by(interactions, seed=3)
    assert without.validation is None
    np.testing.assert_array_equal(dense(with_validation.test), dense(without.test))


@pytest.mark.parametrize("split_by", [random_split, per_user_split, leave_k_out])
def test_seed_alone_decides_the_split(split_by):
    interactions = random_interactions()
    first, again, other = (split_by(interactions, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(dense(first.test), dense(again.test))
    assert (dense(first.test) != dense(other.test)).any()


def test_every_pair_of_a_user_is_equally_likely_to_be_left_out():
    interactions = interactions_of((0, item) for item in range(5))
    held_out = sum(dense(leave_k_out(interactions, seed=seed).test) > 0 for seed in range(1000))
    # 1,000 draws of one in five: 200 expected, standard deviation 13.
    assert (abs(held_out - 200) < 60).all()


def test_parts_keep_32_bit_indices():
    test = random_split(random_interactions()).test.user_items
    assert test.indices.dtype == test.indptr.dtype == np.int32


@pytest.mark.parametrize(
    ("shares", "named"),
    [
        ((0, 0), "test_share is 0"),
        ((1, 0), "test_share is 1"),
        ((-0.1, 0), "test_share is -0.1"),
        ((float("nan"), 0), "test_share is nan"),
        ((0.5, 0.5), "validation_share is 0.5"),
        ((0.2, -0.1), "validation_share is -0.1"),
        (("0.2", 0), "test_share is '0.2', expected a number"),
        ((0.2, None), "validation_share is None, expected a number"),
    ],
)
@pytest.mark.parametrize("split_by", [random_split, per_user_split])
def test_shares_out_of_range_are_refused(split_by, shares, named):
    with pytest.raises(SettingError, match=named):
        split_by(random_interactions(20, 20), *shares)


@pytest.mark.parametrize("seed", [-1, 1.5, None])
@pytest.mark.parametrize("split_by", [random_split, per_user_split, leave_k_out])
def test_seed_that_is_not_a_whole_number_from_0_is_refused(split_by, seed):
    with pytest.raises(SettingError, match=f"split seed is {seed}, expected a whole number from 0"):
        split_by(random_interactions(20, 20, 0.5), seed=seed)


@pytest.mark.parametrize(
    ("k", "expected"),
    [(0, "from 1 upwards"), (-1, "from 1 upwards"), (1.5, "a whole number"), (5, "at most 4")],
)
def test_leave_k_out_refuses_k_out_of_range(k, expected):
    with pytest.raises(SettingError, match=f"k is {k}, expected .*{expected}"):
        leave_k_out(interactions_of((0, item) for item in range(5)), k)


@pytest.mark.parametrize("split_by", [random_split, per_user_split])
def test_share_that_leaves_a_part_empty_is_refused(split_by):
    with pytest.raises(SettingError, match="the test set of 2 pairs would be empty"):
        split_by(interactions_of([(0, 0), (0, 1)]), test_share=0.1)


def write_csvs(folder, train: str, test: str):
    files = folder / "train.csv", folder / "test.csv"
    for file, body in zip(files, (train, test), strict=True):
        file.write_text("user_id,item_id,weight\n" + body)
    return files


def test_split_from_files_shares_identifiers(tmp_path):
    split = read_split_csv(*write_csvs(tmp_path, "10,1,3\n2,1,1.5\n", "10,7,1\n"))
    assert split.train.users is split.test.users
    assert split.train.users.external_ids.tolist() == [2, 10]
    assert split.train.items.external_ids.tolist() == [1, 7]
    assert dense(split.train).tolist() == [[1.5, 0], [3, 0]]
    assert dense(split.test).tolist() == [[0, 0], [0, 1]]


def test_split_from_files_takes_windows_line_ends_byte_order_mark_and_more_columns(tmp_path):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_bytes(b"\xef\xbb\xbfweight,user_id,item_id,when\r\n2,a,x,now\r\n\r\n")
    test.write_bytes(b"user_id,item_id,weight\r\na,y,1\r\n")
    split = read_split_csv(train, test)
    assert split.train.items.external_ids.tolist() == ["x", "y"]
    assert dense(split.train).tolist() == [[2, 0]]


@pytest.mark.parametrize("user", ["007", "ann", "+1"])
def test_identifiers_that_are_not_plain_numbers_stay_text(tmp_path, user):
    split = read_split_csv(*write_csvs(tmp_path, f"{user},1,3\n", "5,7,1\n"))
    assert set(split.train.users.external_ids) == {user, "5"}
    assert split.train.items.external_ids.tolist() == [1, 7]


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("1,2,many\n", r"train.csv, line 2: got .*'many'"),
        ("1,2,1\n1,3,0\n", r"line 3: got .*'0'"),
        ("1,2,-1\n", "expected two identifiers and a positive number"),
        ("1,2,nan\n", "a positive number"),
        ("1,2,inf\n", "a positive number"),
        ("1,2,1e-60\n", "a positive number"),
        ("1,2\n", "line 2"),
        ("1,,3\n", "line 2"),
        ('"",1,3\n', "line 2"),
        (" ,1,3\n", "line 2"),
        ("1,2,3\n\n1,3,3\n", "line 3"),
        ("1,2,3e38\n1,2,3e38\n", "user 1 and item 2 add up to more"),
        ("1,2,3,4\n", "not a table"),
        ("", "no rows"),
        ("1,2,3\n9,9,1\n", "1 pairs stand in both .* user 9 with item 9"),
    ],
)
def test_malformed_split_files_are_refused_with_file_and_line(tmp_path, train, message):
    with pytest.raises(DataError, match=message):
        read_split_csv(*write_csvs(tmp_path, train, "9,9,1\n"))


def test_split_file_without_header_is_refused(tmp_path):
    train, test = write_csvs(tmp_path, "1,2,3\n", "1,3,1\n")
    train.write_text("1,2,3\n1,3,1\n")
    with pytest.raises(DataError, match="lacks the column 'user_id', its header is '1,2,3'"):
        read_split_csv(train, test)


def test_split_file_with_old_mac_line_ends_is_refused_in_a_short_sentence(tmp_path):
    train, test = write_csvs(tmp_path, "1,2,3\n" * 1000, "1,3,1\n")
    train.write_bytes(train.read_bytes().replace(b"\n", b"\r"))
    with pytest.raises(DataError, match="lacks the column") as caught:
        read_split_csv(train, test)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfe\x00user", b"user_id,item_id,weight\nJos\xe9,1,1\n"]
)
def test_missing_empty_and_binary_split_files_are_refused(tmp_path, content):
    train, test = write_csvs(tmp_path, "1,2,3\n", "1,3,1\n")
    train.unlink() if content is None else train.write_bytes(content)
    with pytest.raises(DataError, match=r"train\.csv"):
        read_split_csv(train, test)
