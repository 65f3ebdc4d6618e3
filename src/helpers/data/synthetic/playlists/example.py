"""A playlist as a reader might have exported it from Spotify, for readers without one."""

import csv
import io

import numpy as np

from helpers.data.synthetic.playlists.catalogue import Catalogue, draw_catalogue
from helpers.data.synthetic.playlists.filling import fill_playlists
from helpers.data.synthetic.playlists.settings import SIZES
from helpers.data.synthetic.playlists.shelves import fill_shelves
from helpers.data.synthetic.playlists.themes import draw_themes
from helpers.data.synthetic.playlists.uris import local_uri, spotify_uris
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.world import World, draw_world

# The columns of exportify.app.
COLUMNS = (
    "Track URI", "Track Name", "Artist URI(s)", "Artist Name(s)", "Album URI", "Album Name",
    "Album Artist URI(s)", "Album Artist Name(s)", "Album Release Date", "Album Image URL",
    "Disc Number", "Track Number", "Track Duration (ms)", "Track Preview URL", "Explicit",
    "Popularity", "ISRC", "Added By", "Added At",
)  # fmt: skip
_SCALE, _SEED = "lesson", 0
_N_KNOWN = 30
_N_THEMES, _N_CANDIDATES = 100, 120
_OFF_CATALOGUE = 10**9  # numbers of tracks that no catalogue reaches
_OWNER = "spotify:user:example"
# Tracks that nobody else has: title, artist, album.
_UNKNOWN = (
    ("Demo 4 (Kitchen)", "Aunt Petunia's Toaster", "Demos, Mostly"),
    ("Rehearsal, 12 March", "The Neighbours Upstairs (Again)", "Rehearsal, 12 March"),
)
_LOCAL = ("Birthday Song (Take 2)", "Grandpa & The Accordion", "Family Tapes")


def example_export() -> bytes:
    """Return the CSV that ships with the project as `data/examples/my_playlist.csv`.

    It is in the format of exportify.app and of the lesson world of seed 0: thirty tracks of one
    taste that its playlists hold, another under a URI that none of them has, so that it is to be
    found by name, two that nobody knows, and a file of the owner's own.
    """
    world = draw_world(SCALES[_SCALE], _SEED)
    catalogue = draw_catalogue(world, SIZES[_SCALE])
    songs = _draw_taste(world, catalogue)
    rows = [_row(catalogue, song) for song in songs]
    other_edition = rows.pop(_N_KNOWN // 2)
    other_edition |= {
        "Track URI": spotify_uris(_SEED, "track", [_OFF_CATALOGUE])[0],
        "Track Name": f"{other_edition['Track Name']} - Single Version",
        "Album URI": spotify_uris(_SEED, "album", [_OFF_CATALOGUE])[0],
        "Album Name": other_edition["Track Name"],
        "Track Number": "1",
    }
    rows += [other_edition, *(_unknown_row(at) for at in range(len(_UNKNOWN))), _local_row()]
    for at, row in enumerate(rows):
        row["Added By"] = _OWNER
        row["Added At"] = f"2017-{1 + at // 4:02d}-{1 + 6 * (at % 4):02d}T18:{at:02d}:00Z"
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _draw_taste(world: World, catalogue: Catalogue) -> list[int]:
    """Return songs as a playlist of one genre holds them, its best known ones."""
    settings, rng = SIZES[_SCALE], world.rng("example")
    themes = draw_themes(world, catalogue, settings, _N_THEMES, rng)
    theme = themes.rows(np.flatnonzero(themes.are("genre"))[:1])
    theme.length[:] = _N_CANDIDATES
    shelves = fill_shelves(catalogue, settings.levels)
    track = fill_playlists(theme, catalogue, shelves, settings, rng).track
    song = catalogue.tracks.song[track]
    song = song[np.sort(np.unique(song, return_index=True)[1])]
    best = np.argsort(-catalogue.songs.log_popularity[song], kind="stable")[: _N_KNOWN + 1]
    return song[np.sort(best)].tolist()


def _row(catalogue: Catalogue, song: int) -> dict[str, str]:
    """Return a song on the album where it came out."""
    songs, sound = catalogue.songs, catalogue.sound
    artist, album = songs.artist[song], songs.album[song]
    people = [person for person in (artist, songs.guest[song]) if person >= 0]
    return {
        "Track URI": catalogue.track_uris[song],
        "Track Name": catalogue.track_names[song],
        "Artist URI(s)": ", ".join(catalogue.artist_uris[person] for person in people),
        "Artist Name(s)": ", ".join(_escaped(catalogue.artist_names[person]) for person in people),
        "Album URI": catalogue.album_uris[album],
        "Album Name": catalogue.album_names[album],
        "Album Artist URI(s)": catalogue.artist_uris[artist],
        "Album Artist Name(s)": _escaped(catalogue.artist_names[artist]),
        "Album Release Date": str(songs.year[song]),
        "Disc Number": "1",
        "Track Number": str(1 + song - np.searchsorted(songs.album, album)),
        "Track Duration (ms)": str(sound["duration_ms"][song]),
        "Explicit": "true" if sound["explicit"][song] else "false",
        "Popularity": str(sound["popularity"][song]),
    }


def _unknown_row(at: int) -> dict[str, str]:
    title, artist, album = _UNKNOWN[at]
    track, album_uri, artist_uri = (
        spotify_uris(_SEED, kind, [_OFF_CATALOGUE + 1 + at])[0]
        for kind in ("track", "album", "artist")
    )
    return {
        "Track URI": track,
        "Track Name": title,
        "Artist URI(s)": artist_uri,
        "Artist Name(s)": _escaped(artist),
        "Album URI": album_uri,
        "Album Name": album,
        "Album Artist URI(s)": artist_uri,
        "Album Artist Name(s)": _escaped(artist),
        "Album Release Date": "2016",
        "Disc Number": "1",
        "Track Number": "1",
        "Track Duration (ms)": "201000",
        "Explicit": "false",
        "Popularity": "0",
    }


def _local_row() -> dict[str, str]:
    """Return a file of the owner's own; Spotify knows no more of it than its name."""
    title, artist, album = _LOCAL
    return {
        "Track URI": local_uri(artist, album, title, 174),
        "Track Name": title,
        "Artist Name(s)": _escaped(artist),
        "Album Name": album,
        "Disc Number": "0",
        "Track Number": "0",
        "Track Duration (ms)": "174000",
        "Explicit": "false",
        "Popularity": "0",
    }


def _escaped(name: str) -> str:
    """Return a name as it stands in a list of names."""
    return name.replace(",", "\\,")
