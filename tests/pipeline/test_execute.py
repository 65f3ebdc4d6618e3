"""One notebook in one kernel."""

import sys

import pytest
from small_lessons import write_notebook

from helpers.pipeline.execute import CellError, execute_notebook


def test_error_of_a_kernel_that_cannot_start_is_one_sentence(notebooks, monkeypatch):
    notebook = write_notebook(notebooks / "01_first.ipynb")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CellError, match="failed: no kernel: Kernel died before replying"):
        execute_notebook(notebook, notebooks / "out.ipynb")
    assert not (notebooks / "out.ipynb").exists()
