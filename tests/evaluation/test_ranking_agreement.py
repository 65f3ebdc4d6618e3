"""The ranking metrics beside those of other libraries, each under its own definition."""

from pathlib import Path

import lightfm
import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.evaluation import ranking_metrics_at_k
from lightfm import evaluation
from sklearn.metrics import ndcg_score

from helpers.data.lastfm import load_lastfm
from helpers.evaluation.ranking import mean_over_users, ranking_metrics
from helpers.interactions import Interactions
from helpers.split import Split, random_split

K = 10


def toy_split() -> Split:
    """40 users, 60 items; some users are left without a test item."""
    rng = np.random.default_rng(0)
    pairs = np.argwhere(rng.random((40, 60)) < 0.12)
    frame = pl.DataFrame(pairs, schema=["user_id", "item_id"]).with_columns(weight=1.0)
    split = random_split(Interactions.from_frame(frame), seed=0)
    assert (np.diff(split.test.user_items.indptr) == 0).any()
    return split


@pytest.fixture(scope="module", params=["toy", pytest.param("real", marks=pytest.mark.realdata)])
def split(request) -> Split:
    if request.param == "toy":
        return toy_split()
    folder: Path = request.getfixturevalue("real_lastfm_dir")
    return random_split(load_lastfm(folder).interactions(), seed=0)


@pytest.fixture(scope="module")
def als(split) -> AlternatingLeastSquares:
    model = AlternatingLeastSquares(factors=16, iterations=3, random_state=0, use_gpu=False)
    model.fit(sp.csr_matrix(split.train.user_items), show_progress=False)
    return model


def without_training(scores: np.ndarray, train: sp.csr_array) -> np.ndarray:
    scores = scores.astype(np.float64)
    scores[train.nonzero()] = scores.min() - 1
    return scores


def best(scores: np.ndarray, k: int) -> np.ndarray:
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def some_test_users(split: Split, n: int) -> np.ndarray:
    return np.flatnonzero(np.diff(split.test.user_items.indptr) > 0)[:n]


@pytest.mark.parametrize("k", [1, 5, K])
def test_ndcg_agrees_with_scikit_learn(split, als, k):
    users = some_test_users(split, 200)
    train, test = split.train.user_items[users], split.test.user_items[users]
    scores = without_training(als.user_factors[users] @ als.item_factors.T, train)
    ours = ranking_metrics(best(scores, k), test, k)[k]["ndcg"]
    is_relevant = (test.toarray() > 0).astype(int)
    theirs = [
        ndcg_score(is_relevant[[row]], scores[[row]], k=k, ignore_ties=True)
        for row in range(len(users))
    ]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert ours.any()


def test_precision_agrees_with_lightfm(split):
    train, test = split.train.user_items, split.test.user_items.copy()
    users = some_test_users(split, 200)
    test.data[test.indptr[users[-1] + 1] :] = 0  # LightFM ranks for all users with test items
    test.eliminate_zeros()
    model = lightfm.LightFM(no_components=8, random_state=0)
    model.fit(sp.coo_matrix(train), epochs=2, num_threads=1)
    theirs = evaluation.precision_at_k(
        model, sp.csr_matrix(test), sp.csr_matrix(train), k=K, num_threads=1
    )
    n_items = test.shape[1]
    scores = model.predict(np.repeat(users, n_items), np.tile(np.arange(n_items), len(users)))
    scores = without_training(scores.reshape(len(users), n_items), train[users])
    ours = ranking_metrics(best(scores, K), test[users], K)[K]["precision"]
    # LightFM leaves out users without test items; its values are 32-bit.
    assert len(theirs) == len(users)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert ours.any()


def test_averages_agree_with_implicit_under_its_own_definition_of_precision(split, als):
    train, test = (sp.csr_matrix(part.user_items) for part in (split.train, split.test))
    theirs = ranking_metrics_at_k(als, train, test, K=K, show_progress=False, num_threads=1)
    lists, _ = als.recommend(np.arange(len(split.train.users)), train, N=K)
    ours = ranking_metrics(lists, split.test.user_items, K)[K]

    n_test = np.diff(test.indptr)
    n_hits = np.nansum(K * ours["precision"])
    capped_precision = n_hits / np.minimum(K, n_test).sum()
    assert theirs["precision"] == pytest.approx(capped_precision, rel=1e-12)
    assert theirs["map"] == pytest.approx(mean_over_users(ours["map"]), rel=1e-12)
    assert theirs["ndcg"] == pytest.approx(mean_over_users(ours["ndcg"]), rel=1e-12)
    # The textbook precision is another number: users with fewer than k test items cap it.
    assert mean_over_users(ours["precision"]) < 0.95 * theirs["precision"]
