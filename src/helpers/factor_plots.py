"""Numbers in, Axes out: the figures of matrix factorisation. Nothing is computed here."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers.plots import COLORS, heatmap


def factor_product(
    user_factors: np.ndarray,
    item_factors: np.ndarray,
    scores: np.ndarray,
    *,
    users: Sequence[str],
    items: Sequence[str],
    played: np.ndarray,
) -> np.ndarray:
    """Draw two thin matrices and their product, as the product is written on paper.

    Parameters
    ----------
    user_factors : ndarray, shape (n_users, n_factors)
        Drawn on the left.
    item_factors : ndarray, shape (n_items, n_factors)
        Drawn on top, transposed.
    scores : ndarray, shape (n_users, n_items)
        Their product.
    users, items : sequences of str
    played : ndarray of bool, shape (n_users, n_items)
        Cells to frame: those that were in the data.

    Returns
    -------
    ndarray of Axes, shape (2, 2)
    """
    (n_users, n_factors), n_items = user_factors.shape, len(items)
    _, axes = plt.subplots(
        2,
        2,
        figsize=(8.4, 4.8),
        width_ratios=[n_factors, n_items],
        height_ratios=[n_factors, n_users],
    )
    factors = [f"factor {number}" for number in range(1, n_factors + 1)]
    axes[0, 0].axis("off")
    heatmap(item_factors.T, factors, [""] * n_items, ax=axes[0, 1], fmt=".2f", center=0)
    heatmap(user_factors, users, factors, ax=axes[1, 0], fmt=".2f", center=0)
    heatmap(scores, [""] * n_users, items, ax=axes[1, 1], fmt=".2f", center=0)
    axes[0, 1].set_title("Yᵀ: items")
    axes[1, 0].set_title("X: users")
    axes[1, 1].set_title("X Yᵀ: every cell a dot product")
    for row, column in np.argwhere(played):
        frame = Rectangle((column, row), 1, 1, fill=False, edgecolor="#222222", linewidth=2)
        axes[1, 1].add_patch(frame)
    return axes


def half_steps(losses: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """Draw the loss at the start and after each half-step, users first, in thousands.

    Parameters
    ----------
    losses : sequence of float, length 1 + 2 * n_sweeps
    ax : Axes, optional
    """
    ax = ax or plt.subplots()[1]
    steps = np.arange(len(losses))
    thousands = np.asarray(losses) / 1000
    ax.plot(steps, thousands, color="#aaaaaa", linewidth=1.2, zorder=1)
    for start, color, name in (
        (1, COLORS[0], "after a half-step for the users"),
        (2, COLORS[1], "after a half-step for the items"),
    ):
        ax.scatter(steps[start::2], thousands[start::2], color=color, label=name, zorder=2)
    ax.scatter(0, thousands[0], color="#555555", marker="s", label="random start", zorder=2)
    ax.set_xticks(steps[::2])
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def item_map(
    points: np.ndarray,
    groups: Sequence[str],
    shown: Sequence[str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw items as points, coloured by group.

    Parameters
    ----------
    points : ndarray, shape (n_items, 2)
    groups : sequence of str, length n_items
    shown : sequence of str
        Groups with a colour of their own, in the order of the legend; the others are grey.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 5.2))[1]
    groups = np.asarray(groups)
    others = ~np.isin(groups, list(shown))
    ax.scatter(*points[others].T, s=14, color="#d0d0d0", label="other")
    for color, group in zip(COLORS, shown, strict=False):
        inside = groups == group
        ax.scatter(*points[inside].T, s=26, color=color, edgecolor="white", lw=0.4, label=group)
    ax.set(xticks=[], yticks=[])
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="most given tag")
    return ax
