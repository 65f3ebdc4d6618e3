"""`python -m helpers evaluate`: on files of one's own, and on a dataset."""

import json

import pytest

from helpers.__main__ import main
from helpers.errors import SettingError
from helpers.models import MODELS, Popularity, UserKNN


@pytest.fixture
def two_files(tmp_path):
    """Training and test pairs of four users and five items."""
    train = ["user_id,item_id,weight"]
    train += [f"u{user},i{item},1" for user in range(4) for item in range(5) if item != user]
    test = ["user_id,item_id,weight", *(f"u{user},i{user},1" for user in range(4))]
    for name, lines in (("train.csv", train), ("test.csv", test)):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    return ["--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv")]


def test_evaluate_judges_a_split_in_two_files(two_files, tmp_path, capsys):
    lists, metrics = tmp_path / "lists.csv", tmp_path / "metrics.json"
    outputs = ["--recommendations", str(lists), "--json", str(metrics)]
    assert main(["evaluate", "popularity", "-k", "1", *two_files, *outputs]) == 0
    assert "popularity" in capsys.readouterr().out
    # Each user has one item left, which is the test item.
    (row,) = json.loads(metrics.read_text())
    assert (row["model"], row["k"], row["n_users"], row["precision"]) == ("popularity", 1, 4, 1.0)
    header, *rows = lists.read_text().splitlines()
    assert header == "user_id,item_id,rank,score"
    assert [line.split(",")[:3] for line in rows] == [[f"u{n}", f"i{n}", "1"] for n in range(4)]


def test_evaluate_wants_both_files_and_no_seed_beside_them(two_files, capsys):
    assert main(["evaluate", "popularity", *two_files[:2]]) == 1
    assert "one of --train and --test is missing" in capsys.readouterr().err
    assert main(["evaluate", "popularity", *two_files, "--split-seed", "1"]) == 1
    assert "--split-seed got a value" in capsys.readouterr().err
    assert main(["evaluate", "popularity", *two_files, "--shares", "8:2"]) == 1
    assert "--shares got a value" in capsys.readouterr().err
    assert main(["evaluate", "popularity", *two_files, "--data", "real"]) == 1
    assert "--data got a value" in capsys.readouterr().err
    assert main(["evaluate", "popularity", *two_files, "--data-dir", "music"]) == 1
    assert "--data-dir got a value" in capsys.readouterr().err


def test_evaluate_judges_random_splits_of_real_files(tiny_lastfm_dir, tmp_path, capsys):
    words = ["evaluate", "popularity", "--data-dir", str(tiny_lastfm_dir.parent)]
    file, lists = tmp_path / "metrics.json", tmp_path / "lists.csv"
    outputs = ["--json", str(file), "--recommendations", str(lists)]
    assert main([*words, "--split-seed", "3", *outputs]) == 0
    assert lists.read_text().count("\n") > 10
    (row,) = json.loads(file.read_text())
    assert (row["dataset"], row["data"]) == ("lastfm", "real")
    assert (row["split_seeds"], row["k"]) == ([3], 10)
    assert 0 < row["precision"] < 1


def test_evaluate_all_judges_every_registered_model(two_files, monkeypatch, tmp_path):
    monkeypatch.setattr("helpers.models.MODELS", {"user-knn": UserKNN, "popularity": Popularity})
    file = tmp_path / "metrics.json"
    assert main(["evaluate", "all", "-k", "1", *two_files, "--json", str(file)]) == 0
    assert [row["model"] for row in json.loads(file.read_text())] == ["user-knn", "popularity"]


def test_evaluate_keeps_the_results_of_others_where_a_model_fails(
    two_files, monkeypatch, tmp_path, capsys
):
    class NeedsTags(Popularity):
        def _fit(self, train):
            raise SettingError("there are no tags")

    monkeypatch.setitem(MODELS, "content", NeedsTags)
    file = tmp_path / "metrics.json"
    words = ["evaluate", "content", "popularity", "-k", "1", *two_files, "--json", str(file)]
    assert main(words) == 1
    said = capsys.readouterr()
    assert "popularity" in said.out
    assert said.err == "helpers: content is left out: there are no tags\n"
    assert [row["model"] for row in json.loads(file.read_text())] == ["popularity"]


def test_evaluate_takes_validation_pairs_out_of_the_lists(tiny_lastfm_dir, tmp_path):
    words = ["evaluate", "popularity", "--data-dir", str(tiny_lastfm_dir.parent)]
    file = tmp_path / "metrics.json"
    words += ["--split-seed", "3", "--shares", "8:1:1", "--json", str(file)]
    assert main(words) == 0
    (row,) = json.loads(file.read_text())
    assert (row["split"], row["shares"]) == ("80/10/10 random", "8:1:1")


def test_evaluate_help_lists_the_registered_models(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["evaluate", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert f"one or more of {', '.join(MODELS)}; or all" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("evaluate nonsense", "nonsense"),
        ("evaluate popularity -k 0", "k is 0, expected 1 to"),
        ("evaluate popularity --split-seed -1", "seed"),
        ("evaluate popularity --shares 8", "shares are '8', expected training:test"),
        ("evaluate popularity --recommendations x.csv", "lists of 5 trained models were asked for"),
        ("evaluate popularity als --split-seed 1 --recommendations x.csv", "lists of 2 trained"),
        ("evaluate popularity --dataset books", "'books', expected"),
    ],
)
def test_evaluate_refuses_bad_input_in_one_sentence(tiny_lastfm_dir, capsys, words, sentence):
    where = ["--data", "real", "--data-dir", str(tiny_lastfm_dir.parent)]
    assert main([*words.split(), *where]) == 1
    said = capsys.readouterr().err
    assert said.startswith("helpers: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_evaluate_refuses_one_file_for_two_things(tmp_path, capsys):
    file = str(tmp_path / "out.csv")
    words = ["evaluate", "popularity", "--split-seed", "0"]
    assert main([*words, "--json", file, "--recommendations", file]) == 1
    assert "given for two things" in capsys.readouterr().err


def test_evaluate_all_does_not_hide_a_model_that_is_unknown(two_files, capsys):
    assert main(["evaluate", "all", "nonsense", "-k", "1", *two_files]) == 1
    assert "unknown model 'nonsense'" in capsys.readouterr().err
