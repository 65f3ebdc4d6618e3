"""The catalogue of a synthetic world: songs, the tracks they are sold as, and how they sound."""

from dataclasses import dataclass

import numpy as np

from helpers.data.synthetic.playlists.editions import Tracks, draw_tracks
from helpers.data.synthetic.playlists.settings import PlaylistSettings
from helpers.data.synthetic.playlists.songs import Songs, draw_songs
from helpers.data.synthetic.playlists.sound import draw_sound
from helpers.data.synthetic.playlists.titles import name_albums, name_songs, name_tracks
from helpers.data.synthetic.playlists.uris import spotify_uris
from helpers.data.synthetic.world import World


@dataclass(frozen=True)
class Catalogue:
    """All that playlists are filled from.

    Attributes
    ----------
    songs : Songs
    tracks : Tracks
    sound : dict of ndarray, each of shape (n_songs,)
        Audio features by their names in `data.csv`.
    artist_names, artist_uris : list of str
        In the order of `songs.artists`.
    album_names, album_uris : list of str
    track_names, track_uris : list of str
    """

    songs: Songs
    tracks: Tracks
    sound: dict[str, np.ndarray]
    artist_names: list[str]
    artist_uris: list[str]
    album_names: list[str]
    album_uris: list[str]
    track_names: list[str]
    track_uris: list[str]


def draw_catalogue(world: World, settings: PlaylistSettings) -> Catalogue:
    """Return the catalogue of a world; equal arguments give equal catalogues."""
    songs = draw_songs(world, settings)
    tracks = draw_tracks(songs, settings, world.rng("editions"))
    mood = world.labels["mood"][songs.artists][songs.artist]
    rng = world.rng("titles")
    artists = world.names[songs.artists].tolist()
    titles = name_songs(songs, world, rng)
    track_names = name_tracks(songs, tracks, titles, artists, rng)
    album_names = name_albums(songs, tracks, titles, artists, rng)
    without_title, without_album = _songs_without_names(songs, settings, rng)
    for song in without_title:
        track_names[song] = ""
    for song in without_album:
        album_names[songs.album[song]] = ""
    return Catalogue(
        songs=songs,
        tracks=tracks,
        sound=draw_sound(songs, mood, world.rng("sound")),
        artist_names=artists,
        artist_uris=spotify_uris(world.seed, "artist", songs.artists),
        album_names=album_names,
        album_uris=spotify_uris(world.seed, "album", np.arange(len(album_names))),
        track_names=track_names,
        track_uris=spotify_uris(world.seed, "track", np.arange(len(track_names))),
    )


def _songs_without_names(
    songs: Songs, settings: PlaylistSettings, rng: np.random.Generator
) -> tuple[list[int], list[int]]:
    """Return songs whose title and whose album's name are missing: no hits, but they turn up."""
    by_popularity = np.argsort(-songs.log_popularity, kind="stable")
    known = by_popularity[len(songs) // 20 : len(songs) // 3]
    n_blank = max(2, round(settings.blank_share * len(songs)))
    blank = rng.choice(known, 2 * n_blank, replace=False).tolist()
    return blank[:n_blank], blank[n_blank:]
