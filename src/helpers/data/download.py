"""Fetch the archive of a dataset, verify it, and unpack what is expected of it."""

import hashlib
import json
import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pooch
import requests

from helpers import paths
from helpers.data import lastfm
from helpers.data.archives import Archive, unpack
from helpers.data.audioscrobbler.files import NAMES
from helpers.errors import DataError, SettingError
from helpers.files import write_atomically

RETRIES = 2
# What is not signed on its way is fetched only where its hash is known.
SAFE_STARTS = ("https://",)

ARCHIVES = {
    "lastfm": Archive(
        urls=("https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip",),
        sha256="6738f48195667ff03caaab4d32ca9a3133d8cc026b7c3cdaf6ce1010e913c59c",
        required=tuple(table.file for table in lastfm.TABLES),
        optional=("readme.txt",),
    ),
    "audioscrobbler": Archive(
        urls=(
            "https://storage.googleapis.com/aas-data-sets/profiledata_06-May-2005.tar.gz",
            "http://www.iro.umontreal.ca/~lisa/datasets/profiledata_06-May-2005.tar.gz",
        ),
        n_bytes=135_880_312,
        required=tuple(f"{name}.txt" for name in NAMES),
        optional=("README.txt",),
        max_bytes=1_000_000_000,
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
        Name of the dataset and of its folder: "lastfm" or "audioscrobbler".
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
    lock = folder.with_name(f"{folder.name}.lock.json")
    sha256 = archive.sha256 or _locked_sha256(lock)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as workshop:
        file = _download_from_any(archive, sha256, Path(workshop))
        if archive.n_bytes not in (None, file.stat().st_size):
            raise DataError(
                f"{file.name} has {file.stat().st_size:,} bytes, expected {archive.n_bytes:,}: the "
                "download was cut short or the archive is another one; run this again"
            )
        unpacked = Path(workshop) / folder.name
        unpacked.mkdir()
        unpack(file, archive, unpacked)
        if sha256 is None:
            _lock(file, lock)
        if folder.is_dir():
            folder.rmdir()  # Windows does not rename onto an empty folder.
        os.rename(unpacked, folder)


def _locked_sha256(lock: Path) -> str | None:
    """Return the hash of an earlier download; None if there was none."""
    if not lock.is_file():
        return None
    try:
        return str(json.loads(lock.read_text(encoding="utf-8"))["sha256"])
    except (ValueError, LookupError, TypeError):
        raise DataError(
            f"{lock} does not hold the SHA-256 of an earlier download; delete it to trust the next"
        ) from None


def _lock(file: Path, lock: Path) -> None:
    """Keep the hash of a first download, with which later ones are compared."""
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    content = {"file": file.name, "bytes": file.stat().st_size, "sha256": sha256}
    write_atomically(lock, json.dumps(content, indent=2) + "\n")
    print(
        f"nobody published a checksum of {file.name}, so this first download is trusted: its "
        f"SHA-256 {sha256} is kept in {lock}, and later downloads must have the same"
    )


def _download_from_any(archive: Archive, sha256: str | None, folder: Path) -> Path:
    """Return the archive from the first place that has it, verified if its hash is known."""
    urls = [url for url in archive.urls if sha256 or url.startswith(SAFE_STARTS)]
    for url, following in pairwise(urls):
        try:
            return _download(url, sha256, folder)
        except DataError as error:
            print(f"{error}; trying {following} now", file=sys.stderr)
    return _download(urls[-1], sha256, folder)


def _download(url: str, sha256: str | None, folder: Path) -> Path:
    """Return the archive in `folder`."""
    name = PurePosixPath(url).name
    fetcher = pooch.create(
        path=folder,
        base_url="",
        registry={name: sha256 and f"sha256:{sha256}"},
        urls={name: url},
        retry_if_failed=RETRIES,
    )
    try:
        return Path(fetcher.fetch(name, downloader=pooch.HTTPDownloader(progressbar=True)))
    except requests.HTTPError as error:
        answer = error.response
        raise DataError(
            f"the server answered {answer.status_code} {answer.reason} to {url}; "
            "try again later or copy the files there by hand"
        ) from None
    except requests.RequestException as error:
        raise DataError(
            f"the download of {url} broke off ({type(error).__name__}); "
            "check the network and run this again"
        ) from None
    except ValueError:  # pooch's answer to a wrong hash; it has deleted the file
        raise DataError(
            f"{url} does not have the expected SHA-256 {sha256}: the download was "
            "cut short or the archive is another one; run this again, and if it fails again do "
            "not use that file"
        ) from None
