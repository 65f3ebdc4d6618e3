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
from scipy.special import log_ndtr

from helpers.data.synthetic_names import (
    AWKWARD_NAMES,
    COUNTRIES,
    DECADES,
    GENRE_NAMES,
    MOODS,
    SCENES_PER_GENRE,
    VOICES,
    artist_names,
)

LISTENERS_A_CHUNK = 50  # Bounds memory: a chunk × artists matrix is the largest thing held.


@dataclass(frozen=True)
class WorldSettings:
    """Size of a world and the constants of its draw.

    The constants were calibrated against the real last.fm dataset of HetRec 2011, so that the
    statistics of `helpers.realism` agree on several seeds; they mean nothing beyond that.
    """

    n_listeners: int = 1892
    n_artists: int = 60_000  # Latent; those whom nobody plays never appear in a file.
    n_tags: int = 11_946
    list_length: int = 50  # last.fm gave the 50 most played artists of a user.

    # Artists. Reach is log-normal, flattened at the top; a share of all artists is obscure.
    reach_sd: float = 2.6
    reach_cap: float = 3.0  # in standard deviations
    obscure_share: float = 0.5
    obscure_log_reach: float = -1.0
    obscure_log_reach_sd: float = 0.5
    genre_exponent: float = 0.884  # Size of the r-th largest genre: r ** -exponent.
    scene_exponent: float = 0.982
    related_share: float = 0.566  # Artists with a second scene in their genre, and its weight.
    related_weight: float = 0.25
    crossover_share: float = 0.143  # Artists with a further scene anywhere.
    crossover_weight: float = 0.114

    # Listeners.
    genres_a_listener: float = 1.844  # 1 + Poisson
    genre_concentration: float = 1.272  # of the Dirichlet shares of a listener's genres
    scene_concentration: float = 1.29  # of the shares of scenes inside a genre
    mainstream_mean: float = 1.1
    mainstream_sd: float = 0.5
    mainstream_min: float = 0.1
    openness_mean: float = 0.126  # log-normal
    openness_log_sd: float = 0.842
    short_list_share: float = 0.033  # New listeners, with fewer artists than a list holds.

    # Plays: exp(level + spread * x) with x exponential, since a list is the top of a power law.
    log_plays_mean: float = 5.469
    level_sd: float = 1.37
    spread_median: float = 0.73
    spread_log_sd: float = 0.4
    plays_preference: float = 0.15  # How much x follows preference and reach; the rest is chance.
    plays_reach: float = 0.25

    # Tags.
    tagged_median: float = 8.0  # artists a user tags; log-normal
    tagged_log_sd: float = 1.75
    tagged_max: int = 1200
    tagged_own_share: float = 0.4  # of them are in the user's own list
    tagged_reach_exponent: float = 0.8
    tagged_unlisted_share: float = 0.008  # artists whom no list holds
    tags_an_artist: float = 1.62  # further tags a user gives an artist, mean of a geometric
    tags_an_artist_log_sd: float = 0.5
    junk_exponent: float = 0.8
    junk_a_user: int = 15
    distinct_tags_max: int = 50  # last.fm gave the 50 most used tags of a user.

    # Friendships.
    links_a_user: float = 7.5  # that a user starts, mean
    links_log_sd: float = 1.1
    friend_candidates: int = 6  # met in a common scene; the most like-minded becomes a friend


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
        Main scene, a position in `SCENE_NAMES`; its genre is `scene // SCENES_PER_GENRE`.
    log_reach : ndarray, shape (n_artists,)
    artist_factors : csr_array, shape (n_artists, n_scenes)
        Membership phi; its mean weighted by reach is 1 in every scene.
    labels : dict of ndarray of int, each of shape (n_artists,)
        Further traits that tags speak of: "mood" (0 to 2), "decade", "voice", "country".
    listener_factors : ndarray, shape (n_listeners, n_scenes)
        Scene shares theta; rows sum to 1.
    mainstream, openness, list_length, level, spread : ndarray, shape (n_listeners,)
    """

    settings: WorldSettings
    seed: int
    names: np.ndarray
    scene: np.ndarray
    log_reach: np.ndarray
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
        return self.scene // SCENES_PER_GENRE

    def rng(self, *stream: int | str) -> np.random.Generator:
        """Return the generator of one named part of the draw; parts do not disturb each other."""
        return _rng(self.seed, *stream)


def draw_world(settings: WorldSettings, seed: int) -> World:
    """Return the latent world of a seed; equal arguments give equal worlds."""
    scene, log_reach, factors = _draw_artists(settings, _rng(seed, "artists"))
    labels = _rng(seed, "labels")
    return World(
        settings=settings,
        seed=seed,
        names=_name_artists(scene // SCENES_PER_GENRE, log_reach, _rng(seed, "names")),
        scene=scene,
        log_reach=log_reach,
        artist_factors=factors,
        labels={
            "mood": labels.integers(0, len(MOODS[0]), len(scene)),
            "decade": labels.choice(len(DECADES), len(scene), p=(0.07, 0.12, 0.2, 0.26, 0.35)),
            "voice": labels.choice(len(VOICES), len(scene), p=(0.4, 0.45, 0.15)),
            "country": _zipf(len(COUNTRIES), 1.0, len(scene), labels),
        },
        **_draw_listeners(settings, _rng(seed, "listeners")),
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
    plays = _draw_plays(world, rows, log_preference, world.log_reach[heard], rng)
    kept = np.arange(longest) < world.list_length[rows, None]
    listeners = np.broadcast_to(rows[:, None], kept.shape)[kept]
    order = np.lexsort((heard[kept], -plays[kept], listeners))
    return Listening(listeners, heard[kept][order], plays[kept][order])


def _draw_plays(
    world: World,
    rows: np.ndarray,
    log_preference: np.ndarray,
    log_reach: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    by_taste, by_reach = world.settings.plays_preference, world.settings.plays_reach
    chance = np.sqrt(1 - by_taste**2 - by_reach**2)
    normal = by_taste * _standardised(log_preference) + by_reach * _standardised(log_reach)
    normal += chance * rng.standard_normal(normal.shape)
    exponential = -log_ndtr(-normal)  # the quantile of an exponential at that of the normal
    log_plays = world.level[rows, None] + world.spread[rows, None] * exponential
    return np.maximum(np.rint(np.exp(log_plays)), 1).astype(np.int64)


def _draw_artists(
    settings: WorldSettings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, sp.csr_array]:
    """Return main scene, log reach and scene memberships of all artists."""
    n, scene_sizes = settings.n_artists, _scene_sizes(settings)
    n_scenes = len(scene_sizes)
    log_reach = settings.reach_sd * rng.standard_normal(n)
    cap = settings.reach_cap * settings.reach_sd
    log_reach = cap - np.logaddexp(0, cap - log_reach)
    obscure = rng.random(n) < settings.obscure_share
    quiet = settings.obscure_log_reach + settings.obscure_log_reach_sd * rng.standard_normal(n)
    log_reach = np.where(obscure, quiet, log_reach)

    scene = rng.choice(n_scenes, n, p=scene_sizes)
    related = np.flatnonzero(rng.random(n) < settings.related_share)
    crossover = np.flatnonzero(rng.random(n) < settings.crossover_share)
    first_of_genre = scene[related] // SCENES_PER_GENRE * SCENES_PER_GENRE
    artists = np.concatenate([np.arange(n), related, crossover])
    scenes = np.concatenate(
        [
            scene,
            first_of_genre + rng.integers(0, SCENES_PER_GENRE, len(related)),
            rng.choice(n_scenes, len(crossover), p=scene_sizes),
        ]
    )
    weights = np.repeat(
        [1.0, settings.related_weight, settings.crossover_weight],
        [n, len(related), len(crossover)],
    )
    factors = sp.coo_array((weights, (artists, scenes)), shape=(n, n_scenes)).tocsr()
    reach = np.exp(log_reach)
    of_scene = factors.T @ reach / reach.sum()
    factors.data /= of_scene[factors.indices]  # so that theta is the share of a scene in a list
    return scene, log_reach, factors


def _draw_listeners(settings: WorldSettings, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the traits of all listeners by their names in `World`."""
    n = settings.n_listeners
    genres = zipf_shares(len(GENRE_NAMES), settings.genre_exponent)
    scenes = zipf_shares(SCENES_PER_GENRE, settings.scene_exponent)
    # The genres with the smallest E / share: a draw without replacement, as in `listen`.
    order = np.argsort(rng.standard_exponential((n, len(genres))) / genres, axis=1)
    n_genres = 1 + rng.poisson(settings.genres_a_listener - 1, n)
    weights = rng.standard_gamma(settings.genre_concentration, (n, len(genres)))
    weights[np.argsort(order, axis=1) >= n_genres[:, None]] = 0
    inside = rng.standard_gamma(
        settings.scene_concentration * SCENES_PER_GENRE * scenes, (n, len(genres), len(scenes))
    )
    inside /= inside.sum(axis=2, keepdims=True)
    theta = (weights / weights.sum(axis=1, keepdims=True))[:, :, None] * inside

    mainstream = settings.mainstream_mean + settings.mainstream_sd * rng.standard_normal(n)
    openness_sd = settings.openness_log_sd
    openness = np.exp(openness_sd * rng.standard_normal(n) - openness_sd**2 / 2)
    length = np.full(n, settings.list_length)
    is_new = rng.random(n) < settings.short_list_share
    length[is_new] = rng.integers(1, settings.list_length, is_new.sum())
    spread_sd = settings.spread_log_sd
    spread = settings.spread_median * np.exp(spread_sd * rng.standard_normal(n))
    # An exponential has mean 1, so the mean of the log is level + spread.
    level = settings.log_plays_mean + settings.level_sd * rng.standard_normal(n) - spread
    return {
        "listener_factors": theta.reshape(n, -1),
        "mainstream": np.maximum(mainstream, settings.mainstream_min),
        "openness": settings.openness_mean * openness,
        "list_length": length,
        "level": level,
        "spread": spread,
    }


