"""How good a policy would be, judged by the logs of another one (off-policy evaluation)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from helpers.bandits.known import Shelves
from helpers.bandits.logs import Log, checked_propensity
from helpers.bandits.policies import Policy
from helpers.checks import number_between
from helpers.errors import SettingError

_Z = 1.959964  # of a normal, 95 % lie within so many standard deviations


class Estimate(NamedTuple):
    """The stream rate that a policy would have.

    Attributes
    ----------
    value : float
    low, high : float
        95 % interval, by the normal approximation over rows.
    effective_rows : float
        (Σw)² / Σw²: how many rows of equal weight would say as much.
    """

    value: float
    low: float
    high: float
    effective_rows: float


@dataclass(frozen=True)
class Evidence:
    """A log as seen by the policy that is to be judged; each array has shape (n,).

    Attributes
    ----------
    streamed : ndarray of float
        What happened.
    propensity : ndarray of float
        The chance with which the logged card was picked; above 0.
    target : ndarray of float
        The chance with which the policy to be judged would have picked it.
    predicted : ndarray of float
        What a reward model expects of the logged card.
    expected : ndarray of float
        What it expects of the policy to be judged: the mean over its cards.
    """

    streamed: np.ndarray
    propensity: np.ndarray
    target: np.ndarray
    predicted: np.ndarray
    expected: np.ndarray

    def __post_init__(self) -> None:
        checked_propensity(self.propensity)
        if len(self.streamed) < 2:
            raise SettingError(
                f"the log has {len(self.streamed)} rows, expected at least 2 for an interval"
            )

    @property
    def weight(self) -> np.ndarray:
        """How much more often the policy to be judged shows the card: target / propensity."""
        return self.target / self.propensity


def evidence(
    log: Log, policy: Policy, predict: Callable[[Shelves], np.ndarray] | None = None
) -> Evidence:
    """Return what a log says about a policy, which is asked and learns nothing.

    Parameters
    ----------
    log : Log
        Of any policy that wrote down its chances.
    policy : Policy
        The one to judge.
    predict : callable, optional
        Shelves in, expected streams of all cards out, such as `FactorizedReward.predict`; trained
        on other logs. Without it 0 is expected, and doubly robust is IPS.

    Raises
    ------
    SettingError
        If a propensity is not above 0, or the log has fewer than two rows.
    """
    target, predicted, expected = [], [], []
    start = 0
    for shelves in log.shelves:
        rows = np.arange(len(shelves.users))
        card = log.card[start : start + len(rows)]
        chances = policy.probabilities(shelves)
        reward = np.zeros_like(chances) if predict is None else predict(shelves)
        target.append(chances[rows, card])
        predicted.append(reward[rows, card])
        expected.append((chances * reward).sum(axis=1))
        start += len(rows)
    parts = (
        np.concatenate(part) if part else np.empty(0) for part in (target, predicted, expected)
    )
    return Evidence(log.streamed.astype(float), log.propensity, *parts)


def ips(logged: Evidence, cap: float = np.inf) -> Estimate:
    r"""Return the estimate by inverse propensity scores, :math:`\frac{1}{n} \sum w_i r_i`.

    Unbiased if every card that the policy shows had a chance of being logged. A policy that shows
    none of the logged cards has the estimate 0: its cards are unknown, see `unsupported_share`.

    Parameters
    ----------
    logged : Evidence
    cap : float
        The largest weight: a finite one trades variance for a downward bias.
    """
    weight = _capped(logged.weight, cap)
    return _mean(weight * logged.streamed, weight)


def snips(logged: Evidence) -> Estimate:
    r"""Return the self-normalised estimate, :math:`\sum w_i r_i / \sum w_i`.

    Never outside the range of the rewards, and not upset by weights that are all too large;
    biased by order 1 / n. The interval is by the delta method.

    Raises
    ------
    SettingError
        If the policy never shows a logged card.
    """
    return _ratio(logged.weight, logged.streamed)


def doubly_robust(logged: Evidence, cap: float = np.inf) -> Estimate:
    r"""Return the estimate of a reward model, corrected by what was logged.

    .. math:: \frac{1}{n} \sum_i \hat q_i(\pi) + w_i (r_i - \hat q_i)

    with :math:`\hat q_i(\pi)` the `expected` and :math:`\hat q_i` the `predicted` reward. Unbiased
    if the propensities are right or the model is (Dudík, Langford and Li, ICML 2011); where the
    policy shows cards that are never logged, it rests on the model alone.

    Parameters
    ----------
    logged : Evidence
    cap : float
        The largest weight.
    """
    weight = _capped(logged.weight, cap)
    return _mean(logged.expected + weight * (logged.streamed - logged.predicted), weight)


def direct(logged: Evidence) -> Estimate:
    """Return what the reward model alone expects; as wrong as the model."""
    return _mean(logged.expected, np.ones(len(logged.expected)))


def replay(logged: Evidence) -> Estimate:
    r"""Return the stream rate of the logged cards that the policy would show, too.

    :math:`\sum \pi_i r_i / \sum \pi_i` with π the target's chance of the logged card: the replay
    of Li et al. (WSDM 2011), unbiased where the log was drawn uniformly. Elsewhere it answers for
    the shelves on which the two policies happen to agree.

    Raises
    ------
    SettingError
        If the policy never shows a logged card.
    """
    return _ratio(logged.target, logged.streamed)


ESTIMATORS: dict[str, Callable[[Evidence], Estimate]] = {
    "replay": replay,
    "model alone": direct,
    "IPS": ips,
    "capped IPS": lambda logged: ips(logged, cap=30.0),
    "SNIPS": snips,
    "doubly robust": doubly_robust,
}
"""Estimators by the names that tables show."""


def unsupported_share(log: Log, logger: Policy, policy: Policy) -> float:
    """Return how often a policy shows cards that the logging policy never would.

    Nothing in the log can tell what these are worth; 0 is what IPS needs to be unbiased.

    Parameters
    ----------
    log : Log
    logger : Policy
        The policy behind the log, as it was then.
    policy : Policy

    Returns
    -------
    float
        Mean over rows; NaN for an empty log.
    """
    shares = [
        np.where(logger.probabilities(day) == 0, policy.probabilities(day), 0).sum(axis=1)
        for day in log.shelves
    ]
    return float(np.concatenate(shares).mean()) if shares else np.nan


def _capped(weight: np.ndarray, cap: float) -> np.ndarray:
    return weight if cap == np.inf else np.minimum(weight, number_between("cap", cap, 1))


def _mean(terms: np.ndarray, weight: np.ndarray) -> Estimate:
    error = terms.std(ddof=1) / np.sqrt(len(terms))
    return _estimate(terms.mean(), error, weight)


def _ratio(weight: np.ndarray, reward: np.ndarray) -> Estimate:
    if not weight.sum() > 0:
        raise SettingError(
            "the policy never shows a card that the log shows, so the log says nothing about it; "
            "log a policy that explores"
        )
    value = (weight * reward).sum() / weight.sum()
    error = np.sqrt((weight**2 * (reward - value) ** 2).sum()) / weight.sum()
    return _estimate(value, error, weight)


def _estimate(value: float, error: float, weight: np.ndarray) -> Estimate:
    squares = (weight**2).sum()
    rows = weight.sum() ** 2 / squares if squares > 0 else 0.0
    return Estimate(float(value), float(value - _Z * error), float(value + _Z * error), float(rows))
