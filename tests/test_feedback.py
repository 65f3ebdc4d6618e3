"""The feedback loop: who accepts what, what is learnt from it, and what is recorded."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import gini
from helpers.feedback import Society, draw_society, model_policy, own_choice, run_loop
from helpers.interactions import IdMap, Interactions
from helpers.models import ALS, Popularity


def society_of(matrix, utility, choice=None) -> Society:
    matrix = sp.csr_array(np.asarray(matrix, dtype=np.float32))
    users, items = (IdMap(range(n)) for n in matrix.shape)
    names = np.array([f"artist {item}" for item in range(matrix.shape[1])], dtype=object)
    utility = np.broadcast_to(np.float32(utility), matrix.shape)
    choice = utility if choice is None else np.asarray(choice, dtype=np.float32)
    return Society(Interactions(matrix, users, items, names), utility, choice)


def small_society(utility=0.5) -> Society:
    # Popularity 3, 2, 1, 1, 0; user 2 has the weights 2 and 6.
    return society_of([[5, 1, 0, 0, 0], [3, 4, 9, 0, 0], [2, 0, 0, 6, 0]], utility)


def always(lists):
    return lambda train: np.array(lists)


@pytest.fixture(scope="module")
def society() -> Society:
    return draw_society(0, n_listeners=40, n_artists=500)


# The drawn society


def test_a_society_of_a_seed_is_always_the_same(society):
    again, other = (draw_society(seed, n_listeners=40, n_artists=500) for seed in (0, 1))
    assert (society.listening.user_items != again.listening.user_items).nnz == 0
    assert np.array_equal(society.utility, again.utility)
    assert np.array_equal(society.choice, again.choice)
    assert society.utility.shape != other.utility.shape or (society.utility != other.utility).any()


def test_every_artist_of_a_society_is_played_and_keeps_name_and_identifier(society):
    assert society.listening.item_popularity().min() >= 1
    assert society.listening.n_items < 500
    assert society.utility.shape == society.choice.shape == society.listening.user_items.shape
    assert society.utility.dtype == np.float32


def test_utility_is_one_for_the_best_hundredth_of_each_user(society):
    assert society.utility.min() >= 0
    n_best = (society.utility == 1).sum(axis=1)
    assert (n_best >= np.floor(0.01 * society.listening.n_items)).all()
    assert np.median(n_best) < 0.1 * society.listening.n_items


def test_users_like_what_they_play_more_than_the_rest(society):
    plays = society.listening.user_items.toarray() > 0
    assert society.utility[plays].mean() > 1.5 * society.utility[~plays].mean()


def test_utility_ignores_fame_where_choice_follows_it(society):
    popularity = society.listening.item_popularity()
    famous = np.argsort(-popularity)[:20]
    lift = {
        name: getattr(society, name)[:, famous].mean() / getattr(society, name).mean()
        for name in ("utility", "choice")
    }
    assert lift["choice"] > 5
    assert lift["utility"] < 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 0, "n_listeners": 1}, "n_listeners is 1"),
        ({"seed": 0, "n_artists": 499}, "n_artists is 499"),
        ({"seed": 0, "n_artists": 1e3}, "n_artists is 1000.0"),
    ],
)
def test_a_society_refuses_sizes_that_make_no_sense(arguments, message):
    with pytest.raises(SettingError, match=message):
        draw_society(**arguments)


# Who accepts what


def test_what_is_worth_one_is_always_accepted_with_the_median_weight_of_the_user():
    loop = run_loop(small_society(1), always([[2, 3], [3, 4], [1, 4]]), rounds=1, k=2)
    assert loop.accepted.tolist() == [6]
    grown = [[5, 1, 3, 3, 0], [3, 4, 9, 4, 4], [2, 4, 0, 6, 4]]
    assert loop.listening.user_items.toarray().tolist() == grown


def test_what_is_worth_nothing_is_never_accepted():
    loop = run_loop(small_society(0), always([[2, 3], [3, 4], [1, 4]]), rounds=5, k=2)
    assert loop.accepted.tolist() == [0] * 5
    assert loop.listening.n_pairs == 7
    assert np.isnan(loop.head_share[1:]).all()
    assert np.isnan(loop.tail_share[1:]).all()
    assert np.allclose(loop.gini, loop.gini[0])


def test_only_the_utility_of_the_shown_items_decides():
    worth = np.zeros((3, 5))
    worth[1, 4] = 1
    loop = run_loop(small_society(worth), always([[2, 4], [3, 4], [4, 1]]), rounds=3, k=2)
    assert loop.accepted.tolist() == [1, 0, 0]
    assert loop.listening.user_items[1, 4] == 4


def test_known_items_second_places_and_empty_places_are_not_accepted():
    lists = [[0, 1, -1], [3, 3, 3], [-1, -1, -1]]
    loop = run_loop(small_society(1), always(lists), rounds=2, k=3)
    assert loop.accepted.tolist() == [1, 0]
    assert loop.listening.user_items.toarray()[1].tolist() == [3, 4, 9, 4, 0]


def test_half_of_what_is_worth_a_half_is_accepted():
    nobody_knows = sp.eye_array(2000, 11, k=-1000)
    big = society_of(nobody_knows.toarray() + np.eye(2000, 11), 0.5)
    loop = run_loop(big, always(np.tile([8, 9, 10], (2000, 1))), rounds=1, k=3)
    assert 2800 < loop.accepted[0] < 3200


def test_a_user_without_any_pair_gets_the_weight_one():
    society = society_of([[4, 2, 0], [0, 0, 0]], 1)
    loop = run_loop(society, always([[2], [0]]), rounds=1, k=1)
    assert loop.listening.user_items.toarray().tolist() == [[4, 2, 3], [1, 0, 0]]


@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_listening_grows_by_what_is_accepted_and_keeps_what_was_there(seed, rounds, k):
    rng = np.random.default_rng(seed)
    plays = rng.poisson(0.7, (6, 8))
    plays[0, 0] = 1
    society = society_of(plays, rng.random((6, 8)))
    lists = rng.integers(-1, 8, (6, k))
    lists[0, 0] = 1
    loop = run_loop(society, always(lists), rounds, k, seed)
    before, after = society.listening.user_items, loop.listening.user_items
    assert after.nnz == before.nnz + loop.accepted.sum()
    assert (after.toarray()[plays > 0] == plays[plays > 0]).all()
    joined = np.argwhere((after.toarray() > 0) & (plays == 0))
    assert all(item in lists[user] for user, item in joined)
    assert society.listening.n_pairs == (plays > 0).sum()


# What is recorded


def test_records_are_those_computed_by_hand():
    # Artist 0 is the head, with 3 of 7 pairs; artists 0 to 2 hold 80 % of them, the rest is tail.
    loop = run_loop(small_society(1), always([[2, 3], [3, 4], [1, 4]]), rounds=2, k=2)
    assert loop.gini[0] == pytest.approx(gini(np.array([3, 2, 1, 1, 0])))
    assert loop.gini[1] == pytest.approx(gini(np.array([3, 3, 2, 3, 2])))
    assert loop.head_share[:2].tolist() == pytest.approx([3 / 7, 0])
    assert loop.tail_share[:2].tolist() == pytest.approx([1 / 7, 4 / 6])
    assert loop.mean_popularity.tolist() == pytest.approx([(1 + 0.5 + 1) / 3] * 2)
    assert loop.coverage.tolist() == [0.8, 0.8]
    assert loop.reached.tolist() == [0.8, 0.8]
    assert loop.utility.tolist() == [[1, 1, 1]] * 2
    assert len(loop.gini) == len(loop.head_share) == len(loop.tail_share) == 3


def test_reached_counts_every_item_shown_so_far():
    lists = iter([[[0], [0], [0]], [[1], [2], [1]], [[0], [0], [0]]])
    loop = run_loop(small_society(0), lambda train: np.array(next(lists)), rounds=3, k=1)
    assert loop.coverage.tolist() == pytest.approx([0.2, 0.4, 0.2])
    assert loop.reached.tolist() == pytest.approx([0.2, 0.6, 0.6])


def test_utility_is_the_mean_of_a_list_and_unknown_for_an_empty_one():
    worth = np.tile([0.1, 0.2, 0.3, 0.4, 0.5], (3, 1))
    loop = run_loop(small_society(worth), always([[2, 3], [4, -1], [-1, -1]]), rounds=1, k=2)
    assert np.allclose(loop.utility[0], [0.35, 0.5, np.nan], equal_nan=True)


def test_the_policy_sees_what_was_accepted_before():
    seen = []

    def watch(train):
        seen.append(train.n_pairs)
        return np.array([[2 + len(seen) % 2], [3], [1]])

    loop = run_loop(small_society(1), watch, rounds=3, k=1)
    assert seen == [7, 7 + loop.accepted[0], 7 + loop.accepted[:2].sum()]


# Policies


@pytest.mark.parametrize("name", ["als", "popularity", "own choice"])
def test_the_same_seed_gives_the_same_loop(society, name):
    policy = {
        "als": model_policy(lambda: ALS(factors=4, regularization=1.0, iterations=3), k=4),
        "popularity": model_policy(Popularity, k=4),
        "own choice": own_choice(society, k=4, seed=3),
    }[name]
    first, second, other = (run_loop(society, policy, 3, 4, seed) for seed in (0, 0, 1))
    assert (first.listening.user_items != second.listening.user_items).nnz == 0
    assert np.array_equal(first.gini, second.gini)
    assert np.array_equal(first.utility, second.utility)
    assert (first.listening.user_items != other.listening.user_items).nnz > 0


def test_own_choice_shows_nothing_known_nothing_twice_and_something_new_each_round(society):
    policy = own_choice(society, k=5)
    lists = policy(society.listening)
    rows = np.arange(society.listening.n_users)[:, None]
    assert lists.shape == (40, 5)
    assert (society.listening.user_items.toarray()[rows, lists] == 0).all()
    assert all(len(set(row)) == 5 for row in lists.tolist())
    loop = run_loop(society, policy, rounds=1, k=5)
    assert (policy(loop.listening) != lists).any()


def test_own_choice_draws_by_odds_and_never_what_has_none():
    odds = np.tile([0, 1, 3, 0, 0], (5000, 1))
    society = society_of(np.eye(5000, 5) * [1, 0, 0, 1, 1], 1, odds)
    drawn = own_choice(society, k=1)(society.listening)
    counts = np.bincount(drawn.ravel(), minlength=5)
    assert counts[[0, 3, 4]].tolist() == [0, 0, 0]
    assert counts[2] / 5000 == pytest.approx(0.75, abs=0.03)
    two_left = own_choice(society, k=3)(society.listening)
    assert (two_left[:, 2] == -1).all()


def test_popularity_shows_more_popular_artists_than_listeners_would_choose(society):
    popular = run_loop(society, model_policy(Popularity, k=5), rounds=2, k=5)
    own = run_loop(society, own_choice(society, k=5), rounds=2, k=5)
    assert popular.mean_popularity[0] > own.mean_popularity[0]
    assert popular.tail_share[1] < own.tail_share[1]
    assert popular.reached[-1] < own.reached[-1]
    assert np.nanmean(popular.utility) < np.nanmean(own.utility)


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rounds": 0}, "rounds is 0, expected a whole number from 1 upwards"),
        ({"k": 6}, r"k is 6, expected 1 to 5 \(the size of the catalogue\)"),
        ({"k": 0}, "k is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_loop_refuses_settings_that_make_no_sense(arguments, message):
    with pytest.raises(SettingError, match=message):
        run_loop(small_society(), always([[2, 3], [3, 4], [1, 4]]), **{"k": 2} | arguments)


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ([[2, 3], [3, 4]], r"of shape \(2, 2\), expected .* of shape \(3, 2\)"),
        ([[2], [3], [4]], r"of shape \(3, 1\)"),
        ([[2.0, 3.0]] * 3, "returned float64"),
        ([[2, 5]] * 3, "items run from 2 to 5"),
        ([[-2, 3]] * 3, "items run from -2 to 3"),
        ([[-1, -1]] * 3, "every list is empty"),
    ],
)
def test_a_loop_refuses_what_are_no_lists(lists, message):
    with pytest.raises(SettingError, match=message):
        run_loop(small_society(), always(lists), rounds=1, k=2)
