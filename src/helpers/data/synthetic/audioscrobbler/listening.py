"""Who plays whom how often, some listeners at a time, so that memory stays flat."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtri

from helpers.data.synthetic.audioscrobbler.picks import MAINSTREAM_LEVELS, Picker, Tastes
from helpers.data.synthetic.audioscrobbler.settings import DumpSettings
from helpers.data.synthetic.listeners import draw_listeners
from helpers.data.synthetic.world import Listening, World

LISTENERS_A_CHUNK = 1000  # Part of the draw: each chunk has a generator of its own.
# The first two listeners are those whose counts cannot be.
N_IMPOSSIBLE = 2
_IMPOSSIBLE_LENGTHS = (60, 360)
_COLLECTED_SECOND = 0.36  # Of the collector's plays, those of the second artist.


def listen_all(world: World, settings: DumpSettings) -> Iterator[Listening]:
    """Yield the pairs of all listeners, chunk by chunk, ordered by listener.

    The row behind the artists of the world stands for songs without an artist's name.
    """
    picker = Picker(world.artist_factors, world.log_reach)
    lengths = list_lengths(settings, world.rng("dump", "lists"))
    for start in range(0, settings.n_users, LISTENERS_A_CHUNK):
        rng = world.rng("dump", "listen", start)
        chunk = _listen(world, picker, settings, lengths[start : start + LISTENERS_A_CHUNK], rng)
        if start == 0:
            _exaggerate(chunk, world.log_reach, settings)
        yield chunk._replace(listeners=start + chunk.listeners)


def list_lengths(settings: DumpSettings, rng: np.random.Generator) -> np.ndarray:
    """Return how many artists each listener plays, shape (n_users,): log-normal, flattened."""
    n = settings.n_users
    # Evenly spaced quantiles: the longest lists, drawn by chance, would set the size of the dump.
    wanted = np.exp(settings.list_log_sd * ndtri((rng.permutation(n) + 0.5) / n))
    scale = settings.mean_list
    for _ in range(30):
        lengths = scale * wanted / (1 + scale * wanted / settings.longest_list)
        scale *= settings.mean_list / lengths.mean()
    lengths = np.maximum(np.rint(lengths), 1).astype(np.int64)
    lengths[:N_IMPOSSIBLE] = np.minimum(_IMPOSSIBLE_LENGTHS, round(settings.longest_list))
    return lengths


def _listen(
    world: World,
    picker: Picker,
    settings: DumpSettings,
    lengths: np.ndarray,
    rng: np.random.Generator,
) -> Listening:
    traits = draw_listeners(replace(world.settings, n_listeners=len(lengths)), rng)
    distance = np.abs(traits["mainstream"][:, None] - MAINSTREAM_LEVELS)
    scenes, openness = traits["listener_factors"], traits["openness"]
    users, artists = picker.pick(Tastes(scenes, openness, distance.argmin(axis=1), lengths), rng)
    preference = _tastes_for(world.artist_factors[artists], scenes, users) + openness[users]
    normal = _normal_plays(world, users, artists, preference, rng)
    has_nameless = np.flatnonzero(rng.random(len(lengths)) < settings.unknown_share)
    users = np.concatenate([users, has_nameless])
    artists = np.concatenate([artists, np.full(len(has_nameless), len(world.names))])
    # Songs without an artist's name are many.
    normal = np.concatenate([normal, 1 + np.abs(rng.standard_normal(len(has_nameless)))])
    # The level of `draw_listeners` lies one spread below the mean.
    plays = np.exp(traits["level"][users] + traits["spread"][users] * (1 + normal))
    plays /= (1 + np.bincount(users, weights=plays) / settings.listener_plays_most)[users]
    plays = np.maximum(np.rint(plays), 1).astype(np.int64)
    order = np.argsort(users, kind="stable")
    return Listening(users[order], artists[order], plays[order])


def _tastes_for(factors: sp.csr_array, scenes: np.ndarray, users: np.ndarray) -> np.ndarray:
    """Return theta · phi for each pair of a user and a row of `factors`, shape (n_pairs,)."""
    pair = np.repeat(np.arange(len(users)), np.diff(factors.indptr))
    products = factors.data * scenes[users[pair], factors.indices]
    return np.bincount(pair, weights=products, minlength=len(users))


def _normal_plays(
    world: World,
    users: np.ndarray,
    artists: np.ndarray,
    preference: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return how much each pair is played for that user, standard normal, shape (n_pairs,)."""
    settings = world.settings
    by_taste, by_reach = settings.plays_preference, settings.plays_reach
    by_devotion = settings.plays_devotion
    normal = by_taste * _standardised(np.log(preference), users)
    normal += by_reach * _standardised(world.log_reach[artists], users)
    normal += by_devotion * world.devotion[artists]
    chance = np.sqrt(1 - by_taste**2 - by_reach**2 - by_devotion**2)
    return normal + chance * rng.standard_normal(len(users))


def _standardised(values: np.ndarray, users: np.ndarray) -> np.ndarray:
    """Return the values with mean 0 and standard deviation 1 for each user; 0 where all agree."""
    n = np.maximum(np.bincount(users), 1)
    centred = values - (np.bincount(users, weights=values) / n)[users]
    sd = np.sqrt(np.bincount(users, weights=centred**2) / n)
    return centred / np.where(sd > 1e-9, sd, np.inf)[users]


def _exaggerate(chunk: Listening, log_reach: np.ndarray, settings: DumpSettings) -> None:
    """Give the first listeners of a dump, in place, counts that cannot be."""
    hoarder, collector = (
        rows[np.argsort(-log_reach[chunk.artists[rows]], kind="stable")]
        for rows in (
            np.flatnonzero((chunk.listeners == listener) & (chunk.artists < len(log_reach)))
            for listener in range(N_IMPOSSIBLE)
        )
    )
    chunk.plays[hoarder[0]] = settings.hoarded_plays
    chunk.plays[collector[1]] = round(_COLLECTED_SECOND * settings.collected_plays)
    rest = chunk.plays[chunk.listeners == 1].sum() - chunk.plays[collector[0]]
    chunk.plays[collector[0]] = settings.collected_plays - rest
