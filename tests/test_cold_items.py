from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import as_interactions, random_plays

from helpers.cold_items import (
    ColdItemSplit,
    ColdJudgement,
    cold_item_split,
    judge_cold_items,
    mean_over_draws,
    partly_shown,
    random_recall,
    train_feature_ials,
    typical_item,
    with_placed_items,
)
from helpers.data.lastfm import load_lastfm
from helpers.errors import SettingError
from helpers.evaluation.significance import bootstrap_interval
from helpers.models import ALS
from helpers.models.base import Recommender
from helpers.words.placing import learn_words_to_factors
from helpers.words.terms import tag_terms, without_background
from helpers.words.vectors import CulturalVectors, cultural_vectors

N_USERS, N_ITEMS = 120, 80


def two_camps(is_marked, seed=0):
    """Users of one of two kinds, who play artists of theirs; tags by others tell these apart.

    In a marked world every listener has a tag of their own, and gives it to all they play:
    whoever reads the marks of hidden pairs knows who plays what.
    """
    rng = np.random.default_rng(seed)
    camp_of_user, camp_of_item = np.arange(N_USERS) % 2, np.arange(N_ITEMS) % 2
    plays = (camp_of_user[:, None] == camp_of_item) & (rng.random((N_USERS, N_ITEMS)) < 0.5)
    users, items = plays.nonzero()
    marks = np.column_stack([users, items, 4 + users])
    strangers = (np.arange(N_ITEMS) + 1) % 2  # users 0 and 1 tag what the other camp plays
    told = [
        np.column_stack([strangers, np.arange(N_ITEMS), 2 * extra + camp_of_item])
        for extra in (0, 1)
    ]
    return as_interactions(plays, np.concatenate([marks, *told] if is_marked else told))


@pytest.fixture(scope="module")
def world():
    return two_camps(is_marked=False)


@pytest.fixture(scope="module")
def split(world):
    return cold_item_split(world, item_share=0.2)


@pytest.fixture(scope="module")
def als(split):
    return ALS(factors=4, regularization=1.0).fit(split.train)


def placed_by_words(model, train, split):
    vectors = cultural_vectors(tag_terms(train.side))
    placing = learn_words_to_factors(vectors, model.item_factors, train.item_popularity(), 1.0)
    return with_placed_items(model, placing.place(vectors), split.item_rows)


def cells(part):
    return set(zip(*part.user_items.nonzero(), strict=True))


class Oracle(Recommender):
    """Scores what it is given, trained or not."""

    name = "oracle"

    def __init__(self, scores):
        self.scores = np.asarray(scores, dtype=np.float32)

    def _fit(self, train):
        pass

    def score(self, user_rows):
        return self.scores[user_rows]


# The split


@given(st.integers(0, 2**32), st.floats(0.05, 0.9))
def test_no_pair_of_a_hidden_artist_is_left_and_no_pair_is_lost(seed, share):
    plays = random_plays(3)
    split = cold_item_split(plays, share, least_listeners=2, seed=seed)
    assert not split.train.item_popularity()[split.item_rows].any()
    assert cells(split.train) | cells(split.test) == cells(plays)
    assert not cells(split.train) & cells(split.test)
    assert (plays.item_popularity()[split.item_rows] >= 2).all()


def test_share_is_of_the_artists_with_enough_listeners():
    counts = np.zeros((6, 30))
    counts[:5, :20] = 1
    counts[0, 20:] = 1
    assert len(cold_item_split(as_interactions(counts), 0.1, 5).item_rows) == 2


def test_seed_alone_decides_who_is_hidden(world):
    first, again, other = (cold_item_split(world, seed=seed).item_rows for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"item_share": 0}, "item_share is 0"),
        ({"item_share": 10}, "item_share is 10"),
        ({"least_listeners": 0}, "least_listeners is 0"),
        ({"least_listeners": 1000}, "0 artists have 1000 listeners or more"),
        ({"seed": -1}, "split seed is -1"),
    ],
)
def test_what_cannot_be_hidden_is_refused(world, settings, message):
    with pytest.raises(SettingError, match=message):
        cold_item_split(world, **settings)


