"""Let one process at a time do something."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.errors import HelpersError


@contextmanager
def only_process(lock: Path, busy: str) -> Iterator[None]:
    """Hold a lock file while the block runs.

    The operating system frees the lock when its process ends, however it ends, so a file
    that a dead process left behind locks nothing.

    Parameters
    ----------
    lock : Path
        The lock file; it holds the process number of its owner.
    busy : str
        The sentence to raise, with `{pid}` for that number, while another process holds it.

    Raises
    ------
    HelpersError
        If another process holds the lock.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise HelpersError(busy.format(pid=handle.read().strip() or "unknown")) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
