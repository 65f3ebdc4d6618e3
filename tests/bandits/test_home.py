"""The home page: what is offered, what is true of it, and who streams what."""

import dataclasses

import numpy as np
import pytest
from scipy.special import expit
from small_homes import drawn_home, hand_home, hand_shelves

from helpers.bandits.home import draw_home
from helpers.bandits.known import BECAUSE, NEW, POPULAR
from helpers.errors import SettingError


def test_equal_homes_offer_equal_shelves_and_days_differ():
    again = draw_home(0, n_listeners=30, n_artists=500)
    one, two, other = drawn_home().visit(3), again.visit(3), again.visit(4)
    assert np.array_equal(one.artists, two.artists)
    assert np.array_equal(one.eligible, two.eligible)
    assert np.array_equal(drawn_home().chance(one), again.chance(two), equal_nan=True)
    assert one.artists.shape != other.artists.shape or (one.artists != other.artists).any()


def test_every_user_sees_one_to_four_shelves_of_ten_artists():
    shelves = drawn_home().visit(0)
    n_seen = np.bincount(shelves.users, minlength=30)
    assert n_seen.min() >= 1
    assert n_seen.max() <= 4
    assert shelves.artists.shape == (len(shelves.users), 10)


def test_reasons_are_true_of_their_artists():
    home = drawn_home()
    shelves = home.visit(0)
    assert shelves.eligible[..., BECAUSE].all()
    assert np.array_equal(shelves.eligible[..., POPULAR], home.known.is_popular[shelves.artists])
    assert 0.1 < shelves.eligible[..., NEW].mean() < 0.3


def test_what_is_new_stays_new_for_its_week():
    home = drawn_home()
    n_items = home.utility.shape[1]
    assert np.array_equal(home._fresh(0, n_items), home._fresh(6, n_items))
    assert (home._fresh(6, n_items) != home._fresh(7, n_items)).any()


def test_four_artists_of_a_shelf_are_likely_and_unknown_to_the_user():
    home = drawn_home()
    shelves = home.visit(0)
    plays = home.known.listening.user_items.toarray() > 0
    likely = home.known.likely[shelves.users]
    for place in range(4):
        assert (likely == shelves.artists[:, place, None]).any(axis=1).all()
        assert not plays[shelves.users, shelves.artists[:, place]].any()


def test_chance_is_that_of_taste_and_trust_by_hand():
    home = hand_home([[0.0, 1.0, 0.5], [0.2, 0.0, 0.0]], [[0.0, 0.7, -0.4], [0.1, 0.0, 0.0]])
    shelves = hand_shelves(home.known, [0, 1], [[0, 1], [2, 0]])
    nothing = np.nan  # nothing is new, and only item 0 is popular
    expected = [
        [-3 + 0.0, nothing, -3 - 0.4, -3 + 3.0, nothing, nothing],
        [-3 + 0.1, nothing, nothing, -3 + 3 * 0.2 + 0.1, nothing, -3 + 3 * 0.2],
    ]
    assert np.allclose(home.chance(shelves), expit(expected), equal_nan=True)


def test_from_the_day_of_change_users_have_the_taste_of_another():
    home = hand_home([[0.0, 1.0, 0.5], [0.2, 0.0, 0.0]], [[0.5, 0.7, -0.4], [0.1, 0.0, 0.0]])
    home = dataclasses.replace(home, change_day=5)
    before = hand_shelves(home.known, [0, 1], [[0, 1, 2]] * 2, fresh=True, day=4)
    after = dataclasses.replace(before, day=5)
    assert np.array_equal(home.chance(before)[::-1], home.chance(after), equal_nan=True)


def test_a_share_of_users_changes_and_the_rest_stays():
    home = draw_home(0, 30, 500, change_day=2, changed=0.4)
    assert (home.becomes != np.arange(30)).sum() == 12
    assert np.array_equal(np.sort(home.becomes), np.arange(30))


def test_new_artists_are_unheard_of_before_their_debut_and_new_after_it():
    home = drawn_home(debut_day=3)
    newcomers = home.debut > 0
    assert 0.1 < newcomers.mean() < 0.3
    assert home.known.popularity[newcomers].sum() == 0
    assert np.isfinite(home.known.score).all()
    before, after = home.visit(2), home.visit(3)
    assert not newcomers[before.artists].any()
    assert newcomers[after.artists].any()
    assert after.eligible[..., NEW][newcomers[after.artists]].all()


def test_the_profile_begins_with_the_mean_fame_of_what_a_user_plays():
    known = drawn_home().known
    played = known.listening.user_items
    fame = np.array([known.fame[played[[user]].indices].mean() for user in range(30)])
    assert np.allclose(known.profile[:, 0], (fame - fame.mean()) / fame.std())
    context = known.context(np.array([4]), np.array([[7, 8]]))
    assert np.allclose(context[0, :, 1], known.score[4, [7, 8]])
    assert np.allclose(context[0, :, 3:], known.profile[4])


def test_mainstream_listeners_trust_what_is_popular():
    trust = drawn_home().trust
    assert np.allclose(trust.mean(axis=0), 0)
    assert np.allclose(trust.std(axis=0), 0.6)


@pytest.mark.parametrize(
    "settings",
    [
        {"change_day": 0},
        {"change_day": 3, "changed": 1.5},
        {"debut_day": 0},
        {"debut_day": 3, "debuts": 0.9},
        {"n_artists": 10},
        {"n_listeners": 1},
    ],
)
def test_settings_out_of_range_are_refused_in_one_sentence(settings):
    with pytest.raises(SettingError, match="expected"):
        draw_home(0, **{"n_listeners": 5, "n_artists": 500} | settings)


def test_too_few_artists_to_discover_are_refused():
    with pytest.raises(SettingError, match="take more listeners or artists"):
        draw_home(0, 2, 500)


def test_days_before_the_first_are_refused():
    with pytest.raises(SettingError, match="day is -1"):
        drawn_home().visit(-1)
