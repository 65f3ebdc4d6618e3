"""Playlists of the synthetic world on disk, in the format of the Million Playlist Dataset.

The artists are those of the world that last.fm's files are written from; audio features of their
songs lie beside the playlists. Same scale, seed and sizes, same bytes. `playlists.json` is
written last and marks complete playlists; folders are built elsewhere and renamed.
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from helpers.checks import whole_number
from helpers.data.drawn import DrawnParts
from helpers.data.synthetic import WORLD_VERSION, make_world
from helpers.data.synthetic.playlists.catalogue import Catalogue, draw_catalogue
from helpers.data.synthetic.playlists.example import example_export
from helpers.data.synthetic.playlists.features import write_features
from helpers.data.synthetic.playlists.settings import SIZES, PlaylistSettings
from helpers.data.synthetic.playlists.slices import SliceWriter
from helpers.data.synthetic.playlists.themes import KINDS
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.world import World, draw_world
from helpers.errors import DataError, SettingError

__all__ = [
    "MARKER",
    "PLAYLISTS_VERSION",
    "PlaylistTruth",
    "example_export",
    "load_playlist_truth",
    "make_playlists",
]

# Whatever changes in the code that draws and writes, playlists drawn before are outdated.
_CODE = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
PLAYLISTS_VERSION = hashlib.sha256(WORLD_VERSION.encode() + _CODE).hexdigest()[:16]

MARKER = "playlists.json"
_TRUTH = "playlists_truth.npz"
_DRAWN = DrawnParts("playlists", MARKER, ("playlists", "audio_features", _TRUTH))


@dataclass(frozen=True)
class PlaylistTruth:
    """What no real dataset can tell about its playlists.

    Attributes
    ----------
    track_uris : ndarray of str, shape (n_tracks,)
        All tracks that a playlist could hold.
    song : ndarray of int32, shape (n_tracks,)
        Tracks with the same number are editions of one song.
    kind : ndarray of int8, shape (n_playlists,)
        What the playlist of each pid is about, a position in `kinds`.
    kinds : ndarray of str
        "mixture" (of its owner's taste), "genre", "scene", "decade" and others.
    """

    track_uris: np.ndarray
    song: np.ndarray
    kind: np.ndarray
    kinds: np.ndarray


def make_playlists(
    scale: str = "lesson",
    seed: int = 0,
    *,
    folder: Path | None = None,
    slices: int | None = None,
    playlists_a_slice: int | None = None,
) -> Path:
    """Write playlists and audio features of a synthetic world, unless they stand there already.

    Drawing takes seconds, so it is announced on standard error. One slice is in memory at a time.

    Parameters
    ----------
    scale : str
        "tiny", "lesson" or "large": how many artists have songs (300, 5,000 or 60,000), and with
        it how many tracks there are.
    seed : int
        Any whole number from 0 on; equal arguments give equal bytes.
    folder : Path, optional
        Will hold `playlists/`, `audio_features/`, `playlists_truth.npz` and `playlists.json`. By
        default that of `make_world`, which then draws last.fm's files too; another folder need
        not hold a world, but one that stands there is drawn again if it is of another scale or
        seed. Other playlists in their place are replaced, anything else is refused.
    slices, playlists_a_slice : int, optional
        By default 2 × 60 playlists of the tiny scale, 10 × 500 of the lesson scale, 100 × 1,000
        of the large one. The catalogue, and so every URI, does not depend on them.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SettingError
        If scale, seed or sizes make no sense.
    DataError
        If the folder holds something else or cannot be written.
    """
    if scale not in SIZES:
        raise SettingError(f"scale is {scale!r}, expected one of {', '.join(SIZES)}")
    settings = SIZES[scale]
    if slices is None:
        slices = settings.slices
    if playlists_a_slice is None:
        playlists_a_slice = settings.playlists_a_slice
    wanted = {
        "version": PLAYLISTS_VERSION,
        "scale": scale,
        "seed": whole_number("seed", seed, least=0),
        "slices": whole_number("slices", slices, least=1),
        "playlists_a_slice": whole_number("playlists_a_slice", playlists_a_slice, least=1),
    }
    if folder is None:
        folder = make_world(scale, wanted["seed"])
    folder = Path(folder).expanduser().resolve()
    if (folder / "world.json").is_file():
        make_world(scale, wanted["seed"], folder)

    def draw(built: Path) -> dict:
        world = draw_world(SCALES[scale], wanted["seed"])
        counts = _write(world, draw_catalogue(world, settings), settings, built, wanted)
        return {"settings": asdict(settings), "counts": counts}

    _DRAWN.draw_unless_there(folder, wanted, draw)
    return folder


def load_playlist_truth(folder: Path) -> PlaylistTruth:
    """Read the truth behind synthetic playlists.

    Parameters
    ----------
    folder : Path
        What `make_playlists` returned.

    Raises
    ------
    DataError
        If there is no truth in the folder, or it is damaged.
    """
    file = Path(folder) / _TRUTH
    try:
        with np.load(file, allow_pickle=False) as stored:
            parts = {name: stored[name] for name in PlaylistTruth.__dataclass_fields__}
    except FileNotFoundError:
        raise DataError(
            f"{file} is missing, expected the truth of synthetic playlists; "
            "real playlists have none, draw some with: python -m helpers data make"
        ) from None
    except Exception as error:  # A damaged archive raises whatever the damage hits.
        raise DataError(
            f"{file} is damaged ({error}); remove it and {MARKER} and draw the playlists again "
            "with: python -m helpers data make"
        ) from None
    return PlaylistTruth(**parts | {"track_uris": parts["track_uris"].astype(str)})


def _write(
    world: World, catalogue: Catalogue, settings: PlaylistSettings, built: Path, wanted: dict
) -> dict[str, int]:
    for part in ("playlists", "audio_features"):
        (built / part).mkdir(parents=True)
    n_features = write_features(world, catalogue, settings, built / "audio_features")
    writer = SliceWriter(world, catalogue, settings)
    kinds, n_entries = [], 0
    for at in range(wanted["slices"]):
        n = wanted["playlists_a_slice"]
        kind, n_written = writer.write(built / "playlists", at * n, n)
        kinds.append(kind)
        n_entries += n_written
    np.savez(
        built / _TRUTH,
        track_uris=np.array(catalogue.track_uris, dtype=bytes),
        song=catalogue.tracks.song.astype(np.int32),
        kind=np.concatenate(kinds).astype(np.int8),
        kinds=np.array(KINDS),
    )
    return {
        "playlists": wanted["slices"] * wanted["playlists_a_slice"],
        "entries": n_entries,
        "songs in the catalogue": len(catalogue.songs),
        "tracks in the catalogue": len(catalogue.tracks),
        "tracks with audio features": n_features,
    }
