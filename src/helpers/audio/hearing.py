"""The spectrograms of tracks, found by the columns of a matrix of playlists and tracks."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from helpers.audio.features import summary_statistics
from helpers.audio.files import read_excerpts
from helpers.audio.spectrogram import log_mel
from helpers.errors import DataError, SettingError
from helpers.ids import IdMap


@dataclass(frozen=True)
class HeardTracks:
    """Tracks with audio.

    Attributes
    ----------
    tracks : DataFrame
        What was passed, in the order of the columns, without tracks that have none.
    columns : ndarray of int, shape (n,)
        Their columns in the matrix, rising.
    spectrograms : ndarray of float32, shape (n, n_mels, n_frames)
    """

    tracks: pl.DataFrame
    columns: np.ndarray
    spectrograms: np.ndarray

    @cached_property
    def statistics(self) -> np.ndarray:
        """Summary statistics, shape (n, n_statistics)."""
        return summary_statistics(self.spectrograms)

    def rows(self, columns: np.ndarray) -> np.ndarray:
        """Return the rows of tracks given by their columns.

        Raises
        ------
        SettingError
            If a track has no audio.
        """
        rows = np.searchsorted(self.columns, columns)
        is_known = self.columns[np.minimum(rows, len(self.columns) - 1)] == columns
        if not np.all(is_known):
            raise SettingError(
                f"{np.count_nonzero(~is_known)} of the tracks have no audio, expected columns of "
                "tracks that were heard"
            )
        return rows


def hear_tracks(folder: Path | str, tracks: pl.DataFrame, items: IdMap) -> HeardTracks:
    """Read the audio of tracks and make their spectrograms.

    Parameters
    ----------
    folder : Path
        Holds the files.
    tracks : DataFrame
        `track_uri` and `file`, and whatever else; a track that the matrix does not have is left
        out.
    items : IdMap
        The columns of the matrix.

    Raises
    ------
    DataError
        If no track is of the matrix, or a file is missing or cannot be read.
    """
    columns = items.to_internal(tracks["track_uri"], strict=False)
    known = np.flatnonzero(columns >= 0)
    if len(known) == 0:
        raise DataError(
            f"none of {len(tracks)} tracks with audio is in the matrix, expected some; take the "
            "playlists that lie beside the audio"
        )
    known = known[np.argsort(columns[known], kind="stable")]
    files = tracks["file"].gather(known)
    excerpts = np.concatenate([read_excerpts(Path(folder) / file) for file in files])
    return HeardTracks(tracks[known], columns[known], log_mel(excerpts))
