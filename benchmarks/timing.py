"""Time several ways of doing the same work side by side."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def race(contestants: Mapping[str, Callable[[], object]], rounds: int = 7) -> dict[str, float]:
    """Return the median seconds of each contestant.

    Contestants take turns, so that a machine that slows down meanwhile slows all of them;
    an untimed round comes first.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for round_ in range(rounds + 1):
        for name, work in contestants.items():
            started = perf_counter()
            work()
            if round_ > 0:
                seconds[name].append(perf_counter() - started)
    return {name: median(times) for name, times in seconds.items()}
