"""The command line: what each command answers, and with which exit status."""

import errno
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from helpers import commands, paths
from helpers.__main__ import main
from helpers.errors import SettingError

COMMANDS = [
    [],
    ["run"],
    ["evaluate"],
    ["refresh"],
    ["data"],
    ["data", "make"],
    ["data", "get"],
    ["data", "check"],
    ["data", "compare"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_answers_help_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*words, "--help"])
    assert caught.value.code == 0
    assert f"  python -m helpers {' '.join(words)}".rstrip() in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["data"],
        ["run", "--data", "other"],
        ["run", "--jobs", "two"],
        ["evaluate"],
        ["evaluate", "als", "-k", "ten"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_status_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: python -m helpers" in capsys.readouterr().err


def test_help_loads_no_library():
    heavy = "{'numpy', 'polars', 'papermill', 'nbformat', 'scipy', 'matplotlib'} & set(sys.modules)"
    show = f"import sys, helpers.__main__ as m; m.build_parser().format_help(); print({heavy})"
    found = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (SettingError("k is 0, expected 1 or more"), 1, "k is 0, expected 1 or more"),
        (
            OSError(errno.ENOSPC, "No space left on device", "reports/runs/01.json"),
            1,
            "reports/runs/01.json: No space left on device; check the folder and the free space",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/reports"),
            1,
            "/reports: Permission denied; check the folder and the free space",
        ),
        (
            KeyboardInterrupt(),
            130,
            "stopped; what had finished is kept, and the same command goes on from there",
        ),
    ],
)
def test_error_is_one_sentence_without_traceback(monkeypatch, capsys, error, status, sentence):
    def fail(arguments):
        raise error

    monkeypatch.setattr(commands, "refresh", fail)
    assert main(["refresh"]) == status
    assert capsys.readouterr().err == f"helpers: {sentence}\n"


@pytest.fixture
def pipeline(monkeypatch, tmp_path):
    """The pipeline replaced by one that notes what it is told; `states` is what it returns."""
    from helpers import plan, runner
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


def test_run_defaults_to_synthetic_data_and_every_lesson(pipeline):
    main(["run"])
    assert pipeline.numbers == []
    assert pipeline.options["data"] == "synthetic"


def test_second_run_at_once_is_refused(pipeline, capsys):
    from helpers.lock import only_process

    with only_process(paths.runs_dir() / ".lock", "busy"):
        assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("helpers: another run (process ")
    assert said.count("\n") == 1


def test_run_refuses_no_jobs(pipeline, capsys):
    assert main(["run", "--jobs", "0"]) == 1
    assert capsys.readouterr().err == "helpers: --jobs is 0, expected 1 or more\n"


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


def test_evaluate_judges_random_splits_of_real_files(tiny_lastfm_dir, tmp_path, capsys):
    words = ["evaluate", "popularity", "--data", "real", "--split-seed", "3", "--json"]
    file = tmp_path / "metrics.json"
    assert main([*words, str(file), "--data-dir", str(tiny_lastfm_dir.parent)]) == 0
    (row,) = json.loads(file.read_text())
    assert (row["dataset"], row["split_seeds"], row["k"]) == ("real last.fm", [3], 10)
    assert 0 < row["precision"] < 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("evaluate nonsense", "nonsense"),
        ("evaluate popularity -k 0", "k is 0, expected 1 to"),
        ("evaluate popularity --split-seed -1", "seed"),
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


def test_missing_real_data_names_the_command_that_gets_them(tmp_path, capsys):
    for words in ("evaluate als --data real", "data compare"):
        assert main([*words.split(), "--data-dir", str(tmp_path)]) == 1
        assert "python -m helpers data get lastfm" in capsys.readouterr().err


def test_data_check_tells_good_files_from_missing_ones(tiny_lastfm_dir, tmp_path, capsys):
    assert main(["data", "check", "--data-dir", str(tiny_lastfm_dir.parent)]) == 0
    assert "usable" in capsys.readouterr().out
    assert main(["data", "check", "--data-dir", str(tmp_path)]) == 1
    assert "the folder is missing" in capsys.readouterr().out


def test_data_make_writes_the_world_and_prints_its_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path))
    assert main(["data", "make", "--scale", "tiny"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "tiny")
    assert (tmp_path / "tiny" / "lastfm" / "user_artists.dat").is_file()


def test_data_get_refuses_what_cannot_be_downloaded(capsys):
    assert main(["data", "get", "books"]) == 1
    assert "dataset is 'books', expected one of lastfm" in capsys.readouterr().err


@pytest.mark.parametrize("within", [[True, True], [True, False]])
def test_data_compare_prints_the_table_and_tells_whether_it_holds(
    tiny_lastfm_dir, tmp_path, monkeypatch, capsys, within
):
    import polars as pl

    from helpers import data, realism

    compared = []
    table = pl.DataFrame({"statistic": ["users", "artists"], "within": within})
    monkeypatch.setattr(realism, "compare_worlds", lambda *dirs: compared.append(dirs) or table)
    monkeypatch.setattr(realism, "render", lambda table: f"{len(table)} statistics")
    monkeypatch.setattr(data, "_synthetic_world", lambda: tmp_path)
    assert main(["data", "compare", "--data-dir", str(tiny_lastfm_dir.parent)]) == int(
        not all(within)
    )
    assert compared == [(tiny_lastfm_dir, tmp_path / "lastfm")]
    assert capsys.readouterr().out == "2 statistics\n"
