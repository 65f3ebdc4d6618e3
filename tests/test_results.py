"""Results: written and read back, refused where they are damaged, and shown as tables."""

import json

import pytest
from small_splits import split_of

from helpers import paths, results
from helpers.data.synthetic import WORLD_VERSION
from helpers.errors import DataError, SettingError
from helpers.evaluation.bias_metrics import BIAS_METRICS
from helpers.leaderboard import evaluate_split


@pytest.fixture(scope="module")
def _rows() -> list[dict]:
    train = [("ann", "x"), ("bob", "x"), ("bob", "y"), ("cat", "x"), ("cat", "y"), ("cat", "z")]
    test = [("ann", "z"), ("ann", "new"), ("bob", "z"), ("eve", "x")]
    names = ["popularity", "user-knn"]
    return evaluate_split(names, split_of(train, test), dataset="d", data="real", k=2)


@pytest.fixture
def rows(_rows) -> list[dict]:
    """Results of two models, to be spoilt at will."""
    return json.loads(json.dumps(_rows))


def test_json_holds_the_rows(rows, tmp_path):
    results.write_json(rows, tmp_path / "out.json")
    assert results.read_json(tmp_path / "out.json") == rows


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ([0], 7, "result 1: got 7, expected an object"),
        ([1, "precision"], None, "result 2: precision is None, expected a number"),
        ([1, "precision"], float("nan"), "precision is nan"),
        ([0, "coverage"], "much", "coverage is 'much'"),
        ([1, "pop_reo"], float("nan"), "pop_reo is nan"),
        ([0, "peak_memory_mb"], float("inf"), "peak_memory_mb is inf"),
        ([0, "ci95", "ndcg"], [0.1], "an interval in ci95 or behind_best is missing"),
        ([0, "ci95"], {}, "an interval in ci95 or behind_best is missing"),
        ([0, "behind_best", "ndcg"], None, "an interval in ci95 or behind_best is missing"),
        ([0, "behind_best", "ndcg", "ci95", 1], "x", "ndcg behind to is 'x'"),
        ([1, "k"], 3, "mixes results of several protocols"),
    ],
)
def test_damaged_results_are_refused_in_one_sentence(rows, tmp_path, path, value, words):
    *parents, last = path
    target = rows
    for step in parents:
        target = target[step]
    target[last] = value
    file = tmp_path / "out.json"
    file.write_text(json.dumps(rows))
    with pytest.raises(DataError) as refused:
        results.read_json(file)
    assert words in str(refused.value)
    assert "make it again with: python -m helpers evaluate" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "key", ["model", "world", "mrr", *BIAS_METRICS, "peak_memory_mb", "places_new_users"]
)
def test_results_without_a_figure_are_refused(rows, tmp_path, key):
    del rows[1][key]
    (tmp_path / "out.json").write_text(json.dumps(rows))
    with pytest.raises(DataError, match=f"result 2: '{key}' is missing"):
        results.read_json(tmp_path / "out.json")


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", "3", "\ufeff[]"])
def test_files_without_a_list_of_results_are_refused(tmp_path, text):
    (tmp_path / "out.json").write_text(text)
    with pytest.raises(DataError, match=r"out\.json (is not JSON|holds no list of results)"):
        results.read_json(tmp_path / "out.json")


def test_files_that_are_missing_or_no_text_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        results.read_json(tmp_path / "absent.json")
    (tmp_path / "out.json").write_bytes(b"\xff\xfe[]")
    with pytest.raises(DataError, match="is not JSON"):
        results.read_json(tmp_path / "out.json")


