"""Numbers in, Axes out: figures of folding in playlists. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from helpers.plots import COLORS, lines

_GREY = "#8a8a8a"
_PROPORTION = 1.3  # width over height of a drawing


def vectors_in_plane(
    tracks: Mapping[str, Sequence[float]],
    playlists: Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw vectors of two numbers as arrows from the origin.

    Parameters
    ----------
    tracks : mapping of name to (x, y)
        Drawn in grey, each with its name at its tip.
    playlists : mapping of name to (x, y)
        Drawn in colours, in front; the legend names them.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(5.6, 4.0))[1]
    for name, tip in tracks.items():
        _arrow(ax, tip, _GREY, 1.6)
        ax.annotate(name, tip, xytext=(7, 0), textcoords="offset points", color=_GREY, va="center")
    for color, (name, tip) in zip(COLORS, playlists.items(), strict=False):
        _arrow(ax, tip, color, 2.6)
        ax.plot([], [], color=color, linewidth=2.6, label=name)
    tips = np.array([[0, 0], *tracks.values(), *playlists.values()])
    low, high = tips.min(axis=0), tips.max(axis=0)
    low, high = low - 0.2, high + 0.2
    # Equal scales, and still as wide as a column: the names and the legend stand on the right.
    width = max(high[0] - low[0] + 0.4, _PROPORTION * (high[1] - low[1]))
    ax.set(xlim=(low[0], low[0] + width), ylim=(low[1], high[1]), aspect="equal")
    ax.legend(loc="upper right")
    return ax


def seed_curves(
    seeds: Sequence[int],
    curves: Mapping[str, Sequence[float]],
    intervals: Mapping[str, np.ndarray],
    *,
    references: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what some numbers of seeds are worth, one step apart whatever lies between them.

    Parameters
    ----------
    seeds : sequence of int, length n
        0 reads "title".
    curves : mapping of name to sequence of float, length n
    intervals : mapping of name to ndarray, shape (n, 2)
        Low and high ends, drawn as a band.
    references : mapping of name to float, optional
        What needs no seeds: dashed lines with their names.
    ax : Axes, optional
    """
    steps = np.arange(len(seeds))
    ax = lines(steps, curves, ax=ax, intervals=intervals)
    for name, value in (references or {}).items():
        ax.axhline(value, color=_GREY, linestyle="--", linewidth=1.4, label=name)
    ax.set_xticks(steps, [str(k) if k else "title" for k in seeds])
    ax.set_ylim(bottom=0)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return ax


def _arrow(ax: Axes, tip: Sequence[float], color: str, width: float) -> None:
    style = {"arrowstyle": "-|>", "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", tip, xytext=(0, 0), arrowprops=style)
