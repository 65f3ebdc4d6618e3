"""Held-out playlists continued: what each list rests on, holds, and is like."""

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from small_playlists import (
    LONELY,
    N_PLAYLISTS,
    N_TRACKS,
    RELEASES,
    make_playlist_model,
    make_titles,
    make_tracks,
    make_train,
)

from helpers import fold_in_study as study
from helpers.challenge import Challenge, hold_out_playlists
from helpers.continuation import Knobs, continue_playlist
from helpers.errors import DataError
from helpers.evaluation.continuation import ContinuationMetrics, continuation_metrics
from helpers.evaluation.significance import bootstrap_interval, paired_ratio
from helpers.fold_in.search import most_popular
from helpers.fold_in.store import PlaylistModel
from helpers.models import ALS

EVERYTHING = make_train()
MODEL = make_playlist_model()


def hold_out(n_held_out: int = 6, ks=(0, 1, 3), seed: int = 0) -> Challenge:
    row, track = EVERYTHING.user_items.nonzero()
    entries = pl.DataFrame({"row": row, "pos": np.arange(len(row)), "track": track})
    return hold_out_playlists(
        entries, N_PLAYLISTS, N_TRACKS, n_held_out=n_held_out, seed=seed, ks=ks
    )


def challenge_of(seeds: list[list[int]]) -> Challenge:
    """Return a challenge of playlists with these seeds, each with tracks 10 to 14 to be found."""
    targets = np.zeros((len(seeds), N_TRACKS), dtype=np.float32)
    targets[:, 10:15] = 1
    return Challenge(
        train_rows=np.arange(len(seeds), N_PLAYLISTS),
        held_out_rows=np.arange(len(seeds)),
        n_seeds=np.array([len(of_one) for of_one in seeds]),
        seed_tracks=np.array([track for of_one in seeds for track in of_one], dtype=np.int32),
        targets=sp.csr_array(targets),
    )


def titles_of(challenge: Challenge) -> list[str]:
    return [make_titles()[row] for row in challenge.held_out_rows]


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_training_part_has_every_training_row_and_of_the_held_out_nothing_or_the_seeds(seed):
    challenge = hold_out(seed=seed)
    without = study.training_part(EVERYTHING, challenge).user_items.toarray()
    with_seeds = study.training_part(EVERYTHING, challenge, with_seeds=True).user_items.toarray()
    whole = EVERYTHING.user_items.toarray()
    held_out = challenge.held_out_rows
    assert (without[challenge.train_rows] == whole[challenge.train_rows]).all()
    assert (without[held_out] == 0).all()
    assert (with_seeds[challenge.train_rows] == whole[challenge.train_rows]).all()
    assert (with_seeds[held_out] == challenge.seeds.toarray()).all()
    assert (with_seeds[held_out][challenge.targets.toarray() > 0] == 0).all()
    some = np.random.default_rng(seed).random(len(held_out)) < 0.5
    of_some = study.training_part(EVERYTHING, challenge, with_seeds=some).user_items.toarray()
    assert (of_some[held_out[some]] == with_seeds[held_out[some]]).all()
    assert (of_some[held_out[~some]] == 0).all()


def test_lists_rest_on_tracks_then_on_the_title_then_on_popularity():
    challenge = challenge_of([[2, 5], [], [LONELY], [], [LONELY]])
    titles = ["quiet", "quiet", "Party!", "zzz", ""]
    items, basis = study.fold_in_lists(MODEL, challenge, titles, k=8)
    assert basis.tolist() == ["tracks", "title", "title", "popularity", "popularity"]
    assert (items[:2] < 20).mean() > 0.8
    assert (items[2] >= 20).mean() > 0.8
    popularity = MODEL.catalogue["popularity"].to_numpy()
    assert (np.diff(popularity[items[3]]) <= 0).all()
    assert (items[3] == items[4]).all()


@given(
    seeds=st.lists(
        st.lists(st.sampled_from([*range(10), *range(15, N_TRACKS)]), max_size=6, unique=True),
        min_size=1,
        max_size=4,
    ),
    k=st.integers(1, N_TRACKS),
)
@settings(max_examples=40, deadline=None)
def test_lists_hold_no_seed_and_are_those_of_continue_playlist_where_no_release_is_left_out(
    seeds, k
):
    challenge = challenge_of(seeds)
    titles = ["evening"] * len(seeds)
    items, basis = study.fold_in_lists(MODEL, challenge, titles, k)
    assert items.shape == (len(seeds), k)
    for row, of_one in enumerate(seeds):
        found = items[row][items[row] >= 0]
        assert not set(found) & set(of_one)
        assert len(set(found)) == len(found)
        single = continue_playlist(MODEL, np.array(of_one, int), title=titles[row], k=k)
        assert single.basis == basis[row]
        if k < 10 and not set(RELEASES) & {*of_one, *found, *single.columns}:
            assert found.tolist() == single.columns.tolist()