@pytest.fixture
def tracked(monkeypatch, tmp_path):
    """A folder in the place of reports/results."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "reports" / "results")
    return tmp_path / "reports" / "results"


def with_facts(rows: list[dict], **facts) -> list[dict]:
    return [row | facts for row in rows]


def test_recorded_results_are_found_by_data_and_shares(rows, tracked):
    real = with_facts(rows, data="real", shares="8:1:1")
    synthetic = with_facts(rows, data="synthetic", shares="8:2", world=WORLD_VERSION)
    results.write_json(real, tracked / "lastfm_811.json")
    results.write_json(synthetic, tracked / "lastfm_synthetic.json")
    assert results.read_recorded("real", "8:1:1") == real
    assert results.read_recorded("synthetic") == synthetic


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"data": "real", "shares": "8:2", "world": None}, "holds results of real data"),
        ({"data": "synthetic", "shares": "8:1:1", "world": WORLD_VERSION}, "shares 8:1:1"),
        ({"data": "synthetic", "shares": "8:2", "world": "older"}, "an earlier synthetic world"),
    ],
)
def test_recorded_results_of_something_else_are_refused_with_the_command(
    rows, tracked, facts, words
):
    results.write_json(with_facts(rows, **facts), tracked / "lastfm_synthetic.json")
    with pytest.raises(DataError) as refused:
        results.read_recorded("synthetic")
    assert words in str(refused.value)
    assert str(refused.value).endswith(
        "python -m helpers evaluate all --data synthetic --shares 8:2 "
        "--json reports/results/lastfm_synthetic.json"
    )


def test_missing_recorded_results_are_named_with_the_command(tracked):
    with pytest.raises(DataError, match=r"lastfm_811\.json is missing .* --shares 8:1:1 --json"):
        results.read_recorded("real", "8:1:1")
    with pytest.raises(SettingError, match="no results are kept of synthetic 8:1:1"):
        results.read_recorded("synthetic", "8:1:1")


def test_table_shows_values_intervals_and_how_many_users_are_cold(rows):
    table = results.render_table(rows)
    assert "real d · split: given · k = 2 · 3 users" in table
    assert "precision@2" in table
    assert "0.8333" in table  # mean reciprocal rank
    assert "0.500-1.000" in table  # its interval
    assert "no list for them: 2 test users" not in table
    assert "no list for them: 1 test users" in table
    assert max(map(len, table.splitlines())) <= 100


def test_table_shows_bias_and_costs_one_beneath_the_other(rows):
    rows = with_facts(rows, popularity_lift=-0.25, miscalibration=0.3125, pop_reo=0.875)
    bias, costs = results.render_table(rows).split("\n\n")[2:4]
    titles, *lines = bias.splitlines()
    assert [line.split()[0] for line in lines] == ["popularity", "user-knn"]
    assert titles.split()[-3:] == ["lift", "miscalibr.", "PopREO"]
    assert lines[0].split()[1:3] == [f"{rows[0]['coverage']:.4f}", f"{rows[0]['gini']:.4f}"]
    assert lines[0].split()[-3:] == ["-0.250", "0.3125", "0.8750"]
    assert costs.split()[:6] == ["fit", "s", "evaluate", "s", "memory", "MB"]


def test_table_shows_how_far_each_model_is_behind_the_best(rows):
    behind = results.render_table(rows).split("\n\n")[-2].splitlines()
    assert "ndcg: behind popularity" in behind[0]
    assert behind[1].split() == ["popularity", "best", "best"]
    low, high = rows[1]["behind_best"]["ndcg"]["ci95"]
    shown = f"{rows[1]['behind_best']['ndcg']['difference']:+.4f} ({low:+.3f} to {high:+.3f})"
    assert behind[2].startswith("user-knn")
    assert behind[2].endswith(shown)


def test_table_shows_memory_only_where_it_is_known(rows):
    unknown = results.render_table(with_facts(rows, peak_memory_mb=None))
    known = results.render_table(with_facts(rows, peak_memory_mb=4321.0))
    assert "4321" in known
    assert "4321" not in unknown


def test_markdown_is_ordered_by_ndcg_and_shows_the_intervals_asked_for(rows):
    rows = [rows[0] | {"ndcg": 0.3}, rows[1] | {"ndcg": 0.2}]
    header, rule, *lines = results.render_markdown(rows, ("recall",)).splitlines()
    assert header.startswith("| model | P@2 | recall@2 | NDCG@2 | coverage |")
    assert rule == "|---|---|---|---|---|---|"
    low, high = rows[1]["ci95"]["recall"]
    recall = f"{rows[1]['recall']:.3f} ({low:.3f} to {high:.3f})"
    assert lines[0].startswith(f"| user-knn | {rows[1]['precision']:.3f} | {recall} | 0.200 |")
    assert lines[1].startswith("| popularity |")
