"""Figures of playlists, of the sound of music, and of what should follow a playlist."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation

from helpers.plots import COLORS, log_scale, name_beside

_GREY, _DARK = "#b5b5b5", "#444444"
_MARKERS = ("o", "s", "D", "^")

# Playlists and sound


def lift_dots(
    lifts: Mapping[str, tuple[float, float, float]],
    *,
    faint: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw one dot a name on its interval, on a log axis with a line at 1, the first name on top.

    Parameters
    ----------
    lifts : mapping of name to (value, low, high)
        Above 0; the low end may be 0, and the whisker then runs out of the drawing.
    faint : sequence of str
        Names drawn in grey.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 1.2 + 0.22 * len(lifts)))[1]
    ax.axvline(1, color=_DARK, linestyle="--", linewidth=1.2, zorder=1)
    smallest = min(value for value, _, _ in lifts.values())
    for row, (name, (value, low, high)) in enumerate(lifts.items()):
        color = _GREY if name in faint else COLORS[0]
        ax.plot([max(low, smallest / 4), high], [row, row], color=color, linewidth=2)
        ax.plot(value, row, "o", color=color, markersize=6)
    ax.set_yticks(range(len(lifts)), list(lifts))
    ax.set_ylim(len(lifts) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    log_scale(ax, x=True)
    ax.set_xticks([tick for tick in (0.25, 0.5, 1, 2, 5, 10, 20, 50) if _is_seen(ax, tick)])
    return ax


def companion_dots(
    popularity: np.ndarray,
    together: np.ndarray,
    *,
    chance: tuple[Sequence[float], Sequence[float]],
    chosen: Mapping[str, np.ndarray],
    ax: Axes | None = None,
) -> Axes:
    """Draw the companions of a track by popularity and playlists in common, on log axes.

    Parameters
    ----------
    popularity, together : ndarray of int, shape (n,)
        Above 0. Points that coincide are drawn darker.
    chance : (x, y)
        The line on which they would lie by chance.
    chosen : mapping of name to ndarray of int
        Positions of the companions that a measure puts first: ringed, one colour and shape a name.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.6))[1]
    ax.scatter(popularity, together, s=11, color="#7a7a7a", alpha=0.25, linewidth=0)
    ax.plot(*chance, color=_DARK, linestyle="--", linewidth=1.4, label="by chance")
    looks = zip(COLORS[1:], _MARKERS, (13, 9, 6), strict=False)
    for (name, at), (color, marker, size) in zip(chosen.items(), looks, strict=False):
        ax.plot(
            popularity[at],
            together[at],
            marker,
            color=color,
            fillstyle="none",
            markersize=size,
            markeredgewidth=2,
            label=name,
        )
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    log_scale(ax, x=True, y=True)
    ax.set_ylim(bottom=0.7)
    return ax


def growth(
    sizes: Sequence[int],
    curves: Mapping[str, Sequence[float]],
    *,
    samples: Mapping[str, Sequence[float]] | None = None,
    reference: tuple[str, Sequence[float]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how counts grow with the number of playlists, on log axes.

    Parameters
    ----------
    sizes : sequence of int, length n
        Numbers of playlists.
    curves : mapping of name to sequence of float, length n
    samples : mapping of name to sequence of float, length n, optional
        One sample of each size, drawn as points in the colour of the curve of that name.
    reference : (name, sequence of float), optional
        A dashed line to compare with.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.2))[1]
    if reference:
        ax.plot(sizes, reference[1], color=_DARK, linestyle="--", linewidth=1.4, label=reference[0])
    for (name, values), color in zip(curves.items(), COLORS, strict=False):
        ax.plot(sizes, values, color=color, linewidth=2.2, label=name)
        if samples and name in samples:
            ax.plot(sizes, samples[name], "o", color=color, markersize=5, fillstyle="none")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return log_scale(ax, x=True, y=True)


def year_curve(
    years: np.ndarray,
    means: np.ndarray,
    *,
    band: np.ndarray | None = None,
    turn: tuple[float, float, float] | None = None,
    ax: Axes,
) -> Axes:
    """Draw the mean of each year, with a band where there is one and the year of a turn.

    Parameters
    ----------
    years, means : ndarray, shape (n,)
    band : ndarray of float, shape (n, 2), optional
        Low and high ends.
    turn : (year, low, high), optional
        A vertical line and the interval around it.
    ax : Axes
    """
    if turn:
        year, low, high = turn
        ax.axvspan(low, high, color=COLORS[1], alpha=0.2, linewidth=0)
        ax.axvline(year, color=COLORS[1], linewidth=1.6, label=f"half way: {year:.0f}")
        ax.legend(loc="best")
    if band is not None:
        ax.fill_between(years, *band.T, color=COLORS[0], alpha=0.25, linewidth=0)
    ax.plot(years, means, color=COLORS[0], linewidth=1.8)
    return ax


def sound_map(
    genres: tuple[np.ndarray, np.ndarray],
    named: Mapping[str, tuple[float, float]],
    titles: Mapping[str, tuple[tuple[float, float, float], tuple[float, float, float]]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw genres as dots on two axes of sound, and playlists with a word in the title on top.

    Parameters
    ----------
    genres : (x, y), each an ndarray of shape (n_genres,)
    named : mapping of genre to (x, y)
        Genres with their name beside them.
    titles : mapping of word to ((x, low, high), (y, low, high))
        Means and intervals, drawn as crosses; may be empty.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 5.2))[1]
    ax.scatter(*genres, s=16, color=_GREY, linewidth=0, label="genres")
    for name, point in named.items():
        ax.plot(*point, "o", color=COLORS[0], markersize=6)
        _on_white(name_beside(ax, point, name, COLORS[0], (7, 7)))
    for word, ((x, *x_ends), (y, *y_ends)) in titles.items():
        ax.plot(x_ends, [y, y], color=COLORS[1], linewidth=2, zorder=4)
        ax.plot([x, x], y_ends, color=COLORS[1], linewidth=2, zorder=4)
        _on_white(name_beside(ax, (x, y), f"“{word}”", COLORS[1], (-7, -9)))
    if titles:
        ax.plot([], [], "+", color=COLORS[1], markersize=10, label="playlists called so")
    ax.legend(loc="best")
    return ax


def _on_white(label: Annotation) -> None:
    """Keep a label legible on the dots behind it."""
    label.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def _is_seen(ax: Axes, tick: float) -> bool:
    low, high = ax.get_xlim()
    return low <= tick <= high
