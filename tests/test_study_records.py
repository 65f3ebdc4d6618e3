"""A recorded study is read whole, or the sentence says how to make it."""

import json

import pytest

from helpers.errors import DataError, SettingError
from helpers.study_records import read_study


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.paths.RESULTS", tmp_path)
    return tmp_path


def test_record_comes_back_as_it_was_written(results):
    record = {"study": "bandits", "worlds": 20, "rates": {"ALS": [0.1, 0.2]}}
    (results / "bandits.json").write_text(json.dumps(record))
    assert read_study("bandits") == record


def test_unknown_study_is_refused(results):
    with pytest.raises(SettingError, match="study is 'bandit', expected one of cold_artists, "):
        read_study("bandit")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "bandits.json is missing in reports/results"),
        ("{", "bandits.json is not JSON"),
        ("[]", "holds no record of the study bandits"),
        ('{"study": "cold_start"}', "holds no record of the study bandits"),
    ],
)
def test_record_that_is_none_names_the_command_to_make_it(results, content, said):
    if content is not None:
        (results / "bandits.json").write_text(content)
    with pytest.raises(DataError, match=said) as caught:
        read_study("bandits")
    assert str(caught.value).endswith(
        "make it with: python -m helpers study bandits --json reports/results/bandits.json"
    )
