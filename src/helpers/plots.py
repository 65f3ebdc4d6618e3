"""Numbers in, Axes out: the figures that lessons share. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse as sp
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.text import Annotation

# Okabe and Ito's palette: told apart by readers with any common colour blindness.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555"]
SIZE = (7.2, 4.0)  # inches: as wide as a column of text


def set_style() -> None:
    """Set the look of every figure of the course."""
    sns.set_theme(
        context="notebook",
        style="whitegrid",
        palette=COLORS,
        rc={
            "figure.figsize": SIZE,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlesize": 12,
            "axes.labelsize": 11,
            "grid.color": "#e5e5e5",
            "legend.frameon": False,
            # Names in the data may hold dollar signs, which are not formulas.
            "text.parse_math": False,
        },
    )


def decorate(ax: Axes, *, title: str = "", xlabel: str = "", ylabel: str = "") -> Axes:
    """Write the title and axis labels (with units) and return the axes."""
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return ax


def lines(
    x: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
    intervals: Mapping[str, np.ndarray] | None = None,
    marker: str = "o",
) -> Axes:
    """Draw one curve a name over the same x.

    Parameters
    ----------
    x : sequence of float, length n
    curves : mapping of name to sequence of float, length n
    ax : Axes, optional
    intervals : mapping of name to ndarray, shape (n, 2), optional
        Low and high ends, drawn as a band.
    marker : str
        Matplotlib marker; "" for long curves.
    """
    ax = ax or _new_axes()
    for color, (name, y) in zip(_cycle(len(curves)), curves.items(), strict=True):
        ax.plot(x, y, marker=marker, color=color, label=name)
        if intervals and name in intervals:
            low, high = np.asarray(intervals[name]).T
            ax.fill_between(x, low, high, color=color, alpha=0.15, linewidth=0)
    if len(curves) > 1:
        ax.legend()
    return ax


def bars(
    values: Mapping[str, float],
    *,
    ax: Axes | None = None,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    fmt: str = "{:.3f}",
    highlight: str | None = None,
) -> Axes:
    """Draw one horizontal bar a name, labelled with its value, first name on top.

    Parameters
    ----------
    values : mapping of name to float
    ax : Axes, optional
    intervals : mapping of name to (low, high), optional
        Drawn as whiskers; the label stands right of them.
    fmt : str
        Format of the labels.
    highlight : str, optional
        Name of the bar in the accent colour; the others are grey blue.
    """
    ax = ax or _new_axes()
    names = list(values)
    colors = [COLORS[1] if name == highlight else COLORS[0] for name in names]
    ax.barh(names, list(values.values()), color=colors, height=0.65)
    for row, name in enumerate(names):
        low, high = (intervals or {}).get(name, (values[name], values[name]))
        if intervals:
            ax.plot([low, high], [row, row], color="#222222", linewidth=1.6)
        ax.annotate(
            fmt.format(values[name]),
            (max(high, values[name]), row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
        )
    ax.invert_yaxis()
    ax.margins(x=0.14)
    ax.grid(visible=False, axis="y")
    return ax


def heatmap(
    values: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    ax: Axes | None = None,
    fmt: str = ".1f",
    center: float | None = None,
) -> Axes:
    """Draw a small matrix with its numbers in the cells; NaN cells stay blank.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
    rows, columns : sequences of str
    ax : Axes, optional
    fmt : str
        Format of the numbers.
    center : float, optional
        Value of the neutral colour; without it darker means more.
    """
    ax = ax or _new_axes()
    sns.heatmap(
        values,
        ax=ax,
        annot=True,
        fmt=fmt,
        cbar=False,
        center=center,
        cmap="Blues" if center is None else "vlag",
        linewidths=1,
        linecolor="white",
        xticklabels=list(columns),
        yticklabels=list(rows),
    )
    ax.tick_params(axis="x", rotation=30 if max(len(str(name)) for name in columns) > 6 else 0)
    ax.tick_params(axis="y", rotation=0)
    ax.grid(visible=False)
    return ax


def lorenz(shares: Mapping[str, tuple[np.ndarray, np.ndarray]], *, ax: Axes | None = None) -> Axes:
    """Draw Lorenz curves against the line of equality.

    Parameters
    ----------
    shares : mapping of name to (x, y)
        Cumulative share of items, poorest first, and their cumulative share of the total;
        both run from 0 to 1.
    ax : Axes, optional
    """
    ax = ax or _new_axes()
    ax.plot([0, 1], [0, 1], color="#888888", linestyle="--", label="perfect equality")
    for color, (name, (x, y)) in zip(_cycle(len(shares)), shares.items(), strict=True):
        ax.plot(x, y, color=color, linewidth=2.2, label=name)
        ax.fill_between(x, y, x, color=color, alpha=0.06, linewidth=0)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="upper left")
    return ax


def cells(matrix: sp.sparray, *, ax: Axes | None = None) -> Axes:
    """Draw every stored cell of a small sparse matrix as a dot; rows run downwards.

    Parameters
    ----------
    matrix : sparse array, shape (n_rows, n_columns)
    ax : Axes, optional
    """
    ax = ax or _new_axes()
    ax.spy(matrix, markersize=2.2, color=COLORS[0])
    ax.set(xticks=[], yticks=[])
    ax.spines[["top", "right"]].set_visible(True)
    return ax


def histogram(
    values: np.ndarray,
    bins: Sequence[float],
    *,
    marks: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many values fall in each bin, with named vertical lines.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    bins : sequence of float
        Edges of the bins.
    marks : mapping of name to float, optional
        Where the lines stand: a mean, a median.
    ax : Axes, optional
    """
    ax = ax or _new_axes()
    ax.hist(values, bins=bins, color=COLORS[0], edgecolor="white", linewidth=0.4)
    ax.yaxis.set_major_formatter("{x:,.0f}")
    if marks:
        ax.margins(y=0.3)  # room for the legend, above what it names
        for color, (name, value) in zip(COLORS[1:], marks.items(), strict=False):
            ax.axvline(value, ymax=0.8, color=color, linewidth=2, label=name)
        ax.legend()
    return ax


