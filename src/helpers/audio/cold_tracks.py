"""Hide tracks altogether, and judge what is predicted about them from their sound.

As in van den Oord, Dieleman and Schrauwen (2013), Deep content-based music recommendation: vectors
of tracks come from usage by alternating least squares, sound is to predict them, and the inner
product of a predicted vector and a playlist's says how well the track suits the playlist. Unlike
there, playlists' vectors are learnt without the hidden tracks.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.checks import proper_share, whole_number
from helpers.errors import SettingError
from helpers.evaluation.auc import user_auc
from helpers.evaluation.ranking import ranking_metrics
from helpers.interactions import Interactions
from helpers.models.als import ALS
from helpers.models.half_step import HalfStep
from helpers.models.lists import best_of

_MAP_AT = 500  # as in the paper, or all hidden tracks where there are fewer
_FOLDS = 5


@dataclass(frozen=True)
class ColdTracks:
    """Playlists and tracks, some of them hidden as if they had just come out.

    Attributes
    ----------
    train : Interactions
        Playlists × all tracks, without the pairs of hidden tracks and of their other editions.
    heard : ndarray of int, shape (n_heard,)
        Tracks with audio that are not hidden: their columns in the matrix.
    hidden : ndarray of int, shape (n_hidden,)
    test : csr_array, shape (n_playlists, n_hidden)
        Which playlists hold which hidden tracks.
    """

    train: Interactions
    heard: np.ndarray
    hidden: np.ndarray
    test: sp.csr_array


def hide_tracks(
    interactions: Interactions,
    columns: np.ndarray,
    songs: np.ndarray,
    share: float = 0.2,
    seed: int = 0,
) -> ColdTracks:
    """Hide a random share of the tracks that have audio.

    To choose settings, hide a share of the `heard` tracks of the `train` set that this returns:
    the tracks hidden first then have no say.

    Parameters
    ----------
    interactions : Interactions
        Playlists × tracks.
    columns : ndarray of int, shape (n,)
        The tracks with audio, each of another song.
    songs : ndarray of int, shape (n_tracks,)
        Number of the song of every column, as from `helpers.fold_in.catalogue.codes` of
        `helpers.songs.song_keys`: other editions of a hidden track are hidden with it.
    share : float
        Share of the tracks, rounded, at least one of them.
    seed : int

    Raises
    ------
    SettingError
        If share or seed is out of range, two tracks are of one song, there are not the right
        numbers of songs and columns, or nothing would be left on one side.
    """
    proper_share("share", share, 0.2)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    columns, songs = np.asarray(columns), np.asarray(songs)
    if len(songs) != interactions.n_items:
        raise SettingError(
            f"got songs of {len(songs)} tracks, expected {interactions.n_items}: one a column"
        )
    if len(np.unique(songs[columns])) < len(columns):
        raise SettingError("two tracks with audio are one song, expected one track of each")
    shuffled = rng.permutation(columns)
    n_hidden = max(1, round(share * len(columns)))
    hidden, heard = np.sort(shuffled[:n_hidden]), np.sort(shuffled[n_hidden:])
    is_kept = ~np.isin(songs, songs[hidden])
    kept = sp.diags_array(is_kept.astype(np.float32), format="csr")
    train = interactions.with_matrix(interactions.user_items @ kept)
    test = sp.csr_array(interactions.user_items[:, hidden].astype(bool).astype(np.float32))
    if len(heard) == 0 or train.n_pairs == 0 or test.nnz == 0:
        raise SettingError(
            f"{len(columns)} tracks have audio, expected enough to hide some and keep others, all "
            "in playlists; use more"
        )
    return ColdTracks(train, heard, hidden, test)


def usage_model(cold: ColdTracks, seed: int = 0) -> ALS:
    """Return a model of what is not hidden, whose `item_factors` sound is to predict.

    Weights are binary, so that lists and tracks are weighed alike and a track can be placed from
    the playlists that hold it. The settings were chosen on validation tracks.
    """
    model = ALS(factors=40, regularization=10.0, alpha=10.0, weighting="binary", seed=seed)
    return model.fit(cold.train)


def scores(model: ALS, track_factors: np.ndarray) -> np.ndarray:
    """Return how well each track suits each playlist, shape (n_playlists, n_tracks)."""
    return model.user_factors @ np.asarray(track_factors, dtype=np.float32).T


def usage_scores(cold: ColdTracks, model: ALS, *, own: bool = False, seed: int = 0) -> np.ndarray:
    """Return what sound is measured against: scores of hidden tracks by who holds them after all.

    Each hidden track gets its least-squares vector over the playlists' vectors. For an honest
    bound playlists are cut into five parts, and those of one part are scored by vectors that only
    the other four know: what usage by others says of a track that is no longer new.

    Parameters
    ----------
    cold : ColdTracks
    model : ALS
        Of `usage_model`.
    own : bool
        True lets the vectors know the very pairs they are judged on, as the upper bound of the
        paper does.
    seed : int
        Of the parts.

    Returns
    -------
    ndarray of float32, shape (n_playlists, n_hidden)
    """
    step = HalfStep.over(model.user_factors, model.half_step().rule)
    if own:
        return scores(model, step.vectors(_as_users(cold.test)))
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    part = rng.integers(_FOLDS, size=cold.test.shape[0])
    result = np.empty(cold.test.shape, dtype=np.float32)
    for fold in range(_FOLDS):
        others = sp.diags_array((part != fold).astype(np.float32), format="csr")
        vectors = step.vectors(_as_users(others @ cold.test))
        result[part == fold] = scores(model, vectors)[part == fold]
    return result


def judge(cold: ColdTracks, scored: np.ndarray) -> dict[str, np.ndarray]:
    """Return how well the hidden tracks are ranked for each playlist, among themselves.

    Parameters
    ----------
    cold : ColdTracks
    scored : ndarray of float, shape (n_playlists, n_hidden)

    Returns
    -------
    dict of str to ndarray of float, shape (n_playlists,)
        "auc", see `helpers.evaluation.auc.user_auc`, and "map", of the first 500 hidden tracks;
        NaN for a playlist that holds none. `helpers.evaluation.significance` has intervals.

    Raises
    ------
    SettingError
        If the shape is another one, or a score is not a number.
    """
    if np.shape(scored) != cold.test.shape or np.isnan(scored).any():
        raise SettingError(
            f"scores have shape {np.shape(scored)}, expected {cold.test.shape} of numbers: "
            "playlists × hidden tracks"
        )
    k = min(_MAP_AT, cold.test.shape[1])
    lists = best_of(np.asarray(scored, dtype=np.float32), k).items
    return {
        "auc": user_auc(scored, cold.test, sp.csr_array(cold.test.shape, dtype=np.float32)),
        "map": ranking_metrics(lists, cold.test, k)[k]["map"],
    }


def _as_users(test: sp.csr_array) -> sp.csr_array:
    """Return tracks × playlists in canonical form, without cells that became zero."""
    turned = sp.csr_array(test.T)
    turned.eliminate_zeros()
    turned.sort_indices()
    return turned
