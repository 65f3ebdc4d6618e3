import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import as_interactions

from helpers.errors import DataError, UnknownIdError
from helpers.interactions import IdMap, Interactions, sum_pairs

INTEGER_IDS = st.lists(st.integers(-(2**62), 2**62), unique=True, min_size=1)
TEXT_IDS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True, min_size=1)


@given(st.one_of(INTEGER_IDS, TEXT_IDS), st.data())
def test_identifiers_survive_the_round_trip(ids, data):
    id_map = IdMap(ids)
    asked = data.draw(st.lists(st.sampled_from(ids)))
    rows = id_map.to_internal(asked)
    assert rows.dtype == np.int32
    assert rows.tolist() == [ids.index(one) for one in asked]
    assert id_map.to_external(rows).tolist() == asked
    assert all(one in id_map for one in ids)


@given(INTEGER_IDS, INTEGER_IDS)
def test_unknown_identifiers_are_minus_one_when_lenient_and_an_error_when_strict(known, asked):
    id_map = IdMap(known)
    rows = id_map.to_internal(asked, strict=False)
    assert [row >= 0 for row in rows] == [one in known for one in asked]
    if set(asked) <= set(known):
        assert id_map.to_internal(asked).tolist() == rows.tolist()
    else:
        first = next(one for one in asked if one not in known)
        with pytest.raises(UnknownIdError, match=f"unknown identifier {first} "):
            id_map.to_internal(asked)


LIMITS = {
    pl.Int8: (-(2**7), 2**7 - 1),
    pl.UInt8: (0, 2**8 - 1),
    pl.Int32: (-(2**31), 2**31 - 1),
    pl.UInt32: (0, 2**32 - 1),
    pl.Int64: (-(2**63), 2**63 - 1),
    pl.UInt64: (0, 2**64 - 1),
}


@pytest.mark.parametrize("dtype", LIMITS)
@given(st.sampled_from(["least", "middle", "most"]), st.sets(st.integers(0, 20), min_size=1))
def test_numbers_at_the_limits_of_their_type_are_found_and_no_others(dtype, place, offsets):
    least, most = LIMITS[dtype]
    start = {"least": least, "middle": (least + most) // 2, "most": most - 20}[place]
    known = pl.Series([start + offset for offset in offsets], dtype=dtype)
    around = [start + offset for offset in range(-3, 24)]
    asked = [one for one in (*around, least, 0, most) if least <= one <= most]
    id_map = IdMap(known)
    rows = id_map.to_internal(pl.Series(asked, dtype=dtype), strict=False)
    row_of = {one: row for row, one in enumerate(known)}
    assert rows.tolist() == [row_of.get(one, -1) for one in asked]
    assert rows.dtype == np.int32
    repeated = pl.concat([known, known])
    distinct = IdMap.from_values(repeated).external_ids
    assert distinct.tolist() == sorted(known)
    assert distinct.dtype == known.to_numpy().dtype


def test_identifier_missing_among_those_asked_for_is_unknown():
    asked = pl.Series([1, None, 2], dtype=pl.Int64)
    assert IdMap([1, 2, 3]).to_internal(asked, strict=False).tolist() == [0, -1, 1]


@given(st.lists(st.integers(), min_size=1).map(lambda ids: [i % 1000 for i in ids]))
def test_map_of_values_is_sorted_and_distinct(values):
    assert IdMap.from_values(values).external_ids.tolist() == sorted(set(values))


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, 2, 1], "identifier 1 stands twice"),
        (["a", "a"], "identifier 'a' stands twice"),
        ([1, None], "is missing"),
        ([1, "a"], "mixed with others of another type"),
    ],
)
def test_identifiers_that_cannot_be_rows_are_refused(ids, message):
    with pytest.raises(DataError, match=message):
        IdMap(ids)


def test_identifiers_of_another_type_are_refused_and_not_contained():
    assert "1" not in IdMap([1])
    assert 1 not in IdMap(["1"])
    assert None not in IdMap([1])
    for strict in (True, False):
        with pytest.raises(UnknownIdError, match="identifiers like '1' are of another type"):
            IdMap([1]).to_internal(["1"], strict=strict)


def test_identifiers_too_large_for_the_map_are_unknown():
    assert 2**70 not in IdMap([1])
    narrow = IdMap(pl.Series([1], dtype=pl.Int32))
    assert narrow.to_internal([2**40, 1], strict=False).tolist() == [-1, 0]
    with pytest.raises(UnknownIdError, match=str(2**70)):
        IdMap([1]).to_internal([2**70])


