"""Re-rank one place after the other, each choice depending on those before it."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between
from helpers.evaluation.popularity_bias import long_tail
from helpers.evaluation.popularity_groups import jensen_shannon, popularity_tiers, profile_mix
from helpers.models.lists import Recommendations
from helpers.rerank.lists import check_items, check_rows, checked_length, scaled, take

_CELLS_AT_ONCE = 2**20  # gathered numbers in memory, so few that they stay in the cache: 4 MB


def xquad(
    candidates: Recommendations,
    train: sp.csr_array,
    popularity: np.ndarray,
    strength: float,
    k: int = 10,
) -> Recommendations:
    r"""Cover head and tail as each listener does (xQuAD with popularity as its aspects).

    Greedy; the next item of list S maximises

    .. math::
        (1 - \lambda)\, r_{ui} + \lambda\, p(c_i \mid u) \Big(1 - \frac{|S \cap c_i|}{|S|}\Big)

    with r the score scaled to 0..1 over the candidates, c the group of the item (head or long
    tail) and p(c | u) its share of the listener's profile: the smooth variant of Abdollahpouri,
    Burke and Mobasher ("Managing popularity bias in recommender systems with personalized
    re-ranking", FLAIRS 2019).

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    train : csr_array, shape (n, n_items)
        Training items of the users in the rows.
    popularity : ndarray of int, shape (n_items,)
        Training users of each item, in the whole training set.
    strength : float
        The λ, from 0 (off) to 1.
    k : int

    Raises
    ------
    SettingError
        If strength is out of range, k is not from 1 to K, or rows differ in number.
    """
    strength = number_between("strength", strength, 0, 1)
    check_rows(candidates, train)
    check_items("popularity", len(popularity), candidates)
    group = long_tail(popularity).astype(np.int64)
    shares = np.nan_to_num(profile_mix(train, group, 2))
    group_of_place = group[candidates.items]

    def gain(n_chosen: np.ndarray, step: int) -> np.ndarray:
        uncovered = 1 - n_chosen / max(step, 1)
        return strength * np.take_along_axis(shares * uncovered, group_of_place, axis=1)

    return _greedy_by_group(candidates, group_of_place, gain, k, weight=1 - strength, n_groups=2)


def calibrate_popularity(
    candidates: Recommendations,
    train: sp.csr_array,
    popularity: np.ndarray,
    strength: float,
    k: int = 10,
) -> Recommendations:
    r"""Give each listener the mix of head, middle and tail that their profile has.

    Greedy; the next item maximises :math:`(1 - \lambda)\, r_{ui} - \lambda\, JS(P_u, Q_{S + i})`,
    with r the score scaled to 0..1 over the candidates, P the mix of the profile, Q that of the
    list with the item, and JS their Jensen-Shannon divergence (Abdollahpouri, Mansoury, Burke,
    Mobasher and Malthouse, "User-centered evaluation of popularity bias", UMAP 2021). Parameters
    and errors are those of `xquad`.
    """
    strength = number_between("strength", strength, 0, 1)
    check_rows(candidates, train)
    check_items("popularity", len(popularity), candidates)
    tier = popularity_tiers(popularity)
    n_tiers = int(tier.max()) + 1
    mix = profile_mix(train, tier, n_tiers)
    tier_of_place = tier[candidates.items]

    def gain(n_chosen: np.ndarray, step: int) -> np.ndarray:
        after = (n_chosen[:, None, :] + np.eye(n_tiers)) / (step + 1)
        distance = [jensen_shannon(mix, after[:, tier]) for tier in range(n_tiers)]
        # A listener without a profile has no mix to follow.
        distance = np.nan_to_num(np.stack(distance, axis=1))
        return -strength * np.take_along_axis(distance, tier_of_place, axis=1)

    return _greedy_by_group(
        candidates, tier_of_place, gain, k, weight=1 - strength, n_groups=n_tiers
    )


def diversify(
    candidates: Recommendations, item_vectors: np.ndarray, strength: float, k: int = 10
) -> Recommendations:
    r"""Avoid what is like the items already in the list (maximal marginal relevance).

    Greedy; the next item maximises :math:`(1 - \lambda)\, r_{ui} - \lambda \max_{j \in S} \cos(i,
    j)`, with r the score scaled to 0..1 over the candidates (Carbonell and Goldstein, SIGIR 1998).

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    item_vectors : ndarray of float, shape (n_items, factors)
        What likeness is judged by, the factors of a model say; a zero vector is like nothing.
    strength : float
        The λ, from 0 (off) to 1.
    k : int

    Raises
    ------
    SettingError
        If strength is out of range or k is not from 1 to K.
    """
    strength = number_between("strength", strength, 0, 1)
    k = checked_length(k, candidates)
    check_items("vectors", len(item_vectors), candidates)
    norms = np.linalg.norm(item_vectors, axis=1, keepdims=True)
    directions = (item_vectors / np.where(norms > 0, norms, 1)).astype(np.float32)
    n_places = candidates.items.shape[1]
    at_once = max(1, _CELLS_AT_ONCE // (n_places * max(1, directions.shape[1])))
    picks = np.empty((len(candidates.items), k), dtype=np.int64)
    relevance = scaled(candidates, weight=1 - strength)
    for start in range(0, len(picks), at_once):
        rows = slice(start, start + at_once)
        vectors = directions[candidates.items[rows]]
        value, nearest = relevance[rows].copy(), np.full(relevance[rows].shape, -1.0)
        here = np.arange(len(vectors))
        for step in range(k):
            picks[rows, step] = pick = np.argmax(value - strength * nearest, axis=1)
            value[here, pick] = -np.inf
            if strength:  # nothing to avoid otherwise
                cosines = (vectors @ vectors[here, pick][:, :, None])[:, :, 0]
                nearest = np.maximum(nearest, cosines)
    return take(candidates, picks)


def _greedy_by_group(
    candidates: Recommendations,
    group_of_place: np.ndarray,
    gain: Callable[[np.ndarray, int], np.ndarray],
    k: int,
    *,
    weight: float,
    n_groups: int,
) -> Recommendations:
    """Choose k places one by one, each by its weighted score plus the gain of its group.

    Parameters
    ----------
    gain : callable
        Takes how many items of each group are chosen, shape (n, n_groups), and how many in all;
        returns what each candidate would add, shape (n, K).
    """
    k = checked_length(k, candidates)
    here = np.arange(len(candidates.items))
    value = scaled(candidates, weight)
    n_chosen = np.zeros((len(here), n_groups))
    picks = np.empty((len(here), k), dtype=np.int64)
    for step in range(k):
        picks[:, step] = pick = np.argmax(value + gain(n_chosen, step), axis=1)
        value[here, pick] = -np.inf
        n_chosen[here, group_of_place[here, pick]] += 1
    return take(candidates, picks)
