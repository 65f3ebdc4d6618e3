"""How the time or memory of work grows with its rows, and where two systems take as long.

The model is `fixed + per_row * rows`: a part that any amount of data costs, and a part that every
row costs. It knows nothing of what changes with size, such as memory that runs out; its residuals
show whether it holds over what was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import nnls
from scipy.stats import t as student

from helpers.checks import number_between, proper_share, whole_number
from helpers.errors import SettingError

SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Of the rows, about three times as many each time."""


@dataclass(frozen=True)
class GrowthModel:
    """What work costs as a function of its rows.

    Attributes
    ----------
    fixed : float
        What no rows at all would cost: seconds, megabytes.
    per_row : float
        What each row adds, in the same unit.
    """

    fixed: float
    per_row: float

    def predict(self, rows: float | np.ndarray) -> float | np.ndarray:
        """Return what that many rows cost.

        Examples
        --------
        >>> GrowthModel(fixed=2, per_row=0.001).predict(3000)
        5.0
        """
        return self.fixed + self.per_row * rows

    def on_workers(self, workers: int, serial: float = 0.0) -> "GrowthModel":
        r"""Return the model on so many times the machines, after Amdahl.

        The rows' part shrinks to :math:`s + (1 - s) / n` of what it was, the fixed part stays.
        What the machines tell each other takes no time here, so that it is the best to hope for.

        Parameters
        ----------
        workers : int
            The n of the formula: machines, each as fast as the one measured.
        serial : float
            The s of the formula, 0 to 1: share of the rows' part that cannot be divided.

        Raises
        ------
        SettingError
            If a number is out of range.

        Examples
        --------
        >>> GrowthModel(fixed=2, per_row=0.004).on_workers(4, serial=0.0)
        GrowthModel(fixed=2, per_row=0.001)
        """
        n = whole_number("workers", workers, 1)
        s = number_between("serial", serial, 0, 1)
        return GrowthModel(self.fixed, self.per_row * (s + (1 - s) / n))


@dataclass(frozen=True)
class GrowthFit(GrowthModel):
    """A growth model with the measurements that it was fitted to, see `fit_growth`.

    Attributes
    ----------
    rows, measured : ndarray of float, shape (n,)
    """

    rows: np.ndarray = field(repr=False, compare=False)
    measured: np.ndarray = field(repr=False, compare=False)

    @property
    def residuals(self) -> np.ndarray:
        """Measured less fitted over measured, shape (n,): 0.1 where it took 10 % longer."""
        return 1 - self.predict(self.rows) / self.measured

    def interval(self, rows: float | np.ndarray, confidence: float = 0.95) -> np.ndarray:
        """Return between what ends one more measurement at that many rows would lie.

        It is the prediction interval of least squares on relative residuals, whose spread is
        taken to be the same share of the cost at any size. Few measurements make it wide. It
        trusts the form of the model, far beyond the measured rows too.

        Parameters
        ----------
        rows : float or ndarray of float, shape (n,)
        confidence : float
            Share of new measurements inside.

        Returns
        -------
        ndarray of float, shape (2,) or (n, 2)
            Low and high ends; never below 0.

        Raises
        ------
        SettingError
            If the confidence is out of range, or there are no more measurements than parameters.
        """
        proper_share("confidence", confidence, 0.95)
        # A part that was fitted as 0 is held there, and costs no degree of freedom.
        is_free = np.array([self.fixed > 0, self.per_row > 0])
        n_left = len(self.rows) - is_free.sum()
        if n_left < 1:
            raise SettingError(
                f"{len(self.rows)} measurements fix {is_free.sum()} parameters and leave nothing "
                "to tell their spread, expected at least one more"
            )
        variance = np.sum(self.residuals**2) / n_left
        design = _terms(self.rows)[:, is_free]
        wanted = _terms(np.atleast_1d(np.asarray(rows, dtype=float)))[:, is_free]
        scaled = design / self.measured[:, None]
        # Through the QR factors: rows and ones differ in size by as much as there are rows.
        leverage = np.sum(np.linalg.solve(np.linalg.qr(scaled).R.T, wanted.T) ** 2, axis=0)
        predicted = np.atleast_1d(self.predict(np.asarray(rows, dtype=float)))
        reach = student.ppf((1 + confidence) / 2, n_left) * np.sqrt(
            variance * (leverage + predicted**2)
        )
        ends = np.stack([np.maximum(predicted - reach, 0), predicted + reach], axis=-1)
        return ends[0] if np.ndim(rows) == 0 else ends


def fit_growth(rows: Sequence[float], measured: Sequence[float]) -> GrowthFit:
    """Fit `fixed + per_row * rows` to measurements, both parts 0 or more.

    The squares of the relative residuals are least, so that the short runs count as much as the
    long ones. Measurements of one size may stand there several times.

    Parameters
    ----------
    rows : sequence of float, length n
        At least two different sizes.
    measured : sequence of float, length n
        Seconds or megabytes, all above 0.

    Raises
    ------
    SettingError
        If the lengths differ, a number is not positive, or all sizes are the same.

    Examples
    --------
    >>> fit = fit_growth([1000, 3000, 10_000], [3, 5, 12])
    >>> round(fit.fixed, 6), round(fit.per_row, 6)
    (2.0, 0.001)
    """
    rows, measured = np.asarray(rows, dtype=float), np.asarray(measured, dtype=float)
    if rows.ndim != 1 or rows.shape != measured.shape:
        raise SettingError(
            f"rows and measured have shapes {rows.shape} and {measured.shape}, "
            "expected one measurement for each number of rows"
        )
    for name, values in (("rows", rows), ("measured", measured)):
        if not (np.isfinite(values) & (values > 0)).all():
            raise SettingError(f"{name} are {values.tolist()}, expected positive numbers")
    if len(np.unique(rows)) < 2:
        raise SettingError(
            f"rows are {rows.tolist()}, expected at least two different sizes; measure another"
        )
    scale = np.array([1, rows.max()])  # columns of one size, for a solver with a fixed tolerance
    design = _terms(rows) / measured[:, None]
    fixed, per_row = nnls(design / scale, np.ones(len(rows)))[0] / scale
    return GrowthFit(float(fixed), float(per_row), rows, measured)


def crossover(a: GrowthModel, b: GrowthModel) -> float | None:
    """Return the number of rows at which two systems cost the same.

    Returns
    -------
    float or None
        None where one costs less at every number of rows above 0, or both always the same.

    Examples
    --------
    >>> crossover(GrowthModel(0, 0.003), GrowthModel(20, 0.001))
    10000.0
    """
    if a.per_row == b.per_row:
        return None
    rows = (b.fixed - a.fixed) / (a.per_row - b.per_row)
    return rows if rows > 0 else None


def nested_mask(n: int, share: float, seed: int = 0) -> np.ndarray:
    """Mark a random share of rows, or of users, so that a smaller share lies within a larger.

    Each draws its own number from 0 to 1 and is in where that is below the share: how many are
    in is random, and about `share * n`.

    Parameters
    ----------
    n : int
        How many there are.
    share : float
        Above 0, up to 1.
    seed : int
        The same for all shares that must be nested.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    SettingError
        If a number is out of range.
    """
    whole_number("n", n, 0)
    if number_between("share", share, 0, 1) == 0:
        raise SettingError("share is 0, expected a number above 0 and up to 1 such as 0.01")
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    return rng.random(n) < share


def _terms(rows: np.ndarray) -> np.ndarray:
    """Return what multiplies the two parameters, shape (n, 2)."""
    return np.column_stack([np.ones(len(rows)), rows])
