"""Training time on last.fm: ALS, iALS, EASE, LightFM, Surprise and the blend, side by side.

Each has its default settings and trains on 80 % of the pairs; "ratings" is SVD of Surprise. Then
the blend races its own parts, trained one after the other. EASE takes both its ways on a smaller
catalogue, the artists with most listeners: on all 17,632 the primal way takes minutes and several
gigabytes. Real files are used where they are present, else the synthetic world.

    python benchmarks/train_models.py [--rounds 1]
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit brings its own threads

import numpy as np
from timing import race

from helpers.data import find_dataset
from helpers.data.lastfm import load_lastfm
from helpers.interactions import IdMap, Interactions
from helpers.models import EASE, make_model
from helpers.split import random_split

NAMES = ("als", "ials", "ease", "lightfm", "ratings")
LARGEST_CATALOGUE = 4000  # for the primal way


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1, help="timed rounds of each contestant")
    rounds = parser.parse_args().rounds

    dataset = find_dataset("lastfm", "auto")
    train = random_split(load_lastfm(dataset.folder).interactions(), seed=0).train
    print(
        f"{dataset.label}: {train.n_users:,} users x {train.n_items:,} artists, "
        f"{train.n_pairs:,} training pairs, median of {rounds} rounds\n"
    )
    models = {name: make_model(name) for name in NAMES}
    seconds = race({name: lambda m=model: m.fit(train) for name, model in models.items()}, rounds)
    print(f"{'':<12}{'seconds':>9}{'x als':>8}   settings")
    for name, value in seconds.items():
        print(f"{name:<12}{value:>9.2f}{value / seconds['als']:>8.2f}   {models[name]}")
    race_blend_and_parts(train, rounds)
    race_both_ways_of_ease(most_played(train, LARGEST_CATALOGUE), train.n_items, rounds)


def race_blend_and_parts(train: Interactions, rounds: int) -> None:
    blend = make_model("blend").fit(train)
    parts = list(blend.parts.values())
    seconds = race(
        {"blend": lambda: blend.fit(train), "parts": lambda: [part.fit(train) for part in parts]},
        rounds,
    )
    ratio = seconds["blend"] / seconds["parts"]
    print(f"\nblend of {', '.join(part.name for part in parts)}")
    print(f"{'parts':<12}{seconds['parts']:>9.2f} s, one after the other")
    print(f"{'blend':<12}{seconds['blend']:>9.2f} s, {ratio:.2f} times as much")


def race_both_ways_of_ease(train: Interactions, n_items_in_all: int, rounds: int) -> None:
    primal, dual = EASE(solver="primal"), EASE(solver="dual")
    seconds = race({"primal": lambda: primal.fit(train), "dual": lambda: dual.fit(train)}, rounds)
    users = np.flatnonzero(np.diff(train.user_items.indptr))
    known = np.flatnonzero(train.item_popularity())
    difference = np.abs(primal.score(users) - dual.score(users))[:, known].max()
    ratio = seconds["primal"] / seconds["dual"]
    in_all = seconds["primal"] * (n_items_in_all / train.n_items) ** 3
    print(f"\nease on {train.n_users:,} users x {train.n_items:,} artists")
    print(f"{'primal':<12}{seconds['primal']:>9.2f} s")
    print(f"{'dual':<12}{seconds['dual']:>9.2f} s, {ratio:.1f} times as fast")
    print(f"largest difference of two scores: {difference:.1e} (target: at most 1e-4)")
    print(f"primal on all {n_items_in_all:,} artists, by the third power: about {in_all:.0f} s")


def most_played(train: Interactions, n_items: int) -> Interactions:
    """Return the same users with the items that most of them play."""
    kept = np.sort(np.argsort(-train.item_popularity(), kind="stable")[:n_items])
    items = IdMap(train.items.external_ids[kept])
    return Interactions(train.user_items[:, kept], train.users, items, train.item_names[kept])


if __name__ == "__main__":
    main()
