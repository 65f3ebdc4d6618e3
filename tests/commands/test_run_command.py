"""`python -m helpers run`: what it passes on, and how it ends."""

import re
from types import SimpleNamespace

import pytest

from helpers import paths
from helpers.__main__ import main
from helpers.pipeline.execute import inspect_parameters
from helpers.pipeline.lessons import find_lessons


@pytest.fixture
def pipeline(monkeypatch, tmp_path):
    """The pipeline replaced by one that notes what it is told; `states` is what it returns."""
    from helpers.pipeline import plan, runner
    from helpers.report import site

    told = SimpleNamespace(states=[{"status": "done"}])

    def plan_lessons(numbers, **options):
        told.numbers, told.options = numbers, options
        return ["the plan"]

    def run_plans(plans, *, jobs, data_dir):
        told.plans, told.jobs = plans, jobs
        return told.states

    monkeypatch.setenv("MUSIC_REPORTS_DIR", str(tmp_path / "reports"))
    monkeypatch.setattr(plan, "plan_lessons", plan_lessons)
    monkeypatch.setattr(runner, "run_plans", run_plans)
    monkeypatch.setattr(site, "build_site", lambda notebooks, reports: reports / "html/index.html")
    return told


def test_run_passes_its_options_on_and_prints_where_the_site_is(pipeline, capsys, tmp_path):
    where = ["--data", "auto", "--data-dir", str(tmp_path)]
    how = ["--set", "K=5", "--set", "N=2", "--force", "--jobs", "2"]
    assert main(["run", "01", "05", *where, *how]) == 0
    assert pipeline.numbers == ["01", "05"]
    assert pipeline.options == {
        "data": "auto",
        "data_dir": tmp_path,
        "settings": ["K=5", "N=2"],
        "force": True,
    }
    assert (pipeline.plans, pipeline.jobs) == (["the plan"], 2)
    assert capsys.readouterr().out == f"{tmp_path}/reports/html/index.html\n"


@pytest.mark.parametrize("status", ["failed", "blocked"])
def test_run_builds_the_site_and_ends_with_status_1_when_a_lesson_fails(pipeline, capsys, status):
    pipeline.states = [{"status": "done"}, {"status": status}]
    assert main(["run"]) == 1
    assert capsys.readouterr().out.endswith("index.html\n")


def test_run_ends_well_when_a_lesson_is_left_out(pipeline):
    pipeline.states = [{"status": "left out"}]
    assert main(["run", "11"]) == 0


@pytest.mark.parametrize(
    ("words", "data"),
    [([], "real"), (["--data", "auto"], "auto"), (["--data", "synthetic"], "synthetic")],
)
def test_folder_of_real_data_alone_means_real_data(pipeline, tmp_path, words, data):
    main(["run", "--data-dir", str(tmp_path), *words])
    assert pipeline.options["data"] == data


def test_help_names_a_lesson_that_has_the_parameter(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    number, name = re.search(r"helpers run (\d\d) .*--set (\w+)=", capsys.readouterr().out).groups()
    (lesson,) = [found for found in find_lessons(paths.NOTEBOOKS) if found.number == number]
    assert name in inspect_parameters(lesson)


def test_run_defaults_to_synthetic_data_and_every_lesson(pipeline):
    main(["run"])
    assert pipeline.numbers == []
    assert pipeline.options["data"] == "synthetic"


def test_second_run_at_once_is_refused(pipeline, capsys):
    from helpers.pipeline.lock import only_process

    with only_process(paths.runs_dir() / ".lock", "busy"):
        assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("helpers: another run (process ")
    assert said.count("\n") == 1


def test_run_refuses_no_jobs(pipeline, capsys):
    assert main(["run", "--jobs", "0"]) == 1
    assert capsys.readouterr().err == "helpers: --jobs is 0, expected 1 or more\n"