def _name_artists(genre: np.ndarray, log_reach: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    names = artist_names(genre, rng)
    widely_known = np.argsort(-log_reach)[30 : 30 + 7 * len(AWKWARD_NAMES) : 7]
    names[widely_known] = AWKWARD_NAMES
    return names


def _scene_sizes(settings: WorldSettings) -> np.ndarray:
    """Return the share of each scene, shape (n_scenes,); sums to 1."""
    genres = zipf_shares(len(GENRE_NAMES), settings.genre_exponent)
    scenes = zipf_shares(SCENES_PER_GENRE, settings.scene_exponent)
    sizes = np.outer(genres, scenes).ravel()
    return sizes / sizes.sum()


def zipf_shares(n: int, exponent: float) -> np.ndarray:
    """Return n shares that fall as rank ** -exponent and sum to 1."""
    shares = np.arange(1, n + 1) ** -exponent
    return shares / shares.sum()


def _zipf(n: int, exponent: float, size: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(n, size, p=zipf_shares(n, exponent))


def _standardised(values: np.ndarray) -> np.ndarray:
    """Return each row with mean 0 and standard deviation 1; a constant row becomes zeros."""
    centred = values - values.mean(axis=1, keepdims=True)
    sd = centred.std(axis=1, keepdims=True)
    return centred / np.where(sd > 0, sd, 1)


def _rng(seed: int, *stream: int | str) -> np.random.Generator:
    words = [int.from_bytes(part.encode()) if isinstance(part, str) else part for part in stream]
    return np.random.default_rng([seed, *words])
