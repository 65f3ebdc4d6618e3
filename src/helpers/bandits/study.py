"""Playing policies on home pages day after day, in one world and over many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.bandits.home import Home
from helpers.bandits.known import Known, Shelves
from helpers.bandits.logs import Log, joined
from helpers.bandits.policies import Policy
from helpers.checks import whole_number
from helpers.errors import SettingError
from helpers.evaluation.significance import bootstrap_interval

Maker = Callable[[Known], Policy]
"""What is known in, an untrained policy out; the class of a policy is one."""

_DAILY = ("shown", "stream_rate", "regret", "reached", "new_share")


@dataclass(frozen=True)
class Run:
    """What happened on each day.

    Attributes
    ----------
    shown : ndarray of int, shape (days,)
        Shelves seen.
    stream_rate : ndarray of float, shape (days,)
        Share of the shelves seen whose card was streamed.
    regret : ndarray of float, shape (days,)
        How many more streams the best card of every shelf would have had in the mean, the chances
        of all cards being known; never negative.
    reached : ndarray of float, shape (days,)
        Share of the artists shown to anyone up to the day.
    new_share : ndarray of float, shape (days,)
        Share of the cards of a day whose artist was not there on day 0, see `Home.debut`.
    log : Log
        Of all days.
    """

    shown: np.ndarray
    stream_rate: np.ndarray
    regret: np.ndarray
    reached: np.ndarray
    new_share: np.ndarray
    log: Log

    def rate_after(self, day: int) -> float:
        """Return the stream rate from a day on, NaN if there is none."""
        shown = self.shown[day:]
        return float(shown @ self.stream_rate[day:] / shown.sum()) if shown.sum() else np.nan


def run(
    home: Home, policy: Policy, days: int, seed: int = 0, *, first: int = 0, learn: bool = True
) -> Run:
    """Let a policy fill the page for some days.

    Equal seeds have the same luck in drawing cards and streams, whatever the policy.

    Parameters
    ----------
    home : Home
    policy : Policy
        Made from what is known of this home.
    days : int
        0 is a run in which nothing happened: empty arrays, and no stream rate.
    seed : int
    first : int
        The first day.
    learn : bool
        Whether the policy learns after each day; one that does not is frozen.

    Raises
    ------
    SettingError
        If a setting is out of range, or the policy returns something else than chances.
    """
    first = whole_number("first", first, 0)
    return _runs(
        home, {"": policy}, range(first, first + whole_number("days", days, 0)), seed, learn
    )[""]


def _runs(
    home: Home, policies: Mapping[str, Policy], days: range, seed: int, learn: bool
) -> dict[str, Run]:
    """Run policies side by side, so that the shelves of a day are made once for all."""
    seed = whole_number("seed", seed, 0)
    seen = {name: np.zeros(home.utility.shape[1], dtype=bool) for name in policies}
    logs: dict[str, list[Log]] = {name: [] for name in policies}
    measured = {name: np.empty((len(days), 5)) for name in policies}
    for n, day in enumerate(days):
        shelves = home.visit(day)
        truth = home.chance(shelves)
        for name, policy in policies.items():
            rng = np.random.default_rng([seed, 5, day])
            log, regret = _play(policy, shelves, truth, rng)
            if learn:
                policy.learn(log)
            seen[name][log.artist] = True
            new_share = np.mean(home.debut[log.artist] > 0)
            measured[name][n] = (
                len(log),
                log.streamed.mean(),
                regret,
                seen[name].mean(),
                new_share,
            )
            logs[name].append(log)
    return {name: _as_run(measured[name], logs[name]) for name in policies}


def _play(
    policy: Policy, shelves: Shelves, truth: np.ndarray, rng: np.random.Generator
) -> tuple[Log, float]:
    """Return what happened on one day, and the regret."""
    chances = checked_chances(policy.probabilities(shelves), shelves)
    rows = np.arange(len(chances))
    # Sums are rounded: the draw is scaled to the last of them, so as not to fall behind it.
    total = chances.cumsum(axis=1)
    card = (rng.random((len(rows), 1)) * total[:, -1:] >= total).sum(axis=1)
    chance = truth[rows, card]
    log = Log((shelves,), card, chances[rows, card], rng.random(len(rows)) < chance)
    return log, float((np.nanmax(truth, axis=1) - chance).sum())


def _as_run(measured: np.ndarray, logs: list[Log]) -> Run:
    shown, *rest = measured.T
    return Run(shown.astype(np.int64), *rest, joined(logs))


def checked_chances(chances: np.ndarray, shelves: Shelves) -> np.ndarray:
    """Return the chances of a policy.

    Raises
    ------
    SettingError
        If they are not from 0 to 1, do not sum to 1 on a shelf, or a card that may not be shown
        has one.
    """
    chances, cards = np.asarray(chances, dtype=float), shelves.cards
    if chances.shape != cards.shape:
        raise SettingError(
            f"the policy returned chances of shape {chances.shape}, expected one a card, "
            f"{cards.shape}"
        )
    bad = ~((chances >= 0).all(axis=1) & (abs(chances.sum(axis=1) - 1) < 1e-6))
    if bad.any():
        row = np.flatnonzero(bad)[0]
        raise SettingError(
            f"the chances of shelf {row} sum to {chances[row].sum():g} with the least at "
            f"{chances[row].min():g}, expected chances from 0 on that sum to 1"
        )
    if (chances[~cards] > 0).any():
        raise SettingError(
            "the policy shows a card whose explanation is not true of its artist; give chances "
            "to the cards of `shelves.cards` alone"
        )
    return chances


@dataclass(frozen=True)
class Comparison:
    """Several policies in the same worlds; each array has shape (n_worlds, days).

    Attributes
    ----------
    stream_rate, regret, reached, new_share : dict of name to ndarray
        As in `Run`; regret of a day.
    shown : ndarray of int
        Shelves seen, the same for all policies.
    """

    stream_rate: dict[str, np.ndarray]
    regret: dict[str, np.ndarray]
    reached: dict[str, np.ndarray]
    new_share: dict[str, np.ndarray]
    shown: np.ndarray

    def rates_after(self, day: int) -> dict[str, np.ndarray]:
        """Return the stream rate of each policy from a day on, shape (n_worlds,)."""
        shown = self.shown[:, day:]
        return {
            name: (shown * rate[:, day:]).sum(axis=1) / shown.sum(axis=1)
            for name, rate in self.stream_rate.items()
        }


def compare(
    makers: Mapping[str, Maker],
    draw: Callable[[int], Home],
    seeds: Sequence[int],
    days: int = 60,
) -> Comparison:
    """Run each policy in the world of each seed.

    Parameters
    ----------
    makers : mapping of name to maker
    draw : callable
        Seed in, home out; `draw_home` is one.
    seeds : sequence of int
    days : int
        At least 1.

    Raises
    ------
    SettingError
        If there is nothing to compare, or `days` is below 1.
    """
    days = whole_number("days", days, 1)
    if not makers or not len(seeds):
        raise SettingError(
            f"got {len(makers)} policies and {len(seeds)} worlds, expected at least one of each"
        )
    worlds = [_world(makers, draw(seed), days, seed) for seed in seeds]
    parts = {
        part: {name: np.array([world[name][part] for world in worlds]) for name in makers}
        for part in _DAILY
    }
    shown = next(iter(parts.pop("shown").values()))
    return Comparison(**parts, shown=shown)


def _world(
    makers: Mapping[str, Maker], home: Home, days: int, seed: int
) -> dict[str, dict[str, np.ndarray]]:
    """Return the arrays of each policy by day; the logs, which are large, are let go."""
    policies = {name: make(home.known) for name, make in makers.items()}
    runs = _runs(home, policies, range(days), seed, learn=True)
    return {name: {part: getattr(ran, part) for part in _DAILY} for name, ran in runs.items()}


def over_worlds(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return mean, low and high of each day: the 95 % bootstrap interval over worlds.

    Parameters
    ----------
    values : ndarray of float, shape (n_worlds, days)
        At least two worlds.
    seed : int
        Of the bootstrap.

    Returns
    -------
    ndarray of float, shape (3, days)

    Raises
    ------
    SettingError
        If there are fewer than two worlds.
    """
    intervals = [bootstrap_interval(day, seed=seed) for day in values.T]
    return np.vstack([values.mean(axis=0), np.reshape(intervals, (-1, 2)).T])


def growth_exponent(regret: np.ndarray, burn_in: int = 0) -> np.ndarray:
    """Return the power of the day with which regret grows, one a world.

    The slope of log cumulative regret over log day, by least squares over the days after the
    `burn_in`: 1 is linear, as of a policy that never learns; 0.5 is a square root.

    Parameters
    ----------
    regret : ndarray of float, shape (n_worlds, days)
        Of each day.
    burn_in : int
        Days left out of the fit (not of the sum).

    Raises
    ------
    SettingError
        If fewer than two days remain, or there is no regret on the first of them.
    """
    total = np.cumsum(np.atleast_2d(regret), axis=1)
    days = np.arange(1, total.shape[1] + 1)[whole_number("burn_in", burn_in, 0) :]
    if len(days) < 2:
        raise SettingError(f"got {len(days)} days after the burn-in, expected at least 2")
    total = total[:, days[0] - 1 :]
    if (total <= 0).any():
        raise SettingError("there is no regret on the first day, expected some to see it grow")
    x = np.log(days) - np.log(days).mean()
    return np.log(total) @ x / (x @ x)
