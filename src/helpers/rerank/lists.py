"""What all re-ranking shares: candidates in another order, cut to k places."""

import numpy as np
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.errors import SettingError
from helpers.models.lists import Recommendations


def checked_length(k: int, candidates: Recommendations) -> int:
    """Return k as an int; raise `SettingError` unless there are that many candidates a user."""
    k, n_places = whole_number("k", k, 1), candidates.items.shape[1]
    if k > n_places:
        raise SettingError(
            f"k is {k} but there are {n_places} candidates a user; ask the model for at least {k}"
        )
    return k


def check_rows(candidates: Recommendations, train: sp.csr_array) -> None:
    """Raise `SettingError` unless there is a row of training items for each list."""
    if train.shape[0] != len(candidates.items):
        raise SettingError(
            f"got training items of {train.shape[0]} users and candidates of "
            f"{len(candidates.items)}, expected the same users in the same order"
        )


def check_items(what: str, n_items: int, candidates: Recommendations) -> None:
    """Raise `SettingError` unless there is one of what is given for each candidate."""
    last = candidates.items.max(initial=-1)
    if n_items <= last:
        raise SettingError(
            f"got {what} of {n_items} items, expected one for each item of the catalogue, whose "
            f"columns reach {last}"
        )


def best_first(candidates: Recommendations, values: np.ndarray, k: int) -> Recommendations:
    """Return the k candidates of largest value; of equal ones, the one the model ranked higher."""
    k = checked_length(k, candidates)
    costs = np.where(candidates.items >= 0, -values, np.inf)
    return take(candidates, np.argsort(costs, axis=1, kind="stable")[:, :k])


def first(candidates: Recommendations, k: int) -> Recommendations:
    """Return the first k candidates: the lists of the model itself.

    Raises
    ------
    SettingError
        If k is not from 1 to the number of candidates.
    """
    k = checked_length(k, candidates)
    return Recommendations(candidates.items[:, :k], candidates.scores[:, :k])


def take(candidates: Recommendations, places: np.ndarray) -> Recommendations:
    """Return the candidates at some places of each row, padded where a user has no more.

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    places : ndarray of int, shape (n, k)
        Places with a candidate come before those without, which may repeat.
    """
    n_known = (candidates.items >= 0).sum(axis=1, keepdims=True)
    is_empty = np.arange(places.shape[1]) >= n_known
    items = np.take_along_axis(candidates.items, places, axis=1)
    scores = np.take_along_axis(candidates.scores, places, axis=1)
    return Recommendations(
        np.where(is_empty, np.int32(-1), items), np.where(is_empty, np.float32(-np.inf), scores)
    )


def scaled(candidates: Recommendations, weight: float = 1.0) -> np.ndarray:
    """Return scores from 0 to weight in each row, shape (n, K); -inf at empty places.

    All of them are 0 where the scores of a row are equal.
    """
    scores = candidates.scores.astype(np.float64)
    is_known = candidates.items >= 0
    least = np.min(scores, axis=1, where=is_known, initial=np.inf, keepdims=True)
    most = np.max(scores, axis=1, where=is_known, initial=-np.inf, keepdims=True)
    span = np.where(most > least, most - least, 1)
    above = np.subtract(scores, least, out=np.zeros(scores.shape), where=is_known)
    return np.where(is_known, weight * (above / span), -np.inf)
