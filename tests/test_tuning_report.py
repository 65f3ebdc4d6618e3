"""What a study found, as tables and as a section of the file of settings."""

import tomllib

import pytest

from helpers.errors import DataError
from helpers.tuning import Trial, Tuning
from helpers.tuning_report import (
    TUNED_FILE,
    render_importances,
    render_trials,
    tuned_section,
    write_section,
)

DEFAULT = Trial({"neighbours": 200, "weighting": "bm25"}, 0.15, 0.12, 0.4)
BETTER = Trial({"neighbours": 80, "weighting": "log"}, 0.17, 0.13, 0.3)
FAILED = Trial({"neighbours": 0, "weighting": "log"}, error="neighbours is 0, expected 1")
FOUND = Tuning("user-knn", [DEFAULT, FAILED, BETTER], {"weighting": 0.9, "neighbours": 0.1})
FACTS = {"data": "real last.fm", "split_seeds": [0, 1], "k": 10, "command": "tune user-knn"}


def test_table_ranks_trials_and_names_the_default_and_the_failure():
    lines = render_trials(FOUND, 10).splitlines()
    assert lines[0].split() == ["NDCG@10", "P@10", "fit", "s", "neighbours", "weighting"]
    assert lines[1].split() == ["0.1700", "0.1300", "0.30", "80", "log"]
    assert lines[2].split() == ["default", "0.1500", "0.1200", "0.40", "200", "bm25"]
    assert lines[3:] == ["1 trials failed, the last because neighbours is 0, expected 1"]


def test_table_ends_after_ten_trials():
    many = [Trial({"neighbours": n}, n / 100, 0.1, 1.0) for n in range(1, 31)]
    lines = render_trials(Tuning("user-knn", many, {}), 5).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == [str(n) for n in range(30, 20, -1)]


def test_importances_are_a_table_or_a_sentence():
    lines = render_importances(FOUND).splitlines()
    assert lines[1].split() == ["weighting", "90", "%"]
    assert "too few" in render_importances(Tuning("user-knn", [DEFAULT], {}))


def test_section_says_what_was_found_on_what_and_how():
    lines = tuned_section(FOUND, **FACTS).splitlines()
    comment = " ".join(line.removeprefix("# ") for line in lines if line.startswith("# "))
    assert comment == (
        "Trained on 64 % of the pairs of real last.fm, judged on another 16 %, mean of split seeds "
        "0, 1; 3 trials. Validation: NDCG@10 .1700, precision@10 .1300; the default before: "
        "NDCG@10 .1500, precision@10 .1200."
    )
    assert [line for line in lines if not line.startswith("#")] == [
        "[user-knn]",
        'found_with = "tune user-knn"',
        "",
        "[user-knn.settings]",
        "neighbours = 80",
        'weighting = "log"',
    ]
    assert max(map(len, lines)) <= 100
    kept = tuned_section(Tuning("user-knn", [DEFAULT], {}), **FACTS)
    assert "the default as it was" in " ".join(kept.replace("#", "").split())


def test_section_holds_settings_that_were_not_varied():
    trial = Trial({"factors": 64}, 0.1, 0.1, 1.0)
    section = tuned_section(Tuning("als", [trial], {}), **FACTS)
    before = tomllib.loads(TUNED_FILE.read_text())["als"]["settings"]
    assert tomllib.loads(section)["als"]["settings"] == before | {"factors": 64}


BEFORE = """# About the file.

[als]
# About als.
found_with = "hand"

[als.settings]
factors = 48

[content]
# About content.
found_with = "[als] is no table here"

[content.settings]
b = 0.5
"""
SECTION = '[NAME]\n# Anew.\nfound_with = "tune"\n\n[NAME.settings]\nfactors = 64\n'


@pytest.mark.parametrize("model", ["als", "content", "new-one"])
def test_written_section_replaces_its_own_and_keeps_every_other_line(tmp_path, model):
    file = tmp_path / "tuned.toml"
    file.write_text(BEFORE)
    section = SECTION.replace("NAME", model)
    write_section(section, model, file)
    starts = {"als": BEFORE.index("[als]"), "content": BEFORE.index("[content]")}
    expected = {
        "als": BEFORE[: starts["als"]] + section + "\n" + BEFORE[starts["content"] :],
        "content": BEFORE[: starts["content"]] + section,
        "new-one": BEFORE + "\n" + section,
    }
    assert file.read_text() == expected[model]
    write_section(section, model, file)
    assert file.read_text() == expected[model]


@pytest.mark.parametrize(
    "content",
    ["[als\n", "[als]\nx = 1\n[content]\ny = 1\n[als.settings]\nz = 1\n"],
    ids=["not TOML", "in two places"],
)
def test_file_that_cannot_be_mended_by_line_is_left_alone(tmp_path, content):
    file = tmp_path / "tuned.toml"
    file.write_text(content)
    with pytest.raises(DataError, match=r"tuned\.toml"):
        write_section(SECTION.replace("NAME", "als"), "als", file)
    assert file.read_text() == content
    assert list(tmp_path.iterdir()) == [file]
