"""Full-ranking evaluation on last.fm: ours against implicit, LightFM and the bare work.

Ours recommends to every test user and computes six metrics a user and eleven figures of
popularity bias, intervals not included; implicit gives four averages, LightFM one precision a
user. All rank all artists, with training artists left out, k = 10. Real files are used where they
are present, else the synthetic world.

    python benchmarks/evaluate_ranking.py [--rounds 7]
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit brings its own threads

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.evaluation import ranking_metrics_at_k
from lightfm import LightFM
from lightfm.evaluation import precision_at_k
from timing import race

from helpers.data import find_dataset
from helpers.data.lastfm import load_lastfm
from helpers.evaluation.bias_metrics import bias_metrics
from helpers.evaluation.ranking import ranking_metrics
from helpers.models import ALS
from helpers.split import random_split

K = 10
OURS = "ours: recommend + 6 metrics + bias"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each contestant")
    rounds = parser.parse_args().rounds

    dataset = find_dataset("lastfm", "auto")
    split = random_split(load_lastfm(dataset.folder).interactions(), seed=0)
    train, test = sp.csr_matrix(split.train.user_items), sp.csr_matrix(split.test.user_items)
    users = np.flatnonzero(np.diff(test.indptr) > 0)
    relevant, trained = split.test.user_items[users], split.train.user_items[users]
    popularity = split.train.item_popularity()

    als = ALS().fit(split.train)
    theirs = AlternatingLeastSquares(factors=als.factors, use_gpu=False)
    theirs.user_factors, theirs.item_factors = als.user_factors, als.item_factors
    lightfm = LightFM(no_components=als.factors, random_state=0).fit(train, epochs=1)
    lists = als.recommend(users, K, exclude=split.train).items

    def judge(lists: np.ndarray) -> None:
        ranking_metrics(lists, relevant, K)
        bias_metrics(lists, popularity, trained, relevant, split.train.n_users)

    seconds = race(
        {
            OURS: lambda: judge(als.recommend(users, K, exclude=split.train).items),
            "  of which the metrics and bias": lambda: judge(lists),
            "  of which the metrics": lambda: ranking_metrics(lists, relevant, K),
            "implicit: 4 averages": lambda: ranking_metrics_at_k(
                theirs, train, test, K=K, show_progress=False, num_threads=0
            ),
            "LightFM: 1 metric a user": lambda: precision_at_k(
                lightfm, test, train, k=K, num_threads=os.cpu_count()
            ),
            "limit: bare recommend": lambda: als.recommend(users, K, exclude=split.train),
            "limit: bare score product": lambda: als.user_factors[users] @ als.item_factors.T,
        },
        rounds,
    )
    ours = seconds[OURS]
    print(
        f"{dataset.label}: {len(users):,} test users x {train.shape[1]:,} artists, k = {K}, "
        f"{als.factors} factors, median of {rounds} rounds\n"
    )
    print(f"{'':<38}{'seconds':>9}{'ours / it':>11}")
    for name, value in seconds.items():
        print(f"{name:<38}{value:>9.4f}{ours / value:>11.3f}")
    print("\nTargets: at most 1.0 of implicit, at most 0.125 of LightFM.")


if __name__ == "__main__":
    main()
