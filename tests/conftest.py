"""Fixtures that several test modules share."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")

# How long an example takes depends on what else the machine does, and says nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def tiny_lastfm_dir(tmp_path_factory) -> Path:
    """The lastfm files of the tiny synthetic world."""
    from helpers.data.synthetic import make_world

    return make_world("tiny", folder=tmp_path_factory.mktemp("world") / "tiny") / "lastfm"


@pytest.fixture(scope="session")
def real_lastfm_dir() -> Path:
    """The real last.fm files, where the reader has them."""
    from helpers import paths

    folder = paths.raw_dir() / "lastfm"
    if not (folder / "user_artists.dat").is_file():
        pytest.skip(f"needs the real last.fm files in {folder}; set MUSIC_DATA_DIR")
    return folder


@pytest.fixture
def styled_figures():
    """The style of the figures, and none left open afterwards."""
    import matplotlib.pyplot as plt

    from helpers import plots

    plots.set_style()
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that Playwright can drive."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("needs Chromium on the PATH; install the package chromium")
