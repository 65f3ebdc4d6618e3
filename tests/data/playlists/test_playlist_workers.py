import multiprocessing
import shutil

import numpy as np
import pytest
from slice_files import playlist, write_slice

from helpers.data.playlists import workers
from helpers.data.playlists.keys import KeyIndex
from helpers.data.playlists.slices import find_slices
from helpers.data.playlists.workers import read_slices
from helpers.errors import DataError

pytestmark = pytest.mark.usefixtures("no_head_start")


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
    """More slices than are read ahead, each more than a pipe holds when it is sent."""
    folder = tmp_path_factory.mktemp("slices")
    one = write_slice(folder, 0, [playlist(0, list(range(3000)))])
    for number in range(1, 14):
        shutil.copy(one, folder / f"mpd.slice.{number}000-{number}999.json")
    return find_slices(folder)


def nothing_known() -> KeyIndex:
    return KeyIndex(np.empty(0, dtype=np.uint64))


def test_process_that_dies_is_one_sentence(slices):
    arriving = read_slices(slices, nothing_known(), jobs=2)
    next(arriving)
    (child,) = multiprocessing.active_children()
    child.kill()
    with pytest.raises(DataError, match=r"mpd\.slice\..* ended early \(exit code -9\)"):
        list(arriving)
    assert not multiprocessing.active_children()


def test_processes_end_when_nobody_wants_more(slices):
    arriving = read_slices(slices, nothing_known(), jobs=3)
    next(arriving)
    assert len(multiprocessing.active_children()) == 2
    arriving.close()
    assert not multiprocessing.active_children()


def test_tracks_that_all_know_are_not_sent_again(slices):
    known = nothing_known()
    described = []
    for rows in read_slices(slices, known, jobs=2):
        described.append(len(rows.tracks))
        known.add(rows.track_keys[known.find(rows.track_keys) < 0])
    assert described[0] == 3000
    assert described[-1] == 0


def test_slices_arrive_in_order_whoever_reads_them(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_HEAD_START", 3)
    monkeypatch.setattr(workers, "_READY", 1)
    for number in range(40):
        write_slice(tmp_path, number, [playlist(number, [number])])
    arriving = read_slices(find_slices(tmp_path), nothing_known(), jobs=4)
    assert [rows.playlists["pid"][0] for rows in arriving] == list(range(40))


def test_short_work_is_done_here(slices, monkeypatch):
    monkeypatch.setattr(workers, "_HEAD_START", 14)
    arriving = read_slices(slices, nothing_known(), jobs=2)
    next(arriving)
    assert not multiprocessing.active_children()
