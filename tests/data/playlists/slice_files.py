"""Little slices in the format of the real ones, written to order."""

import json
from pathlib import Path

LOCAL_FILE, EPISODE, UNKNOWN = "spotify:local:A:B:C:174", "spotify:episode:e1", "spotify:ad:x"


def entry(track: int | str, pos: int = 0) -> dict:
    """Return an entry as the real files have it; a number stands for a track of that number."""
    if isinstance(track, str):
        uri, track = track, 99
    else:
        uri = f"spotify:track:{track:022}"
    return {
        "pos": pos,
        "artist_name": f"Artist {track // 4}",
        "track_uri": uri,
        "artist_uri": f"spotify:artist:{track // 4:022}",
        "track_name": f"Song {track}",
        "album_uri": f"spotify:album:{track // 2:022}",
        "duration_ms": 180_000 + track,
        "album_name": f"Album {track // 2}",
    }


def playlist(pid: int, tracks: list[int | str], **fields: object) -> dict:
    """Return a playlist as the real files have it."""
    entries = [entry(track, pos) for pos, track in enumerate(tracks)]
    return {
        "name": f"Playlist {pid}",
        "collaborative": "false",
        "pid": pid,
        "modified_at": 1_493_424_000,
        "num_tracks": len(entries),
        "num_albums": len({one["album_uri"] for one in entries}),
        "num_followers": 1,
        "tracks": entries,
        "num_edits": 6,
        "duration_ms": sum(one["duration_ms"] for one in entries),
        "num_artists": len({one["artist_uri"] for one in entries}),
    } | fields


def write_slice(folder: Path, number: int, playlists: list[dict]) -> Path:
    """Write the slice of that number, `mpd.slice.N000-N999.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"mpd.slice.{number * 1000}-{number * 1000 + 999}.json"
    info = {"generated_on": "2017-12-03 08:41:42.057563", "slice": file.name, "version": "v1"}
    file.write_text(json.dumps({"info": info, "playlists": playlists}, indent=4))
    return file


def write_slices(folder: Path, slices: dict[int, list[list[int | str]]]) -> None:
    """Write slices given as number -> playlists -> tracks; numbers of playlists follow."""
    for number, playlists in slices.items():
        rows = [playlist(number * 1000 + n, tracks) for n, tracks in enumerate(playlists)]
        write_slice(folder, number, rows)


def files_of(cache: Path) -> dict[str, bytes]:
    """Return the content of every file of a cache but the lock, by its path in it."""
    return {
        file.relative_to(cache).as_posix(): file.read_bytes()
        for file in sorted(cache.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }
