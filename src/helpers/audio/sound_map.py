"""What a network listens for, and tracks on a map by how they sound; plots draw the numbers."""

from typing import NamedTuple

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from helpers.audio.network import WIDTHS, SoundNetwork
from helpers.checks import whole_number
from helpers.errors import SettingError


class StrongestMoments(NamedTuple):
    """Where filters respond most, each in different clips.

    Attributes
    ----------
    clips : ndarray of int, shape (n_filters, n_moments)
        The strongest first.
    frames : ndarray of int, shape (n_filters, n_moments)
        At which frame of the spectrogram what the filter sees begins.
    strengths : ndarray of float32, shape (n_filters, n_moments)
    patches : ndarray of float32, shape (n_filters, n_moments, n_mels, width)
        What it sees there.
    """

    clips: np.ndarray
    frames: np.ndarray
    strengths: np.ndarray
    patches: np.ndarray


def strongest_moments(
    network: SoundNetwork, spectrograms: np.ndarray, layer: int = 1, n: int = 4
) -> StrongestMoments:
    """Return the moments that make each filter of a layer respond most.

    Parameters
    ----------
    network : SoundNetwork
        Trained.
    spectrograms : ndarray of float, shape (n_clips, n_mels, n_frames)
    layer : int
        From 1 to 3; deeper layers see longer stretches.
    n : int
        Moments of each filter, from 1 to the number of clips.

    Raises
    ------
    SettingError
        If layer or n is out of range.
    """
    if whole_number("n", n, 1) > len(spectrograms):
        raise SettingError(f"n is {n}, expected at most {len(spectrograms)}: one moment a clip")
    responses = network.responses(spectrograms, layer)
    at, best = responses.argmax(axis=2), responses.max(axis=2)
    clips = np.argsort(-best, axis=0, kind="stable")[:n].T
    filters = np.arange(best.shape[1])[:, None]
    width, step = _seen(layer)
    frames = step * at[clips, filters]
    patches = np.lib.stride_tricks.sliding_window_view(spectrograms, width, axis=2)
    # The view has the bands before the moment of the window, and the frames inside it last.
    return StrongestMoments(clips, frames, best[clips, filters], patches[clips, :, frames])


def sound_map(features: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return places of clips in the plane, near to each other where they sound alike.

    t-SNE of the first thirty principal components. Distances within a group say more than those
    between groups.

    Parameters
    ----------
    features : ndarray of float, shape (n, n_features)
        As from `SoundNetwork.features`; four clips or more.
    seed : int

    Returns
    -------
    ndarray of float32, shape (n, 2)

    Raises
    ------
    SettingError
        If there are fewer than four clips.
    """
    n, n_features = np.shape(features)
    if n < 4:
        raise SettingError(f"got {n} clips, expected 4 or more for a map")
    seed = whole_number("seed", seed, 0)
    fewer = PCA(min(30, n, n_features), random_state=seed).fit_transform(features)
    perplexity = min(30.0, (n - 1) / 3)
    return TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(fewer)


def _seen(layer: int) -> tuple[int, int]:
    """Return how many frames a filter of a layer sees, and how many lie between two responses."""
    width, step = 1, 1
    for number, of_layer in enumerate(WIDTHS[:layer]):
        width += (of_layer - 1) * step
        if number + 1 < layer:
            width += step  # neighbouring frames are joined
            step *= 2
    return width, step
