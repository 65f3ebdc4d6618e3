"""Models side by side: what a row holds, and what happens where a model fails."""

import csv
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from small_splits import split_of

from helpers.data.lastfm import load_lastfm
from helpers.data.synthetic import WORLD_VERSION
from helpers.errors import SettingError
from helpers.evaluation.bias_metrics import BIAS_METRICS
from helpers.evaluation.significance import bootstrap_interval, paired_difference
from helpers.holdout import evaluate_model
from helpers.interactions import Interactions
from helpers.leaderboard import ModelsFailedError, evaluate_models, evaluate_split
from helpers.models import MODELS, Popularity, make_model
from helpers.split import Split, random_split

METRICS = ["precision", "recall", "ndcg", "map", "mrr", "hit_rate"]


@pytest.fixture
def small_split() -> Split:
    """Items by popularity: x (3 users), y (2), z (1), new (0); eve has no training pairs."""
    train = [("ann", "x"), ("bob", "x"), ("bob", "y"), ("cat", "x"), ("cat", "y"), ("cat", "z")]
    return split_of(train, [("ann", "z"), ("ann", "new"), ("bob", "z"), ("eve", "x")])


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    rng = np.random.default_rng(0)
    pairs = np.argwhere(rng.random((80, 50)) < np.linspace(0.4, 0.02, 50))
    frame = pl.DataFrame(pairs, schema=["user_id", "item_id"])
    return Interactions.from_frame(frame.with_columns(weight=1.0))


def test_rows_have_the_documented_shape(interactions):
    rows = evaluate_models(
        ["user-knn", "popularity"],
        interactions,
        dataset="d",
        data="made up",
        k=5,
        split_seeds=[3, 1],
    )
    assert [row["model"] for row in rows] == ["user-knn", "popularity"]
    for row in rows:
        assert (row["dataset"], row["data"]) == ("d", "made up")
        assert (row["split"], row["shares"], row["world"]) == ("80/20 random", "8:2", None)
        assert row["split_seeds"] == [3, 1]
        assert row["k"] == 5
        assert set(row) >= {*METRICS, *BIAS_METRICS, "n_users", "settings"}
        assert list(row["ci95"]) == METRICS
        assert all(low <= row[name] <= high for name, (low, high) in row["ci95"].items())
        assert row["fit_seconds"] >= 0
        assert row["evaluate_seconds"] > 0
        assert row["peak_memory_mb"] is None or row["peak_memory_mb"] >= 0
        assert list(row["behind_best"]) == ["precision", "ndcg"]
    assert rows[1]["settings"] == "Popularity()"


def test_values_are_means_over_seeds(interactions):
    seeds = [0, 1, 2]
    (row,) = evaluate_models(
        ["user-knn"], interactions, dataset="d", data="made up", split_seeds=seeds
    )
    assert [found["split_seed"] for found in row["by_seed"]] == seeds
    for name in (*METRICS, *BIAS_METRICS):
        values = [found[name] for found in row["by_seed"]]
        assert row[name] == pytest.approx(np.mean(values), rel=1e-12)
        assert len(set(values)) > 1


def test_intervals_are_over_users_each_averaged_over_the_seeds_that_test_it(interactions):
    seeds = [0, 1, 2]
    (row,) = evaluate_models(
        ["popularity"], interactions, dataset="d", data="made up", split_seeds=seeds
    )
    per_user = np.array(
        [
            evaluate_model(Popularity(), random_split(interactions, seed=seed)).per_user["ndcg"]
            for seed in seeds
        ]
    )
    assert np.isnan(per_user).any(axis=0).any()  # some users have no test pair in some split
    averaged = np.nanmean(per_user, axis=0)
    assert row["ci95"]["ndcg"] == pytest.approx(bootstrap_interval(averaged), rel=1e-12)
    assert row["n_users"] == np.count_nonzero(~np.isnan(averaged))


