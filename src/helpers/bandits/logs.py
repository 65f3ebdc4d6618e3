"""What was shown, with which chance, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.bandits.known import EXPLANATIONS, Shelves
from helpers.errors import SettingError


@dataclass(frozen=True)
class Log:
    """One row a shelf that was seen.

    Attributes
    ----------
    shelves : tuple of Shelves
        Of each day; their rows one after the other are the rows of the log.
    card : ndarray of int, shape (n,)
        The card that was shown.
    propensity : ndarray of float, shape (n,)
        The chance with which the policy picked it, from above 0 to 1.
    streamed : ndarray of bool, shape (n,)
    """

    shelves: tuple[Shelves, ...]
    card: np.ndarray
    propensity: np.ndarray
    streamed: np.ndarray

    def __len__(self) -> int:
        return len(self.card)

    @property
    def user(self) -> np.ndarray:
        """Who saw the shelf, shape (n,)."""
        return self._gather([day.users for day in self.shelves])

    @property
    def artist(self) -> np.ndarray:
        """Item column of the card, shape (n,)."""
        cards = self._by_day(self.card)
        return self._gather([day.artist_of(c) for day, c in zip(self.shelves, cards, strict=True)])

    @property
    def explanation(self) -> np.ndarray:
        """Position in `EXPLANATIONS` of the reason given, shape (n,)."""
        return self.card % len(EXPLANATIONS)

    @property
    def context(self) -> np.ndarray:
        """Context of user and artist, shape (n, n_features)."""
        cards = self._by_day(self.card)
        rows = [day.context_of(c) for day, c in zip(self.shelves, cards, strict=True)]
        return np.concatenate(rows) if rows else np.empty((0, 0))

    def _by_day(self, values: np.ndarray) -> list[np.ndarray]:
        ends = np.cumsum([len(day.users) for day in self.shelves])
        return np.split(values, ends[:-1])[: len(self.shelves)]

    @staticmethod
    def _gather(parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def joined(logs: Sequence[Log]) -> Log:
    """Return several logs as one, in this order; none at all give an empty log."""
    if not logs:
        nothing = np.empty(0)
        return Log((), nothing.astype(np.int64), nothing, nothing.astype(bool))
    return Log(
        tuple(day for log in logs for day in log.shelves),
        np.concatenate([log.card for log in logs]),
        np.concatenate([log.propensity for log in logs]),
        np.concatenate([log.streamed for log in logs]),
    )


def checked_propensity(propensity: np.ndarray) -> np.ndarray:
    """Return propensities as floats.

    Raises
    ------
    SettingError
        If one is not above 0 and at most 1: a card of chance 0 cannot have been shown.
    """
    propensity = np.asarray(propensity, dtype=float)
    bad = np.flatnonzero(~((propensity > 0) & (propensity <= 1)))
    if len(bad):
        raise SettingError(
            f"the propensity of row {bad[0]} is {propensity[bad[0]]:g}, expected above 0 and at "
            "most 1, since its card was shown; log the chance with which the policy picked it"
        )
    return propensity
