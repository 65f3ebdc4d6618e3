"""Songs on shelves: quick draws of one song by scene, era and mood, or by artist.

A shelf holds the songs of one scene, one era and one mood. Drawing a song means drawing a shelf
by the taste of a playlist, then a song on it by popularity; both are one search in a running sum.
"""

from dataclasses import dataclass

import numpy as np

from helpers.data.synthetic.names import SCENE_NAMES
from helpers.data.synthetic.playlists.catalogue import Catalogue
from helpers.data.synthetic.playlists.settings import ERA_STARTS

N_ERAS = len(ERA_STARTS) - 1  # the last year begins what no playlist could hold yet
# Songs below the first bound are calm, those from the second on lively.
ENERGY_BOUNDS = (0.45, 0.7)
N_MOODS = len(ENERGY_BOUNDS) + 1


@dataclass(frozen=True)
class Shelves:
    """The songs that a playlist can hold, in the order of their shelves.

    Attributes
    ----------
    songs : ndarray of int, shape (n_shelved,)
    era, mood : ndarray of int, shape (n_songs,)
        Of every song of the catalogue; the era of a song too recent is `N_ERAS`.
    scene_of, era_of, mood_of : ndarray of int, shape (n_shelves,)
    ends : ndarray of int, shape (n_shelves + 1,)
        Shelf s holds songs[ends[s]:ends[s + 1]].
    sums : ndarray, shape (n_levels, n_shelved + 1)
        Running sums of the weights of the songs, for each level of how much popularity decides.
    artist_sums : ndarray, shape (n_levels, n_songs + 1)
        The same over all songs in the order of the catalogue.
    artist_ends : ndarray of int, shape (n_artists + 1,)
        Artist a has the songs artist_ends[a] to artist_ends[a + 1].
    scene_mass : ndarray, shape (n_levels, n_scenes)
    """

    songs: np.ndarray
    era: np.ndarray
    mood: np.ndarray
    scene_of: np.ndarray
    era_of: np.ndarray
    mood_of: np.ndarray
    ends: np.ndarray
    sums: np.ndarray
    artist_sums: np.ndarray
    artist_ends: np.ndarray
    scene_mass: np.ndarray

    def mass(self, levels: np.ndarray) -> np.ndarray:
        """Return the weight of each shelf at each of some levels, shape (n, n_shelves)."""
        at_ends = self.sums[:, self.ends]
        return np.diff(at_ends, axis=1)[levels]

    def draw_songs(
        self, shelves: np.ndarray, levels: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Return a song from each of some shelves, by popularity at each level."""
        ends = self.ends
        return self.songs[_draw(self.sums, ends[shelves], ends[shelves + 1], levels, rng)]

    def draw_by_artist(
        self, artists: np.ndarray, levels: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Return a song of each of some artists, by popularity at each level."""
        ends = self.artist_ends
        return _draw(self.artist_sums, ends[artists], ends[artists + 1], levels, rng)


def fill_shelves(catalogue: Catalogue, levels: tuple[float, ...]) -> Shelves:
    """Return the songs of a catalogue on their shelves.

    Parameters
    ----------
    catalogue : Catalogue
    levels : tuple of float
        How much popularity decides at each level; 1 is the popularity of the catalogue.
    """
    songs = catalogue.songs
    era = np.searchsorted(ERA_STARTS, songs.year, side="right") - 1
    mood = np.searchsorted(ENERGY_BOUNDS, catalogue.sound["energy"], side="right")
    shelf = (songs.scene * N_ERAS + era) * N_MOODS + mood
    order = np.argsort(shelf, kind="stable")
    order = order[era[order] < N_ERAS]
    kept, start = np.unique(shelf[order], return_index=True)
    weights = np.exp(np.outer(levels, songs.log_popularity - songs.log_popularity.max()))
    scene_mass = np.zeros((len(levels), len(SCENE_NAMES)))
    for mass, weight in zip(scene_mass, weights, strict=True):
        np.add.at(mass, songs.scene[order], weight[order])
    return Shelves(
        songs=order,
        era=era,
        mood=mood,
        scene_of=kept // (N_ERAS * N_MOODS),
        era_of=kept // N_MOODS % N_ERAS,
        mood_of=kept % N_MOODS,
        ends=np.append(start, len(order)),
        sums=_running_sums(weights[:, order]),
        artist_sums=_running_sums(weights),
        artist_ends=np.searchsorted(songs.artist, np.arange(len(songs.artists) + 1)),
        scene_mass=scene_mass,
    )


def _running_sums(weights: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros((len(weights), 1)), np.cumsum(weights, axis=1)], axis=1)


def _draw(
    sums: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    levels: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return a place from low to high (left out) for each draw, by the weights at its level."""
    chance = rng.random(len(low))
    drawn = np.empty(len(low), dtype=np.int64)
    for level, sum_of in enumerate(sums):
        at = np.flatnonzero(levels == level)
        first, last = sum_of[low[at]], sum_of[high[at]]
        found = np.searchsorted(sum_of, first + chance[at] * (last - first), side="right") - 1
        drawn[at] = np.clip(found, low[at], high[at] - 1)
    return drawn
