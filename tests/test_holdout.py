"""One model on one split: the figures of the definitions, and only candidates in the lists."""

import math
from fractions import Fraction
from statistics import fmean as mean
from statistics import pstdev

import numpy as np
import polars as pl
import pytest
import scipy.sparse
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import distance
from small_splits import split_of

from helpers import holdout
from helpers.errors import SettingError
from helpers.evaluation.bias_metrics import BIAS_METRICS
from helpers.evaluation.ranking import METRICS
from helpers.holdout import areas_under_curve, evaluate_model
from helpers.interactions import IdMap, Interactions
from helpers.models import Popularity, UserKNN, make_model
from helpers.split import Split, random_split


@pytest.fixture
def small_split() -> Split:
    """Items by popularity: x (3 users), y (2), z (1), new (0); eve has no training pairs."""
    train = [("ann", "x"), ("bob", "x"), ("bob", "y"), ("cat", "x"), ("cat", "y"), ("cat", "z")]
    return split_of(train, [("ann", "z"), ("ann", "new"), ("bob", "z"), ("eve", "x")])


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
    # Profiles of ann and bob: x alone, x and y; eve has none.
    assert means["popularity_lift"] == pytest.approx(((1.5 - 3) / 3 + (0.5 - 2.5) / 2.5) / 2)
    # All four users of the matrix count, cat too, who is not judged.
    bits = (math.log2(4 / 2) + 2 + 2 + 2 + math.log2(4 / 3) + math.log2(4 / 2)) / 2 / 3
    assert means["novelty"] == pytest.approx(bits)


def test_areas_under_curve_by_hand(small_split):
    model = Popularity().fit(small_split.train)
    found = areas_under_curve(model, small_split, np.arange(4))
    # ann: z (1) and new (0) against y (2); bob: z against new; eve: x against all.
    np.testing.assert_array_equal(found["exact"], [0, 1, np.nan, 1])
    # The book draws training items too: for ann x or y, for bob any but z, of which x and y win.
    assert found["book"][0] == 0
    assert found["book"][1] in (0, 1)
    assert found["book"][3] == 1
    assert np.isnan(found["book"][2])


def test_areas_under_curve_do_not_depend_on_how_many_scores_are_held_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    counts = scipy.sparse.csr_array(rng.poisson(0.4, (40, 30)).astype(np.float32))
    listening = Interactions(counts, IdMap(range(40)), IdMap(range(30)), np.arange(30).astype(str))
    split = random_split(listening, 0.3)
    model = make_model("als", factors=4).fit(split.train)
    at_once = areas_under_curve(model, split, np.arange(40))
    monkeypatch.setattr(holdout, "_SCORES_AT_ONCE", 100)
    in_parts = areas_under_curve(model, split, np.arange(40))
    for name, areas in at_once.items():
        np.testing.assert_array_equal(in_parts[name], areas)


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


def test_validation_pairs_are_no_candidates_and_no_hits():
    train = [("ann", "x"), ("bob", "x"), ("bob", "y"), ("cat", "y"), ("cat", "z")]
    split = split_of(train, test=[("ann", "z"), ("bob", "z")], validation=[("ann", "y")])
    found = evaluate_model(Popularity(), split, k=2)
    # Columns are x, y, z; ann has z alone left, and so has bob.
    assert found.recommendations.items.tolist() == [[2, -1], [2, -1]]
    assert found.per_user["mrr"][:2].tolist() == [1, 1]


def test_validation_pairs_are_not_trained_on():
    train = [("ann", "x"), ("bob", "x"), ("bob", "y")]
    validation = [("ann", "new"), ("bob", "new"), ("cat", "new")]
    split = split_of(train, test=[("ann", "y"), ("cat", "y")], validation=validation)
    found = evaluate_model(Popularity(), split, k=1)
    assert found.n_cold == 1  # cat
    assert found.recommendations.scores[1].tolist() == [2]  # x, with two listeners in training


class Hungry(Popularity):
    def _fit(self, train):
        super()._fit(train)
        np.ones(12_500_000)  # 100 MB, for a moment


def test_memory_is_that_at_the_peak_of_training(small_split):
    hungry, modest = (evaluate_model(model, small_split, k=2) for model in (Hungry(), Popularity()))
    if hungry.peak_memory_mb is None:
        pytest.skip("needs Linux and a writable /proc/self/clear_refs")
    assert hungry.peak_memory_mb == pytest.approx(100, rel=0.1)
    assert modest.peak_memory_mb < 50


class Welcoming(Popularity):
    def _score_new(self, user_items):
        return np.zeros(user_items.shape)


class Closed(Popularity):
    def _score_new(self, user_items):
        raise SettingError("train again")


