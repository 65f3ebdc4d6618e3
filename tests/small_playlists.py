"""A few playlists in two tastes, and a model trained on them."""

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.fold_in.store import PlaylistModel
from helpers.interactions import IdMap, Interactions
from helpers.models import ALS
from helpers.models.factors import FactorModel

N_TRACKS, N_PLAYLISTS = 40, 60
RELEASES = (0, 1)  # tracks that are one song
LONELY = 39  # a track of no playlist


def make_tracks() -> pl.DataFrame:
    """Tracks 0 to 19 are of one taste and 20 to 39 of another; two artists in each."""
    names = [f"Song {at}" for at in range(N_TRACKS)]
    names[0], names[1] = "Evening Train", "Evening Train - Remastered 2011"
    return pl.DataFrame(
        {
            "track_uri": [f"spotify:track:{at:022d}" for at in range(N_TRACKS)],
            "track_name": names,
            "artist_name": [f"Artist {at // 10}" for at in range(N_TRACKS)],
            "artist_uri": [f"spotify:artist:{at // 10:022d}" for at in range(N_TRACKS)],
            "album_name": ["Album"] * N_TRACKS,
        }
    )


def make_titles() -> list[str]:
    return [("quiet evening", "loud party")[row % 2] for row in range(N_PLAYLISTS)]


def make_train() -> Interactions:
    rng, tracks = np.random.default_rng(0), make_tracks()
    cells = np.zeros((N_PLAYLISTS, N_TRACKS), dtype=np.float32)
    for row in range(N_PLAYLISTS):
        mine = 20 * (row % 2) + np.arange(20)
        cells[row, rng.choice(mine, 8, replace=False)] = 1
        cells[row, rng.integers(N_TRACKS)] = 1
    cells[:, LONELY] = 0
    names = tracks["track_name"].to_numpy().astype(object)
    users, items = IdMap(range(N_PLAYLISTS)), IdMap(tracks["track_uri"])
    return Interactions(sp.csr_array(cells), users, items, names)


def make_playlist_model(model: FactorModel | None = None) -> PlaylistModel:
    model = model or ALS(factors=4, regularization=1.0, weighting="binary", alpha=3.0)
    facts = {"data": "synthetic playlists"}
    return PlaylistModel.of(model.fit(make_train()), make_tracks(), make_titles(), facts)
