import json

import numpy as np
import pytest

from helpers.data.lastfm import load_lastfm
from helpers.errors import SettingError
from helpers.words import cold_artist_study as module
from helpers.words.cold_artist_study import MEASURES, cold_artist_study


@pytest.fixture(scope="module")
def tiny(tiny_lastfm_dir):
    return load_lastfm(tiny_lastfm_dir).interactions()


@pytest.fixture(scope="module")
def lines():
    return []


@pytest.fixture(scope="module")
def record(tiny, lines):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LIGHTFM_EPOCHS", 1)
        return cold_artist_study(tiny, "synthetic", seeds=(0, 1), report=lines.append)


def test_record_can_be_written_as_json_and_says_what_it_is_of(record, tiny):
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert next(iter(record)) == "study"
    assert record["study"] == "cold_artists"
    assert (record["data"], record["seeds"]) == ("synthetic", [0, 1])
    assert (record["users"], record["artists"]) == (tiny.n_users, tiny.n_items)


def test_every_mean_lies_in_its_interval(record):
    models = [*record["models"].values(), *record["against_warm"]["models"].values()]
    for measure in MEASURES:
        for of_model in models:
            mean = of_model[measure]["mean"]
            low, high = of_model[measure].get("interval", [mean, mean])
            assert 0 <= low <= mean <= high <= 1


def test_the_typical_artist_cannot_tell_hidden_artists_apart(record):
    assert record["models"]["typical artist"]["auc_among_hidden"]["mean"] == 0.5


def test_words_place_hidden_artists_better_than_chance(record):
    assert record["models"]["words"]["auc_among_hidden"]["interval"][0] > 0.5
    assert record["times_random"]["words"]["interval"][0] > 1


def test_difference_is_that_of_the_means(record):
    models = record["models"]
    for rival, of_rival in record["words_minus"].items():
        for measure in MEASURES:
            apart = models["words"][measure]["mean"] - models[rival][measure]["mean"]
            assert np.isclose(of_rival[measure]["difference"], apart, atol=2e-5)


def test_each_draw_is_reported(record, lines):
    assert len(lines) == len(record["words_by_draw"]["auc"]) == 2
    assert lines[1].startswith("draw 2 of 2")


def test_a_draw_that_stands_twice_is_refused(tiny):
    with pytest.raises(SettingError, match="each different"):
        cold_artist_study(tiny, "synthetic", seeds=(0, 0))
