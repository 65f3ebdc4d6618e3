"""A playlist as it comes from outside, before anyone knows which tracks of a catalogue it holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from helpers.data.tables import shown
from helpers.errors import DataError
from helpers.songs import track_uri

_LISTED = 10
_EPISODE = re.compile(r"spotify:episode:|(https?://)?open\.spotify\.com/(intl-\w+/)?episode/")
# Control characters, and those that turn the direction of the text that follows.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one place of a playlist.

    Attributes
    ----------
    uri : str or None
        `spotify:track:ID`; None where the file gives none, and for all that is no track.
    title, artist : str
        Empty where the file does not say. Several artists are joined by ", ".
    album : str
    kind : str
        "track"; "local" for a file on someone's disk; "episode" of a podcast; "missing" for what
        names no track, as one that Spotify took down.
    count : int
        How often it was listened to; 1 in a playlist.
    """

    uri: str | None
    title: str
    artist: str
    album: str = ""
    kind: str = "track"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Playlist:
    """A named list of entries.

    Attributes
    ----------
    name : str
    entries : tuple of Entry
        In the order of the file; of a streaming history the most played first.
    source : str
        What kind of file it comes from, such as "Exportify".
    """

    name: str
    entries: tuple[Entry, ...]
    source: str


def make_entry(
    uri: str | None,
    title: str | None = None,
    artist: str | None = None,
    album: str | None = None,
    count: int = 1,
) -> Entry:
    """Return the entry that a URI, or whatever stands in its place, and names belong to.

    A local file whose URI holds the names has them from there where they are not given.

    Examples
    --------
    >>> make_entry("spotify:local:Ann+Lee::Blue+Harbour:174")
    Entry(uri=None, title='Blue Harbour', artist='Ann Lee', album='', kind='local', count=1)
    """
    uri = (uri or "").strip()
    title, artist, album = (printable(text) for text in (title, artist, album))
    if uri.startswith("spotify:local:"):
        parts = [printable(unquote_plus(part)) for part in uri.split(":")[2:5]]
        named = parts + [""] * (3 - len(parts))
        return Entry(None, title or named[2], artist or named[0], album or named[1], "local", count)
    if _EPISODE.match(uri):
        return Entry(None, title, artist, album, "episode", count)
    known = track_uri(uri)
    kind = "track" if known or title else "missing"
    return Entry(known, title, artist, album, kind, count)


def printable(text: str | None) -> str:
    """Return text without control characters and outer spaces; None gives the empty text."""
    text = text or ""
    return (text if text.isprintable() else _UNPRINTABLE.sub(" ", text)).strip()


def choose(playlists: Sequence[Playlist], name: str | None = None) -> Playlist:
    """Return the playlist of a name; without a name the only one that is not empty.

    Parameters
    ----------
    playlists : sequence of Playlist
    name : str, optional
        Upper and lower case are one where that leaves no doubt. Where no playlist has the name,
        the number of a playlist in the file, from 1 upwards.

    Raises
    ------
    DataError
        If none or several have the name, if there are several and no name is given (ten are
        listed), or if the playlist is empty.
    """
    filled = [place for place, playlist in enumerate(playlists) if playlist.entries]
    if name is not None:
        place = _place_of(playlists, name)
    elif len(filled) == 1:
        place = filled[0]
    else:
        raise DataError(
            f"there are {len(filled)} playlists, expected one or the name of one: "
            f"{_listed(playlists, filled)}; choose with --playlist NAME"
        )
    if not playlists[place].entries:
        raise DataError(f"the playlist {shown(playlists[place].name)} is empty, choose another")
    return playlists[place]


def _place_of(playlists: Sequence[Playlist], name: str) -> int:
    wanted = name.strip()
    places = [place for place, playlist in enumerate(playlists) if playlist.name == wanted]
    places = places or [
        place
        for place, playlist in enumerate(playlists)
        if playlist.name.casefold() == wanted.casefold()
    ]
    if len(places) == 1:
        return places[0]
    if places:
        numbers = ", ".join(str(place + 1) for place in places[:_LISTED])
        raise DataError(
            f"{len(places)} playlists are called {shown(wanted)}, expected one; "
            f"choose with its number ({numbers}), such as --playlist {places[0] + 1}"
        )
    if wanted.isdecimal() and 1 <= int(wanted) <= len(playlists):
        return int(wanted) - 1
    raise DataError(
        f"no playlist is called {shown(wanted)}, expected one of the {len(playlists)}: "
        f"{_listed(playlists, range(len(playlists)))}; choose with --playlist NAME"
    )


def _listed(playlists: Sequence[Playlist], places: Sequence[int]) -> str:
    names = ", ".join(shown(playlists[place].name) for place in places[:_LISTED])
    return names + (f" and {len(places) - _LISTED} more" if len(places) > _LISTED else "")
