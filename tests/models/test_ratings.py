"""Rating models: agreement with Surprise, what they do with what they do not know, and files."""

import numpy as np
import pytest
import scipy.sparse as sp

from helpers.data.lastfm import load_lastfm
from helpers.errors import DataError, NotFittedError, SettingError
from helpers.evaluation.rating import rmse
from helpers.interactions import IdMap, Interactions
from helpers.models.ratings import ALGORITHMS, Ratings
from helpers.rating_scale import SCALES, rate
from helpers.split import random_split

SMALL = {"factors": 4, "epochs": 5, "neighbours": 5}  # 5 neighbours: more raters than that


def as_interactions(counts):
    matrix = sp.csr_array(np.asarray(counts, dtype=np.float32))
    names = np.array([f"item {i}" for i in range(matrix.shape[1])], dtype=object)
    return Interactions(matrix, IdMap(range(matrix.shape[0])), IdMap(range(matrix.shape[1])), names)


def random_plays(seed=0, shape=(40, 30)):
    """Counts with one user and one item that have none, in the middle of the others."""
    rng = np.random.default_rng(seed)
    counts = rng.geometric(0.02, shape) * (rng.random(shape) < 0.4)
    counts[3], counts[:, 7] = 0, 0
    return as_interactions(counts)


def trained_in_surprise(train, algorithm, scale):
    """Train as Surprise's manual does, from a table, and return its model."""
    import pandas as pd
    from surprise import SVD, BaselineOnly, Dataset, KNNBaseline, Reader, SVDpp

    pairs = rate(train.user_items, scale).tocoo()
    table = pd.DataFrame({"user": pairs.coords[0], "item": pairs.coords[1], "rating": pairs.data})
    trainset = Dataset.load_from_df(table, Reader(rating_scale=(1, 5))).build_full_trainset()
    rates = {"n_factors": 4, "n_epochs": 5, "lr_all": 0.01, "reg_all": 0.1, "random_state": 0}
    return {
        "baseline": BaselineOnly(verbose=False),
        "svd": SVD(**rates),
        "svd++": SVDpp(**rates),
        "knn-baseline": KNNBaseline(k=5, verbose=False),
    }[algorithm].fit(trainset)


def made(algorithm, scale="log", **settings):
    rates = {"learning_rate": 0.01, "regularization": 0.1}
    return Ratings(algorithm=algorithm, scale=scale, **SMALL | rates | settings)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
class TestAgreementWithSurprise:
    def test_scores_are_its_predictions_before_they_are_cut_off(self, algorithm, scale):
        train = random_plays()
        scores = made(algorithm, scale).fit(train).score(np.arange(40))
        theirs = trained_in_surprise(train, algorithm, scale)
        for user, item in np.ndindex(scores.shape):
            if user == 3 or item == 7:
                assert np.isneginf(scores[user, item])
            else:
                expected = theirs.predict(user, item, clip=False).est
                assert scores[user, item] == pytest.approx(expected, abs=1e-5)

    def test_predictions_are_its_own_also_of_unknown_users_and_items(self, algorithm, scale):
        train = random_plays()
        users, items = (axis.ravel() for axis in np.indices((40, 30)))
        predicted = made(algorithm, scale).fit(train).predict(users, items)
        theirs = trained_in_surprise(train, algorithm, scale)
        expected = [theirs.predict(u, i).est for u, i in zip(users, items, strict=True)]
        np.testing.assert_allclose(predicted, expected, atol=1e-5)


def test_an_item_with_more_raters_than_neighbours_takes_only_the_nearest():
    train = random_plays()
    few, all_of_them = (made("knn-baseline", neighbours=k).fit(train).score([0]) for k in (1, 40))
    known = np.isfinite(few)
    assert np.abs(few[known] - all_of_them[known]).max() > 0.01


def test_pairs_in_any_order_get_the_predictions_of_their_own():
    model = made("svd").fit(random_plays(shape=(600, 12)))
    rng = np.random.default_rng(0)
    users, items = rng.integers(0, 600, 900), rng.integers(0, 12, 900)
    one_by_one = np.concatenate(
        [model.predict([u], [i]) for u, i in zip(users, items, strict=True)]
    )
    np.testing.assert_allclose(model.predict(users, items), one_by_one, rtol=1e-5)
    assert model.predict([], []).shape == (0,)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("scale", SCALES)
def test_counts_that_are_all_equal_are_all_predicted_as_3(algorithm, scale):
    train = as_interactions([[5, 5, 0], [5, 0, 5], [0, 5, 5]])
    model = made(algorithm, scale, epochs=200, regularization=1.0).fit(train)
    np.testing.assert_allclose(model.predict([0, 1, 2], [2, 1, 0]), 3, atol=0.05)


