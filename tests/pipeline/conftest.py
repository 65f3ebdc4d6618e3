"""Where the tests of the pipeline put their lessons."""

from pathlib import Path

import pytest

from helpers.pipeline import run_state


@pytest.fixture
def notebooks(tmp_path, monkeypatch) -> Path:
    """An empty folder of lessons {with braces in its name}, and reports beside it."""
    monkeypatch.setenv("MUSIC_REPORTS_DIR", str(tmp_path / "reports"))
    # Somebody may be editing the package while the tests run.
    monkeypatch.setattr(run_state, "code_digest", lambda: "the code as it is")
    folder = tmp_path / "lessons {k}"
    folder.mkdir()
    return folder
