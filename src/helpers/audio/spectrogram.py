"""Mel spectrograms: how loud each band of frequencies is over time, as an ear hears it."""

import numpy as np
import scipy.fft

from helpers.checks import whole_number
from helpers.errors import SettingError

RATE = 11_025
"""Samples a second that spectrograms are made from."""
N_FFT, HOP, N_MELS = 512, 256, 48
"""Samples in a frame, samples from one frame to the next, and bands."""

_FLOOR = 1e-8  # -80 dB below full scale, so that digital silence has a logarithm
_CLIPS_AT_ONCE = 64  # bounds memory


def mel_frequencies(n_mels: int = N_MELS, rate: int = RATE) -> np.ndarray:
    """Return the middle of each band in Hz, shape (n_mels,).

    The bands are evenly spaced on the mel scale, 2595 log10(1 + f / 700), up to half the rate.
    """
    return _edges(n_mels, rate)[1:-1]


def mel_filters(n_mels: int = N_MELS, n_fft: int = N_FFT, rate: int = RATE) -> np.ndarray:
    """Return the weight of each frequency in each band, shape (n_mels, n_fft // 2 + 1).

    Each band is a triangle from the middle of the band below to that of the one above, and its
    weights sum to 1; a band too narrow for any frequency takes the nearest one.

    Raises
    ------
    SettingError
        If a number is not a whole one from 1 upwards.
    """
    whole_number("n_mels", n_mels, 1)
    whole_number("n_fft", n_fft, 2)
    edges = _edges(n_mels, whole_number("rate", rate, 1))
    frequencies = np.arange(n_fft // 2 + 1) * rate / n_fft
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    weights = np.clip(np.minimum(rising, falling), 0, None)
    empty = np.flatnonzero(weights.sum(axis=1) == 0)
    weights[empty, np.abs(frequencies - middle[empty]).argmin(axis=1)] = 1
    return weights / weights.sum(axis=1, keepdims=True)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Return log-mel spectrograms in decibels of full scale.

    Parameters
    ----------
    samples : ndarray of float, shape (..., n_samples)
        At `RATE`, from -1 to 1; at least `N_FFT` of them.

    Returns
    -------
    ndarray of float32, shape (..., N_MELS, n_frames)
        From -80 for silence; the first frame begins with the first sample, and what is left
        behind the last whole frame is dropped.

    Raises
    ------
    SettingError
        If there are too few samples for a frame, or some are not finite.
    """
    samples = np.asarray(samples, dtype=np.float32)
    if samples.ndim == 0 or samples.shape[-1] < N_FFT:
        raise SettingError(
            f"samples have shape {samples.shape}, expected at least {N_FFT} of each clip"
        )
    if not np.isfinite(samples).all():
        raise SettingError("some samples are not finite, expected numbers from -1 to 1")
    clips = samples.reshape(-1, samples.shape[-1])
    filters = mel_filters().T.astype(np.float32)
    window = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
    # A sine of full scale has the power 1.
    window *= 2 / window.sum()
    made = [_log_mel(clips[at : at + _CLIPS_AT_ONCE], window, filters)
            for at in range(0, len(clips), _CLIPS_AT_ONCE)]  # fmt: skip
    return np.concatenate(made).reshape(*samples.shape[:-1], N_MELS, -1)


def _log_mel(clips: np.ndarray, window: np.ndarray, filters: np.ndarray) -> np.ndarray:
    frames = np.lib.stride_tricks.sliding_window_view(clips, N_FFT, axis=1)[:, ::HOP]
    power = np.abs(scipy.fft.rfft(frames * window, axis=-1)) ** 2
    mel = 10 * np.log10(np.maximum(power @ filters, _FLOOR))
    return np.ascontiguousarray(mel.transpose(0, 2, 1), dtype=np.float32)


def _edges(n_mels: int, rate: int) -> np.ndarray:
    top = 2595 * np.log10(1 + rate / 2 / 700)
    return 700 * (10 ** (np.linspace(0, top, n_mels + 2) / 2595) - 1)
