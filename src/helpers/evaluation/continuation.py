"""The three metrics of the RecSys Challenge 2018: how well a list continues a playlist."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.evaluation.list_checks import check_columns, check_lists, check_rows
from helpers.evaluation.ranking import find_hits, ranking_metrics

LONGEST_LIST = 500
SONGS_A_CLICK = 10
CLICKS_WITHOUT_HIT = LONGEST_LIST // SONGS_A_CLICK + 1
ARTIST_CREDIT = 0.25


class ContinuationMetrics(NamedTuple):
    """One value a playlist and metric, each of shape (n,); NaN for a playlist without targets.

    Attributes
    ----------
    r_precision : ndarray of float
        With credit for the right artist, from 0 to 1. The challenge's first metric.
    r_precision_tracks : ndarray of float
        The same without that credit: right tracks only, at most `r_precision`.
    ndcg : ndarray of float
        From 0 to 1. The challenge's second metric.
    clicks : ndarray of float
        From 0 to 51, and less is better. The challenge's third metric.
    """

    r_precision: np.ndarray
    r_precision_tracks: np.ndarray
    ndcg: np.ndarray
    clicks: np.ndarray


def continuation_metrics(
    recommended: np.ndarray, targets: sp.csr_array, item_artists: np.ndarray
) -> ContinuationMetrics:
    r"""Return R-precision, NDCG@500 and recommended songs clicks of every playlist.

    With :math:`G` the targets of a playlist (distinct tracks that were held back) and
    :math:`R` its list:

    - ``r_precision`` :math:`(h + 0.25\,a) / |G|`, where :math:`h` is the number of targets in the
      first :math:`|G|` places of :math:`R`. The other tracks in these places missed;
      :math:`a` is how many distinct artists of theirs are artists of a track in :math:`G`.
      ``r_precision_tracks`` is :math:`h / |G|`.
    - ``ndcg`` :math:`\sum_i h_i / \log_2(i + 1)` over the places :math:`i` that hold a target
      (:math:`h_i = 1`), divided by the same sum for an ideal list, whose first
      :math:`\min(500, |G|)` places are hits
    - ``clicks`` :math:`\lfloor (i_1 - 1) / 10 \rfloor` with :math:`i_1` the place of the first
      target, from 1: how often a listener who is shown ten songs at a time asks for ten others.
      51 where no place holds a target.

    A playlist that got no list at all scores 0, 0 and 51.

    Parameters
    ----------
    recommended : ndarray of int, shape (n, k)
        Item columns, best first, k at most 500; -1 marks an empty place, which is a miss.
        Leave the seeds out: one that stands there wastes its place.
    targets : csr_array, shape (n, n_items)
        Any stored non-zero is a target.
    item_artists : ndarray of int, shape (n_items,)
        A number for the artist of each item, or -1 for one that is not known and earns nothing.

    Raises
    ------
    SettingError
        If shapes do not fit, a list is longer than 500 or holds one item twice, or an item or
        artist is out of range.

    Notes
    -----
    The formula of R-precision and its 0.25 are those of Chen, Lamere, Schedl and Zamani, "RecSys
    Challenge 2018: Automatic Music Playlist Continuation" (RecSys 2018), as is the 51; the
    discount and the ideal list those of the organisers' RecsysChallengeTools; which artists count,
    where the formula leaves it open, follows the evaluator of the winning team
    (layer6ai-labs/RecSys2018). No code of the leaderboard itself is known to be public. Left out
    on purpose:

    - the printed formula read literally, with credit also for artists of tracks that matched:
      a perfect list would score up to 1.25
    - credit for each track instead of once an artist; for artists anywhere in the 500; a
      denominator of :math:`|G|` plus the number of artists
    - NDCG as the challenge's web page prints it, with :math:`\log_2 i` and an ideal list of only
      as many hits as the list has: a single hit on top would be perfect

    Examples
    --------
    Items 0 and 1 are targets. Item 2 is by the artist of item 1, item 3 by somebody else.

    >>> targets, artists = sp.csr_array([[1, 1, 0, 0]]), np.array([0, 1, 1, 2])
    >>> continuation_metrics(np.array([[0, 2, 3]]), targets, artists).r_precision
    array([0.625])
    """
    recommended, item_artists = np.asarray(recommended), np.asarray(item_artists)
    check_rows("target", targets, recommended)
    check_lists(recommended, targets.shape[1])
    item_artists = _checked_artists(item_artists, targets)
    lists = _as_long_as_allowed(recommended)
    # One definition of NDCG for the whole package; it also refuses an item that stands twice.
    ndcg = ranking_metrics(lists, targets, LONGEST_LIST)[LONGEST_LIST]["ndcg"]
    n_targets = np.bincount(targets.nonzero()[0], minlength=len(lists))
    hits = find_hits(lists, targets)
    counted = np.arange(LONGEST_LIST) < n_targets[:, None]
    n_hits = (hits & counted).sum(axis=1)
    n_artists = _count_artists(np.where(counted & ~hits, lists, -1), targets, item_artists)
    clicks = np.where(hits.any(axis=1), hits.argmax(axis=1) // SONGS_A_CLICK, CLICKS_WITHOUT_HIT)

    has_targets = n_targets > 0
    size = np.where(has_targets, n_targets, np.nan)
    return ContinuationMetrics(
        r_precision=(n_hits + ARTIST_CREDIT * n_artists) / size,
        r_precision_tracks=n_hits / size,
        ndcg=ndcg,
        clicks=np.where(has_targets, clicks, np.nan),
    )


def _as_long_as_allowed(recommended: np.ndarray) -> np.ndarray:
    """Return the lists with empty places up to the longest length there is."""
    n_missing = LONGEST_LIST - recommended.shape[1]
    if n_missing < 0:
        raise SettingError(
            f"recommended has {recommended.shape[1]} columns, expected at most {LONGEST_LIST}; "
            f"ask the model for {LONGEST_LIST} items"
        )
    # Signed, whatever came: -1 stands for an empty place.
    lists = recommended.astype(np.int64, copy=False)
    return np.pad(lists, ((0, 0), (0, n_missing)), constant_values=-1)


def _count_artists(
    missed: np.ndarray, targets: sp.csr_array, item_artists: np.ndarray
) -> np.ndarray:
    """Return how many distinct artists of the missed items are artists of targets, shape (n,).

    Each (playlist, artist) pair becomes one number, as in `find_hits`.
    """
    n_artists = int(item_artists.max(initial=-1)) + 1

    def pairs(rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        artists = item_artists[items]
        known = artists >= 0
        return np.unique(rows[known].astype(np.int64) * n_artists + artists[known])

    rows, places = np.nonzero(missed >= 0)
    found = np.intersect1d(
        pairs(rows, missed[rows, places]), pairs(*targets.nonzero()), assume_unique=True
    )
    return np.bincount(found // max(n_artists, 1), minlength=len(missed))


def _checked_artists(item_artists: np.ndarray, targets: sp.csr_array) -> np.ndarray:
    if item_artists.ndim != 1 or not np.issubdtype(item_artists.dtype, np.integer):
        raise SettingError(
            f"item_artists is an array of {item_artists.dtype} with shape {item_artists.shape}, "
            "expected one whole number for each item; number the artists"
        )
    check_columns("target", targets, len(item_artists))
    item_artists = item_artists.astype(np.int64, copy=False)
    if item_artists.min(initial=-1) < -1:
        raise SettingError(
            f"item_artists holds {item_artists.min()}, expected numbers from 0 upwards, or -1 for "
            "an artist that is not known"
        )
    return item_artists
