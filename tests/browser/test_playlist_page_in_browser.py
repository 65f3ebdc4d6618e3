"""The page of what follows a playlist, opened in a browser with names that attack it."""

from dataclasses import replace

import polars as pl
import pytest

pytest.importorskip("playwright", reason="needs playwright; install the extra 'test'")

from site_walk import PHONE, browser, open_page, walk_session
from small_playlists import N_TRACKS, make_playlist_model

from helpers.recommendations import recommend
from helpers.report.playlist_page import render_playlist_page
from helpers.spotify.playlist import Entry, Playlist

pytestmark = pytest.mark.browser
NAMES = [
    "<img src=x onerror=alert(1)>",
    "</title><script>alert(2)</script>",
    "</style><style>body { display: none }</style>",
    "An-unbroken-name-that-goes-on".replace("-", "") * 6,
    "夜に駆ける",
    "كل يوم",
    "\u202egnihton\u202c",
]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    model = make_playlist_model()
    names = pl.Series([NAMES[at % len(NAMES)] for at in range(N_TRACKS)])
    catalogue = model.catalogue.with_columns(
        track_name=names, artist_name=names.reverse(), album_name=names
    )
    known = [Entry(f"spotify:track:{at:022d}", "", "") for at in (2, 5, 25)]
    lost = [Entry(None, name, name) for name in NAMES]
    playlist = Playlist(NAMES[0] + NAMES[1], (*known, *lost), "Exportify")
    found = recommend(replace(model, catalogue=catalogue), playlist, k=20)
    file = tmp_path_factory.mktemp("page") / "next.html"
    file.write_text(render_playlist_page(found), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def session(chromium):
    with browser(chromium) as running:
        yield running


@pytest.fixture
def visit(page_file, session):
    troubles, pages = [], []

    def _visit(**settings):
        pages.append(open_page(session, page_file, troubles, **settings))
        return pages[-1]

    yield _visit
    for page in pages:
        page.context.close()
    assert troubles == []


def test_the_page_is_without_fault_on_a_desk_and_a_phone(page_file, session):
    assert walk_session(page_file.parent, session) == []


def test_hostile_names_are_shown_and_do_nothing(visit):
    page = visit()
    said = page.inner_text("body")
    assert all(name in said for name in NAMES[:3])
    assert page.inner_text("h1") == f"What should follow {NAMES[0]}{NAMES[1]}?"
    assert page.evaluate("document.scripts.length + document.images.length") == 0
    assert page.locator("body").is_visible()


def test_a_script_that_got_in_would_not_run(page_file, session, tmp_path):
    bad = tmp_path / "bad.html"
    html = page_file.read_text(encoding="utf-8")
    bad.write_text(html.replace("</main>", "<script>document.title = 'ran'</script></main>"))
    page = open_page(session, bad, troubles := [])
    assert page.title() != "ran"
    assert any("Content Security Policy" in trouble for trouble in troubles)
    page.context.close()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1200, "height": 900}])
def test_every_cell_stays_inside_the_page(visit, viewport):
    page = visit(viewport=viewport)
    edges = page.eval_on_selector_all(
        ".songs :is(th, td) :is(a, bdi)",
        "parts => parts.map(part => part.getBoundingClientRect().right)",
    )
    assert len(edges) > 60
    assert max(edges) <= viewport["width"]
    overlap = page.eval_on_selector_all(
        ".songs :is(th, td)", "cells => cells.filter(c => c.scrollWidth > c.clientWidth).length"
    )
    assert overlap == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_light_or_dark_as_the_reader_likes(visit, scheme):
    color = visit(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 29)"}[scheme]


def test_paper_has_the_whole_page(visit):
    page = visit()
    page.emulate_media(media="print")
    assert page.locator(".songs").is_visible()
    wide = page.locator("main").bounding_box()["width"]
    assert page.locator(".provenance").bounding_box()["width"] > 0.8 * wide
