"""Tell people how far the reading of slices is: entries a second, and the time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

_QUIET_SECONDS = 2.0


@contextmanager
def slice_progress(n_bytes: int) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error for work that takes over two seconds.

    Parameters
    ----------
    n_bytes : int
        Size of all slices together; the time left is judged by it.

    Yields
    ------
    callable
        Notes one more slice: its bytes, and its entries.
    """
    n_entries = 0
    pause = 0.2 if sys.stderr.isatty() else 10.0  # a file need not hold hundreds of updates
    with tqdm(
        total=n_bytes,
        desc="slices",
        unit="B",
        unit_scale=True,
        delay=_QUIET_SECONDS,
        mininterval=pause,
    ) as bar:

        def advance(size: int, entries: int) -> None:
            nonlocal n_entries
            n_entries += entries
            speed = n_entries / max(bar.format_dict["elapsed"], 1e-9)
            bar.set_postfix_str(f"{speed:,.0f} entries/s", refresh=False)
            bar.update(size)

        yield advance
