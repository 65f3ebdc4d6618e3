"""What is present of the Million Playlist Dataset, and what is wrong or left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from helpers.data.findings import EXAMPLES, CheckReport, Finding, missing_folder
from helpers.data.playlists.keys import KeyIndex
from helpers.data.playlists.progress import slice_progress
from helpers.data.playlists.rows import SliceRows, rows_of
from helpers.data.playlists.slices import find_slices, read_challenge, read_slice
from helpers.errors import DataError

# What its authors published.
_PUBLISHED = {
    "slices": 1_000,
    "playlists": 1_000_000,
    "entries": 66_346_428,
    "distinct tracks": 2_262_292,
    "to be continued": 10_000,
}
_REPEATED = "playlists whose number an earlier one has, which are left out"
_NAMELESS = "playlists without a name"
_EMPTY = "playlists without a track"
_LOCAL_FILES = "entries that are local files, which are left out"
_EPISODES = "entries that are episodes, which are left out"
_OTHERS = "entries that are neither track, local file nor episode, which are left out"
_UNTITLED = "distinct tracks without a title"
_UNSIGNED = "distinct tracks without an artist"


def check_playlists(folder: Path) -> CheckReport:
    """Return counts, errors and notes of a folder of slices."""
    if not folder.is_dir():
        remedy = "it is no longer public, so copy the slices you have there"
        return missing_folder("playlists", folder, _PUBLISHED, remedy)
    tally = _Tally()
    try:
        files = find_slices(folder)
    except DataError as error:
        tally.errors.append(Finding("mpd.slice.*.json", str(error), is_error=True))
        files = []
    sizes = [file.stat().st_size for file in files]
    with slice_progress(sum(sizes)) as advance:
        for file, size in zip(files, sizes, strict=True):
            n_before = tally.entries
            tally.add(file)
            advance(size, tally.entries - n_before)
    challenge = folder / "challenge_set.json"
    if challenge.is_file():
        tally.add_challenge(challenge)
    findings = (*tally.errors, *tally.notes())
    return CheckReport("playlists", folder, tally.counts(), _PUBLISHED, findings)


@dataclass
class _Tally:
    """Counts what stands in one slice after another."""

    slices: int = 0
    entries: int = 0
    to_be_continued: int | None = None
    errors: list[Finding] = field(default_factory=list)
    _tracks: KeyIndex = field(default_factory=lambda: KeyIndex(np.empty(0, dtype=np.uint64)))
    _pids: KeyIndex = field(default_factory=lambda: KeyIndex(np.empty(0, dtype=np.int64)))
    _buffer: bytearray = field(default_factory=bytearray)
    _cases: dict[str, int] = field(default_factory=dict)
    _examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, file: Path) -> None:
        """Count one slice, or note why it cannot be read."""
        try:
            rows = rows_of(read_slice(file, self._buffer), self._tracks)
        except DataError as error:
            self.errors.append(Finding(file.name, str(error), is_error=True))
            return
        self.slices += 1
        self.entries += len(rows.row)
        self._tracks.add(rows.track_keys)
        self._note_playlists(file, rows)
        tracks = rows.tracks
        for what, column in ((_UNTITLED, "track_name"), (_UNSIGNED, "artist_name")):
            uris = tracks.filter(_is_blank(column))["track_uri"]
            self._note(what, len(uris), map(repr, uris.head(EXAMPLES)))
        for what, n in (
            (_LOCAL_FILES, rows.local_files),
            (_EPISODES, rows.episodes),
            (_OTHERS, rows.other_uris),
        ):
            self._note(what, n, [f"{file.name}: {n:,}"])

    def add_challenge(self, file: Path) -> None:
        """Count the playlists of the challenge set, or note why it cannot be read."""
        try:
            self.to_be_continued = len(read_challenge(file).playlists)
        except DataError as error:
            self.errors.append(Finding(file.name, str(error), is_error=True))

    def counts(self) -> dict[str, int]:
        """Return what is counted -> number found."""
        counts = {
            "slices": self.slices,
            "playlists": len(self._pids),
            "entries": self.entries,
            "distinct tracks": len(self._tracks),
        }
        if self.to_be_continued is not None:
            counts["to be continued"] = self.to_be_continued
        return counts

    def notes(self) -> list[Finding]:
        """Return one note a kind of oddity."""
        return [
            Finding("all slices", f"{what}: {n:,}", tuple(self._examples[what]))
            for what, n in self._cases.items()
        ]

    def _note_playlists(self, file: Path, rows: SliceRows) -> None:
        playlists = rows.playlists
        pids = playlists["pid"].to_numpy()
        is_new = (self._pids.find(pids) < 0) & playlists["pid"].is_first_distinct().to_numpy()
        self._pids.add(pids[is_new])
        has_tracks = np.bincount(rows.row, minlength=len(pids)) > 0
        is_nameless = playlists.select(_is_blank("name")).to_series().to_numpy()
        for what, is_odd in ((_REPEATED, ~is_new), (_NAMELESS, is_nameless), (_EMPTY, ~has_tracks)):
            odd = pids[is_odd]
            self._note(what, len(odd), [f"{file.name}: pid {pid}" for pid in odd[:EXAMPLES]])

    def _note(self, what: str, n: int, cases: Iterable[str]) -> None:
        if n:
            self._cases[what] = self._cases.get(what, 0) + n
            examples = self._examples.setdefault(what, [])
            examples += islice(cases, EXAMPLES - len(examples))


def _is_blank(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars() == ""
