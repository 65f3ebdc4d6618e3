import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.audioscrobbler import (
    POSSIBLE_PLAYS,
    Audioscrobbler,
    load_audioscrobbler,
    repair_table,
)
from helpers.errors import DataError, SettingError
from helpers.interactions import Interactions


def counted(data: Audioscrobbler) -> dict[str, int]:
    return {repair.found: repair.cases for repair in data.repairs}


def test_pairs_that_aliases_make_the_same_are_summed(dump_dir):
    data = load_audioscrobbler(dump_dir)
    assert data.plays.rows() == [(1, 10, 7), (2, 10, 1), (2, 20, 439_771), (3, 30, 4)]
    assert data.plays.schema == {
        "user_id": pl.Int32,
        "artist_id": pl.Int32,
        "plays": pl.Int64,
    }
    assert data.raw_rows == 5
    listening = data.interactions()
    assert listening.user_items.toarray().tolist() == [[7, 0, 0], [1, 439_771, 0], [0, 0, 4]]
    assert listening.item_names.tolist() == ["Björk", "Mötorhead € \x81", "Simon Garfunkel"]


def test_counts_are_capped_where_that_is_asked(dump_dir):
    data = load_audioscrobbler(dump_dir)
    capped = data.interactions(max_plays=5).user_items
    assert capped.toarray().tolist() == [[5, 0, 0], [1, 5, 0], [0, 0, 4]]
    assert data.interactions().user_items.max() == 439_771
    with pytest.raises(SettingError, match="max_plays is 0, expected a whole number from 1"):
        data.interactions(max_plays=0)


def test_impossible_counts_are_reported_with_who_and_what(dump_dir):
    data = load_audioscrobbler(dump_dir)
    pairs, users = data.repairs[-2:]
    assert pairs.examples == ("user 2: 439,771 plays of artist 20 'Mötorhead € \\x81'",)
    assert users.examples == ("user 2: 439,772 plays",)
    assert f"more than {POSSIBLE_PLAYS:,} plays" in str(pairs)


def test_play_counts_just_possible_are_no_oddity(dump_dir):
    (dump_dir / "user_artist_data.txt").write_bytes(b"1 10 328725\n2 10 328725\n2 20 1\n")
    found = counted(load_audioscrobbler(dump_dir))
    assert not any("pairs with more" in what for what in found)
    assert [n for what, n in found.items() if "users with more" in what] == [1]


def test_unknown_and_nameless_artists_are_counted(dump_dir):
    (dump_dir / "user_artist_data.txt").write_bytes(b"1 50 3\n2 50 4\n2 60 1\n2 70 1\n")
    (dump_dir / "artist_alias.txt").write_bytes(b"70\t80\n71\t10\n")
    data = load_audioscrobbler(dump_dir)
    found = counted(data)
    assert found["plays of [unknown]"] == 7
    assert found["played artists without a name"] == 2
    assert found["aliases to an artist without a name"] == 1
    assert data.interactions().item_names.tolist() == ["[unknown]", "60", "80"]
    assert [repair.done for repair in data.repairs if "rows of a" in repair.found] == [
        "counted for the right one, by 1 of 2 aliases"
    ]


def test_table_has_one_row_a_repair(dump_dir):
    data = load_audioscrobbler(dump_dir)
    table = repair_table(data.repairs)
    assert table.columns == ["file", "found", "cases", "done", "example"]
    assert len(table) == len(data.repairs)
    assert table["cases"].min() >= 1
    assert repair_table([]).schema == table.schema


def test_sums_beyond_32_bits_are_exact(dump_dir):
    (dump_dir / "user_artist_data.txt").write_bytes(b"1 10 2147483647\n1 11 2147483646\n")
    assert load_audioscrobbler(dump_dir).plays.rows() == [(1, 10, 4_294_967_293)]


@pytest.mark.parametrize("name", ["user_artist_data", "artist_data", "artist_alias"])
def test_each_file_that_is_empty_or_missing_is_named(dump_dir, name):
    file = dump_dir / f"{name}.txt"
    file.write_bytes(b"")
    with pytest.raises(DataError, match=rf"{name}\.txt is empty"):
        load_audioscrobbler(dump_dir)
    file.unlink()
    with pytest.raises(DataError, match=rf"lacks {name}\.txt"):
        load_audioscrobbler(dump_dir)


ROWS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 8), st.integers(1, 2**20)), min_size=1, max_size=30
)
LINKS = st.dictionaries(st.integers(1, 8), st.integers(9, 12), min_size=1)


@given(ROWS, LINKS)
def test_play_counts_are_what_a_plain_sum_over_right_artists_gives(tmp_path_factory, rows, links):
    folder = tmp_path_factory.mktemp("dump")
    lines = {"user_artist_data.txt": rows, "artist_data.txt": [(1, "x")]}
    for name, values in lines.items():
        separator = " " if values is rows else "\t"
        (folder / name).write_text("\n".join(separator.join(map(str, row)) for row in values))
    text = "\n".join(f"{bad}\t{good}" for bad, good in links.items())
    (folder / "artist_alias.txt").write_text(text)
    sums = {}
    for user, artist, plays in rows:
        pair = user, links.get(artist, artist)
        sums[pair] = sums.get(pair, 0) + plays
    data = load_audioscrobbler(folder)
    assert data.plays.rows() == [(*pair, sums[pair]) for pair in sorted(sums)]
    expected = Interactions.from_frame(data.plays, item="artist_id", weight="plays")
    matrix = data.interactions().user_items
    assert matrix.has_canonical_format
    assert matrix.dtype == np.float32
    assert (matrix != expected.user_items).nnz == 0
    assert data.users.external_ids.tolist() == expected.users.external_ids.tolist()
    assert data.items.external_ids.tolist() == expected.items.external_ids.tolist()


def test_real_user_1059637_has_674412_plays(real_dump_dir):
    plays = load_audioscrobbler(real_dump_dir).plays
    assert plays.filter(pl.col("user_id") == 1_059_637)["plays"].sum() == 674_412
