"""Parts of a synthetic world on disk, beside the last.fm files or on their own.

Each part has a marker, a JSON file that is written last: what it says was drawn is there.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from helpers.errors import DataError
from helpers.files import write_atomically

# Files that tell a folder of a synthetic world from any other.
_OF_A_WORLD = (
    "world.json",
    "playlists.json",
    "audioscrobbler.json",
    "texts.json",
    "audio.json",
)


@dataclass(frozen=True)
class DrawnParts:
    """Files and folders that are drawn together.

    Attributes
    ----------
    title : str
        What messages call them, like "dump".
    marker : str
        Name of the marker; it holds what was asked for, and under "bytes" the size of each file.
    parts : tuple of str
        Names of the files and folders.
    """

    title: str
    marker: str
    parts: tuple[str, ...]

    def draw_unless_there(
        self, folder: Path, wanted: dict[str, Any], draw: Callable[[Path], dict[str, Any]]
    ) -> None:
        """Have the files drawn and moved into a folder, unless what is wanted stands there.

        Parameters
        ----------
        folder : Path
        wanted : dict
            What decides the content, "scale" and "seed" among it; goes into the marker.
        draw : callable
            Gets an empty folder to draw in; returns what else the marker shall say.

        Raises
        ------
        DataError
            If the folder holds something else or cannot be written.
        """
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            # A lock of its own, since nobody should wait for what others draw.
            with FileLock(folder.parent / f".{folder.name}-{self.title}.lock"):
                if not self.are_complete(folder, wanted):
                    self.refuse_other_content(folder)
                    self._draw(folder, wanted, draw)
        except OSError as error:
            raise DataError(
                f"the synthetic {self.title} cannot be written to {folder} "
                f"({error.strerror or error}); make room or choose another folder"
            ) from None

    def _draw(
        self, folder: Path, wanted: dict[str, Any], draw: Callable[[Path], dict[str, Any]]
    ) -> None:
        drawing = f"drawing the synthetic {self.title} ({wanted['scale']}, seed {wanted['seed']})"
        print(drawing, file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as workshop:
            built = Path(workshop) / "built"
            built.mkdir()
            summary = {**wanted, **draw(built), "bytes": _sizes(built)}
            self._move_into_place(built, folder, summary)

    def are_complete(self, folder: Path, wanted: dict) -> bool:
        """Return whether what is wanted stands in the folder, every file of its length."""
        try:
            summary = json.loads((folder / self.marker).read_text(encoding="utf-8"))
            return all(summary[key] == value for key, value in wanted.items()) and all(
                (folder / file).stat().st_size == size for file, size in summary["bytes"].items()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def refuse_other_content(self, folder: Path) -> None:
        """Raise `DataError` for what is not of a synthetic world, real data above all."""
        is_ours = (folder / self.marker).is_file()
        if is_ours or not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return
        own = [folder / part for part in self.parts if (folder / part).exists()]
        if own or not any((folder / file).is_file() for file in _OF_A_WORLD):
            raise DataError(
                f"{own[0] if own else folder} holds something that is not of a synthetic world; "
                "choose an empty folder or remove it first"
            )

    def _move_into_place(self, built: Path, folder: Path, summary: dict) -> None:
        """Rename what was built, and say in the marker what it is.

        What stood there is moved beside `built`, to be removed together with it.
        """
        outdated = built.with_name("outdated")
        outdated.mkdir()
        folder.mkdir(exist_ok=True)
        # From here to the end the marker says that these are parts of ours, and of no version.
        write_atomically(folder / self.marker, "{}\n")
        for part in self.parts:
            if (folder / part).exists():
                os.rename(folder / part, outdated / part)
            os.rename(built / part, folder / part)
        write_atomically(folder / self.marker, json.dumps(summary, indent=2) + "\n")


def _sizes(built: Path) -> dict[str, int]:
    """Return the length of every file that was built, by its path."""
    files = sorted(file for file in built.rglob("*") if file.is_file())
    return {file.relative_to(built).as_posix(): file.stat().st_size for file in files}
