"""Hidden tracks are hidden with their editions, and judged as the definitions say."""

import numpy as np
import pytest
import scipy.sparse as sp
from small_worlds import as_interactions

from helpers.audio.baselines import linear_baseline, mlp_baseline
from helpers.audio.cold_tracks import hide_tracks, judge, scores, usage_model, usage_scores
from helpers.errors import SettingError


@pytest.fixture(scope="module")
def tastes():
    """Playlists of two tastes; tracks alternate between them, and 40 to 45 are other editions."""
    rng = np.random.default_rng(0)
    playlist, track = np.indices((60, 46))
    counts = rng.random((60, 46)) < np.where((playlist + track) % 2 == 0, 0.4, 0.04)
    counts[:, 0] = True
    return as_interactions(counts.astype(int))


SONGS = np.concatenate([np.arange(40), np.arange(6)])
COLUMNS = np.arange(40)


@pytest.fixture(scope="module")
def cold(tastes):
    return hide_tracks(tastes, COLUMNS, SONGS, share=0.25, seed=1)


def test_a_share_of_the_tracks_is_hidden_and_nothing_is_left_of_them(tastes, cold):
    assert len(cold.hidden) == 10
    assert sorted([*cold.hidden, *cold.heard]) == COLUMNS.tolist()
    popularity = cold.train.item_popularity()
    assert (popularity[np.isin(SONGS, cold.hidden)] == 0).all()
    kept = ~np.isin(SONGS, cold.hidden)
    assert (popularity[kept] == tastes.item_popularity()[kept]).all()
    assert cold.train.user_items.shape == tastes.user_items.shape
    hidden = tastes.user_items[:, cold.hidden].astype(bool).toarray()
    assert (cold.test.toarray() == hidden).all()


def test_the_seed_decides_which(tastes, cold):
    assert (hide_tracks(tastes, COLUMNS, SONGS, 0.25, 1).hidden == cold.hidden).all()
    assert (hide_tracks(tastes, COLUMNS, SONGS, 0.25, 2).hidden != cold.hidden).any()


def test_validation_tracks_come_from_those_that_are_heard(cold):
    inner = hide_tracks(cold.train, cold.heard, SONGS, 0.2, 0)
    assert set(inner.hidden) < set(cold.heard)
    assert not set(cold.hidden) & {*inner.hidden, *inner.heard}
    assert inner.train.item_popularity()[cold.hidden].sum() == 0


def test_what_cannot_be_hidden_is_refused(tastes):
    with pytest.raises(SettingError, match="share is 1"):
        hide_tracks(tastes, COLUMNS, SONGS, share=1)
    with pytest.raises(SettingError, match="are one song"):
        hide_tracks(tastes, np.array([0, 40]), SONGS)
    with pytest.raises(SettingError, match="one a column"):
        hide_tracks(tastes, COLUMNS, SONGS[:-1])
    with pytest.raises(SettingError, match="keep others"):
        hide_tracks(tastes, np.array([3]), SONGS)


def test_playlists_know_nothing_of_hidden_tracks(cold):
    model = usage_model(cold)
    assert not model.item_factors[cold.hidden].any()
    assert model.item_factors[cold.heard].any(axis=1).all()


def test_usage_by_others_ranks_well_and_usage_with_the_pairs_themselves_better(cold):
    model = usage_model(cold)
    others, own = usage_scores(cold, model), usage_scores(cold, model, own=True)
    auc = {name: np.nanmean(judge(cold, scored)["auc"]) for name, scored in
           {"others": others, "own": own, "zero": 0 * own}.items()}  # fmt: skip
    assert auc["own"] > auc["others"] > 0.7
    assert auc["zero"] == 0.5


def test_no_part_of_the_playlists_is_scored_by_its_own_pairs(cold):
    model = usage_model(cold)
    before = usage_scores(cold, model)
    row = int(np.flatnonzero(np.diff(cold.test.indptr))[0])
    changed = cold.test.tolil()
    changed[row] = 0
    changed = sp.csr_array(changed)
    after = usage_scores(type(cold)(cold.train, cold.heard, cold.hidden, changed), model)
    np.testing.assert_allclose(before[row], after[row], rtol=1e-5)
    assert not np.allclose(before, after)


def test_judging_is_perfect_for_the_truth_and_half_for_ties(cold):
    perfect = judge(cold, cold.test.toarray())
    tied = judge(cold, np.zeros(cold.test.shape))
    is_judged = np.diff(cold.test.indptr) > 0
    assert (perfect["map"][is_judged] == 1).all()
    some = is_judged & (np.diff(cold.test.indptr) < len(cold.hidden))
    assert (perfect["auc"][some] == 1).all()
    assert (tied["auc"][some] == 0.5).all()
    assert np.isnan(perfect["auc"][~is_judged]).all()
    with pytest.raises(SettingError, match="playlists × hidden"):
        judge(cold, np.zeros((3, 3)))
    with pytest.raises(SettingError, match="of numbers"):
        judge(cold, np.full(cold.test.shape, np.nan))


def test_a_sound_that_tells_the_taste_ranks_hidden_tracks(cold):
    model = usage_model(cold)
    rng = np.random.default_rng(0)
    x = np.column_stack([np.where(COLUMNS % 2, 1.0, -1.0), rng.normal(size=(40, 2))])
    y = model.item_factors[cold.heard]
    predicted = linear_baseline(1.0).fit(x[cold.heard], y).predict(x[cold.hidden])
    assert np.nanmean(judge(cold, scores(model, predicted))["auc"]) > 0.65


def test_the_small_network_without_hearing_repeats():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(50, 3))
    one, again, other = (mlp_baseline(seed=seed).fit(x, y).predict(x) for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != other).any()
