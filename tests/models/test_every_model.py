"""What every recommender must do, whatever it is made of."""

import inspect
import json

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import as_interactions, checkerboard, random_plays, small_model

from helpers.errors import DataError, NotFittedError, SettingError
from helpers.interactions import IdMap
from helpers.models import MODELS, make_model
from helpers.models.factors import FactorModel

PERSONAL = [name for name in MODELS if name != "popularity"]
# A model of ratings asks how much somebody plays, and all counts of a checkerboard are equal.
WITH_TASTE = [name for name in PERSONAL if name != "ratings"]
# Models whose training leaves no way to a user who comes later; any other must know one.
PLACE_NOBODY = {"popularity", "item-knn", "user-knn", "lightfm", "ratings"}
PLACE_NEW_USERS = [name for name in MODELS if name not in PLACE_NOBODY]
# Models that go by a user's items alone, in training and afterwards.
EXACT_FOR_NEW_USERS = {"ease", "content"}


@pytest.mark.parametrize("name", WITH_TASTE)
def test_the_withheld_diagonal_of_a_checkerboard_comes_first(name):
    train = checkerboard(20)
    found = small_model(name).fit(train).recommend(np.arange(20), 1, exclude=train)
    np.testing.assert_array_equal(found.items[:, 0], np.arange(20))


@pytest.mark.parametrize("name", MODELS)
class TestEveryModel:
    def test_excluded_pairs_are_never_recommended(self, name):
        train = random_plays(seed=1)
        found = small_model(name).fit(train).recommend(np.arange(12), 9, exclude=train)
        users, places = np.nonzero(found.items >= 0)
        assert not train.user_items.toarray()[users, found.items[users, places]].any()

    def test_without_exclude_the_training_items_take_part(self, name):
        train = as_interactions([[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 0, 1]])
        found = small_model(name).fit(train).recommend([2], 3)
        assert set(found.items[0]) == {0, 1, 2}

    def test_a_list_longer_than_what_is_left_is_padded_at_its_end(self, name):
        train = checkerboard(10)
        found = small_model(name).fit(train).recommend(np.arange(10), 10, exclude=train)
        padding = found.items == -1
        assert (padding.sum(axis=1) >= 4).all()
        np.testing.assert_array_equal(padding, np.sort(padding, axis=1))
        np.testing.assert_array_equal(padding, np.isneginf(found.scores))

    def test_no_list_holds_an_item_twice(self, name):
        train = random_plays(seed=2)
        for items in small_model(name).fit(train).recommend(np.arange(12), 9, exclude=train).items:
            listed = items[items >= 0]
            assert len(set(listed)) == len(listed)

    @given(seed=st.integers(0, 10_000), k=st.integers(1, 9), exclude=st.booleans())
    @settings(max_examples=10, deadline=None)
    def test_recommend_is_the_ranking_by_score(self, name, seed, k, exclude):
        train = random_plays(seed)
        users = np.array([3, 0, 7])
        model = small_model(name).fit(train)
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
        first, second = (
            small_model(name).fit(train).recommend(np.arange(300), 20) for _ in range(2)
        )
        np.testing.assert_array_equal(first.items, second.items)
        np.testing.assert_array_equal(first.scores, second.scores)

    def test_a_model_can_be_trained_again_on_another_shape(self, name):
        train = checkerboard(8)
        model = small_model(name).fit(random_plays(seed=4, shape=(30, 20))).fit(train)
        once = small_model(name).fit(train).recommend(np.arange(8), 8, exclude=train)
        again = model.recommend(np.arange(8), 8, exclude=train)
        np.testing.assert_array_equal(again.items, once.items)

    def test_training_leaves_the_interactions_alone(self, name):
        train = random_plays(seed=5)
        before = train.user_items.toarray()
        small_model(name).fit(train).recommend(np.arange(12), 3, exclude=train)
        np.testing.assert_array_equal(train.user_items.toarray(), before)

    def test_no_users_give_no_lists(self, name):
        found = small_model(name).fit(checkerboard(6)).recommend([], 3)
        assert found.items.shape == found.scores.shape == (0, 3)

    def test_one_row_may_stand_alone_and_rows_may_repeat(self, name):
        model = small_model(name).fit(checkerboard(6))
        twice = model.recommend([4, 4], 2).items
        np.testing.assert_array_equal(twice, np.repeat(model.recommend(4, 2).items, 2, axis=0))

    @pytest.mark.parametrize("k", [0, -1, 7, 2.5])
    def test_a_list_length_out_of_range_is_refused(self, name, k):
        with pytest.raises(SettingError, match=r"expected 1 to 6 \(the size of the catalogue\)"):
            small_model(name).fit(checkerboard(6)).recommend([0], k)

    @pytest.mark.parametrize("row", [-1, 6])
    def test_an_unknown_user_row_is_refused(self, name, row):
        model = small_model(name).fit(checkerboard(6))
        with pytest.raises(SettingError, match=f"run from {row} to {row}, expected 0 to 5"):
            model.recommend([row], 3)
        with pytest.raises(SettingError, match=f"run from {row} to {row}, expected 0 to 5"):
            model.score([row])

    def test_a_name_in_the_place_of_a_row_is_refused(self, name):
        with pytest.raises(SettingError, match=r"expected whole numbers; map identifiers"):
            small_model(name).fit(checkerboard(6)).recommend(["ann"], 3)

    def test_a_table_in_the_place_of_rows_is_refused(self, name):
        with pytest.raises(SettingError, match=r"shape \(1, 2\), expected one row"):
            small_model(name).fit(checkerboard(6)).recommend([[0, 1]], 3)

    def test_exclude_of_another_shape_is_refused(self, name):
        with pytest.raises(SettingError, match=r"shape \(8, 8\), expected \(6, 6\)"):
            small_model(name).fit(checkerboard(6)).recommend([0], 3, exclude=checkerboard(8))

    def test_an_untrained_model_says_what_to_do(self, name):
        for question in (lambda m: m.recommend([0]), lambda m: m.score([0])):
            with pytest.raises(NotFittedError, match=r"call fit\(train\) first"):
                question(small_model(name))

    def test_an_empty_training_set_is_refused(self, name):
        with pytest.raises(SettingError, match="no pairs"):
            small_model(name).fit(as_interactions(np.zeros((3, 3))))

    def test_settings_make_the_same_model_again(self, name):
        model = small_model(name)
        assert make_model(name, **model.settings).settings == model.settings
        for setting, value in model.settings.items():
            assert f"{setting}={value!r}" in repr(model)


