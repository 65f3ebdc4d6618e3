"""Numbers in, Axes out: the figures of fair comparison. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from helpers.plots import COLORS, bars, lines, log_scale


def readings(
    values: Mapping[str, float], marks: Mapping[str, Mapping[str, float]], *, ax: Axes | None = None
) -> Axes:
    """Draw one bar a protocol, with what other models reach under it as marks.

    Parameters
    ----------
    values : mapping of protocol to float
        Shares, written as per cent; the first protocol stands on top.
    marks : mapping of model to mapping of protocol to float
        At most three models.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 3.8))[1]
    bars(values, ax=ax, fmt="{:.1%}")
    shapes = zip("D|x", (COLORS[4], COLORS[1], COLORS[6]), strict=True)
    for (model, reached), (shape, color) in zip(marks.items(), shapes, strict=False):
        ax.plot(
            [reached[protocol] for protocol in values],
            np.arange(len(values)),
            shape,
            color=color,
            markersize=9 if shape == "|" else 6,
            markeredgewidth=2.5 if shape == "|" else 1,
            markeredgecolor=color if shape == "|" else "white",
            label=model,
        )
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend(loc="lower right")
    return ax


def intervals(
    ranges: Mapping[str, tuple[float, float, float]],
    *,
    zero: bool = True,
    highlight: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw one interval a name as a point on a whisker, first name on top.

    Parameters
    ----------
    ranges : mapping of name to (value, low, high)
    zero : bool
        Whether to draw a line at 0, where two models are equal.
    highlight : sequence of str
        Names in the accent colour.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 0.9 + 0.32 * len(ranges)))[1]
    for row, (name, (value, low, high)) in enumerate(ranges.items()):
        color = COLORS[1] if name in highlight else COLORS[0]
        ax.plot([low, high], [row, row], color=color, linewidth=2)
        ax.plot(value, row, "o", color=color)
    if zero:
        ax.axvline(0, color="#555555", linewidth=1.4, linestyle="--", zorder=1)
    ax.set_yticks(np.arange(len(ranges)), list(ranges))
    ax.set_ylim(len(ranges) - 0.5, -0.5)
    ax.margins(x=0.1)
    ax.locator_params(axis="x", nbins=6)
    ax.grid(visible=False, axis="y")
    return ax


def power(
    n_users: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    have: float,
    aim: float = 0.8,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often a difference is seen against the number of users, on a log axis.

    Parameters
    ----------
    n_users : sequence of float, length n
    curves : mapping of kind of test to sequence of float, length n
    have : float
        How many users there are: a vertical line.
    aim : float
        The power to reach: a horizontal line.
    ax : Axes, optional
    """
    ax = log_scale(lines(n_users, curves, ax=ax), x=True)
    style = {"color": "#555555", "linewidth": 1.2, "zorder": 0}
    ax.axhline(aim, linestyle="--", **style)
    ax.axvline(have, linestyle=":", label=f"the {have:,} there are", **style)
    ax.set_ylim(0, 1.03)
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax
