"""Every setting is judged against the model itself on the same users, and one is chosen by rule."""

import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_splits import split_of
from small_worlds import random_plays

from helpers.errors import SettingError
from helpers.evaluation.significance import paired_difference, paired_ratio
from helpers.mitigation import METHODS, Desk
from helpers.models import MODELS, make_model
from helpers.split import random_split
from helpers.tradeoffs import choose, confirm, front, judge, sweep

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

SPLITS = [random_split(random_plays(seed=9, shape=(60, 25)), seed=seed) for seed in (0, 1)]
TWO = ["log penalty", "down-weighting"]


@pytest.fixture(scope="module")
def swept() -> list[dict]:
    return sweep("item-knn", SPLITS, TWO, k=3)


def row(kept, exposure, widened=1.0, **others):
    return {"kept": kept, "exposure": exposure, "widened": widened} | others


class TestJudge:
    def test_agrees_with_a_hand_computation(self):
        # Of 10 interactions items 0 and 1 hold 8, so that 2 and 3 are the tail.
        popularity = np.array([5, 3, 1, 1])
        relevant = sp.csr_array([[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]])
        found = judge(np.array([[1, 2], [3, 0], [1, -1]]), relevant, popularity)
        np.testing.assert_array_equal(found["precision"], [0.5, np.nan, 0])
        np.testing.assert_array_equal(found["popularity"], [2, np.nan, 3])
        np.testing.assert_array_equal(found["tail_share"], [0.5, np.nan, 0])
        np.testing.assert_allclose(found["ndcg"], [1 / (1 + 1 / np.log2(3)), np.nan, 0])
        # What the second user is shown has no part in anything.
        assert found["coverage"] == 2 / 4

    def test_empty_list_hits_nothing_and_has_no_popularity(self):
        relevant = sp.csr_array([[1, 0], [0, 1]])
        found = judge(np.array([[-1], [1]]), relevant, np.array([3, 2]))
        np.testing.assert_array_equal(found["precision"], [0, 1])
        np.testing.assert_array_equal(found["popularity"], [np.nan, 2])


class TestSweep:
    def test_has_a_row_for_each_setting_in_order(self, swept):
        expected = [(name, float(knob)) for name in TWO for knob in METHODS[name].knobs]
        assert [(found["method"], found["knob"]) for found in swept] == expected
        assert {found["kind"] for found in swept if found["method"] == TWO[1]} == {"train"}

    def test_off_is_the_model_itself(self, swept):
        for name in TWO:
            (off,) = [f for f in swept if f["method"] == name and f["knob"] == METHODS[name].off]
            assert (off["kept"], off["exposure"], off["widened"]) == (1, 1, 1)

    def test_figures_are_means_over_splits_over_those_of_the_model(self, swept):
        expected = {"own": [], "changed": []}
        for split in SPLITS:
            desk = Desk(make_model("item-knn").fit(split.train))
            changed = METHODS["log penalty"].lists(desk, 0.7, 3).items
            for name, items in (("own", desk.candidates.items[:, :3]), ("changed", changed)):
                expected[name].append(plain_means(items, split, desk.popularity))
        own, changed = (np.mean(expected[name], axis=0) for name in ("own", "changed"))
        (found,) = [f for f in swept if (f["method"], f["knob"]) == ("log penalty", 0.7)]
        measured = [found[key] for key in ("precision", "popularity", "coverage")]
        np.testing.assert_allclose(measured, changed)
        ratios = [found[key] for key in ("kept", "exposure", "widened")]
        np.testing.assert_allclose(ratios, changed / own)

    def test_without_names_it_takes_the_methods_that_are_for_the_model(self):
        swept = sweep("popularity", SPLITS[:1], k=3)
        taken = {found["method"] for found in swept}
        assert taken == {m.name for m in METHODS.values() if m.is_for(MODELS["popularity"]())}
        assert "diversity" not in taken

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda: sweep("item-knn", SPLITS, ["magic"]), "unknown method 'magic', expected some"),
            (lambda: sweep("magic", SPLITS), "unknown model 'magic'"),
            (lambda: sweep("item-knn", []), "there is no split to judge on"),
            (lambda: sweep("item-knn", SPLITS, ["diversity"], 3), "item-knn is no factor model"),
            (lambda: sweep("item-knn", SPLITS, ["unobserved weight"], 3), "is for ials, got item"),
            (lambda: sweep("item-knn", SPLITS, TWO, k=0), "k is 0"),
            (lambda: sweep("item-knn", SPLITS, TWO, k=26), "k is 26 but there are 25 candidates"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, call, message):
        with pytest.raises(SettingError, match=message):
            call()

    def test_lists_that_hit_nothing_cannot_be_compared(self):
        train = [("ann", "x"), ("ann", "y"), ("bob", "x"), ("bob", "z"), ("cat", "z")]
        split = split_of(train, [("ann", "new"), ("bob", "new")])
        with pytest.raises(SettingError, match="popularity hit no test item, expected some prec"):
            sweep("popularity", [split], ["niche pool"], k=1)


class TestFront:
    def test_keeps_what_nothing_beats_by_exposure(self):
        best = [row(0.7, 0.4), row(0.9, 0.6), row(1.0, 1.0)]
        beaten = [row(0.9, 0.7), row(0.6, 0.4), row(0.95, 1.1)]
        assert front([best[2], beaten[0], best[0], beaten[1], best[1], beaten[2]]) == best

    def test_keeps_equal_settings_all(self):
        same = [row(1, 1, name="one"), row(1, 1, name="two")]
        assert front(same) == same

    def test_of_nothing_is_nothing(self):
        assert front([]) == []

    @given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
    def test_agrees_with_a_plain_loop(self, pairs):
        rows = [row(*pair) for pair in pairs]
        expected = [
            (k, e)
            for k, e in pairs
            if not any((ok >= k and oe <= e) and (ok, oe) != (k, e) for ok, oe in pairs)
        ]
        found = [(best["kept"], best["exposure"]) for best in front(rows)]
        assert sorted(found) == sorted(expected)
        assert [exposure for _, exposure in found] == sorted(e for _, e in expected)


