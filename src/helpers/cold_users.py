"""Hold out whole users: the test of a model on people it has never seen."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.checks import proper_share, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.split import per_user_split


@dataclass(frozen=True)
class ColdUserSplit:
    """Disjoint parts of one set of interactions, all of its shape and with its identifiers.

    Attributes
    ----------
    train : Interactions
        All pairs of the users a model learns from; the rows of the others are empty.
    given : Interactions
        What the held-out users show of themselves: goes into `Recommender.score_new`, and is
        not recommended again.
    test : Interactions
        What the lists for the held-out users are judged on.
    user_rows : ndarray of int, shape (n,)
        The held-out users that have test pairs.
    """

    train: Interactions
    given: Interactions
    test: Interactions
    user_rows: np.ndarray


def cold_user_split(
    interactions: Interactions, user_share: float = 0.2, test_share: float = 0.2, seed: int = 0
) -> ColdUserSplit:
    """Hold out a random share of the users, and a share of each one's pairs to be judged on.

    Parameters
    ----------
    interactions : Interactions
    user_share : float
        Share of the users with at least two pairs who are held out, rounded, at least one.
    test_share : float
        Share of each held-out user's pairs that is tested, as in `per_user_split`; the others
        are given.
    seed : int
        Fixes both draws.

    Raises
    ------
    SettingError
        If a share is out of range, the seed is negative, or a part would be empty.
    """
    proper_share("user_share", user_share, 0.2)
    proper_share("test_share", test_share, 0.2)
    rng = np.random.default_rng(whole_number("split seed", seed, 0))
    candidates = np.flatnonzero(np.diff(interactions.user_items.indptr) >= 2)
    n_held_out = max(1, round(user_share * len(candidates)))
    held_out = rng.permutation(candidates)[:n_held_out]
    is_held_out = np.isin(np.arange(interactions.n_users), held_out)
    train = _only_users(interactions, ~is_held_out)
    if len(candidates) == 0 or train.n_pairs == 0:
        raise SettingError(
            f"{len(candidates)} users have two pairs or more and {train.n_pairs} pairs remain for "
            "training, expected users to hold out and others to learn from; use more data"
        )
    shown = per_user_split(_only_users(interactions, is_held_out), test_share, seed=seed)
    user_rows = np.flatnonzero(np.diff(shown.test.user_items.indptr))
    return ColdUserSplit(train, shown.train, shown.test, user_rows)


def _only_users(interactions: Interactions, wanted: np.ndarray) -> Interactions:
    """Return the pairs of the users marked in `wanted`, in the same shape."""
    keep = sp.diags_array(wanted.astype(np.float32), format="csr")
    return interactions.with_matrix(keep @ interactions.user_items)
