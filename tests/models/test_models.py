"""The registry, and what only some of its models do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import as_interactions

from helpers.errors import SettingError
from helpers.models import MODELS, Popularity, make_model
from helpers.models.lists import best_of


def test_popularity_gives_a_user_without_training_items_the_popular_ones():
    train = as_interactions([[1, 1, 0], [0, 9, 0], [0, 0, 0]])
    found = Popularity().fit(train).recommend([2], 2)
    np.testing.assert_array_equal(found.items, [[1, 0]])
    np.testing.assert_array_equal(found.scores, [[2, 1]])


@given(st.lists(st.lists(st.integers(0, 3), min_size=40, max_size=40), min_size=1), st.data())
def test_equal_scores_are_ranked_by_column(rows, data):
    scores = np.array(rows, dtype=np.float32)
    scores[scores == 0] = -np.inf
    k = data.draw(st.integers(1, 40))
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    expected[np.isneginf(np.take_along_axis(scores, expected, axis=1))] = -1
    np.testing.assert_array_equal(best_of(scores, k).items, expected)


def test_the_registry_names_every_model_as_it_names_itself():
    assert {"popularity", "item-knn", "user-knn", "als"} <= set(MODELS)
    assert all(model.name == name for name, model in MODELS.items())


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="'svd', expected one of popularity, item-knn"):
        make_model("svd")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("popularity", "it has none"), ("item-knn", "some of neighbours, weighting"), ("als", "seed")],
)
def test_an_unknown_setting_is_refused_with_the_known_ones(name, expected):
    with pytest.raises(SettingError, match=f"unknown setting 'depth' of {name}, .*{expected}"):
        make_model(name, depth=3)


@pytest.mark.parametrize("name", ["item-knn", "user-knn", "als"])
def test_an_unknown_weighting_is_refused_when_the_model_is_made(name):
    with pytest.raises(SettingError, match="'tfidf', expected one of plays"):
        make_model(name, weighting="tfidf")


@pytest.mark.realdata
def test_models_reach_their_known_precision_on_real_lastfm(real_lastfm_dir):
    from helpers.data.lastfm import load_lastfm
    from helpers.evaluation.ranking import ranking_metrics
    from helpers.split import random_split

    split = random_split(load_lastfm(real_lastfm_dir).interactions(), seed=0)
    users = np.arange(split.train.n_users)
    precision = {}
    for name in ("popularity", "item-knn", "als"):
        items = make_model(name).fit(split.train).recommend(users, 10, exclude=split.train).items
        metrics = ranking_metrics(items, split.test.user_items, 10)[10]
        precision[name] = np.nanmean(metrics["precision"])
    assert precision["popularity"] == pytest.approx(0.068, abs=0.002)
    assert precision["item-knn"] > 0.160
    assert precision["als"] > 0.197
