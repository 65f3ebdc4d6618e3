"""Draw the tracks under which songs are sold: one each, and further editions of some."""

from dataclasses import dataclass

import numpy as np

from helpers.data.synthetic.playlists.settings import LAST_YEAR, PlaylistSettings
from helpers.data.synthetic.playlists.songs import Songs

# What an edition is, and the album it is on: an album of the same kind as the record where the
# song came out (FIRST), made from it (DELUXE, REMASTERED), of one artist or of one song.
FIRST, DELUXE, REMASTERED, COLLECTION, SINGLE = range(5)
_REMASTERED_UNTIL = 2004


@dataclass(frozen=True)
class Tracks:
    """All tracks; the first `n_songs` are the songs where they came out, in their order.

    Attributes
    ----------
    song, album, form : ndarray of int, shape (n_tracks,)
        The form is FIRST, DELUXE, REMASTERED, COLLECTION or SINGLE.
    editions : ndarray of int, shape (n_songs + 1,)
        The further tracks of song s are n_songs + editions[s] to n_songs + editions[s + 1].
    album_year, album_form : ndarray of int, shape (n_albums,)
    album_base : ndarray of int, shape (n_albums,)
        What an album is made from, by its form: the album where the songs came out, an artist, a
        song.
    """

    song: np.ndarray
    album: np.ndarray
    form: np.ndarray
    editions: np.ndarray
    album_year: np.ndarray
    album_form: np.ndarray
    album_base: np.ndarray

    def __len__(self) -> int:
        return len(self.song)


def draw_tracks(songs: Songs, settings: PlaylistSettings, rng: np.random.Generator) -> Tracks:
    """Return the tracks of all songs."""
    n_songs = len(songs)
    song, form = _draw_editions(songs, settings.edition_share, rng)
    # What each edition's album is made from tells the albums of a form apart.
    base = np.choose(form - 1, [songs.album[song], songs.album[song], songs.artist[song], song])
    made, album = np.unique(form * (n_songs + 1) + base, return_inverse=True)
    made_form, made_base = np.divmod(made, n_songs + 1)

    first_song = np.unique(songs.album, return_index=True)[1]
    n_albums = len(first_song)
    a_song = np.empty_like(made)  # one that an album holds
    a_song[album] = song
    year = songs.year[a_song] + (made_form == DELUXE)
    year = np.where(made_form == REMASTERED, rng.integers(2005, 2017, len(made)), year)
    latest = np.zeros_like(made)
    np.maximum.at(latest, album, songs.year[song])
    year = np.where(made_form == COLLECTION, latest + rng.integers(1, 12, len(made)), year)
    further = np.bincount(song, minlength=n_songs)
    return Tracks(
        song=np.concatenate([np.arange(n_songs), song]),
        album=np.concatenate([songs.album, n_albums + album]),
        form=np.concatenate([np.full(n_songs, FIRST), form]),
        editions=np.concatenate([[0], np.cumsum(further)]),
        album_year=np.concatenate([songs.year[first_song], np.minimum(year, LAST_YEAR)]),
        album_form=np.concatenate([np.full(n_albums, FIRST), made_form]),
        album_base=np.concatenate([np.arange(n_albums), made_base]),
    )


def _draw_editions(
    songs: Songs, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return song and form of each further edition, ordered by song."""
    # What is widely known is sold again and again.
    race = rng.standard_exponential(len(songs)) * np.exp(-0.35 * songs.log_popularity)
    again = np.sort(np.argsort(race, kind="stable")[: round(share * len(songs))])
    number = np.minimum(1 + rng.poisson(0.4, len(again)), 3)
    song = np.repeat(again, number)
    nth = np.arange(len(song)) - np.searchsorted(song, song)
    form = 1 + (np.repeat(rng.integers(0, 4, len(again)), number) + nth) % 4
    form[(songs.year[song] > _REMASTERED_UNTIL) & (form == REMASTERED)] = DELUXE
    # Two editions of one form are one.
    is_new = np.ones(len(song), dtype=bool)
    is_new[1:] = (song[1:] != song[:-1]) | (form[1:] != form[:-1])
    return song[is_new], form[is_new]
