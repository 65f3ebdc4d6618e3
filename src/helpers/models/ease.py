"""EASE: a linear model of the catalogue in closed form (Steck, 2019)."""

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor
from scipy.linalg.lapack import dpotri
from threadpoolctl import threadpool_limits

from helpers.checks import positive_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import Recommender
from helpers.models.tuned import TUNED
from helpers.weighting import Corpus, check_scheme, weigh

_SOLVERS = ("auto", "primal", "dual")
_LARGEST = 25_000  # rows of a matrix to invert: 5 GB


class EASE(Recommender):
    r"""Predict each item of a user from the user's other items, by one linear regression an item.

    For the weighted training matrix X, of shape (n_users, n_items), minimises

    .. math::
        \|X - X B\|_F^2 + \lambda \|B\|_F^2 \quad\text{with}\quad \operatorname{diag}(B) = 0

    and scores all items of a user with the row x as x B. Two ways lead to the same B:

    - **primal**: with the inverse :math:`P = (X^\top X + \lambda I)^{-1}` of items by items,
      :math:`B_{ij} = -P_{ij} / P_{jj}` off the diagonal (Steck, "Embarrassingly shallow
      autoencoders for sparse data", WWW 2019);
    - **dual**: with the inverse :math:`K = (X X^\top + \lambda I)^{-1}` of users by users,
      :math:`P = (I - H) / \lambda` where :math:`H = X^\top K X` (Woodbury), therefore
      :math:`B_{ij} = H_{ij} / (1 - H_{jj})`. Neither P nor H is ever formed, only the diagonal
      of H; scores are :math:`(x X^\top K) X` less the diagonal's share.

    An inversion costs the third power of its side, so "auto" takes the dual where users are
    fewer than items. An item or user without training pairs scores -inf. The same settings give
    the same scores bit for bit.

    Parameters
    ----------
    regularization : float
        The λ of the loss; positive.
    weighting : str
        One of `helpers.weighting.SCHEMES`.
    solver : str
        "primal", "dual" or "auto".

    Raises
    ------
    SettingError
        If a setting makes no sense, the matrix to invert has more than 25,000 rows, or the
        weights are so large that nothing is left of λ beside them.
    """

    name = "ease"

    def __init__(
        self,
        *,
        regularization: float = TUNED["ease"]["regularization"],
        weighting: str = TUNED["ease"]["weighting"],
        solver: str = "auto",
    ) -> None:
        if solver not in _SOLVERS:
            raise SettingError(f"solver is {solver!r}, expected one of {', '.join(_SOLVERS)}")
        check_scheme(weighting)
        self.regularization = positive_number("regularization", regularization)
        self.weighting = weighting
        self.solver = solver

    def _fit(self, train: Interactions) -> None:
        self._is_dual = self._takes_dual(train)
        self._weights = self._weighted(train.user_items, train)
        self._has_no_users = train.item_popularity() == 0
        with threadpool_limits(1, "blas"):  # more threads change the last bits
            if self._is_dual:
                self._fit_dual()
            else:
                self._fit_primal()

    def _takes_dual(self, train: Interactions) -> bool:
        is_dual = self.solver == "dual"
        if self.solver == "auto":
            is_dual = train.n_users < train.n_items
        n_rows = train.n_users if is_dual else train.n_items
        if n_rows > _LARGEST:
            raise SettingError(
                f"ease has to invert a matrix of {n_rows:,} rows for {train.n_users:,} users and "
                f"{train.n_items:,} items, expected at most {_LARGEST:,}; leave out rare items or "
                "take another model, such as ials"
            )
        return is_dual

    def _fit_primal(self) -> None:
        inverse = self._inverse(self._weights.T @ self._weights)
        inverse /= -self._checked_diagonal(inverse.diagonal().copy())
        np.fill_diagonal(inverse, 0)
        self._item_weights = inverse.astype(np.float32)

    def _fit_dual(self) -> None:
        x = self._weights
        self._inverse_of_users = self._inverse(x @ x.T)
        self._own_share = np.zeros(x.shape[1])  # the diagonal of H
        for user_row in range(x.shape[0]):
            stored = slice(*x.indptr[user_row : user_row + 2])
            image = self._inverse_of_users[user_row] @ x
            self._own_share[x.indices[stored]] += x.data[stored] * image[x.indices[stored]]
        self._checked_diagonal(1 - self._own_share)

    def _inverse(self, gram: sp.csr_array) -> np.ndarray:
        """Return (gram + λ I)^-1, worked out within the memory of one dense matrix."""
        dense = gram.toarray()
        dense[np.diag_indices_from(dense)] += self.regularization
        try:
            factor, _ = cho_factor(dense.T, lower=True, overwrite_a=True)
        except (np.linalg.LinAlgError, ValueError) as error:
            raise SettingError(self._too_large()) from error
        inverse = dpotri(factor, lower=True, overwrite_c=True)[0]
        for row in range(len(inverse)):  # LAPACK leaves the upper triangle out
            inverse[row, row + 1 :] = inverse[row + 1 :, row]
        return inverse

    def _checked_diagonal(self, diagonal: np.ndarray) -> np.ndarray:
        if not (np.isfinite(diagonal) & (diagonal > 0)).all():
            raise SettingError(self._too_large())
        return diagonal

    def _too_large(self) -> str:
        return (
            f"{self} cannot be solved: the weights reach {self._weights.data.max():g}; raise "
            "regularization or take a weighting that saturates, such as log"
        )

    def _weighted(self, user_items: sp.csr_array, train: Interactions) -> sp.csr_array:
        return weigh(user_items, self.weighting, like=Corpus.of(train.user_items)).astype(
            np.float64
        )

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        return self._scores(self._weights[user_rows])

    def _score_new(self, user_items: sp.csr_array) -> np.ndarray:
        return self._scores(self._weighted(user_items, self.train))

    def _scores(self, rows: sp.csr_array) -> np.ndarray:
        """Return the product of weighted rows and B."""
        with threadpool_limits(1, "blas"):
            scores = self._scores_dual(rows) if self._is_dual else rows @ self._item_weights
        scores = scores.astype(np.float32)
        scores[np.diff(rows.indptr) == 0] = -np.inf
        scores[:, self._has_no_users] = -np.inf
        return scores

    def _scores_dual(self, rows: sp.csr_array) -> np.ndarray:
        scores = (rows @ self._weights.T).toarray() @ self._inverse_of_users @ self._weights
        scores -= rows.multiply(self._own_share)
        return scores / (1 - self._own_share)
