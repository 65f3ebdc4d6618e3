"""Fetch the archive of a dataset, verify it, and unpack what is expected of it."""

import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pooch
import requests

from helpers import paths
from helpers.data import lastfm
from helpers.errors import DataError, SettingError

CHUNK_BYTES = 1 << 20
RETRIES = 2


@dataclass(frozen=True)
class Archive:
    """A zip file on a server.

    Attributes
    ----------
    url : str
    sha256 : str
        Of the archive, in hexadecimal digits; nothing else is unpacked.
    required : tuple of str
        File names without which the dataset is incomplete.
    optional : tuple of str
        Files that are unpacked if they are there. All others are left in the archive.
    max_bytes : int
        The most that may come out of the archive.
    """

    url: str
    sha256: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    max_bytes: int = 100_000_000


ARCHIVES = {
    "lastfm": Archive(
        url="https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip",
        sha256="6738f48195667ff03caaab4d32ca9a3133d8cc026b7c3cdaf6ce1010e913c59c",
        required=tuple(table.file for table in lastfm.TABLES),
        optional=("readme.txt",),
    ),
}


def download_dataset(
    name: str, raw_dir: Path | None = None, archive: Archive | None = None
) -> Path:
    """Download a dataset into its folder, unless it is there; say in one line which.

    All work is done in a temporary folder beside it, which becomes the folder at the very end:
    after an interruption nothing is there that could be taken for the dataset.

    Parameters
    ----------
    name : str
        Name of the dataset and of its folder: "lastfm".
    raw_dir : Path, optional
        Folder with one folder a dataset; default `paths.raw_dir()`.
    archive : Archive, optional
        Where to get it from instead of the official place.

    Returns
    -------
    Path
        The folder of the dataset.

    Raises
    ------
    SettingError
        If no dataset of that name can be downloaded.
    DataError
        If the download fails, the archive is not the expected one, the disk is full, or an
        incomplete folder of that name is in the way.
    """
    if name not in ARCHIVES:
        raise SettingError(f"dataset is {name!r}, expected one of {', '.join(ARCHIVES)}")
    archive = archive or ARCHIVES[name]
    folder = Path(raw_dir or paths.raw_dir()).expanduser() / name
    if _is_complete(folder, archive):
        print(f"{folder} is complete already, nothing to download")
        return folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        missing = [file for file in archive.required if not (folder / file).is_file()]
        raise DataError(
            f"{folder} is there but lacks {', '.join(missing)}; move it away and run this again"
        )
    try:
        _fetch_into(folder, archive)
    except OSError as error:
        raise DataError(
            f"{folder} could not be written ({error.strerror or error}); "
            "make room or check the permissions and run this again"
        ) from None
    print(f"{folder} is complete: {', '.join(sorted(file.name for file in folder.iterdir()))}")
    return folder


def _is_complete(folder: Path, archive: Archive) -> bool:
    return all((folder / file).is_file() for file in archive.required)


def _fetch_into(folder: Path, archive: Archive) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as workshop:
        file = _download(archive, Path(workshop))
        unpacked = Path(workshop) / folder.name
        unpacked.mkdir()
        _unpack(file, archive, unpacked)
        if folder.is_dir():
            folder.rmdir()  # Windows does not rename onto an empty folder.
        os.rename(unpacked, folder)


def _download(archive: Archive, folder: Path) -> Path:
    """Return the verified archive in `folder`."""
    name = PurePosixPath(archive.url).name
    fetcher = pooch.create(
        path=folder,
        base_url="",
        registry={name: f"sha256:{archive.sha256}"},
        urls={name: archive.url},
        retry_if_failed=RETRIES,
    )
    try:
        return Path(fetcher.fetch(name, downloader=pooch.HTTPDownloader(progressbar=True)))
    except requests.HTTPError as error:
        answer = error.response
        raise DataError(
            f"the server answered {answer.status_code} {answer.reason} to {archive.url}; "
            "try again later or copy the files there by hand"
        ) from None
    except requests.RequestException as error:
        raise DataError(
            f"the download of {archive.url} broke off ({type(error).__name__}); "
            "check the network and run this again"
        ) from None
    except ValueError:  # pooch's answer to a wrong hash; it has deleted the file
        raise DataError(
            f"{archive.url} does not have the expected SHA-256 {archive.sha256}: the download was "
            "cut short or the archive is another one; run this again, and if it fails again do "
            "not use that file"
        ) from None


def _unpack(file: Path, archive: Archive, folder: Path) -> None:
    """Write the expected members of a zip file into `folder`, under their bare names."""
    try:
        with zipfile.ZipFile(file) as bundle:
            members = _expected_members(bundle, archive)
            left = archive.max_bytes
            for name, member in members.items():
                left -= _copy(bundle, member, folder / name, left)
    except (zipfile.BadZipFile, EOFError) as error:
        raise DataError(
            f"{archive.url} is not a sound zip file ({error}); run this again"
        ) from None


def _expected_members(bundle: zipfile.ZipFile, archive: Archive) -> dict[str, zipfile.ZipInfo]:
    """Return file name -> member, for expected files at the top or inside one folder."""
    wanted = {*archive.required, *archive.optional}
    members = {}
    for member in bundle.infolist():
        path = PurePosixPath(member.filename)
        if path.name in wanted and path.parts[0] not in ("..", "/") and len(path.parts) <= 2:
            members[path.name] = member
    missing = [name for name in archive.required if name not in members]
    if missing:
        raise DataError(
            f"{archive.url} holds no {', '.join(missing)}; expected all of "
            f"{', '.join(archive.required)}: it is another archive"
        )
    return members


def _copy(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limit: int) -> int:
    """Write one member and return its size; the size it claims in the archive is not trusted."""
    size = 0
    with bundle.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                raise DataError(
                    f"{member.filename} unpacks to more than the {limit:,} bytes that may be left "
                    "of the archive; do not use that archive"
                )
            sink.write(chunk)
    return size
