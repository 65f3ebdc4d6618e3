"""What is present of last.fm, how it compares with what was published, and what is wrong."""

from collections import defaultdict
from pathlib import Path

import polars as pl

from helpers.data import lastfm
from helpers.data.findings import EXAMPLES, CheckReport, Finding, missing_folder
from helpers.data.tables import Table, find_defects, is_utf8, read_table
from helpers.errors import DataError

# Users, artists and rows that the authors of the dataset published.
_PUBLISHED = {
    "users": 1_892,
    "artists": 17_632,
    "user-artist pairs": 92_834,
    "tags": 11_946,
    "tag assignments": 186_479,
    "friend pairs": 25_434,
}
_COUNTED_FILES = {
    "artists": lastfm.ARTISTS,
    "user-artist pairs": lastfm.USER_ARTISTS,
    "tags": lastfm.TAGS,
    "tag assignments": lastfm.USER_TAGGED_ARTISTS,
    "friend pairs": lastfm.USER_FRIENDS,
}
_PROBLEMS = {
    "encoding": "lines that are not UTF-8",
    "line end": "lines with a carriage return inside",
    "columns": "lines with a wrong number of columns",
    "number": "values that are not whole numbers",
    "positive": "counts below 1",
    "duplicate": "rows that repeat an earlier one",
}
# U+FFFD replaces what could not be read; the pairs are what UTF-8 looks like in ISO-8859-1.
_BROKEN_TEXT = "\ufffd|[ÂÃ][\u0080-\u00bf]"
# File, which of its rows are odd, and what they are.
_ODD_ROWS = (
    (lastfm.ARTISTS, pl.col("name").str.contains(_BROKEN_TEXT), "names garbled by re-encoding"),
    (lastfm.ARTISTS, pl.col("name").str.strip_chars() == "", "artists without a name"),
    (
        lastfm.ARTISTS,
        pl.col("name").str.to_lowercase().is_duplicated(),
        "artists that share their name with another, upper and lower case aside",
    ),
    (lastfm.TAGS, pl.col("tag").str.contains(_BROKEN_TEXT), "tags garbled by re-encoding"),
    (lastfm.TAGS, pl.col("tag").str.strip_chars() == "", "tags without text"),
    (lastfm.TAGS, pl.col("tag").is_duplicated(), "tags that have several numbers"),
    (
        lastfm.USER_TAGGED_ARTISTS,
        lastfm.tag_date().is_null(),
        f"dates that cannot be (not in the calendar, or not in {lastfm.FIRST_TAG_YEAR} to "
        f"{lastfm.LAST_TAG_YEAR}), read as unknown",
    ),
    (lastfm.USER_FRIENDS, pl.col("user_id") == pl.col("friend_id"), "friendships with oneself"),
)
# File and column whose values should be in the same column of another file; what the others are.
_LINKS = (
    (
        lastfm.USER_ARTISTS,
        "artist_id",
        lastfm.ARTISTS,
        "plays of artists that are not in artists.dat, shown by their number",
    ),
    (
        lastfm.USER_TAGGED_ARTISTS,
        "artist_id",
        lastfm.ARTISTS,
        "tag assignments to artists that are not in artists.dat, which are left out",
    ),
    (
        lastfm.USER_TAGGED_ARTISTS,
        "tag_id",
        lastfm.TAGS,
        "tag assignments of tags that are not in tags.dat",
    ),
    (
        lastfm.USER_TAGGED_ARTISTS,
        "user_id",
        lastfm.USER_ARTISTS,
        "tag assignments by users who played nothing",
    ),
    (
        lastfm.USER_FRIENDS,
        "user_id",
        lastfm.USER_ARTISTS,
        "friend pairs of users who played nothing",
    ),
)


