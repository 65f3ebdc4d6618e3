"""Sizes of synthetic worlds, and every constant of their draw."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorldSettings:
    """Size of a world and the constants of its draw.

    The constants were calibrated against the real last.fm dataset of HetRec 2011, so that the
    statistics of `helpers.realism` agree on several seeds; they mean nothing beyond that.
    """

    n_listeners: int = 1892
    n_artists: int = 59_792  # Latent; those whom nobody plays never appear in a file.
    n_tags: int = 11_946
    list_length: int = 50  # last.fm gave the 50 most played artists of a user.

    # Popularity of genres, of scenes inside a genre, of countries: the r-th has r ** -exponent.
    genre_exponent: float = 0.72
    scene_exponent: float = 0.703
    country_exponent: float = 0.697

    # Artists. Reach is log-normal, flattened at the top; a share of all artists is obscure.
    reach_sd: float = 2.598
    reach_cap: float = 3.193  # in standard deviations
    obscure_share: float = 0.606
    obscure_log_reach: float = -0.752
    obscure_log_reach_sd: float = 0.5
    local_share: float = 0.298  # Artists of a country's own scene, and how much they belong to
    local_global_weight: float = 0.061  # a global scene of their genre as well.
    related_share: float = (
        0.522  # Other artists with a second scene in their genre, and its weight.
    )
    related_weight: float = 0.327
    crossover_share: float = 0.138  # Other artists with a further scene anywhere.
    crossover_weight: float = 0.079

    # Listeners.
    genres_a_listener: float = 2.805  # 1 + Poisson
    same_family_log_odds: float = 1.782  # of a further genre in the family of the first
    genre_concentration: float = 0.854  # of the Dirichlet shares of a listener's genres
    scene_concentration: float = 0.637  # of the shares of scenes inside a genre
    at_home_share: float = 0.798  # Listeners with an ear for their country's scenes, and the
    local_taste_a: float = 1.248  # Beta distribution of the share of these in their lists.
    local_taste_b: float = 1.204
    mainstream_mean: float = 1.188
    mainstream_sd: float = 0.495
    mainstream_min: float = 0.1
    openness_mean: float = 0.095  # log-normal
    openness_log_sd: float = 0.973
    short_list_share: float = 0.033  # New listeners, with fewer artists than a list holds.

    # Plays: exp(level + spread * x) with x exponential, since a list is the top of a power law.
    log_plays_mean: float = 5.469
    level_sd: float = 1.37
    spread_median: float = 0.73
    spread_log_sd: float = 0.4
    plays_preference: float = 0.15  # How much x follows preference and reach; the rest is chance.
    plays_reach: float = 0.25

    # Tags.
    tagged_median: float = 13.5  # artists a user tags; log-normal
    tagged_log_sd: float = 2.3
    tagged_max: int = 4000
    tagged_own_share: float = 0.36  # of them are in the user's own list
    tagged_reach_exponent: float = 1.28
    tagged_unlisted_share: float = 0.003  # artists whom no list holds
    tags_an_artist: float = 2.2  # further tags a user gives an artist, mean of a geometric
    tags_an_artist_log_sd: float = 0.8
    junk_exponent: float = 0.6
    junk_a_user: int = 60
    distinct_tags_max: int = 50  # last.fm gave the 50 most used tags of a user.

    # Friendships.
    links_a_user: float = 11.0  # that a user starts, mean
    links_log_sd: float = 1.4
    friend_candidates: int = 6  # met in a common scene; the most like-minded becomes a friend


SCALES = {
    "tiny": WorldSettings(
        n_listeners=120, n_artists=700, n_tags=600, list_length=20, tagged_max=100
    ),
    "lesson": WorldSettings(),
    "large": WorldSettings(n_listeners=18_920, n_artists=240_000, n_tags=40_000),
}
