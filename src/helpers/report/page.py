"""One executed notebook to the body of one page: cells, headings, links and tables."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.report.sanitize import sanitize_html, shorten_paths_in_outputs

TEMPLATES = Path(__file__).parent / "templates"
_NUMBER = re.compile(r"[-+−]?[\d,. ]*\d(e[-+]?\d+)?( ?%)?|[-+]?(nan|NaN|inf)|null|None")
# Parameters stand in the badge, and the page has its own word for an error.
HIDDEN_TAGS = frozenset(
    {"parameters", "injected-parameters", "remove-cell", "papermill-error-cell-tag"}
)


@dataclass(frozen=True)
class Heading:
    """One line of the table of contents."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class PageBody:
    """What the page template needs of a notebook; all markup is sanitised.

    Attributes
    ----------
    title, lead : Markup
        Content of the first H1 and of the paragraph after it; empty where there is none.
    content : Markup
        The cells, without that title and paragraph.
    headings : list of Heading
        Headings of the second and third level in text cells.
    failed : bool
        Whether there is an error among the outputs; the first has the anchor "failed".
    """

    title: Markup
    lead: Markup
    content: Markup
    headings: list[Heading]
    failed: bool

    @classmethod
    def empty(cls) -> "PageBody":
        """Return the body of a page that could not be made."""
        return cls(Markup(), Markup(), Markup(), [], failed=False)


def render_body(notebook_file: Path, pages: dict[str, str]) -> PageBody:
    """Render the cells of an executed notebook.

    Parameters
    ----------
    notebook_file : Path
        The executed notebook.
    pages : dict
        Name of each notebook that has a page, to the file name of that page. Links to other
        notebooks or files lead nowhere in the site and become text.
    """
    notebook = nbformat.read(notebook_file, as_version=4)
    _drop_hidden_cells(notebook)
    shorten_paths_in_outputs(notebook)
    html, _ = _exporter().from_notebook_node(notebook)
    soup = BeautifulSoup(html, "html.parser")
    title, lead = _take_opening(soup)
    headings = _number_headings(soup)
    _mend_links(soup, pages)
    _wrap_tables(soup)
    _mark_captions(soup)
    error = soup.select_one("pre.error")
    if error:
        error["id"] = "failed"
    content = Markup(soup)  # noqa: S704  the template has sanitised it
    return PageBody(title, lead, content, headings, failed=error is not None)


@cache
def _exporter() -> HTMLExporter:
    config = Config()
    config.HTMLExporter.exclude_anchor_links = True
    config.HTMLExporter.template_name = "music"
    config.TemplateExporter.extra_template_basedirs = [str(TEMPLATES)]
    # The first of these that an output offers is shown; nothing that could run is among them.
    config.NbConvertBase.display_data_priority = [
        "text/html",
        "text/markdown",
        "image/png",
        "image/jpeg",
        "text/latex",
        "text/plain",
    ]
    exporter = HTMLExporter(config=config)
    exporter.register_filter("sanitize", sanitize_html)
    return exporter


def _drop_hidden_cells(notebook: NotebookNode) -> None:
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not HIDDEN_TAGS & set(cell.metadata.get("tags", []))
        and (cell.source.strip() or cell.get("outputs"))
    ]


def _take_opening(soup: BeautifulSoup) -> tuple[Markup, Markup]:
    heading = soup.select_one(".text-cell h1")
    if heading is None:
        return Markup(), Markup()
    paragraph = heading.find_next_sibling()
    lead = Markup()
    if paragraph is not None and paragraph.name == "p":
        lead = Markup(paragraph.extract().decode_contents())  # noqa: S704
    return Markup(heading.extract().decode_contents()), lead  # noqa: S704


def _number_headings(soup: BeautifulSoup) -> list[Heading]:
    taken: set[str] = set()
    headings = []
    for tag in soup.select(".text-cell :is(h2, h3, h4)"):
        text = " ".join(tag.get_text().split())
        # The anchors that Jupyter makes, so that links inside a notebook lead here as well.
        anchor = text.replace(" ", "-") or "section"
        while anchor in taken:
            anchor += "-"
        taken.add(anchor)
        tag["id"] = anchor
        if tag.name != "h4":
            headings.append(Heading(int(tag.name[1]), anchor, text))
    return headings


def _mend_links(soup: BeautifulSoup, pages: dict[str, str]) -> None:
    anchors = {tag["id"] for tag in soup.select("[id]")}
    for link in soup.select("a"):
        target = link.get("href", "")
        notebook = re.fullmatch(r"(?:\./)?([\w-]+)\.ipynb(#.*)?", target)
        if notebook and notebook[1] in pages:
            link["href"] = pages[notebook[1]]
        elif target.startswith("#") and target[1:] in anchors:
            continue
        elif re.match(r"https?://|mailto:", target):
            link["rel"] = "noopener noreferrer"
        else:
            link.unwrap()


def _wrap_tables(soup: BeautifulSoup) -> None:
    # A wide table scrolls inside its own box; the box takes the focus so that keys scroll it.
    for table in soup.select("table"):
        box = soup.new_tag("div", attrs={"class": "table-box", "tabindex": "0", "role": "region"})
        box["aria-label"] = "Table"
        table.wrap(box)
        for cell in table.select("thead th"):
            cell.attrs.setdefault("scope", "col")
        _align_numbers(table)


def _align_numbers(table: Tag) -> None:
    """Mark the columns whose last cell is a number: they align to the right."""
    rows = [row.find_all(["th", "td"]) for row in table.select("tr")]
    for column, last in enumerate(rows[-1] if rows else []):
        if _NUMBER.fullmatch(last.get_text().strip()):
            for row in rows:
                if column < len(row):
                    row[column]["class"] = "number"


def _mark_captions(soup: BeautifulSoup) -> None:
    for strong in soup.select(".text-cell p > strong:first-child"):
        paragraph = strong.parent
        if isinstance(paragraph, Tag) and re.match(r"(Figure|Table) \d", strong.get_text()):
            paragraph["class"] = "caption"
