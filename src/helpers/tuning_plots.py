"""Numbers in, Axes out: the figures of tuning. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from helpers.plots import COLORS, SIZE, bars, decorate


def importances(shares: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """Draw how much each setting explains of the differences between trials.

    Parameters
    ----------
    shares : mapping of name to float
        Shares of the variance, largest first.
    ax : Axes, optional
    """
    ax = bars(shares, ax=ax, fmt="{:.0%}")
    ax.set_xlim(0, 1.12)
    ax.xaxis.set_major_formatter("{x:.0%}")
    return decorate(ax, xlabel="share of the variance of NDCG that the setting explains")


def trial_history(
    values: Sequence[float], best_so_far: Sequence[float], *, ax: Axes | None = None
) -> Axes:
    """Draw what each trial was worth, and the best until then.

    Parameters
    ----------
    values : sequence of float, length n
        In the order of the trials, the first with the default settings; NaN for a failed trial.
    best_so_far : sequence of float, length n
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=SIZE)[1]
    numbers = np.arange(1, len(values) + 1)
    ax.step(numbers, best_so_far, where="post", color=COLORS[1], label="best so far")
    ax.scatter(numbers[1:], values[1:], s=22, color=COLORS[0], label="trial", zorder=3)
    ax.scatter(1, values[0], s=44, color="#222222", marker="s", label="default settings", zorder=4)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    return decorate(ax, xlabel="trial", ylabel="validation NDCG")
