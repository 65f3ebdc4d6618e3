"""The peak is that of the block alone, and None where it cannot be known."""

import numpy as np
import pytest

from helpers import memory
from helpers.memory import PeakMemory


@pytest.fixture
def measurable():
    with PeakMemory() as peak:
        pass
    if peak.megabytes is None:
        pytest.skip("needs Linux and a writable /proc/self/clear_refs")


def peak_of(megabytes: int) -> float:
    with PeakMemory() as peak:
        np.ones(megabytes * 125_000)
    return peak.megabytes


@pytest.mark.usefixtures("measurable")
def test_peak_counts_memory_that_is_freed_before_the_end():
    assert peak_of(200) == pytest.approx(200, rel=0.1)


@pytest.mark.usefixtures("measurable")
def test_peak_forgets_what_was_held_and_freed_before():
    big = peak_of(300)
    assert peak_of(100) == pytest.approx(100, rel=0.1)
    assert big > 250


@pytest.mark.usefixtures("measurable")
def test_memory_that_existed_before_counts_nothing():
    held = np.ones(25_000_000)
    with PeakMemory() as peak:
        held += 1
    assert peak.megabytes < 50


def test_peak_is_none_where_the_kernel_tells_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_CLEAR_REFS", tmp_path / "absent" / "clear_refs")
    with PeakMemory() as peak:
        pass
    assert peak.megabytes is None


def test_peak_is_none_where_the_kernel_leaves_the_line_out(monkeypatch, tmp_path):
    status = tmp_path / "status"
    status.write_text("Name:\tpython\n")
    monkeypatch.setattr(memory, "_STATUS", status)
    monkeypatch.setattr(memory, "_CLEAR_REFS", tmp_path / "clear_refs")
    with PeakMemory() as peak:
        pass
    assert peak.megabytes is None
