"""The files of the Million Playlist Dataset, decoded into typed records.

Source: C.-W. Chen, P. Lamere, M. Schedl, H. Zamani, "RecSys Challenge 2018: Automatic Music
Playlist Continuation", RecSys 2018; the playlists are Spotify's.
"""

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from helpers.errors import DataError

_SLICE_NAME = re.compile(r"mpd\.slice\.([0-9]+)-([0-9]+)\.json")

# What the columns of the frames can hold.
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Long = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]  # the end of the year 9999


# Fields stand in the order of the files, where the decoder looks first. The records hold no
# cycles, so the garbage collector need not visit tens of thousands of them.
class Track(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One entry of a playlist; all but its URI may be missing.

    Attributes
    ----------
    track_uri : str
        "spotify:track:..."; other files of this shape also hold "spotify:local:..." and
        "spotify:episode:...".
    track_name, artist_name, artist_uri, album_name, album_uri : str, optional
    duration_ms : int, optional
    """

    artist_name: str | None = None
    track_uri: str
    artist_uri: str | None = None
    track_name: str | None = None
    album_uri: str | None = None
    duration_ms: _Count | None = None
    album_name: str | None = None


class Playlist(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One playlist of a slice; all but its number and its entries may be missing.

    Attributes
    ----------
    pid : int
        Its number.
    tracks : list of Track
        In the order of the playlist.
    name, description : str, optional
    num_followers, num_edits, num_tracks, num_albums, num_artists, duration_ms : int, optional
    modified_at : int, optional
        Seconds since 1970, rounded to a day.
    collaborative : bool or str
        True, False, or what the slices write: "true", "false".
    """

    name: str | None = None
    collaborative: bool | Literal["true", "false"] = False
    pid: _Long
    modified_at: _Seconds | None = None
    num_tracks: _Count | None = None
    num_albums: _Count | None = None
    num_followers: _Count | None = None
    tracks: list[Track]
    num_edits: _Count | None = None
    duration_ms: _Long | None = None
    num_artists: _Count | None = None
    description: str | None = None


class Slice(msgspec.Struct, frozen=True, gc=False):
    """The content of one slice.

    Attributes
    ----------
    playlists : list of Playlist
    """

    playlists: list[Playlist]


class Seed(Track, frozen=True, gc=False, kw_only=True):
    """One entry of a challenge playlist that is shown.

    Attributes
    ----------
    pos : int
        Its place in the whole playlist, counted from 0; places of hidden entries are skipped.
    """

    pos: _Count


class ChallengePlaylist(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One playlist to be continued.

    Attributes
    ----------
    pid : int
    num_tracks, num_samples, num_holdouts : int
        Entries of the whole playlist, of those the shown and the hidden ones.
    tracks : list of Seed
        The entries that are shown.
    name : str, optional
        Missing where the task is to go by the entries alone.
    """

    pid: _Long
    num_tracks: _Count
    num_samples: _Count
    num_holdouts: _Count
    tracks: list[Seed]
    name: str | None = None


class Challenge(msgspec.Struct, frozen=True, gc=False):
    """The content of `challenge_set.json`.

    Attributes
    ----------
    playlists : list of ChallengePlaylist
    """

    playlists: list[ChallengePlaylist]


_SLICES = msgspec.json.Decoder(Slice)
_CHALLENGES = msgspec.json.Decoder(Challenge)


def find_slices(folder: Path | str) -> list[Path]:
    """Return the slices in a folder, `mpd.slice.N-M.json`, in the order of their numbers.

    Raises
    ------
    DataError
        If the folder is missing or holds no slice.
    """
    folder = Path(folder)
    try:
        numbered = [
            (int(match[1]), int(match[2]), file)
            for file in folder.iterdir()
            if (match := _SLICE_NAME.fullmatch(file.name)) and file.is_file()
        ]
    except OSError as error:
        raise DataError(
            f"the folder {folder} cannot be read ({error.strerror}), expected slices of the "
            "Million Playlist Dataset in it; copy your mpd.slice.*.json there"
        ) from None
    if not numbered:
        raise DataError(
            f"no slice of the Million Playlist Dataset in {folder}, expected files such as "
            "mpd.slice.0-999.json; copy yours there"
        )
    return [file for _, _, file in sorted(numbered)]


def read_slice(file: Path | str, buffer: bytearray | None = None) -> Slice:
    """Read one slice, or another file of its shape.

    Parameters
    ----------
    file : Path
        About 33 MB in the full dataset, which is read at once.
    buffer : bytearray, optional
        Memory to read into, made longer where need be: those who read many slices save a tenth
        of the time by giving the same one.

    Raises
    ------
    DataError
        If the file cannot be read, is cut off, is not JSON or UTF-8, or lacks what a slice has.
    """
    return _read(Path(file), _SLICES, "a slice of the Million Playlist Dataset", buffer)


def read_challenge(file: Path | str) -> Challenge:
    """Read `challenge_set.json`: playlists of which some entries are hidden.

    Raises
    ------
    DataError
        If the file cannot be read, is cut off, is not JSON or UTF-8, lacks what a challenge set
        has, or the counts of a playlist contradict each other.
    """
    challenge = _read(Path(file), _CHALLENGES, "the challenge set of the Million Playlist Dataset")
    for playlist in challenge.playlists:
        shown, hidden, n_all = playlist.num_samples, playlist.num_holdouts, playlist.num_tracks
        if len(playlist.tracks) != shown or shown + hidden != n_all:
            raise DataError(
                f"{file} shows {len(playlist.tracks)} entries of playlist {playlist.pid} and "
                f"counts {shown} shown + {hidden} hidden = {n_all}, expected sums that hold; "
                "get the file again"
            )
    return challenge


def _read(
    file: Path, decoder: msgspec.json.Decoder, expected: str, buffer: bytearray | None = None
) -> Any:
    try:
        content = file.read_bytes() if buffer is None else _read_into(buffer, file)
    except OSError as error:
        raise DataError(
            f"{file} cannot be read ({error.strerror}), expected {expected}; "
            "check its name and permissions"
        ) from None
    try:
        return _decode(content, decoder)
    except msgspec.ValidationError as error:
        raise DataError(
            f"{file} is JSON of another shape ({error}), expected {expected}; "
            "get the file again or move it away"
        ) from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        is_cut = "truncated" in str(error)
        what = "ends in the middle" if is_cut else f"is not readable JSON ({error})"
        raise DataError(
            f"{file} {what}, expected {expected}; get the file again or move it away"
        ) from None


def _read_into(buffer: bytearray, file: Path) -> memoryview:
    """Return the content of a file, which stands in `buffer` until the next one does."""
    with file.open("rb", buffering=0) as handle:
        size = os.fstat(handle.fileno()).st_size
        if len(buffer) < size:
            buffer.extend(bytes(size - len(buffer)))
        n_read = 0
        while n_new := handle.readinto(memoryview(buffer)[n_read:size]):
            n_read += n_new
    return memoryview(buffer)[:n_read]


def _decode(content: bytes | memoryview, decoder: msgspec.json.Decoder) -> Any:
    try:
        return decoder.decode(content)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        if "surrogate" not in str(error):
            raise
    # A name was cut in the middle of a character: its half becomes a question mark.
    whole = json.dumps(json.loads(bytes(content)), ensure_ascii=False).encode(errors="replace")
    return decoder.decode(whole)
