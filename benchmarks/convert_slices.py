"""Slices of playlists to Parquet and a matrix: ours, json with pandas, and bare decoding.

Ours and pandas give the same tables and the same matrix; pandas once as its manual has it
(`json_normalize`) and once as fast as I could make it. The limit is msgspec decoding the same
records, every field of them, from bytes in memory, and nothing else. Then come conversions of
several sizes: what two processes gain, the most memory held, and what all million playlists
would take.

Run it with: python benchmarks/convert_slices.py [FOLDER]
FOLDER holds 100 slices or more; without it they are drawn from the synthetic world into a
temporary folder, which takes 3.2 GB and a good part of the time.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # so that one process means one processor

import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import msgspec
import numpy as np
import scipy.sparse as sp

from helpers.data.playlists import convert_slices, load_playlists
from helpers.data.playlists.slices import Slice, find_slices

# pandas and the synthetic world are imported late: each process that reads slices imports this
# module once more, and should start as quickly as it does for those who use it.

N_RACE, N_DECODING, N_GROWING = 10, 40, (10, 50, 100)
ROUNDS = 3
FULL_SLICES, FULL_ENTRIES, FULL_TRACKS = 1_000, 66_346_428, 2_262_292
TRACK = [
    "track_uri", "track_name", "artist_uri", "artist_name", "album_uri", "album_name",
    "duration_ms",
]  # fmt: skip


def first_slices(folder: Path, n: int, place: Path) -> Path:
    """Return a folder with links to the first n slices."""
    chosen = place / f"first {n}"
    if not chosen.is_dir():
        chosen.mkdir()
        for file in find_slices(folder)[:n]:
            (chosen / file.name).symlink_to(file.resolve())
    return chosen


def with_helpers(folder: Path, out: Path, jobs: int = 1) -> sp.csr_array:
    return load_playlists(folder, jobs=jobs, cache=out).interactions().user_items


def with_pandas(entries_of: Callable, folder: Path, out: Path) -> sp.csr_array:
    import pandas as pd

    entries, playlists = [], []
    for file in find_slices(folder):
        content = json.loads(file.read_bytes())["playlists"]
        entries.append(entries_of(content))
        fields = [{k: v for k, v in one.items() if k != "tracks"} for one in content]
        playlists.append(pd.DataFrame(fields))
    entries = pd.concat(entries, ignore_index=True)
    playlists = pd.concat(playlists, ignore_index=True)
    entries = entries[entries["track_uri"].str.startswith("spotify:track:")]
    columns, _ = pd.factorize(entries["track_uri"])
    tracks = entries.drop_duplicates("track_uri")[TRACK]
    pairs = entries[["pid", "pos"]].astype("int64").assign(track=columns)
    for name, frame in {"playlists": playlists, "tracks": tracks, "entries": pairs}.items():
        frame.to_parquet(out / f"{name}.parquet", index=False)
    rows = pd.Index(playlists["pid"]).get_indexer(pairs["pid"])
    shape, ones = (len(playlists), len(tracks)), np.ones(len(pairs), dtype=np.float32)
    matrix = sp.coo_array((ones, (rows, columns)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def by_json_normalize(playlists: list[dict]):
    import pandas as pd

    return pd.json_normalize(playlists, record_path="tracks", meta="pid")


def by_records(playlists: list[dict]):
    import pandas as pd

    frame = pd.DataFrame([track for one in playlists for track in one["tracks"]])
    lengths = [len(one["tracks"]) for one in playlists]
    return frame.assign(pid=np.repeat([one["pid"] for one in playlists], lengths))


def decode(contents: list[bytes]) -> None:
    decoder = msgspec.json.Decoder(Slice)
    for content in contents:
        decoder.decode(content)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall time, and processor time with that of the processes that the work started."""
    wall, processor = time.perf_counter(), sum(os.times()[:4])
    work()
    return time.perf_counter() - wall, sum(os.times()[:4]) - processor


def fresh(work: Callable[[Path], object]) -> object:
    """Do some work with an empty folder."""
    with tempfile.TemporaryDirectory() as place:
        return work(Path(place))


def rounds_of(contestants: Mapping[str, Callable[[], object]]) -> list[dict]:
    """Return the times of each contestant in each round; they take turns, one round is untimed."""
    rounds = [
        {name: seconds(work) for name, work in contestants.items()} for _ in range(ROUNDS + 1)
    ]
    return rounds[1:]


def race(folder: Path) -> None:
    """Time ours and pandas on all of the way from slices to matrix."""
    makers = {
        "helpers, 1 process": partial(with_helpers, folder),
        "helpers, 2 processes": partial(with_helpers, folder, jobs=2),
        "json + pandas, json_normalize": partial(with_pandas, by_json_normalize, folder),
        "json + pandas, tuned": partial(with_pandas, by_records, folder),
    }
    matrices = [fresh(make) for make in makers.values()]
    if any(one.shape != matrices[0].shape or (one != matrices[0]).nnz for one in matrices):
        raise SystemExit("helpers and pandas make different matrices; mend that before timing")
    rounds = rounds_of({name: partial(fresh, make) for name, make in makers.items()})
    print(f"{N_RACE} slices to Parquet and CSR, median of {ROUNDS} rounds")
    show(rounds, folder)


