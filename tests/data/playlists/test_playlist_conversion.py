import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slice_files import (
    EPISODE,
    LOCAL_FILE,
    UNKNOWN,
    files_of,
    playlist,
    write_slice,
    write_slices,
)

from helpers.data.playlists import convert_slices
from helpers.errors import DataError, SettingError

TRACKS = st.lists(st.one_of(st.integers(0, 12), st.sampled_from([LOCAL_FILE, EPISODE, UNKNOWN])))
SLICES = st.dictionaries(st.integers(0, 11), st.lists(TRACKS, max_size=4), min_size=1, max_size=5)
THREE_SLICES = {0: [[1, 2], [3, 1]], 1: [[4], []], 2: [[2, 5, 5, LOCAL_FILE]]}


def table(cache: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(cache / name / "*.parquet")


def by_plain_json(files: list[Path]) -> tuple[list[str], list[int], Counter]:
    """Return columns, playlists, and how often which track is in which, by the shortest code."""
    columns, pids, counts = {}, {}, Counter()
    for file in files:
        for one in json.loads(file.read_text())["playlists"]:
            is_repeated = one["pid"] in pids
            pids.setdefault(one["pid"])
            for track in one["tracks"]:
                if track["track_uri"].startswith("spotify:track:"):
                    column = columns.setdefault(track["track_uri"], len(columns))
                    if not is_repeated:
                        counts[one["pid"], column] += 1
    return list(columns), list(pids), counts


def counts_of(cache: Path) -> Counter:
    return Counter(table(cache, "entries").select("pid", "track").iter_rows())


def slice_of(folder: Path, number: int) -> Path:
    return folder / f"mpd.slice.{number * 1000}-{number * 1000 + 999}.json"


@settings(max_examples=30, deadline=None)
@given(slices=SLICES)
def test_conversion_agrees_with_plain_json(slices):
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place, "slices"), Path(place, "cache")
        write_slices(folder, slices)
        report = convert_slices(folder, cache)
        columns, pids, counts = by_plain_json([slice_of(folder, n) for n in sorted(slices)])
        assert table(cache, "tracks")["track_uri"].to_list() == columns
        assert table(cache, "playlists")["pid"].to_list() == pids
        assert counts_of(cache) == counts
        assert (report.slices, report.playlists) == (len(slices), len(pids))
        assert (report.entries, report.tracks) == (counts.total(), len(columns))


@settings(max_examples=30, deadline=None)
@given(slices=SLICES, data=st.data())
def test_slices_added_later_keep_every_column(slices, data):
    later = data.draw(st.sets(st.sampled_from(sorted(slices))))
    first = {n: lists for n, lists in slices.items() if n not in later}
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place, "slices"), Path(place, "cache")
        if first:
            write_slices(folder, first)
            convert_slices(folder, cache)
            before = {name: table(cache, name) for name in ("tracks", "entries", "playlists")}
        write_slices(folder, {n: slices[n] for n in later})
        convert_slices(folder, cache)
        if first:
            for name, frame in before.items():
                assert table(cache, name).head(len(frame)).equals(frame)
        order = [slice_of(folder, n) for n in (*sorted(first), *sorted(later))]
        columns, _, counts = by_plain_json(order)
        assert table(cache, "tracks")["track_uri"].to_list() == columns
        assert counts_of(cache) == counts


@pytest.mark.usefixtures("no_head_start")
def test_two_processes_write_the_same_files_as_one(tmp_path):
    slices = {n: [[n, n + 1, 2 * n], [LOCAL_FILE, 3], []] for n in range(5)}
    write_slices(tmp_path / "slices", slices)
    reports = [
        convert_slices(tmp_path / "slices", tmp_path / f"by {jobs}", jobs=jobs) for jobs in (1, 2)
    ]
    assert reports[0] == reports[1]
    assert files_of(tmp_path / "by 1") == files_of(tmp_path / "by 2")


def test_slices_that_were_converted_are_not_read_again(tmp_path, monkeypatch):
    write_slices(tmp_path, THREE_SLICES)
    cache = tmp_path / "cache"
    report = convert_slices(tmp_path, cache)
    monkeypatch.setattr(Path, "read_bytes", _refuse_slices(Path.read_bytes))
    assert convert_slices(tmp_path, cache) == report


