import io
from itertools import count

import pytest

from helpers.data.playlists import progress
from helpers.data.playlists.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that ticks once a look, in seconds that the test sets."""

    class Clock:
        step = 1.0

    seconds = count()
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds) * Clock.step)
    return Clock


def test_short_work_is_silent(clock):
    clock.step = 0.1
    stream = io.StringIO()
    shown = Progress(5, 500, stream)
    for _ in range(5):
        shown.advance(100, 1000)
    shown.finish()
    assert stream.getvalue() == ""


def test_long_work_says_rows_a_second_and_time_left(clock):
    clock.step = 40.0
    stream = io.StringIO()
    shown = Progress(4, 4_000, stream)
    shown.advance(1_000, 60_000)
    shown.advance(1_000, 60_000)
    assert stream.getvalue().splitlines() == [
        "slice 1 of 4 · 1,500 entries/s · 2 min 0 s left",
        "slice 2 of 4 · 1,500 entries/s · 1 min 20 s left",
    ]
    shown.advance(1_000, 60_000)
    shown.advance(1_000, 60_000)
    shown.finish()
    assert stream.getvalue().endswith("4 slices converted: 240,000 entries in 200 s\n")


def test_terminal_has_one_living_line(clock):
    stream = Terminal()
    shown = Progress(30, 30, stream)
    for _ in range(30):
        shown.advance(1, 10)
    shown.finish()
    *updates, last = stream.getvalue().split("\r\x1b[K")
    assert len(updates) > 20
    assert not any("\n" in update for update in updates)
    assert last.endswith("\n")


def test_lines_elsewhere_are_few(clock):
    stream = io.StringIO()
    shown = Progress(60, 60, stream)
    for _ in range(60):
        shown.advance(1, 10)
    assert 5 <= len(stream.getvalue().splitlines()) <= 7
