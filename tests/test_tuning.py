"""Tuning: validation pairs only, the same trials with or without interruptions."""

import math
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, IntDistribution

from helpers import tuning
from helpers.data.lastfm import load_lastfm
from helpers.errors import DataError, SettingError
from helpers.holdout import evaluate_model
from helpers.interactions import Interactions
from helpers.models import MODELS, make_model
from helpers.search_spaces import SPACES
from helpers.split import Split, random_split
from helpers.tuning import Trial, Tuning, readable, tune, validation_split

FEW = {"n_trials": 4, "split_seeds": [0]}


@pytest.fixture(scope="module")
def listening(tiny_lastfm_dir) -> Interactions:
    return load_lastfm(tiny_lastfm_dir).interactions()


def outcomes(found: Tuning) -> list[Trial]:
    """The trials without their times, which are never the same."""
    return [replace(trial, fit_seconds=0.0) for trial in found.trials]


@pytest.mark.parametrize("model", [name for name in SPACES if name in MODELS])
def test_default_settings_lie_within_the_search_space_and_are_readable(model):
    default = tuning.default_settings(model)
    assert set(default) == set(SPACES[model])
    assert readable(default) == default


def test_first_trial_is_the_default_and_the_objective_its_mean_on_validation(listening, tmp_path):
    found = tune("user-knn", listening, tmp_path / "s", n_trials=3, split_seeds=[4, 2])
    settings = make_model("user-knn").settings
    assert found.default.settings == settings
    by_hand = []
    for seed in (4, 2):
        parts = random_split(listening, 0.2, 0.16, seed)
        split = Split(parts.train, None, parts.validation)
        by_hand.append(evaluate_model(make_model("user-knn", **settings), split, 10).means())
    assert found.default.ndcg == pytest.approx(np.mean([mean["ndcg"] for mean in by_hand]))
    assert found.default.precision == pytest.approx(
        np.mean([mean["precision"] for mean in by_hand])
    )


def poisoned(listening: Interactions, seed: int) -> Interactions:
    """Return the data with other test pairs, weights and tags, and the same everything else.

    A test pair without tags moves to the next column where that is free, which keeps the order
    of the stored cells and with it the draw of the split; each test pair gets one more tag.
    """
    test = random_split(listening, seed=seed).test.user_items.tocoo()
    is_test = np.zeros(listening.user_items.shape, dtype=bool)
    is_test[test.coords] = True
    has_tags = np.zeros(listening.user_items.shape, dtype=bool)
    has_tags[listening.side.tagged[:, 0], listening.side.tagged[:, 1]] = True
    matrix = listening.user_items.copy()
    rows, columns = matrix.tocoo().coords
    in_test = is_test[rows, columns]
    next_column = np.minimum(columns + 1, listening.n_items - 1)
    is_free = matrix[rows, next_column] == 0
    moves = in_test & is_free & ~has_tags[rows, columns] & ~has_tags[rows, next_column]
    matrix.indices[moves] += 1
    matrix.data[in_test] *= 1000
    one_more = np.column_stack([rows, matrix.indices, np.zeros_like(rows)])[in_test]
    side = replace(listening.side, tagged=np.concatenate([listening.side.tagged, one_more]))
    return replace(listening, user_items=matrix, side=side)


@pytest.mark.parametrize("model", ["user-knn", "content"])
def test_poisoning_the_test_pairs_changes_nothing(listening, tmp_path, model):
    other = poisoned(listening, seed=3)
    tests = [random_split(data, 0.2, 0.16, 3).test.user_items for data in (listening, other)]
    assert (tests[0] != tests[1]).nnz > tests[0].nnz
    options = {"n_trials": 4, "split_seeds": [3]}
    clean, changed = (
        tune(model, data, tmp_path / name, **options)
        for name, data in (("clean", listening), ("poisoned", other))
    )
    assert outcomes(clean) == outcomes(changed)


def test_validation_split_has_no_pair_of_the_test_set(listening):
    split, test = validation_split(listening, 1), random_split(listening, seed=1).test
    for part in (split.train, split.test):
        assert part.user_items.multiply(test.user_items).nnz == 0
    assert split.validation is None
    total = split.train.n_pairs + split.test.n_pairs + test.n_pairs
    assert total == listening.n_pairs


