"""ZIP files: only the members that are needed are opened, in memory and within bounds."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from helpers.errors import DataError
from helpers.spotify.playlist import printable

MAX_MEMBERS = 10_000
MAX_BYTES = 500_000_000  # of a file or a member; a slice of a thousand playlists has 35 million
MAX_TOTAL = 2_000_000_000  # bytes of all needed members, which are held one by one
MAX_RATIO = 200  # of size to compressed size; streaming histories stay below 40
_SMALL = 1_000_000  # bytes up to which no ratio does harm

_NEEDED = re.compile(
    r".+\.csv|playlist\d*\.json|yourlibrary\.json|streaminghistory(_music_)?\d+\.json|"
    r"streaming_history_audio_.*\.json|endsong_\d+\.json",
    re.IGNORECASE,
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"  # begins each entry of the table of contents


def read_members(content: bytes, label: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the members that hold playlists or streaming history.

    Members are known by their file names: CSV files, and those of Spotify's account data that name
    tracks. No other member is opened, and nothing is written to disk. Names that lead out of the
    archive are left aside with the rest.

    Parameters
    ----------
    content : bytes
        Of the ZIP file.
    label : str
        Names the file in an error.

    Raises
    ------
    DataError
        If the archive is cut short, damaged or encrypted, if it has more members or would unpack
        to more than any export does, or if no member is needed.
    """
    # Python holds the whole table of contents as objects, which is too late to count them.
    if content.count(_ENTRY) > MAX_MEMBERS:
        raise DataError(
            f"{label} has more than {MAX_MEMBERS:,} members, which no export of playlists has; "
            "give the files in it that hold playlists"
        )
    with _damage_reported(label):
        archive = zipfile.ZipFile(io.BytesIO(content))
    members = [info for info in archive.infolist() if _is_needed(info.filename)]
    _check(members, label)
    for info in members:
        with _damage_reported(label):
            inner = archive.read(info)
        yield printable(PurePosixPath(info.filename).name), inner


@contextmanager
def _damage_reported(label: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise DataError(
            f"{label} is damaged or cut short ({error}), expected a whole ZIP file; "
            "download or copy it again"
        ) from error


def _is_needed(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    leads_out = path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", name)
    is_litter = "__MACOSX" in path.parts or path.name.startswith(".")
    return not leads_out and not is_litter and _NEEDED.fullmatch(path.name) is not None


def _check(members: list[zipfile.ZipInfo], label: str) -> None:
    if not members:
        raise DataError(
            f"{label} holds no playlists, expected CSV files of Exportify, or Playlist1.json, "
            "YourLibrary.json or a streaming history of Spotify's account data in it; give such a "
            "ZIP file, or another kind of file"
        )
    for info in members:
        if info.flag_bits & 1:
            raise DataError(
                f"{label} is encrypted, expected a ZIP file without password; unpack it and give "
                "the files in it"
            )
        if info.compress_type not in _METHODS:
            raise DataError(
                f"{label} is compressed in an unusual way, expected an ordinary ZIP file; unpack "
                "it and give the files in it"
            )
    # A member yields no more than the size that the table of contents states.
    worst = max(info.file_size / max(info.compress_size, 1) for info in members)
    largest = max(info.file_size for info in members)
    size = sum(info.file_size for info in members)
    if largest > MAX_BYTES or size > MAX_TOTAL or (size > _SMALL and worst > MAX_RATIO):
        raise DataError(
            f"{label} of {sum(info.compress_size for info in members):,} bytes would unpack to "
            f"{size:,} bytes, more than any export of playlists; download it again from its source"
        )
