"""Play counts of the full Audioscrobbler dump to a matrix: ours, pandas, and a bare read.

Ours and pandas do the same: read rows, follow aliases to the end, sum rows that become the same
pair, number users and artists in order. Ours also checks every line and counts what it repairs.
pandas sums once by `groupby`, as its manual has it, and once leaves that to scipy's sparse
matrices, which is the fastest way I could find. The limit is polars reading the numbers of the
file, and nothing else. Last comes all that a lesson does: names of artists, repairs, and
interactions. Each runs in a process of its own, whose memory at the peak is shown.

Run it with: python benchmarks/load_audioscrobbler.py [FOLDER]
FOLDER holds the files of the dump; without it, the synthetic one of that size is drawn first,
which takes minutes, and is kept.
"""

import re
import sys
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import polars as pl
import scipy.sparse as sp

from helpers.data.audioscrobbler import Files, find_files, load_audioscrobbler
from helpers.data.audioscrobbler.aliases import read_aliases
from helpers.data.audioscrobbler.counting import count_plays
from helpers.data.synthetic.audioscrobbler import make_audioscrobbler

# pandas is imported late, so that the others do not carry it.

ROUNDS = 3
COLUMNS = ["user", "artist", "plays"]


def with_helpers(files: Files) -> sp.csr_array:
    return count_plays(files.plays, read_aliases(files.aliases)).matrix


def with_pandas(files: Files, is_grouped: bool) -> sp.csr_array:
    import pandas as pd

    dtypes = dict.fromkeys(COLUMNS, "int32")
    plays = pd.read_csv(files.plays, sep=" ", header=None, names=COLUMNS, dtype=dtypes)
    aliases = pd.read_csv(files.aliases, sep="\t", header=None, names=["bad", "good"])
    aliases = aliases.apply(pd.to_numeric, errors="coerce").dropna().astype("int64")
    aliases = aliases[aliases["bad"] != aliases["good"]].drop_duplicates("bad", keep="last")
    good_of = aliases.set_index("bad")["good"]
    for _ in range(len(aliases).bit_length()):  # each round doubles the steps that are followed
        good_of = good_of.map(good_of).fillna(good_of).astype("int64")
    # What goes round in a circle never comes to an artist that is not misspelt.
    good_of = good_of[~good_of.isin(aliases["bad"])]
    plays["artist"] = plays["artist"].map(good_of).fillna(plays["artist"]).astype("int32")
    if is_grouped:
        plays = plays.groupby(["user", "artist"], as_index=False)["plays"].sum()
    rows, users = pd.factorize(plays["user"], sort=True)
    columns, items = pd.factorize(plays["artist"], sort=True)
    shape = len(users), len(items)
    return sp.coo_array((plays["plays"].to_numpy(), (rows, columns)), shape=shape).tocsr()


def read_with_polars(files: Files) -> None:
    schema = dict.fromkeys(COLUMNS, pl.Int32)
    pl.read_csv(files.plays, separator=" ", has_header=False, schema=schema)


def load_all(files: Files) -> None:
    load_audioscrobbler(files.plays.parent).interactions()


def measure(work: Callable[[Files], sp.csr_array | None], files: Files) -> dict:
    """Return seconds, megabytes at the peak, and what identifies the matrix."""
    started = time.perf_counter()
    matrix = work(files)
    seconds = time.perf_counter() - started
    status = Path("/proc/self/status").read_text()
    megabytes = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6
    return {"seconds": seconds, "megabytes": megabytes, "matrix": fingerprint(matrix)}


def fingerprint(matrix: sp.csr_array | None) -> tuple | None:
    if matrix is None:
        return None
    matrix.sum_duplicates()
    parts = (matrix.indptr, matrix.indices, matrix.data)
    return matrix.shape, *(zlib.crc32(part.astype("int64").tobytes()) for part in parts)


def in_new_process(work: Callable, *arguments: object) -> dict:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def main() -> None:
    given = sys.argv[1:]
    folder = Path(given[0]) if given else make_audioscrobbler("full") / "audioscrobbler"
    files = find_files(folder)
    files.plays.read_bytes()  # so that nobody waits for the disk
    contestants = {
        "helpers": with_helpers,
        "pandas": partial(with_pandas, is_grouped=True),
        "pandas, sums by scipy": partial(with_pandas, is_grouped=False),
        "bare polars read": read_with_polars,
        "everything with names": load_all,
    }
    # Taken in turns, so that other work on the machine slows all of them alike.
    rounds = [
        {name: in_new_process(measure, work, files) for name, work in contestants.items()}
        for _ in range(ROUNDS)
    ]
    matrices = {one["matrix"] for one in rounds[0].values() if one["matrix"]}
    if len(matrices) > 1:
        raise SystemExit("helpers and pandas make different matrices; mend that before timing")
    print(f"{files.plays.stat().st_size / 1e6:,.0f} MB of play counts, median of {ROUNDS} rounds")
    for name in contestants:
        seconds = median(one[name]["seconds"] for one in rounds)
        ratio = median(one[name]["seconds"] / one["helpers"]["seconds"] for one in rounds)
        peak = max(one[name]["megabytes"] for one in rounds)
        print(f"  {name:<22}{seconds:>6.1f} s   {ratio:>5.2f} × helpers   peak {peak:>6,.0f} MB")


if __name__ == "__main__":
    main()
