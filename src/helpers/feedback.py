"""A recommender that learns from what it made people hear, round after round.

The listeners come from the synthetic world, where it is known how much each of them would truly
like each artist. A policy is any function that takes the listening so far and returns lists.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.checks import list_length, whole_number
from helpers.data.synthetic.settings import WorldSettings
from helpers.data.synthetic.world import World, draw_world, listen
from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import exposure, gini, long_tail, mean_popularity
from helpers.interactions import IdMap, Interactions
from helpers.models.base import Recommender
from helpers.models.lists import best_of

Policy = Callable[[Interactions], np.ndarray]
"""Listening so far in, item columns of shape (n_users, k) out; -1 marks an empty place."""

_LEAST_ARTISTS = 500  # the world gives some thirty of its well-known artists awkward names
_HEAD = 0.01


@dataclass(frozen=True)
class Society:
    """Listeners, what they play before any recommendation, and what they would truly like.

    Attributes
    ----------
    listening : Interactions
        Before the loop.
    utility : ndarray of float32, shape (n_users, n_items)
        How much a user would like an item, its fame aside, from 0 to 1: the chance that the user
        takes to it when it is shown.
    choice : ndarray of float32, shape (n_users, n_items)
        How easily a user comes upon an item and likes it with nobody recommending anything:
        the odds of `own_choice`, at least 0.
    """

    listening: Interactions
    utility: np.ndarray
    choice: np.ndarray


@dataclass(frozen=True)
class Loop:
    """What happened in each round; the first entry of `rounds + 1` is the state before the loop.

    Head, tail and popularity are those before the loop, a yardstick that does not move: the head
    is the most popular 1 % of the items, the tail is `popularity_bias.long_tail`.

    Attributes
    ----------
    gini : ndarray, shape (rounds + 1,)
        Of the users of each item, all listening so far.
    head_share, tail_share : ndarray, shape (rounds + 1,)
        Share of the accepted plays of a round that went to the head or tail (first: share of all
        pairs before the loop); NaN in a round without any.
    mean_popularity : ndarray, shape (rounds,)
        Of the items shown: mean of each list, then over users.
    coverage : ndarray, shape (rounds,)
        Share of the catalogue shown to anyone in the round.
    reached : ndarray, shape (rounds,)
        Share of the catalogue shown to anyone up to the round.
    utility : ndarray, shape (rounds, n_users)
        Mean true utility of what a user was shown; NaN for an empty list.
    accepted : ndarray of int, shape (rounds,)
        Pairs that joined the listening.
    listening : Interactions
        After the last round.
    """

    gini: np.ndarray
    head_share: np.ndarray
    tail_share: np.ndarray
    mean_popularity: np.ndarray
    coverage: np.ndarray
    reached: np.ndarray
    utility: np.ndarray
    accepted: np.ndarray
    listening: Interactions


def draw_society(seed: int, n_listeners: int = 600, n_artists: int = 12_000) -> Society:
    r"""Draw a small synthetic world in memory; equal arguments give equal societies.

    The utility of an artist a for a listener u is the latent preference, on the user's own scale:

    .. math:: \min\Big(1, \frac{\theta_u \cdot \phi_a + o_u}{q_u}\Big)

    with tastes θ, memberships φ and openness o as in `helpers.data.synthetic.world`, and
    :math:`q_u` the 99th percentile of the numerator over the catalogue: 1 is as good as the best
    hundredth of all artists. An artist's reach plays no role in it.

    Parameters
    ----------
    seed : int
        From 0 on.
    n_listeners : int
        At least 2.
    n_artists : int
        Artists who could be heard, at least 500; whom nobody plays is left out (at the default
        size, six in ten).

    Raises
    ------
    SettingError
        If an argument is out of range.
    """
    seed = whole_number("seed", seed, 0)
    n_listeners = whole_number("n_listeners", n_listeners, 2)
    n_artists = whole_number("n_artists", n_artists, _LEAST_ARTISTS)
    world = draw_world(WorldSettings(n_listeners=n_listeners, n_artists=n_artists), seed)
    listening, played = _listening_of(world)
    taste = (world.artist_factors[played] @ world.listener_factors.T).T
    preference = taste + world.openness[:, None]
    best = np.quantile(preference, 0.99, axis=1, keepdims=True)
    choice = preference * np.exp(world.mainstream[:, None] * world.log_reach[played])
    return Society(
        listening=listening,
        utility=np.minimum(preference / best, 1).astype(np.float32),
        choice=(choice / choice.sum(axis=1, keepdims=True)).astype(np.float32),
    )


def _listening_of(world: World) -> tuple[Interactions, np.ndarray]:
    """Return who plays whom, and the rows of the world of the artists in its columns."""
    listeners, artists, plays = (np.concatenate(part) for part in zip(*listen(world), strict=True))
    played, columns = np.unique(artists, return_inverse=True)
    shape = (world.settings.n_listeners, len(played))
    matrix = sp.coo_array((plays.astype(np.float32), (listeners, columns)), shape=shape).tocsr()
    users, items = IdMap(range(shape[0])), IdMap(played.tolist())
    return Interactions(matrix, users, items, world.names[played]), played


def model_policy(make: Callable[[], Recommender], k: int = 10) -> Policy:
    """Return the policy that trains a fresh model each round and shows what users do not know.

    Parameters
    ----------
    make : callable
        Returns an untrained model.
    k : int
        Length of the lists.
    """

    def recommend(train: Interactions) -> np.ndarray:
        return make().fit(train).recommend(np.arange(train.n_users), k, exclude=train).items

    return recommend


def own_choice(society: Society, k: int = 10, seed: int = 0) -> Policy:
    """Return the control: users come upon artists by themselves, no model takes part.

    Each list is drawn without replacement, with odds of `society.choice`, from what the user does
    not know yet: with E exponential, the items with the smallest E / odds are such a draw.

    Parameters
    ----------
    society : Society
    k : int
        Length of the lists.
    seed : int
        From 0 on.
    """
    with np.errstate(divide="ignore"):  # without odds, never drawn
        against = 1 / society.choice

    def recommend(train: Interactions) -> np.ndarray:
        # Seeded by the state as well: rounds differ, and a second loop repeats the first.
        rng = np.random.default_rng([seed, train.n_pairs])
        race = rng.standard_exponential(against.shape, dtype=np.float32)
        race = np.maximum(race, np.finfo(np.float32).tiny) * against
        return best_of(-race, k, train.user_items).items

    return recommend


def run_loop(
    society: Society, recommend: Policy, rounds: int = 20, k: int = 10, seed: int = 0
) -> Loop:
    """Show lists, let every user take to what they truly like, learn from that, and again.

    Whether a user accepts an item that is shown is drawn with the true utility as its chance,
    never its popularity. What is accepted joins the listening with the median weight of the
    user's pairs before the loop. What is refused leaves no trace and may be shown again; an item
    the user knows already, and a second place for the same item, cannot be accepted.

    Parameters
    ----------
    society : Society
    recommend : callable
        The policy, called once a round with all listening so far.
    rounds, k : int
        How often, and how long a list is.
    seed : int
        Fixes who accepts what.

    Raises
    ------
    SettingError
        If a setting is out of range, or the policy returns something else than item columns of
        shape (n_users, k), or nothing but empty lists.
    """
    rounds, seed = whole_number("rounds", rounds, 1), whole_number("seed", seed, 0)
    train, rng = society.listening, np.random.default_rng(seed)
    k = list_length(k, train.n_items)
    weight, popularity = _median_weights(train.user_items), train.item_popularity()
    head, tail = _head(popularity), long_tail(popularity)
    known = train.user_items.toarray() != 0
    seen = np.zeros(train.n_items, dtype=bool)
    before = (gini(popularity), _share(head, popularity), _share(tail, popularity))
    listening, display, utility, accepted = [before], [], [], []
    for _ in range(rounds):
        shown = _checked_lists(recommend(train), train.n_users, k)
        counts = exposure(shown, train.n_items)
        seen |= counts > 0
        chance = _chance(society.utility, shown)
        users, items = _accept(shown, rng.random(shown.shape) < chance, known)
        train = _grown(train, users, items, weight)
        new = np.bincount(items, minlength=train.n_items)
        listening.append((gini(train.item_popularity()), _share(head, new), _share(tail, new)))
        display.append((mean_popularity(shown, popularity), np.mean(counts > 0), seen.mean()))
        utility.append(_list_mean(chance, shown))
        accepted.append(len(users))
    # In the order of the fields of Loop.
    measured = [*np.array(listening).T, *np.array(display).T]
    return Loop(*measured, np.array(utility), np.array(accepted), train)


def _median_weights(user_items: sp.csr_array) -> np.ndarray:
    """Return the median of the stored weights of each user, 1 for a user without any."""
    rows = np.repeat(np.arange(user_items.shape[0]), np.diff(user_items.indptr))
    ordered = np.append(user_items.data[np.lexsort((user_items.data, rows))], 1)
    first, n = user_items.indptr[:-1], np.diff(user_items.indptr)
    low, high = first + np.maximum(n - 1, 0) // 2, first + n // 2
    return np.where(n > 0, (ordered[low] + ordered[high]) / 2, 1).astype(np.float32)


def _head(popularity: np.ndarray) -> np.ndarray:
    head = np.zeros(len(popularity), dtype=bool)
    n_head = max(1, round(_HEAD * len(popularity)))
    head[np.argsort(-popularity, kind="stable")[:n_head]] = True
    return head


def _share(of: np.ndarray, counts: np.ndarray) -> float:
    return float(counts[of].sum() / counts.sum()) if counts.any() else np.nan


def _checked_lists(shown: np.ndarray, n_users: int, k: int) -> np.ndarray:
    shown = np.asarray(shown)
    if shown.shape != (n_users, k) or not np.issubdtype(shown.dtype, np.integer):
        raise SettingError(
            f"the policy returned {shown.dtype} of shape {shown.shape}, expected item columns as "
            f"whole numbers of shape {(n_users, k)}; return the items of recommend(..., k)"
        )
    return shown


def _chance(utility: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Return the true utility of each place, 0 of an empty one; shape (n_users, k)."""
    return np.where(shown >= 0, np.take_along_axis(utility, np.maximum(shown, 0), axis=1), 0)


def _list_mean(values: np.ndarray, shown: np.ndarray) -> np.ndarray:
    length = (shown >= 0).sum(axis=1)
    return np.where(length > 0, values.sum(axis=1) / np.maximum(length, 1), np.nan)


def _accept(
    shown: np.ndarray, is_liked: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return users and items of the pairs that are new, and mark them in `known`."""
    users, places = np.nonzero(is_liked & (shown >= 0))
    items = shown[users, places]
    is_new = ~known[users, items]
    pairs = np.unique(np.stack([users[is_new], items[is_new]]), axis=1)
    known[pairs[0], pairs[1]] = True
    return pairs[0], pairs[1]


def _grown(
    train: Interactions, users: np.ndarray, items: np.ndarray, weight: np.ndarray
) -> Interactions:
    new = sp.coo_array((weight[users], (users, items)), shape=train.user_items.shape)
    return train.with_matrix(sp.csr_array(train.user_items + new.tocsr()))