@pytest.mark.parametrize("name", PERSONAL)
def test_a_user_without_training_items_gets_an_empty_list(name):
    counts = checkerboard(12).user_items.toarray()
    counts[5] = 0
    train = as_interactions(counts)
    model = small_model(name).fit(train)
    found = model.recommend([4, 5], 3, exclude=train)
    assert found.items[0, 0] == 4
    np.testing.assert_array_equal(found.items[1], [-1, -1, -1])
    assert np.isneginf(found.scores[1]).all()
    assert np.isneginf(model.score([5])).all()


@pytest.mark.parametrize("name", MODELS)
class TestEveryModelOnOddData:
    @pytest.mark.parametrize("weight", [np.nan, np.inf, -1])
    def test_weights_that_are_no_positive_numbers_are_refused(self, name, weight):
        plays = random_plays(seed=6)
        plays.user_items.data[3] = weight
        with pytest.raises(DataError, match="not positive finite numbers, the first is"):
            small_model(name).fit(plays)

    def test_an_item_that_everyone_plays_spoils_nothing(self, name):
        counts = checkerboard(12).user_items.toarray()
        counts[:, 7] = 5
        train = as_interactions(counts)
        model = small_model(name).fit(train)
        assert not np.isnan(model.score(np.arange(12))).any()
        assert 7 not in model.recommend(np.arange(12), 4, exclude=train).items

    def test_a_user_who_plays_everything_has_nothing_left(self, name):
        counts = checkerboard(12).user_items.toarray()
        counts[3] = 1
        train = as_interactions(counts)
        found = small_model(name).fit(train).recommend([3], 4, exclude=train)
        np.testing.assert_array_equal(found.items, [[-1, -1, -1, -1]])

    def test_an_item_without_training_pairs_is_no_trouble(self, name):
        counts = random_plays(seed=7).user_items.toarray()
        counts[:, 4] = 0
        scores = small_model(name).fit(as_interactions(counts)).score(np.arange(12))
        assert not np.isnan(scores).any()
        assert not np.isposinf(scores).any()

    def test_counts_of_very_different_size_give_numbers(self, name):
        counts = random_plays(seed=8).user_items.toarray()
        counts[0, 0], counts[1, 1] = 1e6, 1e-3
        scores = small_model(name).fit(as_interactions(counts)).score(np.arange(12))
        assert not np.isnan(scores).any()

    def test_one_user_with_one_item_is_enough(self, name):
        found = small_model(name).fit(as_interactions([[2]])).recommend([0], 1)
        assert found.items.shape == (1, 1)


