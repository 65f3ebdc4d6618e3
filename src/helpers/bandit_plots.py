"""Numbers in, Axes out: the figures of policies that learn from feedback. Nothing is computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from helpers.plots import COLORS

_GREY = "#555555"
# A policy has one colour in all figures; its variants, "name, what is other", are dashed.
_OF_POLICY = dict(
    zip(("BaRT", "LinUCB", "Thompson", "ALS", "ε-greedy", "popular"), COLORS, strict=False)
)
_MARKERS = "osD^"


def over_days(
    days: Sequence[float],
    panels: Mapping[str, Mapping[str, np.ndarray]],
    *,
    mark: float | None = None,
    percent: Sequence[str] = (),
) -> np.ndarray:
    """Draw one panel a measure, in each a line with its band for every policy.

    Parameters
    ----------
    days : sequence of float, length n
    panels : mapping of title to (mapping of policy to ndarray, shape (3, n))
        Mean, low and high. A policy named "name, variant" is dashed in the colour of "name", and
        "best" is grey.
    mark : float, optional
        A day on which something changes: a dotted line.
    percent : sequence of str
        Titles of the panels that are shares, written as per cent.

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    figure, axes = plt.subplots(
        1, len(panels), figsize=(9.4 if len(panels) > 1 else 7.2, 3.9), squeeze=False
    )
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for name, (mean, low, high) in curves.items():
            family, *variant = name.split(",")
            color = _OF_POLICY.get(family, _GREY)
            style = "--" if variant else ":" if family == "best" else "-"
            ax.plot(days, mean, color=color, linestyle=style, linewidth=1.9, label=name)
            ax.fill_between(days, low, high, color=color, alpha=0.14, linewidth=0)
        if mark is not None:
            ax.axvline(mark, color=_GREY, linestyle=(0, (1, 2)), linewidth=1.3, zorder=1)
        if title in percent:
            ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
            ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        else:
            ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.set_ylim(bottom=0)
        ax.set_title(title, fontsize=11)
        ax.set_xlabel("day")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=min(6, len(names)))
    return axes[0]


def by_setting(
    panels: Mapping[str, Mapping[str, tuple[float, float, float]]], *, ylabel: str
) -> np.ndarray:
    """Draw one panel a setting, in each a point with its interval for every value.

    Parameters
    ----------
    panels : mapping of setting to (mapping of value to (mean, low, high))
        Values stand at equal distances, in their order.
    ylabel : str
        What is measured; per cent of a share.

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(8.4, 3.4), sharey=True, squeeze=False)
    for color, ax, (setting, points) in zip(COLORS, axes[0], panels.items(), strict=False):
        mean, low, high = np.array(list(points.values())).T
        place = np.arange(len(mean))
        ax.plot(place, mean, color=color, linewidth=1.2, alpha=0.5)
        ax.vlines(place, low, high, color=color, linewidth=2.4)
        ax.plot(place, mean, "o", color=color, markersize=7)
        ax.set_xticks(place, [str(value) for value in points])
        ax.set_title(setting, fontsize=11)
        ax.margins(x=0.08)
        ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    axes[0, 0].set_ylabel(ylabel)
    figure.align_labels()
    return axes[0]


def said_and_true(series: Mapping[str, Mapping[str, float]], *, xlabel: str) -> Axes:
    """Draw a row a name, with one mark for what each series says of it.

    Parameters
    ----------
    series : mapping of series to (mapping of name to share)
        All of the same names; the last one is the truth, a black bar over the row.
    xlabel : str
    """
    *said, truth = series
    names = list(series[truth])
    ax = plt.subplots(figsize=(7.2, 1.3 + 0.55 * len(names)))[1]
    rows = np.arange(len(names))
    true = list(series[truth].values())
    ax.vlines(true, rows - 0.3, rows + 0.3, color="#111111", linewidth=2.5, label=truth)
    for color, marker, name in zip(COLORS, _MARKERS, said, strict=False):
        ax.plot(
            [series[name][one] for one in names],
            rows,
            marker,
            color=color,
            markersize=9,
            label=name,
        )
    ax.set_yticks(rows, names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.margins(x=0.1)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(xlabel)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0)
    return ax


def error_by_cap(caps: Sequence[float], errors: Mapping[str, Sequence[float]]) -> Axes:
    """Draw parts of an error over the cap of the weights, on a logarithmic axis.

    Parameters
    ----------
    caps : sequence of float, length n
        Above 0; an infinite one stands at the right end, as "none".
    errors : mapping of name to sequence of float, length n
    """
    ax = plt.subplots(figsize=(7.2, 3.6))[1]
    place = np.arange(len(caps))
    for color, marker, (name, error) in zip(COLORS, _MARKERS, errors.items(), strict=False):
        ax.plot(place, error, color=color, marker=marker, markersize=6, label=name)
    ax.axhline(0, color=_GREY, linewidth=1)
    ax.set_xticks(place, ["none" if np.isinf(cap) else f"{cap:g}" for cap in caps])
    ax.set(xlabel="cap of the weights", ylabel="stream rate")
    ax.legend()
    return ax


def coverage(estimates: Mapping[str, np.ndarray], truth: float) -> np.ndarray:
    """Draw the intervals of one panel an estimator, those that miss the truth in another colour.

    Parameters
    ----------
    estimates : mapping of estimator to ndarray, shape (n, 3)
        Value, low and high of each log, drawn in the order of the values.
    truth : float

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    axes = plt.subplots(1, len(estimates), figsize=(9.0, 4.0), sharex=True, sharey=True)[1]
    axes = np.atleast_1d(axes)
    for ax, (name, values) in zip(axes, estimates.items(), strict=True):
        value, low, high = values[np.argsort(values[:, 0], kind="stable")].T
        rows = np.arange(len(value))
        missed = (truth < low) | (truth > high)
        for of, color in ((~missed, COLORS[0]), (missed, COLORS[1])):
            ax.hlines(rows[of], low[of], high[of], color=color, linewidth=1.7)
            ax.plot(value[of], rows[of], ".", color=color, markersize=5)
        ax.axvline(truth, color="#111111", linewidth=1.6)
        ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
        ax.set_yticks([])
        ax.set_title(f"{name}: {missed.sum()} of {len(missed)} miss", fontsize=11)
        ax.set_xlabel("stream rate")
    axes[0].set_ylabel("logs, by estimate")
    return axes
