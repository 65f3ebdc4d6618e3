import numpy as np
import pytest
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.evaluation.list_checks import check_bands, check_columns, check_lists, check_rows

LISTS = np.array([[0, 3], [2, -1]])
MATRIX = sp.csr_array(np.eye(2, 4))


def test_what_fits_is_let_pass():
    check_lists(LISTS, 4)
    check_lists(np.empty((0, 10), dtype=int), 4)
    check_rows("test", MATRIX, LISTS)
    check_columns("test", MATRIX, 4)
    check_bands("tiers", np.array([0, 2]), 3)
    check_bands("groups", np.array([-1, 2]), 3, least=-1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_lists(LISTS[0], 4), r"shape \(2,\), expected a table"),
        (lambda: check_lists(LISTS / 1, 4), "holds float64, expected whole numbers"),
        (lambda: check_lists(LISTS, 3), "run from -1 to 3, expected columns 0 to 2"),
        (lambda: check_lists(LISTS - 1, 4), "run from -2 to 2"),
        (lambda: check_rows("test", MATRIX, LISTS[:1]), "each of the 2 rows of the test matrix"),
        (lambda: check_rows("test", MATRIX, LISTS[0]), r"shape \(2,\), expected one list"),
        (
            lambda: check_columns("train", MATRIX, 3),
            "train matrix has 4 columns and .* for 3 items",
        ),
        (
            lambda: check_bands("tiers", np.array([0, 3]), 3),
            "tiers run from 0 to 3, expected 0 to 2",
        ),
        (lambda: check_bands("tiers", np.array([-1]), 3), "tiers run from -1 to -1"),
        (lambda: check_bands("tiers", np.array([0.5]), 3), "tiers hold float64"),
        (lambda: check_bands("tiers", np.array([0]), 0), "the number of tiers is 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(call, message):
    with pytest.raises(SettingError, match=message):
        call()
