r"""One exact half-step of alternating least squares: the items stay, a user's vector is solved.

Everything that a factor model trained by alternating least squares asks of a user it has never
seen: the item vectors, their Gramian, which is the same for everybody and computed once, and the
rule that turns counts into weights.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dposv

from helpers.errors import SettingError
from helpers.weighting import Corpus, weigh

_VECTORS_AT_ONCE = 2**12  # of items, or rows of matrices: 2 MB each with 64 factors
_THREADS = min(4, os.cpu_count() or 1)  # only NumPy's part of the work lets others run


@dataclass(frozen=True)
class Rule:
    r"""How the counts of a user become least squares: plain numbers, ready for JSON.

    With :math:`w_j` the weight of item j of the user's set S, the user's vector minimises

    .. math::
        \sum_{j \in S} w_j (1 - x^\top y_j)^2 + \beta \sum_{i} (x^\top y_i)^2 + \rho \|x\|^2,
        \qquad \rho = \lambda (|S| + \beta\, n_{items})^\nu

    where the second sum runs over the items outside S if `observed_replaces`, as in the paper of
    Hu, Koren and Volinsky, and over all items if not, as in that of Rendle and others. Without
    `penalty_counts_all` ρ is :math:`\lambda |S|^\nu`, as in Spark.

    Attributes
    ----------
    weighting : str
        One of `helpers.weighting.SCHEMES`; `k1` and `b` are read by "bm25" alone.
    k1, b : float
    alpha, shift : float
        A weight is shift + alpha times what the scheme gives.
    unobserved : float
        The β above.
    observed_replaces : bool
    regularization, nu : float
        The λ and ν above.
    penalty_counts_all : bool
    """

    weighting: str = "binary"
    k1: float = 0.6
    b: float = 0.8
    alpha: float = 1.0
    shift: float = 0.0
    unobserved: float = 1.0
    observed_replaces: bool = True
    regularization: float = 1.0
    nu: float = 0.0
    penalty_counts_all: bool = True

    def weights(self, user_items: sp.csr_array, corpus: Corpus | None) -> sp.csr_array:
        """Return the weight of each stored count; `corpus` is that of training, for "bm25"."""
        weights = weigh(user_items, self.weighting, self.k1, self.b, like=corpus)
        with np.errstate(over="ignore"):  # solving reports what is not finite
            weights.data = self.shift + self.alpha * weights.data
        return weights

    def penalty(self, n_pairs: int, n_items: int) -> float:
        """Return ρ for a user with that many items."""
        others = self.unobserved * n_items if self.penalty_counts_all else 0
        return self.regularization * (n_pairs + others) ** self.nu


@dataclass(frozen=True)
class HalfStep:
    """The least squares of users over fixed items, with what they share computed once.

    Attributes
    ----------
    item_factors : ndarray of float32, shape (n_items, factors)
    gramian : ndarray of float64, shape (factors, factors)
        The items' vectors, transposed, times themselves.
    rule : Rule
    corpus : Corpus, optional
        Of the training set; read by the weighting "bm25" alone.
    """

    item_factors: np.ndarray
    gramian: np.ndarray
    rule: Rule
    corpus: Corpus | None = None

    @classmethod
    def over(cls, item_factors: np.ndarray, rule: Rule, corpus: Corpus | None = None) -> Self:
        """Return the half-step over these items, whose Gramian is computed here."""
        exact = item_factors.astype(np.float64)
        return cls(item_factors.astype(np.float32, copy=False), exact.T @ exact, rule, corpus)

    def vectors(self, user_items: sp.csr_array) -> np.ndarray:
        """Return the exact vector of each user, zero for one without items.

        Parameters
        ----------
        user_items : csr_array, shape (n, n_items)
            Positive counts in canonical form, in the columns and units of training.

        Returns
        -------
        ndarray of float32, shape (n, factors)

        Raises
        ------
        SettingError
            If a user's weights are so large that nothing is left of the penalty.
        """
        weights = self.rule.weights(user_items, self.corpus)
        vectors = np.zeros((weights.shape[0], self.item_factors.shape[1]), dtype=np.float32)
        parts = _equally_long(np.diff(weights.indptr), vectors.shape[1])
        if weights.nnz > _VECTORS_AT_ONCE:
            with ThreadPoolExecutor(_THREADS) as pool:
                list(pool.map(lambda rows: self._solve(weights, rows, vectors), parts))
        else:
            for rows in parts:
                self._solve(weights, rows, vectors)
        unsolved = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(unsolved):
            row = unsolved[0]
            w = weights.data[weights.indptr[row] : weights.indptr[row + 1]]
            raise SettingError(self._drowned(row, w))
        return vectors

    def _solve(self, weights: sp.csr_array, rows: np.ndarray, vectors: np.ndarray) -> None:
        """Fill in the vectors of users with equally many items; NaN where there is no exact one."""
        starts = weights.indptr[rows]
        cells = starts[:, None] + np.arange(weights.indptr[rows[0] + 1] - starts[0])
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is reported
            w = weights.data[cells].astype(np.float64)
            y = self.item_factors.take(weights.indices[cells], axis=0).astype(np.float64)
            lefts, rights = self._left(w, y), (w[:, None] @ y)[:, 0]
            for row, left, right in zip(rows.tolist(), lefts, rights, strict=True):
                # Its transpose is the same matrix, and in the order of LAPACK.
                _, solution, status = dposv(left.T, right, lower=1, overwrite_a=1)
                vectors[row] = solution if status == 0 else np.nan

    def contributions(self, user_items: sp.csr_array, item_rows: np.ndarray) -> np.ndarray:
        r"""Return how much each item of one user adds to the score of some items.

        Section 5 of Hu, Koren and Volinsky: the score of item i is a sum over the user's items,

        .. math::
            y_i^\top x = \sum_{j \in S} w_j\, y_i^\top A^{-1} y_j

        with A the matrix of the user's least squares.

        Parameters
        ----------
        user_items : csr_array, shape (1, n_items)
            Of one user with at least one item.
        item_rows : ndarray of int, shape (m,)

        Returns
        -------
        ndarray of float64, shape (m, items of the user)
            In the order of `user_items.indices`; each row adds up to the item's score.
        """
        w = self.rule.weights(user_items, self.corpus).data.astype(np.float64)
        y = self.item_factors[user_items.indices].astype(np.float64)
        _, half, status = dposv(self._left(w, y), self.item_factors[item_rows].T.astype(np.float64))
        if status != 0:
            raise SettingError(self._drowned(0, w))
        return w * (half.T @ y.T)

    def _left(self, w: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the matrix of the least squares of one user, or of each of a stack of users."""
        rule = self.rule
        extra = w - rule.unobserved if rule.observed_replaces else w
        left = y.swapaxes(-1, -2) @ (extra[..., None] * y)
        shared = rule.unobserved * self.gramian
        shared.ravel()[:: len(shared) + 1] += rule.penalty(w.shape[-1], len(self.item_factors))
        left += shared
        return left

    def _drowned(self, row: int, weights: np.ndarray) -> str:
        return (
            f"the weights of new user {row} reach {weights.max():g}, beside which nothing is left "
            f"of the regularization ({self.rule.regularization:g}); mend them, or raise it and "
            "train again, or take a weighting that saturates, such as log"
        )


def _equally_long(lengths: np.ndarray, factors: int) -> Iterator[np.ndarray]:
    """Yield the users with items in parts, within which all have equally many."""
    rows_of = defaultdict(list)
    for row, length in enumerate(lengths.tolist()):
        rows_of[length].append(row)
    rows_of.pop(0, None)
    for length, rows in rows_of.items():
        n = max(1, _VECTORS_AT_ONCE // max(length, factors))
        yield from (np.array(rows[start : start + n]) for start in range(0, len(rows), n))
