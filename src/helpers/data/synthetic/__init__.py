"""The synthetic world on disk: files in the real formats, and the truth behind them.

Same scale and seed, same bytes. `world.json` is written last and marks a complete world; the
folder is built beside its place and renamed, so that nobody ever reads half a world.
"""

import hashlib
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from numbers import Integral
from pathlib import Path

import numpy as np

from helpers import paths
from helpers.data.synthetic.files import write_lastfm
from helpers.data.synthetic.names import GENRE_NAMES, SCENE_NAMES
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.world import World, draw_world
from helpers.errors import DataError, SettingError

# Whatever changes in the code that draws and writes, worlds drawn before are outdated.
_CODE = sorted(Path(__file__).parent.glob("*.py"))
WORLD_VERSION = hashlib.sha256(b"".join(file.read_bytes() for file in _CODE)).hexdigest()[:16]


@dataclass(frozen=True)
class Truth:
    """What listeners truly like and which artists they meet; rows as in `Interactions`.

    Attributes
    ----------
    user_ids : ndarray of int64, shape (n_users,)
        Sorted external identifiers.
    artist_ids : ndarray of int64, shape (n_artists,)
        Sorted external identifiers of the artists in anyone's list.
    user_factors : ndarray of float32, shape (n_users, n_scenes)
        Share of each scene in a user's taste; rows sum to 1.
    artist_factors : ndarray of float32, shape (n_artists, n_scenes)
        How much an artist belongs to each scene.
    mainstream : ndarray of float32, shape (n_users,)
        How strongly an artist's reach decides whether the user meets the artist.
    openness : ndarray of float32, shape (n_users,)
        Preference for artists of no liked scene.
    log_reach : ndarray of float32, shape (n_artists,)
        How widely an artist is known.
    artist_scene : ndarray of int64, shape (n_artists,)
        Main scene, a position in `scenes`.
    artist_genre : ndarray of int64, shape (n_artists,)
        Main genre, a position in `genres`.
    scenes, genres : ndarray of str
        Their names; each genre has the same number of scenes, in order.
    """

    user_ids: np.ndarray
    artist_ids: np.ndarray
    user_factors: np.ndarray
    artist_factors: np.ndarray
    mainstream: np.ndarray
    openness: np.ndarray
    log_reach: np.ndarray
    artist_scene: np.ndarray
    artist_genre: np.ndarray
    scenes: np.ndarray
    genres: np.ndarray

    def preference(self, user_rows: np.ndarray) -> np.ndarray:
        """Return how much each user likes each artist, fame aside, shape (n, n_artists)."""
        rows = np.asarray(user_rows)
        return self.user_factors[rows] @ self.artist_factors.T + self.openness[rows, None]

    def exposure(self, user_rows: np.ndarray) -> np.ndarray:
        """Return how easily each user meets each artist, taste aside, shape (n, n_artists)."""
        rows = np.asarray(user_rows)
        return np.exp(self.mainstream[rows, None] * self.log_reach)

    def choice(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the probability that a user's next artist is each artist, shape (n, n_artists).

        It is proportional to exposure times preference; rows sum to 1.
        """
        weight = self.exposure(user_rows) * self.preference(user_rows)
        return weight / weight.sum(axis=1, keepdims=True)


def make_world(scale: str = "lesson", seed: int = 0, folder: Path | None = None) -> Path:
    """Write the synthetic world of a scale and seed, unless it stands there already.

    Drawing takes seconds, so it is announced on standard error.

    Parameters
    ----------
    scale : str
        "lesson" (the size of the real last.fm dataset), "tiny" or "large" (ten times its users).
    seed : int
        Any whole number from 0 on; equal seeds give equal bytes.
    folder : Path, optional
        Default `paths.synthetic_dir(scale)`. It will hold `lastfm/`, `truth.npz` and
        `world.json`. Another world in its place is replaced, anything else is refused.

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
    if scale not in SCALES:
        raise SettingError(f"scale is {scale!r}, expected one of {', '.join(SCALES)}")
    if not isinstance(seed, Integral) or isinstance(seed, bool) or seed < 0:
        raise SettingError(f"seed is {seed!r}, expected a whole number from 0 on")
    folder = Path(folder or paths.synthetic_dir(scale)).expanduser().resolve()
    wanted = {"version": WORLD_VERSION, "scale": scale, "seed": int(seed)}
    if _is_complete(folder, wanted):
        return folder
    _refuse_other_content(folder)
    print(f"drawing the synthetic world ({scale}, seed {seed})", file=sys.stderr, flush=True)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as workshop:
            built = Path(workshop) / "world"
            _write_world(draw_world(SCALES[scale], int(seed)), built, wanted)
            _move_into_place(built, folder, wanted)
    except OSError as error:
        raise DataError(
            f"the synthetic world cannot be written to {folder} ({error.strerror}); "
            "make room or choose another folder"
        ) from None
    return folder


def load_truth(folder: Path) -> Truth:
    """Read the truth behind a synthetic world.

    Parameters
    ----------
    folder : Path
        What `make_world` returned.

    Raises
    ------
    DataError
        If there is no truth in the folder, or it is damaged.
    """
    file = Path(folder) / "truth.npz"
    try:
        with np.load(file, allow_pickle=False) as stored:
            return Truth(**{name: stored[name] for name in Truth.__dataclass_fields__})
    except FileNotFoundError:
        raise DataError(
            f"{file} is missing, expected the truth of a synthetic world; "
            "real data have none, draw a world with: python -m helpers data make"
        ) from None
    except Exception as error:  # A damaged archive raises whatever the damage hits.
        raise DataError(
            f"{file} is damaged ({error}); remove its folder and draw the world again with: "
            "python -m helpers data make"
        ) from None


def _write_world(world: World, folder: Path, wanted: dict) -> None:
    folder.mkdir()
    user_ids, artist_ids = write_lastfm(world, folder / "lastfm")
    listed = np.argsort(artist_ids, kind="stable")
    listed = listed[artist_ids[listed] > 0]
    truth = Truth(
        user_ids=user_ids,
        artist_ids=artist_ids[listed],
        user_factors=world.listener_factors.astype(np.float32),
        artist_factors=world.artist_factors[listed].toarray().astype(np.float32),
        mainstream=world.mainstream.astype(np.float32),
        openness=world.openness.astype(np.float32),
        log_reach=world.log_reach[listed].astype(np.float32),
        artist_scene=world.scene[listed],
        artist_genre=world.genre[listed],
        scenes=np.array(SCENE_NAMES),
        genres=np.array(GENRE_NAMES),
    )
    np.savez_compressed(folder / "truth.npz", **vars(truth))
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    summary = {
        **wanted,
        "settings": asdict(world.settings),
        "counts": {"users": len(user_ids), "artists": len(listed)},
        "sha256": {file.relative_to(folder).as_posix(): _sha256(file) for file in files},
    }
    (folder / "world.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def _is_complete(folder: Path, wanted: dict) -> bool:
    """Return whether the wanted world stands in the folder, every byte as it was written."""
    try:
        summary = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        return all(summary[key] == value for key, value in wanted.items()) and all(
            _sha256(folder / file) == sha256 for file, sha256 in summary["sha256"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _refuse_other_content(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() and not (folder / "world.json").is_file():
        raise DataError(
            f"{folder} holds something that is not a synthetic world; "
            "choose an empty folder or remove it first"
        )


def _move_into_place(built: Path, folder: Path, wanted: dict) -> None:
    """Rename `built` to `folder`; what stood there is removed together with the workshop."""
    try:
        if folder.exists():
            os.rename(folder, built.with_name("outdated"))
        os.rename(built, folder)
    except OSError:
        # Another process that drew the same world may have been faster.
        if not _is_complete(folder, wanted):
            raise


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
