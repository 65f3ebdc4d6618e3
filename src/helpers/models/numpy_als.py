"""Alternating least squares for implicit feedback in plain NumPy, written to be read.

The model of Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets"
(ICDM 2008). `helpers.models.als` trains the same model faster; this one shows how.

The functions share their arguments: `confidence`, a csr_array of shape (n_users, n_items) that
stores c of what was observed (c is 1 elsewhere); factors, arrays of shape (n_users, n_factors)
and (n_items, n_factors); `regularization`, the weight λ of the penalty, above 0. Solving for
the items is solving for the users with the confidence transposed and the factors swapped.
"""

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve

from helpers.checks import positive_number, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import Recommender
from helpers.models.half_step import HalfStep, Rule
from helpers.weighting import confidence as confidence_of

_CELLS_AT_ONCE = 1024  # so few that the gathered vectors stay in the processor's cache


def implicit_loss(
    confidence: sp.csr_array,
    user_factors: np.ndarray,
    item_factors: np.ndarray,
    regularization: float,
) -> float:
    r"""Return the weighted squared error over every cell, empty ones too, plus the penalty.

    .. math:: \sum_{u,i} c_{ui}(p_{ui} - x_u^\top y_i)^2
              + \lambda\Big(\sum_u \|x_u\|^2 + \sum_i \|y_i\|^2\Big)

    where :math:`p_{ui}` is 1 at a stored cell and 0 elsewhere. The dense matrix is never formed:
    the sum of all squared scores is the trace of the product of the two small Gram matrices, and
    only stored cells differ.
    """
    scores = _scores_at_stored_cells(confidence, user_factors, item_factors)
    all_squares = np.sum((user_factors.T @ user_factors) * (item_factors.T @ item_factors))
    correction = np.sum(confidence.data * (1 - scores) ** 2 - scores**2)
    penalty = np.sum(user_factors**2) + np.sum(item_factors**2)
    return float(all_squares + correction + regularization * penalty)


def solve_cholesky(
    confidence: sp.csr_array, item_factors: np.ndarray, regularization: float
) -> np.ndarray:
    r"""Return the best user factors for fixed item factors, by one exact solve a user.

    .. math:: (Y^\top Y + \lambda I + Y^\top (C_u - I) Y)\, x_u = Y^\top C_u\, p_u

    The first two terms are the same for everyone; the third only touches the items of user u.
    A user without stored cells gets a row of zeros.
    """
    n_factors = item_factors.shape[1]
    shared = item_factors.T @ item_factors + regularization * np.eye(n_factors)
    user_factors = np.zeros((confidence.shape[0], n_factors))
    for user_row in range(confidence.shape[0]):
        stored = slice(*confidence.indptr[user_row : user_row + 2])
        c = confidence.data[stored]
        y = item_factors[confidence.indices[stored]]
        left = shared + y.T @ ((c - 1)[:, None] * y)
        right = y.T @ c
        user_factors[user_row] = cho_solve(cho_factor(left), right)
    return user_factors


def solve_conjugate_gradient(
    confidence: sp.csr_array,
    item_factors: np.ndarray,
    regularization: float,
    start: np.ndarray,
    steps: int = 3,
) -> np.ndarray:
    r"""Improve the user factors by a few conjugate-gradient steps, all users at once.

    Solves the systems of `solve_cholesky` without ever building their matrices: each step
    only needs their product with a vector (Takács, Pilászy and Tikk, RecSys 2011). After
    n_factors steps the solution is exact up to rounding; from a good `start`, such as the user
    factors of the sweep before, two or three suffice.
    """
    shared = item_factors.T @ item_factors + regularization * np.eye(item_factors.shape[1])

    def multiply(rows: np.ndarray) -> np.ndarray:  # each user's row by that user's matrix
        scores = _scores_at_stored_cells(confidence, rows, item_factors)
        extra = ((confidence.data - 1) * scores, confidence.indices, confidence.indptr)
        return rows @ shared + sp.csr_array(extra, shape=confidence.shape) @ item_factors

    x = start.astype(np.float64)
    residual = confidence @ item_factors - multiply(x)
    direction = residual.copy()
    size = np.sum(residual**2, axis=1, keepdims=True)
    for _ in range(steps):
        image = multiply(direction)
        length = _ratio(size, np.sum(direction * image, axis=1, keepdims=True))
        x += length * direction
        residual -= length * image
        new_size = np.sum(residual**2, axis=1, keepdims=True)
        direction = residual + _ratio(new_size, size) * direction
        size = new_size
    return x