def density(x: np.ndarray, y: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw many points (all above 0) as hexagons on log axes, darker where more points lie."""
    ax = ax or _new_axes()
    ax.hexbin(
        x, y, gridsize=(26, 18), xscale="log", yscale="log", bins="log", cmap="Blues", mincnt=1
    )
    return log_scale(ax, x=True, y=True)


def name_points(
    x: Sequence[float], y: Sequence[float], names: Sequence[str], *, ax: Axes, color: str
) -> Axes:
    """Ring the given points of a drawing and write their names beside them, clear of each other."""
    ax.scatter(x, y, s=42, facecolor="none", edgecolor=color, linewidth=1.8, zorder=3)
    points_a_pixel = 72 / ax.figure.dpi
    free_above = -np.inf
    for x_one, y_one, name in sorted(zip(x, y, names, strict=True), key=lambda point: point[1]):
        height = ax.transData.transform((x_one, y_one))[1] * points_a_pixel
        lift = max(0.0, free_above - height)
        free_above = height + lift + 12
        ax.annotate(
            name,
            (x_one, y_one),
            xytext=(14, lift),
            textcoords="offset points",
            va="center",
            color=color,
            fontsize=9.5,
            arrowprops={"arrowstyle": "-", "color": color, "shrinkB": 4, "relpos": (0, 0.5)},
        )
    return ax


def name_beside(
    ax: Axes, point: tuple[float, float], name: str, color: str, place: tuple[int, int]
) -> Annotation:
    """Write the name of a point so many points to its right and above; far ones get a line."""
    line = {"arrowstyle": "-", "color": color, "shrinkB": 4}
    look = {"va": "center", "fontsize": 9.5, "color": color, "zorder": 6}
    label = ax.annotate(
        name,
        point,
        xytext=place,
        textcoords="offset points",
        ha="center" if place[0] == 0 else ("left" if place[0] > 0 else "right"),
        arrowprops=line if abs(place[0]) + abs(place[1]) > 20 else None,
        **look,
    )
    label.set_in_layout(False)
    return label


def log_scale(ax: Axes, *, x: bool = False, y: bool = False) -> Axes:
    """Make one or both axes logarithmic; ticks read 1, 10, 100, 1k, for formulas are not drawn."""
    for wanted, axis, set_scale in ((x, ax.xaxis, ax.set_xscale), (y, ax.yaxis, ax.set_yscale)):
        if wanted:
            set_scale("log")
            axis.set_major_formatter(lambda tick, _: _short(tick))
            axis.set_minor_formatter("")
    return ax


def _short(tick: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if tick >= size:
            return f"{tick / size:g}{letter}"
    return f"{tick:g}"


def _new_axes() -> Axes:
    return plt.subplots()[1]


def _cycle(n: int) -> list[str]:
    return [COLORS[i % len(COLORS)] for i in range(n)]
