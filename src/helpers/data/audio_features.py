"""Audio features of tracks, years and genres, as Spotify measured them: three CSV tables.

The columns stand in another order in each copy that circulates, so they are chosen by name.
"""

import ast
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from helpers.data.tables import read_utf8, shown
from helpers.errors import DataError

YEARS_FILE, GENRES_FILE, TRACKS_FILE = "data_by_year.csv", "data_by_genres.csv", "data.csv"
# What a folder must hold; the table of tracks is missing from some copies.
FILES = (YEARS_FILE, GENRES_FILE)

_MEASURES = (
    "acousticness", "danceability", "duration_ms", "energy", "instrumentalness", "liveness",
    "loudness", "speechiness", "tempo", "valence", "popularity",
)  # fmt: skip
_NUMBERS = {**dict.fromkeys(_MEASURES, pl.Float64), "mode": pl.Int64, "key": pl.Int64}
_YEARS = {"year": pl.Int64, **_NUMBERS}
_GENRES = {"genres": pl.String, **_NUMBERS}
_TRACKS = {
    **dict.fromkeys(("id", "name", "artists"), pl.String),
    "year": pl.Int64,
    "release_date": pl.String,
    **_NUMBERS,
    "explicit": pl.Int64,
}
_MEND = "mend that line or get the file again"


@dataclass(frozen=True)
class AudioFeatures:
    """Audio features as tidy frames, their columns in one order whatever that of the files.

    Attributes
    ----------
    tracks : DataFrame or None
        id, name, artists (list of str), year, release_date (to the year, the month or the day, as
        it stands), the measures that `years` has, mode, key and explicit (0 or 1). None where
        there is no such table.
    years : DataFrame
        year; the means of acousticness, danceability, duration_ms, energy, instrumentalness,
        liveness, loudness (decibels), speechiness, tempo (beats a minute), valence and popularity
        (0 to 100); the most common mode (1 is major) and key (0 is C).
    genres : DataFrame
        genre, and the same columns.
    """

    tracks: pl.DataFrame | None
    years: pl.DataFrame
    genres: pl.DataFrame


def load_audio_features(folder: Path | str) -> AudioFeatures:
    """Read the tables of audio features in a folder.

    Parameters
    ----------
    folder : Path
        Holds `data_by_year.csv` and `data_by_genres.csv`, and `data.csv` where there is one.

    Raises
    ------
    DataError
        If a table is missing or empty, a column is missing, or a value is not a number or not a
        list of artists; the message names file and line.
    """
    folder = Path(folder)
    tracks = None
    if (folder / TRACKS_FILE).exists():
        tracks = _with_artists(_read(folder / TRACKS_FILE, _TRACKS), folder / TRACKS_FILE)
    return AudioFeatures(
        tracks=tracks,
        years=_read(folder / YEARS_FILE, _YEARS),
        genres=_read(folder / GENRES_FILE, _GENRES).rename({"genres": "genre"}),
    )


def _read(path: Path, dtypes: dict[str, pl.DataType]) -> pl.DataFrame:
    """Return some columns of a CSV file, every number in them finite."""
    content = read_utf8(path)
    try:
        rows = pl.read_csv(io.BytesIO(content), infer_schema=False).fill_null("")
    except pl.exceptions.PolarsError:
        raise _malformed(path, content) from None
    missing = [name for name in dtypes if name not in rows.columns]
    if missing:
        raise DataError(
            f"{path}, line 1: the columns {', '.join(missing)} are missing, expected "
            f"{', '.join(dtypes)} in any order; add them or get the file again"
        )
    if rows.is_empty():
        raise DataError(f"{path} has a header and no rows; get the file again")
    frame = rows.select(_parsed(name, dtype) for name, dtype in dtypes.items())
    is_wrong = frame.select(pl.any_horizontal(pl.all().is_null())).to_series()
    if is_wrong.any():
        row = is_wrong.arg_max()
        name = next(name for name in dtypes if frame[name][row] is None)
        kind = "whole number" if dtypes[name] == pl.Int64 else "number"
        raise DataError(
            f"{path}, line {_line_of(content, row)}: {name} is {shown(rows[name][row])}, expected "
            f"a {kind}; {_MEND}"
        )
    return frame


def _parsed(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        return pl.col(name)
    number = pl.col(name).str.strip_chars(" ").cast(pl.Float64, strict=False)
    number = pl.when(number.is_finite()).then(number)
    if dtype == pl.Int64:
        # Some copies write whole numbers as 1.0.
        number = pl.when(number == number.round()).then(number).cast(pl.Int64, strict=False)
    return number.alias(name)


def _with_artists(tracks: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return tracks with the text of a Python list in `artists` read as a list."""
    # Artists come up again and again, and reading a list is slow.
    cells = tracks["artists"].unique(maintain_order=True).to_list()
    names = {cell: _names(cell) for cell in cells}
    odd = next((cell for cell in cells if names[cell] is None), None)
    if odd is not None:
        row = (tracks["artists"] == odd).arg_max()
        raise DataError(
            f"{path}, line {_line_of(read_utf8(path), row)}: artists is {shown(odd)}, expected a "
            f"list such as ['A', 'B']; {_MEND}"
        )
    lists = pl.DataFrame(
        {"artists": cells, "names": list(names.values())},
        schema={"artists": pl.String, "names": pl.List(pl.String)},
    )
    joined = tracks.join(lists, on="artists", how="left", maintain_order="left")
    return joined.with_columns(artists="names").drop("names")


def _names(cell: str) -> list[str] | None:
    """Return the names in the text of a Python list; None if it is anything else."""
    try:
        names = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return names if is_list else None


def _line_of(content: bytes, row: int) -> int:
    """Return the line on which a row ends; quoted cells can hold line ends."""
    return next(islice(_rows(content), row + 1, None))[0]


def _malformed(path: Path, content: bytes) -> DataError:
    """Return the error about the first line that is no row of the table."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        return DataError(f"{path}, line {line}: the text is not UTF-8; {_MEND}")
    rows = _rows(content)
    last, header = next(rows)
    for line, cells in rows:
        if len(cells) != len(header):
            return DataError(
                f"{path}, line {line}: {len(cells)} columns, expected {len(header)}; {_MEND}"
            )
        last = line
    return DataError(f"{path}, line {last + 1}: a quote that begins here never ends; {_MEND}")


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it ends, the header first, up to a broken one."""
    reader = csv.reader(io.StringIO(content.decode(errors="replace"), newline=""))
    with suppress(csv.Error):
        for cells in reader:
            if cells:
                yield reader.line_num, cells
