"""Place audio files of one's own among tracks and playlists that a model knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.audio.files import read_excerpts
from helpers.audio.spectrogram import log_mel
from helpers.checks import list_length
from helpers.errors import DataError
from helpers.models.lists import Recommendations, best_of


@dataclass(frozen=True)
class PlacedFiles:
    """Files with the vectors that were predicted for them.

    Attributes
    ----------
    files : tuple of Path, length n
    vectors : ndarray of float32, shape (n, n_factors)
    refused : dict of Path to str
        Files that could not be listened to, and why, in one sentence.
    """

    files: tuple[Path, ...]
    vectors: np.ndarray
    refused: dict[Path, str]


def place_files(
    files: Iterable[Path | str],
    predict: Callable[[np.ndarray], np.ndarray],
    n_excerpts: int = 5,
) -> PlacedFiles:
    """Predict the vector of each file: the mean of those of excerpts spread over it.

    Parameters
    ----------
    files : iterable of Path
        As from `helpers.audio.files.audio_files`.
    predict : callable
        Takes spectrograms, shape (n, n_mels, n_frames), and returns vectors, such as
        `SoundNetwork.predict`.
    n_excerpts : int
        How much is heard of each file, whatever its length.

    Raises
    ------
    DataError
        If none of the files can be listened to.
    """
    placed, vectors, refused = [], [], {}
    for file in map(Path, files):
        try:
            spectrograms = log_mel(read_excerpts(file, n_excerpts))
        except DataError as error:
            refused[file] = str(error)
            continue
        placed.append(file)
        vectors.append(predict(spectrograms).mean(axis=0))
    if not placed:
        why = next(iter(refused.values()), "there is none")
        raise DataError(f"no file could be listened to, expected at least one: {why}")
    return PlacedFiles(tuple(placed), np.stack(vectors).astype(np.float32), refused)


def nearest(vectors: np.ndarray, others: np.ndarray, k: int = 10) -> Recommendations:
    """Return the k of other vectors, such as those of tracks, with the largest cosine.

    Parameters
    ----------
    vectors : ndarray of float, shape (n, n_factors)
    others : ndarray of float, shape (m, n_factors)
        A zero vector is near to nothing.
    k : int
        From 1 to m.

    Returns
    -------
    Recommendations
        Rows of `others` and cosines, shape (n, k); -1 pads.
    """
    k = list_length(k, len(others))
    with np.errstate(divide="ignore", invalid="ignore"):
        directions = others / np.linalg.norm(others, axis=1, keepdims=True)
        cosines = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)) @ directions.T
    cosines[np.isnan(cosines)] = -np.inf
    return best_of(cosines.astype(np.float32), k)
