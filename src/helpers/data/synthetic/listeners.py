"""Draw the listeners of a synthetic world: their tastes and their habits."""

import numpy as np

from helpers.data.synthetic.names import (
    FAMILIES,
    GENRE_NAMES,
    LOCAL_COUNTRIES,
    SCENES_PER_GENRE,
)
from helpers.data.synthetic.settings import WorldSettings


def draw_listeners(settings: WorldSettings, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the traits of all listeners by their names in `World`."""
    n = settings.n_listeners
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
        "listener_factors": _draw_tastes(settings, rng),
        "mainstream": np.maximum(mainstream, settings.mainstream_min),
        "openness": settings.openness_mean * openness,
        "list_length": length,
        "level": level,
        "spread": spread,
    }


def _draw_tastes(settings: WorldSettings, rng: np.random.Generator) -> np.ndarray:
    """Return the share of each scene for each listener, shape (n_listeners, n_scenes)."""
    n, n_genres = settings.n_listeners, len(GENRE_NAMES)
    genres = _draw_genre_shares(settings, rng)
    alpha = settings.scene_concentration * SCENES_PER_GENRE * settings.scene_shares
    scenes = rng.standard_gamma(alpha, (n, n_genres, SCENES_PER_GENRE)) + np.finfo(float).tiny
    scenes /= scenes.sum(axis=2, keepdims=True)
    is_at_home = rng.random(n) < settings.at_home_share
    local = rng.beta(settings.local_taste_a, settings.local_taste_b, n) * is_at_home
    country = rng.choice(len(LOCAL_COUNTRIES), n, p=settings.country_shares)
    local_shares = np.zeros((n, len(LOCAL_COUNTRIES), n_genres))
    local_shares[np.arange(n), country] = local[:, None] * genres
    global_shares = ((1 - local)[:, None] * genres)[:, :, None] * scenes
    return np.concatenate([global_shares.reshape(n, -1), local_shares.reshape(n, -1)], axis=1)


def _draw_genre_shares(settings: WorldSettings, rng: np.random.Generator) -> np.ndarray:
    """Return the share of each genre for each listener: few genres, often of one family."""
    n, shares = settings.n_listeners, settings.genre_shares
    members = [[name in family for family in FAMILIES] for name in GENRE_NAMES]
    family = np.argmax(members, axis=1)
    first = rng.choice(len(shares), n, p=shares)
    odds = shares * np.exp(settings.same_family_log_odds * (family == family[first][:, None]))
    odds[np.arange(n), first] = np.inf
    # The genres with the smallest E / odds: a draw without replacement, as in `listen`.
    rank = np.argsort(np.argsort(rng.standard_exponential(odds.shape) / odds, axis=1), axis=1)
    weights = rng.standard_gamma(settings.genre_concentration, odds.shape) + np.finfo(float).tiny
    weights[rank >= 1 + rng.poisson(settings.genres_a_listener - 1, n)[:, None]] = 0
    return weights / weights.sum(axis=1, keepdims=True)
