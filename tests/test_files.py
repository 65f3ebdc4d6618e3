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


@pytest.mark.parametrize("file", ["", ".", "/"])
def test_path_without_a_file_name_is_refused(file):
    with pytest.raises(DataError, match="no file name, expected one such as"):
        write_atomically(file, b"x")


def test_what_a_link_points_to_is_written_and_the_link_stays(tmp_path):
    target, link = tmp_path / "there" / "out.json", tmp_path / "link.json"
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"through")
    assert os.read(reader, 100) == b"through"
    assert pipe.is_fifo()
    os.close(reader)
