"""Read slices in this process and in others beside it, each with one slice at a time."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

import numpy as np

from helpers.data.playlists.keys import KeyIndex
from helpers.data.playlists.rows import SliceRows, rows_of
from helpers.data.playlists.slices import read_slice
from helpers.errors import DataError

# How many slices this process reads while another starts.
_HEAD_START = 5
# How many slices another process is asked for at a time, so that it need not wait for this one;
# and how many may be ready here before their turn, a few MB each.
_ASKED, _READY = 2, 8


def read_slices(files: list[Path], known: KeyIndex, jobs: int) -> Iterator[SliceRows]:
    """Yield each slice in columns, in the order given.

    Parameters
    ----------
    files : list of Path
    known : KeyIndex
        Tracks that need not be described again; the caller adds those of each slice to it
        before asking for the next one.
    jobs : int
        Number of processes that read, this one among them.

    Raises
    ------
    DataError
        If a slice cannot be read, or a process that reads ended before its time.
    """
    helpers = [_Helper() for _ in range(min(jobs - 1, len(files) - _HEAD_START))]
    try:
        for helper in helpers:
            helper.start()
        yield from _in_order(files, known, helpers)
    finally:
        for helper in helpers:
            helper.stop()


class _Helper:
    """Another process that reads slices, and what it has been asked for."""

    def __init__(self) -> None:
        # A fresh process: polars has threads, and a forked one can wait for ever for their locks.
        context = multiprocessing.get_context("spawn")
        self.connection, self._theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._theirs,), daemon=True)
        self.asked: deque[tuple[int, Path]] = deque()
        self._has_answered = False
        self._news: list[np.ndarray] = []

    def start(self) -> None:
        self._process.start()
        self._theirs.close()  # so that the end of the process is the end of the pipe

    def tell(self, keys: np.ndarray) -> None:
        """Note tracks that it need not describe any more."""
        self._news.append(keys)

    def ask(self, unasked: deque[tuple[int, Path]]) -> None:
        """Take a slice from those left, and ask for it."""
        at = 0 if self._has_answered else min(_HEAD_START, len(unasked) - 1)
        _, file = unasked[at]
        self.asked.append(unasked[at])
        del unasked[at]
        news, self._news = self._news, []
        with suppress(BrokenPipeError):  # noticed when the answer is due
            self.connection.send((file, news))

    def answers(self) -> Iterator[tuple[int, SliceRows | Exception]]:
        """Yield place and content of the slices that have arrived."""
        while self.asked and self.connection.poll():
            place, file = self.asked.popleft()
            self._has_answered = True
            try:
                yield place, self.connection.recv()
            except (EOFError, OSError):  # OSError: in the middle of a message
                self._process.join()
                yield (
                    place,
                    DataError(
                        f"the process that was to read {file} ended early (exit code "
                        f"{self._process.exitcode}), perhaps for want of memory or, in a script, "
                        'of an `if __name__ == "__main__":`; run this again with fewer jobs, what '
                        "is done is kept"
                    ),
                )

    def stop(self) -> None:
        self.connection.close()
        if self._process.pid is not None:
            self._process.terminate()
            self._process.join()


def _in_order(files: list[Path], known: KeyIndex, helpers: list[_Helper]) -> Iterator[SliceRows]:
    """Yield each slice; read one here whenever the next in order has not arrived."""
    ready: dict[int, SliceRows | Exception] = {}
    buffer = bytearray()
    unasked = deque(enumerate(files))
    for place in range(len(files)):
        while place not in ready:
            for helper in helpers:
                ready.update(helper.answers())
                while unasked and len(helper.asked) < _ASKED:
                    helper.ask(unasked)
            if place in ready:
                break
            if unasked and (unasked[0][0] == place or len(ready) < _READY):
                n, file = unasked.popleft()
                ready[n] = _read(file, known, buffer)
            else:
                wait([helper.connection for helper in helpers if helper.asked])
        slice_ = ready.pop(place)
        if isinstance(slice_, Exception):
            raise slice_
        yield slice_
        for helper in helpers:
            helper.tell(slice_.track_keys)


def _read(file: Path, known: KeyIndex, buffer: bytearray) -> SliceRows | Exception:
    """Return a slice in columns, or why there is none: it is raised when its turn comes."""
    try:
        return rows_of(read_slice(file, buffer), known)
    except Exception as error:
        return error


def _serve(connection: Connection) -> None:
    """Answer each file name with its slice in columns, until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    known, buffer = KeyIndex(np.empty(0, dtype=np.uint64)), bytearray()
    # Sent by a thread, so that the next slice is read meanwhile.
    with ThreadPoolExecutor(1) as sender, suppress(EOFError, OSError):
        sent = None
        while True:
            file, news = connection.recv()
            for keys in news:
                known.add(keys[known.find(keys) < 0])
            answer = _read(file, known, buffer)
            if sent:
                sent.result()
            sent = sender.submit(connection.send, answer)
