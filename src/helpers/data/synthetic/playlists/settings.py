"""Sizes of the synthetic playlists, and every constant of their draw."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PlaylistSettings:
    """Size of the playlists of a world and the constants of their draw.

    The constants were set so that lengths, distinct tracks, popularity and how well a
    recommender does come near what is published about the Million Playlist Dataset; they mean
    nothing beyond that.
    """

    # Sizes, unless told otherwise. The most widely known artists of the world have records, and
    # some from before the sixties, so that the table of years begins early enough.
    slices: int
    playlists_a_slice: int
    n_artists: int
    n_early_artists: int
    # Number of entries in a playlist: log-normal, between the bounds of the real files.
    length_median: float
    length_log_sd: float = 0.77
    length_min: int = 5
    length_max: int = 250
    artists_min: int = 3
    # Rows of the table of audio features at most, as in the real one.
    n_features_max: int = 170_000

    # Songs an artist: log-normal, and growing with the log of reach.
    songs_log_mean: float = 1.5
    songs_log_reach: float = 0.24
    songs_log_sd: float = 0.6
    songs_max: int = 160
    album_length: float = 9.0

    # Log popularity of a song: fame times log reach of its artist, less the exponent times the
    # log of its place among the artist's own, and chance; it bends towards the cap.
    fame: float = 0.8
    hit_exponent: float = 1.35
    song_log_sd: float = 0.35
    popularity_cap: float = 4.2
    # Shares of songs: with a guest in the title, recorded again as another song, with editions.
    guest_share: float = 0.07
    version_share: float = 0.05
    edition_share: float = 0.12
    # How often a playlist holds another edition of a song that has any.
    other_edition_share: float = 0.3
    # Tracks without a name or an album; the real files have a few.
    blank_share: float = 0.0001

    # How much popularity decides (1 is the popularity above): several levels of playlists.
    levels: tuple[float, ...] = (1.2, 1.35, 1.5, 1.65)
    # How wide the favourite years of a listener are, and the weight of all others.
    era_sd: float = 8.0
    era_floor: float = 0.15
    # The share of entries by an artist who stands in the playlist already: Beta(a, b).
    follow_a: float = 1.6
    follow_b: float = 3.2
    # Entries from which a playlist runs on through the album.
    run_share: float = 0.012
    # Songs that come up again and stay, and files of one's own.
    repeat_share: float = 0.03
    local_share: float = 0.0006


# Years at which eras begin; playlists were made up to the last of these years.
ERA_STARTS = (1921, 1960, 1970, 1980, 1990, 2000, 2005, 2010, 2012, 2014, 2015, 2016, 2017, 2018)
LAST_PLAYLIST_YEAR = 2017
FIRST_YEAR, LAST_YEAR = 1921, 2020

SIZES = {
    "tiny": PlaylistSettings(
        slices=2,
        playlists_a_slice=60,
        n_artists=300,
        n_early_artists=10,
        length_median=37.0,
        blank_share=0.002,
        local_share=0.002,
    ),
    "lesson": PlaylistSettings(
        slices=10,
        playlists_a_slice=500,
        n_artists=5_000,
        n_early_artists=1_500,
        length_median=37.0,
    ),
    "large": PlaylistSettings(
        slices=100,
        playlists_a_slice=1_000,
        n_artists=60_000,
        n_early_artists=3_000,
        length_median=49.0,
    ),
}