def test_hiding_everything_is_refused():
    with pytest.raises(SettingError, match="0 pairs would remain"):
        cold_item_split(as_interactions(np.ones((6, 1))))


def test_part_of_the_hidden_pairs_is_given_back(world, split):
    warm = partly_shown(split, world, 0.8)
    assert cells(warm.test) < cells(split.test)
    assert cells(warm.train) == cells(world) - cells(warm.test)
    assert len(cells(warm.test)) / len(cells(split.test)) == pytest.approx(0.2, abs=0.1)
    np.testing.assert_array_equal(warm.item_rows, split.item_rows)


# No tag by a test pair leaks


@pytest.fixture(scope="module")
def marked():
    return two_camps(is_marked=True)


def test_tags_by_hidden_listeners_are_gone_and_those_by_others_stay(marked):
    split = cold_item_split(marked, item_share=0.2)
    tagged = {(user, item) for user, item, _ in split.train.side.tagged}
    assert not tagged & cells(split.test)
    of_hidden = {item for _, item in tagged} & set(split.item_rows.tolist())
    assert of_hidden == set(split.item_rows.tolist())
    assert len(split.with_metadata().side.tagged) == len(marked.side.tagged)
    assert cells(split.with_metadata()) == cells(split.train)


def test_marks_on_hidden_pairs_change_no_score(marked, als):
    split = cold_item_split(marked, item_share=0.2)
    hidden = cells(split.test)
    unmarked = [(user, item) not in hidden for user, item, _ in marked.side.tagged]
    honest = replace(marked, side=replace(marked.side, tagged=marked.side.tagged[unmarked]))
    same = cold_item_split(honest, item_share=0.2)
    with_marks = placed_by_words(als, split.train, split).score(np.arange(N_USERS))
    without = placed_by_words(als, same.train, same).score(np.arange(N_USERS))
    np.testing.assert_array_equal(with_marks, without)
    leaky = placed_by_words(als, split.with_metadata(), split).score(np.arange(N_USERS))
    assert (leaky != without).any()


# Placing


def test_words_tell_who_plays_hidden_artists_and_the_typical_artist_does_not(split, als):
    words = judge_cold_items(placed_by_words(als, split.train, split), split, k=20)
    typical = with_placed_items(als, typical_item(als, split), split.item_rows)
    guess = judge_cold_items(typical, split, k=20)
    # Hidden artists of one camp have the same words, and stand in the same place.
    assert np.nanmean(words.auc) > np.nanmean(guess.auc) + 0.2
    assert np.nanmean(words.auc_among_hidden) > 0.8
    np.testing.assert_allclose(guess.auc_among_hidden[~np.isnan(guess.auc)], 0.5)
    assert np.nanmean(words.recall) > np.nanmean(guess.recall) + 0.5


def test_placing_leaves_the_model_as_it_is(split, als):
    before = als.item_factors.copy()
    placed = with_placed_items(als, np.ones_like(before), split.item_rows)
    np.testing.assert_array_equal(als.item_factors, before)
    assert (placed.item_factors[split.item_rows] == 1).all()
    others = np.setdiff1d(np.arange(N_ITEMS), split.item_rows)
    np.testing.assert_array_equal(placed.item_factors[others], before[others])


def test_an_artist_without_words_is_never_recommended(split, als):
    placed = typical_item(als, split)
    silent = split.item_rows[0]
    placed[silent] = 0
    model = with_placed_items(als, placed, split.item_rows)
    assert np.isneginf(model.score(np.arange(N_USERS))[:, silent]).all()
    assert silent not in model.recommend(np.arange(N_USERS), N_ITEMS).items


