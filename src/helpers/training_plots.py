"""Numbers in, Axes out: the figures of training step by step. Nothing is computed here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from helpers.plots import COLORS, lines


def learning_curves(
    epochs: Sequence[int],
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    ylabel: str,
) -> np.ndarray:
    """Draw one panel a part of the data, with one curve a model, over the epochs.

    Parameters
    ----------
    epochs : sequence of int, length n
    panels : mapping of title to mapping of model to sequence of float, length n
        The same models in each; their names stand in the legend of the last panel.
    ylabel : str
        Of the first panel. Each panel has a scale of its own, from 0.

    Returns
    -------
    ndarray of Axes, shape (n_panels,)
    """
    _, axes = plt.subplots(1, len(panels), figsize=(4.4 * len(panels), 3.8), squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        lines(epochs, curves, ax=ax)
        ax.set_title(title)
        ax.set_xlabel("epochs")
        ax.set_ylim(bottom=0)
        if ax is not axes[0, -1] and ax.get_legend():
            ax.get_legend().remove()
    axes[0, 0].set_ylabel(ylabel)
    return axes[0]


def ladder(
    tried: Mapping[str, Mapping[str, float]],
    chosen: Mapping[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw one rung a knob, first on top: what was tried as small dots, what was kept as a large.

    Parameters
    ----------
    tried : mapping of knob to mapping of setting to float
        What each setting reached.
    chosen : mapping of knob to setting
        Which of them was kept; its name and value stand beside its dot.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 1.2 + 0.5 * len(tried)))[1]
    kept = [tried[knob][chosen[knob]] for knob in tried]
    for row, (knob, settings) in enumerate(tried.items()):
        others = [value for name, value in settings.items() if name != chosen[knob]]
        ax.scatter(others, [row] * len(others), s=26, color="#b0b0b0", zorder=2)
        ax.annotate(
            f"{chosen[knob]}: {kept[row]:.3f}",
            (max(settings.values()), row),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
        )
    rows = range(len(tried))
    ax.plot(kept, rows, color=COLORS[0], linewidth=1.6, zorder=1)
    ax.scatter(kept, rows, s=64, color=COLORS[0], zorder=3)
    ax.set_yticks(rows, list(tried))
    ax.set_ylim(len(tried) - 0.5, -0.5)
    ax.margins(x=0.3)
    ax.grid(visible=False, axis="y")
    return ax
