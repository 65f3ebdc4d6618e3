"""Spark reads and repairs the dump as the loader of this project does, wherever it lies."""

import polars as pl
import pytest

from helpers.data.audioscrobbler import load_audioscrobbler
from helpers.data.audioscrobbler.aliases import read_aliases as aliases_of
from helpers.errors import DataError

pytest.importorskip("pyspark")

from helpers.spark.reading import load_plays, read_aliases, read_artists, read_plays
from helpers.spark.repairs import resolve_aliases

PLAYS = "1 10 5\n1 11 2\n2 12 439771\n2 10 1\n3 30 7\n3 31 1\n1 10 4\n+3 40 1\n"
ARTISTS = (
    b"10\tBj\xc3\xb6rk\n 12 \tThe\tTabs \n20\t Caf\xe9 \x93Tacuba\x94\n30\tA\n30\tB\n\nno tab\n"
    b"x1\tletters\n2147483648\ttoo large\n40\t\n41\t \n-5\tminus\n"
)
# A chain of four, a circle that another leads into, one to itself, contradictions, and rubbish.
ALIASES = (
    "11\t12\n12\t13\n13\t14\n14\t10\n30\t31\n31\t32\n32\t30\n33\t31\n20\t20\n40\t41\n40\t42\n"
    "\t50\n51\t\nx\t1\n52\t53\t54\n55\t2147483648\n\n 56 \t57\n40\t42\n60 61\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a dump")
    (folder / "user_artist_data.txt").write_bytes(PLAYS.replace("\n", "\r\n").encode() + b"\r\n")
    (folder / "artist_data.txt").write_bytes(ARTISTS)
    (folder / "artist_alias.txt").write_text(ALIASES)
    return folder


@pytest.fixture(scope="module")
def parquet_folder(folder, tmp_path_factory, session):
    """The same in Parquet, as it stands in the files and before any repair."""
    parquet = tmp_path_factory.mktemp("parquet")
    plays = [[int(field) for field in line.split()] for line in PLAYS.splitlines()]
    pl.DataFrame(plays, schema=["user_id", "artist_id", "plays"], orient="row").write_parquet(
        parquet / "user_artist_data.parquet"
    )
    names = pl.DataFrame({"artist_id": [10, 12], "name": ["Björk", "The\tTabs "]})
    names.write_parquet(parquet / "artist_data.parquet")
    aliases = aliases_of(folder / "artist_alias.txt").frame
    aliases.write_parquet(parquet / "artist_alias.parquet")
    return parquet


def collected(frame) -> pl.DataFrame:
    rows = pl.from_arrow(frame.toArrow())
    return rows.sort(rows.columns)


def test_plays_are_those_of_the_loader(session, folder):
    expected = load_audioscrobbler(folder).plays
    assert collected(load_plays(session, folder)).equals(expected)


def test_artists_are_those_of_the_loader(session, folder):
    expected = load_audioscrobbler(folder).artists.sort("artist_id")
    artists = collected(read_artists(session, folder))
    assert artists.equals(expected)
    assert dict(artists.rows())[20] == "Café “Tacuba”"


def test_aliases_are_those_of_the_loader(session, folder):
    expected = aliases_of(folder / "artist_alias.txt").frame.sort("bad_id")
    aliases = collected(resolve_aliases(read_aliases(session, folder)))
    assert aliases.equals(expected)
    assert dict(aliases.rows()) == {11: 10, 12: 10, 13: 10, 14: 10, 40: 42, 56: 57}


def test_chain_of_any_length_is_followed_and_no_circle_holds_it_up(session):
    chain = [(n, n + 1) for n in range(100, 111)]
    circle = [(1, 2), (2, 3), (3, 1), (4, 1)]
    links = session.createDataFrame(circle + chain, "bad_id int, good_id int")
    assert dict(collected(resolve_aliases(links)).rows()) == dict.fromkeys(range(100, 111), 111)


