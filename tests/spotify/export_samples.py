"""The files that people have, written as their makers write them, of a few made-up songs."""

import csv
import io
import json
import zipfile
from typing import NamedTuple


class Song(NamedTuple):
    """A made-up song."""

    number: int
    title: str
    artists: tuple[str, ...]
    album: str

    @property
    def uri(self) -> str:
        return f"spotify:track:{self.id}"

    @property
    def id(self) -> str:
        return f"{self.number:022d}"

    @property
    def artist(self) -> str:
        return ", ".join(self.artists)


SONGS = (
    Song(1, "Blue Harbour", ("Ann Lee",), "Quays"),
    Song(2, 'Say "Yes", Please', ("Bob, The Baker", "Ann Lee"), "Bread, Butter"),
    Song(3, "Größenwahn - Remastered 2011", ("Zoë & the Tides",), "Flut"),
    Song(4, "青い港", ("港の人",), "海"),
)
LOCAL = "spotify:local:Cara:Tapes:Old+Song%3F:174"
SECRET = "203.0.113.77-who-lives-here"  # noqa: S105

WATSONBOX = """Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,\
Album Artist URI(s),Album Artist Name(s),Album Release Date,Album Image URL,Disc Number,\
Track Number,Track Duration (ms),Track Preview URL,Explicit,Popularity,ISRC,Added By,Added At"""
PAVELKOMAROV = """Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),\
Popularity,Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,\
Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature"""


def quoted_csv(rows: list[list[str]]) -> str:
    """Return a CSV with every cell in quotation marks."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def watsonbox_csv(songs=SONGS, header=WATSONBOX, local=None) -> str:
    """Return the CSV of exportify.app."""
    rows = [header.split(",")]
    for song in songs:
        names = ", ".join(name.replace(",", "\\,") for name in song.artists)
        artists = ", ".join(f"spotify:artist:{len(name):022d}" for name in song.artists)
        album = f"spotify:album:{song.number:022d}"
        row = [song.uri, song.title, artists, names, album, song.album, artists, names]
        row += ["2011-02-03", "https://i.scdn.co/image/ab67", "1", "2", "215000", "", "false"]
        row += ["40", "XX0000000001", f"spotify:user:{SECRET}", "2024-08-17T10:11:12Z"]
        rows.append(row)
    if local:
        rows.append([local, "Old Song?", "", "Cara", "", "Tapes", *[""] * 13])
    return quoted_csv(rows)


def pavelkomarov_csv(songs=SONGS, *, missing=0) -> str:
    """Return the CSV of exportify.net, without its byte order mark; rows are of two lengths."""
    lines = [PAVELKOMAROV]
    for song in songs:
        texts = [song.title, song.album, ";".join(song.artists)]
        cells = [song.uri, *('"' + text.replace('"', '""') + '"' for text in texts)]
        cells += [
            "2011-02-03",
            "215000",
            "40",
            "false",
            SECRET,
            "2024-08-17T10:11:12Z",
            '""',
            '"L"',
        ]
        lines.append(",".join(cells + ["0.5"] * (12 * (song.number % 2))))
    lines += [',"undefined","undefined","undefined",,,,,,2020-01-01T00:00:00Z'] * missing
    return "\n".join(lines) + "\n"


def account_playlists(*names: str, songs=SONGS) -> str:
    """Return a `Playlist1.json` in which each playlist has the songs and three odd entries."""
    empty = {"track": None, "episode": None, "audiobook": None, "localTrack": None}
    items = [
        empty
        | {
            "track": {
                "trackName": song.title,
                "artistName": song.artist,
                "albumName": song.album,
                "trackUri": song.uri,
            },
            "addedDate": "2024-08-17",
        }
        for song in songs
    ]
    episode = {
        "episodeName": "Talk",
        "showName": "Show",
        "episodeUri": "spotify:episode:" + "1" * 22,
    }
    items += [empty | {"localTrack": {"uri": LOCAL}}, empty | {"episode": episode}, empty]
    playlists = [
        {"name": name, "lastModifiedDate": "2025-07-31", "collaborators": [SECRET], "items": items}
        for name in names
    ]
    return json.dumps({"playlists": playlists}, indent=2, ensure_ascii=False)


def library(songs=SONGS) -> str:
    """Return a `YourLibrary.json`."""
    tracks = [
        {"artist": song.artist, "album": song.album, "track": song.title, "uri": song.uri}
        for song in songs
    ]
    others = ("albums", "shows", "episodes", "bannedTracks", "artists", "bannedArtists", "other")
    return json.dumps({"tracks": tracks} | {other: [] for other in others})


def short_history(*listens: tuple[Song, int]) -> str:
    """Return a `StreamingHistory_music_0.json` of songs and milliseconds."""
    rows = [
        {
            "endTime": "2024-01-05 14:23",
            "artistName": song.artist,
            "trackName": song.title,
            "msPlayed": ms,
        }
        for song, ms in listens
    ]
    return json.dumps(rows)


def extended_row(song: Song | None, ms: int, **other) -> dict:
    """Return a row of the extended history with all of its fields; None is an episode."""
    names = {"title": None, "artist": None, "album": None, "uri": None}
    if song:
        names = {"title": song.title, "artist": song.artist, "album": song.album, "uri": song.uri}
    return {
        "ts": "2019-01-05T14:23:00Z",
        "username": SECRET,
        "platform": f"phone {SECRET}",
        "ms_played": ms,
        "conn_country": "XX",
        "ip_addr": SECRET,
        "ip_addr_decrypted": SECRET,
        "user_agent_decrypted": SECRET,
        "master_metadata_track_name": names["title"],
        "master_metadata_album_artist_name": names["artist"],
        "master_metadata_album_album_name": names["album"],
        "spotify_track_uri": names["uri"],
        "episode_name": None if song else "Talk",
        "episode_show_name": None if song else "Show",
        "spotify_episode_uri": None if song else "spotify:episode:" + "1" * 22,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": None,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
    } | other


def extended_history(*listens: tuple[Song | None, int]) -> str:
    """Return a `Streaming_History_Audio_2019_0.json` of songs and milliseconds."""
    return json.dumps([extended_row(song, ms) for song, ms in listens])


def slice_json(*names: str, songs=SONGS, info=None) -> str:
    """Return a slice of the Million Playlist Dataset."""
    tracks = [
        {
            "pos": pos,
            "artist_name": song.artist,
            "track_uri": song.uri,
            "artist_uri": f"spotify:artist:{1:022d}",
            "track_name": song.title,
            "album_uri": f"spotify:album:{song.number:022d}",
            "duration_ms": 215000,
            "album_name": song.album,
        }
        for pos, song in enumerate(songs)
    ]
    playlists = [
        {
            "name": name,
            "collaborative": "false",
            "pid": pid,
            "modified_at": 1493424000,
            "num_tracks": len(tracks),
            "num_albums": len(tracks),
            "num_followers": 1,
            "tracks": tracks,
            "num_edits": 6,
            "duration_ms": 215000 * len(tracks),
            "num_artists": len(tracks),
        }
        for pid, name in enumerate(names)
    ]
    info = info or {"generated_on": "2017-12-03 08:41:42.057563", "slice": "0-999", "version": "v1"}
    return json.dumps({"info": info, "playlists": playlists}, indent=4)


def zip_bytes(members: dict[str, str | bytes], **settings) -> bytes:
    """Return a ZIP file of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **settings) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
