"""A synthetic corpus on disk: what invented magazines write about the artists of the world.

The artists are those of the world that last.fm's files are written from, whether anybody's list
holds them or not. `helpers.words.texts.read_texts` reads the folder, as it reads any other. Same
scale and seed, same bytes. `texts.json` is written last and marks a complete corpus; the folder
is built elsewhere and renamed.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path

from helpers.checks import whole_number
from helpers.data.drawn import DrawnParts
from helpers.data.synthetic import WORLD_VERSION, make_world
from helpers.data.synthetic.texts.phrases import MAGAZINES
from helpers.data.synthetic.texts.reviews import draw_reviews
from helpers.data.synthetic.texts.settings import CORPORA, TextSettings
from helpers.data.synthetic.world import draw_world
from helpers.errors import SettingError

__all__ = ["MARKER", "TEXTS_VERSION", "make_texts"]

# Whatever changes in the code that draws and writes, corpora drawn before are outdated.
_CODE = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
TEXTS_VERSION = hashlib.sha256(WORLD_VERSION.encode() + _CODE).hexdigest()[:16]

MARKER = "texts.json"
_PART = "texts"
_DRAWN = DrawnParts("texts", MARKER, (_PART,))


def make_texts(scale: str = "lesson", seed: int = 0, *, folder: Path | None = None) -> Path:
    """Write a synthetic corpus of reviews, unless it stands there already.

    Drawing takes seconds, so it is announced on standard error.

    Parameters
    ----------
    scale : str
        "tiny" or "lesson" (some 19,000 reviews of 9,000 artists).
    seed : int
        Any whole number from 0 on; equal arguments give equal bytes.
    folder : Path, optional
        Will hold `texts/`, a file a magazine, and `texts.json`. By default that of `make_world`,
        which then draws last.fm's files too; another folder need not hold a world, but one that
        stands there is drawn again if it is of another scale or seed. Another corpus in its
        place is replaced, anything else is refused.

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
    if scale not in CORPORA:
        raise SettingError(f"scale is {scale!r}, expected one of {', '.join(CORPORA)}")
    seed = whole_number("seed", seed, least=0)
    wanted = {"version": TEXTS_VERSION, "scale": scale, "seed": seed}
    folder = Path(folder or make_world(scale, seed)).expanduser().resolve()
    if (folder / "world.json").is_file():
        make_world(scale, seed, folder)
    settings = CORPORA[scale]

    def draw(built: Path) -> dict:
        (built / _PART).mkdir()
        counts = _write(built / _PART, settings, seed)
        return {"settings": asdict(settings), "counts": counts}

    _DRAWN.draw_unless_there(folder, wanted, draw)
    return folder


def _write(built: Path, settings: TextSettings, seed: int) -> dict[str, int]:
    """Write a file a magazine, its reviews under the names of their artists."""
    world = draw_world(settings.world, seed)
    lines: list[list[str]] = [[] for _ in MAGAZINES]
    artists = set()
    for magazine, artist, text in draw_reviews(world, settings):
        artists.add(artist)
        lines[magazine] += [f"# {world.names[artist]}", text, ""]
    for magazine, of_magazine in zip(MAGAZINES, lines, strict=True):
        (built / f"{magazine}.txt").write_bytes("\n".join(of_magazine).encode())
    return {"artists": len(artists), "reviews": sum(map(len, lines)) // 3}
