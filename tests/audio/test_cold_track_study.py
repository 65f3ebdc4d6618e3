"""The study of cold tracks, on a tiny world."""

import json

import pytest

from helpers.audio.cold_track_study import BOUNDS, cold_track_study
from helpers.audio.feature_task import FEATURES


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    pytest.importorskip("torch", reason="needs PyTorch; install the extra 'audio'")
    folder = tmp_path_factory.mktemp("world") / "tiny"
    said = []
    return cold_track_study("tiny", folder=folder, epochs=3, report=said.append), said


def test_study_is_plain_and_says_what_it_is_of(study):
    found, said = study
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert next(iter(found.items())) == ("study", "cold_tracks")
    assert (found["data"], found["seed"], found["epochs"]) == ("synthetic", 0, 3)
    assert (found["n_heard"], found["n_hidden"]) == (120, 30)
    assert 0 < found["features"]["n_hidden"] <= 30
    assert len(said) == 2


def test_every_figure_lies_in_its_interval(study):
    found, _ = study
    assert [*found["models"]] == ["random", "linear", "mlp", "network", *BOUNDS]
    rows = [*found["models"].values(), *found["ahead"].values(), *found["share_of_bound"].values()]
    for row in rows:
        for metric in ("auc", "map"):
            low, high = row[f"{metric}_interval"]
            assert low <= row[metric] <= high
    for model in ("linear", "network"):
        assert [*found["features"][model]] == [*FEATURES]


def test_usage_beats_chance_and_knowing_the_pairs_beats_not_knowing_them(study):
    auc = {name: row["auc"] for name, row in study[0]["models"].items()}
    assert auc["usage, own pairs"] > auc["usage by others"] > 0.55
    assert auc["random"] == pytest.approx(0.5, abs=0.1)
    ahead = study[0]["ahead"]["linear"]["auc"]
    assert ahead == pytest.approx(auc["network"] - auc["linear"], abs=2e-4)
