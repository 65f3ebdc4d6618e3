"""What playlists have in common, what stands side by side in them, and what a sample shows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.special import gammaln

from helpers.checks import whole_number
from helpers.errors import SettingError

_WIDTH = 1.96  # standard errors on each side of a 95 % interval
# Below so many playlists a jackknife interval says nothing.
_LEAST_MEMBERS = 3


def title_keys(titles: pl.Series) -> pl.Series:
    """Return titles without case, signs and spare spaces, so that spellings of one are equal.

    Parameters
    ----------
    titles : Series of str, shape (n,)
        Null counts as empty.

    Returns
    -------
    Series of str, shape (n,)
        A title of signs alone, such as an emoji, is kept.

    Examples
    --------
    >>> title_keys(pl.Series(["Road  Trip!!", "road trip", "90's", "🔥 "])).to_list()
    ['road trip', 'road trip', '90s', '🔥']
    """
    lower = titles.fill_null("").str.normalize("NFKC").str.to_lowercase()
    lower = lower.str.replace_all(r"\s+", " ").str.strip_chars()
    words = lower.str.replace_all(r"[^\p{L}\p{M}\p{N}\s]", "").str.replace_all(r"\s+", " ")
    words = words.str.strip_chars()
    has_word = words.str.contains(r"[\p{L}\p{N}]")
    return words.zip_with(has_word, lower)


def group_likeness(playlist_tracks: sp.csr_array, members: pl.DataFrame) -> pl.DataFrame:
    r"""Return how much more alike the playlists of each group are than to all others.

    Two playlists are as alike as the cosine of their rows: the tracks in common, divided by the
    geometric mean of their lengths. The lift of a group is the mean likeness of its pairs over the
    mean likeness of a member and an outsider. Pairs of one group share playlists and so are not
    independent; the interval is a jackknife, which leaves out one playlist at a time.

    Parameters
    ----------
    playlist_tracks : csr_array, shape (n_playlists, n_tracks)
        Stored where a track is in a playlist; only that counts, not how much.
    members : DataFrame
        row (of the matrix) and group (its label); a playlist may be in several groups, and counts
        once in each.

    Returns
    -------
    DataFrame
        A row a group, by label: group, n (members), inside and outside (mean likeness), lift, low
        and high (ends of the 95 % interval). NaN where there are fewer than 3 members, no
        outsider, or no likeness outside to divide by.

    Raises
    ------
    SettingError
        If a member is no row of the matrix.
    """
    n = playlist_tracks.shape[0]
    in_groups = members.unique(["row", "group"]).group_by("group").agg("row").sort("group")
    if len(members) and not 0 <= members["row"].min() <= members["row"].max() < n:
        raise SettingError(
            f"members run from row {members['row'].min()} to {members['row'].max()}, expected "
            f"rows of the {n:,} playlists; number them from 0"
        )
    unit = _unit_rows(playlist_tracks)
    total = np.asarray(unit.sum(axis=0)).ravel()
    found = [_likeness_of(unit[np.sort(rows)], total, n) for rows in in_groups["row"].to_list()]
    columns = ("n", "inside", "outside", "lift", "low", "high")
    numbers = pl.DataFrame(found, schema=dict.fromkeys(columns, pl.Float64), orient="row")
    return in_groups.select("group").hstack(numbers.cast({"n": pl.Int64}))


def _unit_rows(playlist_tracks: sp.csr_array) -> sp.csr_array:
    """Return the playlists as rows of length 1; an empty one stays empty."""
    lengths = np.diff(playlist_tracks.indptr)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    parts = values, playlist_tracks.indices, playlist_tracks.indptr
    return sp.csr_array(parts, shape=playlist_tracks.shape)


def _likeness_of(members: sp.csr_array, total: np.ndarray, n_all: int) -> tuple[float, ...]:
    n = members.shape[0]
    if n < _LEAST_MEMBERS or n == n_all:
        return (float(n), *[np.nan] * 5)
    own = np.asarray(members.sum(axis=0)).ravel()
    itself = np.diff(members.indptr) > 0  # an empty playlist is not even like itself
    inside = (members @ own - itself) / (n - 1)
    outside = (members @ (total - own)) / (n_all - n)
    if not outside.sum() > 0:
        return (float(n), float(inside.mean()), 0.0, np.nan, np.nan, np.nan)
    lift = inside.mean() / outside.mean()
    # Without playlist i two of its pairs' places are gone: it is on either side of each.
    inside_without = (n * inside.mean() - 2 * inside) / (n - 2)
    outside_without = (n * outside.mean() - outside) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        pseudo = n * lift - (n - 1) * inside_without / outside_without
    error = pseudo.std(ddof=1) / np.sqrt(n)
    ends = max(lift - _WIDTH * error, 0.0), lift + _WIDTH * error
    return (float(n), float(inside.mean()), float(outside.mean()), float(lift), *map(float, ends))


def neighbour_shares(
    rows: np.ndarray, values: np.ndarray, distances: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return how often two entries so many places apart agree, and how often by chance.

    Chance is exact: what shuffling each playlist again and again would give on average, over the
    playlists that are long enough for a pair of that distance, each with as many pairs.

    Parameters
    ----------
    rows : ndarray of int, shape (n_entries,)
        Playlist of each entry, in rising order, its entries in their order.
    values : ndarray of int, shape (n_entries,)
        What may agree, from 0 upwards: artist or album of each entry.
    distances : sequence of int
        From 1, neighbours, upwards.

    Returns
    -------
    shares, chances : ndarray of float, shape (n_distances,)
        NaN where no playlist is so long.
    """
    lengths = np.bincount(rows)
    held, counts = np.unique(np.stack([rows, values]), axis=1, return_counts=True)
    agreeing = np.bincount(held[0], counts * (counts - 1), minlength=len(lengths))
    chance_of = agreeing / np.maximum(lengths * (lengths - 1), 1)
    shares, chances = [], []
    for distance in distances:
        step = whole_number("distance", distance, 1)
        is_pair = rows[step:] == rows[:-step]
        n_pairs = np.maximum(lengths - step, 0)
        if not n_pairs.any():
            shares.append(np.nan)
            chances.append(np.nan)
            continue
        shares.append((values[step:] == values[:-step])[is_pair].mean())
        chances.append(np.average(chance_of, weights=n_pairs))
    return np.array(shares), np.array(chances)


