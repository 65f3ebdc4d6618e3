import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer
from small_worlds import as_interactions

from helpers.errors import NotFittedError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import Content

# Users 0 and 1 play metal, 2 and 3 jazz; item 4 is metal and nobody plays it, item 5 has no tags.
PLAYS = [
    [9, 1, 0, 0, 0, 0],
    [1, 1, 0, 0, 0, 1],
    [0, 0, 3, 2, 0, 0],
    [0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 4],
    [0, 0, 0, 0, 0, 0],
]
METAL, JAZZ, LIVE = 0, 1, 2
TAGGED = [
    (0, 0, METAL),
    (1, 0, METAL),
    (1, 1, METAL),
    (1, 1, LIVE),
    (2, 2, JAZZ),
    (2, 3, JAZZ),
    (3, 3, LIVE),
    (3, 4, METAL),
]


@pytest.fixture
def train():
    return as_interactions(PLAYS, TAGGED)


@pytest.fixture
def model(train):
    return Content(sublinear=False, min_share=0, weighting="plays").fit(train)


def test_scores_agree_with_a_computation_on_dense_arrays(train, model):
    counts = np.zeros((6, 3))
    for _, item, tag in TAGGED:
        counts[item, tag] += 1
    profiles = TfidfTransformer().fit_transform(sp.csr_matrix(counts)).toarray()
    users = np.array(PLAYS) @ profiles
    has_tags = users.any(axis=1)
    lengths = np.where(has_tags, np.linalg.norm(users, axis=1), 1)
    expected = users @ profiles.T / lengths[:, None]
    expected[~has_tags] = expected[:, ~profiles.any(axis=1)] = -np.inf
    np.testing.assert_allclose(model.score(np.arange(6)), expected, rtol=1e-6)


def test_an_artist_nobody_has_played_is_recommended_for_its_tags(train, model):
    found = model.recommend([0, 1], 1, exclude=train)
    np.testing.assert_array_equal(found.items, [[4], [4]])


def test_an_artist_without_tags_is_never_recommended(train, model):
    assert np.isneginf(model.score(np.arange(6))[:, 5]).all()
    assert 5 not in model.recommend(np.arange(6), 6).items


def test_a_listener_whose_artists_have_no_tags_gets_an_empty_list(model):
    np.testing.assert_array_equal(model.recommend([4, 5], 2).items, np.full((2, 2), -1))


def test_artists_that_share_no_tag_score_zero(model):
    assert model.score([2])[0, 0] == 0


def test_a_tag_that_few_artists_have_is_left_out(train):
    # Metal is on three of six artists, jazz and live on two.
    scores = Content(min_share=0.5).fit(train).score(np.arange(6))
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(scores).any(axis=0)), [0, 1, 4])
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(scores).any(axis=1)), [0, 1])


def test_a_minimum_that_no_tag_reaches_is_refused_with_what_is_there(train):
    with pytest.raises(SettingError, match=r"0\.9 and .* on 0\.5 of the items; lower min_share"):
        Content(min_share=0.9).fit(train)


def test_sublinear_counts_say_less_about_what_many_say():
    tagged = [(user, 0, METAL) for user in range(5)] + [(0, 0, LIVE), (0, 1, METAL), (0, 2, LIVE)]
    train = as_interactions(np.eye(5, 3) + 1, tagged)
    plain, damped = (
        Content(sublinear=sublinear, min_share=0).fit(train).item_profiles.toarray()[0]
        for sublinear in (False, True)
    )
    assert plain[METAL] / plain[LIVE] == pytest.approx(5)
    assert damped[METAL] / damped[LIVE] == pytest.approx(1 + np.log(5))


def test_weighting_decides_how_much_a_favourite_counts(train):
    by_plays, by_artist = (
        Content(weighting=weighting, min_share=0).fit(train).user_profiles.toarray()[0]
        for weighting in ("plays", "binary")
    )
    assert by_plays[LIVE] < by_artist[LIVE]  # the artist with the tag live has 1 of 10 plays


def test_a_new_listener_is_scored_like_one_with_the_same_artists(train, model):
    rows = [0, 2, 4]
    new = model.score_new(train.user_items[rows])
    np.testing.assert_allclose(new, model.score(rows), rtol=1e-6)


def test_huge_play_counts_overflow_nothing():
    plays = np.array(PLAYS, dtype=np.float32) * 1e37
    model = Content(weighting="plays", min_share=0).fit(as_interactions(plays, TAGGED))
    assert not np.isnan(model.score(np.arange(6))).any()


@pytest.mark.parametrize("tagged", [None, []])
def test_data_without_tags_are_refused_in_one_sentence(tagged):
    train = as_interactions(PLAYS, [] if tagged is None else tagged)
    if tagged is None:
        names = train.item_names
        train = Interactions(train.user_items, IdMap(range(6)), IdMap(range(6)), names)
    with pytest.raises(SettingError, match="ranks by tags and the training set has none; use data"):
        Content().fit(train)


def test_shared_tags_explain_the_whole_score(model):
    for user, item in [(1, 1), (2, 3), (0, 4)]:
        contributions = model.explain(user, item, n=3)[1]
        assert contributions.sum() == pytest.approx(model.score([user])[0, item], rel=1e-6)
        assert (np.diff(contributions) <= 0).all()
    assert model.explain(1, 1, n=1)[0].tolist() == ["tag 0"]


def test_nothing_shared_is_explained_by_nothing(model):
    tags, contributions = model.explain(2, 0)
    assert len(tags) == len(contributions) == 0


@pytest.mark.parametrize("question", [(6, 0, 1), (0, 6, 1), (-1, 0, 1), (0, 0, 0)])
def test_questions_out_of_range_are_refused(model, question):
    with pytest.raises(SettingError, match="expected"):
        model.explain(*question)


def test_an_untrained_model_explains_nothing():
    with pytest.raises(NotFittedError, match=r"call fit"):
        Content().explain(0, 0)


def test_a_loaded_model_explains_as_before(tmp_path, model):
    model.save(tmp_path)
    loaded = Content.load(tmp_path)
    assert loaded.explain(1, 1)[0].tolist() == model.explain(1, 1)[0].tolist()
    np.testing.assert_array_equal(loaded.score(np.arange(6)), model.score(np.arange(6)))


@pytest.mark.realdata
def test_tags_alone_find_more_than_popularity_on_real_lastfm(real_lastfm_dir):
    from helpers.data.lastfm import load_lastfm
    from helpers.holdout import evaluate_model
    from helpers.models import Popularity
    from helpers.split import Split, random_split

    split = random_split(load_lastfm(real_lastfm_dir).interactions(), 0.2, 0.16, seed=0)
    on_validation = Split(split.train, None, split.validation)
    tags, popular = (
        evaluate_model(model, on_validation).means()["precision"]
        for model in (Content(), Popularity())
    )
    assert tags > 1.2 * popular
