"""Counts to weights: how much one play count says about a taste.

Every function takes and returns a `csr_array` of shape (n_users, n_items) with the same
stored cells; the input is never changed.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, positive_number
from helpers.errors import DataError, SettingError

SCHEMES = ("plays", "binary", "log", "bm25")
_IDF_FLOOR = 0.01  # an item that almost everyone plays keeps a positive weight


@dataclass(frozen=True)
class Corpus:
    """What BM25 must know of a training set to weigh others as it weighed that.

    Attributes
    ----------
    idf : ndarray of float64, shape (n_items,)
        How much a play of each item says; larger for rarer items.
    mean_length : float
        Mean over users of the sum of their plays.
    """

    idf: np.ndarray
    mean_length: float

    @classmethod
    def of(cls, user_items: sp.csr_array) -> Self:
        """Return the corpus of training counts, shape (n_users, n_items)."""
        n_users, n_items = user_items.shape
        users_of_item = np.bincount(user_items.indices, minlength=n_items)
        idf = np.maximum(np.log(n_users) - np.log1p(users_of_item), _IDF_FLOOR)
        return cls(idf, float(_lengths(user_items)[1].mean()) if user_items.nnz else 1.0)


def weigh(
    user_items: sp.csr_array,
    scheme: str,
    k1: float = 0.6,
    b: float = 0.8,
    like: Corpus | None = None,
) -> sp.csr_array:
    """Return the weights of the scheme called "plays" (as they are), "binary", "log" or "bm25".

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite counts.
    scheme : str
        One of `SCHEMES`.
    k1, b, like
        Read by "bm25" alone, see there.

    Raises
    ------
    SettingError
        If the scheme is unknown or `k1` or `b` makes no sense.
    DataError
        If a stored weight is not a positive finite number.
    """
    check_scheme(scheme, k1, b)
    if scheme == "bm25":
        return bm25(user_items, k1, b, like)
    if scheme == "plays":
        return _with_data(user_items, checked_counts(user_items))
    return binary(user_items) if scheme == "binary" else log(user_items)


def check_scheme(scheme: str, k1: float = 0.6, b: float = 0.8) -> None:
    """Raise `SettingError` where `weigh` would refuse these settings."""
    if scheme not in SCHEMES:
        raise SettingError(f"weighting is {scheme!r}, expected one of {', '.join(SCHEMES)}")
    number_between("k1", k1, 0)
    number_between("b", b, 0, 1)


def binary(user_items: sp.csr_array) -> sp.csr_array:
    """Return 1 for every stored cell."""
    return _with_data(user_items, np.ones_like(checked_counts(user_items)))


def log(user_items: sp.csr_array) -> sp.csr_array:
    """Return log(1 + r) for every stored count r."""
    return _with_data(user_items, np.log1p(checked_counts(user_items)))


def bm25(
    user_items: sp.csr_array, k1: float = 0.6, b: float = 0.8, like: Corpus | None = None
) -> sp.csr_array:
    r"""Return Okapi BM25 weights: plays that saturate, and say more for rarer items.

    Users are the documents and items are the terms, so a heavy listener's plays count for less
    and a rare item's for more. This is ``implicit.nearest_neighbours.bm25_weight(user_items, k1,
    b)``; its tutorial passes the transpose, where items are the documents.

    .. math::
        w_{ui} = \frac{r_{ui} (k_1 + 1)}{r_{ui} + k_1 (1 - b + b\, l_u / \bar l)}
                 \log \frac{n_{users}}{1 + d_i}

    where :math:`l_u` is the sum of the plays of user u, :math:`\bar l` its mean over all users
    and :math:`d_i` the number of users of item i. The logarithm is floored at 0.01, so that a
    weight is positive even for an item that everyone plays.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite counts.
    k1 : float
        Saturation: at 0 only whether something was played matters, at a large value how often
        does too. Not negative.
    b : float
        From 0 (the length plays no role) to 1 (it counts in full).
    like : Corpus, optional
        Whose mean length and rarities to use in the place of those of `user_items`, so that new
        users are weighed as the training set was.

    Raises
    ------
    SettingError
        If `k1` or `b` is out of range.
    DataError
        If a stored weight is not a positive finite number.
    """
    check_scheme("bm25", k1, b)
    counts = checked_counts(user_items)
    corpus = like or Corpus.of(user_items)
    users, length = _lengths(user_items)
    length_norm = 1 - b + b * length / corpus.mean_length
    saturated = counts * (k1 + 1) / (counts + k1 * length_norm[users])
    return _with_data(user_items, saturated * corpus.idf[user_items.indices])


def _lengths(user_items: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each stored cell, and the sum of each row."""
    rows = np.repeat(np.arange(user_items.shape[0]), np.diff(user_items.indptr))
    weights = user_items.data.astype(np.float64)
    return rows, np.bincount(rows, weights=weights, minlength=user_items.shape[0])