def test_whether_new_users_get_scores_is_tried(small_split):
    assert evaluate_model(Welcoming(), small_split, k=2).places_new_users
    assert not evaluate_model(Closed(), small_split, k=2).places_new_users


PER_USER = ("mean_popularity", "tail_share", "novelty", "popularity_lift", "miscalibration")


def bias_by_the_definitions(train, test, listeners, lists: dict[int, list[int]]):
    """Bias figures of the lists of users in plain Python: nothing shared with the package."""
    n_items = len(listeners)
    begins, held = {}, 0  # share of all interactions that more popular items hold
    for item in sorted(range(n_items), key=lambda item: (-listeners[item], item)):
        begins[item], held = Fraction(held, int(sum(listeners))), held + int(listeners[item])
    tier = [(begins[i] >= Fraction(1, 5)) + (begins[i] >= Fraction(4, 5)) for i in range(n_items)]
    by_user = {name: [] for name in PER_USER}
    for user, ranked in lists.items():
        own = [item for item in range(n_items) if train[user, item] > 0]
        if not ranked:
            continue
        popular = mean(listeners[i] for i in ranked)
        bits = mean(math.log2(len(train) / max(listeners[i], 1)) for i in ranked)
        by_user["mean_popularity"].append(popular)
        by_user["tail_share"].append(mean(tier[i] == 2 for i in ranked))
        by_user["novelty"].append(bits)
        if own:
            usual = mean(listeners[i] for i in own)
            by_user["popularity_lift"].append((popular - usual) / usual)
            mixes = [[mean(tier[i] == t for i in part) for t in range(3)] for part in (own, ranked)]
            by_user["miscalibration"].append(distance.jensenshannon(*mixes, base=2) ** 2)
    shown = [sum(item in ranked for ranked in lists.values()) for item in range(n_items)]
    head = [i for i in range(n_items) if tier[i] < 2]
    tail = [i for i in range(n_items) if tier[i] == 2]
    chances, recalls = [], []
    for group in (head, tail):
        candidates = sum(train[user, i] == 0 for user in lists for i in group)
        wanted = [(user, i) for user in lists for i in group if test[user, i] > 0]
        chances += [sum(shown[i] for i in group) / candidates] if candidates else []
        recalls += [mean(i in lists[user] for user, i in wanted)] if wanted else []
    apart = sum(abs(one - other) for one in shown for other in shown)
    return {name: mean(values) if values else 0 for name, values in by_user.items()} | {
        "coverage": mean(times > 0 for times in shown),
        # Mean absolute difference of all pairs over twice the mean.
        "gini": apart / (n_items * (n_items - 1)) / (2 * mean(shown)),
        "tail_coverage": mean([shown[i] > 0 for i in tail] or [0]),
        "entropy": scipy.stats.entropy(shown, base=2),
        "pop_rsp": pstdev(chances) / mean(chances),
        "pop_reo": pstdev(recalls) / mean(recalls) if any(recalls) else 0,
    }


def by_the_definitions(model, split: Split, k: int) -> dict[str, float]:
    """The whole evaluation once more in plain Python: scores in, means out, nothing shared."""
    train, test = split.train.user_items.toarray(), split.test.user_items.toarray()
    known = train + (0 if split.validation is None else split.validation.user_items.toarray())
    n_users, n_items = train.shape
    scores = model.fit(split.train).score(np.arange(n_users))
    listeners = [sum(train[user, item] > 0 for user in range(n_users)) for item in range(n_items)]
    found, lists = {name: [] for name in METRICS}, {}
    for user in range(n_users):
        relevant = {item for item in range(n_items) if test[user, item] > 0}
        if not relevant:
            continue
        candidates = [i for i in range(n_items) if not known[user, i] and scores[user, i] > -np.inf]
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
        lists[user] = ranked
    means = {name: mean(values) for name, values in found.items()}
    return means | bias_by_the_definitions(train, test, listeners, lists)


@given(
    st.integers(0, 10**6),
    st.integers(1, 12),
    st.sampled_from(["popularity", "user-knn"]),
    st.sampled_from([0, 0.3]),
)
@settings(max_examples=40, deadline=None)
def test_evaluation_agrees_with_the_definitions_in_plain_python(seed, k, name, validation_share):
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(rng.random((14, 12)) < np.linspace(0.5, 0.1, 12))
    frame = pl.DataFrame(pairs, schema=["user_id", "item_id"])
    frame = frame.with_columns(weight=pl.Series(rng.integers(1, 99, len(frame))))
    split = random_split(Interactions.from_frame(frame), 0.3, validation_share, seed)
    k = min(k, split.train.n_items)
    found = evaluate_model(make_model(name), split, k).means()
    assert list(found) == [*METRICS, *BIAS_METRICS]
    expected = by_the_definitions(make_model(name), split, k)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


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
