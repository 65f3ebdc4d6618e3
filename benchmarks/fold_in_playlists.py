"""Playlists that training never saw: to a vector, and to the best 500 of 1.2 million tracks.

The fold-in races implicit, its peer, and the limit of comparing a vector with every track: one
float32 product of all tracks with it. Approximate search (voyager) stands beside the exact one.
By default implicit takes a thread for each core, also for one playlist. Where another process
has work for a core, each waits until the others had their turn there, which is why the first race
is run twice: on the machine as it is, and beside one busy process.

Tracks and playlists are made up. A track's vector lies around the centre of its cluster, since a
graph of neighbours can only follow structure; as in trained models, popular tracks have long
vectors. A playlist takes its tracks from four clusters, from each by Zipf's law.

    python benchmarks/fold_in_playlists.py [--rounds 7]
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from time import perf_counter

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit brings its own threads

import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares

from helpers.fold_in.search import ApproximateSearch, ExactSearch, recall
from helpers.models.half_step import HalfStep, Rule

N_TRACKS, N_FACTORS, N_CLUSTERS = 1_200_000, 64, 500
N_TRACKS_OF_LISTS = 50_000  # with all tracks, the lists of a whole batch take minutes
N_PLAYLISTS, K = 10_000, 500
ALPHA, REGULARIZATION = 10.0, 1.0
LINKS, EFFORT_OF_BUILDING, EFFORT_OF_ASKING = 12, 40, 1200
OURS, LIMIT, GRAPH = "ours", "limit: one product", "ours, approximate"
PEER, ONE_THREAD = "implicit at its defaults", "implicit, num_threads=1"

Seconds = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each contestant")
    rounds = parser.parse_args().rounds

    rng = np.random.default_rng(0)
    factors = make_factors(rng)
    step = HalfStep.over(factors, Rule(alpha=ALPHA, regularization=REGULARIZATION))
    playlists = make_playlists(N_TRACKS, rng)
    print(
        f"{N_PLAYLISTS:,} playlists of {np.median(np.diff(playlists.indptr)):.0f} tracks (median), "
        f"{N_TRACKS:,} tracks x {N_FACTORS}, medians of {rounds} rounds"
    )
    race_one_vector(step, playlists, rounds)
    race_vectors(step, playlists, rounds)
    race_one_list(step, playlists, rounds)
    few = HalfStep.over(factors[:N_TRACKS_OF_LISTS], step.rule)
    race_lists(few, make_playlists(N_TRACKS_OF_LISTS, rng), min(3, rounds))


def race_one_vector(step: HalfStep, playlists: sp.csr_array, rounds: int) -> None:
    rows = [playlists[[row]] for row in range(50)]
    confidences = [sp.csr_matrix(row) for row in rows]
    peer, alone = make_peer(step), make_peer(step, num_threads=1)
    contestants = {
        OURS: lambda i: step.vectors(rows[i]),
        PEER: lambda i: peer.recalculate_user(0, confidences[i]),
        ONE_THREAD: lambda i: alone.recalculate_user(0, confidences[i]),
    }
    show("one playlist to its vector", take_turns(contestants, rounds, len(rows)))
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        seconds = take_turns(contestants, rounds, len(rows))
        busy.kill()
    show("the same beside one busy process", seconds)
    judge(seconds, PEER, "at least 100 times as fast as", 100)
    theirs = np.array([contestants[PEER](i) for i in range(len(rows))])
    difference = np.abs(step.vectors(playlists[: len(rows)]) - theirs).max()
    print(f"largest difference of two vectors: {difference:.0e} (target: at most 1e-4)")


def race_vectors(step: HalfStep, playlists: sp.csr_array, rounds: int) -> None:
    peer, users, confidences = make_peer(step), np.arange(N_PLAYLISTS), sp.csr_matrix(playlists)
    seconds = take_turns(
        {
            OURS: lambda _: step.vectors(playlists),
            PEER: lambda _: peer.recalculate_user(users, confidences),
        },
        rounds,
    )
    show(f"{N_PLAYLISTS:,} playlists to their vectors", seconds)
    judge(seconds, PEER, "no slower than", 1)


def race_one_list(step: HalfStep, playlists: sp.csr_array, rounds: int) -> None:
    rows = [playlists[[row]] for row in range(5)]
    vectors = [step.vectors(row)[0] for row in rows]
    confidences = [sp.csr_matrix(row) for row in rows]
    exact, peer = ExactSearch(step.item_factors), make_peer(step)
    started = perf_counter()
    graph = ApproximateSearch(step.item_factors, links=LINKS, effort=EFFORT_OF_BUILDING)
    graph.effort = EFFORT_OF_ASKING
    building = perf_counter() - started
    seconds = take_turns(
        {
            OURS: lambda i: exact.best(step.vectors(rows[i]), K, rows[i]),
            LIMIT: lambda i: step.item_factors @ vectors[i],
            PEER: lambda i: peer.recommend(0, confidences[i], N=K, recalculate_user=True),
            GRAPH: lambda i: graph.best(step.vectors(rows[i]), K, rows[i]),
        },
        rounds,
        len(rows),
    )
    show(f"one playlist to its top {K}", seconds)
    judge(seconds, LIMIT, "at most 1.3 times as long as", 1 / 1.3)
    judge(seconds, PEER, "at least 1.5 times as fast as", 1.5)
    some = playlists[:50]
    asked = step.vectors(some)
    found = recall(graph.best(asked, K, some), exact.best(asked, K, some))
    print(
        f"recall of the approximate search: {found:.3f} (target: at least 0.95); its graph, "
        f"{LINKS} links a track, was built in {building:.0f} s"
    )


def race_lists(step: HalfStep, playlists: sp.csr_array, rounds: int) -> None:
    peer, users, confidences = make_peer(step), np.arange(N_PLAYLISTS), sp.csr_matrix(playlists)
    exact = ExactSearch(step.item_factors)
    seconds = take_turns(
        {
            OURS: lambda _: exact.best(step.vectors(playlists), K, playlists),
            PEER: lambda _: peer.recommend(users, confidences, N=K, recalculate_user=True),
        },
        rounds,
    )
    show(f"{N_PLAYLISTS:,} playlists to their top {K} of {len(step.item_factors):,}", seconds)
    judge(seconds, PEER, "no slower than", 1)


def make_factors(rng: np.random.Generator) -> np.ndarray:
    """Return the vectors of tracks in clusters, the most popular track of all clusters first."""
    centres = rng.standard_normal((N_CLUSTERS, N_FACTORS), dtype=np.float32)
    factors = 0.7 * rng.standard_normal((N_TRACKS, N_FACTORS), dtype=np.float32)
    factors += centres[np.arange(N_TRACKS) % N_CLUSTERS]
    norms = np.arange(1, N_TRACKS + 1) ** -0.3 * rng.lognormal(0, 0.5, N_TRACKS)
    factors *= (norms / np.linalg.norm(factors, axis=1)).astype(np.float32)[:, None]
    return factors


def make_playlists(n_tracks: int, rng: np.random.Generator) -> sp.csr_array:
    """Return playlists over the first tracks of `make_factors`, 5 to 250 of them in each."""
    lengths = rng.lognormal(np.log(49), 0.8, N_PLAYLISTS).clip(5, 250).astype(int)
    return sp.csr_array(
        sp.vstack([make_playlist(length, n_tracks, rng) for length in lengths], format="csr")
    )


def make_playlist(length: int, n_tracks: int, rng: np.random.Generator) -> sp.csr_array:
    tries = 4 * length  # some come twice
    clusters = zipf(N_CLUSTERS, 4, rng)
    drawn = zipf(n_tracks // N_CLUSTERS, tries, rng) * N_CLUSTERS + rng.choice(clusters, tries)
    tracks = np.sort(rng.permutation(np.unique(drawn))[:length]).astype(np.int32)
    ones = np.ones(len(tracks), dtype=np.float32)
    return sp.csr_array((ones, tracks, [0, len(tracks)]), shape=(1, n_tracks))


def zipf(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return ranks from 0 to n - 1, drawn in about inverse proportion to 1 + rank."""
    return (n ** rng.random(size)).astype(int) - 1


