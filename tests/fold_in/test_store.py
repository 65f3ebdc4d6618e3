"""A playlist model in memory, on disk and mapped."""

import json

import numpy as np
import polars as pl
import pytest
from small_playlists import (
    LONELY,
    N_TRACKS,
    make_playlist_model,
    make_titles,
    make_tracks,
    make_train,
)

from helpers.errors import DataError, SettingError
from helpers.fold_in.catalogue import make_catalogue
from helpers.fold_in.store import HEADER, PlaylistModel
from helpers.models import ALS, IALS, ItemKNN

MODELS = {
    "als": lambda: ALS(factors=4, weighting="binary"),
    "als with bm25": lambda: ALS(factors=4, regularization=1.0, weighting="bm25"),
    "ials": lambda: IALS(factors=4, regularization=0.02, iterations=3),
}


@pytest.fixture(scope="module")
def model():
    return make_playlist_model()


@pytest.fixture
def folder(model, tmp_path):
    model.save(tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_model_folds_in_to_the_same_bits(name, tmp_path):
    model, train = make_playlist_model(MODELS[name]()), make_train()
    model.save(tmp_path)
    loaded = PlaylistModel.load(tmp_path, make_tracks()["track_uri"])
    vectors = model.step.vectors(train.user_items)
    np.testing.assert_array_equal(loaded.step.vectors(train.user_items), vectors)
    assert loaded.catalogue.equals(model.catalogue)
    assert loaded.titles.words == model.titles.words
    np.testing.assert_array_equal(loaded.titles.vector("party"), model.titles.vector("party"))
    assert loaded.facts == json.loads(json.dumps(model.facts))


def test_vectors_are_mapped_and_not_read(folder):
    factors = PlaylistModel.load(folder).step.item_factors
    assert isinstance(factors.base, np.memmap)
    assert factors.flags.aligned


def test_the_catalogue_numbers_songs_and_artists(model):
    song, artist = model.catalogue["song"], model.catalogue["artist"]
    assert song[0] == song[1]
    assert song.n_unique() == N_TRACKS - 1
    assert artist.n_unique() == 4
    assert artist[0] == artist[9] != artist[10]
    assert model.catalogue["popularity"][LONELY] == 0


def test_facts_say_what_it_was_trained_on(model):
    train = make_train()
    expected = {"playlists": 60, "tracks": 40, "entries": train.n_pairs, "model": "als"}
    assert expected.items() <= model.facts.items()
    assert model.facts["settings"]["factors"] == 4


def test_a_model_of_another_catalogue_is_refused(folder):
    with pytest.raises(DataError, match=r"another catalogue \(40 tracks, expected 39"):
        PlaylistModel.load(folder, make_tracks()["track_uri"][:-1])
    with pytest.raises(DataError, match="in the same order"):
        PlaylistModel.load(folder, make_tracks()["track_uri"].reverse())


def test_saving_again_replaces_the_model_and_leaves_one_archive(folder):
    make_playlist_model(ALS(factors=3, weighting="binary")).save(folder)
    assert PlaylistModel.load(folder).step.item_factors.shape == (N_TRACKS, 3)
    assert len(list(folder.glob("arrays-*.npz"))) == 1


def test_a_folder_without_a_model_says_how_to_train_one(tmp_path):
    with pytest.raises(DataError, match=r"holds no playlist model.*helpers run 10 --force"):
        PlaylistModel.load(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "swapped", "not JSON", "another format", "no rule"])
def test_a_damaged_model_is_refused_in_a_sentence(folder, damage):
    header = json.loads((folder / HEADER).read_text())
    archive = folder / header["arrays"]
    if damage == "cut":
        archive.write_bytes(archive.read_bytes()[:-100])
    elif damage == "swapped":
        archive.write_bytes(bytes(header["bytes"]))
    elif damage == "not JSON":
        (folder / HEADER).write_text("{")
    elif damage == "another format":
        (folder / HEADER).write_text(json.dumps(header | {"format": "x"}))
    else:
        del header["rule"]
        (folder / HEADER).write_text(json.dumps(header))
    with pytest.raises(DataError, match=r"damaged|not JSON|not written by this version"):
        PlaylistModel.load(folder)


def test_tracks_or_titles_of_another_training_set_are_refused():
    model = ALS(factors=2, weighting="binary").fit(make_train())
    with pytest.raises(DataError, match="not the 40 of training"):
        PlaylistModel.of(model, make_tracks().reverse(), make_titles(), {})
    with pytest.raises(DataError, match="got 1 titles, expected 60"):
        PlaylistModel.of(model, make_tracks(), ["one"], {})


def test_a_model_that_has_no_half_step_is_refused():
    model = ItemKNN().fit(make_train())
    with pytest.raises(SettingError, match="item-knn"):
        PlaylistModel.of(model, make_tracks(), make_titles(), {})


def test_a_catalogue_needs_names_and_one_popularity_a_track():
    tracks = make_tracks()
    with pytest.raises(DataError, match="no column 'album_name'"):
        make_catalogue(tracks.drop("album_name"), np.zeros(40))
    with pytest.raises(DataError, match="popularity of 3 tracks, expected 40"):
        make_catalogue(tracks, np.zeros(3))
    by_name = make_catalogue(tracks.drop("artist_uri"), np.zeros(40))
    assert by_name["artist"].n_unique() == 4
    assert by_name["popularity"].dtype == pl.Int32