def test_empty_map_knows_nothing():
    nobody = IdMap([])
    assert len(nobody) == 0
    assert nobody.to_internal([]).tolist() == []
    assert nobody.to_internal([5], strict=False).tolist() == [-1]
    assert 5 not in nobody


def test_rows_out_of_range_or_not_whole_are_refused():
    id_map = IdMap(["a", "b"])
    assert id_map.to_external([]).tolist() == []
    for rows in ([2], [-1]):
        with pytest.raises(UnknownIdError, match="expected 0 to 1; drop padding"):
            id_map.to_external(rows)
    with pytest.raises(UnknownIdError, match="rows are float64"):
        id_map.to_external([0.5])


PAIRS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("abcdef"), st.integers(1, 1000)), min_size=1
)


def frame_of(pairs) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=["user_id", "item_id", "weight"], orient="row")


@given(PAIRS)
def test_every_cell_is_the_sum_of_its_pairs(pairs):
    interactions = Interactions.from_frame(frame_of(pairs))
    sums = {}
    for user, item, weight in pairs:
        sums[user, item] = sums.get((user, item), 0) + weight
    stored = interactions.user_items.tocoo()
    users = interactions.users.to_external(stored.coords[0])
    items = interactions.items.to_external(stored.coords[1])
    assert dict(zip(zip(users, items, strict=True), stored.data, strict=True)) == sums
    assert interactions.n_pairs == len(sums)
    assert interactions.user_items.has_canonical_format


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(1, 2**40))))
def test_sums_are_canonical_and_keep_the_type_of_the_values(cells):
    rows, cols, values = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    matrix = sum_pairs(values, rows.astype(np.int32), cols.astype(np.int32), (5, 7))
    expected = np.zeros((5, 7), dtype=np.int64)
    np.add.at(expected, (rows, cols), values)
    assert matrix.dtype == np.int64
    assert matrix.toarray().tolist() == expected.tolist()
    again = sp.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
    assert again.has_canonical_format
    assert matrix.nnz == len({(row, col) for row, col, _ in cells})


@given(PAIRS, st.randoms())
def test_order_of_the_pairs_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    one, other = (
        Interactions.from_frame(frame_of(pairs)),
        Interactions.from_frame(frame_of(shuffled)),
    )
    assert one.users.external_ids.tolist() == other.users.external_ids.tolist()
    assert (one.user_items != other.user_items).nnz == 0


@given(PAIRS)
def test_popularity_of_an_item_is_its_number_of_users(pairs):
    interactions = Interactions.from_frame(frame_of(pairs))
    fans = {item: len({user for user, i, _ in pairs if i == item}) for _, item, _ in pairs}
    names = interactions.items.external_ids
    assert dict(zip(names, interactions.item_popularity(), strict=True)) == fans
    cells = interactions.n_users * interactions.n_items
    assert interactions.density == pytest.approx(sum(fans.values()) / cells)


FRAME = frame_of([(2, "b", 1), (1, "a", 2), (2, "b", 3)])


def test_maps_that_are_given_are_kept_with_their_empty_rows():
    users, items = IdMap([7, 2, 1]), IdMap(["b", "z", "a"])
    interactions = Interactions.from_frame(FRAME, users=users, items=items)
    assert interactions.user_items.toarray().tolist() == [[0, 0, 0], [4, 0, 0], [0, 0, 2]]
    with pytest.raises(UnknownIdError, match="unknown identifier 2"):
        Interactions.from_frame(FRAME, users=IdMap([1]))


def test_item_without_a_name_is_shown_by_its_identifier():
    names = pl.DataFrame({"item_id": ["a", "b", "c"], "name": ["Abba", None, "Cher"]})
    assert Interactions.from_frame(FRAME, names=names).item_names.tolist() == ["Abba", "b"]
    assert Interactions.from_frame(FRAME).item_names.tolist() == ["a", "b"]
    with pytest.raises(DataError, match="column 'name' of the names is missing"):
        Interactions.from_frame(FRAME, names=names.drop("name"))


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), 1e39, 1e-50, None])
def test_weight_that_is_no_positive_number_is_refused_with_its_row(weight):
    pairs = pl.DataFrame({"user_id": [1, 1], "item_id": ["a", "b"], "weight": [1.0, weight]})
    with pytest.raises(DataError, match="row 2 of the pairs has weight"):
        Interactions.from_frame(pairs)


