"""Folders of a few lines that have the quirks of the real files."""

from pathlib import Path

import pytest

from helpers import paths

TINY_FILES = {
    "user_artists.dat": b"userID\tartistID\tweight\r\n2\t51\t13883\r\n2\t57\t10\r\n9\t51\t3\r\n",
    "artists.dat": (
        "id\tname\turl\tpictureURL\n"
        "51\tDuran Duran\thttp://www.last.fm/music/Duran+Duran\thttp://x/1.jpg\n"
        '57\t"Weird Al" Yankovic\thttp://www.last.fm/music/Weird\t\n'
        "90\tDuran Duran\thttp://www.last.fm/music/DD\thttp://x/2.jpg\n"
        "91\t<img src=x onerror=alert(1)>\thttp://x\t\n"
        "92\tKe$ha and A$AP\thttp://x\t\n"
        "93\t'69 \u2028 Сплин\thttp://x\t\n"
    ).encode(),
    "tags.dat": "tagID\ttagValue\r\n1\tmetal\r\n13\tdie Ärzte\r\n".encode("iso-8859-1"),
    "user_taggedartists.dat": (
        b"userID\tartistID\ttagID\tday\tmonth\tyear\n"
        b"2\t51\t13\t1\t4\t2009\n"
        b"2\t52\t1\t1\t4\t2009\n"
        b"2\t57\t1\t1\t6\t1956\n"
        b"9\t51\t1\t30\t2\t2009\n"
    ),
    "user_friends.dat": b"userID\tfriendID\r\n2\t9\r\n9\t2\r\n",
}
TINY_DUMP = {
    "user_artist_data.txt": b"1 10 5\r\n1 11 2\r\n2 10 1\r\n2 20 439771\r\n3 30 4\r\n",
    "artist_data.txt": (
        b"10\tBj\xc3\xb6rk\n"
        b"20\tM\xf6torhead \xe2\x82\xac \x81\n"
        b"30\tSimon\tGarfunkel\n"
        b"no tab\n"
        b"x1\tnot a number\n"
        b"4294967296\ttoo large\n"
        b"40\t \n"
        b"10\tBjork again\n"
        b"\n"
        b"50\t[unknown]\n"
    ),
    "artist_alias.txt": b"11\t10\n\t10\n30\t30\n",
}


@pytest.fixture
def quirky_dir(tmp_path) -> Path:
    folder = tmp_path / "lastfm"
    folder.mkdir()
    for name, content in TINY_FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def dump_dir(tmp_path) -> Path:
    folder = tmp_path / "audioscrobbler"
    folder.mkdir()
    for name, content in TINY_DUMP.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def real_dump_dir() -> Path:
    """The real Audioscrobbler files or their small copies, where the reader has them."""
    folder = paths.raw_dir() / "audioscrobbler"
    if not list(folder.glob("user_artist_data*.txt")):
        pytest.skip(f"needs real Audioscrobbler files in {folder}; set MUSIC_DATA_DIR")
    return folder
