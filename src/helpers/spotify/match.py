"""Which tracks of a catalogue the entries of a playlist are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from helpers.errors import DataError
from helpers.songs import artist_keys, song_keys
from helpers.spotify.playlist import Entry, Playlist

_NEEDED = ("track_uri", "track_name", "artist_name")
_LEFT_OUT = {
    "local": ("is a local file", "are local files"),
    "episode": ("is an episode of a podcast", "are episodes of podcasts"),
    "missing": ("names no track", "name no track"),
}


@dataclass(frozen=True, eq=False)
class Match:
    """What of a playlist a catalogue holds.

    Attributes
    ----------
    columns : ndarray of int32, shape (n,)
        The distinct tracks found, in the order of the playlist.
    counts : ndarray of int64, shape (n,)
        How often each stands in the playlist, or was listened to.
    exact, by_name : int
        Entries found by their URI, and by title and artist. Entries that repeat count each time.
    unknown : tuple of Entry
        Tracks that the catalogue does not hold.
    left_out : tuple of Entry
        Episodes, entries that name no track, and local files not found by title and artist.
    """

    columns: np.ndarray
    counts: np.ndarray
    exact: int
    by_name: int
    unknown: tuple[Entry, ...]
    left_out: tuple[Entry, ...]

    def summary(self) -> str:
        """Return one sentence on how many entries were found, and what the others are."""
        total = self.exact + self.by_name + len(self.unknown) + len(self.left_out)
        noun = "entry" if total == 1 else "entries"
        by_uri = "was found by its URI" if self.exact == 1 else "were found by their URI"
        found = f"of {total} {noun} {self.exact} {by_uri} and {self.by_name} by name"
        kinds = Counter(entry.kind for entry in self.left_out)
        others = [(len(self.unknown), ("is unknown", "are unknown"))]
        others += [(kinds[kind], verbs) for kind, verbs in _LEFT_OUT.items()]
        *most, last = [f"{n} {verbs[n > 1]}" for n, verbs in others if n] or [""]
        return f"{found}; {', '.join(most)}{' and ' if most else ''}{last}".removesuffix("; ")


def match(playlist: Playlist, catalogue: pl.DataFrame) -> Match:
    """Find the entries of a playlist in a catalogue, by URI and then by title and artist.

    Local files, which have no URI, are found by title and artist where the file names them.

    Parameters
    ----------
    playlist : Playlist
    catalogue : DataFrame
        track_uri, track_name, artist_name, one row a track, in the order of the columns of the
        matrix. Where it has `popularity`, the most popular of several tracks with the same title
        and artist is taken, else the first. Where it has `song_key`, as of
        `helpers.songs.song_keys`, keys are not computed again.

    Returns
    -------
    Match

    Raises
    ------
    DataError
        If the catalogue lacks one of the three.
    """
    absent = [column for column in _NEEDED if column not in catalogue.columns]
    if absent:
        raise DataError(
            f"the catalogue has no {absent[0]}, expected {', '.join(_NEEDED)}; add the column"
        )
    entries = playlist.entries
    exact = _by_uri(entries, catalogue)
    rest = [
        place
        for place, entry in enumerate(entries)
        if exact[place] < 0 and entry.kind in ("track", "local") and entry.title and entry.artist
    ]
    named = np.full(len(entries), -1, dtype=np.int32)
    named[rest] = _by_name([entries[place] for place in rest], catalogue)
    found = np.where(exact >= 0, exact, named)
    columns, counts = _summed(found, np.array([entry.count for entry in entries], dtype=np.int64))
    others = [entry for entry, column in zip(entries, found, strict=True) if column < 0]
    return Match(
        columns,
        counts,
        exact=int((exact >= 0).sum()),
        by_name=int((named >= 0).sum()),
        unknown=tuple(entry for entry in others if entry.kind == "track"),
        left_out=tuple(entry for entry in others if entry.kind != "track"),
    )


def _by_uri(entries: Sequence[Entry], catalogue: pl.DataFrame) -> np.ndarray:
    wanted = pl.Series([entry.uri for entry in entries], dtype=pl.String)
    uris = catalogue["track_uri"].cast(pl.String)
    rows = uris.is_in(wanted.drop_nulls().unique().implode()).arg_true()
    return _looked_up(wanted, uris.gather(rows), rows)


def _by_name(entries: Sequence[Entry], catalogue: pl.DataFrame) -> np.ndarray:
    if not entries:
        return np.empty(0, dtype=np.int32)
    titles, artists = (
        pl.Series([getattr(entry, part) for entry in entries], dtype=pl.String)
        for part in ("title", "artist")
    )
    wanted = song_keys(titles, artists)
    if "song_key" in catalogue.columns:
        keys = catalogue["song_key"]
        rows = keys.is_in(wanted.unique().implode()).arg_true()
        keys = keys.gather(rows)
    else:
        # Titles are reduced only of the artists that are wanted.
        names = catalogue["artist_name"].cast(pl.String).unique().drop_nulls()
        names = names.filter(artist_keys(names).is_in(artist_keys(artists).unique().implode()))
        rows = catalogue["artist_name"].is_in(names.implode()).arg_true()
        some = catalogue[["track_name", "artist_name"]][rows]
        keys = song_keys(some["track_name"], some["artist_name"])
    if "popularity" in catalogue.columns:
        order = catalogue["popularity"].gather(rows).arg_sort(descending=True, nulls_last=True)
        keys, rows = keys.gather(order), rows.gather(order)
    return _looked_up(wanted, keys, rows)


def _looked_up(wanted: pl.Series, keys: pl.Series, rows: pl.Series) -> np.ndarray:
    """Return for each wanted key the row of the first key that equals it, or -1."""
    known = pl.DataFrame({"key": keys, "row": rows.cast(pl.Int32)})
    known = known.unique("key", keep="first", maintain_order=True)
    found = wanted.to_frame("key").join(known, on="key", how="left", maintain_order="left")
    return found["row"].fill_null(-1).to_numpy()


def _summed(found: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct columns in the order in which they come first, and their counts."""
    is_found = found >= 0
    columns, first, place = np.unique(found[is_found], return_index=True, return_inverse=True)
    sums = np.zeros(len(columns), dtype=np.int64)
    np.add.at(sums, place, counts[is_found])
    order = np.argsort(first)
    return columns[order].astype(np.int32), sums[order]
