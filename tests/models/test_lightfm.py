from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from lightfm import LightFM as Library
from small_worlds import as_interactions

from helpers.data.lastfm import load_lastfm
from helpers.errors import DataError, SettingError
from helpers.models import LightFM
from helpers.split import random_split

N_USERS, N_ITEMS = 60, 30
SILENT, UNTAGGED, COLD_USER = 5, 11, 9  # items without listeners, a user without items
KNOWN = np.delete(np.arange(N_ITEMS), [SILENT, UNTAGGED])
USERS = np.delete(np.arange(N_USERS), COLD_USER)


def make_train(seed=0):
    """Two camps of users and items; the tag of an item is its camp, and tag 2 is on item 0 alone.

    Nobody plays item 5, which has the tag of camp 1, nor item 11, which has no tag.
    """
    rng = np.random.default_rng(seed)
    camp = np.arange(N_USERS)[:, None] % 2 == np.arange(N_ITEMS) % 2
    counts = rng.poisson(np.where(camp, 0.8, 0.05))
    counts[:, 0] = 1
    counts[COLD_USER] = 0
    counts[:, [SILENT, UNTAGGED]] = 0
    tagged = [(u, i, i % 2) for u in range(8) for i in range(N_ITEMS) if i != UNTAGGED]
    return as_interactions(counts, [*tagged, (3, 0, 2)])


@pytest.fixture(scope="module")
def train():
    return make_train()


@pytest.fixture(scope="module")
def hybrid(train):
    return LightFM(factors=6, epochs=15, tags=True).fit(train)


def pairs_of_known(train):
    return sp.coo_matrix(train.user_items.toarray()[:, KNOWN] > 0, dtype=np.float32)


def tag_shares(train):
    counts = train.side.item_tags().toarray()
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@pytest.mark.parametrize("loss", ["logistic", "bpr", "warp", "warp-kos"])
def test_scores_agree_with_lightfm_called_directly(train, loss):
    settings = {"loss": loss, "item_alpha": 1e-4, "user_alpha": 1e-3, "max_sampled": 7}
    settings |= {"learning_rate": 0.03, "k": 2, "n": 4}
    ours = LightFM(factors=5, epochs=4, seed=3, tags=False, **settings).fit(train)
    theirs = Library(no_components=5, random_state=3, **settings)
    theirs.fit(pairs_of_known(train), epochs=4, num_threads=1)
    for user in USERS:
        if loss == "warp-kos" and train.user_items[[user]].nnz < 2:
            continue
        expected = theirs.predict(int(user), np.arange(len(KNOWN))) - theirs.user_biases[user]
        np.testing.assert_allclose(ours.score([user])[0, KNOWN], expected, rtol=1e-4, atol=1e-6)


@pytest.fixture(scope="module")
def library_with_tags(train, hybrid):
    """LightFM called directly with the settings of the hybrid, and its features."""
    features = np.hstack([np.eye(len(KNOWN)), tag_shares(train)[KNOWN]])
    features = sp.csr_matrix(features, dtype=np.float32)
    names = ("loss", "learning_rate", "max_sampled", "item_alpha", "user_alpha")
    settings = {name: hybrid.settings[name] for name in names}
    library = Library(no_components=6, random_state=0, **settings)
    library.fit(pairs_of_known(train), item_features=features, epochs=15, num_threads=1)
    return library, features


def test_scores_with_tags_agree_with_lightfm_called_directly(hybrid, library_with_tags):
    library, features = library_with_tags
    user, items = 7, np.arange(len(KNOWN))
    expected = library.predict(user, items, item_features=features) - library.user_biases[user]
    np.testing.assert_allclose(hybrid.score([user])[0, KNOWN], expected, rtol=1e-4, atol=1e-6)


def test_an_item_without_listeners_is_its_tags_and_the_average_item(
    train, hybrid, library_with_tags
):
    library, _ = library_with_tags
    learnt = np.column_stack([library.item_embeddings, library.item_biases])
    own, of_tags = learnt[: len(KNOWN)], learnt[len(KNOWN) :]
    expected = own.mean(axis=0) + tag_shares(train)[SILENT] @ of_tags
    np.testing.assert_allclose(hybrid.item_factors[SILENT], expected, rtol=1e-4, atol=1e-6)


