"""Lists, matrices and bands of items fit each other, or an error says what does not."""

import numpy as np
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.errors import SettingError


def check_lists(recommended: np.ndarray, n_items: int) -> None:
    """Refuse lists that are not rows of item columns, with -1 for an empty place.

    Raises
    ------
    SettingError
        If they are no table, hold other than whole numbers, or a number is out of range.
    """
    if recommended.ndim != 2:
        raise SettingError(
            f"recommended has shape {recommended.shape}, expected a table with a row for each user"
        )
    if not np.issubdtype(recommended.dtype, np.integer):
        raise SettingError(
            f"recommended holds {recommended.dtype}, expected whole numbers (item columns)"
        )
    if recommended.size and not (recommended.min() >= -1 and recommended.max() < n_items):
        raise SettingError(
            f"recommended items run from {recommended.min()} to {recommended.max()}, expected "
            f"columns 0 to {n_items - 1}, or -1 for an empty place"
        )


def check_rows(name: str, matrix: sp.csr_array, recommended: np.ndarray) -> None:
    """Refuse a matrix that has not one row for each list.

    Raises
    ------
    SettingError
        If the numbers of rows differ.
    """
    if recommended.ndim != 2 or len(recommended) != matrix.shape[0]:
        raise SettingError(
            f"recommended has shape {recommended.shape}, expected one list for each of the "
            f"{matrix.shape[0]} rows of the {name} matrix"
        )


def check_columns(name: str, matrix: sp.csr_array, n_items: int) -> None:
    """Refuse a matrix of another catalogue than the values of items that come with it.

    Raises
    ------
    SettingError
        If there are more or fewer columns than items.
    """
    if matrix.shape[1] != n_items:
        raise SettingError(
            f"the {name} matrix has {matrix.shape[1]} columns and values are given for {n_items} "
            "items, expected one value for each column"
        )


def check_bands(name: str, bands: np.ndarray, n_bands: int, least: int = 0) -> None:
    """Refuse numbers of bands, tiers or groups that are not `least` to `n_bands` - 1.

    Raises
    ------
    SettingError
        If `n_bands` is no whole number from 1 upwards, or a band is none or out of range.
    """
    whole_number(f"the number of {name}", n_bands, 1)
    if not np.issubdtype(bands.dtype, np.integer):
        raise SettingError(f"{name} hold {bands.dtype}, expected whole numbers")
    if bands.size and not (bands.min() >= least and bands.max() < n_bands):
        raise SettingError(
            f"{name} run from {bands.min()} to {bands.max()}, expected {least} to {n_bands - 1}"
        )