def race_decoding(folder: Path) -> None:
    """Time the conversion alone beside bare decoding."""
    contents = [file.read_bytes() for file in find_slices(folder)]
    convert = partial(convert_slices, folder)
    rounds = rounds_of(
        {
            "helpers, 1 process": partial(fresh, convert),
            "bare typed decoding": partial(decode, contents),
        }
    )
    print(f"{N_DECODING} slices to Parquet, median of {ROUNDS} rounds")
    show(rounds, folder)


def show(rounds: list[dict], folder: Path) -> None:
    megabytes = sum(file.stat().st_size for file in find_slices(folder)) / 1e6
    for clock, title in enumerate(("wall time", "processor time, all processes")):
        print(f"{title}:")
        for name in rounds[0]:
            typical = median(one[name][clock] for one in rounds)
            speed = median(one["helpers, 1 process"][clock] / one[name][clock] for one in rounds)
            print(
                f"  {name:<31}{typical:>7.2f} s {megabytes / typical:>6.0f} MB/s"
                f"{speed:>7.2f} × the speed of helpers, 1 process",
                flush=True,
            )


def convert_and_measure(folder: Path, out: Path, jobs: int) -> dict:
    started = time.perf_counter()
    report = convert_slices(folder, out, jobs=jobs)
    return {
        "seconds": time.perf_counter() - started,
        "own": peak_megabytes(),
        "reader": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6,
        "report": report,
    }


def load_and_measure(folder: Path, out: Path) -> dict:
    started = time.perf_counter()
    data = load_playlists(folder, cache=out)
    loaded = time.perf_counter()
    data.interactions()
    return {
        "load": loaded - started,
        "matrix": time.perf_counter() - loaded,
        "own": peak_megabytes(),
    }


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6


def in_new_process(work: Callable, *arguments: object) -> dict:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def measure_growth(folder: Path, place: Path) -> None:
    """Show what two processes gain, and the most memory held, as slices become more."""
    print("          distinct    seconds with        most memory (MB) with        loaded, with")
    print("  slices    tracks   1     2 processes    1     2 processes (each)     its matrix")
    for n in N_GROWING:
        chosen, out = first_slices(folder, n, place), place / f"converted {n}"
        one = in_new_process(convert_and_measure, chosen, out, 1)
        two = in_new_process(convert_and_measure, chosen, place / f"converted {n} by two", 2)
        loaded = in_new_process(load_and_measure, chosen, out)
        speed_up = one["seconds"] / two["seconds"]
        print(
            f"  {n:>6}{one['report'].tracks:>10,}{one['seconds']:>6.1f}{two['seconds']:>6.1f}"
            f" ({speed_up:.2f} ×){one['own']:>6.0f}{two['own']:>6.0f} and {two['reader']:<4.0f}"
            f"{loaded['own']:>20.0f}",
            flush=True,
        )
    extrapolate(out, one, two, loaded)


def extrapolate(out: Path, one: dict, two: dict, loaded: dict) -> None:
    """Say what all slices would take, going by the largest run."""
    report = one["report"]
    times = FULL_SLICES / report.slices
    more_tracks = {
        "playlists": times,
        "entries": FULL_ENTRIES / report.entries,
        "tracks": FULL_TRACKS / report.tracks,
    }
    disk = sum(
        scale * sum(file.stat().st_size for file in (out / table).iterdir())
        for table, scale in more_tracks.items()
    )
    index = 24e-6 * (FULL_TRACKS - report.tracks)  # 12 bytes a track, twice while it grows
    print(
        f"all {FULL_SLICES:,} slices would take {times * one['seconds'] / 60:.1f} minutes with one "
        f"process and {times * two['seconds'] / 60:.1f} with two, {disk / 1e9:.1f} GB on disk and "
        f"{one['own'] + index:.0f} MB to convert; then {times * loaded['load']:.0f} s and "
        f"{times * loaded['matrix']:.0f} s to load and for the matrix, and at most "
        f"{times * loaded['own'] / 1e3:.0f} GB ({loaded['load']:.1f} s, {loaded['matrix']:.1f} s "
        f"and {loaded['own'] / 1e3:.1f} GB with {report.slices} slices)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if len(sys.argv) > 1:
            folder = Path(sys.argv[1])
        else:
            from helpers.data.synthetic.playlists import make_playlists

            folder = make_playlists("large", folder=place / "world") / "playlists"
        race(first_slices(folder, N_RACE, place))
        race_decoding(first_slices(folder, N_DECODING, place))
        measure_growth(folder, place)


if __name__ == "__main__":
    main()
