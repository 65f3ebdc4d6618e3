"""Re-ranking on last.fm: each method against the scoring whose candidates it takes.

Scoring is ALS recommending 500 artists to every user, training artists left out; a method makes
lists of 10 of them. What depends on neither is prepared beforehand and does not count: training,
the main tag of each artist, and for "second opinion" the training of the second model and its
scores of the candidates. Beside them stand the log penalty as a plain loop over users, and what
any order costs: a partition and a sort of the same scores. Real files are used where they are
present, else the synthetic world.

    python benchmarks/rerank_lists.py [--rounds 7]
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit brings its own threads

import numpy as np
from timing import race

from helpers.data import find_dataset
from helpers.data.lastfm import load_lastfm
from helpers.mitigation import METHODS, Desk
from helpers.models import ALS
from helpers.split import random_split

K = 10
SCORING = "scoring: recommend"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each contestant")
    rounds = parser.parse_args().rounds

    dataset = find_dataset("lastfm", "auto")
    train = random_split(load_lastfm(dataset.folder).interactions(), seed=0).train
    als = ALS().fit(train)
    desk = Desk(als)
    knobs = {name: m.knobs[len(m.knobs) // 2] for name, m in METHODS.items() if m.kind == "re-rank"}
    beta = knobs["log penalty"]
    lists = METHODS["log penalty"].lists(desk, beta, K).items
    if not np.array_equal(penalise_in_a_loop(desk, beta), lists):
        raise SystemExit("the loop over users makes other lists")

    seconds = race(
        {
            SCORING: lambda: als.recommend(desk.user_rows, desk.n_candidates, exclude=train),
            **{
                f"{name} {knob:g}": lambda m=METHODS[name], knob=knob: m.lists(desk, knob, K)
                for name, knob in knobs.items()
            },
            "peer: log penalty in a loop": lambda: penalise_in_a_loop(desk, beta),
            "limit: bare argpartition": lambda: np.argpartition(desk.candidates.scores, -K, axis=1),
            "limit: bare argsort": lambda: np.argsort(desk.candidates.scores, axis=1),
        },
        rounds,
    )
    print(
        f"{dataset.label}: {train.n_users:,} users x {train.n_items:,} artists, "
        f"{desk.n_candidates} candidates a user, k = {K}, median of {rounds} rounds\n"
    )
    print(f"{'':<30}{'seconds':>9}{'x scoring':>11}")
    for name, value in seconds.items():
        print(f"{name:<30}{value:>9.4f}{value / seconds[SCORING]:>11.3f}")
    print("\nTarget: every method below 1.0 of the scoring.")


def penalise_in_a_loop(desk: Desk, knob: float, k: int = K) -> list[list[int]]:
    """Return the items of the log penalty, one user and one candidate after the other."""
    penalty = (knob * desk.spread * np.log(np.maximum(desk.popularity, 1))).tolist()
    lists = []
    for items, scores in zip(*(part.tolist() for part in desk.candidates), strict=True):
        value = {i: s - penalty[i] for i, s in zip(items, scores, strict=True) if i >= 0}
        best = sorted(value, key=value.get, reverse=True)[:k]
        lists.append(best + [-1] * (k - len(best)))
    return lists


if __name__ == "__main__":
    main()
