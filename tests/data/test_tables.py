import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.tables import Column, Table, find_defects, read_table
from helpers.errors import DataError

PLAYS = Table(
    "plays.dat",
    (Column("userID", "user"), Column("name", "name", pl.String), Column("n", "n", positive=True)),
    key=("user",),
)
HEADER = b"userID\tname\tn\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


def read(folder, content: bytes) -> list[tuple]:
    (folder / PLAYS.file).write_bytes(content)
    return read_table(folder, PLAYS).rows()


def test_blank_lines_at_the_end_and_a_byte_order_mark_are_ignored(folder):
    assert read(folder, b"\xef\xbb\xbf" + HEADER + b"1\tann\t2\r\n\r\n\n") == [(1, "ann", 2)]


def test_spaces_around_numbers_are_dropped_and_in_text_kept(folder):
    assert read(folder, HEADER + b" 1\t ann \t2  \n2\t\t3") == [(1, " ann ", 2), (2, "", 3)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"1\tann\t2\n", "line 1: the header is .*expected 'userID"),
        (b"userID\tn\n1\t2\n", "line 1: the header is"),
        (HEADER, "has a header and no rows"),
        (HEADER + b"1\tann\t2\n2\tbob\n", "line 3: 2 columns in .*expected 3"),
        (HEADER + b"1\tann\t2\t9\n2\tbob\n", "line 2: 4 columns in .*expected 3"),
        (HEADER + b"1\tann\t2\n\n3\tbob\t1\n", "line 3: 1 columns in ''"),
        (HEADER + b"1\tann\tmany\n", "line 2: n is 'many', expected a whole number"),
        (HEADER + b"1\tann\t2.5\n", "line 2: n is '2.5', expected a whole number"),
        (HEADER + b"1\tann\t\n", "line 2: n is '', expected a whole number"),
        (HEADER + b"1 2\tann\t3\n", "line 2: userID is '1 2', expected a whole number"),
        (HEADER + b"1\tann\t0\n", "line 2: n is 0, expected 1 or more"),
        (HEADER + b"1\tann\t1\n2\tbob\t-4\n", "line 3: n is -4, expected 1 or more"),
        (HEADER + b"1\tann\t1\n2\tb\t1\n1\tc\t1\n", "line 4: userID 1 stands on line 2 already"),
        (HEADER + b"1\tann\t1\n 1\tb\t1\n", "line 3: userID  1 stands on line 2 already"),
        (HEADER + b"1\tann\t1\n2\t\xff\t1\n", "line 3: .* is not UTF-8"),
        (HEADER + b"99999999999999999999\tann\t1\n", "line 2: userID is '9+', expected"),
        (HEADER + b"\xef\xbb\xbf1\tann\t1\n", "line 2: userID is '.+1', expected a whole"),
        (HEADER + b"1\r\tann\t1\n", "line 2: a carriage return stands inside"),
        (HEADER + b"1\tann\t1\n2\tb\rob\t1\r\n", "line 3: a carriage return stands inside"),
        (b"PK\x03\x04\x00\xff\xfe", "line 1: the header is"),
    ],
)
def test_malformed_file_is_refused_with_its_line(folder, content, message):
    with pytest.raises(DataError, match=rf"plays\.dat.*{message}"):
        read(folder, content)


def test_unreadable_file_is_one_sentence(folder, tmp_path):
    (tmp_path / PLAYS.file).mkdir()
    with pytest.raises(DataError, match=r"cannot be read \(Is a directory\)"):
        read_table(tmp_path, PLAYS)


CELLS = st.text(st.sampled_from("0123456789 -+.ex\"'\r"), max_size=4)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4))
def test_a_file_loads_exactly_if_no_defect_is_found(folder, rows):
    lines = ["\t".join(row) for row in rows]
    content = HEADER + "\n".join(lines).encode()
    try:
        read(folder, content)
        loads = True
    except DataError:
        loads = False
    assert loads == (not list(find_defects(folder / PLAYS.file, PLAYS)))


@given(
    st.dictionaries(
        st.integers(-(10**12), 10**12),
        st.tuples(
            st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"])),
            st.integers(1, 10**9),
        ),
        min_size=1,
    )
)
def test_what_is_written_is_read(folder, rows):
    expected = [(user, name, n) for user, (name, n) in rows.items()]
    content = HEADER + "".join(f"{u}\t{name}\t{n}\r\n" for u, name, n in expected).encode()
    assert read(folder, content) == expected


PAIRS = Table("pairs.dat", (Column("a", "a"), Column("b", "b")), key=("a", "b"))


def read_pairs(folder, body: bytes) -> list[tuple]:
    (folder / PAIRS.file).write_bytes(b"a\tb\n" + body)
    return read_table(folder, PAIRS).rows()


def test_numbers_alone_may_have_spaces_around_them_but_not_inside(folder):
    assert read_pairs(folder, b" 1 \t  2\r\n3\t4 \n5\t6  ") == [(1, 2), (3, 4), (5, 6)]
    with pytest.raises(DataError, match="line 3: b is '2 3', expected a whole number"):
        read_pairs(folder, b"1\t 1\n1\t2 3\n")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9))
def test_repeated_keys_are_found_in_any_order_of_rows(folder, rows):
    body = "".join(f"{a}\t{b}\n" for a, b in rows).encode()
    if len(set(rows)) == len(rows):
        assert read_pairs(folder, body) == rows
    else:
        with pytest.raises(DataError, match="already"):
            read_pairs(folder, body)
