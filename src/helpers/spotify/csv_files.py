"""CSV files of tracks: both Exportify sites in any language, and any table with URIs or names."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from helpers.errors import DataError
from helpers.songs import track_uri
from helpers.spotify.playlist import Entry, Playlist, make_entry, printable

_LOOKED_AT = 200  # rows from which the columns are told
_DELIMITERS = ",;\t"
_FULL_URI = re.compile(r"spotify:(track|local|episode):|https?://open\.spotify\.com/")
# Headers in English, lower case, without "(s)" and with spaces between the words.
_HEADERS = {
    "uri": ("track uri", "spotify uri", "uri", "spotify id", "track id", "id", "url", "link"),
    "title": ("track name", "title", "song", "song name", "song title", "track", "name"),
    "artist": ("artist name", "artist", "artists", "artist names", "main artist"),
    "album": ("album name", "album", "album title"),
}
_OF_OTHERS = re.compile(r"artist|album|playlist|user|added|owner", re.IGNORECASE)


@dataclass(frozen=True)
class _Layout:
    """Which column holds what, None where none does."""

    columns: dict[str, int | None]
    has_header: bool
    source: str


def read_csv(text: str, label: str, name: str) -> Playlist | None:
    """Return the playlist of a CSV file, or None if neither URIs nor names are found in columns.

    The columns are told by what stands in them. URIs may be bare identifiers; without URIs the
    headers must say which columns are the title and the artist. Commas, semicolons or tabs
    separate the cells; short rows end in empty cells. Lines of a single cell are no table unless
    the header says that they are URIs.

    Parameters
    ----------
    text : str
    label : str
        Names the file in an error.
    name : str
        Of the playlist.

    Raises
    ------
    DataError
        If a row is broken, as where the file was cut inside a quoted cell.
    """
    try:
        delimiter = _delimiter_of(text)
        head = list(islice(_rows(text, delimiter, strict=False), _LOOKED_AT))
    except csv.Error:  # a cell without end: a list of tracks can have a lone quotation mark
        return None
    layout = _layout_of(head) if head else None
    if layout is None:
        return None
    rows = _rows(text, delimiter, strict=True)
    try:
        header = next(rows) if layout.has_header else None
        # Files joined one behind the other repeat the header.
        entries = tuple(_entry_of(row, layout.columns) for row in rows if row != header)
    except csv.Error as error:
        raise DataError(
            f"{label} has a broken row ({error}), expected each cell to end in the quotation mark "
            "it begins with; export the playlist again"
        ) from error
    return Playlist(printable(name), entries, layout.source)


def _delimiter_of(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))


def _rows(text: str, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    return (row for row in reader if any(cell.strip() for cell in row))


def _layout_of(rows: list[list[str]]) -> _Layout | None:
    first, uri = rows[0], _uri_column(rows)
    has_header = uri is None or not _names_a_track(_cell(first, uri))
    by_header = _columns_by_header(first) if has_header else dict.fromkeys(_HEADERS)
    # Lines of which few have two cells are a list of tracks, unless the header says otherwise.
    if by_header["uri"] is None and 2 * sum(len(row) > 1 for row in rows) < len(rows):
        return None
    artist_uris = _column_with(rows, "spotify:artist:")
    if uri is not None and artist_uris is not None:
        # A name stands behind its URI, in whatever language the header is.
        album_uris = _column_with(rows, "spotify:album:")
        album = by_header["album"] if album_uris is None else album_uris + 1
        columns = {"uri": uri, "title": uri + 1, "artist": artist_uris + 1, "album": album}
        return _Layout(columns, has_header, "Exportify")
    columns = by_header if uri is None else by_header | {"uri": uri}
    has_names = None not in (columns["title"], columns["artist"])
    # An empty playlist is a header alone, in any language.
    is_empty_export = len(rows) == 1 and len(first) >= 10 and "URI" in first[0]
    if uri is None and not has_names and not is_empty_export:
        return None
    is_exportify = is_empty_export or "artist name(s)" in map(_folded, first)
    return _Layout(columns, has_header, "Exportify" if is_exportify else "CSV")


def _uri_column(rows: list[list[str]]) -> int | None:
    """Return the first column of full URIs, else the first of bare identifiers of tracks."""
    columns = range(max(map(len, rows)))
    for column in columns:
        if _most(rows, column, lambda cell: bool(_FULL_URI.match(cell))):
            return column
    for column in columns:
        # Artists and users have identifiers that look the same.
        is_of_others = _OF_OTHERS.search(_cell(rows[0], column))
        if not is_of_others and _most(rows, column, lambda cell: track_uri(cell) is not None):
            return column
    return None


def _column_with(rows: list[list[str]], prefix: str) -> int | None:
    """Return the first column most cells of which begin with `prefix`."""
    for column in range(max(map(len, rows))):
        if _most(rows, column, lambda cell: cell.startswith(prefix)):
            return column
    return None


def _most(rows: list[list[str]], column: int, holds: Callable[[str], bool]) -> bool:
    """Return whether half the cells of a column, or more, are such, those without text aside."""
    cells = [cell for row in rows if (cell := _cell(row, column).strip())]
    such = sum(map(holds, cells))
    # The header is one of the cells.
    return such > 0 and such >= (len(cells) - 1) / 2


def _names_a_track(cell: str) -> bool:
    return bool(_FULL_URI.match(cell.strip())) or track_uri(cell) is not None


def _cell(row: list[str], column: int | None) -> str:
    """Return what stands in a column; rows may end early, and some have no such column."""
    return row[column] if column is not None and column < len(row) else ""


def _columns_by_header(header: list[str]) -> dict[str, int | None]:
    titles = [_folded(cell).replace("(s)", "") for cell in header]
    return {
        role: next((titles.index(known) for known in names if known in titles), None)
        for role, names in _HEADERS.items()
    }


def _folded(cell: str) -> str:
    return " ".join(re.sub(r"[_-]", " ", cell).casefold().split())


def _entry_of(row: list[str], columns: dict[str, int | None]) -> Entry:
    roles = ("uri", "title", "artist", "album")
    uri, title, artist, album = (_cell(row, columns[role]) for role in roles)
    if columns["uri"] is not None and not uri.strip() and title == "undefined":
        title = artist = album = ""  # what one site writes of a track that was taken down
    # One site writes a comma inside a name as "\,", the other puts ";" between names.
    artists = ", ".join(part.strip() for part in artist.replace("\\,", ",").split(";"))
    return make_entry(uri, title, artists, album)
