"""Numbers in, Axes out: the figures of popularity bias. Nothing is computed here."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from helpers.plots import COLORS, log_scale, name_beside

_GREY, _DARK = "#9a9a9a", "#222222"
_MARKERS = "osD^vP"
_LINE = {"linewidth": 1.6, "markersize": 4.5}
# Where the name of a path may stand, in points from its end, best place first.
_PLACES = [(7, 0), (-7, 0), (0, 10), (0, -10), (12, 11), (-12, 11), (12, -11), (-12, -11)]
_PLACES += [
    (right * side, up * above)
    for right, up in ((0, 22), (20, 22), (24, 36), (36, 14), (30, 50), (50, 26), (60, 44), (44, 66))
    for above in (1, -1)
    for side in ((1, -1) if right else (1,))
]


def exposure_curve(
    curves: Mapping[str, np.ndarray], *, reference: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how often each item is shown against its place in that order, both axes logarithmic.

    Parameters
    ----------
    curves : mapping of name to ndarray of float, shape (n_items,)
        Counts in falling order. Items that are never shown have no place on a logarithmic axis,
        so that a line ends where its catalogue does.
    reference : str, optional
        Name of the curve that the others are compared with: dashed and dark.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.2))[1]
    for (name, counts), (color, _) in zip(curves.items(), _looks(curves), strict=True):
        n_shown = np.count_nonzero(counts)
        is_reference = name == reference
        ax.plot(
            np.arange(1, n_shown + 1),
            np.asarray(counts)[:n_shown],
            color=_DARK if is_reference else color,
            linestyle="--" if is_reference else "-",
            linewidth=2,
            label=name,
        )
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return log_scale(ax, x=True, y=True)


def band_bars(values: Mapping[str, Sequence[float]], *, ax: Axes | None = None) -> Axes:
    """Draw one value a popularity band and model, the most popular band on the left.

    The values of a model are dots joined by a thin line, since a bar of height 0 looks like none
    at all.

    Parameters
    ----------
    values : mapping of model to sequence of float, length n_bands
        Band 0 holds the most popular items; NaN stays blank.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 3.8))[1]
    n_bands = max(map(len, values.values()))
    dodge = np.linspace(-0.24, 0.24, len(values)) if len(values) > 1 else [0.0]
    for step, (name, row), (color, marker) in zip(
        dodge, values.items(), _looks(values), strict=True
    ):
        x = np.arange(len(row)) + step
        ax.plot(x, row, color=color, linewidth=0.9, alpha=0.55)
        ax.plot(x, row, marker, color=color, markersize=6, label=name, clip_on=False, zorder=3)
    for edge in np.arange(n_bands - 1) + 0.5:
        ax.axvline(edge, color="#e5e5e5", linewidth=0.8, zorder=0)
    labels = [str(band) for band in range(n_bands)]
    labels[0], labels[-1] = "0\nmost\npopular", f"{n_bands - 1}\nleast\npopular"
    ax.set_xticks(range(n_bands), labels)
    ax.set_xlim(-0.5, n_bands - 0.5)
    if all(np.nanmin(row) >= 0 for row in values.values()):
        ax.set_ylim(bottom=0)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def group_dots(
    values: Mapping[str, Mapping[str, tuple[float, float, float]]],
    *,
    reference: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one row a model, and in it one dot with its interval a user group.

    Parameters
    ----------
    values : mapping of model to mapping of group to (value, low, high)
        The first model stands on top, the first group uppermost in its row.
    reference : float, optional
        Where a vertical line stands, such as 0 for a lift.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 1.1 + 0.52 * len(values)))[1]
    groups = list(dict.fromkeys(group for row in values.values() for group in row))
    looks = dict(zip(groups, _looks(groups), strict=True))
    dodge = dict(zip(groups, np.linspace(-0.22, 0.22, len(groups)), strict=True))
    if reference is not None:
        ax.axvline(reference, color="#555555", linestyle="--", linewidth=1.2, zorder=1)
    for place, row in enumerate(values.values()):
        middle = [value for value, _, _ in row.values()]
        at = [place + dodge[group] for group in row]
        ax.plot(middle, at, color="#d0d0d0", linewidth=1.6, zorder=1)
        for y, (group, (value, low, high)) in zip(at, row.items(), strict=True):
            color, marker = looks[group]
            ax.plot([low, high], [y, y], color=color, linewidth=2, solid_capstyle="butt")
            ax.plot(value, y, marker, color=color, markersize=6.5)
    for group, (color, marker) in looks.items():
        ax.plot([], [], marker, color=color, markersize=6.5, label=group)
    ax.set_yticks(range(len(values)), list(values))
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.margins(x=0.06)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def tradeoff(
    paths: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    front: Iterable[tuple[float, float]] = (),
    base: tuple[float, float] | None = None,
    highlight: Collection[str] = (),
    groups: Mapping[str, str] | None = None,
    ax: Axes,
) -> Axes:
    """Draw one line a method along its knob, with its name at the end, clear of the others.

    The names find their places in the drawing as it is: set scales, title and labels first.

    Parameters
    ----------
    paths : mapping of method to (x, y)
        Points in the order of the knob, the weakest first; the last one is named.
    front : iterable of (x, y), optional
        Points that none of the others beats on both axes, drawn as a dashed line along x.
    base : (x, y), optional
        Where all methods start: a star.
    highlight : collection of str
        Methods in colour and on top of the others, which turn grey.
    groups : mapping of method to str, optional
        Methods of one group share a colour, which the legend explains.
    ax : Axes
    """
    styles = _path_styles(paths, highlight, groups)
    for name, (x, y) in paths.items():
        color, marker = styles[name]
        above = 4 if name in highlight else 3
        ax.plot(x, y, marker=marker, color=color, zorder=above, **_LINE)
    if front := sorted(map(tuple, front)):
        look = {"color": _DARK, "linestyle": "--", "linewidth": 1.3, "zorder": 2}
        ax.plot(*zip(*front, strict=True), label="Pareto front", **look)
    if base is not None:
        ax.plot(*base, "*", color=_DARK, markersize=15, zorder=5, label="base model")
    for group in dict.fromkeys((groups or {}).values()):
        member = next(name for name in paths if groups[name] == group)
        ax.plot([], [], color=styles[member][0], label=group, **_LINE)
    ax.margins(x=0.14, y=0.1)
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.13), ncols=3, borderaxespad=0)
    obstacles = [tuple(zip(*line, strict=True)) for line in (front, [base]) if line and line[0]]
    return _name_ends(ax, paths, {name: look[0] for name, look in styles.items()}, obstacles)


