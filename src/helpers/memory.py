"""How much memory a piece of work needs at its peak, on top of what the process held before."""

import ctypes
import re
from contextlib import suppress
from pathlib import Path
from typing import Self

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")


class PeakMemory:
    """Measures the extra memory at the peak of a `with` block, on Linux.

    The kernel keeps the largest resident size of a process (VmHWM), which is reset as the block
    begins; the result is how far it rose above the size held then. Memory that was freed before
    is handed back first, so that using it again counts.

    It counts all threads, and libraries that the block is the first to load. It does not count
    memory in other processes, memory swapped out, or what the work was given: a
    training set that exists already costs nothing. Memory of others that is given back
    within the block is taken off.

    Attributes
    ----------
    megabytes : float or None
        10^6 bytes; None before the end of the block, and where this cannot be measured:
        outside Linux, or where /proc may not be written.

    Examples
    --------
    >>> with PeakMemory() as memory:
    ...     squares = [n * n for n in range(1000)]
    >>> memory.megabytes is None or memory.megabytes >= 0
    True
    """

    megabytes: float | None = None

    def __enter__(self) -> Self:
        self._before = _reset_peak()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._before is not None:
            self.megabytes = max(0, _peak_bytes() - self._before) / 1e6


def _reset_peak() -> int | None:
    """Start a new peak and return the bytes held now; None where that is impossible."""
    with suppress(AttributeError, OSError, TypeError):  # only glibc has this function
        ctypes.CDLL(None).malloc_trim(0)  # it keeps what was freed for later
    try:
        _CLEAR_REFS.write_text("5")  # man 5 proc: reset the peak resident set size
        return _peak_bytes()
    except (OSError, LookupError):
        return None


def _peak_bytes() -> int:
    found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    if not found:
        raise LookupError("VmHWM")
    return int(found[1]) * 1024