def test_table_without_aliases_changes_nothing(session):
    none = session.createDataFrame([], "bad_id int, good_id int")
    assert collected(resolve_aliases(none)).is_empty()


def test_parquet_is_read_as_text_is(session, folder, parquet_folder):
    assert collected(load_plays(session, parquet_folder)).equals(
        collected(load_plays(session, folder))
    )
    assert collected(read_artists(session, parquet_folder)).rows() == [
        (10, "Björk"),
        (12, "The Tabs"),
    ]


def test_uri_of_a_local_folder_is_read_as_its_path_is(session, folder, monkeypatch):
    expected = collected(read_plays(session, folder))
    assert len(expected) == 8
    assert collected(read_plays(session, f"file://{folder}/")).equals(expected)
    monkeypatch.chdir(folder.parent)
    assert collected(read_plays(session, f"{folder.name}/user_artist_data.txt")).equals(expected)


def test_small_plays_go_with_small_tables(session, folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name.replace(".txt", "_small.txt")).write_bytes(file.read_bytes())
    (tmp_path / "artist_alias.txt").write_text("10\t99\n")
    assert collected(load_plays(session, tmp_path)).equals(load_audioscrobbler(folder).plays)


def test_file_and_folder_that_are_missing_are_named(session, folder, tmp_path):
    (tmp_path / "user_artist_data.txt").write_text("1 2 3\n")
    with pytest.raises(DataError, match=r"lacks artist_alias\.txt, expected user_artist_data, "):
        load_plays(session, tmp_path)
    with pytest.raises(DataError, match="/nowhere does not exist; check the name"):
        load_plays(session, tmp_path / "nowhere")


@pytest.mark.parametrize(
    "line",
    [
        "1 2",
        "1 2 3 4",
        "1 2 three",
        "1 2 3.5",
        "1 2 2147483648",
        "1 2 99999999999999999999",
        "1 2 0",
        "-1 2 3",
        "1  3",
        "1 2 3 ",
        "1\t2\t3",
        "1 2\t 3",
        "",
    ],
)
def test_malformed_line_is_shown_with_its_number_and_the_loader_agrees(session, tmp_path, line):
    file = tmp_path / "user_artist_data.txt"
    file.write_text(f"1 2 3\n4 5 6\n{line}\n7 8 9\n1 2 {line}\n\n\n")
    for name in ("artist_data.txt", "artist_alias.txt"):
        (tmp_path / name).write_text("1\t2\n")
    with pytest.raises(DataError) as caught:
        read_plays(session, tmp_path)
    assert str(caught.value).startswith(f"{file}, line 3 is {line!r}, expected user, artist and ")
    assert "none below 1; 2 lines are malformed: mend" in str(caught.value)
    with pytest.raises(DataError, match="line 3 is"):
        load_audioscrobbler(tmp_path)


def test_malformed_row_of_parquet_is_shown(session, tmp_path):
    rows = {"user_id": [1, None], "artist_id": [2, 3], "plays": [1, 1]}
    pl.DataFrame(rows).write_parquet(tmp_path / "plays.parquet")
    with pytest.raises(DataError, match=r"line 2 is '3 1', expected .* 1 line is malformed"):
        read_plays(session, tmp_path / "plays.parquet")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_file_without_rows_is_refused(session, tmp_path, content):
    file = tmp_path / "plays.txt"
    file.write_text(content)
    with pytest.raises(DataError, match="is empty, expected a row a line"):
        read_plays(session, file)


def test_first_malformed_line_is_found_in_a_file_of_several_blocks(session, tmp_path):
    file = tmp_path / "plays.txt"
    lines = ["1 2 3"] * 30_000
    lines[17_000], lines[25_000] = "first", "second"
    file.write_text("\n".join(lines))
    limit = "spark.sql.files.maxPartitionBytes"
    session.conf.set(limit, 20_000)
    try:
        with pytest.raises(DataError, match="line 17001 is 'first'"):
            read_plays(session, file)
    finally:
        session.conf.unset(limit)