def test_study_goes_on_as_if_it_had_never_stopped(listening, tmp_path):
    options = {"split_seeds": [0], "seed": 5}
    at_once = tune("user-knn", listening, tmp_path / "at once", n_trials=13, **options)
    for n_trials in (1, 11, 13):  # from the eleventh on, trials depend on those before
        in_steps = tune("user-knn", listening, tmp_path / "steps", n_trials=n_trials, **options)
    assert outcomes(in_steps) == outcomes(at_once)
    assert in_steps.importances == at_once.importances
    # Fewer than there are: what a study of that many trials found, without another trial.
    again = tune("user-knn", listening, tmp_path / "steps", n_trials=7, **options)
    assert again.trials == in_steps.trials[:7]
    other_seed = tune("user-knn", listening, tmp_path / "other", n_trials=2, split_seeds=[0])
    assert outcomes(other_seed)[1] != outcomes(at_once)[1]


def test_study_survives_kill_9_in_the_middle_of_a_write(listening, tiny_lastfm_dir, tmp_path):
    # The process ends after the nth statement, within a transaction that is not committed.
    work = (
        "import os, signal, sys; from pathlib import Path; from itertools import count\n"
        "from sqlalchemy import event; from sqlalchemy.engine import Engine\n"
        "from helpers.data.lastfm import load_lastfm; from helpers.tuning import tune\n"
        "folder, file, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])\n"
        "writes = count(1)\n"
        "@event.listens_for(Engine, 'after_cursor_execute')\n"
        "def kill(connection, cursor, statement, *rest):\n"
        "    if file.exists() and statement.split()[0] in ('INSERT', 'UPDATE'):\n"
        "        if next(writes) == last: os.kill(os.getpid(), signal.SIGKILL)\n"
        "tune('user-knn', load_lastfm(folder).interactions(), file, n_trials=5, split_seeds=[0])"
    )
    file = tmp_path / "killed"
    for n_writes in (3, 17):
        words = [sys.executable, "-c", work, str(tiny_lastfm_dir), str(file), str(n_writes)]
        ended = subprocess.run(words, check=False, capture_output=True, text=True, timeout=250)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    killed = tune("user-knn", listening, file, n_trials=5, split_seeds=[0])
    never = tune("user-knn", listening, tmp_path / "never", n_trials=5, split_seeds=[0])
    assert outcomes(killed) == outcomes(never)


def test_interrupt_says_how_to_go_on(listening, tmp_path, monkeypatch):
    measured = []

    def measure(*arguments):
        if len(measured) == 3:
            raise KeyboardInterrupt
        measured.append(real_measure(*arguments))
        return measured[-1]

    real_measure = tuning.measure
    file = tmp_path / "study"
    monkeypatch.setattr(tuning, "measure", measure)
    with pytest.raises(KeyboardInterrupt, match=r"stopped after 3 of 5 trials, .* to go on"):
        tune("user-knn", listening, file, n_trials=5, split_seeds=[0])
    monkeypatch.setattr(tuning, "measure", real_measure)
    found = tune("user-knn", listening, file, n_trials=5, split_seeds=[0])
    assert found.trials[:3] == measured
    assert len(found.trials) == 5


def test_settings_that_the_model_refuses_are_a_failed_trial(listening, tmp_path, monkeypatch):
    monkeypatch.setitem(SPACES, "user-knn", {"neighbours": IntDistribution(-300, 300)})
    found = tune("user-knn", listening, tmp_path / "study", n_trials=8, split_seeds=[0])
    failed = [trial for trial in found.trials if trial.error]
    assert 0 < len(failed) < 8
    for trial in failed:
        assert trial.settings["neighbours"] < 1
        assert "neighbours is" in trial.error
        assert math.isnan(trial.ndcg)
    assert len(found.ranked) == 8 - len(failed)
    assert found.best.ndcg == max(found.best_so_far)


