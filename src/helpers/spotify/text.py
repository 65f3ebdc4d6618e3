"""Bytes of an unknown encoding to text, and lists of tracks in plain text."""

import codecs
import re

from helpers.errors import DataError
from helpers.spotify.playlist import Entry, Playlist, make_entry, printable

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_LINK = re.compile(r"(spotify:|https?://|(open|play)\.spotify\.com/)\S+")
_DASH = re.compile(r"\s+[-–—]\s+")


def decode(content: bytes, label: str) -> str:
    """Return the text of a file.

    UTF-8 and UTF-16 with a byte order mark are read as such. Otherwise each line is UTF-8 where it
    can be, and else Windows-1252: a file edited with two programs holds both.

    Raises
    ------
    DataError
        If these are no characters at all: a picture, a spreadsheet, a piece of music.
    """
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise _is_no_text(label) from None
    if b"\0" in content:
        raise _is_no_text(label)
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if _CONTROL.search(content):
            raise _is_no_text(label) from None
    return "\n".join(_decode_line(line) for line in content.split(b"\n"))


def read_list(text: str, label: str, name: str) -> Playlist:
    """Return the playlist of a text with one track a line.

    Parameters
    ----------
    text : str
        A line is a URI, an address on open.spotify.com, an identifier of 22 characters, or
        "artist - title"; a line with none of these counts as a title. Blank lines and those that
        start with # are left out.
    label : str
        Names the file in an error.
    name : str
        Of the playlist.

    Raises
    ------
    DataError
        If no line names a track and an artist or URI.
    """
    lines = [line.strip() for line in text.splitlines()]
    entries = tuple(_entry_of(line) for line in lines if line and not line.startswith("#"))
    if entries and not any(entry.uri or entry.artist for entry in entries):
        raise DataError(
            f"{label} names no track, expected a line for each: a Spotify URI, an address on "
            "open.spotify.com, or artist - title"
        )
    return Playlist(printable(name), entries, "list of tracks")


def _entry_of(line: str) -> Entry:
    entry = make_entry(line)
    if entry.kind != "missing":
        return entry
    if _LINK.fullmatch(line):  # of an album or an artist: shown among what was left out
        return Entry(None, printable(line), "", kind="missing")
    artist, *title = _DASH.split(line, maxsplit=1)
    return make_entry(None, title[0], artist) if title else make_entry(None, line)


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _is_no_text(label: str) -> DataError:
    return DataError(
        f"{label} is no text, expected a CSV, JSON or ZIP export or a list of tracks; "
        "export the playlist again"
    )
