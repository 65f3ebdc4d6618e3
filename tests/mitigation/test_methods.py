"""Every method on every model: off changes nothing, and no setting spoils a list."""

import math
from functools import cache

import numpy as np
import pytest
from small_worlds import as_interactions, random_plays, small_model

from helpers import rerank
from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import long_tail
from helpers.mitigation import METHODS, N_CANDIDATES, Desk
from helpers.models import MODELS

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

TRAINED_AGAIN = [name for name, method in METHODS.items() if method.kind == "train"]
OF_IALS = [name for name, method in METHODS.items() if method.only == "ials"]


@cache
def desk_of(name: str) -> Desk:
    """Return a desk in a world with a user without items, one with all, and an unplayed item."""
    counts = np.random.default_rng(3).poisson(0.7, (14, 12))
    counts[3], counts[5], counts[:, 7] = 1, 0, 0
    return Desk(small_model(name).fit(as_interactions(counts)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MODELS)
def test_off_gives_the_lists_of_any_model_exactly(name, method):
    desk, method = desk_of(name), METHODS[method]
    if not method.is_for(desk.model):
        with pytest.raises(SettingError, match=r"expected|take another method"):
            method.lists(desk, method.off, 3)
        return
    for k in (1, 5, 12):
        own = desk.model.recommend(desk.user_rows, k, exclude=desk.train)
        found = method.lists(desk, method.off, k)
        np.testing.assert_array_equal(found.items, own.items)
        np.testing.assert_array_equal(found.scores, own.scores)


@pytest.mark.parametrize(
    ("method", "able"),
    [
        ("log penalty", set(MODELS)),
        ("second opinion", set(MODELS)),
        ("diversity", {"als", "ials", "lightfm"}),
        ("down-weighting", {"item-knn", "user-knn", "als", "ials", "ease", "content"}),
        ("unobserved weight", {"ials"}),
    ],
)
def test_a_method_says_which_models_it_is_for(method, able):
    assert {name for name in MODELS if METHODS[method].is_for(small_model(name))} == able


@pytest.mark.parametrize(
    ("name", "method"),
    [
        (name, method.name)
        for name in ("als", "ials", "item-knn")
        for method in METHODS.values()
        if method.is_for(small_model(name))
    ],
)
def test_every_setting_gives_lists_without_training_items_or_repetition(name, method):
    desk, method = desk_of(name), METHODS[method]
    trained = desk.train.user_items.toarray() > 0
    for knob in method.knobs:
        items, scores = method.lists(desk, knob, 5)
        assert not np.isnan(scores).any()
        np.testing.assert_array_equal(items == -1, np.isneginf(scores))
        for user, listed in enumerate(items):
            shown = listed[listed >= 0]
            assert len(set(shown)) == len(shown)
            assert not trained[user, shown].any()
            assert (listed[len(shown) :] == -1).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("knob", [-0.5, np.nan, np.inf, "strong", None])
def test_a_knob_that_makes_no_sense_is_refused(method, knob):
    desk = desk_of("ials" if method in OF_IALS else "als")
    with pytest.raises(SettingError, match=r"is .*, expected a number from"):
        METHODS[method].lists(desk, knob, 3)


@pytest.mark.parametrize(
    ("method", "knob"),
    [
        ("xQuAD", 1.1),
        ("calibration", 1.1),
        ("niche pool", 1.1),
        ("diversity", 1.1),
        ("log weights", 1.1),
        ("tag cap", 2.5),
        ("tag cap", 0),
        ("unobserved weight", 0.9),
        ("frequency penalty", 1.1),
    ],
)
def test_a_knob_beyond_its_range_is_refused(method, knob):
    desk = desk_of("ials" if method in OF_IALS else "als")
    with pytest.raises(SettingError, match=rf"{knob}.*expected a (whole )?number"):
        METHODS[method].lists(desk, knob, 3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [0, 13, 2.5])
def test_a_list_length_that_makes_no_sense_is_refused(method, k):
    method = METHODS[method]
    desk = desk_of("ials" if method.only else "als")
    with pytest.raises(SettingError, match=f"k is {k}"):
        method.lists(desk, method.knobs[1], k)


def test_whole_numbers_from_a_table_may_be_float():
    desk = desk_of("als")
    np.testing.assert_array_equal(
        METHODS["tag cap"].lists(desk, 2.0, 5).items, METHODS["tag cap"].lists(desk, 2, 5).items
    )


def test_tag_cap_is_off_in_lists_of_any_length():
    # Twenty items of one tag and five of another, in lists of 15.
    tagged = [[0, item, item // 20] for item in range(25)]
    plays = random_plays(seed=9, shape=(60, 25)).user_items.toarray()
    desk = Desk(small_model("item-knn").fit(as_interactions(plays, tagged)))
    own = desk.candidates.items[:, :15]
    off = METHODS["tag cap"].off
    np.testing.assert_array_equal(METHODS["tag cap"].lists(desk, off, 15).items, own)
    assert (METHODS["tag cap"].lists(desk, 10, 15).items != own).any()
    assert off >= N_CANDIDATES


def test_knobs_run_from_off_to_strong():
    for method in METHODS.values():
        ways = np.sign(np.diff(method.knobs))
        assert (ways == ways[0]).all()


class TestRerankedLists:
    """They are those of `helpers.rerank` with what the desk holds."""

    def test_the_penalty_is_in_spreads_of_the_scores(self):
        desk = desk_of("als")
        expected = rerank.penalise_popularity(
            desk.candidates, desk.popularity, 0.7 * desk.spread, 5
        )
        found = METHODS["log penalty"].lists(desk, 0.7, 5)
        np.testing.assert_array_equal(found.items, expected.items)
        assert desk.spread not in (0, 1)

    def test_the_niche_pool_is_the_long_tail(self):
        desk = desk_of("als")
        expected = rerank.inject_niche(desk.candidates, long_tail(desk.popularity), 0.4, 5)
        found = METHODS["niche pool"].lists(desk, 0.4, 5)
        np.testing.assert_array_equal(found.items, expected.items)

    def test_likeness_leaves_the_bias_of_lightfm_out(self):
        desk = desk_of("lightfm")
        own = desk.model.item_factors[:, :-1]
        found = METHODS["diversity"].lists(desk, 0.5, 8)
        expected = rerank.diversify(desk.candidates, own, 0.5, 8)
        np.testing.assert_array_equal(found.items, expected.items)
        with_bias = rerank.diversify(desk.candidates, desk.model.item_factors, 0.5, 8)
        assert (found.items != with_bias.items).any()

    def test_the_second_opinion_is_that_of_the_desk(self):
        desk = desk_of("als")
        expected = rerank.second_opinion(desk.candidates, desk.opinions, desk.popularity, 0.5, 5)
        found = METHODS["second opinion"].lists(desk, 0.5, 5)
        np.testing.assert_array_equal(found.items, expected.items)

    def test_no_second_model_is_trained_for_nothing(self):
        desk = Desk(small_model("als").fit(random_plays(seed=1)))
        METHODS["second opinion"].lists(desk, 0, 3)
        assert "opinions" not in vars(desk)


class Spy(Desk):
    """A desk that notes what it is to train on, and trains nothing."""

    def retrained(self, weights=None, **settings):
        self.weights_seen, self.settings_seen = weights, settings
        return self.model


class TestTrainingAgain:
    train = random_plays(seed=4, shape=(15, 10))

    def seen(self, method, knob, model=None):
        spy = Spy((model or small_model("als")).fit(self.train))
        METHODS[method].lists(spy, knob, 3)
        return spy

    def by_pair(self, matrix):
        return dict(zip(zip(*matrix.nonzero(), strict=True), matrix.data.tolist(), strict=True))

    @pytest.mark.parametrize(
        ("method", "knob", "factor"),
        [
            ("down-weighting", 0.25, lambda d, _: d**-0.25),
            ("inverse propensity", 0.5, lambda d, most: (d / most) ** -0.5),
        ],
    )
    def test_weights_are_times_a_power_of_popularity(self, method, knob, factor):
        spy = self.seen(method, knob)
        before, after = self.by_pair(spy.weights), self.by_pair(spy.weights_seen)
        d = spy.popularity.tolist()
        for (user, item), weight in before.items():
            expected = weight * factor(d[item], max(d))
            assert after[user, item] == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize(
        ("method", "knob"),
        [("even down-weighting", 0.5), ("sharper weights", 0.5), ("log weights", 0.3)],
    )
    def test_weights_keep_their_mean_and_their_cells(self, method, knob):
        spy = self.seen(method, knob)
        assert spy.weights_seen.data.mean() == pytest.approx(spy.weights.data.mean(), rel=1e-5)
        assert not np.allclose(spy.weights_seen.data, spy.weights.data, rtol=1e-2)
        np.testing.assert_array_equal(spy.weights_seen.indices, spy.weights.indices)

    def test_log_weights_replace_those_of_the_model_in_the_end(self):
        spy = self.seen("log weights", 1)
        logs = np.log1p(self.train.user_items.data)
        expected = logs * spy.weights.data.mean() / logs.mean()
        np.testing.assert_allclose(spy.weights_seen.data, expected, rtol=1e-5)

    def test_the_weight_of_what_is_not_observed_is_divided(self):
        spy = self.seen("unobserved weight", 2, small_model("ials", alpha0=0.6))
        assert spy.settings_seen == {"alpha0": 0.3}
        assert spy.weights_seen is None

    def test_the_mean_penalty_of_an_item_stays(self):
        model = small_model("ials", alpha0=0.6, regularization=0.01, nu=1.0)
        spy = self.seen("frequency penalty", 0.5, model)
        n = [d + 0.6 * 15 for d in spy.popularity.tolist() if d > 0]
        before = sum(0.01 * own for own in n)
        after = sum(spy.settings_seen["regularization"] * math.sqrt(own) for own in n)
        assert spy.settings_seen["nu"] == 0.5
        assert after == pytest.approx(before)

    @pytest.mark.parametrize("method", TRAINED_AGAIN)
    def test_the_strongest_setting_changes_lists(self, method):
        desk = Desk(small_model("ials" if METHODS[method].only else "als").fit(self.train))
        found = METHODS[method].lists(desk, METHODS[method].knobs[-1], 5)
        assert (found.items != desk.candidates.items[:, :5]).any()
