"""Sizes of synthetic worlds, and every constant of their draw."""

from dataclasses import dataclass

import numpy as np

from helpers.data.synthetic.names import GENRE_NAMES, LOCAL_COUNTRIES, SCENES_PER_GENRE


@dataclass(frozen=True)
class WorldSettings:
    """Size of a world and the constants of its draw.

    The constants were calibrated against the real last.fm dataset of HetRec 2011, so that the
    statistics of `helpers.realism` agree on several seeds; they mean nothing beyond that.
    `helpers.data.synthetic.world` says what they do.
    """

    # Sizes. Artists are those who could be heard: whom nobody plays appears in no file.
    n_listeners: int = 1892
    n_artists: int = 92_000
    n_tags: int = 11_946
    # last.fm gave the 50 most played artists of a user; new users have fewer.
    list_length: int = 50
    short_list_share: float = 0.033

    # How common genres are, scenes inside a genre, countries: the r-th has r ** -exponent.
    genre_exponent: float = 0.6
    scene_exponent: float = 0.2
    country_exponent: float = 0.763

    # Reach of artists: log-normal, flattened at the top (the cap is in standard deviations).
    reach_sd: float = 2.538
    reach_cap: float = 3.3
    # A share of all artists is obscure instead; most of those with one listener are.
    obscure_share: float = 0.655
    obscure_log_reach: float = 0.45
    obscure_log_reach_sd: float = 0.5

    # Artists of a country's own scene, and how much they belong to a global scene as well.
    local_share: float = 0.04
    local_global_weight: float = 0.083
    # Global artists who come from one of those countries.
    abroad_share: float = 0.25
    # Global artists with a second scene in their genre, and with a further one anywhere.
    related_share: float = 0.03
    related_weight: float = 0.318
    crossover_share: float = 0.05
    crossover_weight: float = 0.103

    # Tastes: 1 + Poisson genres, often of one family; Dirichlet shares of genres and scenes.
    genres_a_listener: float = 2.3
    same_family_log_odds: float = 1.2
    genre_concentration: float = 0.915
    scene_concentration: float = 0.45
    # Listeners with an ear for their country's scenes: how many, and Beta(a, b) share of these.
    at_home_share: float = 0.05
    local_taste_a: float = 1.684
    local_taste_b: float = 1.515

    # How much reach decides whom a listener meets (normal), and liking of anything (log-normal).
    mainstream_mean: float = 1.3
    mainstream_sd: float = 0.35
    mainstream_min: float = 0.1
    openness_mean: float = 0.45
    openness_log_sd: float = 1.4

    # Plays: exp(level + spread * x) with x exponential, since a list is the top of a power law.
    log_plays_mean: float = 5.52
    plays_most: float = 300_000.0
    level_sd: float = 1.3
    spread_median: float = 0.73
    spread_log_sd: float = 0.4
    # How strongly x follows preference, reach and the devotion that an artist inspires in
    # whoever plays it (correlations); the rest is chance.
    plays_preference: float = 0.35
    plays_reach: float = 0.37
    plays_devotion: float = 0.7

    # Artists whom a user tags: log-normal number, partly from the user's own list, the others
    # by listeners ** exponent in liked scenes; a few are in nobody's list.
    tagged_median: float = 14.0
    tagged_log_sd: float = 2.3
    tagged_max: int = 4000
    tagged_own_share: float = 0.42
    tagged_reach_exponent: float = 1.3
    tagged_unlisted_share: float = 0.003
    # Tags a user gives an artist: geometric, its mean less one log-normal over users.
    further_tags: float = 2.2
    further_tags_log_sd: float = 0.8
    # Words of a user's own making, drawn from all of them by rank ** -exponent.
    junk_a_user: int = 60
    junk_exponent: float = 0.6
    # last.fm gave the 50 most used tags of a user.
    distinct_tags_max: int = 50

    # Friendships that a user starts (log-normal), each with the most like-minded of a few
    # whom the user meets in a common scene.
    links_a_user: float = 15.0
    links_log_sd: float = 1.4
    friend_candidates: int = 6

    @property
    def genre_shares(self) -> np.ndarray:
        """How common each genre is, shape (n_genres,)."""
        return zipf_shares(len(GENRE_NAMES), self.genre_exponent)

    @property
    def scene_shares(self) -> np.ndarray:
        """How common each scene is inside its genre, shape (SCENES_PER_GENRE,)."""
        return zipf_shares(SCENES_PER_GENRE, self.scene_exponent)

    @property
    def country_shares(self) -> np.ndarray:
        """How common each country with scenes of its own is, shape (n_countries,)."""
        return zipf_shares(len(LOCAL_COUNTRIES), self.country_exponent)


def zipf_shares(n: int, exponent: float) -> np.ndarray:
    """Return n shares that fall as rank ** -exponent and sum to 1."""
    shares = np.arange(1, n + 1) ** -exponent
    return shares / shares.sum()


SCALES = {
    "tiny": WorldSettings(
        n_listeners=120, n_artists=700, n_tags=600, list_length=20, tagged_max=100
    ),
    "lesson": WorldSettings(),
    "large": WorldSettings(n_listeners=18_920, n_artists=240_000, n_tags=40_000),
}
