"""Draw what playlists are about: scenes, years and moods, out of the taste of their owner."""

from dataclasses import dataclass

import numpy as np

from helpers.data.synthetic.names import GENRE_NAMES, GENRE_OF_SCENE, N_GLOBAL_SCENES
from helpers.data.synthetic.playlists.catalogue import Catalogue
from helpers.data.synthetic.playlists.settings import (
    ERA_STARTS,
    LAST_PLAYLIST_YEAR,
    PlaylistSettings,
)
from helpers.data.synthetic.playlists.shelves import N_ERAS, N_MOODS
from helpers.data.synthetic.playlists.words import PLAYLIST_MOODS
from helpers.data.synthetic.world import World

# What playlists are about, and how many are about it. A mixture is about its owner.
KINDS = ("mixture", "genre", "scene", "decade", "genre and decade", "mood", "season", "artist")
_KIND_SHARES = (0.30, 0.15, 0.11, 0.08, 0.08, 0.12, 0.11, 0.05)
_DECADES = (1960, 1970, 1980, 1990, 2000, 2010)
_DECADE_SHARES = (0.08, 0.15, 0.24, 0.28, 0.2, 0.05)
# Years in which playlists were last changed; most of those that are there are recent.
_YEARS = (2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017)
_YEAR_SHARES = (0.005, 0.015, 0.03, 0.06, 0.12, 0.17, 0.24, 0.36)
_DAY = 86_400
_LAST_DAY = 304  # of the last year, on which the playlists were collected
# How much of a playlist keeps to its theme; the rest is its owner's taste.
_GENRE_FOCUS, _SCENE_FOCUS, _ARTIST_FOCUS = 0.9, 0.8, 0.7
_ARTIST_FOLLOW = 0.6
_OPENNESS_OF_SOUNDS = 0.25
_OTHER_GENRES = 0.4  # for a mood
_OTHER_YEARS = 0.02
_SEASON_BOOST = 7.0
_RECENT_SHARE = 0.65  # of the owners like what is new best


@dataclass(frozen=True)
class Themes:
    """What playlists are about, one row a playlist.

    Attributes
    ----------
    kind : ndarray of int, shape (n,)
        A position in `KINDS`.
    scene, genre, decade, mood, year, artist : ndarray of int, shape (n,)
        The subject; which of them counts depends on the kind. The mood is a position in
        `PLAYLIST_MOODS`, the artist one among those of the catalogue.
    modified_at : ndarray of int, shape (n,)
        Seconds since 1970, at midnight.
    scene_share : ndarray, shape (n, n_scenes)
    era_weight : ndarray, shape (n, n_eras)
    mood_weight : ndarray, shape (n, n_moods)
    openness : ndarray, shape (n,)
        How much the playlist has of anything at all, beside 1 of its scenes.
    level : ndarray of int, shape (n,)
        How much popularity decides, a position in the levels of the settings.
    follow : ndarray, shape (n,)
        The share of entries by an artist who stands in the playlist already.
    length : ndarray of int, shape (n,)
        Number of entries that the owner is after.
    """

    kind: np.ndarray
    scene: np.ndarray
    genre: np.ndarray
    decade: np.ndarray
    mood: np.ndarray
    year: np.ndarray
    artist: np.ndarray
    modified_at: np.ndarray
    scene_share: np.ndarray
    era_weight: np.ndarray
    mood_weight: np.ndarray
    openness: np.ndarray
    level: np.ndarray
    follow: np.ndarray
    length: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    def rows(self, rows: np.ndarray) -> "Themes":
        """Return the themes of some playlists."""
        return Themes(**{name: values[rows] for name, values in vars(self).items()})

    def are(self, *kinds: str) -> np.ndarray:
        """Return which playlists are of any of these kinds, shape (n,)."""
        return np.isin(self.kind, [KINDS.index(kind) for kind in kinds])


def draw_themes(
    world: World,
    catalogue: Catalogue,
    settings: PlaylistSettings,
    n: int,
    rng: np.random.Generator,
) -> Themes:
    """Return the themes of n playlists, each of a listener of the world."""
    owner = rng.integers(0, len(world.listener_factors), n)
    taste = world.listener_factors[owner]
    year, modified_at = _draw_days(n, rng)
    scene = _draw_by_row(taste, rng)
    subject = {
        "kind": rng.choice(len(KINDS), n, p=_KIND_SHARES),
        "scene": scene,
        "genre": GENRE_OF_SCENE[scene],
        "decade": rng.choice(_DECADES, n, p=_DECADE_SHARES),
        "mood": rng.integers(0, len(PLAYLIST_MOODS), n),
        "year": year,
        "artist": _draw_artists(world, catalogue, n, rng),
        "modified_at": modified_at,
    }
    length = settings.length_median * np.exp(settings.length_log_sd * rng.standard_normal(n))
    themes = Themes(
        **subject,
        scene_share=taste,
        era_weight=_draw_eras(year, settings, rng),
        mood_weight=np.ones((n, N_MOODS)),
        openness=world.openness[owner],
        level=rng.integers(0, len(settings.levels), n),
        follow=rng.beta(settings.follow_a, settings.follow_b, n),
        length=np.clip(np.rint(length), settings.length_min, settings.length_max).astype(int),
    )
    _focus(themes, world, catalogue)
    return themes


