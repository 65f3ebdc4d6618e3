"""Show how far the lessons are: one living line on a terminal, plain lines elsewhere."""

import time
from dataclasses import dataclass, field
from typing import TextIO

from helpers.pipeline.lessons import LessonNotebook

_QUIET_SECONDS = 30.0
"""Without a terminal, how long a lesson may run before the next line about it."""


@dataclass
class _Running:
    n_cells: int
    cell: int = 0
    started: float = field(default_factory=time.monotonic)
    last_line: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def __str__(self) -> str:
        return f"cell {self.cell} of {self.n_cells}, {self.seconds:.0f} s"


class Progress:
    """Tells a reader which lesson is at which cell, and for how long.

    Parameters
    ----------
    stream : TextIO
        Where to write.
    names : list of str
        Names of all lessons of the run; they set the width of the first column.
    """

    def __init__(self, stream: TextIO, names: list[str]) -> None:
        self._stream = stream
        self._width = max(map(len, names), default=0)
        self._running: dict[str, _Running] = {}

    def start(self, lesson: LessonNotebook) -> None:
        """Say that a lesson starts."""
        self._running[lesson.name] = _Running(lesson.n_code_cells)
        if not self._stream.isatty():
            self._line(lesson.name, f"started ({lesson.n_code_cells} cells)")

    def at_cell(self, lesson: LessonNotebook, cell: int) -> None:
        """Note which code cell runs; safe to call from another thread."""
        self._running[lesson.name].cell = cell

    def finish(self, lesson: LessonNotebook, outcome: str) -> None:
        """Say how a lesson ended."""
        self._running.pop(lesson.name, None)
        self._line(lesson.name, outcome)

    def tick(self) -> None:
        """Bring what is shown up to date; call it a few times a second."""
        if self._stream.isatty():
            now = " · ".join(f"{name}: {state}" for name, state in self._running.items())
            self._stream.write(f"\r\x1b[K{now}")
            self._stream.flush()
            return
        for name, state in self._running.items():
            if time.monotonic() - state.last_line > _QUIET_SECONDS:
                state.last_line = time.monotonic()
                self._line(name, str(state))

    def _line(self, name: str, text: str) -> None:
        clear = "\r\x1b[K" if self._stream.isatty() else ""
        self._stream.write(f"{clear}{name:<{self._width}}  {text}\n")
        self._stream.flush()
