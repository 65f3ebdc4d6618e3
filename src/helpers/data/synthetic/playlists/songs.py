"""Draw the songs of a synthetic world: whose they are, from when, and how widely known."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.data.synthetic.names import DECADES, GENRE_NAMES, GENRE_OF_SCENE
from helpers.data.synthetic.playlists.settings import FIRST_YEAR, LAST_YEAR, PlaylistSettings
from helpers.data.synthetic.world import World

# A listener of 2016 knows recent songs best, some classics, and little from before the sixties.
_RECENCY_YEARS = (1921, 1950, 1965, 1975, 1990, 2000, 2010, 2016, 2020)
_RECENCY = (-4.5, -3.5, -1.9, -1.6, -1.7, -1.4, -0.8, 0.0, 0.0)
# Genres that were on record before the sixties, and the share of those who began by then.
_EARLY_GENRES = ("jazz", "classical", "folk", "rnb", "latin", "pop")
_EARLY_SHARE = 0.9
_EARLY_BEGIN, _EARLY_END = 1914, 1960  # who began before there were tables is in the first year
_FIRST_DECADE = 1960
_YEARS_AN_ALBUM = 2.2


@dataclass(frozen=True)
class Songs:
    """All songs, artist by artist and album by album in the order of the record.

    Attributes
    ----------
    artists : ndarray of int, shape (n_artists,)
        Rows of the world, the most widely known first, then those from before the sixties whom
        hardly anybody remembers; `artist` and `guest` point in here.
    artist, album, scene, year : ndarray of int, shape (n_songs,)
    guest : ndarray of int, shape (n_songs,)
        -1 for a song without a guest.
    original : ndarray of int, shape (n_songs,)
        The earlier song that a live version or a remix is of; -1 for a song of its own.
    log_popularity : ndarray, shape (n_songs,)
        How widely a song is known among listeners of 2016.
    """

    artists: np.ndarray
    artist: np.ndarray
    album: np.ndarray
    scene: np.ndarray
    year: np.ndarray
    guest: np.ndarray
    original: np.ndarray
    log_popularity: np.ndarray

    def __len__(self) -> int:
        return len(self.artist)

    @property
    def genre(self) -> np.ndarray:
        """Genre of each song, a position in `GENRE_NAMES`."""
        return GENRE_OF_SCENE[self.scene]


def draw_songs(world: World, settings: PlaylistSettings) -> Songs:
    """Return the songs of the most widely known artists of a world."""
    rng, cap = world.rng("songs"), settings.popularity_cap
    artists = _known_artists(world, settings)
    log_reach = world.log_reach[artists]
    log_number = (
        settings.songs_log_mean
        + settings.songs_log_reach * log_reach
        + settings.songs_log_sd * rng.standard_normal(len(artists))
    )
    n_songs = np.clip(np.rint(np.exp(log_number)), 1, settings.songs_max).astype(np.int64)
    artist = np.repeat(np.arange(len(artists)), n_songs)
    album = _cut_into_albums(artist, settings.album_length, rng)
    year = _draw_years(world, artists, artist, album, rng)
    original = _draw_originals(artist, settings.version_share, rng)
    scene = _draw_scenes(world.artist_factors[artists], artist, rng)
    place = _place_within(artist, rng)
    log_popularity = (
        settings.fame * log_reach[artist]
        - settings.hit_exponent * np.log(place)
        + np.interp(year, _RECENCY_YEARS, _RECENCY)
        + settings.song_log_sd * rng.standard_normal(len(artist))
    )
    # Nobody hears one song only: the greatest hits are hardly apart.
    log_popularity = cap - np.logaddexp(0, cap - log_popularity)
    return Songs(
        artists=artists,
        artist=artist,
        album=album,
        scene=np.where(original >= 0, scene[original], scene),
        year=year,
        guest=_draw_guests(world.genre[artists], artist, original, settings.guest_share, rng),
        original=original,
        log_popularity=log_popularity,
    )


def _known_artists(world: World, settings: PlaylistSettings) -> np.ndarray:
    by_reach = np.argsort(-world.log_reach, kind="stable")
    known, others = np.split(by_reach, [settings.n_artists])
    early = others[_could_be_early(world, others)]
    return np.concatenate([known, early[: settings.n_early_artists]])


def _could_be_early(world: World, artists: np.ndarray) -> np.ndarray:
    """Return which artists are of the first decade and of a genre that is older than that."""
    early_genres = [GENRE_NAMES.index(name) for name in _EARLY_GENRES]
    return (world.labels["decade"][artists] == 0) & np.isin(world.genre[artists], early_genres)


def _cut_into_albums(artist: np.ndarray, length: float, rng: np.random.Generator) -> np.ndarray:
    begins = rng.random(len(artist)) < 1 / length
    begins[0] = True
    begins[1:] |= artist[1:] != artist[:-1]
    return np.cumsum(begins) - 1


def _draw_years(
    world: World,
    artists: np.ndarray,
    artist: np.ndarray,
    album: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the year of each song: that of its album, albums spread over a career."""
    n = len(artists)
    decade = world.labels["decade"][artists]
    is_last = decade == len(DECADES) - 1  # who is called "00s" may have begun at any time since
    begin = _FIRST_DECADE + 10 * decade + rng.random(n) * np.where(is_last, 19.5, 10)
    is_early = _could_be_early(world, artists) & (rng.random(n) < _EARLY_SHARE)
    early = _EARLY_BEGIN + (_EARLY_END - _EARLY_BEGIN) * rng.random(is_early.sum())
    begin[is_early] = np.maximum(early, FIRST_YEAR)
    first_song = np.unique(album, return_index=True)[1]
    album_artist = artist[first_song]
    n_albums = np.bincount(album_artist, minlength=n)
    nth = np.arange(len(album_artist)) - np.searchsorted(album_artist, album_artist)
    career = np.minimum(_YEARS_AN_ALBUM * n_albums, LAST_YEAR + 1 - begin)
    at = (nth + rng.random(len(nth))) / n_albums[album_artist]
    year = np.floor(begin[album_artist] + at * career[album_artist]).astype(np.int64)
    return np.minimum(year, LAST_YEAR)[album]


