import csv
import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.lastfm import load_lastfm
from helpers.errors import SettingError
from helpers.evaluation.significance import bootstrap_interval
from helpers.holdout import evaluate_model
from helpers.interactions import IdMap, Interactions
from helpers.leaderboard import evaluate_models, evaluate_split, render_table, write_json
from helpers.models import Popularity, UserKNN, make_model
from helpers.split import Split, random_split

METRICS = ["precision", "recall", "ndcg", "map", "mrr", "hit_rate"]
BIAS = ["coverage", "gini", "mean_popularity", "tail_share"]


def part(pairs, users: IdMap, items: IdMap) -> Interactions:
    frame = pl.DataFrame(pairs, schema=["user_id", "item_id"], orient="row")
    return Interactions.from_frame(frame.with_columns(weight=1.0), users=users, items=items)


def split_of(train, test) -> Split:
    both = [*train, *test]
    users = IdMap.from_values([user for user, _ in both])
    items = IdMap.from_values([item for _, item in both])
    return Split(part(train, users, items), None, part(test, users, items))


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


def test_evaluation_by_hand(small_split):
    found = evaluate_model(Popularity(), small_split, k=2)
    # ann is shown y and z, bob z and new, eve x and y: columns are new, x, y, z.
    assert found.user_rows.tolist() == [0, 1, 3]
    assert found.recommendations.items.tolist() == [[2, 3], [3, 0], [1, 2]]
    assert found.per_user["precision"][:2].tolist() == [1 / 2, 1 / 2]
    assert found.per_user["mrr"][[0, 1, 3]].tolist() == [1 / 2, 1, 1]
    means = found.means()
    assert means["mrr"] == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert means["coverage"] == 1
    assert means["mean_popularity"] == pytest.approx(((2 + 1) + (1 + 0) + (3 + 2)) / 2 / 3)


def test_items_unknown_in_training_stay_in_the_denominator_of_recall(small_split):
    found = evaluate_model(Popularity(), small_split, k=2)
    assert found.per_user["recall"][0] == 1 / 2  # z of z and new


def test_users_without_test_pairs_are_not_judged(small_split):
    found = evaluate_model(Popularity(), small_split, k=2)
    assert np.isnan(found.per_user["recall"]).tolist() == [False, False, True, False]  # cat


def test_users_without_training_pairs_count_as_misses_where_a_model_has_no_list(small_split):
    found = evaluate_model(UserKNN(weighting="binary"), small_split, k=2)
    assert found.n_cold == 1  # eve
    assert found.recommendations.items[2].tolist() == [-1, -1]
    assert {name: values[3] for name, values in found.per_user.items()} == dict.fromkeys(METRICS, 0)


def by_the_definitions(model, split: Split, k: int) -> dict[str, float]:
    """The whole evaluation once more in plain Python: scores in, means out, nothing shared."""
    train, test = split.train.user_items.toarray(), split.test.user_items.toarray()
    n_users, n_items = train.shape
    scores = model.fit(split.train).score(np.arange(n_users))
    listeners = [sum(train[user, item] > 0 for user in range(n_users)) for item in range(n_items)]
    tail, held = set(range(n_items)), 0
    for item in sorted(range(n_items), key=lambda item: (-listeners[item], item)):
        if 10 * held >= 8 * sum(listeners):
            break
        held += listeners[item]
        tail.remove(item)
    found = {name: [] for name in (*METRICS, "mean_popularity", "tail_share")}
    shown = [0] * n_items
    for user in range(n_users):
        relevant = {item for item in range(n_items) if test[user, item] > 0}
        if not relevant:
            continue
        candidates = [i for i in range(n_items) if not train[user, i] and scores[user, i] > -np.inf]
        ranked = sorted(candidates, key=lambda item: (-scores[user, item], item))[:k]
        hits = [place for place, item in enumerate(ranked, start=1) if item in relevant]
        best = min(k, len(relevant))
        ideal = sum(1 / math.log2(place + 1) for place in range(1, best + 1))
        found["precision"].append(len(hits) / k)
        found["recall"].append(len(hits) / len(relevant))
        found["ndcg"].append(sum(1 / math.log2(place + 1) for place in hits) / ideal)
        found["map"].append(sum(n / place for n, place in enumerate(hits, start=1)) / best)
        found["mrr"].append(1 / hits[0] if hits else 0)
        found["hit_rate"].append(1 if hits else 0)
        if ranked:
            found["mean_popularity"].append(sum(listeners[i] for i in ranked) / len(ranked))
            found["tail_share"].append(sum(i in tail for i in ranked) / len(ranked))
        for item in ranked:
            shown[item] += 1
    apart = sum(abs(one - other) for one in shown for other in shown)
    return {name: sum(values) / len(values) for name, values in found.items()} | {
        "coverage": sum(times > 0 for times in shown) / n_items,
        # Mean absolute difference of all pairs over twice the mean.
        "gini": apart / (n_items * (n_items - 1)) / (2 * sum(shown) / n_items),
    }


