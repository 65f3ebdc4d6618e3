from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from small_worlds import as_interactions, checkerboard, random_plays

from helpers.errors import DataError, NotFittedError, SettingError
from helpers.models import ALS, IALS, Blend, Content
from helpers.models.blend import standardise
from helpers.models.blend_friends import Friends
from helpers.split import read_split_csv

EVERYONE = np.arange(12)
ALL_PARTS = {"als": 1.0, "ials": 2.0, "ease": 0.5, "content": 1.5, "friends": 0.3}
FRIENDS = [(0, 1), (1, 2), (5, 9), (3, 4)]


@pytest.fixture(scope="module")
def train():
    """Random plays with tags and friends; user 7 plays nothing."""
    counts = random_plays(seed=0).user_items.toarray()
    counts[7] = 0
    return as_interactions(counts, friends=FRIENDS)


@pytest.fixture(scope="module")
def model(train):
    return Blend(**ALL_PARTS).fit(train)


class TestStandardise:
    def test_unplayed_items_have_mean_zero_and_deviation_one(self):
        rng = np.random.default_rng(1)
        scores = rng.normal(40, 7, (6, 50)).astype(np.float32)
        played = sp.random_array((6, 50), density=0.3, rng=rng, format="csr")
        found = np.ma.array(standardise(scores, played), mask=played.toarray() != 0)
        np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-5)
        np.testing.assert_allclose(found.std(axis=1), 1, rtol=1e-5)

    def test_played_items_are_measured_by_the_same_scale(self):
        scores = np.array([[0, 1, 2, 100]], dtype=np.float32)
        found = standardise(scores, sp.csr_array([[0, 0, 0, 5.0]]))
        np.testing.assert_allclose(found[0], (scores[0] - 1) / np.sqrt(2 / 3), rtol=1e-6)

    def test_what_is_unknown_counts_as_the_lowest_known(self):
        nothing_played = sp.csr_array((1, 4), dtype=np.float32)
        found = standardise(np.array([[1, -np.inf, 3, 2]], dtype=np.float32), nothing_played)
        known = standardise(np.array([[1, 1, 3, 2]], dtype=np.float32), nothing_played)
        np.testing.assert_array_equal(found, known)

    @pytest.mark.parametrize("value", [-np.inf, 0, 0.1, -7e5])
    def test_a_user_about_whom_nothing_is_said_gets_zeros(self, value):
        scores = np.full((1, 1001), value, dtype=np.float32)
        found = standardise(scores, sp.csr_array((1, 1001), dtype=np.float32))
        np.testing.assert_array_equal(found, np.zeros((1, 1001)))

    def test_the_scores_stay_as_they_are(self):
        scores = np.array([[1, -np.inf, 3]], dtype=np.float32)
        standardise(scores, sp.csr_array([[0, 0, 1.0]]))
        np.testing.assert_array_equal(scores, [[1, -np.inf, 3]])


def test_scores_are_the_weighted_sum_of_the_standardised_parts(train, model):
    assert list(model.parts) == list(ALL_PARTS)
    expected = sum(
        weight * standardise(model.parts[name].score(EVERYONE), train.user_items)
        for name, weight in ALL_PARTS.items()
    )
    expected[7] = -np.inf
    np.testing.assert_allclose(model.score(EVERYONE), expected, rtol=1e-5, atol=1e-5)


def test_the_parts_are_the_models_with_their_default_settings(train, model):
    for part in (ALS(), IALS(), Content()):
        alone = part.fit(train).score(EVERYONE)
        np.testing.assert_array_equal(model.parts[part.name].score(EVERYONE), alone)


def test_with_one_part_the_ranking_is_that_of_the_part(train):
    ours = Blend(als=0, ials=3, ease=0, content=0, friends=0).fit(train)
    assert list(ours.parts) == ["ials"]
    found = ours.recommend(EVERYONE, 3, exclude=train)
    alone = IALS().fit(train).recommend(EVERYONE, 3, exclude=train)
    np.testing.assert_array_equal(found.items, alone.items)


def test_only_the_ratios_of_the_weights_matter(train, model):
    doubled = model.with_weights(**{name: 2 * weight for name, weight in ALL_PARTS.items()})
    np.testing.assert_allclose(doubled.score(EVERYONE), 2 * model.score(EVERYONE), rtol=1e-6)


def test_other_weights_do_what_training_with_them_does(train, model):
    changed = {"content": 0, "als": 0.1}
    again = Blend(**ALL_PARTS | changed).fit(train)
    found = model.with_weights(**changed)
    assert found.settings == again.settings
    assert list(found.parts) == list(again.parts)
    np.testing.assert_array_equal(found.score(EVERYONE), again.score(EVERYONE))
    assert model.settings == ALL_PARTS


