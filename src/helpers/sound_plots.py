"""Numbers in, Axes out: the figures of sound and of what a network hears. Nothing is computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from helpers.plots import COLORS

_LOUD = "magma"  # dark is quiet, and it grows lighter evenly
_MARKERS = "oDs^vPX<>*hd"
_TICKS = (100, 250, 500, 1_000, 2_000, 4_000)


def waveforms(sounds: Mapping[str, np.ndarray], rate: int) -> np.ndarray:
    """Draw samples over time, one panel a sound, all on one scale.

    Parameters
    ----------
    sounds : mapping of title to ndarray, shape (n_samples,)
        From -1 to 1.
    rate : int
        Samples a second.

    Returns
    -------
    ndarray of Axes, shape (n_sounds,)
    """
    figure, axes = plt.subplots(
        len(sounds), 1, figsize=(8.6, 1.35 * len(sounds) + 0.5), sharex=True, squeeze=False
    )
    for ax, (title, samples) in zip(axes[:, 0], sounds.items(), strict=True):
        ax.plot(np.arange(len(samples)) / rate, samples, color=COLORS[0], linewidth=0.5)
        ax.set(ylim=(-1, 1), yticks=(-1, 0, 1))
        ax.set_title(title, fontsize=11)
    axes[-1, 0].set_xlabel("seconds")
    figure.supylabel("sample", fontsize=11)
    return axes[:, 0]


def spectrograms(
    clips: Mapping[str, np.ndarray], frequencies: np.ndarray, seconds_a_frame: float
) -> np.ndarray:
    """Draw spectrograms side by side, two in a row, on one scale of decibels.

    Parameters
    ----------
    clips : mapping of title to ndarray, shape (n_bands, n_frames)
        In decibels.
    frequencies : ndarray of float, shape (n_bands,)
        Middle of each band in Hz.
    seconds_a_frame : float

    Returns
    -------
    ndarray of Axes, shape (n_clips,)
    """
    n_rows = -(-len(clips) // 2)
    figure, axes = plt.subplots(
        n_rows, 2, figsize=(9.2, 2.7 * n_rows), sharex=True, sharey=True, squeeze=False
    )
    low, high = min(map(np.min, clips.values())), max(map(np.max, clips.values()))
    for ax, (title, clip) in zip(axes.flat, clips.items(), strict=False):
        image = _draw(ax, clip, low, high, clip.shape[1] * seconds_a_frame)
        _mark_frequencies(ax, frequencies)
        ax.set_title(title, fontsize=11)
    for ax in axes.flat[len(clips) :]:
        ax.set_axis_off()
    for ax in axes[-1]:
        ax.set_xlabel("seconds")
    for ax in axes[:, 0]:
        ax.set_ylabel("Hz")
    figure.colorbar(image, ax=axes, label="decibels", shrink=0.8, pad=0.02)
    return axes.flat[: len(clips)]


def moments(
    patches: Sequence[np.ndarray],
    titles: Sequence[str],
    filters: np.ndarray,
    frequencies: np.ndarray,
) -> np.ndarray:
    """Draw filters, one a row, each beside the moments it responds to most.

    Parameters
    ----------
    patches : sequence of ndarray, shape (n_moments, n_bands, n_frames)
        Those of each filter, in decibels.
    titles : sequence of str
        Names of the filters.
    filters : ndarray of float, shape (n_rows, n_bands, width)
        Weights: blue where it is quieter, red where it is louder that makes a filter respond.
    frequencies : ndarray of float, shape (n_bands,)

    Returns
    -------
    ndarray of Axes, shape (n_rows, 1 + n_moments)
    """
    n_moments = len(patches[0])
    shape = (len(patches), 1 + n_moments)
    _, axes = plt.subplots(
        *shape, figsize=(1.45 * (1 + n_moments) + 1.0, 1.75 * len(patches)), squeeze=False
    )
    low, high = min(map(np.min, patches)), max(map(np.max, patches))
    for row, (ax_row, of_filter) in enumerate(zip(axes, patches, strict=True)):
        most = np.abs(filters[row]).max()
        ax_row[0].imshow(
            filters[row], origin="lower", aspect="auto", cmap="coolwarm", vmin=-most, vmax=most
        )
        _mark_frequencies(ax_row[0], frequencies, ticks=(250, 1_000, 4_000))
        ax_row[0].set_ylabel(titles[row] + "\nHz")
        for ax, patch in zip(ax_row[1:], of_filter, strict=True):
            _draw(ax, patch, low, high)
            ax.set_yticks([])
        for ax in ax_row:
            ax.set_xticks([])
            ax.grid(visible=False)
    axes[0, 0].set_title("weights", fontsize=10, fontweight="normal")
    axes[0, 1].set_title("strongest moments", fontsize=10, fontweight="normal")
    return axes


def sound_map(
    places: Mapping[str, np.ndarray], groups: Sequence[str], *, marker_size: float = 16
) -> np.ndarray:
    """Draw maps of the same clips side by side; groups are told apart by colour and marker.

    Parameters
    ----------
    places : mapping of title to ndarray, shape (n, 2)
    groups : sequence of str, length n
        Group of each clip; the legend names them, largest first.
    marker_size : float

    Returns
    -------
    ndarray of Axes, shape (n_maps,)
    """
    names, counts = np.unique(np.asarray(groups), return_counts=True)
    names = names[np.argsort(-counts, kind="stable")]
    figure, axes = plt.subplots(1, len(places), figsize=(4.55 * len(places), 4.9), squeeze=False)
    for ax, (title, at) in zip(axes[0], places.items(), strict=True):
        for number, name in enumerate(names):
            x, y = at[np.asarray(groups) == name].T
            look = {"color": COLORS[number % len(COLORS)], "marker": _marker(number)}
            ax.scatter(x, y, s=marker_size, linewidth=0, alpha=0.8, label=name, **look)
        ax.set(xticks=[], yticks=[], title=title)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=5, fontsize=9.5, markerscale=1.6
    )
    return axes[0]


def _marker(number: int) -> str:
    return _MARKERS[number // len(COLORS) % len(_MARKERS)]


def _draw(
    ax: Axes, clip: np.ndarray, low: float, high: float, seconds: float | None = None
) -> AxesImage:
    extent = None if seconds is None else (0, seconds, -0.5, len(clip) - 0.5)
    ax.grid(visible=False)
    return ax.imshow(
        clip, origin="lower", aspect="auto", cmap=_LOUD, vmin=low, vmax=high, extent=extent
    )


def _mark_frequencies(ax: Axes, frequencies: np.ndarray, ticks: Sequence[float] = _TICKS) -> None:
    """Write frequencies where they lie among the bands."""
    inside = [tick for tick in ticks if frequencies[0] <= tick <= frequencies[-1]]
    bands = np.interp(inside, frequencies, np.arange(len(frequencies)))
    ax.set_yticks(bands, [f"{tick:,.0f}" for tick in inside])