def make_peer(step: HalfStep, **settings: int) -> AlternatingLeastSquares:
    peer = AlternatingLeastSquares(
        factors=N_FACTORS, alpha=ALPHA, regularization=REGULARIZATION, **settings
    )
    peer.item_factors = step.item_factors
    peer.user_factors = np.zeros((1, N_FACTORS), dtype=np.float32)
    return peer


def take_turns(
    contestants: Mapping[str, Callable[[int], object]], rounds: int, n: int = 1
) -> Seconds:
    """Return the seconds of one call in each round, the median of n; an untimed round is first."""
    seconds = {name: np.zeros((rounds + 1, n)) for name in contestants}
    for round_ in range(rounds + 1):
        for name, work in contestants.items():
            for i in range(n):
                started = perf_counter()
                work(i)
                seconds[name][round_, i] = perf_counter() - started
    return {name: np.median(calls[1:], axis=1) for name, calls in seconds.items()}


def times_as_fast(seconds: Seconds, other: str) -> float:
    """Return how often we are done in the other's time; within a round all bear the same load."""
    return float(np.median(seconds[other] / seconds[OURS]))


def show(title: str, seconds: Seconds) -> None:
    print(f"\n{title:<46}{'ms':>10}{'x ours':>10}")
    for name, of_rounds in seconds.items():
        print(
            f"{name:<46}{1000 * np.median(of_rounds):>10.3f}{times_as_fast(seconds, name):>10.2f}"
        )


def judge(seconds: Seconds, other: str, target: str, least: float) -> None:
    verdict = "reached" if times_as_fast(seconds, other) >= least else "missed"
    print(f"target: {target} {other}: {verdict}")


if __name__ == "__main__":
    main()
