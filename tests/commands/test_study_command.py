"""`python -m helpers study`: from data to the record that the lessons read."""

import json

import pytest

from helpers import cold_start
from helpers.__main__ import main


@pytest.fixture
def words(tiny_lastfm_dir, monkeypatch):
    """The command over the tiny world, as if it were real, without its slower parts."""
    monkeypatch.setattr(cold_start, "new_artists", cold_start.new_service)
    return ["study", "cold_start", "--data-dir", str(tiny_lastfm_dir.parent)]


def test_study_is_written_as_its_record_is_read(words, tmp_path, monkeypatch, capsys):
    from helpers.study_records import read_study

    monkeypatch.setattr("helpers.paths.RESULTS", tmp_path)
    assert main([*words, "--json", str(tmp_path / "cold_start.json")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'cold_start.json'}\n"
    record = read_study("cold_start")
    assert record["data"] == "real"
    assert len(record["rows"]) == 12


def test_without_a_file_the_record_is_printed(words, capsys):
    assert main(words) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["study"] == "cold_start"
    assert printed.err.splitlines()[0] == "new listeners"


def test_study_that_is_none_is_refused_in_a_sentence(capsys):
    assert main(["study", "mood"]) == 1
    assert capsys.readouterr().err.startswith("helpers: study is 'mood', expected one of cold_ar")


def test_study_without_its_data_says_how_to_get_them(tmp_path, capsys):
    assert main(["study", "cold_artists", "--data-dir", str(tmp_path)]) == 1
    assert "get them with: python -m helpers data get lastfm" in capsys.readouterr().err
