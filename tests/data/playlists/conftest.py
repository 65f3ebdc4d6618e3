"""Real slices, where the reader has them."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_slices_dir() -> Path:
    """The folder of real slices."""
    from helpers import paths

    folder = paths.raw_dir() / "playlists"
    if not any(folder.glob("mpd.slice.*.json")):
        pytest.skip(f"needs slices of the Million Playlist Dataset in {folder}; set MUSIC_DATA_DIR")
    return folder


@pytest.fixture
def no_head_start(monkeypatch):
    """Another process is asked for slices at once, however few there are."""
    from helpers.data.playlists import workers

    monkeypatch.setattr(workers, "_HEAD_START", 0)
