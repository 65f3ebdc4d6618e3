import errno
import json
import re
import shutil

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from site_samples import DOLLARS, RESULT_ROWS, XSS, code, state, text, write_run, write_samples

from helpers import paths
from helpers.errors import DataError
from helpers.report import site
from helpers.report.index import format_value, read_result_tables
from helpers.report.page import render_body
from helpers.report.sanitize import sanitize_html, shorten_paths
from helpers.report.site import build_site


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The samples as written; tests must not change them."""
    root = tmp_path_factory.mktemp("samples")
    (root / "results").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        write_samples(root / "notebooks", root / "reports", patch)
    return root


@pytest.fixture(scope="module")
def html(samples, tmp_path_factory):
    """The site of the samples, built once."""
    return build_site(*copy_of(samples, tmp_path_factory.mktemp("built"))).parent


@pytest.fixture
def folders(samples, tmp_path):
    """Notebooks, reports and results of the samples, to change and build."""
    return copy_of(samples, tmp_path)


def copy_of(samples, root):
    shutil.copytree(samples, root, dirs_exist_ok=True)
    return root / "notebooks", root / "reports", root / "results"


def soup_of(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def card_of(index, title):
    return index.find("h3", string=re.compile(title)).find_parent("li")


def write_notebook(path, *cells):
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


def test_site_has_a_page_for_each_executed_lesson_and_a_front_page(html):
    pages = sorted(page.name for page in html.glob("*.html"))
    assert pages == ["01_explore_listening.html", "03_factorize_a_matrix.html", "index.html"]
    mathjax = html / "assets" / "mathjax"
    assert (mathjax / "tex-svg.js").is_file()
    assert "Apache License" in (mathjax / "LICENSE").read_text(encoding="utf-8")


def test_card_of_a_finished_lesson_has_its_question_finding_picture_and_data(html):
    card = card_of(soup_of(html / "index.html"), "Explore who listens")
    assert "Who listens to what, and how unequal is it" in card.text
    assert f"46 % of all plays, {DOLLARS} among them." in card.text
    assert card.img["alt"] == 'Plays fall by "rank" & <fast>.'
    assert (html / card.img["src"]).is_file()
    assert card.select_one(".pill.synthetic").text == "synthetic last.fm"
    assert "1 min 14 s" in card.text


@pytest.mark.parametrize("picture", [None, "figures/01_gone.png", "../../secret.png", 7])
def test_card_without_the_picture_of_its_finding_shows_its_number(folders, picture):
    metrics = folders[1] / "metrics"
    record = json.loads((metrics / "01.json").read_text(encoding="utf-8"))
    (metrics / "01.json").write_text(json.dumps(record | {"picture": picture}), encoding="utf-8")
    card = card_of(soup_of(build_site(*folders)), "Explore who listens")
    assert card.img is None
    assert card.select_one(".picture.blank").text == "01"


def test_cards_say_what_failed_was_blocked_or_has_not_run(html):
    index = soup_of(html / "index.html")
    failed = card_of(index, "Factorize a matrix")
    assert "failed in code cell 2" in failed.text
    assert f"ValueError: {XSS} in src/helpers/x.py" in failed.text
    assert "needs lesson 03" in card_of(index, "Measure bias").text
    not_run = card_of(index, "Train ALS")
    assert "Not run yet" in not_run.text
    assert not_run.a is None


def test_card_of_a_lesson_left_out_says_calmly_what_to_install(folders):
    _, reports, _ = folders
    error = {"cell": None, "message": f"Spark needs Java & {XSS}; install it"}
    name = "01_explore_listening"
    (reports / "runs" / f"{name}.json").write_text(
        json.dumps(state(status="left out", error=error)), encoding="utf-8"
    )
    (reports / "runs" / f"{name}.ipynb").unlink()
    index = build_site(*folders)
    card = card_of(soup_of(index), "Explore who listens")
    note = card.select_one(".trouble.quiet")
    assert " ".join(note.text.split()) == f"Left out here: {error['message']}."
    assert card.a is None
    assert "46 %" not in soup_of(index).text
    assert not (index.parent / f"{name}.html").exists()


def test_failed_page_leads_to_its_error_and_drops_the_banners_of_papermill(html):
    page = soup_of(html / "03_factorize_a_matrix.html")
    assert XSS in page.find(id=page.select_one(".to-error a")["href"][1:]).text
    assert "An Exception was encountered" not in page.text
    assert page.h1.text == "Factorize a matrix"


def test_tables_list_recorded_numbers_and_results(folders):
    (folders[2] / "lastfm_real.json").write_text(json.dumps(RESULT_ROWS), encoding="utf-8")
    index = soup_of(build_site(*folders))
    results = index.select_one("table.results")
    assert [row.th.text for row in results.select("tbody tr")] == ["als", XSS, "popularity"]
    assert results.select_one("tbody td").text == "0.2000.196 to 0.204"
    assert index.select_one(".protocol").text == "lastfm · real · 1,879 users · k = 10"
    numbers = index.select_one("table.numbers").text
    assert f"precision of {XSS}" in numbers
    assert "0.1980.192 to 0.204" in numbers
    assert "ALS · k = 10 · seed = 0" in numbers


def test_badge_says_data_parameters_and_time_and_hides_their_cells(html):
    page = soup_of(html / "01_explore_listening.html")
    badge = page.select_one(".provenance.synthetic").text
    assert "Synthetic data" in badge
    assert "not from real listeners" in badge
    assert "20 November 2026, 21:05" in badge
    assert "took 1 min 14 s" in badge
    parameters = [tuple(entry.stripped_strings) for entry in page.select(".parameters div")]
    assert parameters == [("DATA", "synthetic"), ("SEED", "0"), ("NAME", XSS)]
    assert "hidden" not in page.text
    assert "SEED = 7" not in page.text


def test_page_title_heading_and_lead_come_from_the_first_cell(html):
    page = soup_of(html / "01_explore_listening.html")
    assert page.html["lang"] == "en"
    assert page.title.text == "01 Explore who listens · Music Recommender Lab"
    assert [h1.text for h1 in page.select("h1")] == ["Explore who listens"]
    assert page.select_one(".lead").decode_contents().startswith("Who listens to what")
    assert page.text.count("Who listens to what") == 1


def test_pages_hold_no_path_of_this_machine(html):
    for file in html.glob("*.html"):
        content = file.read_text(encoding="utf-8")
        for path in (paths.ROOT, html.parent, "/home/ann"):
            assert str(path) not in content


def test_nothing_in_the_pages_can_run_but_the_scripts_of_the_site(html):
    for file in html.glob("*.html"):
        page = soup_of(file)
        sources = {script.get("src") for script in page.select("script")}
        assert sources <= {"assets/site.js", "assets/mathjax/tex-svg.js"}
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")]
            assert "javascript:" not in tag.get("href", "")
        policy = page.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
        assert "default-src 'none'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1]


def test_links_lead_to_pages_and_sections_or_become_text(html):
    page = soup_of(html / "01_explore_listening.html")
    targets = {link.text: link["href"] for link in page.select(".text-cell a")}
    assert targets == {
        "the next lesson": "03_factorize_a_matrix.html",
        "section 2": "#2-The-long-tail",
        "the paper": "https://example.org/paper",
    }
    assert "its solutions" in page.text


def test_markdown_keeps_formulas_quotes_and_code(html):
    page = soup_of(html / "01_explore_listening.html")
    assert r"L(X, Y) &= \sum_{u,i}" in page.text
    assert "$a < b$" in page.text
    assert page.select_one(".text-cell blockquote").text.startswith("\nNote. A play")
    assert page.select_one(".text-cell .highlight .c1").text == "# preference"


def test_number_columns_align_right_and_names_left(html):
    page = soup_of(html / "01_explore_listening.html")
    row = page.select_one(".html-output tbody tr").find_all("td")
    assert [cell.get("class") for cell in row] == [None, ["number"], ["number"]]


def test_figure_keeps_its_alt_text(html):
    page = soup_of(html / "01_explore_listening.html")
    assert [img["alt"] for img in page.select("img")] == ['Plays fall by "rank" & <fast>.']


def test_headings_with_one_text_get_different_anchors(tmp_path):
    cells = [new_markdown_cell("# T\n\nQ?\n\n## Same"), new_markdown_cell("## Same\n\n### Below")]
    body = render_body(write_notebook(tmp_path / "01_x.ipynb", *cells), {})
    assert [(h.level, h.anchor) for h in body.headings] == [
        (2, "Same"),
        (2, "Same-"),
        (3, "Below"),
    ]


def test_notebook_without_title_still_makes_a_page(tmp_path):
    file = write_notebook(tmp_path / "01_x.ipynb", code("1", text("one")))
    body = render_body(file, {})
    assert (body.title, body.lead, body.headings) == ("", "", [])
    assert "one" in body.content


def test_one_page_that_cannot_be_made_does_not_stop_the_others(folders):
    (folders[1] / "runs" / "03_factorize_a_matrix.ipynb").write_text("{broken", encoding="utf-8")
    index = build_site(*folders)
    assert "the page could not be made" in card_of(soup_of(index), "Factorize a matrix").text
    assert "could not be made" in soup_of(index.parent / "03_factorize_a_matrix.html").text
    assert "The long tail" in soup_of(index.parent / "01_explore_listening.html").text


@pytest.mark.parametrize("content", ["{broken", "[1]", ""])
def test_unreadable_state_or_record_is_named_on_the_card(folders, content):
    (folders[1] / "metrics" / "01.json").write_text(content, encoding="utf-8")
    (folders[1] / "runs" / "08_measure_bias.json").write_text(content, encoding="utf-8")
    index = soup_of(build_site(*folders))
    assert "01.json" in card_of(index, "Explore who listens").text
    assert "08_measure_bias.json" in card_of(index, "Measure bias").text


def test_unreadable_lesson_still_gets_a_card(folders):
    (folders[0] / "05_train_als.ipynb").write_text("nothing", encoding="utf-8")
    card = card_of(soup_of(build_site(*folders)), "Train als")
    assert "05_train_als.ipynb is not a notebook" in card.text


def test_record_of_other_data_than_the_run_is_not_shown(folders):
    notebooks, reports, _ = folders
    notebook = nbformat.read(notebooks / "01_explore_listening.ipynb", as_version=4)
    run = state(status="done", data="real")
    write_run(notebooks, reports, "01_explore_listening", notebook, run)
    card = card_of(soup_of(build_site(*folders)), "Explore who listens")
    assert "46 %" not in card.text
    assert card.select_one(".pill.real") is not None


def test_unchanged_site_is_not_built_again(folders, monkeypatch):
    index = build_site(*folders)
    monkeypatch.setattr(site, "read_reports", lambda *_: pytest.fail("built again"))
    assert build_site(*folders) == index


def test_only_changed_pages_are_made_again(folders, monkeypatch):
    build_site(*folders)
    made = []
    monkeypatch.setattr(
        site, "render_body", lambda file, links: made.append(file.stem) or render_body(file, links)
    )
    notebooks, reports, _ = folders
    notebook = nbformat.read(reports / "runs" / "03_factorize_a_matrix.ipynb", as_version=4)
    notebook.cells[-1].outputs = [new_output("stream", text="mended")]
    write_run(notebooks, reports, "03_factorize_a_matrix", notebook, state(status="done"))
    index = build_site(*folders)
    assert made == ["03_factorize_a_matrix"]
    assert "mended" in soup_of(index.parent / "03_factorize_a_matrix.html").text
    assert "The long tail" in soup_of(index.parent / "01_explore_listening.html").text


def test_failed_build_leaves_the_old_site_and_nothing_half_written(folders, monkeypatch):
    index = build_site(*folders)
    before = index.read_text(encoding="utf-8")
    (folders[2] / "new.json").write_text("[]", encoding="utf-8")

    def full_disk(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(site, "_write_index", full_disk)
    with pytest.raises(DataError, match=r"reports/html \(No space left on device\)"):
        build_site(*folders)
    assert index.read_text(encoding="utf-8") == before
    assert sorted(path.name for path in folders[1].iterdir()) == ["html", "metrics", "runs"]


def test_site_without_lessons_says_so(tmp_path):
    index = build_site(tmp_path / "notebooks", tmp_path / "reports", tmp_path / "results")
    assert "There are no lessons yet" in soup_of(index).text


def test_results_of_another_shape_are_passed_over(tmp_path):
    for name, content in [("a", "{}"), ("b", "[]"), ("c", "no"), ("d", '[{"x": 1}]')]:
        (tmp_path / f"{name}.json").write_text(content, encoding="utf-8")
    assert read_result_tables(sorted(tmp_path.glob("*.json"))) == []


def test_results_without_some_values_show_a_dash(tmp_path):
    rows = [{"model": "a", "k": 5, "ndcg": None}, {"model": "b", "k": 5, "ndcg": 0.5}]
    (tmp_path / "r.json").write_text(json.dumps(rows), encoding="utf-8")
    [table] = read_result_tables([tmp_path / "r.json"])
    assert table.columns == ["NDCG@5"]
    assert table.rows == [("b", [("0.500", "")]), ("a", [("–", "")])]


@pytest.mark.parametrize(
    "attack",
    [
        XSS,
        "<script>alert(1)</script>",
        "<svg onload=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<div style="background:url(http://example.org)" onclick="alert(1)">x</div>',
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        "<style>body{display:none}</style>",
        '<form action="http://example.org"><input></form>',
        '<p class="mathjax_process">$x$</p>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="&#100;ata&colon;text/html;base64,aGk=">x</a>',
        '<a href=" d\tata&#58;text/html;base64,aGk=">x</a>',
    ],
)
def test_sanitized_html_has_no_acting_markup(attack):
    soup = BeautifulSoup(sanitize_html(attack), "html.parser")
    assert {tag.name for tag in soup.find_all(True)} <= {"a", "div", "p"}
    for tag in soup.find_all(True):
        assert set(tag.attrs) <= {"style"}
        assert "url" not in tag.get("style", "")


@pytest.mark.parametrize("target", ["https://x.org/?a=1&amp;b", "#2-a:-b", "a_b.ipynb#c"])
def test_links_that_harm_nobody_stay(target):
    assert sanitize_html(f'<a href="{target}">x</a>') == f'<a href="{target}">x</a>'


def test_players_keep_the_sound_they_bring_along_and_nothing_else():
    sound = "data:audio/mpeg;base64,aGk="
    kept = f'<audio aria-label="A &lt;b&gt;" controls src="{sound}"></audio>'
    assert BeautifulSoup(sanitize_html(kept), "html.parser").audio.attrs == {
        "aria-label": "A <b>",
        "controls": "",
        "src": sound,
    }
    for bad in ("https://x.org/a.mp3", "data:text/html;base64,aGk=", "data:audio/mpeg,a", "a.mp3"):
        sanitized = sanitize_html(f'<audio controls autoplay onplay="alert(1)" src="{bad}">')
        assert sanitized == "<audio controls></audio>"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (f"in {paths.ROOT}/src/x.py:3", "in src/x.py:3"),
        ("/home/ann/deep/er/y.dat is missing", "…/y.dat is missing"),
        (r"C:\Users\ann\y.dat", "…/y.dat"),
        ("AC/DC and/or https://example.org/a/b 1/2/3", None),
        ("<td>1</td></tr>", None),
        ("data:audio/mpeg;base64,/+Nab/cd+/ef/gh==", None),
    ],
)
def test_paths_are_shortened_and_nothing_else(given, shown):
    assert shorten_paths(given) == (shown or given)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1892, "1,892"),
        (12345.6, "12,346"),
        (100.0, "100"),
        (0.198361, "0.198"),
        (0.6, "0.600"),
        (2e-5, "2.00e-05"),
        ("x", "x"),
        (float("nan"), "–"),
        (True, "True"),
    ],
)
def test_values_are_written_for_readers(value, shown):
    assert format_value(value) == shown
