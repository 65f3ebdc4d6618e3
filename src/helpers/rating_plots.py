"""Numbers in, Axes out: the figures of rating prediction. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from helpers.plots import COLORS, log_scale

Range = tuple[float, float, float]


def error_against_precision(
    points: Mapping[str, tuple[Range, Range]],
    levels: Mapping[str, float],
    *,
    floor: float,
    ax: Axes | None = None,
) -> Axes:
    """Draw one named point a model with an interval each way; precision is on a log axis.

    Parameters
    ----------
    points : mapping of name to (error, precision)
        Each a value, its low and its high end.
    levels : mapping of name to float
        Precision of models without an error, drawn as lines.
    floor : float
        Lower end of the axis; what lies below it, such as 0, is drawn there.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.6))[1]
    log_scale(ax, y=True)
    errors = np.array([error for error, _ in points.values()])
    precisions = np.maximum([precision for _, precision in points.values()], floor)
    ax.hlines(precisions[:, 0], errors[:, 1], errors[:, 2], color=COLORS[0], linewidth=1.5)
    ax.plot(errors[:, 0], precisions[:, 0], "o", color=COLORS[0], markersize=6)
    ax.vlines(errors[:, 0], precisions[:, 1], precisions[:, 2], color=COLORS[0], linewidth=1.5)
    ax.margins(x=0.28)
    ax.locator_params(axis="x", nbins=5)
    ax.set_ylim(floor * 0.7, max(levels.values()) * 2.2)
    for color, (name, level) in zip(COLORS[1:], levels.items(), strict=False):
        ax.axhline(level, color=color, linewidth=1.8, linestyle="--", zorder=0)
        # At the right end and below the line: names of points stand above theirs.
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        text = {"ha": "right", "va": "top", "color": color, "fontsize": 9.5}
        ax.annotate(name, (1, level), xytext=(-2, -2), **place, **text)
    _name_above(ax, errors[:, 0], precisions[:, 0], list(points))
    return ax


def _name_above(ax: Axes, x: np.ndarray, y: np.ndarray, names: list[str]) -> None:
    """Write names above points, on the side with room, clear of each other and of the points."""
    ax.figure.canvas.draw()  # scales the axes, so that we know where the points lie
    places = ax.transData.transform(np.column_stack([x, y])) * 72 / ax.figure.dpi
    right_end = ax.bbox.x1 * 72 / ax.figure.dpi
    written = []  # left, right and lower end of each name, in points
    for row in np.argsort(places[:, 1], kind="stable"):
        width = 5.5 * len(names[row])
        away = places - places[row]
        is_in_way = (away[:, 0] > 6) & (away[:, 0] < width + 12) & (np.abs(away[:, 1] - 8) < 12)
        is_left = is_in_way.any() or places[row, 0] + 6 + width > right_end
        left, lower = places[row] + (-6 - width if is_left else 6, 4)
        for other_left, other_right, other_lower in written:
            if left < other_right and other_left < left + width and lower < other_lower + 12:
                lower = other_lower + 12
        written.append((left, left + width, lower))
        ax.annotate(
            names[row],
            (x[row], y[row]),
            xytext=(-6 if is_left else 6, lower - places[row, 1]),
            textcoords="offset points",
            ha="right" if is_left else "left",
            color=COLORS[0],
            fontsize=9.5,
        )


def two_groups(
    groups: Mapping[str, np.ndarray], bins: Sequence[float], *, ax: Axes | None = None
) -> Axes:
    """Draw the histograms of groups over each other, each as shares of its own group.

    Parameters
    ----------
    groups : mapping of name to ndarray of float, shape (n,)
    bins : sequence of float
        Edges of the bins.
    ax : Axes, optional
    """
    ax = ax or plt.subplots()[1]
    for color, (name, values) in zip(COLORS, groups.items(), strict=False):
        shares = np.full(len(values), 1 / len(values))
        ax.hist(values, bins=bins, weights=shares, color=color, alpha=0.45, label=name)
        ax.hist(values, bins=bins, weights=shares, color=color, histtype="step", linewidth=1.6)
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend()
    return ax
