"""How many rows users or items have: all that arithmetic of a larger size needs to know of data."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from helpers.checks import number_between


@dataclass(frozen=True)
class Degrees:
    """How many users have how many rows; or items.

    The same users ten times over are ``Degrees(d.degree, 10 * d.count)``; the same items, each
    with ten times the rows, ``Degrees(10 * d.degree, d.count)``.

    Attributes
    ----------
    degree : ndarray, shape (n,)
        Numbers of rows.
    count : ndarray, shape (n,)
        How many users have that number.
    """

    degree: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, rows_of_each: np.ndarray) -> Self:
        """Count how often each number of rows comes up; users without rows are not counted.

        Examples
        --------
        >>> Degrees.of(np.array([2, 5, 2, 0]))
        Degrees(degree=array([2, 5]), count=array([2, 1]))
        """
        rows_of_each = np.asarray(rows_of_each)
        return cls(*np.unique(rows_of_each[rows_of_each > 0], return_counts=True))

    @property
    def n(self) -> float:
        """How many users there are."""
        return float(np.sum(self.count))

    @property
    def rows(self) -> float:
        """How many rows they have together."""
        return float(np.sum(self.degree * self.count))

    def kept(self, share: float) -> float:
        r"""Return how many users are expected to keep a row if each row is kept with a chance.

        A user with d rows keeps none with :math:`(1 - p)^d`.

        Parameters
        ----------
        share : float
            The chance, p, from 0 to 1.

        Examples
        --------
        >>> Degrees.of(np.array([1, 2])).kept(0.5)
        1.25
        """
        number_between("share", share, 0, 1)
        return float(np.sum(self.count * (1 - (1 - share) ** self.degree)))