def test_given_split_gives_the_same_row_as_the_seed_that_made_it(interactions):
    (by_seed,) = evaluate_models(
        ["popularity"], interactions, dataset="d", data="made up", split_seeds=[4]
    )
    (given,) = evaluate_split(["popularity"], random_split(interactions, seed=4), dataset="d")
    assert given["split_seeds"] == given["by_seed"] == []
    for name in [*METRICS, *BIAS_METRICS, "ci95", "n_users"]:
        assert given[name] == by_seed[name]


def test_shares_with_validation_leave_its_pairs_out(interactions):
    (row,) = evaluate_models(
        ["popularity"], interactions, dataset="d", data="up", split_seeds=[4], shares="8:1:1"
    )
    assert (row["split"], row["shares"]) == ("80/10/10 random", "8:1:1")
    expected = evaluate_model(Popularity(), random_split(interactions, 0.1, 0.1, seed=4)).means()
    assert {name: row[name] for name in expected} == expected


def test_rows_of_the_synthetic_world_tell_its_version(interactions):
    (row,) = evaluate_models(
        ["popularity"], interactions, dataset="d", data="synthetic", split_seeds=[0]
    )
    assert row["world"] == WORLD_VERSION


def test_behind_best_is_the_paired_difference_over_the_same_users(interactions):
    rows = evaluate_models(
        ["popularity", "user-knn"], interactions, dataset="d", data="up", split_seeds=[0, 1]
    )
    splits = [random_split(interactions, seed=seed) for seed in (0, 1)]
    per_user = {}
    for name in ("popularity", "user-knn"):
        both = np.array([evaluate_model(make_model(name), s).per_user["ndcg"] for s in splits])
        judged = ~np.isnan(both).all(axis=0)
        per_user[name] = np.nanmean(both[:, judged], axis=0)
    best = max(per_user, key=lambda name: per_user[name].mean())
    for row in rows:
        expected = paired_difference(per_user[row["model"]], per_user[best])
        found = row["behind_best"]["ndcg"]
        assert found["best"] == best
        assert found["difference"] == pytest.approx(expected.difference, rel=1e-12)
        assert found["ci95"] == pytest.approx([expected.low, expected.high], rel=1e-12)
        assert found["p_value"] == expected.p_value
    differences = [row["behind_best"]["ndcg"]["difference"] for row in rows]
    assert max(differences) == 0
    assert min(differences) < 0


class Failing(Popularity):
    def _fit(self, train):
        raise SettingError("this data has no tags")


class Starving(Popularity):
    def _fit(self, train):
        raise MemoryError


@pytest.fixture
def failing_models(monkeypatch):
    monkeypatch.setitem(MODELS, "content", Failing)
    monkeypatch.setitem(MODELS, "ease", Starving)


@pytest.mark.usefixtures("failing_models")
def test_models_that_fail_leave_the_results_of_the_others(interactions):
    request = {"dataset": "d", "data": "up", "split_seeds": [0, 1]}
    with pytest.raises(ModelsFailedError) as failed:
        evaluate_models(["content", "popularity", "ease"], interactions, **request)
    expected = evaluate_models(["popularity"], interactions, **request)
    assert [row["model"] for row in failed.value.rows] == ["popularity"]
    assert failed.value.rows[0]["ci95"] == expected[0]["ci95"]
    assert str(failed.value) == (
        "content is left out: this data has no tags; ease is left out: it needs more memory than "
        "there is"
    )


