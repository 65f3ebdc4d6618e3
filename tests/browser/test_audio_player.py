"""Sounds of a lesson play in its page, opened from file:// with the network off."""

import pytest

pytest.importorskip("playwright", reason="needs playwright; install the extra 'test'")

from nbformat.v4 import new_markdown_cell, new_notebook
from site_samples import XSS, code, html, state, write_run
from site_walk import browser, open_page, walk_session
from small_sounds import sine, write_wave

from helpers.audio import player as module
from helpers.audio.player import player
from helpers.report.site import build_site

pytestmark = pytest.mark.browser
NAME = "13_listen_to_the_audio"
_FACTS = """element => ({duration: element.duration, time: element.currentTime,
  error: element.error, label: element.getAttribute('aria-label'), controls: element.controls})"""


@pytest.fixture(scope="module", params=["mpeg", "wav"])
def site(request, tmp_path_factory):
    """The site of one lesson with two players."""
    root = tmp_path_factory.mktemp("site")
    tone = write_wave(root / "tone.wav", sine(440, 2.0))
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "wav":
            patch.setattr(module, "find_spec", lambda name: None)
        else:
            pytest.importorskip("soundfile")
        shown = [player(tone, label) for label in ("A tone, folk", XSS)]
    cells = [new_markdown_cell("# Listen to the audio\n\nCan a network hear?")]
    cells += [code("player(file, label)", html(one._repr_html_())) for one in shown]
    for folder in ("notebooks", "reports/runs", "results"):
        (root / folder).mkdir(parents=True)
    done = state(status="done", parameters={})
    write_run(root / "notebooks", root / "reports", NAME, new_notebook(cells=cells), done)
    return build_site(root / "notebooks", root / "reports", root / "results").parent


@pytest.fixture(scope="module")
def session(chromium):
    with browser(chromium) as running:
        yield running


def test_every_player_plays_from_the_file_and_says_what(site, session):
    page = open_page(session, site / f"{NAME}.html", troubles := [])
    players = page.locator("audio")
    assert players.count() == 2
    for place, label in enumerate(("A tone, folk", XSS)):
        players.nth(place).evaluate("element => { element.play(); }")
        for _ in range(100):  # the page's own policy forbids to wait for an expression
            page.wait_for_timeout(100)
            if players.nth(place).evaluate("element => element.currentTime") > 0.1:
                break
        found = players.nth(place).evaluate(_FACTS)
        assert found["error"] is None
        assert found["duration"] == pytest.approx(2.0, abs=0.2)
        assert 0.1 < found["time"] <= found["duration"]
        assert (found["label"], found["controls"]) == (label, True)
        assert players.nth(place).bounding_box()["width"] > 200
    assert page.locator("figcaption").all_inner_texts() == ["A tone, folk", XSS]
    page.context.close()
    assert troubles == []


def test_the_page_with_players_is_without_fault(site, session):
    assert walk_session(site, session) == []


def test_a_sound_from_elsewhere_would_not_be_fetched(site, session):
    bad = site / "bad.html"
    page = (site / f"{NAME}.html").read_text(encoding="utf-8")
    fetching = '<audio src="https://example.org/a.mp3" preload="auto"></audio></main>'
    bad.write_text(page.replace("</main>", fetching), encoding="utf-8")
    try:
        opened = open_page(session, bad, troubles := [])
        opened.wait_for_timeout(200)
        opened.context.close()
    finally:
        bad.unlink()
    assert any("Content Security Policy" in trouble for trouble in troubles)