def check_lastfm(folder: Path) -> CheckReport:
    """Return counts, errors and notes of a folder of last.fm files."""
    if not folder.is_dir():
        remedy = "get it with: python -m helpers data get lastfm"
        return missing_folder("lastfm", folder, _PUBLISHED, remedy)
    findings: list[Finding] = []
    frames: dict[str, pl.DataFrame] = {}
    for table in lastfm.TABLES:
        try:
            frames[table.file] = read_table(folder, table)
        except DataError as error:
            findings += _errors_in(folder, table) or [Finding(table.file, str(error), (), True)]
        else:
            findings += _notes_on_writing(folder, table)
    findings += _notes_on_rows(frames)
    return CheckReport("lastfm", folder, _counts(frames), _PUBLISHED, tuple(findings))


def _counts(frames: dict[str, pl.DataFrame]) -> dict[str, int]:
    """Return what can be counted in the files that could be read."""
    counts = {}
    plays = frames.get(lastfm.USER_ARTISTS.file)
    if plays is not None:
        counts["users"] = plays["user_id"].n_unique()
    for what, table in _COUNTED_FILES.items():
        if table.file in frames:
            counts[what] = len(frames[table.file])
    return counts


def _errors_in(folder: Path, table: Table) -> list[Finding]:
    """Return the reasons why a file cannot be read, by kind."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    try:
        for defect in find_defects(folder / table.file, table):
            by_kind[defect.kind].append(f"line {defect.line}: {defect.message}")
    except DataError as error:  # missing, empty or without its header
        return [Finding(table.file, str(error), is_error=True)]
    return [
        Finding(table.file, f"{_PROBLEMS[kind]}: {len(cases):,}", tuple(cases[:EXAMPLES]), True)
        for kind, cases in by_kind.items()
    ]


def _notes_on_writing(folder: Path, table: Table) -> list[Finding]:
    """Return what is unusual about the bytes of a file that can be read."""
    raw = (folder / table.file).read_bytes()
    notes = []
    if table.encoding != "utf-8" and not raw.isascii() and is_utf8(raw):
        message = f"in UTF-8, where the published file is in {table.encoding.upper()}; read as such"
        notes.append(Finding(table.file, message))
    if all(column.dtype == pl.Int64 for column in table.columns) and b" " in raw:
        padded = [n for n, line in enumerate(raw.split(b"\n"), start=1) if b" " in line]
        message = f"lines with spaces around numbers, which are dropped: {len(padded):,}"
        notes.append(Finding(table.file, message, tuple(f"line {n}" for n in padded[:EXAMPLES])))
    return notes


def _notes_on_rows(frames: dict[str, pl.DataFrame]) -> list[Finding]:
    """Return the odd rows of the files that could be read."""
    notes = [
        _note_on(table, frames[table.file], is_odd, what)
        for table, is_odd, what in _ODD_ROWS
        if table.file in frames
    ]
    for table, column, other, what in _LINKS:
        if table.file in frames and other.file in frames:
            known = frames[other.file][column].unique()
            is_unknown = ~pl.col(column).is_in(known.implode())
            notes.append(_note_on(table, frames[table.file], is_unknown, what))
    friends = frames.get(lastfm.USER_FRIENDS.file)
    if friends is not None:
        turned = friends.select(user_id="friend_id", friend_id="user_id").to_struct()
        is_one_way = ~pl.struct("user_id", "friend_id").is_in(turned.implode())
        what = "friend pairs that do not stand there the other way round"
        notes.append(_note_on(lastfm.USER_FRIENDS, friends, is_one_way, what))
    return [note for note in notes if note is not None]


def _note_on(table: Table, frame: pl.DataFrame, is_odd: pl.Expr, what: str) -> Finding | None:
    """Return the note on the rows for which `is_odd` holds; None if there are none."""
    odd = frame.with_row_index("line", offset=2).filter(is_odd)
    if odd.is_empty():
        return None
    examples = tuple(_row_text(row) for row in odd.head(EXAMPLES).iter_rows(named=True))
    return Finding(table.file, f"{what}: {len(odd):,}", examples)


def _row_text(row: dict[str, int | str]) -> str:
    """Return one row for people, text quoted so that it cannot act on a terminal."""
    shown = [f"{name} {value!r}" for name, value in row.items() if not name.endswith("url")]
    return f"{shown[0]}: {', '.join(shown[1:])}"