def test_what_the_parts_add_sums_up_to_the_score(model):
    for user, item in [(0, 0), (3, 8), (11, 4)]:
        added = model.explain(user, item)
        assert list(added) == list(ALL_PARTS)
        assert sum(added.values()) == pytest.approx(model.score([user])[0, item], rel=1e-4)


def test_tags_and_friends_have_a_say(train, model):
    for part in ("content", "friends"):
        without = model.with_weights(**{part: 0})
        assert not np.array_equal(without.score(EVERYONE), model.score(EVERYONE))


def test_without_tags_and_friends_those_parts_are_left_out(train):
    plain = Blend(**ALL_PARTS).fit(replace(train, side=None))
    assert list(plain.parts) == ["als", "ials", "ease"]
    alone = Blend(**ALL_PARTS | {"content": 0, "friends": 0}).fit(train)
    np.testing.assert_array_equal(plain.score(EVERYONE), alone.score(EVERYONE))


def test_without_friends_tags_still_have_a_say(train):
    nobody = replace(train.side, friends=sp.csr_array((12, 12), dtype=np.float32))
    assert list(Blend().fit(replace(train, side=nobody)).parts) == ["als", "ials", "content"]


def test_parts_that_all_need_tags_or_friends_are_refused_without_them(train):
    blend = Blend(als=0, ials=0, ease=0, content=1, friends=1)
    with pytest.raises(SettingError, match="no part of the blend can be trained: content ranks by"):
        blend.fit(replace(train, side=None))


def test_a_split_given_as_csv_can_be_ranked_to_any_length(tmp_path):
    (tmp_path / "train.csv").write_text("user_id,item_id,weight\n1,a,2\n1,b,1\n2,b,4\n2,c,1\n")
    (tmp_path / "test.csv").write_text("user_id,item_id,weight\n1,c,1\n3,a,1\n")
    train = read_split_csv(tmp_path / "train.csv", tmp_path / "test.csv").train
    found = Blend().fit(train).recommend(np.arange(3), 3, exclude=train)
    np.testing.assert_array_equal(found.items, [[2, -1, -1], [0, -1, -1], [-1, -1, -1]])


def test_an_artist_nobody_plays_is_scored_for_its_tags():
    counts = checkerboard(12).user_items.toarray()  # even users play even items, odd ones odd
    counts[:, 4] = 0
    blend = Blend(als=1, ials=0, ease=1, content=5, friends=0).fit(as_interactions(counts))
    for user, sign in [(2, 1), (3, -1)]:
        added, of_odd_item = blend.explain(user, 4), blend.explain(user, 5)
        assert added["ease"] == min(blend.explain(user, item)["ease"] for item in range(12))
        assert sign * (added["content"] - of_odd_item["content"]) > 1


def test_new_users_are_placed_by_all_parts_but_friends(train, model):
    rows = train.user_items[:3]
    found = model.score_new(rows)
    np.testing.assert_array_equal(found, model.with_weights(friends=0).score_new(rows))
    with pytest.raises(SettingError, match="cannot place a user"):
        model.with_weights(als=0, ials=0, ease=0, content=0).score_new(rows)


def test_a_loaded_blend_keeps_its_parts_without_tags_or_friends_at_hand(train, model, tmp_path):
    model.save(tmp_path)
    loaded = Blend.load(tmp_path)
    assert loaded.train.side is None
    assert {n: p.settings for n, p in loaded.parts.items()} == {
        n: p.settings for n, p in model.parts.items()
    }
    np.testing.assert_array_equal(loaded.score(EVERYONE), model.score(EVERYONE))
    assert loaded.explain(3, 8) == model.explain(3, 8)


def test_a_loaded_blend_has_the_parts_of_its_training_whatever_the_defaults(
    train, tmp_path, monkeypatch
):
    model = Blend().fit(train)
    model.save(tmp_path)
    monkeypatch.setitem(ALS.__init__.__kwdefaults__, "factors", 3)
    np.testing.assert_array_equal(Blend.load(tmp_path).score(EVERYONE), model.score(EVERYONE))


@pytest.mark.parametrize("parts", ["[]", '{"svd": {}}', '{"als": {"depth": 3}}', "{", '{"als": 1}'])
def test_a_blend_whose_parts_were_altered_is_refused(train, tmp_path, monkeypatch, parts):
    model = Blend().fit(train)
    arrays = model._arrays() | {"parts": np.array(parts)}
    monkeypatch.setattr(model, "_arrays", lambda: arrays)
    model.save(tmp_path)
    with pytest.raises(DataError, match="incomplete or altered"):
        Blend.load(tmp_path)


