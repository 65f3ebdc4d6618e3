"""The record behind lesson 14: policies over many worlds, and estimates over many logs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from helpers.bandits.bart import BaRT
from helpers.bandits.home import Home, draw_home
from helpers.bandits.linear import LinUCB, ThompsonSampling
from helpers.bandits.own_logs import reward_from
from helpers.bandits.policies import ALSTopK, EpsilonGreedy, Explored, Popular
from helpers.bandits.replications import replicate
from helpers.bandits.study import Maker, compare, growth_exponent, run
from helpers.evaluation.summaries import difference_summary, mean_summary, rounded

POLICIES: dict[str, Maker] = {
    "popular": Popular,
    "ε-greedy": EpsilonGreedy,
    "ALS": ALSTopK,
    "LinUCB": LinUCB,
    "Thompson": ThompsonSampling,
    "BaRT": BaRT,
}
"""The six policies of the lesson, with their default settings."""

_VARIANTS: dict[str, Maker] = {
    "BaRT, ε = 0": partial(BaRT, epsilon=0.0),  # every propensity is 1, and so is every weight
    "BaRT, no weights": partial(BaRT, cap=1.0),
    "BaRT, first order": partial(BaRT, factors=0),
}
_EPSILONS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)
_ALPHAS = (0.0, 0.3, 1.0, 3.0)
_FORGETFUL = {
    "BaRT, 14 days": partial(BaRT, window=14),
    "LinUCB, fading": partial(LinUCB, memory=0.9),
}
_BY = 10  # days that are averaged in the tables of the closing experiments
_LOGS = {"first": 1000, "past": 10**6}  # days far from those on which a policy has learnt


@dataclass(frozen=True)
class Sizes:
    """How much is run.

    Attributes
    ----------
    listeners, artists : int
        Of a world, as in `draw_home`.
    days : int
        Horizon of every run; at least 6.
    settled : int
        Stream rates are those from this day on.
    worlds, sweep_worlds, log_worlds, change_worlds, debut_worlds : int
        Worlds of the comparison, of exploration, of off-policy evaluation, of changed taste and
        of new artists; seeds count from 0. At least 2, but for `log_worlds`.
    replications, log_days : int
        Logs a world, and days of each.
    """

    listeners: int = 120
    artists: int = 1200
    days: int = 60
    settled: int = 40
    worlds: int = 20
    sweep_worlds: int = 8
    log_worlds: int = 3
    change_worlds: int = 12
    debut_worlds: int = 6
    replications: int = 200
    log_days: int = 10


def study_bandits(
    sizes: Sizes | None = None, report: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Return all that lesson 14 reads from its record; the full size takes three minutes.

    Parameters
    ----------
    sizes : Sizes, optional
        Smaller ones are for tests.
    report : callable, optional
        Gets a line before each part.

    Returns
    -------
    dict
        Plain numbers, texts, lists and dicts; intervals are [low, high], of 95 %, by a bootstrap
        over worlds.

    Raises
    ------
    SettingError
        If a size is out of range.
    """
    sizes, say = sizes or Sizes(), report or (lambda _: None)
    draw = partial(draw_home, n_listeners=sizes.listeners, n_artists=sizes.artists)
    record: dict[str, Any] = {
        "study": "bandits",
        "dataset": "lastfm",
        "data": "synthetic",
        "sizes": asdict(sizes),
        "seeds": "worlds 0, 1, 2, ...; luck of a run: the seed of its world",
    }
    say(f"policies in {sizes.worlds} worlds")
    record["policies"] = _policies(draw, sizes)
    say(f"exploration in {sizes.sweep_worlds} worlds")
    record["exploration"] = _exploration(draw, sizes)
    record["off_policy"] = []
    for seed in range(sizes.log_worlds):
        say(f"{sizes.replications} logs of world {seed}")
        record["off_policy"].append(_off_policy(draw(seed), seed, sizes))
    say(f"changed taste in {sizes.change_worlds} worlds")
    record["taste_change"] = _taste_change(draw, sizes)
    say(f"new artists in {sizes.debut_worlds} worlds")
    record["new_artists"] = _new_artists(draw, sizes)
    return record


def best_by_day(home: Home, days: range) -> np.ndarray:
    """Return what the best card of every shelf would come to, shape (2, n_days).

    The stream rate in the mean, and the share of the best cards whose artist was not there on
    day 0.
    """
    best = np.empty((2, len(days)))
    for n, day in enumerate(days):
        shelves = home.visit(day)
        chance = home.chance(shelves)
        artists = shelves.artist_of(np.nanargmax(chance, axis=1))
        best[:, n] = np.nanmax(chance, axis=1).mean(), (home.debut[artists] > 0).mean()
    return best


