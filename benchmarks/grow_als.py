"""One iteration of ALS on more and more rows of the full Audioscrobbler dump: implicit and Spark.

Both train on the same rows with the same weights and the same number of factors, 1 % to 100 % of
the rows, each part inside the next. An iteration is what a longer training takes more than one
of a single iteration, over the iterations it has more; reading and starting are left out. Spark
reads Parquet and holds the rows in memory. The memory is that at the peak: of implicit on top of
the rows, of Spark all of its Java process so far.

    python benchmarks/grow_als.py [FOLDER] [--factors 64] [--json FILE]

FOLDER holds the files of the dump; without it, the synthetic one of that size is drawn first.
With --json, the figures are written for lesson 11, together with how many rows listeners and
artists have. It takes about twenty minutes on two cores.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.data.audioscrobbler import load_audioscrobbler
from helpers.data.synthetic.audioscrobbler import make_audioscrobbler
from helpers.degrees import Degrees
from helpers.files import write_atomically
from helpers.growth import SHARES, fit_growth, nested_mask
from helpers.interactions import Interactions
from helpers.memory import PeakMemory
from helpers.models import ALS
from helpers.spark import jvm_memory_mb, spark_session
from helpers.spark.als import COLUMNS, spark_estimator

_LAMBDA = 0.01
_FEW_ROWS = 3_000_000  # of which an iteration is so short that several are needed to see it


def part_of(listening: Interactions, share: float) -> Interactions:
    pairs = listening.user_items.tocoo()
    kept = nested_mask(pairs.nnz, share)
    cells = np.log1p(pairs.data[kept]), (pairs.row[kept], pairs.col[kept])
    return listening.with_matrix(sp.coo_array(cells, shape=pairs.shape).tocsr())


def seconds_an_iteration(train: Callable[[int], object], n_more: int) -> float:
    seconds = []
    for iterations in (1, 1 + n_more):
        started = time.perf_counter()
        train(iterations)
        seconds.append(time.perf_counter() - started)
    return (seconds[1] - seconds[0]) / n_more


def with_implicit(part: Interactions, factors: int) -> tuple[float, float | None]:
    def train(iterations: int) -> None:
        ALS(factors=factors, iterations=iterations, weighting="plays").fit(part)

    with PeakMemory() as memory:
        seconds = seconds_an_iteration(train, 4)
    return seconds, memory.megabytes


def with_spark(part: Interactions, factors: int, folder: Path) -> tuple[float, float | None]:
    file, pairs = folder / f"{part.n_pairs}.parquet", part.user_items.tocoo()
    cells = (pairs.row.astype(np.int32), pairs.col.astype(np.int32), pairs.data)
    pl.DataFrame(dict(zip(COLUMNS, cells, strict=True))).write_parquet(file)
    rows = spark_session().read.parquet(str(file)).persist()
    rows.count()

    def train(iterations: int) -> None:
        estimator = spark_estimator(
            factors=factors, regularization=_LAMBDA, alpha=1.0, iterations=iterations
        )
        estimator.fit(rows)

    try:
        seconds = seconds_an_iteration(train, 4 if part.n_pairs < _FEW_ROWS else 1)
    finally:
        rows.unpersist()
    return seconds, jvm_memory_mb(spark_session())


def measure(listening: Interactions, factors: int) -> list[dict]:
    steps = []
    with tempfile.TemporaryDirectory() as folder:
        with_spark(part_of(listening, SHARES[0]), factors, Path(folder))  # the JVM warms up
        for share in SHARES:
            part = part_of(listening, share)
            ours, ours_mb = with_implicit(part, factors)
            theirs, theirs_mb = with_spark(part, factors, Path(folder))
            step = {
                "rows": part.n_pairs,
                "implicit_seconds": ours,
                "implicit_mb": ours_mb,
                "spark_seconds": theirs,
                "spark_mb": theirs_mb,
            }
            steps.append({key: value and round(value, 3) for key, value in step.items()})
            print(
                f"{part.n_pairs:>12,} rows   implicit {ours:8.2f} s   Spark {theirs:8.2f} s"
                f"   Spark / implicit {theirs / ours:6.1f}",
                flush=True,
            )
    return steps


def degrees(rows_of_each: np.ndarray) -> dict[str, list[int]]:
    found = Degrees.of(rows_of_each)
    return {"degree": found.degree.tolist(), "count": found.count.tolist()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="files of the dump")
    parser.add_argument("--factors", type=int, default=64, help="length of the vectors")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    arguments = parser.parse_args()
    folder = arguments.folder or make_audioscrobbler("full") / "audioscrobbler"
    listening = load_audioscrobbler(folder).interactions()
    print(f"{arguments.factors} factors, {os.cpu_count()} cores", flush=True)
    steps = measure(listening, arguments.factors)
    rows = [step["rows"] for step in steps]
    for name in ("implicit", "spark"):
        fit = fit_growth(rows, [step[f"{name}_seconds"] for step in steps])
        residuals = ", ".join(f"{residual:+.0%}" for residual in fit.residuals)
        print(f"{name}: {fit.fixed:.2f} s and {1e6 * fit.per_row:.2f} s a million rows", end="; ")
        print(f"residuals {residuals}")
    if arguments.json:
        record = {
            "command": "python benchmarks/grow_als.py --json reports/results/"
            + arguments.json.name,
            "dataset": "own files" if arguments.folder else "synthetic Audioscrobbler, full size",
            "cores": os.cpu_count(),
            "factors": arguments.factors,
            "steps": steps,
            "degrees": {
                "users": degrees(np.diff(listening.user_items.indptr)),
                "items": degrees(listening.item_popularity()),
            },
        }
        write_atomically(arguments.json, json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