@given(st.integers(0, 10**6), st.integers(1, 12), st.sampled_from(["popularity", "user-knn"]))
@settings(max_examples=40, deadline=None)
def test_evaluation_agrees_with_the_definitions_in_plain_python(seed, k, name):
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(rng.random((14, 12)) < np.linspace(0.5, 0.1, 12))
    frame = pl.DataFrame(pairs, schema=["user_id", "item_id"])
    frame = frame.with_columns(weight=pl.Series(rng.integers(1, 99, len(frame))))
    split = random_split(Interactions.from_frame(frame), test_share=0.4, seed=seed)
    k = min(k, split.train.n_items)
    found = evaluate_model(make_model(name), split, k).means()
    assert found == pytest.approx(by_the_definitions(make_model(name), split, k), rel=1e-9)


class Untrainable(Popularity):
    def _fit(self, train):
        raise AssertionError("trained before the request was checked")


@pytest.mark.parametrize("k", [0, 5])
def test_k_out_of_range_is_refused_before_training(small_split, k):
    with pytest.raises(SettingError, match=f"k is {k}, expected 1 to 4"):
        evaluate_model(Untrainable(), small_split, k)


def test_split_without_common_users_is_refused_before_training():
    split = split_of([("ann", "x"), ("bob", "y")], [("eve", "x")])
    with pytest.raises(SettingError, match="no user has both training and test pairs"):
        evaluate_model(Untrainable(), split, k=1)


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
        assert row["split"] == "80/20 random"
        assert row["split_seeds"] == [3, 1]
        assert row["k"] == 5
        assert set(row) >= {*METRICS, *BIAS, "n_users", "settings"}
        assert list(row["ci95"]) == METRICS
        assert all(low <= row[name] <= high for name, (low, high) in row["ci95"].items())
        assert row["fit_seconds"] >= 0
        assert row["evaluate_seconds"] > 0
    assert rows[1]["settings"] == "Popularity()"


def test_values_are_means_over_seeds(interactions):
    seeds = [0, 1, 2]
    (row,) = evaluate_models(
        ["popularity"], interactions, dataset="d", data="made up", split_seeds=seeds
    )
    assert [found["split_seed"] for found in row["by_seed"]] == seeds
    for name in METRICS + BIAS:
        values = [found[name] for found in row["by_seed"]]
        assert row[name] == pytest.approx(np.mean(values), rel=1e-12)
        assert name == "tail_share" or len(set(values)) > 1


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
    for name in [*METRICS, *BIAS, "ci95", "n_users"]:
        assert given[name] == by_seed[name]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ["popularity", "svd"]}, "unknown model 'svd'"),
        ({"names": []}, "no model is named"),
        ({"split_seeds": []}, r"split seeds are \[\]"),
        ({"split_seeds": [1, 1]}, r"split seeds are \[1, 1\]"),
        ({"split_seeds": [-1]}, "seed is -1"),
        ({"k": 50}, "k is 50, expected 1 to 49"),
        ({"test_share": 1.5}, "test_share is 1.5"),
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


def test_json_holds_the_rows(interactions, tmp_path):
    rows = evaluate_models(
        ["popularity"], interactions, dataset="d", data="made up", split_seeds=[0, 1]
    )
    write_json(rows, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == rows


def test_table_shows_values_intervals_and_how_many_users_are_cold(small_split):
    rows = evaluate_split(["popularity"], small_split, dataset="d", data="real", k=2)
    table = render_table(rows)
    assert "real d · split: given · k = 2 · 3 users" in table
    assert "precision@2" in table
    assert "0.8333" in table  # mean reciprocal rank
    assert "0.500-1.000" in table  # its interval
    assert "no list for them: 1 test users" in table
    assert max(map(len, table.splitlines())) <= 100


@pytest.mark.realdata
def test_popularity_on_the_real_data_reaches_the_known_figures(real_lastfm_dir):
    interactions = load_lastfm(real_lastfm_dir).interactions()
    (row,) = evaluate_models(["popularity"], interactions, dataset="lastfm", data="real")
    assert row["precision"] == pytest.approx(0.068, rel=0.02)
    assert row["ndcg"] == pytest.approx(0.083, rel=0.02)