def temper(user_items: sp.csr_array, strength: float) -> sp.csr_array:
    """Return weights raised to a power: from 1 for every cell (0) to what they are (1) and beyond.

    The knob between the schemes "binary" and any other: ``temper(log(counts), 0.5)`` is halfway.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite weights.
    strength : float
        0 or more.

    Raises
    ------
    SettingError
        If `strength` is negative or not finite, or a weight to that power is too large or small.
    DataError
        If a stored weight is not a positive finite number.
    """
    strength = number_between("strength", strength, 0)
    with np.errstate(over="ignore", under="ignore"):
        return _with_powers(user_items, checked_counts(user_items) ** strength, strength)


def downweight_popular(
    user_items: sp.csr_array, gamma: float, *, normalised: bool = False
) -> sp.csr_array:
    r"""Return weights that trust a play of a popular item less, :math:`w_{ui}\, d_i^{-\gamma}`.

    With :math:`d_i` the number of users of item i. What a model does with that depends on what it
    does with a cell that is *not* stored. Least squares give such a cell the weight 1 whatever
    gamma is, so plain down-weighting also turns everything observed down against everything that
    was not; `normalised` keeps the mean weight and so takes that side effect away.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite weights: counts, or what `weigh` made of them.
    gamma : float
        0 or more; at 0 the weights stay as they are.
    normalised : bool
        Whether to multiply all weights so that their mean stays what it was.

    Raises
    ------
    SettingError
        If `gamma` is negative or not finite, or a weight comes out too large or small.
    DataError
        If a stored weight is not a positive finite number.
    """
    gamma = number_between("gamma", gamma, 0)
    popularity = np.bincount(user_items.indices, minlength=user_items.shape[1]).astype(float)
    weights = checked_counts(user_items)
    with np.errstate(under="ignore"):
        down = weights * popularity[user_items.indices] ** -gamma
    if normalised and down.sum() > 0:
        down *= weights.sum() / down.sum()
    return _with_powers(user_items, down, gamma)


def preference(user_items: sp.csr_array) -> sp.csr_array:
    """Return P of Hu, Koren and Volinsky (2008): 1 where anything was observed, else 0."""
    return binary(user_items)


def confidence(user_items: sp.csr_array, alpha: float = 40.0) -> sp.csr_array:
    """Return C of Hu, Koren and Volinsky (2008): c = 1 + alpha r in every stored cell.

    A cell that is not stored has confidence 1, not 0. The library implicit leaves the 1 out and
    takes c = alpha r in the stored cells: below alpha r = 1 it trusts an observed play less than
    a missing one, and its c equals this one for `implicit_matrix = confidence / alpha`.

    Parameters
    ----------
    user_items : csr_array, shape (n_users, n_items)
        Positive, finite counts r.
    alpha : float
        How much one play adds; positive.

    Raises
    ------
    SettingError
        If `alpha` is not positive and finite.
    DataError
        If a stored weight is not a positive finite number.
    """
    alpha = positive_number("alpha", alpha)
    return _with_data(user_items, 1 + alpha * checked_counts(user_items))


def checked_counts(user_items: sp.csr_array) -> np.ndarray:
    """Return the stored weights as float64.

    Raises
    ------
    DataError
        If one of them is not a positive finite number, or the matrix is not CSR.
    """
    if not (sp.issparse(user_items) and user_items.format == "csr"):
        raise DataError(
            f"got {type(user_items).__name__}, expected a CSR matrix of users by items; "
            "convert it with scipy.sparse.csr_array"
        )
    counts = user_items.data.astype(np.float64)
    bad = ~(np.isfinite(counts) & (counts > 0))
    if bad.any():
        raise DataError(
            f"{bad.sum()} stored weights are not positive finite numbers, the first is "
            f"{counts[bad][0]}; drop or mend those pairs"
        )
    return counts


def _with_powers(user_items: sp.csr_array, values: np.ndarray, power: float) -> sp.csr_array:
    stored = values.astype(np.float32)
    if not (np.isfinite(stored) & (stored > 0)).all():
        raise SettingError(
            f"with the power {power:g} weights run from {values.min():g} to {values.max():g}, more "
            "than a float32 holds; take a smaller one"
        )
    return _with_data(user_items, stored)


def _with_data(user_items: sp.csr_array, values: np.ndarray) -> sp.csr_array:
    parts = (values.astype(np.float32), user_items.indices.copy(), user_items.indptr.copy())
    return sp.csr_array(parts, shape=user_items.shape)
