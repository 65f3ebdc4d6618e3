"""`python -m helpers mitigate`: from data to a table and a file of all figures."""

import json

import pytest

from helpers import tradeoff_report, tradeoffs
from helpers.__main__ import main
from helpers.mitigation import METHODS

FEW = ("log penalty", "niche pool", "down-weighting")


@pytest.fixture
def words(tiny_lastfm_dir, monkeypatch):
    """The command over few methods, and with a rule that a tiny world can satisfy."""

    def lenient(rows, widen=1.05):
        return tradeoffs.choose(rows, keep=0.5, widen=widen)

    monkeypatch.setattr(tradeoffs, "METHODS", {name: METHODS[name] for name in FEW})
    monkeypatch.setattr(tradeoff_report, "choose", lenient)
    return ["mitigate", "item-knn", "--data-dir", str(tiny_lastfm_dir.parent), "-k", "5"]


def test_mitigate_prints_the_study_and_writes_it(words, tmp_path, capsys):
    file = tmp_path / "out.json"
    assert main([*words, "--json", str(file)]) == 0
    printed = capsys.readouterr()
    found = json.loads(file.read_text(encoding="utf-8"))
    assert printed.out == tradeoff_report.render(found) + "\n"
    assert printed.err == ""  # no bar for a short run
    assert (found["base"], found["dataset"], found["data"], found["k"]) == (
        "item-knn",
        "lastfm",
        "real",
        5,
    )
    assert {row["method"] for row in found["sweep"]} == set(FEW)
    assert len(found["sweep"]) == sum(len(METHODS[name].knobs) for name in FEW)
    assert found["test"][0]["method"] == "none"
    assert (found["validation_seeds"], found["test_seeds"]) == ([0, 1, 2], [0, 1, 2, 3, 4])


def test_mitigate_shows_its_table_where_the_file_cannot_be_written(words, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    assert main([*words, "--json", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "the model itself" in said.out
    assert said.err.startswith("helpers: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["-k", "0"], "k is 0"),
        (["-k", "100000"], "k is 100000 but there are"),
        (["--dataset", "books"], "'books'"),
        (["--data-dir", "/nowhere"], "/nowhere"),
    ],
)
def test_mitigate_refuses_bad_input_in_one_sentence(words, capsys, change, sentence):
    assert main([*words, *change]) == 1
    assert_one_sentence(capsys.readouterr().err, sentence)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("magic", "unknown model 'magic', expected one of popularity, "),
        ("popularity", "popularity takes no weights, expected a model that does, such as als"),
    ],
)
def test_mitigate_refuses_a_model_that_it_cannot_study(words, capsys, model, sentence):
    words[1] = model
    assert main(words) == 1
    assert_one_sentence(capsys.readouterr().err, sentence)


def test_mitigate_says_so_where_nothing_satisfies_the_rule(words, capsys, monkeypatch):
    monkeypatch.setattr(tradeoff_report, "choose", tradeoffs.choose)
    monkeypatch.setattr(tradeoffs, "METHODS", {"niche pool": METHODS["niche pool"]})
    assert main(words) == 1
    assert_one_sentence(capsys.readouterr().err, "no setting keeps 94% of the precision and widens")


def assert_one_sentence(said, sentence):
    assert said.startswith("helpers: ")
    assert sentence in said
    assert said.count("\n") == 1