@pytest.mark.parametrize(
    "name", [name for name in MODELS if "factors" in inspect.signature(MODELS[name]).parameters]
)
def test_more_factors_than_users_still_give_finite_scores(name):
    train = checkerboard(8)
    model = small_model(name, factors=40).fit(train)
    assert np.isfinite(model.score(np.arange(8))).all()


def wrong_settings():
    for name, model in MODELS.items():
        for setting, parameter in inspect.signature(model).parameters.items():
            default = parameter.default
            if isinstance(default, bool):
                wrong = ["yes", 1]
            elif isinstance(default, int):
                wrong = [-1, 2.5, "3", True]
            elif isinstance(default, float):
                wrong = [-1.0, np.nan, np.inf, "0.1"]
            else:
                wrong = ["nonsense", 3]
            yield from ((name, setting, value) for value in wrong)


@pytest.mark.parametrize(("name", "setting", "value"), list(wrong_settings()))
def test_a_setting_out_of_range_is_refused_by_name(name, setting, value):
    with pytest.raises(SettingError, match=rf"{setting}.* is .*expected"):
        make_model(name, **{setting: value})


@pytest.mark.parametrize("name", PLACE_NEW_USERS)
class TestModelsThatPlaceNewUsers:
    def test_a_user_like_one_in_training_is_scored_like_that_user(self, name):
        train = checkerboard(20)
        model = small_model(name).fit(train)
        new, known = model.score_new(train.user_items), model.score(np.arange(20))
        np.testing.assert_array_equal(np.isneginf(new), np.isneginf(known))
        if name in EXACT_FOR_NEW_USERS:
            np.testing.assert_allclose(new, known, rtol=1e-5, atol=1e-6)
        for of_new, of_known in zip(new, known, strict=True):
            both = np.isfinite(of_known)
            assert np.corrcoef(of_new[both], of_known[both])[0, 1] > 0.95

    def test_the_model_and_the_rows_stay_as_they_are(self, name):
        train = checkerboard(10)
        model = small_model(name).fit(train)
        before, rows = model.score(np.arange(10)), train.user_items[:3]
        model.score_new(rows)
        np.testing.assert_array_equal(model.score(np.arange(10)), before)
        assert (rows != train.user_items[:3]).nnz == 0

    def test_a_new_user_does_not_depend_on_the_others_asked_about(self, name):
        train = random_plays(seed=9)
        model = small_model(name).fit(train)
        together, alone = (model.score_new(train.user_items[rows]) for rows in (range(5), [2]))
        np.testing.assert_allclose(alone[0], together[2], rtol=1e-4, atol=1e-5)

    def test_a_new_user_without_items_scores_minus_infinity(self, name):
        model = small_model(name).fit(checkerboard(10))
        scores = model.score_new(sp.csr_array((1, 10), dtype=np.float32))
        assert np.isneginf(scores).all()

    def test_a_loaded_model_places_new_users_as_before(self, name, tmp_path):
        train = random_plays(seed=11)
        model = small_model(name).fit(train)
        model.save(tmp_path)
        before = model.score_new(train.user_items[:4])
        after = MODELS[name].load(tmp_path).score_new(train.user_items[:4])
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("name", sorted(PLACE_NOBODY & set(MODELS)))
def test_a_model_that_cannot_place_a_new_user_says_what_can(name):
    train = checkerboard(10)
    with pytest.raises(
        SettingError, match=r"cannot place a user .*; train it again .* such as als"
    ):
        small_model(name).fit(train).score_new(train.user_items)


@pytest.mark.parametrize("name", MODELS)
class TestNewUsersThatMakeNoSense:
    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            (sp.csr_array((1, 7), dtype=np.float32), "expected a sparse matrix with 10 columns"),
            (np.ones((1, 10)), "expected a sparse matrix with 10 columns"),
            (sp.csr_array([[np.nan] * 10]), "expected positive numbers"),
            (sp.csr_array([[np.inf] + [1.0] * 9]), "expected positive numbers"),
            (sp.csr_array([[-1.0] * 10]), "expected positive numbers"),
        ],
    )
    def test_rows_that_make_no_sense_are_refused(self, name, rows, message):
        model = small_model(name).fit(checkerboard(10))
        with pytest.raises(SettingError, match=message):
            model.score_new(rows)

    def test_an_untrained_model_places_nobody(self, name):
        with pytest.raises(NotFittedError, match=r"call fit\(train\) first"):
            small_model(name).score_new(sp.csr_array((1, 3), dtype=np.float32))


def edit_header(folder, **changes):
    header = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(header | changes), encoding="utf-8")


