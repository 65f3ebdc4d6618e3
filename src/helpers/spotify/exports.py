"""Playlists from files that people already have, told by what stands in them.

Read are the CSV files of both Exportify sites and other tables of tracks, a ZIP file of them,
Spotify's account data and extended streaming history (the ZIP file or a single JSON file of it),
playlists in the format of the Million Playlist Dataset, snapshots of the API, and plain lists.
"""

import re
from pathlib import Path

import msgspec

from helpers.errors import DataError
from helpers.songs import track_uri
from helpers.spotify.account_data import read_account_playlists, read_library
from helpers.spotify.archive import MAX_BYTES, read_members
from helpers.spotify.csv_files import read_csv
from helpers.spotify.decoding import decode_json, other_shape
from helpers.spotify.playlist import Playlist
from helpers.spotify.playlist_json import (
    read_one_playlist,
    read_recommended,
    read_slice_playlists,
)
from helpers.spotify.streaming_history import (
    History,
    join_histories,
    read_extended_history,
    read_short_history,
)
from helpers.spotify.text import decode, read_list

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_JSON = re.compile(r"\s*(\{|\[\s*[\[\]{])")
_WEB_PAGE = re.compile(r"\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_TABLES = (".csv", ".tsv")
_LIBRARY_KEYS = {"albums", "shows", "episodes", "artists", "bannedTracks"}


def read_playlists(file: Path) -> list[Playlist]:
    """Return all playlists of a file, empty ones among them, in the order of the file.

    Parameters
    ----------
    file : Path
        Of any kind named above, whatever its suffix. A playlist that the file gives no name is
        called as the file is.

    Raises
    ------
    DataError
        If the file is missing, empty, too large, cut short, of no kind that is read, or if all of
        its playlists are empty.
    """
    file = Path(file)
    content = _read(file)
    if content.startswith(_ZIP):
        parts = [
            playlist
            for member, inner in read_members(content, str(file))
            for playlist in _read_content(inner, f"{member} in {file}", Path(member))
        ]
    else:
        parts = _read_content(content, str(file), file)
    playlists = list(join_histories(parts))
    if not any(playlist.entries for playlist in playlists):
        raise DataError(f"{file} holds no tracks, expected a playlist of at least one; add some")
    return playlists


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"the file {file} is missing, check the path") from None
    except IsADirectoryError:
        raise DataError(
            f"{file} is a folder, expected a file; give one of the files in it"
        ) from None
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); check the path") from error
    if len(content) > MAX_BYTES:
        raise DataError(
            f"{file} is larger than {MAX_BYTES // 1_000_000} MB, expected an export of playlists; "
            "give a smaller file, such as a single playlist"
        )
    return content


def _read_content(content: bytes, label: str, file: Path) -> list[Playlist | History]:
    text = decode(content, label)
    if not text.strip():
        raise DataError(f"{label} is empty, expected an export of playlists; export it again")
    if _JSON.match(text):
        return _read_json(text.encode(), label, file)
    if _WEB_PAGE.match(text):
        raise DataError(
            f"{label} is a web page, expected an export of playlists; save the file that the page "
            "offers, not the page"
        )
    name = file.stem.replace("_", " ")  # what Exportify makes of blanks
    playlist = read_csv(text, label, name)
    if playlist is None and file.suffix.lower() in _TABLES and not _has_uris(text):
        raise DataError(
            f"{label} is a table without tracks, expected a column of Spotify URIs, or columns "
            "called title and artist; add one or export the playlist again"
        )
    return [playlist or read_list(text, label, name)]


def _has_uris(text: str) -> bool:
    return any(track_uri(line) for line in text.splitlines())


def _read_json(content: bytes, label: str, file: Path) -> list[Playlist | History]:
    if content.lstrip().startswith(b"["):
        return [_read_history(content, label)]
    keys = decode_json(content, dict[str, msgspec.Raw], label)
    if "playlists" in keys:
        inner = decode_json(keys["playlists"], list[dict[str, msgspec.Raw]], label)
        if any("items" in playlist for playlist in inner):
            return read_account_playlists(content, label)
        return read_slice_playlists(content, label)
    if "recommendations" in keys:
        return [read_recommended(content, label, file.stem)]
    if "tracks" in keys and _LIBRARY_KEYS & keys.keys():
        return read_library(content, label)
    if "tracks" in keys:
        return [read_one_playlist(content, label, file.stem)]
    raise other_shape(label, "an object with neither playlists nor tracks")


def _read_history(content: bytes, label: str) -> History:
    listens = decode_json(content, list[msgspec.Raw], label)
    keys = decode_json(listens[0], dict[str, msgspec.Raw], label) if listens else {}
    if "ms_played" in keys:
        return read_extended_history(content, label)
    if "msPlayed" in keys or not listens:
        return read_short_history(content, label)
    raise other_shape(label, "a list without the time that each track was played")
