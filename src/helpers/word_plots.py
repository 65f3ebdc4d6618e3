"""Numbers in, Axes out: the figures of words about artists. Nothing is computed here."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from helpers.plots import COLORS, bars

_ROW = 0.3  # inches


def clear_terms(values: Mapping[str, float], least: float, *, ax: Axes | None = None) -> Axes:
    """Draw a bar a term, those below a threshold in another colour, first on top.

    Parameters
    ----------
    values : mapping of term to float
        How much each term tells.
    least : float
        The threshold, drawn as a line; terms of at least so much are kept.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 1.2 + 0.72 * _ROW * len(values)))[1]
    rows = np.arange(len(values))
    numbers = np.array(list(values.values()))
    is_kept = numbers >= least
    for chosen, color, label in ((is_kept, COLORS[0], "kept"), (~is_kept, COLORS[1], "dropped")):
        ax.barh(rows[chosen], numbers[chosen], color=color, height=0.7, label=label)
    ax.axvline(least, color="#555555", linestyle="--", linewidth=1.2)
    ax.set_yticks(rows, list(values), fontsize=10)
    ax.set_ylim(len(values) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def top_terms(panels: Mapping[str, Mapping[str, float]]) -> np.ndarray:
    """Draw one panel an artist with a bar a term of its own, heaviest on top.

    Parameters
    ----------
    panels : mapping of artist to mapping of term to weight

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    longest = max(len(panel) for panel in panels.values())
    axes = plt.subplots(
        1, len(panels), figsize=(9.2, 0.9 + _ROW * longest), squeeze=False, sharex=True
    )[1][0]
    for ax, (artist, weights) in zip(axes, panels.items(), strict=True):
        bars(weights, ax=ax, fmt="{:.2f}")
        ax.set_ylim(longest - 0.4, -0.6)
        ax.set_title(artist, fontsize=11)
        ax.margins(x=0.3)
        ax.tick_params(axis="y", labelsize=10)
        ax.set_xlabel("weight")
    return axes


def measure_panels(
    panels: Mapping[str, Mapping[str, float]],
    intervals: Mapping[str, Mapping[str, tuple[float, float]]],
    *,
    highlight: str | None = None,
) -> np.ndarray:
    """Draw one panel a measure with a point a name and its interval, first name on top.

    Parameters
    ----------
    panels : mapping of measure to mapping of name to float
        The same names in the same order in each.
    intervals : mapping of measure to mapping of name to (low, high)
        A name without one is drawn as a hollow point.
    highlight : str, optional
        Name in the accent colour.

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    names = list(next(iter(panels.values())))
    axes = plt.subplots(
        1, len(panels), figsize=(9.2, 1.1 + 0.36 * len(names)), squeeze=False, sharey=True
    )[1][0]
    for ax, (measure, values) in zip(axes, panels.items(), strict=True):
        for row, name in enumerate(names):
            color = COLORS[1] if name == highlight else COLORS[0]
            value, ends = values[name], intervals.get(measure, {}).get(name)
            low, high = ends or (value, value)
            ax.plot([low, high], [row, row], color=color, linewidth=2.4, solid_capstyle="butt")
            face = color if ends else "white"
            ax.plot(value, row, "o", markersize=5, color=color, markerfacecolor=face)
            ax.annotate(
                f"{value:.3f}",
                (value, row),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
        ax.set_title(measure, fontsize=11)
        ax.margins(x=0.2)
        ax.grid(visible=False, axis="y")
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.4, -0.8)
    return axes
