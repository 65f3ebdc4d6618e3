import shutil

import pytest

from helpers.__main__ import main
from helpers.data.check import check_dataset

FILES = {
    "user_artist_data.txt": b"1 10 5\n1 11 2\n2 20 400000\n",
    "artist_data.txt": b"10\tAbba\nno tab\n",
    "artist_alias.txt": b"11\t10\n\t10\n",
}


@pytest.fixture
def dump_dir(tmp_path):
    folder = tmp_path / "audioscrobbler"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_counts_stand_beside_the_published_ones_and_repairs_are_notes(dump_dir):
    report = check_dataset("audioscrobbler", dump_dir)
    assert not report.has_errors
    assert report.counts == {
        "users": 2,
        "artists played": 2,
        "play counts": 3,
        "artist lines": 2,
        "alias lines": 2,
    }
    text = str(report)
    assert "play counts                3   published: 24,296,858" in text
    assert "artist_data.txt: lines without a tab: 1, kept out\n         line 2: 'no tab'" in text
    assert "artist_alias.txt: aliases without the misspelt artist: 1, skipped" in text
    assert "user 2: 400,000 plays of artist 20" in text


def test_small_copy_is_not_compared_with_the_published_counts(dump_dir):
    for name in FILES:
        (dump_dir / name).rename(dump_dir / name.replace(".txt", "_small.txt"))
    report = check_dataset("audioscrobbler", dump_dir)
    assert not report.has_errors
    assert "published:" not in str(report)
    assert "a small copy" in str(report)


def test_every_malformed_line_is_counted_by_kind(dump_dir):
    plays = dump_dir / "user_artist_data.txt"
    plays.write_bytes(b"1 2\n1 2 3 4\n" * 3 + b"1 2 3\n1 b 3\n1 2 0\n1 2 2147483648\n")
    report = check_dataset("audioscrobbler", dump_dir)
    errors = {finding.message: finding.examples for finding in report.findings if finding.is_error}
    assert errors == {
        "lines without exactly three fields: 6": (
            "line 1: '1 2'",
            "line 2: '1 2 3 4'",
            "line 3: '1 2'",
        ),
        "lines with a field that is not a whole number: 1": ("line 8: '1 b 3'",),
        "lines with a number above 2,147,483,647: 1": ("line 10: '1 2 2147483648'",),
        "lines with a count below 1 or an identifier below 0: 1": ("line 9: '1 2 0'",),
    }
    assert "play counts" not in report.counts
    assert report.counts["alias lines"] == 2
    assert "lines without a tab" in str(report)


def test_each_file_that_cannot_be_read_is_an_error_beside_the_others(dump_dir):
    for name in ("artist_alias.txt", "user_artist_data.txt"):
        (dump_dir / name).write_bytes(b"\n")
    report = check_dataset("audioscrobbler", dump_dir)
    errors = [finding for finding in report.findings if finding.is_error]
    assert [error.file for error in errors] == ["artist_alias.txt", "user_artist_data.txt"]
    assert all("is empty" in error.message for error in errors)
    assert report.counts == {"artist lines": 2}


def test_missing_folder_and_missing_files_are_one_error(dump_dir, tmp_path):
    (dump_dir / "artist_alias.txt").unlink()
    (finding,) = check_dataset("audioscrobbler", dump_dir).findings
    assert finding.is_error
    assert "lacks artist_alias.txt" in finding.message
    report = check_dataset("audioscrobbler", tmp_path / "nowhere")
    assert "get it with: python -m helpers data get audioscrobbler" in str(report)


def test_command_checks_the_dump_where_it_is(tiny_lastfm_dir, dump_dir, capsys):
    shutil.copytree(tiny_lastfm_dir, dump_dir.parent / "lastfm")
    assert main(["data", "check", "--data-dir", str(dump_dir.parent)]) == 0
    assert "audioscrobbler in " in capsys.readouterr().out
    (dump_dir / "user_artist_data.txt").write_bytes(b"1 2\n")
    assert main(["data", "check", "--data-dir", str(dump_dir.parent)]) == 1
    assert "lines without exactly three fields: 1" in capsys.readouterr().out
