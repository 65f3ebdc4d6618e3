"""Walk over a built site in a browser and say everything that is wrong with it."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

LAUNCH_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

_FACTS = """() => ({
  images: [...document.images].map(
    i => ({alt: i.alt, width: i.naturalWidth, src: i.src.slice(0, 80)})),
  links: [...document.querySelectorAll('a[href], link[href]')].map(a => a.href),
  anchors: [...document.querySelectorAll('[id]')].map(e => e.id),
  formulas: document.querySelectorAll('mjx-container').length,
  badFormulas: [...document.querySelectorAll('mjx-merror, [data-mjx-error]')].map(
    e => e.getAttribute('data-mjx-error') || e.textContent),
  prose: [...document.querySelectorAll('.text-cell')].map(cell => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll('pre, code, mjx-container').forEach(e => e.remove());
    return copy.textContent;
  }).join('\\n'),
  headings: [...document.querySelectorAll('main :is(h1, h2, h3, h4)')]
    .filter(h => !h.closest('.output')).map(h => Number(h.tagName[1])),
  lang: document.documentElement.lang,
  title: document.title,
  h1: document.querySelectorAll('h1').length,
  width: document.documentElement.scrollWidth,
})"""


@contextmanager
def browser(executable: str) -> Iterator:
    """Start Chromium once and close it at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        session = playwright.chromium.launch(executable_path=executable, args=LAUNCH_ARGS)
        yield session
        session.close()


def open_page(session, file: Path, troubles: list[str], **settings):
    """Open one page from disk; what goes wrong meanwhile is added to `troubles`."""
    page = session.new_context(**{"viewport": DESK} | settings).new_page()

    def note(what: str) -> None:
        troubles.append(f"{file.name}: {what}")

    def dismiss(dialog) -> None:
        note(f"dialog {dialog.message!r}")
        dialog.dismiss()

    page.on("console", lambda m: m.type in ("error", "warning") and note(f"console: {m.text}"))
    page.on("pageerror", lambda error: note(f"script error: {error}"))
    page.on("dialog", dismiss)
    page.on("requestfailed", lambda request: note(f"request failed: {request.url[:120]}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "data:"))
            or note(f"request leaves the disk: {request.url[:120]}")
        ),
    )
    page.goto(file.as_uri())
    page.wait_for_function(
        "!document.querySelector('script[src*=mathjax]') || window.MathJax?.startup?.promise"
    )
    page.evaluate("() => window.MathJax?.startup?.promise?.then(() => null)")
    return page


def walk(html_dir: Path, executable: str) -> list[str]:
    """Return every fault of the site in `html_dir`, one sentence each; none if all is well."""
    with browser(executable) as session:
        return walk_session(html_dir, session)


def walk_session(html_dir: Path, session) -> list[str]:
    """Do what `walk` does in a browser that is already running."""
    troubles: list[str] = []
    facts = {}
    for file in sorted(html_dir.glob("*.html")):
        page = open_page(session, file, troubles)
        facts[file] = page.evaluate(_FACTS)
        page.set_viewport_size(PHONE)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            troubles.append(f"{file.name}: {width} pixels wide on a phone of {PHONE['width']}")
        page.context.close()
    for file, seen in facts.items():
        troubles += [f"{file.name}: {fault}" for fault in _page_faults(seen)]
        troubles += [f"{file.name}: {fault}" for fault in _link_faults(html_dir, seen, facts)]
    return troubles


def _page_faults(seen: dict) -> Iterator[str]:
    if seen["lang"] != "en" or not seen["title"] or seen["h1"] != 1:
        yield f"lang {seen['lang']!r}, title {seen['title']!r}, {seen['h1']} h1"
    for image in seen["images"]:
        if not image["alt"].strip() or not image["width"]:
            yield f"image without alt text, or not shown: {image}"
    for message in seen["badFormulas"]:
        yield f"formula not understood: {message}"
    for formula in re.findall(r"(?<!\\)\$[^$\n]+\$", seen["prose"]):
        yield f"formula not typeset: {formula}"
    for above, below in itertools.pairwise(seen["headings"]):
        if below > above + 1:
            yield f"heading of level {below} follows level {above}"


def _link_faults(html_dir: Path, seen: dict, facts: dict[Path, dict]) -> Iterator[str]:
    for link in seen["links"]:
        parts = urlsplit(link)
        if parts.scheme != "file":
            if parts.scheme not in ("https", "http", "mailto", "data"):
                yield f"link with scheme {parts.scheme!r}: {link}"
            continue
        target = Path(unquote(parts.path))
        if not target.is_relative_to(html_dir) or not target.is_file():
            yield f"link leads nowhere in the site: {link}"
        elif parts.fragment and unquote(parts.fragment) not in facts[target]["anchors"]:
            yield f"link to a section that is not there: {link}"
