import json
import shutil

import pytest

from helpers.__main__ import main
from helpers.data.check import check_dataset


def entry(number: int, **fields) -> dict:
    return {
        "track_uri": f"spotify:track:{number}",
        "track_name": f"Song {number}",
        "artist_name": "Somebody",
    } | fields


def write(folder, number, playlists):
    folder.mkdir(exist_ok=True)
    file = folder / f"mpd.slice.{number}-{number + 9}.json"
    file.write_text(json.dumps({"info": {}, "playlists": playlists}, indent=4))
    return file


@pytest.fixture
def slices(tmp_path):
    folder = tmp_path / "playlists"
    write(
        folder,
        0,
        [
            {"pid": 0, "name": "Mine", "tracks": [entry(1), entry(2), entry(1)]},
            {"pid": 1, "name": " ", "tracks": [entry(3, track_name=""), entry(4, artist_name="")]},
            {"pid": 2, "name": "Empty", "tracks": []},
        ],
    )
    local = entry(5, track_uri="spotify:local:a:b:c:1")
    write(folder, 10, [{"pid": 10, "tracks": [entry(2), local, local]}])
    return folder


def test_counts_stand_beside_the_published_ones(slices):
    report = check_dataset("playlists", slices)
    assert not report.has_errors
    assert report.counts == {"slices": 2, "playlists": 4, "entries": 6, "distinct tracks": 4}
    assert "distinct tracks            4   published: 2,262,292" in str(report)


def test_what_is_odd_or_left_out_is_a_note(slices):
    text = str(check_dataset("playlists", slices))
    assert "playlists without a name: 2" in text
    assert "mpd.slice.0-9.json: pid 1" in text
    assert "playlists without a track: 1" in text
    assert "mpd.slice.0-9.json: pid 2" in text
    assert "entries that are local files, which are left out: 2" in text
    assert "distinct tracks without a title: 1\n         'spotify:track:3'" in text
    assert "distinct tracks without an artist: 1\n         'spotify:track:4'" in text
    assert "episodes" not in text


def test_repeated_playlists_are_a_note_with_their_slices(slices):
    shutil.copy(slices / "mpd.slice.0-9.json", slices / "mpd.slice.20-29.json")
    report = check_dataset("playlists", slices)
    assert not report.has_errors
    assert report.counts["playlists"] == 4
    assert "playlists whose number an earlier one has, which are left out: 3" in str(report)
    assert "mpd.slice.20-29.json: pid 0" in str(report)


def test_every_slice_that_cannot_be_read_is_an_error(slices):
    for number in (30, 40):
        file = write(slices, number, [{"pid": number, "tracks": [entry(1)]}])
        file.write_bytes(file.read_bytes()[:-30])
    report = check_dataset("playlists", slices)
    assert report.has_errors
    errors = [finding for finding in report.findings if finding.is_error]
    assert [error.file for error in errors] == ["mpd.slice.30-39.json", "mpd.slice.40-49.json"]
    assert "ends in the middle" in errors[0].message
    assert report.counts["slices"] == 2


def test_folder_without_slices_is_one_error(tmp_path):
    report = check_dataset("playlists", tmp_path)
    (finding,) = report.findings
    assert finding.is_error
    assert "no slice of the Million Playlist Dataset" in finding.message
    report = check_dataset("playlists", tmp_path / "nowhere")
    assert report.has_errors
    assert "no longer public, so copy the slices you have there" in str(report)


def test_challenge_set_is_counted_where_it_is_there(slices):
    task = {"pid": 7, "num_tracks": 5, "num_samples": 0, "num_holdouts": 5, "tracks": []}
    file = slices / "challenge_set.json"
    file.write_text(json.dumps({"playlists": [task]}))
    report = check_dataset("playlists", slices)
    assert report.counts["to be continued"] == 1
    file.write_text("[]")
    report = check_dataset("playlists", slices)
    assert [finding.file for finding in report.findings if finding.is_error] == [file.name]


def test_control_characters_do_not_reach_the_terminal(slices):
    odd = entry(1, track_uri="spotify:track:\x1b[2J", track_name="")
    write(slices, 30, [{"pid": 30, "name": "\x1b[2J", "tracks": [odd]}])
    assert "\x1b" not in str(check_dataset("playlists", slices))


def test_command_checks_every_dataset_that_is_there(tiny_lastfm_dir, slices, capsys):
    shutil.copytree(tiny_lastfm_dir, slices.parent / "lastfm")
    assert main(["data", "check", "--data-dir", str(slices.parent)]) == 0
    said = capsys.readouterr().out
    assert "lastfm in " in said
    assert "playlists in " in said
    assert "audio_features" not in said
    (slices / "mpd.slice.0-9.json").write_text("{")
    assert main(["data", "check", "--data-dir", str(slices.parent)]) == 1


def test_command_says_where_to_put_what_cannot_be_downloaded(tmp_path, capsys):
    for name, expected in (("playlists", "no longer public"), ("audio_features", "licence")):
        assert main(["data", "get", name, "--data-dir", str(tmp_path)]) == 1
        said = capsys.readouterr().err
        assert expected in said
        assert str(tmp_path / name) in said
