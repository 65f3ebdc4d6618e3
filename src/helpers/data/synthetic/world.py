"""One latent world: artists in scenes, listeners with tastes, and who plays whom how often.

A listener meets artists partly because they are widely known and partly because they belong to
the scenes the listener likes; the weight with which artist a comes into the list of user u is

    weight(u, a) = reach_a ** mainstream_u * (theta_u · phi_a + openness_u)
                   ------ exposure ------    --- preference --

with scene shares theta_u (summing to 1) and artist memberships phi_a. A list is drawn from these
weights without replacement: with E exponential, the artists with the smallest E / weight.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.special import log_ndtr, ndtri

from helpers.data.synthetic.listeners import draw_listeners
from helpers.data.synthetic.names import (
    AWKWARD_NAMES,
    COUNTRIES,
    DECADES,
    GENRE_NAMES,
    GENRE_OF_SCENE,
    LOCAL_COUNTRIES,
    MOODS,
    N_GLOBAL_SCENES,
    SCENE_NAMES,
    SCENES_PER_GENRE,
    artist_names,
)
from helpers.data.synthetic.settings import WorldSettings

LISTENERS_A_CHUNK = 50  # Bounds memory: a chunk × artists matrix is the largest thing held.
GOLDEN_RATIO = (np.sqrt(5) - 1) / 2


class Listening(NamedTuple):
    """Pairs of some listeners, ordered by listener, the most played artist first.

    Attributes
    ----------
    listeners, artists : ndarray of int, shape (n_pairs,)
        Rows of the world.
    plays : ndarray of int64, shape (n_pairs,)
    """

    listeners: np.ndarray
    artists: np.ndarray
    plays: np.ndarray


@dataclass(frozen=True)
class World:
    """All that is latent; files of any format are written from it.

    Attributes
    ----------
    settings : WorldSettings
    seed : int
    names : ndarray of str, shape (n_artists,)
    scene : ndarray of int, shape (n_artists,)
        Main scene, a position in `SCENE_NAMES`.
    log_reach : ndarray, shape (n_artists,)
    devotion : ndarray, shape (n_artists,)
        How much those who play an artist play it; standard normal.
    artist_factors : csr_array, shape (n_artists, n_scenes)
        Membership phi; its mean weighted by reach is 1 in every scene.
    labels : dict of ndarray of int, each of shape (n_artists,)
        Further traits that tags speak of: "mood" (0 to 2), "decade", "voice" (-1: none that
        users name) and "country".
    listener_factors : ndarray, shape (n_listeners, n_scenes)
        Scene shares theta; rows sum to 1.
    mainstream, openness, list_length, level, spread : ndarray, shape (n_listeners,)
    """

    settings: WorldSettings
    seed: int
    names: np.ndarray
    scene: np.ndarray
    log_reach: np.ndarray
    devotion: np.ndarray
    artist_factors: sp.csr_array
    labels: dict[str, np.ndarray]
    listener_factors: np.ndarray
    mainstream: np.ndarray
    openness: np.ndarray
    list_length: np.ndarray
    level: np.ndarray
    spread: np.ndarray

    @property
    def genre(self) -> np.ndarray:
        """Genre of each artist, a position in `GENRE_NAMES`."""
        return GENRE_OF_SCENE[self.scene]

    def rng(self, *stream: int | str) -> np.random.Generator:
        """Return the generator of one named part of the draw; parts do not disturb each other."""
        return _rng(self.seed, *stream)


def draw_world(settings: WorldSettings, seed: int) -> World:
    """Return the latent world of a seed; equal arguments give equal worlds."""
    scene, log_reach, factors = _draw_artists(settings, _rng(seed, "artists"))
    labels = _draw_labels(settings, scene, _rng(seed, "labels"))
    return World(
        settings=settings,
        seed=seed,
        names=_name_artists(scene, labels["country"], log_reach, _rng(seed, "names")),
        scene=scene,
        log_reach=log_reach,
        devotion=_rng(seed, "devotion").standard_normal(settings.n_artists),
        artist_factors=factors,
        labels=labels,
        **draw_listeners(settings, _rng(seed, "listeners")),
    )


def listen(world: World) -> Iterator[Listening]:
    """Yield who plays whom, some listeners at a time, so that memory stays flat."""
    for start in range(0, world.settings.n_listeners, LISTENERS_A_CHUNK):
        rows = np.arange(start, min(start + LISTENERS_A_CHUNK, world.settings.n_listeners))
        yield _listen_chunk(world, rows)


def _listen_chunk(world: World, rows: np.ndarray) -> Listening:
    rng = world.rng("listen", int(rows[0]))
    # The sparse product keeps BLAS out, whose rounding depends on the machine.
    preference = np.ascontiguousarray((world.artist_factors @ world.listener_factors[rows].T).T)
    preference += world.openness[rows, None]
    race = -world.mainstream[rows, None] * world.log_reach
    np.exp(race, out=race)
    race *= rng.standard_exponential(race.shape)
    race /= preference
    longest = world.settings.list_length
    heard = np.argpartition(race, longest, axis=1)[:, :longest]
    order = np.argsort(np.take_along_axis(race, heard, axis=1), axis=1)
    heard = np.take_along_axis(heard, order, axis=1)
    log_preference = np.log(np.take_along_axis(preference, heard, axis=1))
    plays = _draw_plays(world, rows, heard, log_preference, rng)
    kept = np.arange(longest) < world.list_length[rows, None]
    listeners = np.broadcast_to(rows[:, None], kept.shape)[kept]
    order = np.lexsort((heard[kept], -plays[kept], listeners))
    return Listening(listeners, heard[kept][order], plays[kept][order])


def _draw_plays(
    world: World,
    rows: np.ndarray,
    heard: np.ndarray,
    log_preference: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    settings = world.settings
    by_taste, by_reach = settings.plays_preference, settings.plays_reach
    by_devotion = settings.plays_devotion
    normal = by_taste * _standardised(log_preference)
    normal += by_reach * _standardised(world.log_reach[heard])
    normal += by_devotion * world.devotion[heard]
    chance = np.sqrt(1 - by_taste**2 - by_reach**2 - by_devotion**2)
    normal += chance * rng.standard_normal(normal.shape)
    exponential = -log_ndtr(-normal)  # the quantile of an exponential at that of the normal
    log_plays = world.level[rows, None] + world.spread[rows, None] * exponential
    # Nobody can play an artist without end: counts bend towards a largest one.
    log_most = np.log(world.settings.plays_most)
    log_plays = log_most - np.logaddexp(0, log_most - log_plays)
    return np.maximum(np.rint(np.exp(log_plays)), 1).astype(np.int64)


def _draw_artists(
    settings: WorldSettings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, sp.csr_array]:
    """Return main scene, log reach and scene memberships of all artists."""
    n = settings.n_artists
    global_scenes = np.outer(settings.genre_shares, settings.scene_shares).ravel()
    log_reach = _draw_log_reach(settings, rng)
    scene = _spread_over(global_scenes, log_reach, rng)
    genre = GENRE_OF_SCENE[scene]
    is_local = rng.random(n) < settings.local_share
    country = rng.choice(len(LOCAL_COUNTRIES), n, p=settings.country_shares)
    local_scene = N_GLOBAL_SCENES + country * len(GENRE_NAMES) + genre

    local = np.flatnonzero(is_local)
    related = np.flatnonzero((rng.random(n) < settings.related_share) & ~is_local)
    crossover = np.flatnonzero((rng.random(n) < settings.crossover_share) & ~is_local)
    related_scene = SCENES_PER_GENRE * genre[related] + rng.integers(
        0, SCENES_PER_GENRE, len(related)
    )
    crossover_scene = rng.choice(N_GLOBAL_SCENES, len(crossover), p=global_scenes)
    artists = np.concatenate([np.arange(n), local, related, crossover])
    scenes = np.concatenate([scene, local_scene[local], related_scene, crossover_scene])
    weights = np.concatenate(
        [
            np.where(is_local, settings.local_global_weight, 1.0),
            np.ones(len(local)),
            np.full(len(related), settings.related_weight),
            np.full(len(crossover), settings.crossover_weight),
        ]
    )
    factors = sp.coo_array((weights, (artists, scenes)), shape=(n, len(SCENE_NAMES))).tocsr()
    # Scenes are scaled to one size, so that theta is the share of a scene in a list.
    reach = np.exp(log_reach)
    size = factors.T @ (reach / reach.sum())
    factors.data /= size[factors.indices]
    return np.where(is_local, local_scene, scene), log_reach, factors


def _spread_over(shares: np.ndarray, log_reach: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a scene for each artist so that each scene gets its share of the widely known ones.

    Steps of the golden ratio along the ranking by reach fill the unit interval evenly at every
    depth; independent draws would now and then give a small scene the greatest star.
    """
    rank = np.argsort(np.argsort(-log_reach, kind="stable"))
    at = (rng.random() + rank * GOLDEN_RATIO) % 1
    return np.minimum(np.searchsorted(np.cumsum(shares), at), len(shares) - 1)