def test_biases_learn_that_one_user_plays_everything_more_often():
    train = as_interactions(np.outer([1, 1, 1, 50], [2, 3, 4, 5, 6]))
    model = made("baseline").fit(train)
    assert model.user_biases[3] > model.user_biases[:3].max() + 0.5


@pytest.mark.parametrize("algorithm", ["svd", "svd++"])
def test_vectors_learn_two_camps_that_biases_cannot(algorithm):
    rng = np.random.default_rng(0)
    camp = np.arange(60) % 2
    counts = np.where(camp[:, None] == np.arange(40) % 2, 500, 2) * (rng.random((60, 40)) < 0.6)
    split = random_split(as_interactions(counts), test_share=0.2, seed=0)
    actual = rate(split.test.user_items, "log", like=split.train.user_items).tocoo()
    errors = {
        name: rmse(actual.data, made(name, epochs=100).fit(split.train).predict(*actual.coords))
        for name in ("baseline", algorithm)
    }
    assert errors["baseline"] > 1.5
    assert errors[algorithm] < 0.5


def test_the_bias_of_a_new_user_is_the_one_that_training_finds():
    train = random_plays()
    known = np.delete(np.arange(40), 3)
    model = made("baseline").fit(train)
    np.testing.assert_allclose(
        model.score_new(train.user_items[known]), model.score(known), rtol=1e-5
    )


@pytest.mark.parametrize("scale", SCALES)
def test_a_new_user_with_nothing_known_gets_no_scores(scale):
    model = made("baseline", scale).fit(random_plays())
    only_unknown = sp.csr_array(([4.0], ([0], [7])), shape=(2, 30))
    assert np.isneginf(model.score_new(only_unknown)).all()


@pytest.mark.parametrize("algorithm", ["svd", "svd++", "knn-baseline"])
def test_other_algorithms_refuse_new_users(algorithm):
    train = random_plays()
    with pytest.raises(SettingError, match="ratings cannot place a user it was not trained on"):
        made(algorithm).fit(train).score_new(train.user_items[[0]])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_loaded_model_predicts_and_recommends_bit_for_bit_the_same(algorithm, tmp_path):
    train = random_plays()
    model = made(algorithm).fit(train)
    model.save(tmp_path)
    loaded = Ratings.load(tmp_path, catalogue=train.items)
    assert loaded.settings == model.settings
    np.testing.assert_array_equal(loaded.score(np.arange(40)), model.score(np.arange(40)))
    np.testing.assert_array_equal(loaded.predict([0, 3], [7, 2]), model.predict([0, 3], [7, 2]))


def test_a_saved_model_with_other_arrays_is_refused(tmp_path):
    model = made("svd").fit(random_plays())
    model.user_factors = model.user_factors[:-1]
    model.save(tmp_path)
    with pytest.raises(DataError, match=r"user_factors has shape \(39, 4\), not \(40, 4\)"):
        Ratings.load(tmp_path)


def test_the_seed_alone_changes_the_vectors():
    train = random_plays()
    first, again, other = (made("svd", seed=seed).fit(train).user_factors for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_training_that_diverges_is_reported():
    with pytest.raises(SettingError, match="not finite; lower learning_rate"):
        made("svd", learning_rate=100.0, epochs=50).fit(random_plays())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"algorithm": "nmf"}, "'nmf', expected one of baseline, svd"),
        ({"scale": "stars"}, "'stars', expected one of log, quantile"),
        ({"factors": 0}, "factors is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"regularization": -1}, "regularization is -1"),
        ({"neighbours": 0}, "neighbours is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**32}, "seed is 4294967296, expected a number from 0 to 4294967295"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(SettingError, match=message):
        Ratings(**settings)


def test_predicting_asks_for_a_trained_model_and_as_many_users_as_items():
    with pytest.raises(NotFittedError, match="call fit"):
        Ratings().predict([0], [0])
    model = made("baseline").fit(random_plays())
    with pytest.raises(SettingError, match="got 2 user rows and 1 item rows"):
        model.predict([0, 1], [0])
    with pytest.raises(SettingError, match="item rows run from 30 to 30, expected 0 to 29"):
        model.predict([0], [30])


def test_more_factors_than_users_and_items_are_allowed():
    model = made("svd", factors=100).fit(random_plays())
    assert np.isfinite(model.predict([0], [0])).all()


def test_defaults_beat_the_trivial_predictions_on_held_out_pairs(tiny_lastfm_dir):
    split = random_split(load_lastfm(tiny_lastfm_dir).interactions(), seed=0)
    scale = Ratings().scale
    actual = rate(split.test.user_items, scale, like=split.train.user_items).tocoo()
    mean = rate(split.train.user_items, scale).data.mean()
    predicted = Ratings().fit(split.train).predict(*actual.coords)
    assert rmse(actual.data, predicted) < 0.9 * rmse(actual.data, np.full(actual.nnz, mean))
