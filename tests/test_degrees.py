"""Counts of users by their number of rows."""

import numpy as np

from helpers.degrees import Degrees


def test_who_keeps_a_row_is_what_drawing_rows_gives():
    rng = np.random.default_rng(0)
    rows_of_each = rng.integers(1, 30, 400)
    user = np.repeat(np.arange(400), rows_of_each)
    drawn = [len(np.unique(user[rng.random(len(user)) < 0.1])) for _ in range(200)]
    expected = Degrees.of(rows_of_each).kept(0.1)
    assert abs(np.mean(drawn) - expected) < 4 * np.std(drawn) / np.sqrt(len(drawn))
    assert Degrees.of(rows_of_each).kept(1) == 400
    assert Degrees.of(rows_of_each).kept(0) == 0
