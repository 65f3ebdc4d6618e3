"""Candidates of a few users for the tests of re-ranking, and the slow way to say what is best."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st

from helpers.models.lists import Recommendations


class World(NamedTuple):
    """Candidates and all that any re-ranking asks for."""

    candidates: Recommendations
    train: sp.csr_array
    popularity: np.ndarray
    vectors: np.ndarray
    opinions: np.ndarray
    groups: np.ndarray


def ranked(items, scores) -> Recommendations:
    """Return candidates written down as lists."""
    return Recommendations(np.array(items, dtype=np.int32), np.array(scores, dtype=np.float32))


def random_world(seed: int, n_users: int = 7, n_items: int = 15, n_candidates: int = 9) -> World:
    """Return a world with short and empty lists, equal scores, items nobody plays, cold users."""
    rng = np.random.default_rng(seed)
    items = np.argsort(rng.random((n_users, n_items)), axis=1)[:, :n_candidates].astype(np.int32)
    scores = rng.normal(size=items.shape)
    coarse = rng.random(n_users) < 0.5
    scores[coarse] = np.round(scores[coarse])
    scores = -np.sort(-scores, axis=1).astype(np.float32)
    n_known = np.where(rng.random(n_users) < 0.6, n_candidates, rng.integers(0, n_candidates))
    is_empty = np.arange(n_candidates) >= n_known[:, None]
    items[is_empty], scores[is_empty] = -1, -np.inf
    train = (rng.random((n_users, n_items)) < 0.3) * rng.integers(1, 9, (n_users, n_items))
    train[rng.random(n_users) < 0.2] = 0
    popularity = (rng.pareto(1, n_items) * 3).astype(int)
    popularity[rng.integers(n_items)] = 40  # somebody plays something
    vectors = rng.normal(size=(n_items, 3)).astype(np.float32)
    vectors[rng.random(n_items) < 0.2] = 0
    opinions = rng.normal(size=items.shape).astype(np.float32)
    opinions[rng.random(items.shape) < 0.2] = -np.inf
    opinions[rng.random(n_users) < 0.2] = -np.inf
    groups = rng.integers(-1, 4, n_items)
    return World(
        Recommendations(items, scores), sp.csr_array(train), popularity, vectors, opinions, groups
    )


worlds = st.builds(
    random_world,
    seed=st.integers(0, 2**32 - 1),
    n_users=st.integers(1, 7),
    n_candidates=st.integers(1, 12),
)


def known_items(candidates: Recommendations, user: int) -> list[int]:
    """Return the candidates of a user as a plain list, best first."""
    return [int(item) for item in candidates.items[user] if item >= 0]


def scaled_scores(candidates: Recommendations, user: int) -> dict[int, float]:
    """Return the score of each candidate of a user, from 0 to 1."""
    known = known_items(candidates, user)
    scores = [float(score) for score in candidates.scores[user, : len(known)]]
    if not known or max(scores) == min(scores):
        return dict.fromkeys(known, 0.0)
    span = max(scores) - min(scores)
    return {i: (score - min(scores)) / span for i, score in zip(known, scores, strict=True)}


def assert_best_first(
    found: Recommendations,
    candidates: Recommendations,
    value_of: Callable[[int, list[int], int], float],
) -> None:
    """Assert that no candidate left over is worth more than the one in its place.

    Parameters
    ----------
    value_of : callable
        Takes user, items chosen so far and an item; returns the value of putting it next.
    """
    for user in range(len(candidates.items)):
        left = known_items(candidates, user)
        n_places = min(found.items.shape[1], len(left))
        chosen = []
        for item in found.items[user, :n_places].tolist():
            values = {other: value_of(user, chosen, other) for other in left}
            most = max(values.values())
            assert values[item] >= most - 1e-5 * max(1, abs(most))
            left.remove(item)
            chosen.append(item)
        assert (found.items[user, n_places:] == -1).all()
