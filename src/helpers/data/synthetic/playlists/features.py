"""Write audio features in the format of the tables of tracks, years and genres."""

from pathlib import Path

import numpy as np
import polars as pl

from helpers.data.synthetic.names import GENRE_NAMES, SCENE_NAMES
from helpers.data.synthetic.playlists.catalogue import Catalogue
from helpers.data.synthetic.playlists.settings import PlaylistSettings
from helpers.data.synthetic.world import World

# The columns of each file in the order of the real ones.
TRACK_COLUMNS = (
    "valence", "year", "acousticness", "artists", "danceability", "duration_ms", "energy",
    "explicit", "id", "instrumentalness", "key", "liveness", "loudness", "mode", "name",
    "popularity", "release_date", "speechiness", "tempo",
)  # fmt: skip
_MEANS = (
    "acousticness", "danceability", "duration_ms", "energy", "instrumentalness", "liveness",
    "loudness", "speechiness", "tempo", "valence", "popularity",
)  # fmt: skip
_DECIMALS = {"loudness": 3, "tempo": 3}
# Not every track of the playlists is in the table of tracks.
_KNOWN_SHARE = 0.92


def write_features(
    world: World, catalogue: Catalogue, settings: PlaylistSettings, folder: Path
) -> int:
    """Write the tables of tracks, years and genres; return the number of tracks."""
    tracks = _tracks(world, catalogue, settings)
    tracks.select(TRACK_COLUMNS).write_csv(folder / "data.csv")
    of_year = _averages(tracks, "year")
    of_year.select("mode", "year", *_MEANS, "key").write_csv(folder / "data_by_year.csv")
    scene, genre = np.array(SCENE_NAMES)[tracks["scene"]], np.array(GENRE_NAMES)[tracks["genre"]]
    twice = pl.concat([tracks.with_columns(genres=pl.Series(names)) for names in (scene, genre)])
    of_genre = _averages(twice, "genres")
    of_genre.select("mode", "genres", *_MEANS, "key").write_csv(folder / "data_by_genres.csv")
    return len(tracks)


def _tracks(world: World, catalogue: Catalogue, settings: PlaylistSettings) -> pl.DataFrame:
    rng = world.rng("features")
    songs, tracks = catalogue.songs, catalogue.tracks
    n = min(round(_KNOWN_SHARE * len(tracks)), settings.n_features_max)
    rows = np.sort(rng.choice(len(tracks), n, replace=False))
    song = tracks.song[rows]
    year = tracks.album_year[tracks.album[rows]]
    order = np.lexsort((rows, year))
    rows, song, year = rows[order], song[order], year[order]
    artists = songs.artist[song].tolist()
    named = [
        [catalogue.artist_names[a]] + ([catalogue.artist_names[g]] if g >= 0 else [])
        for a, g in zip(artists, songs.guest[song].tolist(), strict=True)
    ]
    sound = {
        name: values[song].round(_DECIMALS.get(name, 4)) for name, values in catalogue.sound.items()
    }
    return pl.DataFrame(
        {
            **sound,
            "year": year,
            "artists": [str(names) for names in named],
            "id": [catalogue.track_uris[row].rpartition(":")[2] for row in rows.tolist()],
            "name": [catalogue.track_names[row] for row in rows.tolist()],
            "release_date": _release_dates(year, rng),
            "scene": songs.scene[song],
            "genre": songs.genre[song],
        }
    )


def _release_dates(year: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Return dates to the day, to the month or to the year; of old records less is known."""
    month, day = rng.integers(1, 13, len(year)), rng.integers(1, 29, len(year))
    known = rng.random(len(year)) - np.clip((1990 - year) / 80, 0, 0.6)
    columns = zip(year.tolist(), month.tolist(), day.tolist(), known.tolist(), strict=True)
    return [
        f"{y}-{m:02d}-{d:02d}" if k > 0.2 else f"{y}-{m:02d}" if k > 0.17 else f"{y}"
        for y, m, d, k in columns
    ]


def _averages(tracks: pl.DataFrame, group: str) -> pl.DataFrame:
    """Return means of the features of each group, and its most common mode and key."""
    # Sums by NumPy have one order, so that the last digits do not depend on the threads.
    names, row = np.unique(tracks[group].to_numpy(), return_inverse=True)
    size = np.bincount(row)
    means = {name: np.bincount(row, tracks[name].to_numpy()) / size for name in _MEANS}
    counts = {name: np.zeros((len(names), 12), dtype=np.int64) for name in ("mode", "key")}
    for name, of_value in counts.items():
        np.add.at(of_value, (row, tracks[name].to_numpy()), 1)
    common = {name: of_value.argmax(axis=1) for name, of_value in counts.items()}
    return pl.DataFrame({group: names, **means, **common})
