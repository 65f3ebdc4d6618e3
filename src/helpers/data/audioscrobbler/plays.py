"""The play counts of the dump: user, artist and count, separated by spaces."""

from pathlib import Path

import polars as pl

from helpers.data.audioscrobbler.files import empty, read_lines
from helpers.data.tables import shown
from helpers.errors import DataError

MOST = 2_147_483_647
"""The largest number that is read."""

PROBLEMS = {
    "fields": "lines without exactly three fields",
    "number": "lines with a field that is not a whole number",
    "large": f"lines with a number above {MOST:,}",
    "positive": "lines with a count below 1 or an identifier below 0",
}
_EXPECTED = "expected user, artist and play count as whole numbers with one space between"
_SCHEMA = {"user_id": pl.Int32, "artist_id": pl.Int32, "plays": pl.Int32}
_LEAST = {"user_id": 0, "artist_id": 0, "plays": 1}


def read_plays(file: Path) -> pl.DataFrame:
    """Return all rows of a file: user_id, artist_id, plays (Int32), as they stand there.

    Blank lines at the end are ignored.

    Raises
    ------
    DataError
        If the file cannot be read or is empty, or a line is malformed, which is then named.
    """
    try:
        file.open("rb").close()  # polars does not say why a file cannot be read
        rows = pl.read_csv(
            file, separator=" ", has_header=False, quote_char=None, schema=_SCHEMA, glob=False
        )
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); check the file") from None
    except pl.exceptions.PolarsError:
        raise _first_malformed(file) from None
    rows = _without_blank_end(rows)
    if rows.is_empty():
        raise empty(file)
    if any(rows[name].null_count() or rows[name].min() < least for name, least in _LEAST.items()):
        raise _first_malformed(file)
    return rows


def find_malformed(file: Path) -> pl.DataFrame:
    """Return every malformed line of a file: line (from 1), kind (of `PROBLEMS`), text.

    Slower than `read_plays`, which calls it only to say what is wrong.

    Raises
    ------
    DataError
        If the file cannot be read or is empty.
    """
    lines = pl.scan_lines(file, name="text", row_index_name="line", row_index_offset=1, glob=False)
    try:
        return _malformed(lines, file)
    except pl.exceptions.ComputeError:  # not UTF-8
        return _malformed(read_lines(file).lazy(), file)


def _malformed(lines: pl.LazyFrame, file: Path) -> pl.DataFrame:
    without_mark = pl.col("text").str.strip_prefix("\ufeff")
    lines = lines.with_columns(pl.when(pl.col("line") == 1).then(without_mark).otherwise("text"))
    is_blank = pl.col("text").str.strip_chars() == ""
    last = lines.filter(~is_blank).select(pl.col("line").max()).collect(engine="streaming").item()
    if last is None:
        raise empty(file)
    kinds = lines.filter(pl.col("line") <= last).with_columns(_kind().alias("kind"))
    odd = kinds.filter(pl.col("kind").is_not_null()).select("line", "kind", "text")
    return odd.collect(engine="streaming").sort("line")


def _kind() -> pl.Expr:
    text = pl.col("text")
    numbers = [
        text.str.extract(rf"^(?:[^ ]* ){{{place}}}([+-]?[0-9]+)(?: |$)") for place in range(3)
    ]
    values = [number.cast(pl.Int32, strict=False) for number in numbers]
    too_small = [value < least for value, least in zip(values, _LEAST.values(), strict=True)]
    return (
        pl.when(text.str.count_matches(" ", literal=True) != 2)
        .then(pl.lit("fields"))
        .when(pl.any_horizontal(number.is_null() for number in numbers))
        .then(pl.lit("number"))
        .when(pl.any_horizontal(value.is_null() for value in values))
        .then(pl.lit("large"))
        .when(pl.any_horizontal(too_small))
        .then(pl.lit("positive"))
    )


def _without_blank_end(rows: pl.DataFrame) -> pl.DataFrame:
    if not rows["user_id"].null_count():
        return rows
    n_kept = rows.with_row_index("n", offset=1).drop_nulls("user_id")["n"].max()
    return rows.head(n_kept or 0)


def _first_malformed(file: Path) -> DataError:
    """Return the error that names the first line that is wrong."""
    malformed = find_malformed(file)
    if malformed.is_empty():
        return DataError(f"{file} cannot be read as three columns, {_EXPECTED}; get it again")
    line, kind, text = malformed.row(0)
    is_large = f" up to {MOST:,}" if kind == "large" else ""
    is_small = ", none below 1" if kind == "positive" else ""
    return DataError(
        f"{file}, line {line} is {shown(text)}, {_EXPECTED}{is_large}{is_small}; "
        "mend that line or get the file again"
    )
