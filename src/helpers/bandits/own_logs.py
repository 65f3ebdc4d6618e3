"""What is believed from the logs of a policy that showed what it liked, against the truth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.bandits.bart import inverse_weights
from helpers.bandits.home import Home
from helpers.bandits.known import EXPLANATIONS, Known, Shelves
from helpers.bandits.logs import Log, checked_propensity
from helpers.bandits.reward_model import FactorizedReward
from helpers.errors import SettingError


def explanation_rates(log: Log, *, weighted: bool) -> np.ndarray:
    """Return the stream rate of each of `EXPLANATIONS` in a log, shape (3,).

    As logged, a reason is credited with the artists and listeners it was picked for. With each
    row weighted by 1 / propensity, the rate is that of a page on which every card that may be
    shown is equally weighted, and reasons can be compared.

    Parameters
    ----------
    log : Log
    weighted : bool
        By inverse propensity; where a card could not have been shown, this does not help either.

    Returns
    -------
    ndarray of float
        NaN for a reason that was never given.

    Raises
    ------
    SettingError
        If rows are weighted and a propensity is not above 0 and at most 1.
    """
    weight = 1 / checked_propensity(log.propensity) if weighted else np.ones(len(log))
    n = len(EXPLANATIONS)
    total = np.bincount(log.explanation, weight, n)
    streams = np.bincount(log.explanation, weight * log.streamed, n)
    return np.divide(streams, total, out=np.full(n, np.nan), where=total > 0)


def true_explanation_rates(home: Home, log: Log) -> np.ndarray:
    """Return the mean chance of a stream over all cards of each reason, shape (3,).

    Over every card that might have been shown on the shelves of the log, shown or not; NaN for a
    reason that is true of none.
    """
    total, n_cards = np.zeros(len(EXPLANATIONS)), np.zeros(len(EXPLANATIONS))
    for shelves in log.shelves:
        chance = home.chance(shelves).reshape(shelves.eligible.shape)
        total += np.nansum(chance, axis=(0, 1))
        n_cards += shelves.eligible.sum(axis=(0, 1))
    return np.divide(total, n_cards, out=np.full(len(total), np.nan), where=n_cards > 0)


def reward_from(
    known: Known, log: Log, cap: float, *, factors: int = 8, steps: int = 400, seed: int = 0
) -> FactorizedReward:
    """Return a reward model trained on a log, its rows weighted by min(1 / propensity, cap).

    Parameters
    ----------
    known : Known
    log : Log
    cap : float
        From 1 on; 1 leaves the rows as they are.
    factors, seed : int
        As in `FactorizedReward`.
    steps : int
        Batches of 1,024 rows.

    Raises
    ------
    SettingError
        If the log is empty, a propensity is not above 0, or a setting is out of range.
    """
    model = FactorizedReward(known, factors=factors, seed=seed)
    model.train(model.rows(log, inverse_weights(log.propensity, cap)), steps)
    return model


@dataclass(frozen=True)
class Belief:
    """Predicted against true chances of a stream.

    Attributes
    ----------
    bias : float
        Mean of predicted minus true.
    rmse : float
        Root of the mean squared difference.
    """

    bias: float
    rmse: float


def belief(home: Home, predict: Callable[[Shelves], np.ndarray], days: range) -> Belief:
    """Compare a reward model with the truth over all cards of some days, shown or not.

    Parameters
    ----------
    home : Home
    predict : callable
        Shelves in, chances of all cards out, such as `FactorizedReward.predict`.
    days : range
        At least one day.

    Raises
    ------
    SettingError
        If there is no day.
    """
    if not days:
        raise SettingError("got no day to compare on, expected at least one")
    wrong = []
    for day in days:
        shelves = home.visit(day)
        wrong.append((predict(shelves) - home.chance(shelves))[shelves.cards])
    difference = np.concatenate(wrong)
    return Belief(float(difference.mean()), float(np.sqrt((difference**2).mean())))
