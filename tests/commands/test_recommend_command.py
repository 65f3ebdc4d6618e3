"""`python -m helpers recommend`: from a file and a model on disk to what should follow."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest
from small_playlists import N_TRACKS, make_playlist_model

from helpers.__main__ import main
from helpers.spotify.exports import read_playlists

URIS = [f"spotify:track:{at:022d}" for at in range(N_TRACKS)]
MODEL_NOTE = "The model was trained on 60 playlists with 40 tracks (synthetic playlists)."


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_playlist_model().save(folder / "playlists-synthetic")
    return folder


@pytest.fixture
def run(models, monkeypatch, capsys):
    """Run the command; return its status, its output and what it says besides."""
    monkeypatch.setenv("MUSIC_MODELS_DIR", str(models))
    monkeypatch.setenv("COLUMNS", "80")

    def _run(*words):
        status = main(["recommend", *map(str, words)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return _run


@pytest.fixture
def export(tmp_path):
    """An Exportify file: three tracks that are known, one that is not, and a file on disk."""
    file = tmp_path / "quiet_evening.csv"
    rows = [[URIS[at], f"Song {at}", "Artist 0"] for at in (2, 5, 7)]
    rows += [["spotify:track:0123456789abcdefABCDEF", "Nobody Knows", "Ann"]]
    rows += [["spotify:local:Ann:Tapes:Demo:120", "Demo", "Ann"]]
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["Track URI", "Track Name", "Artist Name(s)"], *rows])
    return file


def test_a_table_is_printed_beneath_what_was_used_and_left_out(run, export):
    status, out, err = run(export, "-n", "6")
    notes, table = out.split("\n\n")
    assert (status, err) == (0, "")
    assert notes.startswith("quiet evening (Exportify): of 5 entries 3 ")
    assert "1 is unknown" in notes
    assert "1 is a local file" in notes
    assert "Not known to the model: Nobody Knows · Ann." in notes
    assert MODEL_NOTE in notes
    header, *rows = table.splitlines()
    assert header.split() == ["#", "track", "artist", "score", "why"]
    assert len(rows) == 6
    assert max(map(len, table.splitlines())) <= 80


@pytest.mark.parametrize("form", ["csv", "json", "html"])
def test_other_formats_leave_the_output_to_the_list_and_take_the_suffix(
    run, export, form, tmp_path
):
    status, out, err = run(export, "--format", form)
    file = tmp_path / "new" / f"next.{form.upper()}"
    again = run(export, "--out", file)
    assert status == 0
    assert err.splitlines()[-1].startswith(MODEL_NOTE)
    n = len(out.splitlines()) - 1 if form == "csv" else None
    assert n is None or again[2].endswith(f"wrote {n} tracks to {file}\n")
    assert again[:2] == (0, "")
    assert file.read_text(encoding="utf-8") == out
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_what_is_written_is_what_the_formats_promise(run, export, tmp_path):
    out = {form: run(export, "-n", "4", "--format", form)[1] for form in ("csv", "json", "html")}
    rows = list(csv.DictReader(io.StringIO(out["csv"])))
    listed = json.loads(out["json"])["recommendations"]
    assert [row["track_uri"] for row in rows] == [row["track_uri"] for row in listed]
    assert all(f'href="{row["url"]}"' in out["html"] for row in listed)
    file = tmp_path / "next.csv"
    file.write_text(out["csv"], encoding="utf-8")
    assert len(read_playlists(file)[0].entries) == 4


def test_a_table_can_be_written_too(run, export, tmp_path):
    file = tmp_path / "next.txt"
    printed = run(export)[1]
    status, out, err = run(export, "--out", file)
    assert (status, out) == (0, "")
    assert file.read_text(encoding="utf-8") == printed
    assert MODEL_NOTE in err


def test_knobs_change_the_list(run, export):
    def artists(*words):
        table = csv.DictReader(io.StringIO(run(export, "-n", "8", "--format", "csv", *words)[1]))
        return [row["artist_name"] for row in table]

    assert max(map(artists("--artist-cap", "2").count, artists())) == 2
    plain = artists()
    assert artists("--popularity-penalty", "20") != plain
    assert artists("--variety", "0.9") != plain


def test_one_of_several_playlists_is_chosen_by_name(run, tmp_path):
    file = tmp_path / "mpd.slice.0-1.json"
    lists = [
        {"name": name, "pid": pid, "tracks": [{"track_uri": uri} for uri in uris]}
        for pid, (name, uris) in enumerate([("Quiet", URIS[2:8]), ("Party", URIS[22:28])])
    ]
    file.write_text(json.dumps({"playlists": lists}), encoding="utf-8")
    status, out, _ = run(file, "--playlist", "party", "-n", "5", "--format", "json")
    found = json.loads(out)
    assert (status, found["playlist"], found["match"]["exact"]) == (0, "Party", 6)
    assert all(int(row["track_uri"][-2:]) >= 20 for row in found["recommendations"])
    status, out, err = run(file)
    assert (status, out) == (1, "")
    assert_one_sentence(err, "choose with --playlist NAME")


def test_a_streaming_history_is_continued(run, tmp_path):
    file = tmp_path / "StreamingHistory_music_0.json"
    listens = [
        {
            "endTime": "2024-01-05 14:23",
            "artistName": f"Artist {at // 10}",
            "trackName": f"Song {at}",
            "msPlayed": 200_000,
        }
        for at in (2, 5, 5, 5, 7, 99)
    ]
    file.write_text(json.dumps(listens), encoding="utf-8")
    status, out, _ = run(file, "--format", "json", "-n", "5")
    found = json.loads(out)
    assert (status, found["source"], found["basis"]) == (0, "streaming history", "tracks")
    assert found["match"]["by_name"] == 3
    assert [track["track_name"] for track in found["unknown"]] == ["Song 99"]


@pytest.mark.parametrize(
    ("text", "title", "sentence"),
    [
        ("Ann - Nobody Knows\n", "xyzzy", "these are its most popular tracks"),
        ("Ann - Nobody Knows\n", "my PARTY", "these tracks stand in playlists with such titles"),
        ("spotify:local:Ann::Demo:120\n", "xyzzy", "these are its most popular tracks"),
        ("spotify:local:Ann::Demo:120\nspotify:episode:0123456789abcdefABCDEF", "x", "episode"),
    ],
)
def test_a_playlist_of_which_nothing_is_known_gets_a_list_that_says_so(
    run, tmp_path, text, title, sentence
):
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    status, out, _ = run(tmp_path / "list.txt", "--title", title, "-n", "3")
    assert status == 0
    assert out.startswith(f"{title} (list of tracks): ")
    assert sentence in out
    assert "train one (python -m helpers run 10 --data real)" in out
    assert len(out.split("\n\n")[1].splitlines()) == 4


def test_ten_thousand_tracks_are_folded_in(run, tmp_path):
    lines = [*URIS[2:12], *(f"Ann - Song {at}" for at in range(10_000)), *URIS[2:12]]
    (tmp_path / "long.txt").write_text("\n".join(lines), encoding="utf-8")
    status, out, _ = run(tmp_path / "long.txt", "-n", "5")
    assert status == 0
    assert "and 9,990 more." in out


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["-n", "0"], "-n is 0, expected a whole number from 1 upwards"),
        (["--artist-cap", "0"], "artist_cap is 0"),
        (["--popularity-penalty", "nan"], "popularity_penalty is nan"),
        (["--variety", "2"], "variety is 2.0, expected a number from 0 to 1"),
        (["--playlist", "other"], "no playlist is called 'other'"),
        (["--model", "/nowhere"], "/nowhere holds no playlist model"),
        (["--model", "/nowhere", "--data", "real"], "--model names the model; drop one of them"),
        (["--data", "real"], "python -m helpers run 10 --data real --force"),
        (["--out", "/dev/null/x.csv"], "/dev/null/x.csv cannot be written"),
    ],
)
def test_bad_input_is_one_sentence(run, export, change, sentence):
    status, out, err = run(export, *change)
    assert (status, out) == (1, "")
    if "--out" in change:  # what was used has been said before
        err = err.splitlines(keepends=True)[-1]
    assert_one_sentence(err, sentence)


def test_a_file_that_is_missing_or_empty_is_one_sentence(run, tmp_path):
    (tmp_path / "empty.csv").touch()
    for name, sentence in [("gone.csv", "is missing"), ("empty.csv", "is empty")]:
        status, out, err = run(tmp_path / name)
        assert (status, out) == (1, "")
        assert_one_sentence(err, sentence)


def test_the_playlist_itself_is_never_overwritten(run, export, tmp_path):
    before = export.read_bytes()
    (tmp_path / "link.csv").symlink_to(export)
    status, out, err = run(export, "--out", tmp_path / "link.csv")
    assert (status, out, export.read_bytes()) == (1, "", before)
    assert_one_sentence(err, "is the playlist itself, expected another file")


def test_a_model_that_is_damaged_is_one_sentence(run, export, models, tmp_path):
    for file in (models / "playlists-synthetic").iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[: 300 if file.suffix == ".npz" else None]
        )
    status, out, err = run(export, "--model", tmp_path)
    assert (status, out) == (1, "")
    assert_one_sentence(err, "is damaged")


@pytest.mark.parametrize("words", [[], ["a", "b"], ["a", "-n", "x"], ["a", "--format", "pdf"]])
def test_wrong_usage_ends_with_status_2(words):
    with pytest.raises(SystemExit) as stop:
        main(["recommend", *words])
    assert stop.value.code == 2


def test_the_process_loads_no_library_that_a_table_does_not_need(models, export):
    heavy = "{'matplotlib', 'pandas', 'sklearn', 'surprise', 'lightfm', 'irspack', 'jinja2', "
    heavy += "'nbformat', 'requests', 'spotipy', 'voyager'}"
    words = ["recommend", str(export)]
    code = f"import sys, helpers.__main__ as m; m.main({words}); "
    code += f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MUSIC_MODELS_DIR": str(models)},
    )
    assert found.stderr == "[]\n"


def assert_one_sentence(said, sentence):
    assert said.startswith("helpers: ")
    assert sentence in said
    assert said.count("\n") == 1
