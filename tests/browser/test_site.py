import json
import re

import pytest

pytest.importorskip("playwright", reason="needs playwright; install the extra 'test'")

from site_samples import DOLLARS, RESULT_ROWS, XSS, write_samples
from site_walk import PHONE, browser, open_page, walk_session

from helpers.report.site import build_site

pytestmark = pytest.mark.browser
LESSON = "01_explore_listening.html"


@pytest.fixture(scope="module")
def html_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("site")
    (root / "results").mkdir()
    (root / "results" / "lastfm.json").write_text(json.dumps(RESULT_ROWS), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        write_samples(root / "notebooks", root / "reports", patch)
    return build_site(root / "notebooks", root / "reports", root / "results").parent


@pytest.fixture(scope="module")
def session(chromium):
    with browser(chromium) as running:
        yield running


@pytest.fixture
def visit(html_dir, session):
    troubles = []
    pages = []

    def _visit(name, **settings):
        pages.append(open_page(session, html_dir / name, troubles, **settings))
        return pages[-1]

    yield _visit
    for page in pages:
        page.context.close()
    assert troubles == []


def test_walk_over_the_site_finds_no_fault(html_dir, session):
    assert walk_session(html_dir, session) == []


def test_walk_finds_the_faults_of_a_bad_page(tmp_path, session):
    (tmp_path / "bad.html").write_text(
        "<html><body><h1>x</h1><main><h2>a</h2><h4>b</h4>"
        "<p class='text-cell'>raw $x_u$ <a href='gone.html'>gone</a><a href='#no'>no</a></p>"
        "<img src='missing.png'><div style='width:900px'>wide</div>"
        "<script>console.error('oops'); fetch('http://127.0.0.1:9/x').catch(() => 0)</script>",
        encoding="utf-8",
    )
    faults = "\n".join(walk_session(tmp_path, session))
    for expected in [
        "console: oops",
        "request leaves the disk",
        "without alt text",
        "not typeset: $x_u$",
        "leads nowhere",
        "section that is not there",
        "level 4 follows level 2",
        "pixels wide on a phone",
        "lang ''",
    ]:
        assert expected in faults


def test_names_from_the_data_appear_as_text(visit):
    body = visit(LESSON).inner_text("main")
    # Tables of polars and pandas, printed text, a badge, Markdown(...) and HTML(...).
    assert body.count(XSS) == 6
    assert body.count(DOLLARS) == 4
    front = visit("index.html").inner_text("body")
    assert front.count(XSS) == 3
    assert DOLLARS in front


def test_formulas_are_typeset_in_text_and_contents_but_not_in_outputs(visit):
    page = visit(LESSON)
    assert page.locator(".text-cell mjx-container").count() >= 8
    assert page.locator('.text-cell mjx-container[display="true"]').count() == 2
    assert page.locator(".toc mjx-container").count() == 1
    assert page.locator(".output mjx-container").count() == 0


def test_contents_lead_to_a_heading_with_a_percent_sign(visit):
    page = visit(LESSON)
    page.click(".toc a:has-text('25 %')")
    assert page.evaluate("document.querySelector(':target')?.textContent").startswith("3 From 14 %")


def test_code_is_folded_and_one_button_shows_all(visit):
    page = visit(LESSON)
    folds, unfolded = page.locator("details.code"), page.locator("details.code[open]")
    assert unfolded.count() == 0 < folds.count()
    page.click(".fold-all")
    assert unfolded.count() == folds.count()
    assert page.inner_text(".fold-all") == "Hide all code"
    page.click(".fold-all")
    assert unfolded.count() == 0


def test_contents_lie_open_on_a_desk_and_folded_on_a_phone(visit):
    assert visit(LESSON).locator(".toc[open]").count() == 1
    assert visit(LESSON, viewport=PHONE).locator(".toc[open]").count() == 0


def test_wide_tables_scroll_inside_their_box(visit):
    page = visit(LESSON, viewport=PHONE)
    widths = page.eval_on_selector_all(
        ".table-box", "boxes => boxes.map(box => [box.scrollWidth, box.clientWidth])"
    )
    assert any(content > 2 * box for content, box in widths)
    assert all(box <= PHONE["width"] for _, box in widths)


@pytest.mark.parametrize("name", [LESSON, "index.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(visit, name, scheme):
    page = visit(name, color_scheme=scheme)
    assert (luminance(page, "body", "backgroundColor") < 0.05) == (scheme == "dark")
    for selector in [".eyebrow", ".lead", "h1", ".footer p"]:
        text = luminance(page, selector, "color")
        ground = luminance(page, "body", "backgroundColor")
        high, low = max(text, ground) + 0.05, min(text, ground) + 0.05
        assert high / low >= 4.5, selector


def test_figures_keep_a_white_ground_in_the_dark(visit):
    page = visit(LESSON, color_scheme="dark")
    assert luminance(page, "figure img", "backgroundColor") == 1


def test_paper_has_the_text_and_no_navigation(visit):
    page = visit(LESSON)
    page.emulate_media(media="print")
    for hidden in [".bar", ".toc", ".onward", ".fold-all", "details.code"]:
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("figure img").is_visible()
    assert page.locator(".provenance").is_visible()


def test_previous_and_next_lead_through_the_lessons(visit):
    page = visit("index.html")
    follow(page, "text=Explore who listens")
    follow(page, ".bar [rel=next]")
    assert page.inner_text("h1") == "Factorize a matrix"
    follow(page, ".bar [rel=prev]")
    assert page.inner_text("h1") == "Explore who listens"


def follow(page, link: str) -> None:
    """Click on a link and wait for all of the next page; leaving it half loaded is a fault."""
    with page.expect_navigation():
        page.click(link)


def test_skip_link_is_the_first_stop_of_the_keyboard(visit):
    page = visit(LESSON)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def luminance(page, selector: str, css_property: str) -> float:
    """Relative luminance of WCAG 2.1 of a computed colour, 0 to 1."""
    script = "(element, name) => getComputedStyle(element)[name]"
    color = page.locator(selector).first.evaluate(script, css_property)
    channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
