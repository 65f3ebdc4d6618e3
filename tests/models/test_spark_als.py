"""Models that Spark trained do all that models of this project do."""

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp

from helpers.data.lastfm import load_lastfm
from helpers.errors import SettingError
from helpers.holdout import areas_under_curve, evaluate_model
from helpers.interactions import IdMap, Interactions
from helpers.models.spark_als import SparkALS
from helpers.spark.java import missing_spark
from helpers.split import Split, random_split

needs_spark = pytest.mark.skipif(missing_spark() is not None, reason=str(missing_spark()))
SETTINGS = {"regularization": 0.05, "alpha": 2.0, "weighting": "log"}


@pytest.fixture(scope="module")
def train():
    rng = np.random.default_rng(0)
    tastes = rng.gamma(0.3, size=(90, 4)) @ rng.gamma(0.3, size=(4, 70))
    counts = rng.poisson(2 * tastes).astype(np.float32)
    counts[:, 0] += 1
    counts[9] = 0  # a user without items
    counts[:, 11] = 0  # and an item without users
    names = np.array([f"artist {i}" for i in range(70)], dtype=object)
    users, items = IdMap(range(1000, 1090)), IdMap(range(70, 140))
    return Interactions(sp.csr_array(counts), users, items, names)


@pytest.fixture(scope="module")
def model(train):
    return SparkALS(factors=6, iterations=4, **SETTINGS).fit(train)


@needs_spark
def test_folding_in_a_training_user_gives_the_vector_of_the_last_half_step_of_spark(train, model):
    assert np.abs(model.fold_in(train.user_items) - model.user_factors).max() < 1e-5


@needs_spark
def test_who_and_what_is_not_in_training_has_a_zero_vector(model):
    assert np.flatnonzero(~model.user_factors.any(axis=1)).tolist() == [9]
    assert np.flatnonzero(~model.item_factors.any(axis=1)).tolist() == [11]
    assert (model.recommend(np.array([9]), 3).items == -1).all()


@needs_spark
def test_saved_model_recommends_and_folds_in_as_before(train, model, tmp_path):
    model.save(tmp_path)
    loaded = SparkALS.load(tmp_path, train.items)
    rows = np.arange(train.n_users)
    mine, theirs = (m.recommend(rows, 5, exclude=train) for m in (model, loaded))
    assert (mine.items == theirs.items).all()
    assert (loaded.fold_in(train.user_items) == model.fold_in(train.user_items)).all()


@needs_spark
def test_model_of_a_spark_frame_is_adopted_by_its_identifiers(train):
    from pyspark.sql import functions

    from helpers.spark.als import spark_estimator
    from helpers.spark.session import spark_session

    cells = train.user_items.tocoo()
    users, items = train.users.external_ids[cells.row], train.items.external_ids[cells.col]
    frame = spark_session().createDataFrame(
        list(zip(users.tolist(), items.tolist(), cells.data.tolist(), strict=True)),
        "user_id int, item_id int, plays double",
    )
    estimator = spark_estimator(
        factors=5, iterations=3, regularization=SETTINGS["regularization"], alpha=SETTINGS["alpha"]
    )
    fitted = estimator.fit(frame.withColumn("weight", functions.log1p("plays")))
    model = SparkALS.from_spark(fitted, train, **SETTINGS)
    assert model.factors == 5
    assert np.abs(model.fold_in(train.user_items) - model.user_factors).max() < 1e-5


@needs_spark
def test_same_settings_give_the_same_vectors(train, model):
    again = SparkALS(factors=6, iterations=4, **SETTINGS).fit(train)
    np.testing.assert_allclose(again.item_factors, model.item_factors, atol=1e-5)


@needs_spark
def test_iterations_may_be_many(train):
    model = SparkALS(factors=3, iterations=40, **SETTINGS).fit(train)
    assert np.abs(model.fold_in(train.user_items) - model.user_factors).max() < 1e-5


def test_the_loss_of_implicit_is_that_of_spark_but_for_the_penalty(train):
    model = SparkALS(factors=6, **SETTINGS)
    als, weighed = model.as_implicit(train)
    counts = train.user_items
    np.testing.assert_allclose(weighed.user_items.data, 1 + 2 * np.log1p(counts.data), rtol=1e-6)
    typical = np.sqrt(counts.nnz / 89 * counts.nnz / 69)  # of 89 users and 69 items with pairs
    assert als.regularization == pytest.approx(0.05 * typical)
    # Where everybody has as many pairs, nothing is left of the difference.
    everyone = Interactions.from_frame(
        pl.DataFrame({"user_id": [0, 0, 1, 1], "item_id": [0, 1, 0, 1], "weight": [1, 2, 3, 4]})
    )
    als, weighed = SparkALS(factors=2, iterations=60, **SETTINGS).as_implicit(everyone)
    trained = als.fit(weighed)
    model = SparkALS(factors=2, **SETTINGS)
    model.user_factors, model.item_factors = trained.user_factors, trained.item_factors
    model._know(everyone)
    np.testing.assert_allclose(model.fold_in(everyone.user_items), trained.user_factors, rtol=0.01)


@needs_spark
@pytest.mark.realdata
def test_spark_and_implicit_reach_the_same_on_real_lastfm(real_lastfm_dir):
    split = random_split(load_lastfm(real_lastfm_dir).interactions(), seed=0)
    spark = SparkALS(factors=30, regularization=0.01, alpha=1.0, iterations=10)
    als, weighed = spark.as_implicit(split.train)
    users = np.flatnonzero(np.diff(split.test.user_items.indptr))
    reached = [
        (
            evaluate_model(model, part).means()["precision"],
            np.nanmean(areas_under_curve(model, part, users)["exact"]),
        )
        for model, part in ((spark, split), (als, Split(weighed, None, split.test)))
    ]
    np.testing.assert_allclose(*reached, atol=0.005)
    assert reached[0][0] > 0.18


def test_without_java_training_says_what_to_install(train, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    from helpers.spark.session import stop_spark

    stop_spark()
    with pytest.raises(SettingError, match=r"Java 17.*install|pyspark"):
        SparkALS().fit(train)


@pytest.mark.parametrize("setting", [{"factors": 0}, {"alpha": 0}, {"weighting": "cubic"}])
def test_settings_that_make_no_sense_are_refused(setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        SparkALS(**setting)
