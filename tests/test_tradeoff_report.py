"""The study as a whole: what it holds, how it reads, and what it refuses."""

import json
from functools import partial

import pytest
from small_worlds import checkerboard, random_plays

from helpers import paths, tradeoff_report, tradeoffs
from helpers.data.synthetic import WORLD_VERSION
from helpers.errors import DataError, SettingError
from helpers.mitigation import METHODS
from helpers.split import random_split
from helpers.tradeoff_report import (
    RECORDED,
    STUDENTS,
    read_recorded_study,
    render,
    render_markdown,
    study,
    validation_split,
)

PLAYS = random_plays(seed=9, shape=(60, 25))
FEW = ("log penalty", "niche pool", "down-weighting")


@pytest.fixture(scope="module")
def found() -> dict:
    """A study of few methods by a rule that a small world can satisfy."""
    with pytest.MonkeyPatch.context() as patch:
        few = {name: METHODS[name] for name in FEW}
        patch.setattr(tradeoffs, "METHODS", few)
        patch.setattr(tradeoff_report, "choose", lenient)
        return study(
            "item-knn",
            PLAYS,
            dataset="lastfm",
            data="synthetic",
            validation_seeds=(0, 1),
            test_seeds=(2, 3),
            k=3,
        )


def lenient(rows, widen=1.05):
    return tradeoffs.choose(rows, keep=0.5, widen=widen)


class TestStudy:
    def test_is_ready_for_json_and_complete(self, found):
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        protocol = {key: found[key] for key in ("base", "dataset", "data", "world", "k")}
        assert protocol == {
            "base": "item-knn",
            "dataset": "lastfm",
            "data": "synthetic",
            "world": WORLD_VERSION,
            "k": 3,
        }
        assert (found["validation_seeds"], found["test_seeds"]) == ([0, 1], [2, 3])
        assert (found["keep"], found["widen"]) == (tradeoffs.KEEP, tradeoffs.WIDEN)

    def test_sweeps_validation_pairs_alone(self, found):
        splits = [validation_split(PLAYS, seed) for seed in (0, 1)]
        assert found["sweep"] == tradeoffs.sweep("item-knn", splits, FEW, k=3)

    def test_tests_the_choice_the_penalty_and_what_the_students_tried(self, found):
        penalty = lenient([r for r in found["sweep"] if r["method"] == "log penalty"], widen=0)
        expected = [
            (found["chosen"]["method"], found["chosen"]["knob"]),
            ("log penalty", penalty["knob"]),
            STUDENTS,
        ]
        tested = [(row["method"], row["knob"]) for row in found["test"]]
        assert tested == [("none", 0), *dict.fromkeys(expected)]
        assert found["chosen"] in found["sweep"]

    def test_asks_the_penalty_for_no_coverage(self, monkeypatch):
        asked = []

        def noted(rows, widen=1.05):
            asked.append(({row["method"] for row in rows}, widen))
            return lenient(rows, widen)

        monkeypatch.setattr(tradeoffs, "METHODS", {name: METHODS[name] for name in FEW})
        monkeypatch.setattr(tradeoff_report, "choose", noted)
        seeds = {"validation_seeds": (0,), "test_seeds": (0,)}
        study("item-knn", PLAYS, dataset="lastfm", data="real", k=3, **seeds)
        assert asked == [(set(FEW), 1.05), ({"log penalty"}, 0)]

    def test_tests_on_test_pairs_of_the_other_seeds(self, found):
        splits = [random_split(PLAYS, 0.2, seed=seed) for seed in (2, 3)]
        choices = [(row["method"], row["knob"]) for row in found["test"][1:]]
        assert found["test"] == tradeoffs.confirm("item-knn", choices, splits, k=3)

    def test_real_data_are_of_no_world(self, monkeypatch):
        monkeypatch.setattr(tradeoffs, "METHODS", {name: METHODS[name] for name in FEW})
        monkeypatch.setattr(tradeoff_report, "choose", lenient)
        run = partial(study, "item-knn", PLAYS, dataset="lastfm", validation_seeds=(0,), k=3)
        assert run(data="real", test_seeds=(0,))["world"] is None

    @pytest.mark.parametrize(
        ("base", "settings", "message"),
        [
            ("magic", {}, "unknown model 'magic'"),
            ("popularity", {}, "popularity takes no weights, expected a model that does"),
            ("item-knn", {"validation_seeds": [1, 1]}, r"split seeds are \[1, 1\]"),
            ("item-knn", {"test_seeds": []}, r"split seeds are \[\]"),
            ("item-knn", {"k": 0}, "k is 0"),
        ],
    )
    def test_what_makes_no_sense_is_refused_at_once(self, base, settings, message):
        with pytest.raises(SettingError, match=message):
            study(base, PLAYS, dataset="lastfm", data="real", **settings)

    def test_rule_that_no_setting_satisfies_is_an_error(self, monkeypatch):
        monkeypatch.setattr(tradeoffs, "METHODS", {"niche pool": METHODS["niche pool"]})
        with pytest.raises(SettingError, match="none widens it so far; ask for less"):
            study("item-knn", checkerboard(20), dataset="lastfm", data="real", k=8)


