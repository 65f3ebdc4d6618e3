"""What the README shows must be what the tracked results and the lessons say."""

import json
import re

import pytest

from helpers import tradeoff_report
from helpers.models import MODELS, make_model
from helpers.paths import NOTEBOOKS, RESULTS, ROOT
from helpers.results import read_json, read_recorded, render_markdown
from helpers.study_records import STUDIES, read_study
from helpers.study_tables import newcomers_table, policies_table, sound_table, words_table

README = (ROOT / "README.md").read_text(encoding="utf-8")
# Tracked file -> the protocol it is of, and the metrics that stand with their interval.
TRACKED = {
    "lastfm.json": ("real", "8:2", ("precision", "ndcg")),
    "lastfm_811.json": ("real", "8:1:1", ("recall", "ndcg")),
    "lastfm_synthetic.json": ("synthetic", "8:2", ()),
}
SHOWN = [file for file, (data, _, _) in TRACKED.items() if data == "real"]


@pytest.mark.parametrize("file", SHOWN)
def test_readme_shows_the_tracked_results(file):
    table = render_markdown(read_json(RESULTS / file), TRACKED[file][2])
    assert table in README, f"paste this table:\n{table}"


@pytest.mark.parametrize("file", SHOWN)
def test_readme_names_the_command_that_made_the_results(file):
    _, shares, _ = TRACKED[file]
    option = "" if shares == "8:2" else f"--shares {shares} "
    assert f"evaluate all --data real {option}--json reports/results/{file}" in README


def test_intervals_hold_the_published_figures_that_the_readme_says():
    table = re.findall(r"\| (SEPT|MHCN) \| (0\.\d{4}) \| (0\.\d{4}) \|", README)
    published = {name: {"recall": float(r), "ndcg": float(n)} for name, r, n in table}
    held = {}
    for row in read_json(RESULTS / "lastfm_811.json"):
        places = {"below": set(), "inside": set(), "above": set()}
        for name, figures in published.items():
            for metric, figure in figures.items():
                low, high = row["ci95"][metric]
                where = "below" if figure < low else "above" if figure > high else "inside"
                places[where].add(f"{name} {metric}")
        held[row["model"]] = places
    everything = {f"{name} {metric}" for name in ("SEPT", "MHCN") for metric in ("recall", "ndcg")}
    assert held["blend"]["below"] == held["ials"]["below"] == everything
    assert (held["als"]["inside"], held["als"]["above"]) == ({"MHCN ndcg"}, set())
    assert (held["ease"]["inside"], held["ease"]["above"]) == ({"SEPT ndcg", "MHCN ndcg"}, set())
    assert held["lightfm"]["inside"] == everything


