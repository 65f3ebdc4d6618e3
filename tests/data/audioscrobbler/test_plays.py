import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.audioscrobbler.plays import PROBLEMS, find_malformed, read_plays
from helpers.errors import DataError


@pytest.fixture
def plays(tmp_path):
    file = tmp_path / "user_artist_data.txt"

    def write(content: bytes):
        file.write_bytes(content)
        return file

    return write


GOOD = [(1, 2, 3), (4, 5, 2_147_483_647)]


@pytest.mark.parametrize(
    "content",
    [
        b"1 2 3\n4 5 2147483647\n",
        b"1 2 3\r\n4 5 2147483647\r\n",
        b"1 2 3\n4 5 2147483647",
        b"1 2 3\n4 5 2147483647\n\n\n",
        b"1 2 3\r\n4 5 2147483647\r\n\r\n",
        b"\xef\xbb\xbf1 2 3\n4 5 2147483647\n",
    ],
)
def test_rows_are_read_whatever_the_line_ends_and_the_end_of_the_file(plays, content):
    rows = read_plays(plays(content))
    assert rows.rows() == GOOD
    assert set(rows.dtypes) == {pl.Int32}
    assert find_malformed(plays(content)).is_empty()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"1 2", "fields"),
        (b"1 2 3 4", "fields"),
        (b"1 2 3 ", "fields"),
        (b" 1 2 3", "fields"),
        (b"1  2 3", "fields"),
        (b"1\t2\t3", "fields"),
        (b"", "fields"),
        (b"1 2 x", "number"),
        (b"1 2 3x", "number"),
        (b"1 2 \xff", "number"),
        (b"1 2 3.0", "number"),
        (b"1 2 1e3", "number"),
        (b'1 "2" 3', "number"),
        (b"# a b", "number"),
        (b"1 2 ", "number"),
        (b"1 2 \x1b[2J", "number"),
        (b"1 2 2147483648", "large"),
        (b"1 2 99999999999999999999999999", "large"),
        (b"2147483648 2 3", "large"),
        (b"1 2 0", "positive"),
        (b"1 2 -5", "positive"),
        (b"-1 2 5", "positive"),
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_malformed_line_is_named_with_its_number(plays, line, kind, place):
    lines = [b"1 2 3", b"4 5 6"]
    lines.insert(place, line)
    file = plays(b"\r\n".join(lines))
    with pytest.raises(DataError, match=rf"user_artist_data\.txt, line {place + 1} is '") as error:
        read_plays(file)
    assert "\x1b" not in str(error.value)
    assert "\n" not in str(error.value)
    assert find_malformed(file).select("line", "kind").rows() == [(place + 1, kind)]


def test_every_malformed_line_is_found(plays):
    file = plays(b"1 2\n1 2 3\na b c\n1 2 0\n1 2 3000000000\n9 9 9\n")
    assert find_malformed(file)["kind"].to_list() == [
        "fields",
        "number",
        "positive",
        "large",
    ]
    assert set(find_malformed(file)["kind"]) == set(PROBLEMS)


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\r\n", b"  \n"])
def test_empty_file_is_one_sentence(plays, content):
    with pytest.raises(DataError, match="is empty, expected a row a line"):
        read_plays(plays(content))


def test_file_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"gone\.txt cannot be read \(No such file"):
        read_plays(tmp_path / "gone.txt")


FIELDS = st.one_of(
    st.integers(-2, 2**33).map(str), st.sampled_from(["", "x", "1.5", "-", "+", "1\t", "é"])
)
LINES = st.lists(st.lists(FIELDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6)


@given(LINES)
def test_fast_and_slow_reading_agree_with_a_plain_loop(tmp_path_factory, lines):
    file = tmp_path_factory.mktemp("plays") / "plays.txt"
    file.write_text("\n".join([*lines, "1 1 1"]), encoding="utf-8")
    rows = [line.split(" ") for line in [*lines, "1 1 1"]]
    is_good = [
        len(row) == 3
        and all(re.fullmatch(r"[+-]?[0-9]+", value) for value in row)
        and all(int(value) < 2**31 for value in row)
        and min(int(row[0]), int(row[1]), int(row[2]) - 1) >= 0
        for row in rows
    ]
    assert find_malformed(file)["line"].to_list() == [
        number for number, good in enumerate(is_good, start=1) if not good
    ]
    if all(is_good):
        assert read_plays(file).rows() == [tuple(map(int, row)) for row in rows]
    else:
        with pytest.raises(DataError, match=f"line {is_good.index(False) + 1} is"):
            read_plays(file)