def test_an_item_without_listeners_goes_to_those_who_like_its_tag(hybrid):
    scores = hybrid.score(USERS)[:, SILENT]
    of_its_camp = USERS % 2 == SILENT % 2
    assert scores[of_its_camp].mean() > scores[~of_its_camp].mean() + 0.1


@pytest.mark.parametrize(("tags", "unknown"), [(False, [SILENT, UNTAGGED]), (True, [UNTAGGED])])
def test_an_item_that_nothing_is_known_about_is_never_recommended(train, tags, unknown):
    model = LightFM(factors=4, epochs=3, tags=tags).fit(train)
    scores = model.score(np.arange(N_USERS))
    assert np.isneginf(scores[:, unknown]).all()
    assert np.isfinite(np.delete(scores[USERS], unknown, axis=1)).all()
    found = model.recommend(np.arange(N_USERS), N_ITEMS)
    assert set(found.items[USERS].ravel()) - {-1} == set(range(N_ITEMS)) - set(unknown)


def test_a_tag_that_only_items_without_listeners_have_says_nothing(train):
    tagged = train.side.tagged.copy()
    tagged[tagged[:, 1] == SILENT, 2] = 3
    side = replace(train.side, tagged=tagged, tags=np.array([*train.side.tags, "rare"]))
    model = LightFM(factors=4, epochs=3, tags=True).fit(replace(train, side=side))
    assert np.isneginf(model.score([0])[0, SILENT])


def test_tags_of_held_out_pairs_do_not_reach_training(tiny_lastfm_dir):
    interactions = load_lastfm(tiny_lastfm_dir).interactions()
    split = random_split(interactions, 0.2, seed=0)
    held_out = set(zip(*split.test.user_items.tocoo().coords, strict=True))
    clean = np.array([(u, i) not in held_out for u, i, _ in interactions.side.tagged])
    assert not clean.all()
    by_hand = replace(interactions.side, tagged=interactions.side.tagged[clean])

    def item_factors(side):
        model = LightFM(factors=4, epochs=1, tags=True, max_sampled=5)
        return model.fit(replace(split.train, side=side)).item_factors

    np.testing.assert_array_equal(item_factors(split.train.side), item_factors(by_hand))
    assert not np.array_equal(item_factors(by_hand), item_factors(interactions.side))


def test_long_indices_are_no_trouble(train, hybrid):
    matrix = train.user_items.copy()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    again = LightFM(**hybrid.settings).fit(replace(train, user_items=matrix))
    np.testing.assert_array_equal(again.item_factors, hybrid.item_factors)


def test_training_by_epochs_passes_every_shorter_model_and_ends_like_fit(train):
    model = LightFM(factors=4, epochs=3)
    for epoch in model.fit_epochs(train):
        shorter = LightFM(factors=4, epochs=epoch).fit(train)
        np.testing.assert_array_equal(model.item_factors, shorter.item_factors)
        np.testing.assert_array_equal(
            model.recommend(USERS, 5, exclude=train).items,
            shorter.recommend(USERS, 5, exclude=train).items,
        )
    assert epoch == 3


def test_training_by_epochs_refuses_an_empty_training_set():
    with pytest.raises(SettingError, match="no pairs"):
        next(LightFM().fit_epochs(as_interactions(np.zeros((3, 3)))))


def test_another_seed_starts_elsewhere(train, hybrid):
    other = LightFM(**(hybrid.settings | {"seed": 1})).fit(train)
    assert not np.array_equal(other.user_factors, hybrid.user_factors)


def test_users_with_too_few_items_for_k_os_get_an_empty_list(train):
    model = LightFM(loss="warp-kos", factors=4, epochs=2, k=5, n=6).fit(train)
    n_items = np.diff(train.user_items.indptr)
    assert (n_items < 5).any()
    empty = (model.recommend(np.arange(N_USERS), 5, exclude=train).items == -1).all(axis=1)
    np.testing.assert_array_equal(empty, n_items < 5)


