"""Off-policy estimates of one policy from many logs, against what the policy truly earns."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.bandits.home import Home
from helpers.bandits.known import Shelves
from helpers.bandits.logs import joined
from helpers.bandits.offpolicy import ESTIMATORS, evidence
from helpers.bandits.policies import Policy
from helpers.bandits.study import run
from helpers.checks import whole_number


@dataclass(frozen=True)
class Replications:
    """Estimates from independent logs.

    Attributes
    ----------
    truth : float
        The stream rate that the policy has in the mean over the shelves of all logs.
    estimates : dict of name to ndarray, shape (n_replications, 3)
        Value, low and high of each of `offpolicy.ESTIMATORS`.
    """

    truth: float
    estimates: dict[str, np.ndarray]

    def bias(self) -> dict[str, float]:
        """Return how much the mean estimate is above the truth."""
        return {
            name: float(values[:, 0].mean() - self.truth) for name, values in self.estimates.items()
        }

    def rmse(self) -> dict[str, float]:
        """Return the root of the mean squared error."""
        return {
            name: float(np.sqrt(((values[:, 0] - self.truth) ** 2).mean()))
            for name, values in self.estimates.items()
        }

    def covered(self) -> dict[str, float]:
        """Return the share of the 95 % intervals that hold the truth."""
        return {
            name: float(((values[:, 1] <= self.truth) & (self.truth <= values[:, 2])).mean())
            for name, values in self.estimates.items()
        }


def replicate(
    home: Home,
    logger: Policy,
    policy: Policy,
    predict: Callable[[Shelves], np.ndarray],
    *,
    n_replications: int = 200,
    days: int = 5,
    first: int = 0,
    seed: int = 0,
) -> Replications:
    """Log one policy anew and anew, estimate the stream rate of another, and compare to the truth.

    Neither policy learns. The days of a log are `n_replications` apart, so that no two logs share
    one and none sits in a single week.

    Parameters
    ----------
    home : Home
    logger, policy : Policy
        The one that is run, and the one that is judged.
    predict : callable
        The reward model of the doubly robust estimate.
    n_replications, days : int
        Logs, and days of each.
    first : int
        The first day used.
    seed : int
        Of the luck in the logs.

    Raises
    ------
    SettingError
        If a setting is out of range, or a log says nothing about the policy.
    """
    n_replications = whole_number("n_replications", n_replications, 1)
    days = whole_number("days", days, 1)
    estimates: dict[str, list[tuple[float, ...]]] = {name: [] for name in ESTIMATORS}
    earned = []
    for start in range(first, first + n_replications):
        its_days = range(start, start + days * n_replications, n_replications)
        runs = [run(home, logger, 1, seed, first=day, learn=False) for day in its_days]
        log = joined([one.log for one in runs])
        logged = evidence(log, policy, predict)
        earned += [_earned(home, policy, shelves) for shelves in log.shelves]
        for name, estimate in ESTIMATORS.items():
            estimates[name].append(estimate(logged)[:3])
    truth = float(np.concatenate(earned).mean())
    return Replications(truth, {name: np.array(rows) for name, rows in estimates.items()})


def true_rate(home: Home, policy: Policy, days: range) -> float:
    """Return the stream rate that a frozen policy has in the mean, luck aside."""
    return float(np.concatenate([_earned(home, policy, home.visit(day)) for day in days]).mean())


def _earned(home: Home, policy: Policy, shelves: Shelves) -> np.ndarray:
    """Return the true chance of a stream on each shelf, shape (n_shelves,)."""
    return np.nansum(policy.probabilities(shelves) * home.chance(shelves), axis=1)