def test_validation_split_leaves_the_test_pairs_out():
    split, whole = validation_split(PLAYS, 4), random_split(PLAYS, 0.2, seed=4)
    held_out = whole.test.user_items.toarray() > 0
    seen = (split.train.user_items + split.test.user_items).toarray() > 0
    assert split.validation is None
    assert not (held_out & seen).any()
    assert (held_out | seen).sum() == PLAYS.n_pairs
    assert split.test.n_pairs == pytest.approx(0.16 * PLAYS.n_pairs, abs=1)


class TestText:
    def test_names_every_setting_and_every_test(self, found):
        lines = render(found).splitlines()
        assert lines[0] == "synthetic lastfm · base: item-knn · k = 3"
        for name in FEW:
            (line,) = [line for line in lines if line.startswith(f"  {name} ")]
            assert line.count("/") == 2 * len(METHODS[name].knobs)
            assert "0: 1.000/1.00/1.00" in line
        chosen = found["chosen"]
        assert f"Chosen: {chosen['method']} at {chosen['knob']:g}, " in render(found)
        table = lines[lines.index(next(line for line in lines if "P@3" in line)) + 1 :]
        assert len(table) == len(found["test"])
        assert table[0].startswith("the model itself")

    def test_columns_stand_below_their_titles(self, found):
        lines = render(found).splitlines()
        table = lines[-len(found["test"]) - 1 :]
        assert len({len(line) for line in table}) == 1

    def test_intervals_stand_beside_their_figures(self, found):
        row = found["test"][1]
        kept, low, high = row["kept"]
        line = render(found).splitlines()[-len(found["test"]) + 1]
        assert line.startswith(f"{row['method']} {row['knob']:g} ")
        assert f"{kept:.1%} ({low:.1%} to {high:.1%})" in line
        assert f"{row['coverage']:.1%}" in line

    def test_markdown_is_a_table_with_a_line_each(self, found):
        lines = render_markdown(found).splitlines()
        assert len(lines) == 2 + len(found["test"])
        assert len({line.count("|") for line in lines}) == 1
        assert set(lines[1]) == {"|", "-", " "} or set(lines[1]) == {"|", "-"}
        assert lines[2].startswith("| item-knn | ")
        row = found["test"][1]
        assert lines[3].startswith(f"| {row['method']}, {row['knob']:g} | {row['precision']:.3f} |")


class TestRecordedStudy:
    @pytest.fixture
    def file(self, tmp_path, monkeypatch):
        monkeypatch.setattr(paths, "RESULTS", tmp_path)
        return tmp_path / RECORDED

    def test_is_read_back(self, file, found):
        file.write_text(json.dumps(found | {"data": "real"}), encoding="utf-8")
        assert read_recorded_study() == found | {"data": "real"}

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("{", "it is damaged"),
            ("[1]", "it is damaged"),
            ("3", "it is damaged"),
            ("{}", "it is damaged"),
            ('{"data": "synthetic", "chosen": 1, "sweep": 1, "test": 1}', "it holds something el"),
            ('{"data": "real"}', "it holds something else"),
        ],
    )
    def test_anything_else_is_refused_with_the_command_to_make_it(self, file, text, reason):
        file.write_text(text)
        with pytest.raises(DataError, match=rf"\({reason}.*python -m helpers mitigate --data real"):
            read_recorded_study()

    def test_missing_file_is_refused_with_the_command_to_make_it(self, file):
        with pytest.raises(
            DataError, match=r"\(No such file.*python -m helpers mitigate --data re"
        ):
            read_recorded_study()
