"""Files on disk to tidy frames: one module a format, and the way to the right folder."""

import json
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from helpers import paths
from helpers.data import audio_features, lastfm
from helpers.data.audioscrobbler.files import NAMES as AUDIOSCROBBLER_NAMES
from helpers.errors import DataError, SettingError

# Name of each dataset -> how it is shown, and the files (or patterns) it cannot do without.
_TITLES = {
    "lastfm": "last.fm",
    "audioscrobbler": "Audioscrobbler",
    "playlists": "playlists",
    "audio_features": "audio features",
}
_FILES = {
    "lastfm": tuple(table.file for table in lastfm.TABLES),
    "audioscrobbler": tuple(f"{name}*.txt" for name in AUDIOSCROBBLER_NAMES),
    "playlists": ("mpd.slice.*.json",),
    "audio_features": audio_features.FILES,
}
_ELSEWHERE = (
    "copy files that you have into that folder, or name the folder above it with --data-dir or "
    "MUSIC_DATA_DIR"
)
_HOW_TO_GET = {
    "lastfm": "get them with: python -m helpers data get lastfm",
    "audioscrobbler": "get them with: python -m helpers data get audioscrobbler",
    "playlists": f"the Million Playlist Dataset cannot be downloaded any more, so {_ELSEWHERE}",
    "audio_features": f"they cannot be downloaded from here, so {_ELSEWHERE}",
}
_DOWNLOADABLE = ("lastfm", "audioscrobbler")
# What is drawn together with the playlists.
_OF_PLAYLISTS = ("playlists", "audio_features")

KINDS = ("synthetic", "real", "auto")


@dataclass(frozen=True)
class Dataset:
    """A dataset that is on disk.

    Attributes
    ----------
    name : str
        Name of the dataset and of its folder, like "lastfm".
    kind : str
        "synthetic" or "real".
    folder : Path
    """

    name: str
    kind: str
    folder: Path

    @property
    def label(self) -> str:
        """What figures and tables call it, like "synthetic last.fm"."""
        return f"{self.kind} {_TITLES[self.name]}"


def find_dataset(name: str, data: str = "synthetic", data_dir: Path | None = None) -> Dataset:
    """Return where a dataset lies, drawing its part of the synthetic world first if need be.

    Parameters
    ----------
    name : str
        Name of the dataset: "lastfm", "audioscrobbler", "playlists" or "audio_features".
    data : str
        "synthetic", "real", or "auto" for the real files where they are and else synthetic.
    data_dir : Path, optional
        Folder of real data with one folder a dataset; default `paths.raw_dir()`.

    Raises
    ------
    SettingError
        If `name` or `data` is none of those.
    DataError
        If the real files are wanted and missing, or only some of them are there; or the
        synthetic world cannot be written, or something else stands in its place.
    """
    if name not in _FILES:
        raise SettingError(f"dataset is {name!r}, expected one of {', '.join(_FILES)}")
    if data not in KINDS:
        raise SettingError(f"data is {data!r}, expected one of {', '.join(KINDS)}")
    folder = Path(data_dir or paths.raw_dir()).expanduser() / name
    missing = [file for file in _FILES[name] if not _has(folder, file)]
    is_absent = len(missing) == len(_FILES[name])
    if data == "synthetic" or (data == "auto" and is_absent):
        return Dataset(name, "synthetic", _synthetic_folder(name) / name)
    if is_absent:
        others = " and others" if len(_FILES[name]) > 1 else ""
        raise DataError(
            f"no {_TITLES[name].removesuffix('s')} files in {folder}, expected "
            f"{_FILES[name][0]}{others}; {_HOW_TO_GET[name]}"
        )
    if missing:
        again = f", or remove the folder and {_HOW_TO_GET[name]}" if name in _DOWNLOADABLE else ""
        raise DataError(f"{folder} lacks {', '.join(missing)}; copy the missing files there{again}")
    return Dataset(name, "real", folder)


def _has(folder: Path, pattern: str) -> bool:
    return any(file.is_file() for file in folder.glob(pattern))


def _synthetic_folder(name: str) -> Path:
    """Return the folder of the synthetic world with a dataset in it, drawn if need be."""
    if name in _OF_PLAYLISTS:
        return _synthetic_playlists()
    return _synthetic_audioscrobbler() if name == "audioscrobbler" else _synthetic_world()


def _synthetic_world() -> Path:
    """Return the folder of the synthetic world, drawn if it is missing or of another version."""
    # Imported here because drawing the world is seldom needed and reading it is not.
    from helpers.data.synthetic import WORLD_VERSION, make_world

    folder = paths.synthetic_dir()
    if _world_version(folder) == WORLD_VERSION:
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / ".lock"):
            # Another process may have drawn it while this one waited.
            if _world_version(folder) != WORLD_VERSION:
                make_world(folder=folder)
    except OSError as error:
        raise DataError(
            f"the synthetic world could not be written to {folder} ({error.strerror or error}); "
            "make room or check the permissions and run this again"
        ) from None
    return folder


def _synthetic_playlists() -> Path:
    """Return the folder of the synthetic world with its playlists, drawn if need be as well."""
    folder = _synthetic_world()
    from helpers.data.synthetic.playlists import MARKER, PLAYLISTS_VERSION, make_playlists

    if _summary(folder / MARKER).get("version") != PLAYLISTS_VERSION:
        world = _summary(folder / "world.json")
        make_playlists(world["scale"], world["seed"], folder=folder)
    return folder


def _synthetic_audioscrobbler() -> Path:
    """Return the folder of the synthetic world with its dump, drawn if need be as well."""
    folder = _synthetic_world()
    from helpers.data.synthetic.audioscrobbler import (
        AUDIOSCROBBLER_VERSION,
        MARKER,
        make_audioscrobbler,
    )

    if _summary(folder / MARKER).get("version") != AUDIOSCROBBLER_VERSION:
        world = _summary(folder / "world.json")
        make_audioscrobbler(world["scale"], world["seed"], folder=folder)
    return folder


def _world_version(folder: Path) -> str | None:
    return _summary(folder / "world.json").get("version")


def _summary(file: Path) -> dict:
    """Return the content of a file that is written last; empty where it is missing or broken."""
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return summary if isinstance(summary, dict) else {}
