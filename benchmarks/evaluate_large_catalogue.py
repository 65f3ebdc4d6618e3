"""Ranking the whole catalogue of the Audioscrobbler dump for many users: time and flat memory.

Every one of the listeners is given the best ten of all artists, training artists left out, and
judged. Ours is set beside implicit's own evaluation and beside the limit, the bare products of
all vectors. The memory at the peak, on top of the data and the model, is shown for a tenth of the
listeners and for all: it must not grow with them.

    python benchmarks/evaluate_large_catalogue.py [FOLDER] [--users 10000] [--factors 64]

FOLDER holds the files of the dump; without it, the synthetic one of that size is drawn first.
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit brings its own threads

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.evaluation import ranking_metrics_at_k
from threadpoolctl import threadpool_limits

from helpers.data.audioscrobbler import load_audioscrobbler
from helpers.data.synthetic.audioscrobbler import make_audioscrobbler
from helpers.evaluation.ranking import mean_over_users, ranking_metrics
from helpers.memory import PeakMemory
from helpers.models import ALS
from helpers.split import random_split

K = 10
_PRODUCTS_AT_ONCE = 100


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds, and megabytes at the peak."""
    with PeakMemory() as memory:
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
    return seconds, memory.megabytes or float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="files of the dump")
    parser.add_argument("--users", type=int, default=10_000, help="how many are judged")
    parser.add_argument("--factors", type=int, default=64, help="length of the vectors")
    arguments = parser.parse_args()
    folder = arguments.folder or make_audioscrobbler("full") / "audioscrobbler"
    split = random_split(load_audioscrobbler(folder).interactions(), seed=0)
    als = ALS(factors=arguments.factors, weighting="log", iterations=1).fit(split.train)
    users = np.flatnonzero(np.diff(split.test.user_items.indptr))
    users = np.sort(np.random.default_rng(0).permutation(users)[: arguments.users])
    chosen = np.zeros(split.train.n_users, dtype=bool)
    chosen[users] = True
    theirs = AlternatingLeastSquares(factors=als.factors, use_gpu=False)
    theirs.user_factors, theirs.item_factors = als.user_factors, als.item_factors
    train = sp.csr_matrix(split.train.user_items)
    test = sp.csr_matrix(sp.diags_array(chosen.astype(np.float32)) @ split.test.user_items)

    def ours(rows: np.ndarray) -> float:
        lists = als.recommend(rows, K, exclude=split.train)
        found = ranking_metrics(lists.items, split.test.user_items[rows], K)
        return mean_over_users(found[K]["precision"])

    def products() -> None:
        with threadpool_limits(os.cpu_count(), "blas"):
            for start in range(0, len(users), _PRODUCTS_AT_ONCE):
                _ = als.user_factors[users[start : start + _PRODUCTS_AT_ONCE]] @ als.item_factors.T

    print(
        f"{len(users):,} listeners x {split.train.n_items:,} artists, k = {K}, "
        f"{als.factors} factors\n\n{'':<34}{'seconds':>9}{'ours / it':>11}{'peak MB':>9}"
    )
    everyone = measured(lambda: ours(users))
    rows = {
        "ours": everyone,
        "ours, a tenth of the listeners": measured(lambda: ours(users[::10])),
        "implicit: ranking_metrics_at_k": measured(
            lambda: ranking_metrics_at_k(theirs, train, test, K=K, show_progress=False)
        ),
        "limit: bare products": measured(products),
    }
    for name, (seconds, megabytes) in rows.items():
        print(f"{name:<34}{seconds:>9.1f}{everyone[0] / seconds:>11.2f}{megabytes:>9,.0f}")


if __name__ == "__main__":
    main()