def _refuse_slices(read):
    def read_bytes(self):
        assert not self.name.startswith("mpd.")
        return read(self)

    return read_bytes


class Killed(BaseException):
    """Stands for the end of the process: nothing in the package catches it."""


@pytest.mark.parametrize("is_written", [True, False])
def test_interruption_at_any_file_is_made_good(tmp_path, monkeypatch, is_written):
    folder = tmp_path / "slices"
    write_slices(folder, THREE_SLICES)
    convert_slices(folder, tmp_path / "whole")
    whole = files_of(tmp_path / "whole")
    replace = os.replace
    for last in range(len(whole)):
        cache = tmp_path / f"stopped at {last}"
        calls = iter(range(len(whole)))

        def replace_or_die(source, target, calls=calls, last=last):
            dies = next(calls) == last
            if is_written or not dies:
                replace(source, target)
            if dies:
                Path(target).with_name(".00000.x.1.partial").write_bytes(b"PAR1")
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", replace_or_die)
            with pytest.raises(Killed):
                convert_slices(folder, cache)
        assert files_of(cache) != whole
        convert_slices(folder, cache)
        assert files_of(cache) == whole


KILL_ITSELF = """
import os, signal, sys
from pathlib import Path

if __name__ == "__main__":
    from helpers.data.playlists import convert_slices, parts, workers

    workers._HEAD_START = 0
    write, seen = parts.write_atomically, []

    def write_or_die(file, content):
        write(file, content)
        seen.append(file)
        if len(seen) == int(sys.argv[3]):
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
            print(children, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    parts.write_atomically = write_or_die
    convert_slices(sys.argv[1], sys.argv[2], jobs=2)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
def test_killed_conversion_goes_on_where_it_stopped_and_leaves_no_process(tmp_path):
    folder, cache, script = tmp_path / "slices", tmp_path / "cache", tmp_path / "script.py"
    # Too long for a pipe to hold, so that the readers wait for the process that is killed.
    long = {n: [list(range(1000 * n, 1000 * n + 3000))] for n in range(8)}
    write_slices(folder, long)
    script.write_text(KILL_ITSELF)
    command = [sys.executable, str(script), str(folder), str(cache), "10"]
    killed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(list((cache / "parts").iterdir())) == 2
    readers = [Path("/proc", pid) for pid in killed.stdout.split()]
    assert readers
    for _ in range(600):
        if not any(_runs(reader) for reader in readers):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the processes that read outlived the one that they read for")
    report = convert_slices(folder, cache)
    assert report == convert_slices(folder, tmp_path / "whole")
    assert files_of(cache) == files_of(tmp_path / "whole")


def _runs(process: Path) -> bool:
    try:
        return b"spawn" in (process / "cmdline").read_bytes()
    except OSError:
        return False


def test_changed_slice_is_converted_again_with_all_after_it(tmp_path, capsys):
    folder, cache = tmp_path / "slices", tmp_path / "cache"
    write_slices(folder, THREE_SLICES)
    convert_slices(folder, cache)
    assert capsys.readouterr().err == ""
    write_slices(folder, {1: [[7, 8, 9], [1]]})
    report = convert_slices(folder, cache)
    assert "mpd.slice.1000-1999.json has changed or is gone" in capsys.readouterr().err
    assert report == convert_slices(folder, tmp_path / "afresh")
    assert files_of(cache) == files_of(tmp_path / "afresh")


def test_slice_that_is_gone_takes_its_playlists_along(tmp_path, capsys):
    folder, cache = tmp_path / "slices", tmp_path / "cache"
    write_slices(folder, THREE_SLICES)
    convert_slices(folder, cache)
    for number, again in ((2, "converting 0 slices"), (0, "converting 1 slices again")):
        slice_of(folder, number).unlink()
        convert_slices(folder, cache)
        assert again in capsys.readouterr().err
    assert files_of(cache).keys() == {
        *(f"{name}/00000.parquet" for name in ("playlists", "entries", "tracks")),
        "parts/00000.json",
    }
    assert table(cache, "playlists")["pid"].to_list() == [1000, 1001]


def test_slice_that_is_there_twice_is_left_out_and_counted(tmp_path):
    write_slices(tmp_path, THREE_SLICES)
    shutil.copy(slice_of(tmp_path, 0), slice_of(tmp_path, 7))
    report = convert_slices(tmp_path, tmp_path / "cache")
    assert (report.slices, report.playlists, report.entries) == (4, 5, 8)
    assert report.repeated_playlists == 2
    assert "left out: 1 local file, 2 repeated playlists" in str(report)


def test_number_that_two_playlists_of_a_slice_share_goes_to_the_first(tmp_path):
    write_slice(tmp_path, 0, [playlist(5, [1]), playlist(5, [2, 3]), playlist(6, [3])])
    report = convert_slices(tmp_path, tmp_path / "cache")
    assert (report.playlists, report.repeated_playlists) == (2, 1)
    assert counts_of(tmp_path / "cache") == {(5, 0): 1, (6, 2): 1}


def test_playlist_left_out_for_another_returns_when_that_one_is_gone(tmp_path):
    folder, cache = tmp_path / "slices", tmp_path / "cache"
    write_slice(folder, 0, [playlist(5, [1])])
    write_slice(folder, 1, [playlist(5, [2, 3])])
    assert convert_slices(folder, cache).entries == 1
    slice_of(folder, 0).unlink()
    report = convert_slices(folder, cache)
    assert (report.entries, report.repeated_playlists) == (2, 0)


@pytest.mark.usefixtures("no_head_start")
@pytest.mark.parametrize("jobs", [1, 2])
def test_broken_slice_is_named_and_what_was_done_before_is_kept(tmp_path, jobs):
    folder, cache = tmp_path / "slices", tmp_path / "cache"
    write_slices(folder, THREE_SLICES)
    broken = slice_of(folder, 1)
    content = broken.read_bytes()
    broken.write_bytes(content[:-20])
    with pytest.raises(DataError, match=r"mpd\.slice\.1000-1999\.json ends in the middle"):
        convert_slices(folder, cache, jobs=jobs)
    assert files_of(cache).keys() == {
        *(f"{name}/00000.parquet" for name in ("playlists", "entries", "tracks")),
        "parts/00000.json",
    }
    broken.write_bytes(content)
    convert_slices(folder, cache)
    convert_slices(folder, tmp_path / "whole")
    assert table(cache, "entries").equals(table(tmp_path / "whole", "entries"))


def test_entries_on_disk_are_pairs_of_playlist_and_column(tmp_path):
    write_slices(tmp_path, THREE_SLICES)
    convert_slices(tmp_path, tmp_path / "cache")
    assert table(tmp_path / "cache", "entries").rows() == [
        (0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 1, 0), (1000, 0, 3),
        (2000, 0, 1), (2000, 1, 4), (2000, 2, 4),
    ]  # fmt: skip


def test_report_counts_what_was_left_out(tmp_path):
    tracks = [LOCAL_FILE, EPISODE, EPISODE, UNKNOWN, 1]
    write_slices(tmp_path, {0: [tracks]})
    report = convert_slices(tmp_path, tmp_path / "cache")
    assert str(report) == (
        "1 slice, 1 playlist, 1 entry, 1 track; left out: 1 local file, 2 episodes, "
        "1 other entry that is no track"
    )


def test_note_that_nobody_can_read_is_as_good_as_none(tmp_path):
    write_slices(tmp_path, THREE_SLICES)
    cache = tmp_path / "cache"
    report = convert_slices(tmp_path, cache)
    (cache / "parts" / "00001.json").write_bytes(b"{")
    assert convert_slices(tmp_path, cache) == report


def test_nothing_is_made_where_nothing_can_be_converted(tmp_path):
    write_slices(tmp_path / "slices", THREE_SLICES)
    with pytest.raises(SettingError, match="jobs is 0"):
        convert_slices(tmp_path / "slices", tmp_path / "cache", jobs=0)
    with pytest.raises(DataError, match="no slice"):
        convert_slices(tmp_path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_cache_that_cannot_be_written_is_one_sentence(tmp_path):
    write_slices(tmp_path / "slices", THREE_SLICES)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file cannot be written"):
        convert_slices(tmp_path / "slices", tmp_path / "file")
