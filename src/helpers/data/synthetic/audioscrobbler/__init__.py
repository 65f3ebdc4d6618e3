"""The synthetic Audioscrobbler dump on disk, in the format of the one of 6 May 2005.

At lesson size the artists are those of the world that last.fm's files are written from; the full
size is that of the real dump. Same scale and seed, same bytes. `audioscrobbler.json` is written
last and marks a complete dump; the folder is built elsewhere and renamed.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path

from helpers import paths
from helpers.checks import whole_number
from helpers.data.drawn import DrawnParts
from helpers.data.synthetic import WORLD_VERSION, make_world
from helpers.data.synthetic.audioscrobbler.aliases import write_aliases
from helpers.data.synthetic.audioscrobbler.artists import write_artists
from helpers.data.synthetic.audioscrobbler.dump import draw_dump
from helpers.data.synthetic.audioscrobbler.plays import write_plays
from helpers.data.synthetic.audioscrobbler.settings import DUMPS, DumpSettings
from helpers.data.synthetic.settings import SCALES
from helpers.errors import SettingError

__all__ = ["AUDIOSCROBBLER_VERSION", "MARKER", "make_audioscrobbler"]

# Whatever changes in the code that draws and writes, dumps drawn before are outdated.
_CODE = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
AUDIOSCROBBLER_VERSION = hashlib.sha256(WORLD_VERSION.encode() + _CODE).hexdigest()[:16]

MARKER = "audioscrobbler.json"
_PART = "audioscrobbler"
_DRAWN = DrawnParts("dump", MARKER, (_PART,))


def make_audioscrobbler(
    scale: str = "lesson", seed: int = 0, *, folder: Path | None = None
) -> Path:
    """Write a synthetic Audioscrobbler dump, unless it stands there already.

    Drawing takes seconds, the full size minutes, so it is announced on standard error. Plays are
    written some listeners at a time.

    Parameters
    ----------
    scale : str
        "tiny", "lesson" (3,000 users, about 300,000 rows) or "full" (148,111 users, about 24.3
        million rows).
    seed : int
        Any whole number from 0 on; equal arguments give equal bytes.
    folder : Path, optional
        Will hold `audioscrobbler/` and `audioscrobbler.json`. By default that of `make_world`,
        which then draws last.fm's files too, but for the full size, which has no such files;
        another folder need not hold a world, but one that stands there is drawn again if it is
        of another scale or seed. Another dump in its place is replaced, anything else is refused.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SettingError
        If scale or seed is none of those.
    DataError
        If the folder holds something else or cannot be written.
    """
    if scale not in DUMPS:
        raise SettingError(f"scale is {scale!r}, expected one of {', '.join(DUMPS)}")
    seed = whole_number("seed", seed, least=0)
    wanted = {"version": AUDIOSCROBBLER_VERSION, "scale": scale, "seed": seed}
    if folder is None:
        folder = make_world(scale, seed) if scale in SCALES else paths.synthetic_dir(scale)
    folder = Path(folder).expanduser().resolve()
    if scale in SCALES and (folder / "world.json").is_file():
        make_world(scale, seed, folder)
    settings = DUMPS[scale]

    def draw(built: Path) -> dict:
        (built / _PART).mkdir()
        counts = _write(built / _PART, settings, seed)
        return {"settings": asdict(settings), "counts": counts}

    _DRAWN.draw_unless_there(folder, wanted, draw)
    return folder


def _write(built: Path, settings: DumpSettings, seed: int) -> dict[str, dict[str, int]]:
    """Write the three files and return, file by file, the counts of what is in them."""
    dump = draw_dump(settings, seed)
    return {
        file: write(built / file, dump)
        for file, write in {
            "artist_data.txt": write_artists,
            "artist_alias.txt": write_aliases,
            "user_artist_data.txt": write_plays,
        }.items()
    }
