"""Numbers in, Axes out: figures that set many models side by side. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.plots import COLORS, name_beside

_GREY = "#8a8a8a"
# Where a name may stand, in points from its point, best place first; far ones get a line.
_PLACES = [(9, 0), (-9, 0), (0, 12), (0, -12), (14, 14), (-14, 14), (14, -14), (-14, -14)]
_PLACES += [(0, 28), (0, -28), (24, 26), (-24, 26), (24, -26), (-24, -26), (30, 42), (-30, -42)]


def forest(
    values: Mapping[str, float],
    intervals: Mapping[str, tuple[float, float]],
    *,
    groups: Mapping[str, str] | None = None,
    reference: float | None = None,
    fmt: str = "{:.3f}",
    ax: Axes | None = None,
) -> Axes:
    """Draw one point a name with its interval as a line and its value beside it, first on top.

    Parameters
    ----------
    values : mapping of name to float
    intervals : mapping of name to (low, high)
        A name without one is drawn as a hollow point.
    groups : mapping of name to str, optional
        Names of one group share a colour, which the legend explains.
    reference : float, optional
        Where a vertical line stands.
    fmt : str
        Format of the values.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 0.9 + 0.34 * len(values)))[1]
    if reference is not None:
        ax.axvline(reference, color="#555555", linestyle="--", linewidth=1.2, zorder=1)
    colors = _colors_of(values, groups)
    for row, (name, value) in enumerate(values.items()):
        low, high = intervals.get(name, (value, value))
        ax.plot([low, high], [row, row], color=colors[name], linewidth=2.4, solid_capstyle="butt")
        face = colors[name] if name in intervals else "white"
        ax.plot(value, row, "o", markersize=7, color=colors[name], markerfacecolor=face)
        ax.annotate(
            fmt.format(value),
            (max(high, value), row),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    ax.set_yticks(range(len(values)), list(values))
    ax.set_ylim(len(values) - 0.4, -0.6)
    ax.margins(x=0.18)
    ax.grid(visible=False, axis="y")
    return _explain(ax, groups)


def named_points(
    x: Sequence[float],
    y: Sequence[float],
    names: Sequence[str],
    *,
    groups: Mapping[str, str] | None = None,
    ax: Axes,
) -> Axes:
    """Draw points with their names beside them, clear of each other.

    The names find their places in the drawing as it is: set scales, titles and labels first.

    Parameters
    ----------
    x, y : sequences of float, length n
    names : sequence of str, length n
    groups : mapping of name to str, optional
        Names of one group share a colour, which the legend explains.
    ax : Axes
    """
    colors = _colors_of(names, groups)
    ax.scatter(x, y, s=52, color=[colors[name] for name in names], zorder=3)
    ax.margins(x=0.16, y=0.16)
    _explain(ax, groups)
    ax.figure.canvas.draw()  # places everything, so that it is known what is where
    taken = [Bbox.from_bounds(px - 6, py - 6, 12, 12) for px, py in _pixels(ax, x, y)]
    if ax.get_legend():
        taken.append(ax.get_legend().get_window_extent())
    for point, name in zip(zip(x, y, strict=True), names, strict=True):
        taken.append(_write_clear(ax, point, name, colors[name], taken))
    return ax


def dumbbells(
    left: Mapping[str, float],
    right: Mapping[str, float],
    labels: tuple[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw two values a name, joined by a line, first name on top.

    Parameters
    ----------
    left, right : mappings of name to float
        Of the same names; the order is that of `left`.
    labels : tuple of str
        What the two are, for the legend.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 1.2 + 0.34 * len(left)))[1]
    rows = range(len(left))
    first, second = list(left.values()), [right[name] for name in left]
    ax.hlines(rows, first, second, color="#c4c4c4", linewidth=3, zorder=1)
    # The second mark is smaller, so that both are seen where they coincide.
    ax.scatter(first, rows, s=90, color=COLORS[0], label=labels[0], zorder=2)
    ax.scatter(second, rows, s=34, color=COLORS[1], marker="D", label=labels[1], zorder=3)
    ax.set_yticks(rows, list(left))
    ax.set_ylim(len(left) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return ax


def _colors_of(names: Sequence[str] | Mapping, groups: Mapping[str, str] | None) -> dict[str, str]:
    if groups is None:
        return dict.fromkeys(names, COLORS[0])
    palette = _palette(groups)
    return {name: palette[groups[name]] for name in names}


def _palette(groups: Mapping[str, str]) -> dict[str, str]:
    """Return a colour for each group, in the order in which the groups come up; grey for ""."""
    named = list(dict.fromkeys(group for group in groups.values() if group))
    return {"": _GREY} | dict(zip(named, COLORS, strict=False))


def _explain(ax: Axes, groups: Mapping[str, str] | None) -> Axes:
    """Write which colour stands for which group above the drawing."""
    if groups:
        palette = _palette(groups)
        for group in dict.fromkeys(group for group in groups.values() if group):
            ax.plot([], [], "o", color=palette[group], label=group)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return ax


def _pixels(ax: Axes, x: Sequence[float], y: Sequence[float]) -> list[tuple[float, float]]:
    return [tuple(ax.transData.transform(point)) for point in zip(x, y, strict=True)]


def _write_clear(
    ax: Axes, point: tuple[float, float], name: str, color: str, taken: list[Bbox]
) -> Bbox:
    """Write a name where nothing else stands, or in the last place; return what it covers."""
    renderer = ax.figure.canvas.get_renderer()
    for place in _PLACES:
        label = name_beside(ax, point, name, color, place)
        label.update_positions(renderer)
        box = Text.get_window_extent(label, renderer).padded(2)
        is_inside = ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1
        if is_inside and not any(box.overlaps(other) for other in taken):
            break
        if place != _PLACES[-1]:
            label.remove()
    return box
