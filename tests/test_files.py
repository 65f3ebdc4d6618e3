import os

import pytest

from helpers.errors import DataError
from helpers.files import write_atomically


def test_file_is_written_whole_into_a_folder_that_did_not_exist(tmp_path):
    file = tmp_path / "new" / "out.json"
    write_atomically(file, "é\n")
    assert file.read_bytes() == b"\xc3\xa9\n"
    assert os.listdir(file.parent) == ["out.json"]


def test_failed_write_says_so_and_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "out.json"
    file.write_text("old")

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(DataError, match=r"out\.json cannot be written \(No space left"):
        write_atomically(file, "new")
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]


def test_folder_in_the_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be written"):
        write_atomically(tmp_path, b"x")
