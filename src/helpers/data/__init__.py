"""Files on disk to tidy frames: one module a format, and the way to the right folder."""

import json
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from helpers import paths
from helpers.data import lastfm
from helpers.errors import DataError, SettingError

# Name of each dataset -> how it is shown, and the files it consists of.
_TITLES = {"lastfm": "last.fm"}
_FILES = {"lastfm": tuple(table.file for table in lastfm.TABLES)}

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
    """Return where a dataset lies, drawing the synthetic world first if need be.

    Parameters
    ----------
    name : str
        Name of the dataset: "lastfm".
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
    missing = [file for file in _FILES[name] if not (folder / file).is_file()]
    is_absent = len(missing) == len(_FILES[name])
    if data == "synthetic" or (data == "auto" and is_absent):
        return Dataset(name, "synthetic", _synthetic_world() / name)
    if is_absent:
        raise DataError(
            f"no {_TITLES[name]} files in {folder}, expected {_FILES[name][0]} and others; "
            f"get them with: python -m helpers data get {name}"
        )
    if missing:
        raise DataError(
            f"{folder} lacks {', '.join(missing)}; copy the missing files there, or remove the "
            f"folder and get them with: python -m helpers data get {name}"
        )
    return Dataset(name, "real", folder)


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


def _world_version(folder: Path) -> str | None:
    """Return the version in `world.json`, the file that is written last; None without a world."""
    try:
        return json.loads((folder / "world.json").read_text(encoding="utf-8")).get("version")
    except (OSError, ValueError, AttributeError):
        return None
