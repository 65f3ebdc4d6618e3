"""Loading the five last.fm files to frames and a matrix: ours, pandas, and a bare read.

Ours is strict (every line is checked, and a wrong one would be named). pandas does the same joins
and dates, once with the checks of ours that it has words for (repeated keys, counts below 1) and
once with none. The limit is polars reading the bytes and nothing else.

Run it with: python benchmarks/load_lastfm.py (MUSIC_DATA_DIR names the folder of real data).
"""

import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import pandas as pd
import polars as pl
import scipy.sparse as sp

from helpers.data import find_dataset
from helpers.data.lastfm import FIRST_TAG_YEAR, LAST_TAG_YEAR, TABLES, load_lastfm

REPEATS = 15


def load_with_helpers(folder: Path) -> sp.csr_array:
    return load_lastfm(folder).interactions().user_items


def load_with_pandas(folder: Path, is_checked: bool = True) -> sp.csr_array:
    frames = {
        table.file: pd.read_csv(
            folder / table.file, sep="\t", quoting=3, encoding=table.encoding, na_filter=False
        )
        for table in TABLES
    }
    plays, artists, _, tagged, _ = frames.values()
    if is_checked:
        for table, frame in zip(TABLES, frames.values(), strict=True):
            titles = {column.name: column.title for column in table.columns}
            if frame.duplicated([titles[name] for name in table.key]).any():
                raise ValueError(f"{table.file} repeats a row")
        if (plays["weight"] < 1).any():
            raise ValueError("a count is below 1")
    tagged = tagged[tagged["artistID"].isin(artists["id"])]
    dates = pd.to_datetime(tagged[["year", "month", "day"]], errors="coerce")
    tagged.assign(date=dates.where(tagged["year"].between(FIRST_TAG_YEAR, LAST_TAG_YEAR)))
    users, items = (pd.Categorical(plays[column]) for column in ("userID", "artistID"))
    artists.set_index("id")["name"].reindex(items.categories)
    shape = len(users.categories), len(items.categories)
    weights = plays["weight"].astype("float32")
    return sp.coo_array((weights, (users.codes, items.codes)), shape=shape).tocsr()


def read_with_polars(folder: Path) -> None:
    for table in TABLES:
        content = (folder / table.file).read_bytes()
        schema = dict.fromkeys((column.title for column in table.columns), pl.String)
        encoding = "utf8" if table.encoding == "utf-8" else table.encoding
        pl.read_csv(
            io.BytesIO(content), separator="\t", quote_char=None, schema=schema, encoding=encoding
        )


def milliseconds(load: Callable[[Path], object], folder: Path) -> tuple[float, float]:
    """Return wall time, and processor time summed over threads."""
    wall, processor = time.perf_counter(), time.process_time()
    load(folder)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)


def main() -> None:
    dataset = find_dataset("lastfm", "auto")
    loaders = {
        "helpers": load_with_helpers,
        "pandas": load_with_pandas,
        "pandas, unchecked": partial(load_with_pandas, is_checked=False),
        "bare polars read": read_with_polars,
    }
    ours, theirs = load_with_helpers(dataset.folder), load_with_pandas(dataset.folder)
    if ours.shape != theirs.shape or (ours != theirs).nnz:
        raise SystemExit("helpers and pandas load different matrices; fix that before timing")
    # Taken in turns, so that other work on the machine slows all of them alike.
    rounds = [
        {name: milliseconds(load, dataset.folder) for name, load in loaders.items()}
        for _ in range(REPEATS)
    ]
    print(f"{dataset.label}, {ours.nnz:,} pairs, median of {REPEATS} rounds")
    for clock, title in enumerate(("wall time", "processor time, all threads")):
        print(f"{title}:")
        for name in loaders:
            typical = median(one[name][clock] for one in rounds)
            ratio = median(one[name][clock] / one["helpers"][clock] for one in rounds)
            print(f"  {name:<18}{typical:>8.0f} ms   {ratio:>5.2f} × helpers")


if __name__ == "__main__":
    main()