def test_all_weights_zero_are_refused():
    with pytest.raises(SettingError, match="every weight of the blend is 0"):
        Blend(als=0, ials=0, ease=0, content=0, friends=0)


def test_weights_of_parts_that_are_not_there_are_refused(train, model):
    with pytest.raises(SettingError, match="unknown part 'svd', expected some of als"):
        model.with_weights(svd=1)
    only_als = model.with_weights(ials=0, ease=0, content=0, friends=0)
    with pytest.raises(SettingError, match=r"none of ials is trained, expected .* one of als"):
        only_als.with_weights(als=0, ials=1)
    with pytest.raises(SettingError, match="expected at least one above"):
        model.with_weights(**dict.fromkeys(ALL_PARTS, 0))
    with pytest.raises(NotFittedError, match="call fit"):
        Blend().with_weights(als=1)


class TestFriends:
    def test_scores_are_the_sum_of_what_friends_play(self, train):
        plays = np.log1p(train.user_items.toarray().astype(np.float64))
        lengths = np.linalg.norm(plays, axis=1)
        expected = plays[0] / lengths[0] + plays[2] / lengths[2]
        found = Friends().fit(train).score([1])[0]
        np.testing.assert_allclose(found[expected > 0], expected[expected > 0], rtol=1e-6)
        assert np.isneginf(found[expected == 0]).all()

    def test_a_user_without_friends_gets_an_empty_list(self, train):
        found = Friends().fit(train).recommend([6], 2)
        np.testing.assert_array_equal(found.items, [[-1, -1]])

    def test_the_friends_of_a_user_without_training_items_are_not_asked(self, train):
        befriended = as_interactions(train.user_items.toarray(), friends=[(7, 0)])
        assert np.isneginf(Friends().fit(befriended).score([7])).all()

    def test_what_a_friend_was_held_out_with_is_not_read(self, train):
        hidden = train.user_items.copy()
        hidden.data[hidden.indptr[2] :][: np.diff(hidden.indptr)[2]] = 0  # all that user 2 plays
        found = Friends().fit(train.with_matrix(hidden)).score([1])
        only_user_0 = as_interactions(train.user_items.toarray(), friends=[(0, 1)])
        np.testing.assert_array_equal(found, Friends().fit(only_user_0).score([1]))

    def test_data_without_friendships_are_refused(self, train):
        with pytest.raises(SettingError, match=r"friends .* no friendships; use data with"):
            Friends().fit(replace(train, side=None))


@pytest.mark.realdata
def test_the_blend_beats_its_parts_on_validation_pairs_of_real_lastfm(real_lastfm_dir):
    from helpers.data.lastfm import load_lastfm
    from helpers.evaluation.ranking import ranking_metrics
    from helpers.split import random_split

    split = random_split(load_lastfm(real_lastfm_dir).interactions(), 0.2, 0.16, seed=0)
    blend = Blend().fit(split.train)
    ndcg = {}
    for model in (blend, *blend.parts.values()):
        items = model.recommend(np.arange(split.train.n_users), 10, exclude=split.train).items
        metrics = ranking_metrics(items, split.validation.user_items, 10)[10]
        ndcg[model.name] = np.nanmean(metrics["ndcg"])
    assert ndcg["blend"] == pytest.approx(0.198, abs=0.002)
    assert ndcg["blend"] > max(ndcg[name] for name in blend.parts) + 0.004


def test_an_artist_without_listeners_stands_at_zero_in_als_and_ials(train):
    counts = train.user_items.toarray()
    counts[:, 0] = 0
    model = Blend(als=1, ials=0, ease=0, content=1, friends=0).fit(as_interactions(counts))
    played = model.train.user_items[[3]]
    scores = model.parts["als"].score([3])
    assert np.isneginf(scores[0, 0])
    scores[0, 0] = 0
    expected = standardise(scores, played) + standardise(model.parts["content"].score([3]), played)
    np.testing.assert_allclose(model.score([3])[0, 0], expected[0, 0], rtol=1e-6)


@pytest.mark.parametrize("part", ["als", "ials", "ease", "content", "friends"])
def test_a_weight_beyond_what_float32_adds_up_is_refused(part):
    with pytest.raises(SettingError, match=f"{part} is 1e.39, expected a number from 0 to 1000000"):
        Blend(**{part: 1e39})