def test_knob_lists_are_those_of_continue_playlist():
    challenge = challenge_of([[2, 5, 7], [25], []])
    titles, knobs = ["a", "b", "party"], Knobs(artist_cap=2, popularity_penalty=0.5, variety=0.2)
    items = study.knob_lists(MODEL, challenge, titles, knobs, k=12)
    for row, of_one in enumerate(([2, 5, 7], [25], [])):
        alone = continue_playlist(
            MODEL, np.array(of_one, int), title=titles[row], k=12, knobs=knobs
        ).columns
        assert items[row][: len(alone)].tolist() == alone.tolist()
        assert (items[row][len(alone) :] == -1).all()


def test_a_list_needs_a_title_for_every_playlist():
    challenge = challenge_of([[2], [5]])
    with pytest.raises(DataError, match="got 1 titles, expected 2"):
        study.fold_in_lists(MODEL, challenge, ["one"])
    with pytest.raises(DataError, match="got 3 titles, expected 2"):
        study.knob_lists(MODEL, challenge, ["one", "two", "three"], Knobs(), 5)


def test_folding_in_finds_what_was_held_out_better_than_popularity():
    challenge = hold_out(n_held_out=20, ks=(1, 3))
    als = ALS(factors=4, regularization=1.0, weighting="binary", alpha=3.0)
    train = study.training_part(EVERYTHING, challenge)
    model = PlaylistModel.of(als.fit(train), make_tracks(), make_titles(), {})
    artists = model.catalogue["artist"].to_numpy()
    folded = study.fold_in_lists(model, challenge, titles_of(challenge), N_TRACKS).items
    popular = most_popular(train.item_popularity(), N_TRACKS, challenge.seeds).items
    worth, baseline = (
        continuation_metrics(items, challenge.targets, artists).r_precision.mean()
        for items in (folded, popular)
    )
    assert worth > 1.2 * baseline


def metrics_of(values: list[float]) -> ContinuationMetrics:
    array = np.array(values)
    return ContinuationMetrics(array, array / 2, array / 4, 51 - array)


def test_summary_holds_means_and_the_interval_of_r_precision():
    values = [0.1, 0.5, 0.0, 0.2]
    summary = study.summarise(metrics_of(values))
    low, high = bootstrap_interval(np.array(values))
    assert summary == pytest.approx(
        {
            "playlists": 4,
            "r_precision": 0.2,
            "low": low,
            "high": high,
            "ndcg": 0.05,
            "clicks": 50.8,
        }
    )


def test_summary_of_one_playlist_has_no_interval():
    summary = study.summarise(metrics_of([0.3]))
    assert summary["r_precision"] == 0.3
    assert np.isnan(summary["low"])
    assert np.isnan(summary["high"])


def test_part_takes_the_same_playlists_of_every_metric():
    chosen = study.part(metrics_of([1.0, 2.0, 3.0]), np.array([True, False, True]))
    assert [values.tolist() for values in chosen] == [
        [1, 3],
        [0.5, 1.5],
        [0.25, 0.75],
        [50, 48],
    ]


def test_kept_is_a_paired_ratio_and_unknown_where_nothing_was_hit():
    values, reference = np.array([0.1, 0.2, 0.3]), np.array([0.2, 0.2, 0.4])
    assert study.kept(values, reference) == paired_ratio(values, reference)
    assert np.isnan(study.kept(values, np.zeros(3))).all()
    assert np.isnan(study.kept(values[:1], reference[:1])).all()


def test_traits_count_popularity_artists_and_likeness_by_hand():
    rows = np.array([[0, 10, 20], [5, -1, -1]])
    traits = study.traits(rows, MODEL)
    popularity = MODEL.catalogue["popularity"].to_numpy()
    assert traits["popularity"] == pytest.approx(
        (popularity[[0, 10, 20]].mean() + popularity[5]) / 2
    )
    assert traits["artists"] == pytest.approx((3 + 1) / 2)
    vectors = MODEL.step.item_factors[[0, 10, 20]]
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = [units[a] @ units[b] for a, b in ((0, 1), (0, 2), (1, 2))]
    assert traits["likeness"] == pytest.approx(np.mean(cosines), abs=1e-5)


def test_traits_of_lists_that_are_empty_are_unknown():
    traits = study.traits(np.full((2, 3), -1), MODEL)
    assert np.isnan(traits["popularity"])
    assert np.isnan(traits["likeness"])
    assert traits["artists"] == 0
