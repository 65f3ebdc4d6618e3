"""Read audio files of any rate, number of channels and length as short mono excerpts."""

import contextlib
import wave
from importlib.util import find_spec
from math import gcd
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from helpers.audio.needs import HOW_TO_INSTALL
from helpers.audio.spectrogram import RATE
from helpers.checks import number_between, whole_number
from helpers.errors import DataError

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")
"""Files that are taken for audio."""

SECONDS = 3.0
"""Default length of an excerpt."""

_SHORTEST = 0.5  # seconds below which there is nothing to listen to
_SILENCE = 1e-4  # -80 dB
_RATES = (1_000, 768_000)  # whatever a damaged header claims, resampling stays affordable


def audio_files(folder: Path | str) -> list[Path]:
    """Return the audio files of a folder in the order of their names; subfolders are left out.

    Raises
    ------
    DataError
        If the folder is missing, or has no such file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder, expected one with audio files")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise DataError(
            f"{folder} has no audio file, expected some that end in {', '.join(SUFFIXES)}"
        )
    return files


def read_excerpts(file: Path | str, n: int = 1, seconds: float = SECONDS) -> np.ndarray:
    """Return excerpts of an audio file, evenly spread over it, as mono at `RATE`.

    Only the excerpts are read, so that a file of hours needs no more memory than one of seconds.
    With n excerpts each is the middle of an nth of the file. A file shorter than an excerpt is
    repeated until it fills one. Channels are averaged.

    Parameters
    ----------
    file : Path
        WAV, FLAC, MP3 or Ogg. Without the package soundfile only WAV files of 16-bit samples.
    n : int
        How many excerpts; of a file too short for n of them that differ, they overlap.
    seconds : float
        Length of each, half a second or more.

    Returns
    -------
    ndarray of float32, shape (n, seconds × RATE)
        From -1 to 1.

    Raises
    ------
    DataError
        If the file is missing, empty, damaged or silent, lasts less than half a second, has an
        impossible rate, or needs the package soundfile.
    SettingError
        If n or seconds makes no sense.
    """
    file = Path(file)
    whole_number("n", n, 1)
    number_between("seconds", seconds, _SHORTEST)
    if not file.is_file():
        raise DataError(f"{file} is missing, expected an audio file")
    if file.stat().st_size == 0:
        raise DataError(f"{file} is empty, expected an audio file; get it again")
    with _opened(file) as source:
        if not _RATES[0] <= source.rate <= _RATES[1]:
            raise DataError(
                f"{file} claims {source.rate} samples a second, expected {_RATES[0]} to "
                f"{_RATES[1]}; get it again"
            )
        length = source.frames / source.rate
        if length < _SHORTEST:
            raise DataError(
                f"{file} lasts {length:.2f} seconds, expected {_SHORTEST} or more; leave it out"
            )
        read = min(source.frames, round(seconds * source.rate))
        middles = (np.arange(n) + 0.5) / n * source.frames
        starts = np.clip(middles - read / 2, 0, source.frames - read).astype(int)
        parts = [source.read(start, read) for start in starts.tolist()]
    n_samples = round(seconds * RATE)
    excerpts = np.stack([_resampled(part, source.rate, n_samples) for part in parts])
    if not np.isfinite(excerpts).all():
        raise DataError(f"{file} has samples that are not finite; get it again")
    if np.abs(excerpts).max() < _SILENCE:
        raise DataError(f"{file} is silent where it was listened to; leave it out")
    return np.clip(excerpts, -1, 1)


class _Wave:
    """A WAV file of 16-bit samples, read by Python itself."""

    def __init__(self, file: Path) -> None:
        try:
            self._reader = wave.open(str(file), "rb")  # noqa: SIM115
        except (wave.Error, EOFError, OSError) as error:
            raise _unreadable(file, error) from None
        self._file, self._channels = file, self._reader.getnchannels()
        self.rate, self.frames = self._reader.getframerate(), self._reader.getnframes()
        if self._reader.getsampwidth() != 2:
            self.close()
            raise _needs_soundfile(file)

    def read(self, start: int, n: int) -> np.ndarray:
        self._reader.setpos(start)
        content = self._reader.readframes(n)
        if len(content) < 2 * n * self._channels:
            raise _unreadable(self._file, "it ends too early")
        samples = np.frombuffer(content, dtype="<i2").reshape(n, self._channels)
        return samples.mean(axis=1, dtype=np.float32) / 32_768

    def close(self) -> None:
        self._reader.close()


class _SoundFile:
    """A file of any format that libsndfile reads."""

    def __init__(self, file: Path) -> None:
        import soundfile

        self._error = soundfile.SoundFileError
        try:
            self._reader = soundfile.SoundFile(str(file))
        except self._error as error:
            raise _unreadable(file, error) from None
        self._file = file
        self.rate, self.frames = self._reader.samplerate, self._reader.frames

    def read(self, start: int, n: int) -> np.ndarray:
        try:
            self._reader.seek(start)
            samples = self._reader.read(n, dtype="float32", always_2d=True)
        except self._error as error:
            raise _unreadable(self._file, error) from None
        # The length of an MP3 is an estimate, and it may end a little earlier.
        if len(samples) < 0.9 * n:
            raise _unreadable(self._file, "it ends too early")
        return samples.mean(axis=1)

    def close(self) -> None:
        self._reader.close()


def _opened(file: Path) -> contextlib.closing:
    if find_spec("soundfile") is not None:
        return contextlib.closing(_SoundFile(file))
    if file.suffix.lower() != ".wav":
        raise _needs_soundfile(file)
    return contextlib.closing(_Wave(file))


def _needs_soundfile(file: Path) -> DataError:
    return DataError(
        f"{file} is no WAV file of 16-bit samples, and others need the package soundfile; install "
        f"it with {HOW_TO_INSTALL}"
    )


def _unreadable(file: Path, why: object) -> DataError:
    said = " ".join(str(why).replace(f"'{file}'", "it").split()).rstrip(".")
    return DataError(f"{file} cannot be read as audio ({said}); get it again or leave it out")


def _resampled(samples: np.ndarray, rate: int, n: int) -> np.ndarray:
    """Return exactly n samples at `RATE`, repeated where there are fewer."""
    divisor = gcd(rate, RATE)
    if rate != RATE:
        samples = resample_poly(samples, RATE // divisor, rate // divisor)
    return np.resize(samples, n).astype(np.float32)
