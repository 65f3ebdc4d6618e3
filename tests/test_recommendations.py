"""What follows a playlist, written down: nothing lost, nothing that acts, never too wide."""

import csv
import io
import json
import unicodedata
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_playlists import LONELY, N_TRACKS, make_playlist_model

from helpers.models import IALS
from helpers.recommendations import recommend, to_csv, to_json, to_text, track_link
from helpers.spotify.exports import read_playlists
from helpers.spotify.playlist import Entry, Playlist

MODEL = make_playlist_model()
URIS = MODEL.catalogue["track_uri"].to_list()
HOSTILE = "\x1b[2J\x9b31m\u202eeman\r\n\tx"
ACTING = set("\x00\x1b\x9b\x07\r\t\x7f\x85\u202a\u202e\u2066\u2069")
# What is one column wide, two, and none; "\u0301" is an accent on the letter before.
LETTERS = st.text("ab é夜한🎉م\u0301", max_size=60)


def playlist(*columns, unknown=0, name="quiet evening"):
    known = [Entry(URIS[column], "", "") for column in columns]
    strange = [Entry(None, f"Lost {at}", f"Band {at}") for at in range(unknown)]
    return Playlist(name, (*known, *strange), "list of tracks")


def model_of(names=None, **columns):
    """Return the model with other names of tracks, or other columns of its catalogue."""
    if names is not None:
        columns["track_name"] = [names[at % len(names)] for at in range(N_TRACKS)]
    series = {name: pl.Series(values, dtype=pl.String) for name, values in columns.items()}
    return replace(MODEL, catalogue=MODEL.catalogue.with_columns(**series))


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


def test_tracks_are_ranked_and_named_with_the_playlists_own_as_reasons():
    found = recommend(MODEL, playlist(2, 5, 7), k=6)
    rows = found.tracks.to_dicts()
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert np.all(np.diff(found.tracks["score"]) <= 0)
    for row in rows:
        column = URIS.index(row["track_uri"])
        assert row["track_name"] == MODEL.catalogue["track_name"][column]
        assert row["artist_name"] == f"Artist {column // 10}"
        assert {why["track_name"] for why in row["why"]} < {"Song 2", "Song 5", "Song 7"}


def test_what_was_listened_to_more_often_counts_more():
    model = make_playlist_model(IALS(factors=4, regularization=0.02, weighting="plays"))
    history = [Entry(URIS[2], "", ""), Entry(URIS[25], "", "", count=30)]
    found = recommend(model, Playlist("mine", tuple(history), "streaming history"), k=10)
    columns = [URIS.index(uri) for uri in found.tracks["track_uri"]]
    assert sum(column >= 20 for column in columns) > 5
    assert found.tracks["why"][0][0]["track_name"] == "Song 25"


def test_notes_name_ten_unknown_tracks_once_each_and_count_the_others():
    brought = playlist(2, unknown=13)
    brought = replace(brought, entries=brought.entries + brought.entries[-5:])
    first, second = recommend(MODEL, brought).about_playlist()[:2]
    assert first == f"quiet evening (list of tracks): {recommend(MODEL, brought).match.summary()}."
    assert second.startswith("Not known to the model: Lost 0 · Band 0; Lost 1 · Band 1; ")
    assert second.endswith("Lost 9 · Band 9 and 3 more.")


def test_an_unknown_track_without_a_name_is_named_by_its_uri():
    uri = "spotify:track:0123456789abcdefABCDEF"
    brought = Playlist("mine", (Entry(uri, "", ""),), "list of tracks")
    assert f"Not known to the model: {uri}." in recommend(MODEL, brought).about_playlist()


@pytest.mark.parametrize(
    ("brought", "sentence"),
    [
        (playlist(unknown=1), "nothing about the tracks of this playlist, only about its title"),
        (playlist(unknown=1, name="x"), "nothing about the tracks and the title of this playlist"),
        (playlist(LONELY, name="x"), "nothing about the tracks and the title of this playlist"),
    ],
)
def test_notes_say_what_a_list_rests_on_where_it_is_not_the_tracks(brought, sentence):
    found = recommend(MODEL, brought, k=5)
    assert found.basis != "tracks"
    assert sum(sentence in note for note in found.about_playlist()) == 1
    assert "why" not in to_text(found, 80)


def test_scores_without_a_basis_are_numbers_of_playlists():
    found = recommend(MODEL, playlist(unknown=1, name="x"), k=3)
    assert "playlists" in to_text(found, 80).splitlines()[0]
    assert found.score_text(found.tracks["score"][0]) == str(MODEL.catalogue["popularity"].max())


def test_notes_say_where_fewer_tracks_are_left_than_were_asked_for():
    found = recommend(MODEL, playlist(2), k=N_TRACKS)
    assert 0 < len(found.tracks) < N_TRACKS
    assert f"no more than {len(found.tracks)} tracks" in found.about_playlist()[-1]
    assert len(recommend(MODEL, playlist(2), k=5).about_playlist()) == 1


def test_a_synthetic_model_says_that_its_songs_are_made_up():
    known, strange = recommend(MODEL, playlist(2, 5)), recommend(MODEL, playlist(unknown=1))
    assert "60 playlists with 40 tracks (synthetic playlists). It knows made-up" in (
        known.about_model()
    )
    assert "--data real" not in known.about_model()
    assert "train one (python -m helpers run 10 --data real)" in strange.about_model()
    real = replace(MODEL, facts=MODEL.facts | {"data": "real"})
    assert recommend(real, playlist(unknown=1)).about_model() == (
        "The model was trained on 60 playlists with 40 tracks (real)."
    )


