"""What was found in the slices, and what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from helpers.data.playlists.parts import Part


@dataclass(frozen=True)
class PlaylistReport:
    """Counts of all slices together; `str` says them in one line.

    Attributes
    ----------
    slices, playlists, entries, tracks : int
        What is there; `tracks` are the distinct ones.
    local_files, episodes, other_uris : int
        Entries that were left out, since they are no tracks.
    repeated_playlists : int
        Playlists that were left out, since an earlier one has their number.
    """

    slices: int
    playlists: int
    entries: int
    tracks: int
    local_files: int
    episodes: int
    other_uris: int
    repeated_playlists: int

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Self:
        """Add up what became of each slice."""
        return cls(
            slices=len(parts),
            playlists=sum(part.playlists for part in parts),
            entries=sum(part.entries for part in parts),
            tracks=sum(part.new_tracks for part in parts),
            local_files=sum(part.local_files for part in parts),
            episodes=sum(part.episodes for part in parts),
            other_uris=sum(part.other_uris for part in parts),
            repeated_playlists=sum(part.repeated_playlists for part in parts),
        )

    def __str__(self) -> str:
        there = ", ".join(
            _count(n, one, several)
            for n, one, several in (
                (self.slices, "slice", "slices"),
                (self.playlists, "playlist", "playlists"),
                (self.entries, "entry", "entries"),
                (self.tracks, "track", "tracks"),
            )
        )
        left_out = ", ".join(
            _count(n, one, several)
            for n, one, several in (
                (self.local_files, "local file", "local files"),
                (self.episodes, "episode", "episodes"),
                (self.other_uris, "other entry that is no track", "other entries that are none"),
                (self.repeated_playlists, "repeated playlist", "repeated playlists"),
            )
            if n
        )
        return f"{there}; left out: {left_out or 'nothing'}"


def _count(n: int, one: str, several: str) -> str:
    return f"{n:,} {one if n == 1 else several}"
