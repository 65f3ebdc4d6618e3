"""A last.fm folder of a few lines that has the quirks of the real files."""

from pathlib import Path

import pytest

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


@pytest.fixture
def quirky_dir(tmp_path) -> Path:
    folder = tmp_path / "lastfm"
    folder.mkdir()
    for name, content in TINY_FILES.items():
        (folder / name).write_bytes(content)
    return folder