def _focus(themes: Themes, world: World, catalogue: Catalogue) -> None:
    """Let shares and weights keep to the subjects of the playlists, in place."""
    _focus_on_genres(themes, _usual_shares(world))
    _focus_on_moods(themes, _usual_shares(world))
    _focus_on_years(themes)
    rows = np.flatnonzero(themes.are("scene"))
    themes.scene_share[rows] *= 1 - _SCENE_FOCUS
    themes.scene_share[rows, themes.scene[rows]] += _SCENE_FOCUS
    rows = np.flatnonzero(themes.are("artist"))
    factors = world.artist_factors[catalogue.songs.artists[themes.artist[rows]]].toarray()
    themes.scene_share[rows] *= 1 - _ARTIST_FOCUS
    themes.scene_share[rows] += _ARTIST_FOCUS * _normalised(factors)
    themes.follow[rows] = _ARTIST_FOLLOW
    themes.openness[~themes.are("mixture", "season", "decade")] *= _OPENNESS_OF_SOUNDS


def _focus_on_genres(themes: Themes, usual: np.ndarray) -> None:
    rows = np.flatnonzero(themes.are("genre", "genre and decade"))
    is_inside = themes.genre[rows, None] == GENRE_OF_SCENE
    own, usual = _normalised(themes.scene_share[rows] * is_inside), _normalised(usual * is_inside)
    themes.scene_share[rows] *= 1 - _GENRE_FOCUS
    themes.scene_share[rows] += _GENRE_FOCUS * (own + usual) / 2


def _focus_on_moods(themes: Themes, usual: np.ndarray) -> None:
    rows = np.flatnonzero(themes.are("mood"))
    energy = np.array([energy for _, energy, _ in PLAYLIST_MOODS.values()])
    themes.mood_weight[rows] = energy[themes.mood[rows]]
    tilts = np.array(
        [
            [tilts.get(name, _OTHER_GENRES) for name in GENRE_NAMES]
            for _, _, tilts in PLAYLIST_MOODS.values()
        ]
    )
    tilt = tilts[themes.mood[rows]][:, GENRE_OF_SCENE]
    own, usual = _normalised(themes.scene_share[rows] * tilt), _normalised(tilt * usual)
    themes.scene_share[rows] = (own + usual) / 2


def _focus_on_years(themes: Themes) -> None:
    starts = np.array(ERA_STARTS[:N_ERAS])
    rows = np.flatnonzero(themes.are("decade", "genre and decade"))
    since = starts - themes.decade[rows, None]
    weight = np.where((since >= 0) & (since < 10), 1, _OTHER_YEARS)
    themes.era_weight[rows] = (themes.era_weight[rows] > 0) * weight
    rows = np.flatnonzero(themes.are("season"))
    is_new = starts >= themes.year[rows, None] - 1
    themes.era_weight[rows] *= np.where(is_new, _SEASON_BOOST, 1)


def _usual_shares(world: World) -> np.ndarray:
    """Return how common each scene is, shape (n_scenes,); those of one country are left out."""
    usual = np.zeros(len(GENRE_OF_SCENE))
    settings = world.settings
    usual[:N_GLOBAL_SCENES] = np.outer(settings.genre_shares, settings.scene_shares).ravel()
    return usual


def _draw_artists(
    world: World, catalogue: Catalogue, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Return whom a playlist would be about, the widely known more often."""
    reach = np.exp(0.8 * world.log_reach[catalogue.songs.artists])
    return rng.choice(len(reach), n, p=reach / reach.sum())


def _draw_days(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the year and the midnight at which each playlist was last changed."""
    year = rng.choice(_YEARS, n, p=_YEAR_SHARES)
    day = np.floor(rng.random(n) * np.where(year == LAST_PLAYLIST_YEAR, _LAST_DAY, 365))
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[s]").astype(np.int64)
    return year, start + _DAY * day.astype(np.int64)


def _draw_eras(
    year: np.ndarray, settings: PlaylistSettings, rng: np.random.Generator
) -> np.ndarray:
    """Return the weight of each era for each playlist; nothing is from after its last change."""
    n = len(year)
    favourite = np.where(
        rng.random(n) < _RECENT_SHARE, year - 3 * rng.random(n), 1965 + 50 * rng.random(n)
    )
    starts = np.array(ERA_STARTS)
    middle = (starts[:-1] + starts[1:] - 1) / 2
    distance = (middle - favourite[:, None]) / settings.era_sd
    weight = settings.era_floor + np.exp(-(distance**2) / 2)
    return weight * (starts[:N_ERAS] <= year[:, None])


def _draw_by_row(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a column for each row, drawn by the shares of the row."""
    at = rng.random(len(shares))[:, None] * shares.sum(axis=1, keepdims=True)
    return np.minimum((np.cumsum(shares, axis=1) <= at).sum(axis=1), shares.shape[1] - 1)


def _normalised(weights: np.ndarray) -> np.ndarray:
    """Return the rows scaled to a sum of 1; a row of zeros stays one."""
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1)