def _policies(draw: Callable[[int], Home], sizes: Sizes) -> dict[str, Any]:
    found = compare(POLICIES | _VARIANTS, draw, range(sizes.worlds), sizes.days)
    rates = found.rates_after(sizes.settled)
    late = sizes.days // 3
    return {
        "stream_rate": {name: mean_summary(rate) for name, rate in rates.items()},
        "regret_exponent": {
            name: mean_summary(growth_exponent(regret))
            | {"max": rounded(growth_exponent(regret).max())}
            for name, regret in found.regret.items()
        },
        f"regret_exponent_after_day_{late}": {
            name: mean_summary(growth_exponent(regret, late))
            for name, regret in found.regret.items()
        },
        "regret_a_shelf_by_third": {
            name: [
                rounded(regret[:, part].sum() / found.shown[:, part].sum())
                for part in np.array_split(np.arange(sizes.days), 3)
            ]
            for name, regret in found.regret.items()
        },
        "reached": {name: rounded(of[:, -1].mean()) for name, of in found.reached.items()},
        "differences": _differences(
            rates,
            [("BaRT", other) for other in ("ALS", "ε-greedy", "LinUCB", "Thompson", *_VARIANTS)],
        ),
    }


def _exploration(draw: Callable[[int], Home], sizes: Sizes) -> dict[str, Any]:
    makers: dict[str, Maker] = {f"ε = {e:g}": partial(BaRT, epsilon=e) for e in _EPSILONS}
    makers |= {f"α = {a:g}": partial(LinUCB, alpha=a) for a in _ALPHAS}
    found = compare(makers, draw, range(sizes.sweep_worlds), sizes.days)
    rates = found.rates_after(sizes.settled)
    return {
        "stream_rate": {name: mean_summary(rate) for name, rate in rates.items()},
        "reached": {name: rounded(of[:, -1].mean()) for name, of in found.reached.items()},
    }


def _off_policy(home: Home, seed: int, sizes: Sizes) -> dict[str, Any]:
    target = BaRT(home.known)
    run(home, target, sizes.days, seed)
    logger = Explored(ALSTopK(home.known), 0.3)
    past = run(home, logger, 30, seed, first=_LOGS["past"], learn=False).log
    model = reward_from(home.known, past, cap=1.0, steps=200)
    found = replicate(
        home,
        logger,
        target,
        model.predict,
        n_replications=sizes.replications,
        days=sizes.log_days,
        first=_LOGS["first"],
        seed=seed,
    )
    bias, rmse, covered = found.bias(), found.rmse(), found.covered()
    return {
        "world": seed,
        "logger": "ALS with 30 % of the shelves at random",
        "policy": f"BaRT after {sizes.days} days, frozen",
        "truth": rounded(found.truth),
        "estimators": {
            name: {
                "bias": rounded(bias[name]),
                "rmse": rounded(rmse[name]),
                "covered": rounded(covered[name]),
                "width": rounded(float(np.diff(values[:, 1:]).mean())),
            }
            for name, values in found.estimates.items()
        },
    }


def _taste_change(draw: Callable[..., Home], sizes: Sizes) -> dict[str, Any]:
    draw = partial(draw, change_day=sizes.days // 2, changed=0.5)
    makers = {name: POLICIES[name] for name in ("ALS", "LinUCB", "BaRT")} | _FORGETFUL
    found = compare(makers, draw, range(sizes.change_worlds), sizes.days)
    pairs = [("BaRT, 14 days", "BaRT"), ("LinUCB, fading", "LinUCB"), ("BaRT", "ALS")]
    best = [best_by_day(draw(seed), range(sizes.days))[0] for seed in range(sizes.change_worlds)]
    return {
        "day": sizes.days // 2,
        "changed": 0.5,
        "stream_rate_by_ten_days": _by_ten(found.stream_rate) | _by_ten({"best": np.array(best)}),
        "differences": _differences(found.rates_after(sizes.settled), pairs),
    }


def _new_artists(draw: Callable[..., Home], sizes: Sizes) -> dict[str, Any]:
    draw = partial(draw, debut_day=sizes.days // 3)
    makers = {name: POLICIES[name] for name in ("ALS", "LinUCB", "BaRT")}
    found = compare(makers, draw, range(sizes.debut_worlds), sizes.days)
    best = [best_by_day(draw(seed), range(sizes.days))[1] for seed in range(sizes.debut_worlds)]
    return {
        "day": sizes.days // 3,
        "share_of_artists": 0.2,
        "new_share_by_ten_days": _by_ten(found.new_share) | _by_ten({"best": np.array(best)}),
        "stream_rate": {
            name: mean_summary(rate) for name, rate in found.rates_after(sizes.settled).items()
        },
        "differences": _differences(
            found.rates_after(sizes.settled), [("BaRT", "ALS"), ("BaRT", "LinUCB")]
        ),
    }


def _differences(
    rates: Mapping[str, np.ndarray], pairs: Sequence[tuple[str, str]]
) -> dict[str, dict[str, Any]]:
    return {
        f"{one} - {other}": difference_summary(rates[one], rates[other]) for one, other in pairs
    }


def _by_ten(values: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """Return means over worlds and ten days each, shape (n_worlds, days) in."""
    starts = range(0, next(iter(values.values())).shape[1], _BY)
    return {
        name: [rounded(of[:, start : start + _BY].mean()) for start in starts]
        for name, of in values.items()
    }