def test_a_title_takes_the_place_of_the_name():
    found = recommend(MODEL, playlist(unknown=1, name="x"), title="Loud!")
    assert (found.name, found.basis) == ("Loud!", "title")


def test_a_title_that_no_file_can_hold_is_shown_as_far_as_it_can_be():
    found = recommend(MODEL, playlist(2), title="caf\udce9", k=1)
    assert json.loads(to_json(found).encode())["playlist"] == "caf?"


def test_csv_has_a_row_a_track_and_can_be_read_as_a_playlist(tmp_path):
    found = recommend(MODEL, playlist(2, 5), k=7)
    file = tmp_path / "next.csv"
    file.write_text(to_csv(found), encoding="utf-8")
    header, *rows = rows_of(to_csv(found))
    assert ",".join(header) == "rank,track_uri,track_name,artist_name,album_name,score,why"
    assert len(rows) == 7
    assert rows[0][-1].startswith("Song ")
    assert " · Artist 0; Song " in rows[0][-1]
    (again,) = read_playlists(file)
    assert [entry.uri for entry in again.entries] == found.tracks["track_uri"].to_list()
    assert [entry.title for entry in again.entries] == found.tracks["track_name"].to_list()


@pytest.mark.parametrize("sign", "=+-@")
def test_no_cell_of_the_csv_is_a_formula(sign):
    model = model_of([f'{sign}HYPERLINK("http://x")'], artist_name=[f"{sign}1"] * N_TRACKS)
    _, *rows = rows_of(to_csv(recommend(model, playlist(2, 30), k=N_TRACKS)))
    for _, uri, track, artist, album, _, why in rows:
        assert track == f'\'{sign}HYPERLINK("http://x")'
        assert artist == f"'{sign}1"
        assert why.startswith(f"'{sign}")
        assert (album, uri[:14]) == ("Album", "spotify:track:")


def test_a_score_below_zero_stays_a_number_in_the_csv():
    rows = pl.read_csv(io.StringIO(to_csv(recommend(MODEL, playlist(2, 5), k=N_TRACKS))))
    assert rows["score"].dtype == pl.Float64
    assert rows["score"].min() < 0


def test_json_holds_the_list_and_what_it_rests_on():
    brought = playlist(2, 5, unknown=12)
    local = Entry(None, "", "", kind="local")
    brought = replace(brought, entries=(*brought.entries, local))
    found = json.loads(to_json(recommend(MODEL, brought, k=3)))
    assert (found["playlist"], found["source"], found["basis"]) == (
        "quiet evening",
        "list of tracks",
        "tracks",
    )
    assert found["model"]["data"] == "synthetic playlists"
    assert (
        found["match"].items() >= {"exact": 2, "by_name": 0, "unknown": 12, "left_out": 1}.items()
    )
    assert found["unknown"][11] == {
        "track_uri": None,
        "track_name": "Lost 11",
        "artist_name": "Band 11",
    }
    first = found["recommendations"][0]
    assert list(first)[:3] == ["rank", "track_uri", "url"]
    assert first["url"] == "https://open.spotify.com/track/" + first["track_uri"][-22:]
    assert set(first["why"]) == {"Song 2 · Artist 0", "Song 5 · Artist 0"}


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "javascript:alert(1)",
        "spotify:track:short",
        "spotify:album:0123456789abcdefABCDEF",
        "spotify:track:0123456789abcdefABCDEF?x=1",
        "spotify:track:0123456789abcdefABCDEF\n",
        "0123456789abcdefABCDEF",
        'spotify:track:"onclick=alert(1)//abcde',
    ],
)
def test_only_the_uri_of_a_track_has_a_link(uri):
    assert track_link(uri) is None


@given(names=st.lists(st.text(max_size=12) | st.just(HOSTILE), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_no_name_acts_on_a_terminal_or_breaks_a_row(names):
    brought = Playlist(names[0], (*playlist(2).entries, Entry(None, names[-1], "x")), "a\x1bb")
    found = recommend(model_of(names, artist_name=[names[0]] * N_TRACKS), brought, k=5)
    text, table, document = to_text(found, 80), to_csv(found), to_json(found)
    said = "".join([*found.about_playlist(), found.about_model(), text, table, document])
    assert not set(said) & ACTING
    assert len(text.split("\n")) == 5 + 2
    assert [len(row) for row in csv.reader(io.StringIO(table, newline=""))] == [7] * 6
    assert len(json.loads(document)["recommendations"]) == 5


@given(name=LETTERS, artist=LETTERS, width=st.integers(1, 150))
@settings(max_examples=60, deadline=None)
def test_the_table_is_never_wider_than_the_terminal(name, artist, width):
    model = model_of([name], artist_name=[artist] * N_TRACKS)
    lines = to_text(recommend(model, playlist(2, 5), k=3), width).split("\n")
    assert max(map(columns_of, lines)) <= max(width, 40)


def columns_of(text):
    """Columns of a terminal that the letters above take."""
    return len(text) + sum(letter in "夜한🎉" for letter in text) - text.count("\u0301")


def test_columns_stand_beneath_each_other_whatever_the_letters():
    model = model_of(["夜に駆ける", "Zoe\u0301", "a much longer name that has to be cut somewhere"])
    lines = to_text(recommend(model, playlist(2, 5), k=9), 60).splitlines()
    starts = {
        sum(
            0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) == "W")
            for c in line[: line.index(" Artist" if at else " artist")]
        )
        for at, line in enumerate(lines)
    }
    assert len(starts) == 1
    assert any("…" in line for line in lines)
