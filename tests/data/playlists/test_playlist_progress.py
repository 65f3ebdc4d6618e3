import re

from helpers.data.playlists import progress
from helpers.data.playlists.progress import slice_progress


def show_two_slices():
    with slice_progress(200) as advance:
        advance(100, 1000)
        advance(100, 2000)


def test_short_work_is_silent(capsys):
    show_two_slices()
    assert capsys.readouterr().err == ""


def test_longer_work_says_entries_a_second_and_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_QUIET_SECONDS", 0)
    show_two_slices()
    assert re.search(r"slices: 100%.*200/200 .*<\d\d:\d\d.* entries/s", capsys.readouterr().err)