def _draw_originals(artist: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return the song that a song is another recording of; -1 for most."""
    n = len(artist)
    first = np.searchsorted(artist, artist)
    earlier = np.arange(n) - first
    original = first + np.floor(rng.random(n) * earlier).astype(np.int64)
    original[(rng.random(n) >= share) | (earlier == 0)] = -1
    # A version of a version is a version of what both are of.
    while (deep := (original >= 0) & (original[original] >= 0)).any():
        original[deep] = original[original[deep]]
    return original


def _draw_scenes(factors: sp.csr_array, artist: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a scene for each song, one of its artist's."""
    total = np.concatenate([[0], np.cumsum(factors.data)])
    low, high = total[factors.indptr[artist]], total[factors.indptr[artist + 1]]
    at = np.searchsorted(total, low + rng.random(len(artist)) * (high - low), side="right") - 1
    return factors.indices[np.clip(at, factors.indptr[artist], factors.indptr[artist + 1] - 1)]


def _place_within(artist: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return for each song a place among those of its artist, from 1, in random order."""
    order = np.lexsort((rng.random(len(artist)), artist))
    place = np.empty(len(artist), dtype=np.int64)
    place[order] = 1 + np.arange(len(artist)) - np.searchsorted(artist, artist)
    return place


def _draw_guests(
    genre: np.ndarray,
    artist: np.ndarray,
    original: np.ndarray,
    share: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return who else sings on each song, an artist of the same genre; -1 for nobody."""
    by_genre = np.argsort(genre, kind="stable")
    start = np.searchsorted(genre[by_genre], genre[artist])
    size = np.bincount(genre)[genre[artist]]
    # The square makes well-known guests the more frequent.
    guest = by_genre[start + np.floor(rng.random(len(artist)) ** 2 * size).astype(np.int64)]
    is_alone = (rng.random(len(artist)) >= share) | (guest == artist) | (original >= 0)
    return np.where(is_alone, -1, guest)
