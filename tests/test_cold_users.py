import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import as_interactions

from helpers.cold_users import cold_user_split
from helpers.data.lastfm import load_lastfm
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models import ALS

PAIRS = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=8, max_size=60)


def interactions_of(pairs) -> Interactions:
    frame = pl.DataFrame(sorted(pairs), schema=["user_id", "item_id"], orient="row")
    return Interactions.from_frame(frame.with_columns(weight=pl.int_range(1, len(frame) + 1)))


def two_camps() -> Interactions:
    """A hundred users, each with half of the items of one of two kinds."""
    liked = (np.arange(100)[:, None] + np.arange(60)) % 2 == 0
    return as_interactions(liked & (np.random.default_rng(0).random(liked.shape) < 0.5))


def full(n_users: int, n_items: int) -> Interactions:
    return interactions_of((user, item) for user in range(n_users) for item in range(n_items))


def n_of_user(part: Interactions) -> np.ndarray:
    return np.diff(part.user_items.indptr)


@given(PAIRS, st.integers(0, 2**32))
def test_users_are_either_learnt_from_or_held_out_and_no_pair_is_lost(pairs, seed):
    # Users 7 and 8 have enough items for every part to be filled.
    full_users = ((user, item) for user in (7, 8) for item in range(10))
    interactions = interactions_of([*pairs, *full_users])
    split = cold_user_split(interactions, user_share=0.3, test_share=0.4, seed=seed)
    parts = [split.train, split.given, split.test]
    together = sum(part.user_items.toarray() for part in parts)
    np.testing.assert_array_equal(together, interactions.user_items.toarray())
    shown, hidden = n_of_user(split.given), n_of_user(split.test)
    assert not (n_of_user(split.train) * (shown + hidden)).any()
    assert (shown[split.user_rows] >= 1).all()
    np.testing.assert_array_equal(np.flatnonzero(hidden), split.user_rows)


def test_shares_are_those_asked_for():
    split = cold_user_split(full(20, 10), user_share=0.25, test_share=0.3)
    assert len(split.user_rows) == 5
    assert n_of_user(split.given)[split.user_rows].tolist() == [7] * 5
    assert n_of_user(split.test)[split.user_rows].tolist() == [3] * 5


def test_seed_alone_decides_the_split():
    first, again, other = (cold_user_split(full(30, 10), seed=seed) for seed in (1, 1, 2))
    assert (first.test.user_items != again.test.user_items).nnz == 0
    assert (first.given.user_items != other.given.user_items).nnz


def test_users_with_a_single_item_are_never_held_out():
    interactions = interactions_of([(0, 0), (1, 1), *((2, item) for item in range(5))])
    interactions = interactions_of(zip(*interactions.user_items.nonzero(), strict=True))
    split = cold_user_split(interactions, user_share=0.9, test_share=0.4)
    assert split.user_rows.tolist() == [2]


@pytest.mark.parametrize(
    ("pairs", "settings", "message"),
    [
        ([(0, 0), (1, 1)], {}, "0 users have two pairs or more"),
        ([(0, 0), (0, 1)], {}, "0 pairs remain for training"),
        ([(0, 0), (1, 1)], {"user_share": 20}, "user_share is 20"),
        ([(0, 0), (1, 1)], {"test_share": 1}, "test_share is 1"),
        ([(0, 0), (1, 1)], {"seed": -1}, "split seed is -1"),
    ],
)
def test_what_cannot_be_split_is_refused(pairs, settings, message):
    with pytest.raises(SettingError, match=message):
        cold_user_split(interactions_of(pairs), **settings)


def test_tags_of_held_out_users_reach_no_training(tiny_lastfm_dir):
    split = cold_user_split(load_lastfm(tiny_lastfm_dir).interactions())
    hidden = split.given.user_items + split.test.user_items
    user, item = split.train.side.tagged[:, :2].T
    assert len(user)
    # A tag on an artist whom the user has not played belongs to no pair, and stays.
    assert not hidden[user, item].any()


def test_model_that_folds_in_beats_popularity_on_users_it_never_saw():
    split = cold_user_split(two_camps())
    shown, hidden = (p.user_items[split.user_rows] for p in (split.given, split.test))
    als = ALS(factors=4, regularization=1.0).fit(split.train)
    popularity = np.tile(split.train.item_popularity(), (len(split.user_rows), 1))

    def n_hits(scores: np.ndarray) -> int:
        scores = np.where(shown.toarray() > 0, -np.inf, scores)
        lists = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        rows = np.arange(len(lists))[:, None]
        return int((sp.csr_array(hidden).toarray()[rows, lists] > 0).sum())

    assert n_hits(als.score_new(shown)) > n_hits(popularity)
