"""What every recommender must do, whatever it is made of."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import NotFittedError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import ALS, MODELS, ItemKNN, Popularity, UserKNN, make_model
from helpers.models.lists import best_of

PERSONAL = [name for name in MODELS if name != "popularity"]


def as_interactions(counts):
    matrix = sp.csr_array(np.asarray(counts, dtype=np.float32))
    n_users, n_items = matrix.shape
    names = np.array([f"item {i}" for i in range(n_items)], dtype=object)
    return Interactions(matrix, IdMap(range(n_users)), IdMap(range(n_items)), names)


def checkerboard(n, withhold_diagonal=True):
    """Even users like even items and odd users odd ones; the diagonal is to be found."""
    rows, cols = np.indices((n, n))
    liked = (rows + cols) % 2 == 0
    if withhold_diagonal:
        liked &= rows != cols
    return as_interactions(liked)


def made(name):
    """Return a model small enough for a toy."""
    small = {"factors": 3, "regularization": 0.1, "iterations": 5}
    return make_model(name, **small) if name == "als" else make_model(name)


def random_plays(seed, shape=(12, 9)):
    counts = np.random.default_rng(seed).poisson(0.7, shape)
    counts[0, 0] += 1
    return as_interactions(counts)


@pytest.mark.parametrize("name", PERSONAL)
def test_the_withheld_diagonal_of_a_checkerboard_comes_first(name):
    train = checkerboard(20)
    found = made(name).fit(train).recommend(np.arange(20), 1, exclude=train)
    np.testing.assert_array_equal(found.items[:, 0], np.arange(20))


@pytest.mark.parametrize("name", MODELS)
class TestEveryModel:
    def test_excluded_pairs_are_never_recommended(self, name):
        train = random_plays(seed=1)
        found = made(name).fit(train).recommend(np.arange(12), 9, exclude=train)
        users, places = np.nonzero(found.items >= 0)
        assert not train.user_items.toarray()[users, found.items[users, places]].any()

    def test_without_exclude_the_training_items_take_part(self, name):
        train = as_interactions([[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 0, 1]])
        found = made(name).fit(train).recommend([2], 3)
        assert set(found.items[0]) == {0, 1, 2}

    def test_a_list_longer_than_what_is_left_is_padded_at_its_end(self, name):
        train = checkerboard(10)
        found = made(name).fit(train).recommend(np.arange(10), 10, exclude=train)
        padding = found.items == -1
        assert (padding.sum(axis=1) >= 4).all()
        np.testing.assert_array_equal(padding, np.sort(padding, axis=1))
        np.testing.assert_array_equal(padding, np.isneginf(found.scores))

    def test_no_list_holds_an_item_twice(self, name):
        train = random_plays(seed=2)
        for items in made(name).fit(train).recommend(np.arange(12), 9, exclude=train).items:
            listed = items[items >= 0]
            assert len(set(listed)) == len(listed)

    @given(seed=st.integers(0, 10_000), k=st.integers(1, 9), exclude=st.booleans())
    @settings(max_examples=10, deadline=None)
    def test_recommend_is_the_ranking_by_score(self, name, seed, k, exclude):
        train = random_plays(seed)
        users = np.array([3, 0, 7])
        model = made(name).fit(train)
        scores = model.score(users)
        assert scores.shape == (3, 9)
        if exclude:
            scores[train.user_items[users].toarray() > 0] = -np.inf
        found = model.recommend(users, k, exclude=train if exclude else None)
        best = -np.sort(-scores, axis=1)[:, :k]
        np.testing.assert_allclose(found.scores, best, rtol=1e-4, atol=1e-5)
        own = np.take_along_axis(scores, np.maximum(found.items, 0), axis=1)
        listed = found.items >= 0
        np.testing.assert_allclose(found.scores[listed], own[listed], rtol=1e-4, atol=1e-5)

    def test_the_same_settings_give_the_same_lists_bit_for_bit(self, name):
        train = random_plays(seed=3, shape=(300, 80))
        first, second = (made(name).fit(train).recommend(np.arange(300), 20) for _ in range(2))
        np.testing.assert_array_equal(first.items, second.items)
        np.testing.assert_array_equal(first.scores, second.scores)

    def test_a_model_can_be_trained_again_on_another_shape(self, name):
        train = checkerboard(8)
        model = made(name).fit(random_plays(seed=4, shape=(30, 20))).fit(train)
        once = made(name).fit(train).recommend(np.arange(8), 8, exclude=train)
        again = model.recommend(np.arange(8), 8, exclude=train)
        np.testing.assert_array_equal(again.items, once.items)

    def test_training_leaves_the_interactions_alone(self, name):
        train = random_plays(seed=5)
        before = train.user_items.toarray()
        made(name).fit(train).recommend(np.arange(12), 3, exclude=train)
        np.testing.assert_array_equal(train.user_items.toarray(), before)

    def test_no_users_give_no_lists(self, name):
        found = made(name).fit(checkerboard(6)).recommend([], 3)
        assert found.items.shape == found.scores.shape == (0, 3)

    def test_one_row_may_stand_alone_and_rows_may_repeat(self, name):
        model = made(name).fit(checkerboard(6))
        twice = model.recommend([4, 4], 2).items
        np.testing.assert_array_equal(twice, np.repeat(model.recommend(4, 2).items, 2, axis=0))

    @pytest.mark.parametrize("k", [0, -1, 7, 2.5])
    def test_a_list_length_out_of_range_is_refused(self, name, k):
        with pytest.raises(SettingError, match=r"expected 1 to 6 \(the size of the catalogue\)"):
            made(name).fit(checkerboard(6)).recommend([0], k)

    @pytest.mark.parametrize("row", [-1, 6])
    def test_an_unknown_user_row_is_refused(self, name, row):
        model = made(name).fit(checkerboard(6))
        with pytest.raises(SettingError, match=f"run from {row} to {row}, expected 0 to 5"):
            model.recommend([row], 3)
        with pytest.raises(SettingError, match=f"run from {row} to {row}, expected 0 to 5"):
            model.score([row])

    def test_a_name_in_the_place_of_a_row_is_refused(self, name):
        with pytest.raises(SettingError, match=r"expected whole numbers; map identifiers"):
            made(name).fit(checkerboard(6)).recommend(["ann"], 3)

    def test_a_table_in_the_place_of_rows_is_refused(self, name):
        with pytest.raises(SettingError, match=r"shape \(1, 2\), expected one row"):
            made(name).fit(checkerboard(6)).recommend([[0, 1]], 3)

    def test_exclude_of_another_shape_is_refused(self, name):
        with pytest.raises(SettingError, match=r"shape \(8, 8\), expected \(6, 6\)"):
            made(name).fit(checkerboard(6)).recommend([0], 3, exclude=checkerboard(8))

    def test_an_untrained_model_says_what_to_do(self, name):
        for question in (lambda m: m.recommend([0]), lambda m: m.score([0])):
            with pytest.raises(NotFittedError, match=r"call fit\(train\) first"):
                question(made(name))

    def test_an_empty_training_set_is_refused(self, name):
        with pytest.raises(SettingError, match="no pairs"):
            made(name).fit(as_interactions(np.zeros((3, 3))))

    def test_settings_make_the_same_model_again(self, name):
        model = made(name)
        assert make_model(name, **model.settings).settings == model.settings
        for setting, value in model.settings.items():
            assert f"{setting}={value!r}" in repr(model)


@pytest.mark.parametrize("name", PERSONAL)
def test_a_user_without_training_items_gets_an_empty_list(name):
    counts = checkerboard(12).user_items.toarray()
    counts[5] = 0
    train = as_interactions(counts)
    model = made(name).fit(train)
    found = model.recommend([4, 5], 3, exclude=train)
    assert found.items[0, 0] == 4
    np.testing.assert_array_equal(found.items[1], [-1, -1, -1])
    assert np.isneginf(found.scores[1]).all()
    assert np.isneginf(model.score([5])).all()


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


def test_the_registry_holds_the_four_models_under_their_names():
    expected = {"popularity": Popularity, "item-knn": ItemKNN, "user-knn": UserKNN, "als": ALS}
    assert expected == MODELS


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
    for name in MODELS:
        items = make_model(name).fit(split.train).recommend(users, 10, exclude=split.train).items
        metrics = ranking_metrics(items, split.test.user_items, 10)[10]
        precision[name] = np.nanmean(metrics["precision"])
    assert precision["popularity"] == pytest.approx(0.068, abs=0.002)
    assert precision["item-knn"] > 0.160
    assert precision["als"] > 0.197
