"""`python -m helpers tune`: from data to a section of the file of settings."""

import os
import tomllib

import pytest

from helpers import tuning, tuning_report
from helpers.__main__ import main
from helpers.pipeline.lock import only_process


@pytest.fixture
def words(tiny_lastfm_dir, tmp_path):
    where = ["--data-dir", str(tiny_lastfm_dir.parent), "--study-dir", str(tmp_path / "studies")]
    return ["tune", "user-knn", "--split-seed", "1", *where]


def test_tune_prints_trials_importances_and_a_section_that_repeats_them(words, tmp_path, capsys):
    assert main([*words, "--trials", "3", "-k", "5"]) == 0
    printed = capsys.readouterr()
    assert "NDCG@5" in printed.out
    assert "share of the variance" in printed.out
    section = tomllib.loads(printed.out[printed.out.index("[user-knn]") :])["user-knn"]
    again = "python -m helpers tune user-knn --trials 3 --data real --split-seed 1 -k 5"
    assert section["found_with"] == again
    assert set(section["settings"]) == {"neighbours", "weighting"}
    studies = tmp_path / "studies"
    names = {f"user-knn_real_lastfm.{kind}" for kind in ("sqlite3", "png", "lock")}
    assert {file.name for file in studies.iterdir()} == names
    assert (studies / "user-knn_real_lastfm.png").read_bytes()[:4] == b"\x89PNG"
    assert printed.err == ""  # no bar for a short run


def test_tune_can_be_stopped_and_goes_on(words, capsys, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    assert main([*words, "--trials", "2"]) == 0
    first = capsys.readouterr().out
    with monkeypatch.context() as patch:
        patch.setattr(tuning, "measure", interrupt)
        assert main([*words, "--trials", "4"]) == 130
        said = capsys.readouterr().err
        assert said.startswith("helpers: stopped after 2 of 4 trials, which ")
        assert said.endswith("run the same command again to go on\n")
        assert main([*words, "--trials", "2"]) == 0  # needs no further trial
        assert capsys.readouterr().out == first
    assert main([*words, "--trials", "4"]) == 0


def test_write_puts_the_section_in_its_place(words, tmp_path, capsys, monkeypatch):
    file = tmp_path / "tuned.toml"
    file.write_text("[als.settings]\nfactors = 48\n")
    monkeypatch.setattr(tuning_report, "TUNED_FILE", file)
    assert main([*words, "--trials", "1", "--write"]) == 0
    assert capsys.readouterr().out.endswith(f"written to {file}\n")
    written = tomllib.loads(file.read_text())
    assert written["als"] == {"settings": {"factors": 48}}
    assert written["user-knn"]["found_with"].endswith("--trials 1 --data real --split-seed 1")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["--trials", "0"], "trials is 0"),
        (["-k", "0"], "k is 0"),
        (["--dataset", "books"], "'books'"),
        (["--split-seed", "1", "1"], "split seeds are [1, 1]"),
        (["--data", "synthetic", "--write"], "--write got synthetic data"),
        (["--study-dir", os.devnull], "/dev/null"),
    ],
)
def test_tune_refuses_bad_input_in_one_sentence(words, capsys, change, sentence):
    assert main([*words, *change]) == 1
    said = capsys.readouterr().err
    assert said.startswith("helpers: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_tune_refuses_a_model_without_search_space(capsys):
    assert main(["tune", "popularity"]) == 1
    assert "no search space for model 'popularity'" in capsys.readouterr().err


def test_tune_refuses_other_splits_and_a_damaged_study(words, tmp_path, capsys):
    assert main([*words, "--trials", "1"]) == 0
    capsys.readouterr()
    assert main([*words, "--trials", "1", "--split-seed", "2"]) == 1
    assert "other split seeds (got [1], expected [2])" in capsys.readouterr().err
    file = tmp_path / "studies" / "user-knn_real_lastfm.sqlite3"
    file.write_bytes(b"damaged")
    assert main([*words, "--trials", "1"]) == 1
    said = capsys.readouterr().err
    assert "cannot be used as a study (file is not a database)" in said
    assert said.count("\n") == 1
    assert file.read_bytes() == b"damaged"


def test_one_process_at_a_time_works_on_a_study(words, tmp_path, capsys):
    lock = tmp_path / "studies" / "user-knn_real_lastfm.lock"
    with only_process(lock, "busy"):
        assert main([*words, "--trials", "1"]) == 1
    assert f"another process ({os.getpid()}) is at work" in capsys.readouterr().err
