"""Make the HTML of a notebook harmless: names in the data must never become markup that acts.

The rendered HTML is cleaned, not the markdown source: escaping the source would turn quotes
(`>`) and formulas (`a < b`, `&=`) into text, and would let `[x](javascript:...)` through.
"""

import re

import bleach
from bleach.css_sanitizer import CSSSanitizer
from nbformat import NotebookNode

from helpers import paths

# No `img`: figures of a lesson are PNG outputs, and an image in a name is an attack.
_TAGS = """
a abbr audio b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4
h5 h6 hr i kbd li mark ol p pre s small span strong sub summary sup table tbody td tfoot th thead tr
u ul
"""


def _is_safe_attribute(tag: str, name: str, value: str) -> bool:
    # Only the template may ask for formulas: a name like "Ke$ha and A$AP" is none.
    if name == "class":
        return "mathjax" not in value
    return name in {"id", "title", "style", "scope", "colspan", "rowspan"}


# A player brings its sound along; a player that fetched would tell somebody who reads the page.
_SOUND = re.compile(r"data:audio/(?:mpeg|wav|ogg|flac);base64,[A-Za-z0-9+/]+={0,2}")
# Only sounds are `data:`. A link is of a known kind, or leads to a place without a colon, raw or
# as a character reference.
_LINK = re.compile(r"(?:https?://|mailto:|#).*|[^:&]*", re.DOTALL | re.IGNORECASE)


def _is_safe_for_audio(tag: str, name: str, value: str) -> bool:
    return name in {"controls", "aria-label"} or (
        name == "src" and _SOUND.fullmatch(value) is not None
    )


def _is_safe_for_a(tag: str, name: str, value: str) -> bool:
    return name == "title" or (name == "href" and _LINK.fullmatch(value) is not None)


_ATTRIBUTES = {
    "*": _is_safe_attribute,
    "a": _is_safe_for_a,
    "audio": _is_safe_for_audio,
    "details": ["open"],
    "ol": ["start"],
}
# Frames bring a <style> of their own; the site has its own look, and CSS can hide or fetch.
_STYLE_ELEMENT = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_CLEANER = bleach.Cleaner(
    tags=frozenset(_TAGS.split()),
    attributes=_ATTRIBUTES,
    protocols={"http", "https", "mailto", "data"},
    css_sanitizer=CSSSanitizer(
        allowed_css_properties=["background-color", "color", "font-weight", "text-align", "width"]
    ),
)
# Two folders or more: "/home/ann/data/x.py", "C:\\Users\\ann\\x.py", but no "AC/DC" or URL, and
# nothing inside the letters of a sound.
_ABSOLUTE = re.compile(
    r"(?P<data>data:[\w/]+;base64,[\w+/=]+)|(?<![\w./:~<-])(?:/[\w.@+-]+){2,}"
    r"|\b[A-Za-z]:(?:\\[\w.@+-]+){2,}"
)


def sanitize_html(html: str) -> str:
    """Return the HTML with every tag and attribute escaped or dropped that is not known safe."""
    return _CLEANER.clean(_STYLE_ELEMENT.sub("", html))


def shorten_paths(text: str) -> str:
    """Replace absolute paths: those of the project by relative ones, others by their file.

    Examples
    --------
    >>> shorten_paths("see /home/ann/music/plays.dat")
    'see …/plays.dat'
    """
    text = text.replace(f"{paths.ROOT}/", "").replace(str(paths.ROOT), ".")
    return _ABSOLUTE.sub(
        lambda match: match["data"] or "…/" + re.split(r"[/\\]", match[0])[-1], text
    )


def shorten_paths_in_outputs(notebook: NotebookNode) -> None:
    """Replace, in place, the absolute paths in every text that the cells have put out."""
    for output in (o for cell in notebook.cells for o in cell.get("outputs", [])):
        if "text" in output:
            output.text = shorten_paths(output.text)
        if "traceback" in output:
            output.traceback = [shorten_paths(line) for line in output.traceback]
        for mimetype, content in output.get("data", {}).items():
            if mimetype.startswith("text/") and isinstance(content, str):
                output.data[mimetype] = shorten_paths(content)
