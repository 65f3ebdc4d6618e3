"""Tell people how far a conversion is: rows a second, and the time left."""

import sys
import time
from typing import TextIO

_QUIET_SECONDS = 2.0
_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_UPDATES = 0.2


class Progress:
    """Writes a living line on a terminal, and a line now and then elsewhere.

    Nothing is written about work that takes less than two seconds.

    Parameters
    ----------
    n_slices : int
        Number of slices to do.
    n_bytes : int
        Their size together; time left is judged by it.
    stream : TextIO, optional
        Where to write; default standard error.
    """

    def __init__(self, n_slices: int, n_bytes: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._n_slices, self._n_bytes = n_slices, n_bytes
        self._slices = self._bytes = self._rows = 0
        self._started = time.monotonic()
        self._next_line = self._started + _QUIET_SECONDS
        self._has_written = False

    def advance(self, n_bytes: int, n_rows: int) -> None:
        """Note that one more slice is done, of that size and with so many entries."""
        self._slices += 1
        self._bytes += n_bytes
        self._rows += n_rows
        now = time.monotonic()
        if self._slices < self._n_slices and now >= self._next_line:
            is_terminal = self._stream.isatty()
            pause = _SECONDS_BETWEEN_UPDATES if is_terminal else _SECONDS_BETWEEN_LINES
            self._next_line = now + pause
            self._write(self._state(now), "" if is_terminal else "\n")

    def finish(self) -> None:
        """Say what was done in all, if anything was said before."""
        if self._has_written:
            seconds = time.monotonic() - self._started
            self._write(
                f"{self._slices:,} slices converted: {self._rows:,} entries in {seconds:.0f} s",
                "\n",
            )

    def _state(self, now: float) -> str:
        seconds = now - self._started
        left = seconds * (self._n_bytes - self._bytes) / max(self._bytes, 1)
        return (
            f"slice {self._slices:,} of {self._n_slices:,} · "
            f"{self._rows / seconds:,.0f} entries/s · {_clock(left)} left"
        )

    def _write(self, text: str, end: str) -> None:
        start = "\r\x1b[K" if self._stream.isatty() else ""
        self._stream.write(f"{start}{text}{end}")
        self._stream.flush()
        self._has_written = True


def _clock(seconds: float) -> str:
    """Return a time as people read it: "40 s", "2 min 5 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"