class Companions(NamedTuple):
    """The tracks that stand in a playlist with one track, and how often.

    Attributes
    ----------
    tracks : ndarray of int, shape (n,)
        In rising order; the track itself is none of them.
    together : ndarray of int, shape (n,)
        Playlists that hold both.
    expected : ndarray of float, shape (n,)
        As many would if tracks were spread over the playlists by chance.
    """

    tracks: np.ndarray
    together: np.ndarray
    expected: np.ndarray


def companions(
    playlist_tracks: sp.csr_array, track_playlists: sp.csr_array, track: int
) -> Companions:
    """Return the companions of one track.

    Parameters
    ----------
    playlist_tracks : csr_array, shape (n_playlists, n_tracks)
    track_playlists : csr_array, shape (n_tracks, n_playlists)
        The same transposed, made once for many tracks.
    track : int
        Row of `track_playlists`.
    """
    held_by = np.diff(track_playlists.indptr)
    start, end = track_playlists.indptr[[track, track + 1]]
    held = playlist_tracks[track_playlists.indices[start:end]].indices
    tracks, together = np.unique(held[held != track], return_counts=True)
    expected = held_by[track] * held_by[tracks] / playlist_tracks.shape[0]
    return Companions(tracks, together, expected)


def expected_sample(
    popularity: np.ndarray, n_playlists: int, sizes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return how many tracks a random sample of playlists holds, and how many of them just once.

    Exact means over all samples without replacement. A track of f among N playlists is missing
    from n of them with probability

    .. math:: \binom{N - f}{n} \Big/ \binom{N}{n}

    and ecologists, who count species in samples of a forest, call the sum a rarefaction curve.

    Parameters
    ----------
    popularity : ndarray of int, shape (n_tracks,)
        Number of playlists that hold each track, from 0 to `n_playlists`.
    n_playlists : int
    sizes : sequence of int
        Sizes of samples, from 1 to `n_playlists`.

    Returns
    -------
    distinct, once : ndarray of float, shape (n_sizes,)

    Raises
    ------
    SettingError
        If a size or a popularity is out of range.

    Examples
    --------
    >>> distinct, once = expected_sample(np.array([1, 2]), 2, [1, 2])
    >>> distinct.round(2).tolist(), once.round(2).tolist()
    ([1.5, 2.0], [1.5, 1.0])
    """
    n, popularity = whole_number("n_playlists", n_playlists, 1), np.asarray(popularity)
    found = np.asarray(sizes)
    if len(popularity) and not 0 <= popularity.min() <= popularity.max() <= n:
        raise SettingError(
            f"popularity runs from {popularity.min()} to {popularity.max()}, expected 0 to {n}, "
            "the number of playlists; count each playlist once a track"
        )
    if len(found) and not 1 <= found.min() <= found.max() <= n:
        raise SettingError(
            f"sizes run from {found.min()} to {found.max()}, expected 1 to {n}; a sample is no "
            "larger than what it is drawn from"
        )
    held, tracks = np.unique(popularity, return_counts=True)
    sizes = found[:, None]
    all_samples = _log_choose(n, sizes)
    missing = np.exp(_log_choose(n - held, sizes) - all_samples)
    single = held * np.exp(_log_choose(n - held, sizes - 1) - all_samples)
    return (1 - missing) @ tracks, single @ tracks


def _log_choose(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    """Return the log of the number of ways to choose k of n; -inf where there is none."""
    n, k = np.broadcast_arrays(n, k)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(np.maximum(n - k, 0) + 1)
    return np.where(k > n, -np.inf, ways)


def pair_agreement(found: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Return precision and recall of a grouping, over all pairs of things.

    Precision is the share of the pairs put together that belong together, recall the share of the
    pairs that belong together that were put together; NaN where there is no such pair.

    Parameters
    ----------
    found, true : ndarray, shape (n,)
        Label of the group of each thing, of any type that can be sorted.

    Examples
    --------
    >>> pair_agreement(np.array(["a", "a", "b", "b"]), np.array([0, 0, 0, 1]))
    (0.5, 0.3333333333333333)
    """
    found, true = (np.unique(labels, return_inverse=True)[1] for labels in (found, true))
    both = _n_pairs(np.unique(np.stack([found, true]), axis=1, return_counts=True)[1])
    together, belonging = _n_pairs(np.bincount(found)), _n_pairs(np.bincount(true))
    precision = both / together if together else np.nan
    return precision, both / belonging if belonging else np.nan


def _n_pairs(sizes: np.ndarray) -> float:
    sizes = sizes.astype(float)
    return float((sizes * (sizes - 1)).sum() / 2)
