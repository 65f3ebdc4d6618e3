"""Unpack what is expected of an archive from the network, and nothing else."""

import gzip
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from helpers.errors import DataError

CHUNK_BYTES = 1 << 20
_LONG_BYTES = 50_000_000


@dataclass(frozen=True)
class Archive:
    """A zip or gzipped tar file on a server.

    Attributes
    ----------
    urls : tuple of str
        Places that have it, in the order in which they are asked.
    required : tuple of str
        File names without which the dataset is incomplete.
    sha256 : str, optional
        Of the archive, in hexadecimal digits; nothing else is unpacked. Where nobody published
        it, that of the first download is kept and holds from then on.
    n_bytes : int, optional
        Size of the archive, where it is known.
    optional : tuple of str
        Files that are unpacked if they are there. All others are left in the archive.
    max_bytes : int
        The most that may come out of the archive.
    """

    urls: tuple[str, ...]
    required: tuple[str, ...]
    sha256: str | None = None
    n_bytes: int | None = None
    optional: tuple[str, ...] = ()
    max_bytes: int = 100_000_000


def unpack(file: Path, archive: Archive, folder: Path) -> None:
    """Write the expected members of an archive into `folder`, under their bare names.

    They are expected at the top of the archive or inside one folder.

    Raises
    ------
    DataError
        If the archive is damaged, lacks a required file, or holds too much.
    """
    if file.stat().st_size > _LONG_BYTES:
        print(f"unpacking {file.name}", file=sys.stderr, flush=True)
    try:
        if zipfile.is_zipfile(file):
            _unpack_zip(file, archive, folder)
        else:
            _unpack_tar(file, archive, folder)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # the disk, not the archive
            raise
        raise DataError(f"{file.name} is not a sound archive ({error}); run this again") from None


def _unpack_zip(file: Path, archive: Archive, folder: Path) -> None:
    with zipfile.ZipFile(file) as bundle:
        members = {
            name: member
            for member in bundle.infolist()
            if (name := _wanted_name(member.filename, archive))
        }
        _refuse_incomplete(members, file, archive)
        left = archive.max_bytes
        for name, member in members.items():
            left -= _copy(bundle, member, folder / name, left)


def _unpack_tar(file: Path, archive: Archive, folder: Path) -> None:
    found, left = set(), archive.max_bytes
    with gzip.open(file) as stream, tarfile.open(fileobj=stream, mode="r:") as bundle:
        for member in bundle:  # one after another: going back would decompress all of it again
            name = _wanted_name(member.name, archive)
            if name is None or not member.isfile() or name in found:
                continue
            if member.size > left:  # a tar file holds no more of a member than it says
                raise _too_much(member.name, left)
            left -= member.size
            bundle.extract(member.replace(name=name), folder, filter="data")
            found.add(name)
        while stream.read(CHUNK_BYTES):  # gzip compares its checksum at the very end
            pass
    _refuse_incomplete(found, file, archive)


def _wanted_name(path: str, archive: Archive) -> str | None:
    """Return the bare name of a member that is wanted; None for all others."""
    parts = PurePosixPath(path).parts
    is_inside = 1 <= len(parts) <= 2 and parts[0] not in ("..", "/")
    is_wanted = is_inside and parts[-1] in (*archive.required, *archive.optional)
    return parts[-1] if is_wanted else None


def _refuse_incomplete(found: Collection[str], file: Path, archive: Archive) -> None:
    missing = [name for name in archive.required if name not in found]
    if missing:
        raise DataError(
            f"{file.name} holds no {', '.join(missing)}; expected all of "
            f"{', '.join(archive.required)}: it is another archive"
        )


def _copy(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limit: int) -> int:
    """Write one member and return its size; the size it claims in the archive is not trusted."""
    size = 0
    with bundle.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                raise _too_much(member.filename, limit)
            sink.write(chunk)
    return size


def _too_much(member: str, limit: int) -> DataError:
    return DataError(
        f"{member} unpacks to more than the {limit:,} bytes that may be left of the archive; "
        "do not use that archive"
    )
