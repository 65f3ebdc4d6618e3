"""What is present of the Audioscrobbler dump, and what is wrong or repaired."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import polars as pl

from helpers.data.audioscrobbler.aliases import Aliases, read_aliases
from helpers.data.audioscrobbler.artists import read_artists
from helpers.data.audioscrobbler.counting import Counts, count_plays
from helpers.data.audioscrobbler.files import Files, find_files
from helpers.data.audioscrobbler.load import combine
from helpers.data.audioscrobbler.plays import PROBLEMS, find_malformed
from helpers.data.audioscrobbler.repairs import line_examples
from helpers.data.findings import CheckReport, Finding, missing_folder
from helpers.errors import DataError

# Lines of the files of the full dump.
_PUBLISHED = {"play counts": 24_296_858, "artist lines": 1_848_707, "alias lines": 193_027}
_SMALL = Finding("all files", "a small copy, to which the published counts do not apply")
_LONG_BYTES = 100_000_000

Part = TypeVar("Part")


def check_audioscrobbler(folder: Path) -> CheckReport:
    """Return counts, errors and notes of a folder of Audioscrobbler files."""
    if not folder.is_dir():
        remedy = "get it with: python -m helpers data get audioscrobbler"
        return missing_folder("audioscrobbler", folder, _PUBLISHED, remedy)
    try:
        files = find_files(folder)
    except DataError as error:
        finding = Finding("all files", str(error), is_error=True)
        return CheckReport("audioscrobbler", folder, {}, _PUBLISHED, (finding,))
    _announce(files)
    findings: list[Finding] = [_SMALL] if files.is_small else []
    aliases = _read(read_aliases, files.aliases, findings)
    artists = _read(read_artists, files.artists, findings)
    plays = _count(files.plays, aliases, findings)
    if aliases and artists and plays:
        repairs = combine(files, plays, artists, aliases).repairs
    else:
        repairs = [repair for part in (artists, aliases) if part for repair in part.repairs]
    findings += [repair.as_note() for repair in repairs]
    counts = {
        "users": plays and len(plays.users),
        "artists played": plays and len(plays.items),
        "play counts": plays and plays.n_rows,
        "artist lines": artists and artists.n_lines,
        "alias lines": aliases and aliases.n_lines,
    }
    counts = {what: n for what, n in counts.items() if n is not None}
    published = {} if files.is_small else _PUBLISHED
    return CheckReport("audioscrobbler", folder, counts, published, tuple(findings))


def _announce(files: Files) -> None:
    n_bytes = sum(file.stat().st_size for file in (files.plays, files.artists, files.aliases))
    if n_bytes > _LONG_BYTES:
        print(f"reading {n_bytes / 1e6:,.0f} MB of Audioscrobbler files", file=sys.stderr)


def _read(read: Callable[[Path], Part], file: Path, findings: list[Finding]) -> Part | None:
    """Return what a file holds; None if it cannot be read, which is added to the findings."""
    try:
        return read(file)
    except DataError as error:
        findings.append(Finding(file.name, str(error), is_error=True))
        return None


def _count(file: Path, aliases: Aliases | None, findings: list[Finding]) -> Counts | None:
    """Return the play counts; None if some are malformed, all of which are added to findings."""
    try:
        return count_plays(file, aliases or Aliases.none())
    except DataError as error:
        findings += _errors_in(file) or [Finding(file.name, str(error), is_error=True)]
        return None


def _errors_in(file: Path) -> list[Finding]:
    """Return the malformed lines of play counts by kind; none if the file cannot be read at all."""
    try:
        malformed = find_malformed(file)
    except DataError:
        return []
    by_kind = ((what, malformed.filter(pl.col("kind") == kind)) for kind, what in PROBLEMS.items())
    return [
        Finding(file.name, f"{what}: {len(lines):,}", line_examples(lines), is_error=True)
        for what, lines in by_kind
        if len(lines)
    ]
