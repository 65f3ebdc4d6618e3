"""A policy after BaRT, "Bandits for Recommendations as Treatments"."""

import numpy as np
import scipy.sparse as sp

from helpers.bandits.known import Known, Shelves
from helpers.bandits.logs import Log, checked_propensity
from helpers.bandits.policies import Policy, exploring
from helpers.bandits.reward_model import FactorizedReward, Rows
from helpers.checks import number_between, whole_number


class BaRT(Policy):
    r"""The card that a factorized reward model likes best, and now and then any.

    After each day the model takes some steps over all that was shown, each row weighted by
    :math:`\min(1 / p, c)` with p the chance with which its card was picked: what was hardly ever
    tried stands for more, as if all cards had been shown alike (McInerney et al., RecSys 2018).

    Parameters
    ----------
    known : Known
    epsilon : float
        Share of the shelves on which every card has the same chance; from 0 to 1.
    cap : float
        The c above, from 1 on; 1 leaves the rows as they are.
    steps : int
        Batches a day.
    window : int, optional
        Days that the model learns from; without it, all.
    factors : int
        As in `FactorizedReward`.
    seed : int
        Of the reward model.
    """

    def __init__(
        self,
        known: Known,
        epsilon: float = 0.1,
        *,
        cap: float = 5.0,
        steps: int = 10,
        window: int | None = None,
        factors: int = 8,
        seed: int = 0,
    ) -> None:
        super().__init__(known)
        self.epsilon = number_between("epsilon", epsilon, 0, 1)
        self.cap = number_between("cap", cap, 1)
        self.steps = whole_number("steps", steps, 1)
        self.window = None if window is None else whole_number("window", window, 1)
        self.model = FactorizedReward(known, factors=factors, seed=seed)
        self._days: list[Rows] = []

    def probabilities(self, shelves: Shelves) -> np.ndarray:
        """Return the chances of the best card and of any."""
        return exploring(self.model.predict(shelves), shelves.cards, self.epsilon)

    def learn(self, log: Log) -> None:
        """Take some steps over what is remembered and this log."""
        weight = inverse_weights(log.propensity, self.cap)
        self._days.append(self.model.rows(log, weight))
        if self.window is not None:
            del self._days[: -self.window]
        self.model.train(_stacked(self._days), self.steps)


def inverse_weights(propensity: np.ndarray, cap: float) -> np.ndarray:
    """Return 1 / propensity, at most `cap`, shape (n,).

    Raises
    ------
    SettingError
        If a propensity is not above 0 and at most 1, or `cap` is below 1.
    """
    return np.minimum(1 / checked_propensity(propensity), number_between("cap", cap, 1))


def _stacked(days: list[Rows]) -> Rows:
    return Rows(
        sp.csr_array(sp.vstack([day.features for day in days], format="csr")),
        np.concatenate([day.streamed for day in days]),
        np.concatenate([day.weight for day in days]),
    )