def test_similar_items_look_at_vectors_and_not_at_biases(train, hybrid):
    vectors = hybrid.item_factors[:, :-1].astype(np.float64)
    with np.errstate(invalid="ignore"):  # the item without listeners and tags has no vector
        cosines = vectors @ vectors[4] / np.linalg.norm(vectors, axis=1)
    cosines = cosines / np.linalg.norm(vectors[4])
    cosines[[4, UNTAGGED]] = -np.inf
    found = hybrid.similar_items(4, 10)
    np.testing.assert_allclose(found.scores[0], np.sort(cosines)[::-1][:10], rtol=1e-5)


def test_an_item_nothing_is_known_about_is_like_nothing(hybrid):
    assert UNTAGGED not in hybrid.similar_items(4, N_ITEMS).items
    np.testing.assert_array_equal(hybrid.similar_items(UNTAGGED, 3).items, [[-1, -1, -1]])


@pytest.mark.filterwarnings("error")
def test_training_that_ends_in_no_numbers_says_so(train):
    with pytest.raises(SettingError, match="not finite in epoch 1; lower learning_rate"):
        LightFM(factors=4, learning_rate=1e38).fit(train)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"loss": "warp_kos"}, "'warp_kos', expected one of logistic, bpr, warp, warp-kos"),
        ({"factors": 0}, "factors is 0, expected a whole number from 1"),
        ({"epochs": 0}, "epochs is 0, expected a whole number from 1"),
        ({"learning_rate": 0}, "learning_rate is 0, expected a positive number"),
        ({"max_sampled": 0}, "max_sampled is 0, expected a whole number from 1"),
        ({"k": 11}, "k is 11, expected a number from 1 to 10"),
        ({"seed": 2**32}, "seed is 4294967296, expected a number from 0 to 4294967295"),
        ({"tags": "yes"}, "tags is 'yes', expected True or False"),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting, message):
    with pytest.raises(SettingError, match=message):
        LightFM(**setting)


def test_tags_that_few_items_have_are_left_out(train):
    # Tag 2 is on one item of thirty, the others on about half.
    tagged = train.side.tagged
    side = replace(train.side, tagged=tagged[tagged[:, 2] != 2])
    by_hand = LightFM(factors=4, epochs=2, tags=True, min_share=0).fit(replace(train, side=side))
    model = LightFM(factors=4, epochs=2, tags=True, min_share=0.1).fit(train)
    np.testing.assert_array_equal(model.item_factors, by_hand.item_factors)


def test_a_share_that_no_tag_reaches_is_refused(train):
    with pytest.raises(
        SettingError, match=r"min_share is 0.9 and the most frequent tag is on 0\.5"
    ):
        LightFM(tags=True, min_share=0.9).fit(train)


def test_data_without_tags_is_refused_where_tags_are_asked_for(train):
    untagged = replace(train.side, tagged=np.empty((0, 3), dtype=np.int64))
    for side in (None, untagged):
        with pytest.raises(SettingError, match=r"has no tags.*set tags=False"):
            LightFM(tags=True).fit(replace(train, side=side))


def test_vectors_of_another_length_than_the_settings_say_are_refused(tmp_path, train):
    model = LightFM(factors=4, epochs=1).fit(train)
    model.factors = 5
    model.save(tmp_path)
    with pytest.raises(DataError, match=r"incomplete or altered.*vectors of 5 numbers, not 6"):
        LightFM.load(tmp_path)


def test_a_loaded_hybrid_still_recommends_the_item_without_listeners(tmp_path, train, hybrid):
    hybrid.save(tmp_path)
    loaded = LightFM.load(tmp_path)
    np.testing.assert_array_equal(loaded.score(USERS), hybrid.score(USERS))
    assert SILENT in loaded.recommend(USERS, N_ITEMS, exclude=train).items


@pytest.mark.realdata
def test_lightfm_reaches_its_known_precision_on_real_lastfm(real_lastfm_dir):
    from helpers.holdout import evaluate_model

    split = random_split(load_lastfm(real_lastfm_dir).interactions(), seed=0)
    assert evaluate_model(LightFM(), split).means()["precision"] > 0.188


def test_kos_warp_draws_from_a_catalogue_smaller_than_max_sampled(train):
    model = LightFM(loss="warp-kos", factors=4, epochs=5, k=1, max_sampled=10**6).fit(train)
    assert np.isfinite(model.score(USERS)[:, KNOWN]).all()
