from dataclasses import replace

import numpy as np
import pytest
from small_worlds import as_interactions, random_plays, small_model

from helpers import rerank
from helpers.errors import NotFittedError, SettingError
from helpers.mitigation import METHODS, N_CANDIDATES, Desk
from helpers.models import ALS, Blend
from helpers.weighting import downweight_popular, weigh

PLAYS = random_plays(seed=1, shape=(15, 10))


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(small_model("als").fit(PLAYS))


def test_candidates_are_the_best_items_without_those_of_training(desk):
    expected = desk.model.recommend(np.arange(15), 10, exclude=PLAYS)
    np.testing.assert_array_equal(desk.candidates.items, expected.items)
    assert desk.n_candidates == 10 < N_CANDIDATES
    np.testing.assert_array_equal(Desk(desk.model, 4).candidates.items, expected.items[:, :4])


def test_spread_is_that_of_the_candidates(desk):
    scores, is_known = desk.candidates.scores, desk.candidates.items >= 0
    assert desk.spread == rerank.spread(scores, is_known)


@pytest.mark.parametrize("n", [0, -1, 2.5, "many"])
def test_a_number_of_candidates_that_makes_no_sense_is_refused(desk, n):
    with pytest.raises(SettingError, match=r"n_candidates is .*, expected a whole number from 1"):
        Desk(desk.model, n)


def test_an_untrained_model_is_refused_with_what_to_do():
    with pytest.raises(NotFittedError, match=r"call fit\(train\) first"):
        Desk(small_model("als"))


@pytest.mark.parametrize(
    ("name", "other"), [("als", "ials"), ("ials", "als"), ("item-knn", "ials")]
)
def test_opinions_are_scores_of_tags_and_the_other_factor_model_for_the_candidates(name, other):
    desk = Desk(small_model(name).fit(PLAYS))
    parts = dict.fromkeys(("als", "ials", "ease", "friends"), 0.0) | {other: 1.0, "content": 1.0}
    scores = Blend(**parts).fit(PLAYS).score(np.arange(15))
    for user, items in enumerate(desk.candidates.items):
        known = np.flatnonzero(items >= 0)
        np.testing.assert_array_equal(desk.opinions[user, known], scores[user, items[known]])


def test_without_tags_the_opinion_is_that_of_the_other_factor_model_alone():
    plain = replace(PLAYS, side=None)
    desk = Desk(small_model("als").fit(plain))
    alone = Blend(als=0.0, ials=1.0, ease=0.0, content=0.0, friends=0.0).fit(plain)
    items = np.maximum(desk.candidates.items, 0)
    expected = np.take_along_axis(alone.score(np.arange(15)), items, axis=1)
    known = desk.candidates.items >= 0
    np.testing.assert_array_equal(desk.opinions[known], expected[known])
    found = METHODS["second opinion"].lists(desk, 0.5, 5)
    assert not np.isnan(found.scores).any()


def test_main_tag_is_the_one_that_most_users_gave():
    # Item 0: tag 1 twice and tag 0 once; item 1: a draw, which the smaller tag wins; item 2: none.
    tagged = [[0, 0, 1], [1, 0, 1], [2, 0, 0], [0, 1, 2], [1, 1, 0]]
    desk = Desk(small_model("item-knn").fit(as_interactions(np.ones((3, 4)), tagged)))
    np.testing.assert_array_equal(desk.main_tag, [1, 0, -1, -1])


def test_without_tags_there_is_no_tag_cap():
    desk = Desk(small_model("als").fit(replace(PLAYS, side=None)))
    with pytest.raises(SettingError, match="has no tags, expected some to tell groups of items by"):
        METHODS["tag cap"].lists(desk, 2, 3)


@pytest.mark.parametrize(
    ("model", "arguments"),
    [
        (ALS(weighting="bm25", k1=0.3, b=0.1), ("bm25", 0.3, 0.1)),
        (ALS(weighting="log"), ("log",)),
        (small_model("item-knn", weighting="plays"), ("plays",)),
    ],
)
def test_weights_are_those_that_the_model_was_trained_on(model, arguments):
    found = Desk(model.fit(PLAYS)).weights
    np.testing.assert_array_equal(found.toarray(), weigh(PLAYS.user_items, *arguments).toarray())


def test_retrained_model_is_one_made_by_hand(desk):
    lighter = downweight_popular(desk.weights, 0.5)
    by_hand = ALS(**desk.model.settings | {"weighting": "plays"}).fit(PLAYS.with_matrix(lighter))
    found = desk.retrained(lighter)
    np.testing.assert_array_equal(found.item_factors, by_hand.item_factors)
    assert desk.retrained(factors=2).item_factors.shape == (10, 2)
    assert desk.model.settings["weighting"] == "bm25"  # the first model stays as it was


def test_a_model_without_weights_cannot_be_trained_on_others():
    desk = Desk(small_model("popularity").fit(PLAYS))
    with pytest.raises(SettingError, match="popularity takes no weights, expected a model with"):
        desk.retrained(desk.weights)
    with pytest.raises(SettingError, match="popularity takes no weights, expected a model with"):
        desk.retrained(PLAYS.user_items)
