"""A reader opens a lesson in JupyterLab, chooses Run All Cells and sees it through."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, sync_playwright

from helpers.paths import NOTEBOOKS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # above its own patience

LESSON = "01_explore_listening.ipynb"  # the one that `make lab` opens
TOKEN = secrets.token_hex(16)
START_SECONDS, RUN_SECONDS = 120, 600  # for a machine with much else to do


@pytest.fixture
def lesson_copy(tmp_path) -> Path:
    """The lesson without outputs, in a folder of its own: JupyterLab saves what it runs."""
    notebook = nbformat.read(NOTEBOOKS / LESSON, as_version=4)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    (tmp_path / "lab").mkdir()
    nbformat.write(notebook, tmp_path / "lab" / LESSON)
    return tmp_path / "lab" / LESSON


@pytest.fixture
def lab_url(lesson_copy, tmp_path) -> Iterator[str]:
    """A JupyterLab server on a free port of this machine, stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={lesson_copy.parent}", "--ServerApp.ip=127.0.0.1"]
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    private = {name: str(tmp_path / name.lower()) for name in homes}
    private["MUSIC_REPORTS_DIR"] = str(tmp_path / "reports")
    with open(tmp_path / "lab.log", "wb") as log:
        server = subprocess.Popen(
            command, env=os.environ | private, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/api", server, tmp_path / "lab.log")
        yield f"http://127.0.0.1:{port}/lab/tree/{LESSON}?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_run_all_cells_in_jupyterlab_reaches_the_end_without_error(lab_url, lesson_copy, chromium):
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(lab_url)
        page.locator(".jp-Notebook .jp-MarkdownCell h1").first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        finished = saved_when_finished(page, lesson_copy)
        browser.close()
    errors = [
        (number, output.ename, output.evalue)
        for number, cell in enumerate(code_cells(finished), start=1)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert errors == []
    counts = [cell.execution_count for cell in code_cells(finished)]
    assert counts == list(range(1, len(counts) + 1))


def saved_when_finished(page: Page, file: Path) -> nbformat.NotebookNode:
    """Save until the file holds a result for the last cell, or an error for any."""
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        page.wait_for_timeout(2_000)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1_000)
        notebook = nbformat.read(file, as_version=4)
        cells = code_cells(notebook)
        failed = any(out.output_type == "error" for cell in cells for out in cell.outputs)
        if failed or all(cell.execution_count for cell in cells):
            return notebook
    pytest.fail(f"the lesson did not finish within {RUN_SECONDS} s in JupyterLab")


def wait_until_up(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"JupyterLab stopped at its start:\n{log.read_text()}")
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 - the address is our own
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"JupyterLab did not answer within {START_SECONDS} s:\n{log.read_text()}")


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
