"""Lessons on disk, and values for their parameters."""

import pytest
from small_lessons import write_notebook

from helpers.errors import LessonError, SettingError
from helpers.pipeline.lessons import find_lessons, parse_settings, parse_value


def test_values_are_parsed_by_the_annotated_type():
    assert parse_value("3", "float", "X") == 3.0
    assert parse_value("3", "str", "X") == "3"
    assert parse_value("TRUE", "bool", "X") is True
    assert parse_value("0.5, 1e-2", "list[float]", "X") == [0.5, 0.01]
    with pytest.raises(SettingError, match="has type dict, expected one of int, float, str, bool"):
        parse_value("3", "dict", "X")
    with pytest.raises(SettingError, match="gives K twice"):
        parse_settings(["K=1", "K=2"])


CELLS = '"metadata": {}, "cells": []'


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"cells": []}', '{"metadata": 3, "cells": 1}', f"{{{CELLS}}}"]
    + [f'{{{CELLS}, "nbformat": {n}, "nbformat_minor": 0}}' for n in (3, 9, '"4"')],
)
def test_malformed_notebook_is_refused_by_name(notebooks, content):
    (notebooks / "01_first.ipynb").write_text(content)
    with pytest.raises(LessonError, match=r"01_first.ipynb is not a notebook of format 4"):
        find_lessons(notebooks)


def test_link_to_a_notebook_that_is_gone_is_refused_by_name(notebooks):
    (notebooks / "01_first.ipynb").symlink_to("gone.ipynb")
    with pytest.raises(LessonError, match=r"01_first.ipynb is not a notebook of .* \(FileNotFound"):
        find_lessons(notebooks)


def test_folder_without_lessons_or_with_a_number_twice_is_refused(notebooks):
    with pytest.raises(LessonError, match="no lessons in"):
        find_lessons(notebooks)
    write_notebook(notebooks / "01_first.ipynb")
    write_notebook(notebooks / "01_again.ipynb")
    with pytest.raises(LessonError, match=r"01_again.ipynb and 01_first.ipynb share a number"):
        find_lessons(notebooks)
