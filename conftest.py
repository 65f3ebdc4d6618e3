"""What holds for every file pytest runs, the notebooks under nbval among them."""

from functools import cache
from pathlib import Path

import pytest

from helpers.pipeline.lessons import read_lesson
from helpers.requirements import why_left_out


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the cells of notebooks that cannot run here; the summary says why.

    nbval starts a kernel for the first cell that is not skipped, so here none is started.
    """
    for item in items:
        reason = _why_left_out(item.path)
        if reason:
            item.add_marker(pytest.mark.skip(reason=f"left out: {reason}"))


@cache
def _why_left_out(file: Path) -> str | None:
    return why_left_out(read_lesson(file).requires) if file.suffix == ".ipynb" else None
