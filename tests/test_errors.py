"""What a reader sees of an error."""

from IPython.core.interactiveshell import InteractiveShell

LATE = "from helpers.errors import DataError\ndef read():\n    raise DataError('it is missing')\n"


def test_a_notebook_shows_the_sentence_and_no_traceback(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))  # not the history of whoever runs the tests
    result = InteractiveShell().run_cell(LATE + "read()")
    assert result.error_in_exec.args == ("it is missing",)
    assert capsys.readouterr().out.strip() == "DataError: it is missing"