ROWS = [row(1, 1, 1), row(0.95, 0.7, 2.1), row(0.94, 0.6, 2), row(0.9, 0.4, 3)]


class TestChoose:
    def test_takes_the_least_exposure_that_keeps_and_widens_enough(self):
        assert choose(ROWS, keep=0.94, widen=2)["exposure"] == 0.6
        assert choose(ROWS, keep=0.95, widen=2)["exposure"] == 0.7
        assert choose(ROWS, keep=0.9, widen=2)["exposure"] == 0.4
        assert choose(ROWS, keep=1, widen=0)["exposure"] == 1

    def test_says_how_near_the_best_comes(self):
        with pytest.raises(SettingError) as refused:
            choose(ROWS, keep=0.97, widen=2)
        assert str(refused.value) == (
            "no setting keeps 97% of the precision and widens coverage 2 times: "
            "the best of those keeps 95.0%; ask for less"
        )
        with pytest.raises(SettingError, match="4 times: none widens it so far; ask for less"):
            choose(ROWS, keep=0.5, widen=4)
        with pytest.raises(SettingError, match="none widens it so far"):
            choose([])

    @pytest.mark.parametrize("setting", [{"keep": -1}, {"keep": np.nan}, {"widen": "2"}])
    def test_rule_that_makes_no_sense_is_refused(self, setting):
        with pytest.raises(SettingError, match=f"{next(iter(setting))} is .*, expected a number"):
            choose(ROWS, **setting)


CHOICES = [("log penalty", 0.7), ("down-weighting", 0.25)]


@pytest.fixture(scope="module")
def confirmed() -> list[dict]:
    return confirm("item-knn", CHOICES, SPLITS, k=3)


class TestConfirm:
    def test_begins_with_the_model_itself_which_keeps_everything(self, confirmed):
        assert [(r["method"], r["knob"]) for r in confirmed] == [("none", 0), *CHOICES]
        own = confirmed[0]
        assert own["kept"] == own["exposure"] == own["widened"] == [1, 1, 1]
        assert own["difference"] == [0, 0, 0]

    def test_compares_means_over_splits_user_by_user(self, confirmed):
        judged = {"own": [], "changed": []}
        for split in SPLITS:
            desk = Desk(make_model("item-knn").fit(split.train))
            changed = METHODS["log penalty"].lists(desk, 0.7, 3).items
            for name, items in (("own", desk.candidates.items[:, :3]), ("changed", changed)):
                judged[name].append(judge(items, split.test.user_items, desk.popularity))

        def of_users(name, key):
            values = [[found[key][user] for found in judged[name]] for user in range(60)]
            known = [[value for value in of_user if not math.isnan(value)] for of_user in values]
            return np.array([sum(v) / len(v) if v else np.nan for v in known])

        found = confirmed[1]
        precision = of_users("changed", "precision"), of_users("own", "precision")
        assert found["kept"] == pytest.approx(paired_ratio(*precision))
        assert found["difference"] == pytest.approx(paired_difference(*precision)[:3])
        popularity = of_users("changed", "popularity"), of_users("own", "popularity")
        assert found["exposure"] == pytest.approx(paired_ratio(*popularity))
        coverages = [[f["coverage"] for f in judged[name]] for name in ("changed", "own")]
        by_split = [new / old for new, old in zip(*coverages, strict=True)]
        expected = [sum(coverages[0]) / sum(coverages[1]), min(by_split), max(by_split)]
        assert found["widened"] == pytest.approx(expected)
        means = [np.nanmean(f["tail_share"]) for f in judged["changed"]]
        assert found["tail_share"] == pytest.approx(np.mean(means))

    def test_reads_splits_that_are_made_as_they_are_asked_for(self, confirmed):
        again = confirm("item-knn", CHOICES[:1], (split for split in SPLITS), k=3)
        assert again == confirmed[:2]

    def test_model_alone_is_a_choice_of_nothing(self, confirmed):
        assert confirm("item-knn", [], SPLITS, k=3) == confirmed[:1]

    @pytest.mark.parametrize(
        ("choices", "splits", "message"),
        [
            ([("magic", 1)], SPLITS, "unknown method 'magic'"),
            (CHOICES, [], "there is no split to judge on"),
            ([("log penalty", -1)], SPLITS, "knob is -1"),
            ([("diversity", 0.5)], SPLITS, "item-knn is no factor model"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, choices, splits, message):
        with pytest.raises(SettingError, match=message):
            confirm("item-knn", choices, splits, k=3)

    def test_lists_that_hit_nothing_cannot_be_compared(self):
        train = [("ann", "x"), ("ann", "y"), ("bob", "x"), ("bob", "z"), ("cat", "z")]
        split = split_of(train, [("ann", "new"), ("bob", "new")])
        with pytest.raises(SettingError, match="the mean to divide by is 0"):
            confirm("popularity", [], [split], k=1)


def plain_means(items, split, popularity):
    """Return mean precision, mean popularity and coverage of the users with test items."""
    precisions, means, shown = [], [], set()
    for user, listed in enumerate(items.tolist()):
        test = set(split.test.user_items[[user]].indices.tolist())
        if test:
            known = [item for item in listed if item >= 0]
            precisions.append(len(test & set(known)) / len(listed))
            means += [sum(popularity[known]) / len(known)] if known else []
            shown |= set(known)
    return np.mean(precisions), np.mean(means), len(shown) / len(popularity)