def _draw_log_reach(settings: WorldSettings, rng: np.random.Generator) -> np.ndarray:
    n, cap = settings.n_artists, settings.reach_cap * settings.reach_sd
    # Evenly spaced quantiles: a few stars drawn by chance would set how unequal the world is.
    log_reach = settings.reach_sd * ndtri((rng.permutation(n) + 0.5) / n)
    log_reach = cap - np.logaddexp(0, cap - log_reach)
    obscure = rng.random(n) < settings.obscure_share
    quiet = settings.obscure_log_reach + settings.obscure_log_reach_sd * rng.standard_normal(n)
    return np.where(obscure, quiet, log_reach)


def _draw_labels(
    settings: WorldSettings, scene: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    n = len(scene)
    anglophone = len(COUNTRIES) - len(LOCAL_COUNTRIES)
    country_of_scene = anglophone + (scene - N_GLOBAL_SCENES) // len(GENRE_NAMES)
    # Whoever plays for the whole world can come from anywhere.
    abroad = settings.abroad_share
    shares = [*(1 - abroad) * np.array([0.5, 0.35, 0.09, 0.06]), *abroad * settings.country_shares]
    elsewhere = rng.choice(len(COUNTRIES), n, p=shares)
    return {
        "mood": rng.integers(0, len(MOODS[0]), n),
        "decade": rng.choice(len(DECADES), n, p=(0.07, 0.12, 0.2, 0.26, 0.35)),
        "voice": rng.choice([0, 1, 2, -1], n, p=(0.35, 0.1, 0.1, 0.45)),
        "country": np.where(scene < N_GLOBAL_SCENES, elsewhere, country_of_scene),
    }


def _name_artists(
    scene: np.ndarray, country: np.ndarray, log_reach: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    names = artist_names(GENRE_OF_SCENE[scene], country, rng)
    widely_known = np.argsort(-log_reach)[30 : 30 + 7 * len(AWKWARD_NAMES) : 7]
    names[widely_known] = AWKWARD_NAMES
    return names


def _standardised(values: np.ndarray) -> np.ndarray:
    """Return each row with mean 0 and standard deviation 1; a constant row becomes zeros."""
    centred = values - values.mean(axis=1, keepdims=True)
    sd = centred.std(axis=1, keepdims=True)
    return centred / np.where(sd > 0, sd, 1)


def _rng(seed: int, *stream: int | str) -> np.random.Generator:
    words = [int.from_bytes(part.encode()) if isinstance(part, str) else part for part in stream]
    return np.random.default_rng([seed, *words])
