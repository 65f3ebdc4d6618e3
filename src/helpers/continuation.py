"""What should follow a playlist: folded in, re-ranked, and with the reasons for each track."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers import rerank
from helpers.checks import number_between, whole_number
from helpers.errors import SettingError
from helpers.fold_in.search import ApproximateSearch, ExactSearch, most_popular
from helpers.fold_in.store import PlaylistModel
from helpers.models.lists import Recommendations

_CANDIDATES = 500  # what re-ranking chooses from; more where a longer list is asked for
_CANDIDATES_A_PLACE = 4


@dataclass(frozen=True)
class Knobs:
    """How a list differs from what the model ranks highest; every knob is off by default.

    Attributes
    ----------
    artist_cap : int, optional
        Tracks that one artist may have in the list, as far as others are left.
    popularity_penalty : float
        Spreads of the candidates' scores (standard deviations) that a factor of e in popularity
        costs; 0.3 is mild, 1 strong.
    variety : float
        From 0 to 1: how much likeness to the tracks before counts against a track.
    """

    artist_cap: int | None = None
    popularity_penalty: float = 0.0
    variety: float = 0.0

    def __post_init__(self) -> None:
        if self.artist_cap is not None:
            whole_number("artist_cap", self.artist_cap, 1)
        number_between("popularity_penalty", self.popularity_penalty, 0)
        number_between("variety", self.variety, 0, 1)


@dataclass(frozen=True)
class Continuation:
    """A list of tracks for one playlist, best first.

    Attributes
    ----------
    basis : str
        What it rests on: "tracks" (the playlist was folded in), "title" (no track was known, but
        a word of the title) or "popularity" (nothing was known).
    columns : ndarray of int32, shape (k,)
        Rows of the catalogue; fewer than asked for where no more are left.
    scores : ndarray of float32, shape (k,)
        The model's own; numbers of playlists where the basis is popularity.
    reasons : list of ndarray of int32, length k
        The tracks of the playlist that add most to each score, most first; empty unless the
        basis is "tracks".
    """

    basis: str
    columns: np.ndarray
    scores: np.ndarray
    reasons: list[np.ndarray]


def continue_playlist(
    model: PlaylistModel,
    columns: np.ndarray,
    counts: np.ndarray | None = None,
    *,
    title: str = "",
    k: int = 50,
    knobs: Knobs | None = None,
    search: ExactSearch | ApproximateSearch | None = None,
    n_reasons: int = 2,
) -> Continuation:
    """Return what should follow a playlist; the model stays as it is.

    Tracks that the playlist holds are left out, and so are other releases of the same songs; no
    song comes twice.

    Parameters
    ----------
    model : PlaylistModel
    columns : ndarray of int, shape (n,)
        Rows of the catalogue that the playlist holds, each once.
    counts : ndarray of float, shape (n,), optional
        How often each stands there, or was listened to; default once.
    title : str
        Read where no track is known.
    k : int
        Length of the list, from 1 to the size of the catalogue.
    knobs : Knobs, optional
    search : ExactSearch or ApproximateSearch, optional
        Over the vectors of the model; default exact.
    n_reasons : int
        Tracks to name as reasons, from 0.

    Raises
    ------
    SettingError
        If a column is unknown or stands twice, a count is not positive, or k is out of range.
    """
    playlist = _as_row(columns, counts, len(model.catalogue))
    n_wanted = min(
        max(_CANDIDATES, _CANDIDATES_A_PLACE * whole_number("k", k, 1)), playlist.shape[1]
    )
    basis, vector = _vector(model, playlist, title)
    held = _same_songs(model, playlist.indices)
    if vector is None:
        candidates = most_popular(model.catalogue["popularity"].to_numpy(), n_wanted, held)
    else:
        search = search or ExactSearch(model.step.item_factors)
        candidates = search.best(vector[None], n_wanted, held)
    found = _reranked(model, candidates, k, knobs or Knobs())
    reasons = [np.empty(0, dtype=np.int32)] * len(found.items[0])
    if basis == "tracks" and len(reasons) and n_reasons:
        contributions = model.step.contributions(playlist, found.items[0])
        order = np.argsort(-contributions, axis=1, kind="stable")[:, :n_reasons]
        reasons = list(playlist.indices[order])
    return Continuation(basis, found.items[0], found.scores[0], reasons)


def _as_row(columns: np.ndarray, counts: np.ndarray | None, n_items: int) -> sp.csr_array:
    columns = np.asarray(columns, dtype=np.int32)
    counts = np.ones(len(columns)) if counts is None else np.asarray(counts, dtype=np.float64)
    if len(counts) != len(columns) or not (np.isfinite(counts) & (counts > 0)).all():
        raise SettingError("the counts of a playlist are positive numbers, one for each track")
    if len(np.unique(columns)) != len(columns) or (
        len(columns) and not 0 <= columns.min() <= columns.max() < n_items
    ):
        raise SettingError(
            f"the columns of a playlist run from 0 to {n_items - 1}, each at most once; "
            "match it with the catalogue of the model first"
        )
    row = sp.csr_array((counts.astype(np.float32), columns, [0, len(columns)]), shape=(1, n_items))
    row.sort_indices()
    return row


def _vector(
    model: PlaylistModel, playlist: sp.csr_array, title: str
) -> tuple[str, np.ndarray | None]:
    """Return what a list can rest on, and the vector of the playlist."""
    vector = model.step.vectors(playlist)[0]
    if vector.any():  # tracks that training knows nothing of leave it zero
        return "tracks", vector
    vector = model.titles.vector(title)
    return ("popularity", None) if vector is None else ("title", vector)


def _same_songs(model: PlaylistModel, columns: np.ndarray) -> sp.csr_array:
    """Return all tracks that are songs of these tracks, shape (1, n_items)."""
    song = model.catalogue["song"].to_numpy()
    held = np.flatnonzero(np.isin(song, song[columns]))
    return sp.csr_array((np.ones(len(held)), held, [0, len(held)]), shape=(1, len(song)))


def _reranked(
    model: PlaylistModel, candidates: Recommendations, k: int, knobs: Knobs
) -> Recommendations:
    """Return the first k after the knobs, without a song that comes twice and without padding."""
    items = candidates.items[0][candidates.items[0] >= 0]
    # Places among the candidates stand for items here, so that no step looks at all items.
    places = np.arange(len(items), dtype=np.int32)[None]
    scores = candidates.scores[:, : len(items)]
    lists, n = Recommendations(places, scores), len(items)
    if n == 0:
        return Recommendations(candidates.items[:, :0], candidates.scores[:, :0])
    rows = model.catalogue[items]
    lists = rerank.cap_group(lists, rows["song"].to_numpy(), 1, n)
    n = rows["song"].n_unique()  # what comes after is a song once more
    lists = rerank.first(lists, n)
    if knobs.popularity_penalty:
        beta = knobs.popularity_penalty * rerank.spread(scores, np.ones(scores.shape, dtype=bool))
        popularity = rows["popularity"].to_numpy()
        lists = rerank.penalise_popularity(lists, popularity, beta, n)
        # What comes next shall weigh the scores as they are after the penalty.
        costs = beta * np.log(np.maximum(popularity, 1))
        lists = Recommendations(lists.items, lists.scores - costs[lists.items])
    if knobs.variety:
        vectors = model.step.item_factors[items]
        lists = rerank.diversify(lists, vectors, knobs.variety, n)
    if knobs.artist_cap:
        lists = rerank.cap_group(lists, rows["artist"].to_numpy(), knobs.artist_cap, n)
    lists = rerank.first(lists, min(k, n))
    return Recommendations(items[lists.items], scores[0][lists.items])