@pytest.mark.usefixtures("failing_models")
def test_one_model_that_fails_alone_says_why(interactions):
    with pytest.raises(ModelsFailedError, match=r"^this data has no tags$") as failed:
        evaluate_models(["content"], interactions, dataset="d", data="up")
    assert failed.value.rows == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ["popularity", "svd"]}, "unknown model 'svd'"),
        ({"names": []}, "no model is named"),
        ({"split_seeds": []}, r"split seeds are \[\]"),
        ({"split_seeds": [1, 1]}, r"split seeds are \[1, 1\]"),
        ({"split_seeds": [-1]}, "seed is -1"),
        ({"k": 50}, "k is 50, expected 1 to 49"),
        ({"shares": "8"}, "shares are '8', expected training:test such as 8:2"),
        ({"shares": "8:0:2"}, "shares are '8:0:2'"),
        ({"shares": "eight:two"}, "shares are 'eight:two'"),
        ({"shares": "1:nan"}, "shares are '1:nan'"),
        ({"shares": "1e308:1e308"}, "shares are '1e308:1e308'"),
        ({"shares": "7:1:1:1"}, "shares are '7:1:1:1'"),
    ],
)
def test_requests_without_meaning_are_refused(interactions, options, message):
    request = {"names": ["popularity"], "split_seeds": [0]} | options
    with pytest.raises(SettingError, match=message):
        evaluate_models(interactions=interactions, dataset="d", data="made up", **request)


def test_recommendations_are_written_with_external_identifiers(small_split, tmp_path):
    file = tmp_path / "lists.csv"
    evaluate_split(["popularity"], small_split, dataset="d", k=3, recommendations=file)
    assert file.read_text().splitlines() == [
        "user_id,item_id,rank,score",
        "ann,y,1,2.0",
        "ann,z,2,1.0",
        "ann,new,3,0.0",
        "bob,z,1,1.0",
        "bob,new,2,0.0",  # bob has only these two left
        "eve,x,1,3.0",
        "eve,y,2,2.0",
        "eve,z,3,1.0",
    ]


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\tx"])
def test_text_identifiers_cannot_become_formulas(tmp_path, name):
    train = [("ann", "x"), ("bob", "x"), ("bob", name)]
    split = split_of(train, [("ann", name), ("bob", "y")])
    file = tmp_path / "lists.csv"
    evaluate_split(["popularity"], split, dataset="d", k=1, recommendations=file)
    with file.open(newline="") as lines:
        assert next(csv.DictReader(lines))["item_id"] == "'" + name


def test_negative_numbers_as_identifiers_are_left_alone(tmp_path):
    split = split_of([(1, 5), (-2, 5), (-2, -7)], [(1, -7), (-2, 8)])
    file = tmp_path / "lists.csv"
    evaluate_split(["popularity"], split, dataset="d", k=1, recommendations=file)
    assert file.read_text().splitlines()[1:] == ["-2,8,1,0.0", "1,-7,1,1.0"]


@pytest.mark.parametrize(
    "options", [{"names": ["popularity", "user-knn"]}, {"split_seeds": [0, 1]}]
)
def test_recommendations_of_several_trained_models_are_refused(interactions, tmp_path, options):
    file = tmp_path / "lists.csv"
    request = {"names": ["popularity"], "split_seeds": [0]} | options
    with pytest.raises(SettingError, match="lists of 2 trained models"):
        evaluate_models(
            interactions=interactions, dataset="d", data="made up", recommendations=file, **request
        )
    assert not file.exists()


@pytest.mark.realdata
def test_popularity_on_the_real_data_reaches_the_known_figures(real_lastfm_dir):
    interactions = load_lastfm(real_lastfm_dir).interactions()
    (row,) = evaluate_models(["popularity"], interactions, dataset="lastfm", data="real")
    assert row["precision"] == pytest.approx(0.068, rel=0.02)
    assert row["ndcg"] == pytest.approx(0.083, rel=0.02)


def test_a_split_that_tests_one_user_is_refused_before_training(small_split, monkeypatch):
    monkeypatch.setitem(MODELS, "popularity", Failing)
    of_one = small_split.test.user_items.copy()
    of_one.data[of_one.indptr[1] :] = 0
    split = replace(small_split, test=small_split.test.with_matrix(of_one))
    with pytest.raises(SettingError, match="users with test pairs is 1, expected at least 2"):
        evaluate_split(["popularity"], split, dataset="d")