def _looks(names: Collection[str]) -> list[tuple[str, str]]:
    """Return a colour and a marker for each name; markers tell apart what shares a colour."""
    n = len(COLORS)
    return [(COLORS[i % n], _MARKERS[(i + i // n) % len(_MARKERS)]) for i in range(len(names))]


def _path_styles(
    paths: Mapping, highlight: Collection[str], groups: Mapping[str, str] | None
) -> dict[str, tuple[str, str]]:
    if groups is not None:
        named = list(dict.fromkeys(groups[name] for name in paths))
        looks = dict(zip(named, _looks(named), strict=True))
        styles = {name: looks[groups[name]] for name in paths}
    elif highlight:
        chosen = [name for name in paths if name in highlight]
        styles = dict(zip(chosen, _looks(chosen), strict=True))
    else:
        styles = dict(zip(paths, _looks(paths), strict=True))
    if highlight:
        styles = {name: look for name, look in styles.items() if name in highlight}
    return {name: styles.get(name, (_GREY, "o")) for name in paths}


def _name_ends(
    ax: Axes, paths: Mapping, colors: Mapping[str, str], obstacles: Iterable[tuple]
) -> Axes:
    """Write the name of each path at its last point where nothing else stands, if it can be."""
    ax.figure.canvas.draw()  # places everything, so that it is known what is where
    lines = [np.column_stack(line) for line in [*paths.values(), *obstacles]]
    taken = np.concatenate([_boxes_along(ax.transData.transform(line), 8) for line in lines])
    for name, (x, y) in paths.items():
        covered = _write_clear(ax, (x[-1], y[-1]), name, colors[name], taken)
        taken = np.concatenate([taken, covered])
    return ax


def _write_clear(
    ax: Axes, point: tuple[float, float], name: str, color: str, taken: np.ndarray
) -> np.ndarray:
    """Write a name where it covers least of what else stands there; return what it covers."""
    renderer, found = ax.figure.canvas.get_renderer(), []
    for place in _PLACES:
        label = name_beside(ax, point, name, color, place)
        label.update_positions(renderer)
        box = Text.get_window_extent(label, renderer).padded(1).extents
        label.remove()
        covered = box[None]
        if label.arrowprops:
            ends = np.array([ax.transData.transform(point), (box[:2] + box[2:]) / 2])
            covered = np.vstack([covered, _boxes_along(ends, 4)[2:]])  # it may leave its own point
        is_outside = (box[:2] < ax.bbox.min).any() or (box[2:] > ax.bbox.max).any()
        found.append((is_outside, _overlap(covered, taken), place, covered))
        if not any(found[-1][:2]):
            break
    _, _, place, covered = min(found, key=lambda tried: tried[:2])
    name_beside(ax, point, name, color, place)
    return covered


def _boxes_along(corners: np.ndarray, size: float) -> np.ndarray:
    """Return small boxes (x0, y0, x1, y1) side by side along a line through points in pixels."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at = np.linspace(0, way[-1], int(way[-1] / size) + 2)
    along = np.column_stack([np.interp(at, way, axis) for axis in corners.T])
    return np.hstack([along - size / 2, along + size / 2])


def _overlap(mine: np.ndarray, others: np.ndarray) -> float:
    """Return the area that boxes share with others, summed over all pairs."""
    low = np.maximum(mine[:, None, :2], others[:, :2])
    high = np.minimum(mine[:, None, 2:], others[:, 2:])
    return float(np.prod(np.maximum(high - low, 0), axis=2).sum())