@pytest.mark.parametrize("name", MODELS)
class TestEverySavedModel:
    def test_a_loaded_model_recommends_what_it_did(self, name, tmp_path):
        train = random_plays(seed=10, shape=(30, 20))
        model = small_model(name).fit(train)
        model.save(tmp_path / "model")
        loaded = MODELS[name].load(tmp_path / "model", catalogue=train.items)
        assert loaded.settings == model.settings
        for k in (1, 20):
            before = model.recommend(np.arange(30), k, exclude=train)
            after = loaded.recommend(np.arange(30), k, exclude=train)
            np.testing.assert_array_equal(after.items, before.items)
            np.testing.assert_array_equal(after.scores, before.scores)

    def test_its_files_hold_no_pickle(self, name, tmp_path):
        small_model(name).fit(checkerboard(6)).save(tmp_path)
        assert sorted(file.suffix for file in tmp_path.iterdir()) == [".json", ".npz"]
        with np.load(next(tmp_path.glob("*.npz")), allow_pickle=False) as arrays:
            assert all(arrays[part].dtype != object for part in arrays)

    def test_a_loaded_model_can_be_saved_again(self, name, tmp_path):
        small_model(name).fit(checkerboard(6)).save(tmp_path / "first")
        MODELS[name].load(tmp_path / "first").save(tmp_path / "second")
        first, second = (
            MODELS[name].load(tmp_path / copy).score(np.arange(6)) for copy in ("first", "second")
        )
        np.testing.assert_array_equal(first, second)

    @pytest.mark.parametrize("items", [range(1, 7), range(7), [5, 4, 3, 2, 1, 0], list("abcdef")])
    def test_another_catalogue_is_refused(self, name, tmp_path, items):
        small_model(name).fit(checkerboard(6)).save(tmp_path)
        with pytest.raises(DataError, match=r"another catalogue \(6 items, .*; train it on this"):
            MODELS[name].load(tmp_path, catalogue=IdMap(items))

    def test_another_version_of_the_format_is_refused(self, name, tmp_path):
        small_model(name).fit(checkerboard(6)).save(tmp_path)
        edit_header(tmp_path, format_version=0)
        with pytest.raises(DataError, match=r"of format 0, expected .*; train and save it again"):
            MODELS[name].load(tmp_path)

    def test_a_model_of_another_kind_is_refused(self, name, tmp_path):
        small_model(name).fit(checkerboard(6)).save(tmp_path)
        edit_header(tmp_path, model="svd")
        with pytest.raises(DataError, match=f"holds a model 'svd' .*, expected '{name}'"):
            MODELS[name].load(tmp_path)

    @pytest.mark.parametrize("changes", [{"settings": {"depth": 3}}, {"settings": None}])
    def test_settings_that_are_not_its_own_are_refused(self, name, tmp_path, changes):
        small_model(name).fit(checkerboard(6)).save(tmp_path)
        edit_header(tmp_path, **changes)
        with pytest.raises(DataError, match="incomplete or altered"):
            MODELS[name].load(tmp_path)

    def test_an_untrained_model_is_not_saved(self, name, tmp_path):
        with pytest.raises(NotFittedError, match="call fit"):
            small_model(name).save(tmp_path / "model")
        assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    "name", [name for name, model in MODELS.items() if issubclass(model, FactorModel)]
)
class TestItemsWithoutAVector:
    """Nobody plays the last item, and half of the scores of the others are below 0."""

    @pytest.fixture
    def model(self, name):
        model = small_model(name).fit(with_an_item_nobody_plays())
        rng = np.random.default_rng(0)
        vectors = rng.normal(size=model.item_factors[:-1].shape)
        model.item_factors[:-1] = vectors
        model.item_factors[-1] = 0
        return model

    def test_they_score_minus_infinity_and_nothing_else_does(self, name, model):
        scores = model.score(np.arange(12))
        assert (scores[:, :-1] < 0).any()
        assert np.isneginf(scores[:, -1]).all()
        assert np.isfinite(scores[:, :-1]).all()

    def test_they_are_never_recommended_and_items_with_a_negative_score_are(self, name, model):
        found = model.recommend(np.arange(12), 9)
        assert 8 not in found.items
        np.testing.assert_array_equal((found.items == -1).sum(axis=1), np.ones(12))


@pytest.mark.parametrize("name", ["als", "ials"])
def test_new_users_are_not_recommended_items_that_nobody_played_in_training(name):
    train = with_an_item_nobody_plays()
    scores = small_model(name).fit(train).score_new(train.user_items[:3])
    assert np.isneginf(scores[:, -1]).all()
    assert np.isfinite(scores[:, :-1]).all()


def with_an_item_nobody_plays():
    counts = random_plays(seed=12).user_items.toarray()
    counts[:, -1], counts[:, 0] = 0, 1
    return as_interactions(counts)
