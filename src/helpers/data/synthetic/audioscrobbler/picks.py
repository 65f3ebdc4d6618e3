"""Draw whose list holds whom, exactly as the world weighs it, without a users × artists matrix.

The weight of artist a for user u is a sum over sources,

    reach_a ** m_u * (theta_u · phi_a + openness_u)
        = sum over scenes s of theta_us * (phi_as * reach_a ** m_u)  +  openness_u * reach_a ** m_u,

so a pick first draws the source, then an artist of that source by weights that are the same for
all users of one m. Picks are repeated, and artists picked before skipped, until a list is full:
the draw without replacement that `helpers.data.synthetic.world` makes.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

# What m can be. A user's own is rounded to the nearest, so that sums over artists are few.
MAINSTREAM_LEVELS = np.linspace(0.4, 1.9, 11)
_MOST_PICKS = 200_000  # Whoever wants more artists than can be met gets a shorter list.


class Tastes(NamedTuple):
    """What decides the lists of some users.

    Attributes
    ----------
    scenes : ndarray, shape (n_users, n_scenes)
        Shares theta; rows sum to 1.
    openness : ndarray, shape (n_users,)
    level : ndarray of int, shape (n_users,)
        Positions in `MAINSTREAM_LEVELS`.
    length : ndarray of int, shape (n_users,)
        How many artists each list shall hold.
    """

    scenes: np.ndarray
    openness: np.ndarray
    level: np.ndarray
    length: np.ndarray


class Picker:
    """Sums of the artists' weights, source by source, from which picks are drawn.

    Parameters
    ----------
    artist_factors : csr_array, shape (n_artists, n_scenes)
        Memberships phi.
    log_reach : ndarray, shape (n_artists,)
    """

    def __init__(self, artist_factors: sp.csr_array, log_reach: np.ndarray) -> None:
        self._n_artists, n_scenes = artist_factors.shape
        # Sources are the columns; the last one, of all artists alike, is openness.
        memberships = sp.hstack([artist_factors, np.ones((self._n_artists, 1))], format="csc")
        self._n_sources = n_scenes + 1
        source = np.repeat(np.arange(self._n_sources), np.diff(memberships.indptr))
        log_weight = np.log(memberships.data) + log_reach[memberships.indices]
        # The heaviest first: most searches then end in a few lines of memory.
        order = np.lexsort((-log_weight, source))
        self._members = memberships.indices[order].astype(np.int32)
        membership, log_reach = memberships.data[order], log_reach[self._members]
        columns = [
            self._cumulate(membership * np.exp(m * log_reach), memberships.indptr)
            for m in MAINSTREAM_LEVELS
        ]
        self._edges = [edges for edges, _ in columns]
        self._source_weights = np.array([weights for _, weights in columns])

    def _cumulate(self, weights: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return s + cumulated shares of the members of each source s, and the sources' sums."""
        edges, sums = np.empty(len(weights)), np.zeros(self._n_sources)
        for source, (start, end) in enumerate(pairwise(starts)):
            if start < end:
                cumulated = np.cumsum(weights[start:end])
                sums[source] = cumulated[-1]
                edges[start:end] = source + cumulated / cumulated[-1]
        return edges, sums

    def pick(self, tastes: Tastes, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return users and the artists in their lists, user by user, in order of choice.

        Parameters
        ----------
        tastes : Tastes
        rng : Generator

        Returns
        -------
        users, artists : ndarray of int, shape (n_pairs,)
            Positions in `tastes`, rows of the artists. A list is shorter than asked for only
            where the user's scenes hold no more artists that can be met.
        """
        edges = self._source_edges(tastes)
        length, n_picks = tastes.length, np.zeros(len(tastes.length), dtype=np.int64)
        keys, complete = np.empty(0, dtype=np.int64), []
        n_held = np.zeros(len(length), dtype=np.int64)
        while (n_more := _how_many_picks(length - n_held, n_held, n_picks)).any():
            n_picks += n_more
            users = np.repeat(np.arange(len(length)), n_more)
            picked = users * self._n_artists + self._picks(users, tastes.level, edges, rng)
            keys = _first_of_each(np.concatenate([keys, picked]))
            users = keys // self._n_artists
            n_held = np.where(n_more > 0, np.bincount(users, minlength=len(length)), n_held)
            is_full = (n_held >= length)[users]
            complete.append(keys[is_full])
            keys = keys[~is_full]
        keys = np.concatenate([*complete, keys])
        users, artists = np.divmod(keys, self._n_artists)
        order = np.argsort(users, kind="stable")
        users, artists = users[order], artists[order]
        is_wanted = np.arange(len(users)) - np.searchsorted(users, users) < length[users]
        return users[is_wanted], artists[is_wanted]

    def _source_edges(self, tastes: Tastes) -> np.ndarray:
        """Return user + cumulated shares of the sources, all users in one row."""
        weights = np.column_stack([tastes.scenes, tastes.openness])
        cumulated = np.cumsum(weights * self._source_weights[tastes.level], axis=1)
        cumulated /= cumulated[:, -1:]
        return (np.arange(len(weights))[:, None] + cumulated).ravel()

    def _picks(
        self, users: np.ndarray, level: np.ndarray, edges: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Return one artist for each entry of `users`, repetitions allowed."""
        source = np.searchsorted(edges, users + rng.random(len(users)), side="right")
        # The sum before may be rounded up to the next whole number, hence the minimum.
        source = np.minimum(source - users * self._n_sources, self._n_sources - 1)
        at = source + rng.random(len(users))
        place = np.empty(len(users), dtype=np.int64)
        level = level[users]
        for one in np.unique(level):
            place[level == one] = np.searchsorted(self._edges[one], at[level == one], side="right")
        return self._members[np.minimum(place, len(self._members) - 1)]


def _how_many_picks(missing: np.ndarray, n_held: np.ndarray, n_picks: np.ndarray) -> np.ndarray:
    """Return how many more picks fill a list, if they bring as many new artists as before."""
    picks_an_artist = (n_picks + 1) / (n_held + 1)
    wanted = np.ceil(1.3 * missing * picks_an_artist).astype(np.int64) + 4
    return np.where(missing > 0, np.minimum(wanted, _MOST_PICKS - n_picks), 0)


def _first_of_each(keys: np.ndarray) -> np.ndarray:
    """Return the distinct keys in the order in which they first come up."""
    _, first = np.unique(keys, return_index=True)
    return keys[np.sort(first)]
