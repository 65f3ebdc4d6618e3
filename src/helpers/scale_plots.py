"""Numbers in, Axes out: the figures of data at full size. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from helpers.plots import COLORS, bars, log_scale

_MARKERS = "osD^vP"
_GREY = "#555555"


def growth(
    points: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    fitted: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    residuals: Mapping[str, Sequence[float]],
    *,
    ylabel: str,
    intervals: Mapping[str, np.ndarray] | None = None,
    crossing: tuple[float, float] | None = None,
) -> np.ndarray:
    """Draw how the cost of systems grows with their rows, and below what their models miss.

    Parameters
    ----------
    points : mapping of system to (rows, measured)
        Both above 0, on log axes.
    fitted : mapping of system to (rows, cost)
        A line each, which may run on beyond the points; dashed for a system without points. At
        most six.
    residuals : mapping of system to sequence of float
        A share for each point, written as per cent: 0.1 where it took 10 % longer.
    ylabel : str
        What is measured, with its unit.
    intervals : mapping of system to ndarray, shape (n, 2), optional
        Low and high ends for each place of the fitted line, drawn as a band.
    crossing : (rows, cost), optional
        Where two systems cost the same: a ring, and its rows.

    Returns
    -------
    ndarray of Axes, shape (2,)
        Of the growth, and of the residuals.
    """
    figure, axes = plt.subplots(2, 1, figsize=(7.2, 5.4), sharex=True, height_ratios=[3, 1])
    above, below = axes
    for color, marker, (system, line) in zip(COLORS, _MARKERS, fitted.items(), strict=False):
        if system not in points:
            above.plot(*line, color=color, linewidth=1.8, linestyle="--", label=system)
            continue
        look = {"color": color, "marker": marker, "linestyle": "none"}
        above.plot(*line, color=color, linewidth=1.8)
        if intervals and system in intervals:
            low, high = np.asarray(intervals[system]).T
            above.fill_between(line[0], low, high, color=color, alpha=0.15, linewidth=0)
        above.plot(*points[system], label=system, markersize=7, **look)
        below.plot(points[system][0], residuals[system], markersize=6, **look)
    log_scale(above, x=True, y=True)
    if crossing:
        _mark_crossing(above, crossing)
    above.legend()
    above.set_ylabel(ylabel)
    below.axhline(0, color=_GREY, linewidth=1.2, zorder=1)
    below.yaxis.set_major_formatter(lambda share, _: f"{100 * share:+g}%" if share else "0%")
    below.margins(y=0.25)
    below.set(xlabel="rows", ylabel="residual")
    figure.align_ylabels()
    return axes


def bar_panels(
    panels: Mapping[str, Mapping[str, float]],
    *,
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    fmt: str = "{:.3f}",
    highlight: str | None = None,
) -> np.ndarray:
    """Draw one panel a measure with a bar a name, the same names in each, first on top.

    Parameters
    ----------
    panels : mapping of title to mapping of name to float
        Each panel has a scale of its own, from 0.
    intervals : mapping of title to mapping of name to (low, high), optional
        Drawn as whiskers.
    fmt : str
        Format of the labels.
    highlight : str, optional
        Name of the bar in the accent colour.

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    axes = _panels(panels, n_rows=len(next(iter(panels.values()))))
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        of_panel = intervals.get(title) if intervals else None
        bars(values, ax=ax, intervals=of_panel, fmt=fmt, highlight=highlight)
        ax.margins(x=0.4)  # room for the labels in half a column
        ax.set_xlim(left=0)
        ax.set_title(title)
        ax.locator_params(axis="x", nbins=3)
        ax.xaxis.set_major_formatter(lambda tick, _: fmt.format(tick))
    return axes


def grid_dots(
    panels: Mapping[str, Mapping[str, Mapping[str, float]]], *, legend: str
) -> np.ndarray:
    """Draw what every setting of a grid reached: a panel a measure, a row a pair of settings.

    Parameters
    ----------
    panels : mapping of title to mapping of row to mapping of setting to float
        The same rows, first on top, and at most six settings of the third knob, told apart by
        colour and shape. Each panel has a scale of its own.
    legend : str
        Name of the third knob.

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    names = list(next(iter(panels.values())))
    axes = _panels(panels, n_rows=len(names))
    for ax, (title, reached) in zip(axes, panels.items(), strict=True):
        rows = np.arange(len(names))
        settings = list(reached[names[0]])
        for color, marker, setting in zip(COLORS, _MARKERS, settings, strict=False):
            values = [reached[name][setting] for name in names]
            ax.plot(values, rows, marker, color=color, markersize=7, label=setting)
        ends = [(min(reached[name].values()), max(reached[name].values())) for name in names]
        ax.hlines(rows, *zip(*ends, strict=True), color="#c4c4c4", linewidth=2.4, zorder=1)
        ax.set_yticks(rows, names)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.margins(x=0.1)
        ax.locator_params(axis="x", nbins=4)
        ax.grid(visible=False, axis="y")
        ax.set_title(title)
    axes[0].figure.legend(
        *axes[0].get_legend_handles_labels(), title=legend, loc="outside right upper"
    )
    return axes


def _panels(panels: Mapping, n_rows: int) -> np.ndarray:
    """Return Axes side by side, the names of their common rows on the left."""
    size = (7.8, 1.1 + 0.36 * n_rows)
    axes = plt.subplots(1, len(panels), figsize=size, squeeze=False)[1][0]
    for ax in axes[1:]:
        ax.tick_params(axis="y", labelleft=False)
    return axes


def _mark_crossing(ax: Axes, crossing: tuple[float, float]) -> None:
    rows, cost = crossing
    ax.plot(rows, cost, "o", markersize=13, markerfacecolor="none", color="#222222", zorder=4)
    ax.annotate(
        f"equal at {float(f'{rows:.2g}'):,.0f} rows",
        (rows, cost),
        xytext=(12, -14),
        textcoords="offset points",
        va="top",
        fontsize=10,
    )