def test_feature_ials_places_hidden_artists_and_repeats(split):
    vectors = cultural_vectors(tag_terms(split.train.side))
    silent = int(split.item_rows[0])
    rows = vectors.rows.tolil()
    rows[silent] = 0
    vectors = CulturalVectors(sp.csr_array(rows), vectors.names)
    first, again = (
        train_feature_ials(split.train, vectors, 1.0, factors=4, iterations=5) for _ in range(2)
    )
    np.testing.assert_array_equal(first.item_factors, again.item_factors)
    assert not first.item_factors[silent].any()
    assert np.nanmean(judge_cold_items(first, split, k=10).auc_among_hidden) > 0.75


# Judging


def test_a_model_that_knows_everything_is_perfect(world, split):
    judged = judge_cold_items(Oracle(world.user_items.toarray()), split, k=N_ITEMS)
    tested = np.diff(split.test.user_items.indptr) > 0
    for values in vars(judged).values():
        np.testing.assert_array_equal(np.isnan(values), ~tested)
    assert (judged.auc[tested] == 1).all()
    assert (judged.recall[tested] == 1).all()


def test_judgement_is_the_one_worked_out_by_hand():
    train, test = as_interactions([[1, 0, 0, 0, 0]]), as_interactions([[0, 0, 1, 1, 0]])
    split = ColdItemSplit(train, test, np.array([2, 3, 4]), None)
    judged = judge_cold_items(Oracle([[9, 3, 4, 1, 2]]), split, k=2)
    # Item 0 is known. Item 2 stands before 1 and 4; item 3 behind both.
    assert judged.auc.tolist() == [0.5]
    assert judged.auc_among_hidden.tolist() == [0.5]
    assert judged.recall.tolist() == [0.5]


def test_users_judged_in_batches_are_judged_alike(split, als, monkeypatch):
    model = with_placed_items(als, typical_item(als, split), split.item_rows)
    at_once = judge_cold_items(model, split, k=5)
    monkeypatch.setattr("helpers.cold_items._SCORES_AT_ONCE", 7 * N_ITEMS)
    in_batches = judge_cold_items(model, split, k=5)
    for name in vars(at_once):
        np.testing.assert_allclose(getattr(at_once, name), getattr(in_batches, name), atol=1e-6)


def test_random_recall_is_what_random_scores_have_on_average(split):
    rng = np.random.default_rng(0)
    found = [
        np.nanmean(judge_cold_items(Oracle(rng.random((N_USERS, N_ITEMS))), split, k=10).recall)
        for _ in range(40)
    ]
    assert np.mean(found) == pytest.approx(np.nanmean(random_recall(split, 10)), rel=0.05)


def test_lists_longer_than_the_catalogue_are_refused(split, als):
    with pytest.raises(SettingError, match="k is 81"):
        judge_cold_items(als, split, k=N_ITEMS + 1)


def test_mean_over_draws_is_over_those_in_which_a_user_is_tested():
    nan = np.nan
    draws = [
        ColdJudgement(np.array(a), np.array(a), np.array(a))
        for a in ([1.0, nan, nan], [0.0, 0.5, nan])
    ]
    np.testing.assert_array_equal(mean_over_draws(draws).auc, [0.5, 0.5, nan])


def test_words_place_real_artists_whose_every_play_is_hidden(real_lastfm_dir):
    split = cold_item_split(load_lastfm(real_lastfm_dir).interactions())
    als = ALS(iterations=5).fit(split.train)
    vectors = cultural_vectors(without_background(tag_terms(split.train.side)))
    placing = learn_words_to_factors(vectors, als.item_factors, split.train.item_popularity())
    model = with_placed_items(als, placing.place(vectors), split.item_rows)
    judged = judge_cold_items(model, split)
    assert bootstrap_interval(judged.auc)[0] > 0.9
    assert bootstrap_interval(judged.recall / random_recall(split))[0] > 30
