"""The page of what follows a playlist: complete, self-contained, and text whatever names hold."""

import re
from dataclasses import replace

import polars as pl
import pytest
from bs4 import BeautifulSoup
from small_playlists import LONELY, N_TRACKS, make_playlist_model

from helpers.recommendations import recommend
from helpers.report.playlist_page import render_playlist_page
from helpers.spotify.playlist import Entry, Playlist

MODEL = make_playlist_model()
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</title><script>alert(2)</script>",
    "\"><a href='javascript:alert(3)'>x</a>",
    "</style></table><iframe src='https://example.org'></iframe>",
    "{{ 7 * 7 }} {% raw %} &amp; &#60;b&#62;",
]


def page_of(model=MODEL, names=("2", "5"), name="quiet evening", **settings):
    entries = [Entry(f"spotify:track:{int(each):022d}", "", "") for each in names]
    entries.append(Entry(None, name, name))
    found = recommend(model, Playlist(name, tuple(entries), name), k=N_TRACKS - 10, **settings)
    return found, BeautifulSoup(render_playlist_page(found), "html.parser")


def model_of(**columns):
    series = {
        column: pl.Series([values[at % len(values)] for at in range(N_TRACKS)])
        for column, values in columns.items()
    }
    return replace(MODEL, catalogue=MODEL.catalogue.with_columns(**series))


def test_the_page_has_a_row_a_track_with_its_link_and_its_reasons():
    found, page = page_of()
    assert page.h1.get_text() == "What should follow quiet evening?"
    rows = page.select("tbody tr")
    assert len(rows) == len(found.tracks) > 20
    for row, track in zip(rows, found.tracks.to_dicts(), strict=True):
        (link,) = row.select("a")
        assert link["href"] == f"https://open.spotify.com/track/{track['track_uri'][-22:]}"
        assert link["rel"] == ["noopener", "noreferrer"]
        assert link.get_text() == track["track_name"]
        assert track["artist_name"] in row.get_text()
        assert row.select_one(".why").get_text().count(" · Artist 0") == len(track["why"]) == 2
    said = page.get_text()
    assert all(note in said for note in [*found.about_playlist(), found.about_model()])


def test_a_synthetic_model_says_so_on_the_face_of_the_page():
    assert page_of()[1].select_one(".provenance.synthetic .stamp").get_text() == "Synthetic data"
    real = replace(MODEL, facts=MODEL.facts | {"data": "real"})
    assert not page_of(real)[1].select(".synthetic, .stamp")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_becomes_markup(hostile):
    model = model_of(track_name=[hostile], artist_name=[hostile], album_name=[hostile])
    _, page = page_of(model, name=hostile)
    assert not page.select("script, img, iframe, object, embed, form, svg, body style, body link")
    assert not [tag for tag in page.select("*") if any(name[:2] == "on" for name in tag.attrs)]
    assert len(page.select("title")) == len(page.select("style")) == len(page.select("h1")) == 1
    assert all(
        link["href"].startswith("https://open.spotify.com/track/") for link in page.select("a")
    )
    assert page.h1.bdi.get_text() == hostile
    first = page.select_one("tbody tr")
    assert {bdi.get_text() for bdi in first.select("bdi")} == {hostile}


def test_characters_that_turn_the_text_are_gone():
    _, page = page_of(model_of(track_name=["\u202eabc\u2066\x1b[31m"]), name="\u202emine")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", str(page))
    assert page.h1.bdi.get_text() == "mine"


def test_a_track_without_a_well_formed_uri_has_no_link():
    uris = ["javascript:alert(1)", "spotify:track:short", "spotify:track:" + "0" * 21 + '"']
    _, page = page_of(model_of(track_uri=uris), names=(), title="loud")
    assert page.select("tbody tr")
    assert not page.select("a")


def test_where_nothing_is_known_there_is_no_column_of_reasons():
    found, page = page_of(names=(LONELY,), name="xyzzy")
    assert found.basis == "popularity"
    assert not page.select(".why")
    assert [th.get_text() for th in page.select("thead th")] == [
        "#",
        "Track",
        "Album",
        "Playlists",
    ]


def test_the_page_needs_nothing_beside_it():
    _, page = page_of()
    policy = page.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not page.select("[src], link[rel=stylesheet]")
    assert "url(" not in page.style.get_text()
    assert "@import" not in page.style.get_text()
