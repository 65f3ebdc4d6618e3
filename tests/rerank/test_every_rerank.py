"""What every way to re-rank must do, whatever it goes by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_candidates import random_world, worlds

from helpers import rerank
from helpers.errors import SettingError

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

WAYS = {
    "penalty": lambda w, knob, k: rerank.penalise_popularity(w.candidates, w.popularity, knob, k),
    "division": lambda w, knob, k: rerank.divide_by_popularity(w.candidates, w.popularity, knob, k),
    "opinion": lambda w, knob, k: rerank.second_opinion(
        w.candidates, w.opinions, w.popularity, knob, k
    ),
    "xquad": lambda w, knob, k: rerank.xquad(w.candidates, w.train, w.popularity, knob, k),
    "calibration": lambda w, knob, k: rerank.calibrate_popularity(
        w.candidates, w.train, w.popularity, knob, k
    ),
    "diversity": lambda w, knob, k: rerank.diversify(w.candidates, w.vectors, knob, k),
    "niche": lambda w, knob, k: rerank.inject_niche(w.candidates, w.popularity < 3, knob, k),
    "cap": lambda w, knob, k: rerank.cap_group(w.candidates, w.groups, knob, k),
}
# From off to as strong as it goes; the cap is off at the longest list.
KNOBS = dict.fromkeys(WAYS, (0, 0.3, 0.77, 1)) | {
    "penalty": (0, 0.4, 3, 1000),
    "division": (0, 0.3, 2, 1000),
    "opinion": (0, 0.5, 1, 50),
    "cap": (12, 3, 2, 1),
}
EVERY_KNOB = [(way, knob) for way, knobs in KNOBS.items() for knob in knobs]


@pytest.mark.parametrize("way", WAYS)
@given(world=worlds, data=st.data())
def test_off_gives_the_lists_of_the_model_exactly(way, world, data):
    k = data.draw(st.integers(1, world.candidates.items.shape[1]))
    found = WAYS[way](world, KNOBS[way][0], k)
    np.testing.assert_array_equal(found.items, world.candidates.items[:, :k])
    np.testing.assert_array_equal(found.scores, world.candidates.scores[:, :k])
    own = rerank.first(world.candidates, k)
    np.testing.assert_array_equal(found.items, own.items)
    np.testing.assert_array_equal(found.scores, own.scores)


@pytest.mark.parametrize(("way", "knob"), EVERY_KNOB)
@given(world=worlds, data=st.data())
def test_lists_are_candidates_once_each_with_their_scores_and_end_in_padding(
    way, knob, world, data
):
    k = data.draw(st.integers(1, world.candidates.items.shape[1]))
    found = WAYS[way](world, knob, k)
    assert found.items.shape == found.scores.shape == (len(world.candidates.items), k)
    assert (found.items.dtype, found.scores.dtype) == (np.int32, np.float32)
    for user, (items, scores) in enumerate(zip(*found, strict=True)):
        candidates = dict(zip(*(part[user].tolist() for part in world.candidates), strict=True))
        n_known = len(candidates.keys() - {-1})
        listed = items[: min(k, n_known)].tolist()
        assert len(set(listed)) == len(listed)
        assert [candidates[item] for item in listed] == scores[: len(listed)].tolist()
        assert -1 not in listed
        assert (items[len(listed) :] == -1).all()
        assert np.isneginf(scores[len(listed) :]).all()


# The units of a second opinion are means over users.
@pytest.mark.parametrize(
    ("way", "knob"), [(way, knob) for way, knob in EVERY_KNOB if way != "opinion"]
)
@given(world=worlds)
def test_users_do_not_matter_to_each_other(way, knob, world):
    k = world.candidates.items.shape[1]
    together = WAYS[way](world, knob, k)
    last = len(world.candidates.items) - 1
    alone = world._replace(
        candidates=type(world.candidates)(*(part[last:] for part in world.candidates)),
        train=world.train[[last]],
    )
    np.testing.assert_array_equal(WAYS[way](alone, knob, k).items, together.items[last:])


@pytest.mark.parametrize(("way", "knob"), EVERY_KNOB)
def test_what_comes_in_stays_as_it_is(way, knob):
    world, same = random_world(1), random_world(1)
    WAYS[way](world, knob, 4)
    for part, before in zip(world[:1] + world[2:], same[:1] + same[2:], strict=True):
        np.testing.assert_array_equal(part, before)
    np.testing.assert_array_equal(world.train.toarray(), same.train.toarray())


@pytest.mark.parametrize(("way", "knob"), EVERY_KNOB)
def test_no_users_give_no_lists(way, knob):
    world = random_world(2)
    nobody = world._replace(
        candidates=type(world.candidates)(*(part[:0] for part in world.candidates)),
        train=world.train[:0],
        opinions=world.opinions[:0],
    )
    assert WAYS[way](nobody, knob, 3).items.shape == (0, 3)


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_number_of_numpy_is_a_list_length(way):
    world, knob = random_world(3), KNOBS[way][1]
    np.testing.assert_array_equal(
        WAYS[way](world, knob, np.int64(4)).items, WAYS[way](world, knob, 4).items
    )


@pytest.mark.parametrize("way", [*WAYS, "first"])
@pytest.mark.parametrize("k", [0, -1, 2.5, True, None])
def test_a_list_length_that_makes_no_sense_is_refused(way, k):
    with pytest.raises(SettingError, match=r"k is .*, expected a whole number from 1 upwards"):
        one_way(way, k)


@pytest.mark.parametrize("way", [*WAYS, "first"])
@pytest.mark.parametrize("k", [10, np.int64(10)])
def test_more_places_than_candidates_are_refused_with_what_to_do(way, k):
    sentence = "k is 10 but there are 9 candidates a user; ask the model for at least 10"
    with pytest.raises(SettingError, match=sentence):
        one_way(way, k)


def one_way(way, k):
    world = random_world(4)
    if way == "first":
        return rerank.first(world.candidates, k)
    return WAYS[way](world, KNOBS[way][1], k)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("knob", [-0.1, np.nan, np.inf, "0.5", None, True])
def test_a_knob_that_makes_no_sense_is_refused(way, knob):
    with pytest.raises(SettingError, match=r"is .*, expected a (whole )?number from"):
        WAYS[way](random_world(5), knob, 3)


@pytest.mark.parametrize("way", ["xquad", "calibration", "diversity", "niche"])
def test_a_knob_above_one_is_refused_where_it_is_a_share(way):
    with pytest.raises(SettingError, match=r"is 1.5, expected a number from 0 to 1"):
        WAYS[way](random_world(6), 1.5, 3)


@pytest.mark.parametrize("way", ["xquad", "calibration"])
def test_profiles_of_other_users_are_refused(way):
    world = random_world(7)
    with pytest.raises(SettingError, match="training items of 3 users and candidates of 7"):
        WAYS[way](world._replace(train=world.train[:3]), 0.5, 3)


@pytest.mark.parametrize("way", WAYS)
def test_values_of_a_smaller_catalogue_are_refused(way):
    world = random_world(8)
    small = {name: getattr(world, name)[:4] for name in ("popularity", "vectors", "groups")}
    small["popularity"][0] = 40
    with pytest.raises(SettingError, match="of 4 items, expected one for each item of the catal"):
        WAYS[way](world._replace(train=world.train[:, :4], **small), 1, 3)
