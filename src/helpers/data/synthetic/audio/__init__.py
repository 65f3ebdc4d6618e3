"""Excerpts of the synthetic world's songs on disk: what the tracks of its playlists sound like.

Each is rendered from what is latent about its song: genre and scene, tempo, key, energy and the
other audio features, the artist and the year. Same scale, seed and number of tracks, same bytes.
`audio.json` is written last and marks complete audio; folders are built elsewhere and renamed.
"""

import hashlib
import wave
from pathlib import Path

import numpy as np
import polars as pl

from helpers.checks import whole_number
from helpers.data.drawn import DrawnParts
from helpers.data.playlists import load_playlists
from helpers.data.synthetic.audio.instruments import RATE
from helpers.data.synthetic.audio.patches import artist_patch
from helpers.data.synthetic.audio.render import Sound, render
from helpers.data.synthetic.names import GENRE_NAMES, SCENE_NAMES
from helpers.data.synthetic.playlists import PLAYLISTS_VERSION, make_playlists
from helpers.data.synthetic.playlists.catalogue import Catalogue, draw_catalogue
from helpers.data.synthetic.playlists.settings import SIZES
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.world import World, draw_world
from helpers.errors import DataError, SettingError
from helpers.files import write_atomically

__all__ = ["AUDIO_VERSION", "MARKER", "RATE", "SECONDS", "load_audio_tracks", "make_audio"]

# Whatever changes in the code that draws and writes, audio rendered before is outdated.
_CODE = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
AUDIO_VERSION = hashlib.sha256(PLAYLISTS_VERSION.encode() + _CODE).hexdigest()[:16]

SECONDS = 3.0
"""Length of each excerpt."""

MARKER = "audio.json"
_PART, _TABLE = "audio", "tracks.csv"
_DRAWN = DrawnParts("audio", MARKER, (_PART,))
_N_TRACKS = {"tiny": 150, "lesson": 1_500, "large": 5_000}
_FEATURES = ("tempo", "key", "mode", "energy", "acousticness", "danceability", "instrumentalness",
             "speechiness", "valence", "liveness", "loudness")  # fmt: skip


def make_audio(
    scale: str = "lesson",
    seed: int = 0,
    *,
    folder: Path | None = None,
    n_tracks: int | None = None,
) -> Path:
    """Render the songs that most playlists hold, unless they stand there already.

    Rendering 1,500 excerpts takes half a minute or less, so it is announced on standard error.

    Parameters
    ----------
    scale : str
        "tiny", "lesson" or "large", as for `make_playlists`, which is called first.
    seed : int
        Any whole number from 0 on; equal arguments give equal bytes.
    folder : Path, optional
        Will hold `audio/`, with a WAV file a track and `tracks.csv`, and `audio.json`, beside the
        playlists; by default that of `make_playlists`. Other audio in its place is replaced,
        anything else is refused.
    n_tracks : int, optional
        How many songs, the most held first, one track each; by default 150 of the tiny scale,
        1,500 of the lesson scale and 5,000 of the large one.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SettingError
        If scale, seed or number makes no sense.
    DataError
        If the folder holds something else or cannot be written.
    """
    if scale not in SIZES:
        raise SettingError(f"scale is {scale!r}, expected one of {', '.join(SIZES)}")
    n_tracks = _N_TRACKS[scale] if n_tracks is None else whole_number("n_tracks", n_tracks, 1)
    folder = make_playlists(scale, seed, folder=folder)
    wanted = {"version": AUDIO_VERSION, "scale": scale, "seed": int(seed), "n_tracks": n_tracks}

    def draw(built: Path) -> dict:
        world = draw_world(SCALES[scale], seed)
        catalogue = draw_catalogue(world, SIZES[scale])
        cache = built.with_name("cache")
        tracks = _most_held(catalogue, folder / "playlists", cache, n_tracks)
        _write(world, catalogue, tracks, built / _PART)
        return {}

    _DRAWN.draw_unless_there(folder, wanted, draw)
    return folder


def load_audio_tracks(folder: Path) -> pl.DataFrame:
    """Read which tracks of a synthetic world have audio.

    Parameters
    ----------
    folder : Path
        What `make_audio` returned.

    Returns
    -------
    DataFrame
        track_uri, file (of the folder `audio/`), track_name, artist_name, genre, scene and year;
        one row a track, the one that most playlists hold first.

    Raises
    ------
    DataError
        If there is none in the folder.
    """
    file = Path(folder) / _PART / _TABLE
    if not (file.is_file() and (Path(folder) / MARKER).is_file()):
        raise DataError(
            f"{file} or {MARKER} is missing, expected the audio of a synthetic world; render it "
            "with helpers.data.synthetic.audio.make_audio"
        )
    return pl.read_csv(file).with_columns(pl.col(pl.String).fill_null(""))


def _most_held(catalogue: Catalogue, playlists: Path, cache: Path, n: int) -> np.ndarray:
    """Return tracks of the catalogue: of the songs that most playlists hold the most held one."""
    held = load_playlists(playlists, cache=cache).interactions()
    row_of = {uri: row for row, uri in enumerate(catalogue.track_uris)}
    found = [row_of.get(uri, -1) for uri in held.items.external_ids.tolist()]
    known = np.flatnonzero(np.array(found) >= 0)  # a file of one's own is of no catalogue
    rows = np.array(found)[known]
    n_playlists = held.item_popularity()[known]
    rows = rows[np.lexsort((rows, -n_playlists))]
    # Another edition of a song sounds the same: hidden, it would have been heard all the same.
    _, first = np.unique(catalogue.tracks.song[rows], return_index=True)
    if len(first) < n:
        raise SettingError(
            f"n_tracks is {n}, expected at most {len(first)}: playlists hold no more songs"
        )
    return rows[np.sort(first)[:n]]


def _write(world: World, catalogue: Catalogue, tracks: np.ndarray, folder: Path) -> None:
    folder.mkdir(parents=True)
    songs, song = catalogue.songs, catalogue.tracks.song[tracks]
    uris = [catalogue.track_uris[track] for track in tracks]
    files = [f"{uri.rpartition(':')[2]}.wav" for uri in uris]
    for file, of_song in zip(files, song.tolist(), strict=True):
        _write_wave(folder / file, _render_song(world, catalogue, of_song))
    table = pl.DataFrame(
        {
            "track_uri": uris,
            "file": files,
            "track_name": [catalogue.track_names[track] for track in tracks],
            "artist_name": [catalogue.artist_names[artist] for artist in songs.artist[song]],
            "genre": np.array(GENRE_NAMES)[songs.genre[song]],
            "scene": np.array(SCENE_NAMES)[songs.scene[song]],
            "year": songs.year[song],
        }
    )
    write_atomically(folder / _TABLE, table.write_csv())


def _render_song(world: World, catalogue: Catalogue, song: int) -> np.ndarray:
    songs = catalogue.songs
    features = {name: catalogue.sound[name][song].item() for name in _FEATURES}
    sound = Sound(**features, year=int(songs.year[song]))
    patch = artist_patch(world, int(songs.scene[song]), int(songs.artists[songs.artist[song]]))
    return render(sound, patch, SECONDS, world.rng("audio", song))


def _write_wave(file: Path, samples: np.ndarray) -> None:
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(np.rint(32_767 * samples).astype("<i2").tobytes())