def test_study_without_any_success_says_why(listening, tmp_path, monkeypatch):
    def refuse(name, **settings):
        if settings:
            raise SettingError("this one never trains")
        return make_model(name)

    monkeypatch.setattr(tuning, "make_model", refuse)
    with pytest.raises(SettingError, match=r"no trial of 4 succeeded; .* this one never trains"):
        tune("user-knn", listening, tmp_path / "study", **FEW)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"split_seeds": [1]}, "other split seeds"),
        ({"k": 5}, "other k "),
        ({"seed": 1}, "other sampler seed"),
        ({"model": "item-knn"}, "other model"),
    ],
)
def test_study_of_another_protocol_is_refused(listening, tmp_path, change, sentence):
    request = {"model": "user-knn", "file": tmp_path / "study"} | FEW
    tune(interactions=listening, **request)
    with pytest.raises(DataError, match=sentence):
        tune(interactions=listening, **request | change)
    assert len(tune(interactions=listening, **request).trials) == 4


def test_study_of_other_data_or_another_space_is_refused(listening, tmp_path, monkeypatch):
    request = {"model": "user-knn", "file": tmp_path / "study"} | FEW
    tune(interactions=listening, **request)
    fewer = random_split(listening, 0.1, seed=0).train
    with pytest.raises(DataError, match="other pairs"):
        tune(interactions=fewer, **request)
    monkeypatch.setitem(SPACES, "user-knn", {"neighbours": IntDistribution(1, 200)})
    with pytest.raises(DataError, match="other search space"):
        tune(interactions=listening, **request)


def test_study_of_a_blend_of_other_parts_is_refused(listening, tmp_path, monkeypatch):
    request = {"model": "blend", "file": tmp_path / "study", "n_trials": 1, "split_seeds": [0]}
    tune(interactions=listening, **request)
    monkeypatch.setitem(tuning.TUNED, "ease", {"regularization": 5.0, "weighting": "log"})
    with pytest.raises(DataError, match="other settings of parts"):
        tune(interactions=listening, **request)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "popularity"}, "no search space for model 'popularity', expected one of item-"),
        ({"model": "nonsense"}, "'nonsense'"),
        ({"n_trials": 0}, "trials is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"split_seeds": []}, r"split seeds are \[\]"),
        ({"split_seeds": [2, 2]}, r"split seeds are \[2, 2\]"),
        ({"split_seeds": [-1]}, "split seed is -1"),
        ({"k": 0}, "k is 0"),
    ],
)
def test_requests_without_meaning_are_refused_before_a_file_is_made(
    listening, tmp_path, options, sentence
):
    request = {"model": "user-knn", "file": tmp_path / "studies" / "study"} | options
    with pytest.raises(SettingError, match=sentence):
        tune(interactions=listening, **request)
    assert os.listdir(tmp_path) == []


def test_default_outside_of_its_space_is_refused(monkeypatch):
    space = {"weighting": CategoricalDistribution(["log", "plays"])}
    monkeypatch.setitem(SPACES, "user-knn", space)
    with pytest.raises(SettingError, match=r"'bm25'.* not all within its search space"):
        tuning.default_settings("user-knn")


def test_importances_are_shares_and_find_the_setting_that_matters(tmp_path, listening):
    found = tune("ease", listening, tmp_path / "study", n_trials=12, split_seeds=[0])
    assert sum(found.importances.values()) == pytest.approx(1)
    assert list(found.importances) == ["weighting", "regularization"]
    alone = tune("ease", listening, tmp_path / "study", n_trials=1, split_seeds=[0])
    assert alone.importances == {}
    assert alone.best is alone.default


@pytest.mark.parametrize("outcome", ['{"score": 1}', "null"])
def test_trials_of_another_version_are_refused(listening, tmp_path, outcome):
    request = {"model": "user-knn", "interactions": listening, "file": tmp_path / "study"} | FEW
    tune(**request)
    with closing(sqlite3.connect(request["file"])) as database, database:
        database.execute("UPDATE trial_user_attributes SET value_json = ?", (outcome,))
    with pytest.raises(DataError, match=r"altered or written by another version .* move the file"):
        tune(**request)
