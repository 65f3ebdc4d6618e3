import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics.pairwise import cosine_similarity

from helpers.errors import SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import ItemKNN, UserKNN, neighbours
from helpers.weighting import weigh


@pytest.fixture
def train():
    counts = np.random.default_rng(7).poisson(0.6, (25, 14)).astype(np.float32)
    counts[:, 3] = 0  # an item and a user that nobody knows
    counts[5] = 0
    names = np.array([str(i) for i in range(14)], dtype=object)
    return Interactions(sp.csr_array(counts), IdMap(range(25)), IdMap(range(14)), names)


def nearest(similarities, k):
    """Keep the k largest of each row and not the row itself, the plain way."""
    kept = np.zeros_like(similarities)
    for row, values in enumerate(similarities):
        others = [i for i in np.argsort(-values, kind="stable") if i != row][:k]
        kept[row, others] = values[others]
    return kept


def without_zeros(scores):
    return np.where(scores == 0, -np.inf, scores)


@pytest.mark.parametrize("weighting", ["binary", "log", "bm25"])
@pytest.mark.parametrize("k", [1, 4, 100])
def test_item_scores_agree_with_scikit_learns_cosine(train, weighting, k):
    model = ItemKNN(neighbours=k, weighting=weighting).fit(train)
    weights = weigh(train.user_items, weighting).toarray().astype(np.float64)
    expected = nearest(cosine_similarity(weights.T), k)
    np.testing.assert_allclose(model.similarities.toarray(), expected, atol=1e-6)
    scores = without_zeros(weights @ expected.T)
    np.testing.assert_allclose(model.score(np.arange(25)), scores, rtol=1e-5)


@pytest.mark.parametrize("weighting", ["binary", "log", "bm25"])
@pytest.mark.parametrize("k", [1, 4, 100])
def test_user_scores_agree_with_scikit_learns_cosine(train, weighting, k):
    model = UserKNN(neighbours=k, weighting=weighting).fit(train)
    weights = weigh(train.user_items, weighting).toarray().astype(np.float64)
    expected = nearest(cosine_similarity(weights), k)
    np.testing.assert_allclose(model.similarities.toarray(), expected, atol=1e-6)
    scores = without_zeros(expected @ weights)
    np.testing.assert_allclose(model.score(np.arange(25)), scores, rtol=1e-5)


def test_similarities_do_not_depend_on_how_many_rows_are_held_at_once(train, monkeypatch):
    at_once = ItemKNN(neighbours=3).fit(train).similarities.toarray()
    monkeypatch.setattr(neighbours, "_ROWS_AT_ONCE", 4)
    np.testing.assert_array_equal(ItemKNN(neighbours=3).fit(train).similarities.toarray(), at_once)


@pytest.mark.parametrize("model", [ItemKNN, UserKNN])
@pytest.mark.parametrize("count", [0, -1, 2.5, "many", True])
def test_a_number_of_neighbours_that_makes_no_sense_is_refused(model, count):
    with pytest.raises(SettingError, match="expected a whole number from 1 upwards"):
        model(neighbours=count)