class NumpyALS(Recommender):
    """Matrix factorisation for implicit feedback, one readable half-step at a time.

    Parameters
    ----------
    factors : int
        Length of each user and item vector.
    regularization : float
        The weight λ of the penalty, above 0; a plain λ, not scaled by counts.
    alpha : float or None
        Confidence is 1 + alpha * weight; None takes the weights as confidences.
    iterations : int
        Number of sweeps, each a half-step for the users and one for the items.
    solver : str
        "cholesky" (exact) or "cg" (conjugate gradient).
    cg_steps : int
        Conjugate-gradient steps a half-step; "cholesky" ignores it.
    seed : int
        Draws the start.

    Attributes
    ----------
    user_factors : ndarray, shape (n_users, factors)
    item_factors : ndarray, shape (n_items, factors)
    losses : list of float, length 1 + 2 * iterations
        The loss at the start and after every half-step, users first.

    Raises
    ------
    SettingError
        If a setting is out of range, or the confidences are too large to solve for.
    """

    name = "numpy-als"

    def __init__(
        self,
        *,
        factors: int = 16,
        regularization: float = 1.0,
        alpha: float | None = 1.0,
        iterations: int = 10,
        solver: str = "cholesky",
        cg_steps: int = 3,
        seed: int = 0,
    ) -> None:
        if solver not in ("cholesky", "cg"):
            raise SettingError(f"solver is {solver!r}, expected 'cholesky' or 'cg'")
        self.factors = whole_number("factors", factors, 1)
        self.regularization = positive_number("regularization", regularization)
        self.alpha = None if alpha is None else positive_number("alpha", alpha)
        self.iterations = whole_number("iterations", iterations, 1)
        self.solver = solver
        self.cg_steps = whole_number("cg_steps", cg_steps, 1)
        self.seed = whole_number("seed", seed, 0)

    def initial_factors(self, n_users: int, n_items: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the small random user and item factors that training starts from."""
        rng = np.random.default_rng(self.seed)
        return tuple(rng.normal(0, 0.1, (n, self.factors)) for n in (n_users, n_items))

    def _fit(self, train: Interactions) -> None:
        confidence = self._confidence(train.user_items)
        by_item = confidence.T.tocsr()
        x, y = self.initial_factors(*confidence.shape)
        self.losses = [implicit_loss(confidence, x, y, self.regularization)]
        for _ in range(self.iterations):
            x = self._solve(confidence, y, start=x)
            self.losses.append(implicit_loss(confidence, x, y, self.regularization))
            y = self._solve(by_item, x, start=y)
            self.losses.append(implicit_loss(confidence, x, y, self.regularization))
        self.user_factors, self.item_factors = x, y
        self._has_no_pairs = np.diff(confidence.indptr) == 0

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the dot products of users and items, shape (n, n_items), float32.

        A user without training pairs has nothing to go by, and scores -inf throughout.
        """
        rows = self._checked_rows(user_rows)
        scores = (self.user_factors[rows] @ self.item_factors.T).astype(np.float32)
        scores[self._has_no_pairs[rows]] = -np.inf
        return scores

    def fold_in(self, user_items: sp.csr_array) -> np.ndarray:
        """Return vectors for users who were not in training: one exact half-step.

        Parameters
        ----------
        user_items : csr_array, shape (n, n_items)
            Weights over the items of training.

        Returns
        -------
        ndarray, shape (n, factors)

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If the number of columns is not that of training.
        """
        self._require_fitted()
        if user_items.shape[1] != self.n_items:
            raise SettingError(
                f"got {user_items.shape[1]} items, expected {self.n_items} as in training; "
                "map the items with the training IdMap"
            )
        confidence = self._confidence(user_items)
        return solve_cholesky(confidence, self.item_factors, self.regularization)

    def _half_step(self) -> HalfStep:
        alpha, shift = (1.0, 0.0) if self.alpha is None else (self.alpha, 1.0)
        rule = Rule("plays", alpha=alpha, shift=shift, regularization=self.regularization)
        return HalfStep.over(self.item_factors, rule)

    def _confidence(self, user_items: sp.csr_array) -> sp.csr_array:
        weights = sp.csr_array(user_items, dtype=np.float64)
        return weights if self.alpha is None else confidence_of(weights, self.alpha)

    def _solve(self, confidence: sp.csr_array, fixed: np.ndarray, start: np.ndarray) -> np.ndarray:
        problem = confidence, fixed, self.regularization
        if self.solver == "cg":
            return solve_conjugate_gradient(*problem, start, self.cg_steps)
        try:
            return solve_cholesky(*problem)
        except np.linalg.LinAlgError as error:
            raise SettingError(
                f"{self} cannot be solved: the confidences reach {confidence.data.max():g}; "
                "lower alpha or raise regularization"
            ) from error


def _scores_at_stored_cells(
    confidence: sp.csr_array, user_factors: np.ndarray, item_factors: np.ndarray
) -> np.ndarray:
    """Return the dot product of each stored cell, in the order of `confidence.data`."""
    user_rows = np.repeat(np.arange(confidence.shape[0]), np.diff(confidence.indptr))
    item_rows = confidence.indices
    scores = np.empty(confidence.nnz)
    for first in range(0, confidence.nnz, _CELLS_AT_ONCE):
        part = slice(first, first + _CELLS_AT_ONCE)
        x, y = user_factors[user_rows[part]], item_factors[item_rows[part]]
        scores[part] = np.einsum("cf,cf->c", x, y)
    return scores


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide; a user who is already solved has 0 / 0, which means no further move."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
