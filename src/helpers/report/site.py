"""Build the report site: one page a lesson and a front page, readable from disk, offline.

The site is made in a folder beside the old one and swapped in when it is whole. A lesson
that failed, or whose page cannot be made, costs its own page only.
"""

import hashlib
import json
import logging
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from helpers import paths
from helpers.errors import DataError
from helpers.report import index
from helpers.report.page import TEMPLATES, PageBody, render_body
from helpers.report.runs import LessonReport, input_files, read_reports
from helpers.report.sanitize import shorten_paths

_log = logging.getLogger(__name__)
_PACKAGE = Path(__file__).parent
_ASSETS = _PACKAGE / "assets"
_MANIFEST = "build.json"


def build_site(notebooks: Path, reports: Path, results: Path = paths.RESULTS) -> Path:
    """Build the site in `reports/html`; what did not change since the last build is kept.

    Parameters
    ----------
    notebooks : Path
        Folder of the lessons: every one gets a card, run or not.
    reports : Path
        Folder with `runs/` (executed notebooks, run states) and `metrics/` (records, figures).
    results : Path
        Folder of the JSON files that `evaluate --json` wrote.

    Returns
    -------
    Path
        The front page, `reports/html/index.html`.

    Raises
    ------
    DataError
        If the folder cannot be written; the old site stays.
    """
    site = reports / "html"
    digest = _digest(_all_inputs(notebooks, reports, results))
    old = _read_manifest(site)
    if old.get("site") == digest and (site / "index.html").is_file():
        return site / "index.html"

    lessons = read_reports(notebooks, reports)
    partial = site.with_name(f".html.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(_ASSETS, partial / "assets")
        pages, problems = _write_pages(lessons, notebooks, reports, partial, old.get("pages", {}))
        _write_index(lessons, problems, reports, results, partial)
        manifest = {"site": digest, "pages": pages}
        (partial / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        _swap(partial, site)
    except OSError as error:
        reason = error.strerror or "some files could not be copied"
        raise DataError(
            f"the site cannot be written to {site} ({reason}); "
            "make room or check the permissions and run this again"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return site / "index.html"


def _write_pages(
    lessons: list[LessonReport],
    notebooks: Path,
    reports: Path,
    target: Path,
    old_pages: dict[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Write or keep the page of each executed lesson; return their digests, and the problems."""
    shown = [lesson for lesson in lessons if lesson.executed]
    links = {lesson.name: lesson.page for lesson in shown}
    order = json.dumps([(lesson.name, lesson.title) for lesson in shown])
    digests, problems = {}, {}
    for i, lesson in enumerate(shown):
        digest = _digest(input_files(lesson.name, notebooks, reports), order)
        kept = reports / "html" / lesson.page
        if old_pages.get(lesson.name) == digest and kept.is_file():
            shutil.copy2(kept, target / lesson.page)
            digests[lesson.name] = digest
            continue
        try:
            body = render_body(lesson.executed, links)
            digests[lesson.name] = digest
        except Exception as error:  # whatever it is, the other pages must be made
            reason = next(iter(str(error).splitlines()), "")
            problems[lesson.name] = f"the page could not be made ({type(error).__name__}: {reason})"
            _log.warning("%s: %s", lesson.name, problems[lesson.name])
            body = PageBody.empty()
        html = _template("lesson.html.j2").render(
            lesson=lesson,
            body=body,
            problem=problems.get(lesson.name, lesson.problem),
            previous=shown[i - 1] if i else None,
            next=shown[i + 1] if i + 1 < len(shown) else None,
        )
        (target / lesson.page).write_text(html, encoding="utf-8")
    return digests, problems


def _write_index(
    lessons: list[LessonReport],
    problems: dict[str, str],
    reports: Path,
    results: Path,
    target: Path,
) -> None:
    cards = [
        {
            "lesson": lesson,
            "picture": _copy_picture(lesson, reports / "metrics", target),
            "problem": problems.get(lesson.name, lesson.problem),
            "numbers": index.number_rows(lesson),
        }
        for lesson in lessons
    ]
    html = _template("index.html.j2").render(
        cards=cards, tables=index.read_result_tables(sorted(results.glob("*.json")))
    )
    (target / "index.html").write_text(html, encoding="utf-8")


def _copy_picture(lesson: LessonReport, metrics: Path, target: Path) -> dict[str, str] | None:
    """Copy one figure of a lesson into the site; return its address and alt text.

    It is the figure that the lesson's finding names.
    """
    alts = {figure["file"]: str(figure["alt"]) for figure in lesson.record.get("figures", [])}
    chosen = lesson.record.get("picture")
    file = metrics / "figures" / Path(str(chosen)).name
    if chosen not in alts or not file.is_file():
        return None
    folder = target / "figures"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(file, folder / file.name)
    return {"src": f"figures/{file.name}", "alt": alts[chosen]}


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shorten_paths"] = lambda value: shorten_paths(str(value))
    return environment.get_template(name)


def _all_inputs(notebooks: Path, reports: Path, results: Path) -> list[Path]:
    lessons = [path.stem for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))]
    inputs = [file for name in lessons for file in input_files(name, notebooks, reports)]
    figures = sorted((reports / "metrics" / "figures").glob("*.png"))
    return inputs + figures + sorted(results.glob("*.json"))


def _digest(files: list[Path], extra: str = "") -> str:
    """Return a hash of the files, of what is said besides, and of the code that makes pages."""
    digest = hashlib.sha256(extra.encode())
    code = sorted(
        path for path in _PACKAGE.rglob("*") if path.suffix in {".py", ".j2", ".css", ".js"}
    )
    for file in [*code, *files]:
        content = file.read_bytes() if file.is_file() else b"absent"
        digest.update(f"{file.name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _read_manifest(site: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((site / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _swap(new: Path, site: Path) -> None:
    """Put the new folder in the place of the old one, which is kept until that is done."""
    old = site.with_name(f".html.{os.getpid()}.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    try:
        new.rename(site)
    except OSError:
        if old.exists():
            old.rename(site)
        raise
    shutil.rmtree(old, ignore_errors=True)
