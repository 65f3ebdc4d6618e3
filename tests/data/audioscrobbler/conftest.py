"""An Audioscrobbler folder of a few lines that has the quirks of the real files."""

from pathlib import Path

import pytest

from helpers import paths

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
