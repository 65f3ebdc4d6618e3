"""Continue the held-out playlists of a challenge, and tell what the lists are like.

A list is judged by `helpers.evaluation.continuation`; here is what comes before and after.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from helpers.challenge import Challenge
from helpers.continuation import Knobs, continue_playlist
from helpers.errors import DataError, SettingError
from helpers.evaluation.continuation import LONGEST_LIST, ContinuationMetrics
from helpers.evaluation.popularity_bias import list_means
from helpers.evaluation.significance import bootstrap_interval, paired_ratio
from helpers.fold_in.search import ExactSearch, most_popular
from helpers.fold_in.store import PlaylistModel
from helpers.interactions import Interactions


class Lists(NamedTuple):
    """A list for each held-out playlist, best first.

    Attributes
    ----------
    items : ndarray of int32, shape (n, k)
        Columns of tracks; -1 pads a list that is shorter.
    basis : ndarray of str, shape (n,)
        What each rests on: "tracks", "title" or "popularity", as in `Continuation`.
    """

    items: np.ndarray
    basis: np.ndarray


def training_part(
    interactions: Interactions, challenge: Challenge, *, with_seeds: bool | np.ndarray = False
) -> Interactions:
    """Return the matrix to train on: the held-out rows are there, but empty.

    Parameters
    ----------
    interactions : Interactions
        Of all playlists.
    challenge : Challenge
        Drawn from them.
    with_seeds : bool or ndarray of bool, shape (n,)
        Which held-out rows hold their seeds, for whoever trains again instead of folding in.
        Then `model.recommend(challenge.held_out_rows, k, exclude=...)` continues them.
    """
    is_kept = np.zeros(interactions.n_users, dtype=np.float32)
    is_kept[challenge.train_rows] = 1
    n_held_out = len(challenge.held_out_rows)
    has_seeds = np.broadcast_to(with_seeds, n_held_out).astype(np.float32)
    places = (challenge.held_out_rows, np.arange(n_held_out))
    to_their_rows = sp.coo_array((has_seeds, places), (interactions.n_users, n_held_out))
    matrix = sp.diags_array(is_kept) @ interactions.user_items
    return interactions.with_matrix(matrix + to_their_rows.tocsr() @ challenge.seeds)


def fold_in_lists(
    model: PlaylistModel, challenge: Challenge, titles: Sequence[str], k: int = LONGEST_LIST
) -> Lists:
    """Continue each held-out playlist by its seeds, or its title, or popularity: what is known.

    As `continue_playlist` without knobs does, but all at once, and with every track in the lists
    that is no seed: a target may be another release of one.

    Parameters
    ----------
    model : PlaylistModel
    challenge : Challenge
    titles : sequence of str, length n
        Of the held-out playlists, in their order.
    k : int
        From 1 to the size of the catalogue.

    Raises
    ------
    DataError
        If there is not one title a playlist.
    """
    _check_titles(titles, challenge)
    vectors = model.step.vectors(challenge.seeds)
    basis = np.where(vectors.any(axis=1), "tracks", "popularity").astype("<U10")
    for place in np.flatnonzero(basis == "popularity"):
        vector = model.titles.vector(titles[place])
        if vector is not None:
            vectors[place], basis[place] = vector, "title"
    items = ExactSearch(model.step.item_factors).best(vectors, k, challenge.seeds).items
    rest = np.flatnonzero(basis == "popularity")
    popularity = model.catalogue["popularity"].to_numpy()
    items[rest] = most_popular(popularity, items.shape[1], challenge.seeds[rest]).items
    return Lists(items, basis)


def knob_lists(
    model: PlaylistModel, challenge: Challenge, titles: Sequence[str], knobs: Knobs, k: int
) -> np.ndarray:
    """Return what `continue_playlist` gives each held-out playlist, shape (n, k), int32.

    Parameters
    ----------
    model, challenge, titles
        As in `fold_in_lists`.
    knobs : Knobs
    k : int
        -1 pads a list that is shorter.
    """
    _check_titles(titles, challenge)
    search = ExactSearch(model.step.item_factors)
    items = np.full((len(titles), k), -1, dtype=np.int32)
    for row, title in enumerate(titles):
        seeds = challenge.seeds[[row]]
        found = continue_playlist(
            model,
            seeds.indices,
            seeds.data,
            title=title,
            k=k,
            knobs=knobs,
            search=search,
            n_reasons=0,
        )
        items[row, : len(found.columns)] = found.columns
    return items


def summarise(metrics: ContinuationMetrics) -> dict[str, float]:
    """Return the means over playlists: r_precision with its 95 % interval, ndcg and clicks.

    Parameters
    ----------
    metrics : ContinuationMetrics
        Of the playlists in question.

    Returns
    -------
    dict
        playlists (how many), r_precision, low, high, ndcg, clicks. The ends are NaN for fewer
        than two playlists.
    """
    low, high = np.nan, np.nan
    if len(metrics.r_precision) > 1:
        low, high = bootstrap_interval(metrics.r_precision)
    return {
        "playlists": len(metrics.r_precision),
        "r_precision": float(np.mean(metrics.r_precision)),
        "low": low,
        "high": high,
        "ndcg": float(np.mean(metrics.ndcg)),
        "clicks": float(np.mean(metrics.clicks)),
    }


def part(metrics: ContinuationMetrics, rows: np.ndarray) -> ContinuationMetrics:
    """Return the metrics of some playlists: places, or a flag for each."""
    return ContinuationMetrics(*(values[rows] for values in metrics))


def kept(values: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    """Return the ratio of two means with its interval, as `paired_ratio`; NaN where it refuses.

    It does so for a handful of playlists of which next to none has a hit.
    """
    try:
        return paired_ratio(values, reference)
    except SettingError:
        return np.nan, np.nan, np.nan


def traits(items: np.ndarray, model: PlaylistModel) -> dict[str, float]:
    """Return what lists are like, whatever they are worth: means over the lists.

    Parameters
    ----------
    items : ndarray of int, shape (n, k)
        -1 is no track.
    model : PlaylistModel
        Has the popularity, the artists and the vectors of the tracks.

    Returns
    -------
    dict
        popularity: training playlists of a track; artists: distinct ones in a list; likeness:
        mean cosine of two tracks of a list, NaN where no list has two.
    """
    artist = model.catalogue["artist"].to_numpy()
    rows = [row[row >= 0] for row in items]
    popularity = list_means(items, model.catalogue["popularity"].to_numpy())
    return {
        "popularity": float(np.nanmean(popularity)) if np.isfinite(popularity).any() else np.nan,
        "artists": float(np.mean([len(np.unique(artist[row])) for row in rows])),
        "likeness": _mean_cosine(rows, model.step.item_factors),
    }


def _mean_cosine(rows: list[np.ndarray], vectors: np.ndarray) -> float:
    """Return the mean over lists of the mean cosine of two of its items.

    All cosines of a list add up to the squared length of the sum of its unit vectors.
    """
    means = []
    for row in rows:
        lengths = np.linalg.norm(vectors[row], axis=1)
        units = vectors[row][lengths > 0] / lengths[lengths > 0, None]
        n = len(units)
        if n > 1:
            means.append((np.sum(units.sum(axis=0) ** 2) - n) / (n * (n - 1)))
    return float(np.mean(means)) if means else np.nan


def _check_titles(titles: Sequence[str], challenge: Challenge) -> None:
    n = len(challenge.held_out_rows)
    if len(titles) != n:
        raise DataError(
            f"got {len(titles)} titles, expected {n}: one a held-out playlist, in their order"
        )