def test_missing_column_text_weights_and_missing_users_are_refused():
    with pytest.raises(DataError, match="column 'weight' is missing"):
        Interactions.from_frame(FRAME.drop("weight"))
    with pytest.raises(DataError, match="holds String, expected numbers"):
        Interactions.from_frame(FRAME.with_columns(weight=pl.lit("many")))
    with pytest.raises(DataError, match="an identifier is missing"):
        Interactions.from_frame(FRAME.with_columns(user_id=pl.Series([1, None, 2])))


def test_matrix_that_does_not_fit_its_identifiers_is_refused():
    interactions = Interactions.from_frame(FRAME)
    with pytest.raises(DataError, match=r"matrix of shape \(3, 2\).*expected \(2, 2\)"):
        interactions.with_matrix(sp.csr_array((3, 2)))
    with pytest.raises(DataError, match=r"matrix of shape \(5, 2\).*expected \(2, 3\)"):
        as_interactions([[1, 1, 0], [0, 1, 1]]).with_matrix(sp.csr_array((5, 2)))
    with pytest.raises(DataError, match="with 1 names"):
        Interactions(interactions.user_items, interactions.users, interactions.items, ["a"])


def test_another_matrix_is_copied_and_loses_its_zeros():
    interactions = Interactions.from_frame(FRAME)
    given_matrix = interactions.user_items.copy()
    given_matrix.data[0] = 0
    other = interactions.with_matrix(given_matrix)
    assert (other.n_pairs, given_matrix.nnz) == (1, 2)
    other.user_items.data[:] = 9
    assert given_matrix.data.tolist() == [0, 4]
    assert interactions.user_items.data.tolist() == [2, 4]


def test_a_pair_that_goes_takes_its_tags_along_and_no_other():
    # User 0 tagged both artists that they play, and one that they do not; so did user 1.
    tagged = [(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 2, 0), (1, 0, 1), (1, 1, 0)]
    interactions = as_interactions([[3, 4, 0], [0, 2, 5]], tagged, friends=[(0, 1)])
    kept = interactions.with_matrix(sp.csr_array([[3.0, 0, 0], [0, 2, 5]]))
    assert kept.side.tagged.tolist() == [[0, 0, 0], [0, 2, 0], [1, 0, 1], [1, 1, 0]]
    assert (kept.side.friends != interactions.side.friends).nnz == 0
    assert len(interactions.side.tagged) == 6


def test_a_pair_that_changes_or_comes_leaves_the_tags_alone():
    interactions = as_interactions([[3, 4, 0], [0, 2, 5]], [(0, 1, 0), (1, 1, 0), (1, 0, 0)])
    other = interactions.with_matrix(sp.csr_array([[1.0, 9, 7], [1, 1, 1]]))
    np.testing.assert_array_equal(other.side.tagged, interactions.side.tagged)


def test_a_stored_zero_is_a_pair_that_goes():
    interactions = as_interactions([[3, 4]], [(0, 1, 0)])
    zero = interactions.user_items.copy()
    zero.data[1] = 0
    assert len(interactions.with_matrix(zero).side.tagged) == 0


def test_a_pair_that_went_and_came_back_stays_without_tags():
    interactions = as_interactions([[3, 4]], [(0, 1, 0)])
    without = interactions.with_matrix(sp.csr_array([[3.0, 0]]))
    assert len(without.with_matrix(interactions.user_items).side.tagged) == 0


def test_item_is_found_by_name_in_any_case_and_the_popular_one_is_meant():
    pairs = frame_of([(1, "a", 1), (1, "b", 1), (2, "b", 1), (2, "c", 1)])
    names = pl.DataFrame({"item_id": ["a", "b", "c"], "name": ["НАСТЯ", "Настя", "A$AP"]})
    interactions = Interactions.from_frame(pairs, names=names)
    assert interactions.find_item("настя") == 1
    assert interactions.find_item("a$ap") == 2


def test_unknown_name_is_refused_with_the_nearest_names():
    names = pl.DataFrame({"item_id": ["a", "b"], "name": ["Radiohead", "Muse"]})
    interactions = Interactions.from_frame(FRAME, names=names)
    with pytest.raises(UnknownIdError, match=r"'Radiohed'; nearest names: Radiohead$"):
        interactions.find_item("Radiohed")
    with pytest.raises(UnknownIdError, match="nearest names: none is near"):
        interactions.find_item("xyz")