@pytest.mark.parametrize("file", TRACKED)
def test_tracked_results_are_of_the_stated_protocol(file):
    data, shares, _ = TRACKED[file]
    rows = read_recorded(data, shares)  # refuses those of another synthetic world
    assert (rows[0]["dataset"], rows[0]["k"]) == ("lastfm", 10)
    assert rows[0]["split_seeds"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("file", TRACKED)
def test_tracked_results_are_of_every_model_with_its_settings_of_today(file):
    recorded = {row["model"]: row["settings"] for row in read_json(RESULTS / file)}
    assert recorded == {name: repr(make_model(name)) for name in MODELS}


def test_readme_shows_the_study_of_mitigations_and_the_command_that_made_it():
    study = tradeoff_report.read_recorded_study()
    table = tradeoff_report.render_markdown(study)
    assert table in README, f"paste this table:\n{table}"
    assert "mitigate --data real --json reports/results/lastfm_mitigation.json" in README
    rows = {row["method"]: row for row in study["test"]}
    assert f"`als` puts {rows['none']['tail_share']:.1%}".replace("%", " %") in README
    assert f"shows {rows['none']['coverage']:.0%} of".replace("%", " %") in README
    assert f"keep {study['keep']:.0%} of precision".replace("%", " %") in README


def test_recorded_mitigation_keeps_what_the_lesson_says_it_keeps():
    chosen = tradeoff_report.read_recorded_study()["test"][1]
    assert chosen["kept"][0] >= 0.93
    assert chosen["exposure"][0] <= 0.65
    assert chosen["widened"][0] >= 2


@pytest.mark.parametrize("lesson", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda p: p.stem)
def test_curriculum_lists_every_lesson_with_its_title_and_question(lesson):
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    lines = [line for line in "".join(cells[0]["source"]).splitlines() if line]
    title, question = lines[0].removeprefix("# "), lines[1]
    assert f"| {lesson.name[:2]} | [{title}](notebooks/{lesson.name}) | {question} |" in README


def test_links_to_files_resolve():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_readme_shows_the_recorded_iteration_at_full_size_and_the_command_that_timed_it():
    record = json.loads((RESULTS / "audioscrobbler_growth.json").read_text(encoding="utf-8"))
    full = record["steps"][-1]
    assert f"{full['rows']:,} pairs" in README
    seconds = full["implicit_seconds"], full["spark_seconds"]
    assert "| one iteration | {:.1f} s | {:.1f} s |".format(*seconds) in README
    assert f"| {full['implicit_mb'] / 1e3:.1f} GB on top of the rows |" in README
    assert f"| {full['spark_mb'] / 1e3:.1f} GB, the whole Java process |" in README
    assert f"ALS with {record['factors']} factors" in README
    assert record["command"] in README


TABLES = [words_table, sound_table, policies_table, newcomers_table]


@pytest.mark.parametrize("render", TABLES, ids=lambda render: render.__name__)
def test_readme_shows_the_recorded_studies(render):
    assert render() in README, f"paste this table:\n{render()}"


def test_prose_about_words_is_what_the_record_says():
    record = read_study("cold_artists")
    times = record["times_random"]["words"]
    assert "{:.1f} ({:.1f} to {:.1f}) times".format(times["ratio"], *times["interval"]) in README
    warm = record["against_warm"]["share_of_warm"]["words"]["recall"]
    share = [f"{100 * end:.1f} %" for end in (warm["ratio"], *warm["interval"])]
    assert "{} ({} to {}) of what ALS".format(*share) in README
    assert f"{record['artists']:,} artists" in README
    assert set(record["hidden_artists"]) == {283}


def test_prose_about_sound_is_what_the_record_says():
    record = read_study("cold_tracks")
    ahead, share = record["ahead"]["linear"], record["share_of_bound"]["usage by others"]
    gain = "{:.3f} ({:.3f} to {:.3f}) in AUC".format(ahead["auc"], *ahead["auc_interval"])
    assert gain in README
    ends = [f"{100 * end:.0f} %" for end in (share["auc"], *share["auc_interval"])]
    assert "{} ({} to {}) of the bound".format(*ends) in README
    assert (record["n_heard"], record["n_hidden"], record["seed"]) == (1200, 300, 0)


def test_prose_about_feedback_is_what_the_record_says():
    record = read_study("bandits")
    gains = record["policies"]["differences"]
    for rival, name in (("ALS", "ALS"), ("ε-greedy", "ε-greedy")):
        found = gains[f"BaRT - {rival}"]
        words = "of {} by {:.3f} ({:.3f} to {:.3f})".format(
            name, found["difference"], *found["interval"]
        )
        assert words in README
    assert max(gains["BaRT - LinUCB"]["interval"] + gains["BaRT - Thompson"]["interval"]) < 0
    covered = [world["estimators"]["doubly robust"]["covered"] for world in record["off_policy"]]
    assert f"{100 * min(covered):.1f} % to {100 * max(covered):.1f} %" in README
    biases = [world["estimators"]["replay"]["bias"] for world in record["off_policy"]]
    assert f"too high by {min(biases):.3f} to {max(biases):.3f}" in README


def test_readme_names_the_command_that_records_the_studies():
    assert "python -m helpers study NAME --json reports/results/NAME.json" in README
    assert all(f"`{name}`" in README for name in STUDIES)
