"""Spectrograms against what is known of tones, and statistics against their definition."""

import statistics
from itertools import pairwise

import numpy as np
import pytest
from small_sounds import sine

from helpers.audio.features import STATISTICS, summary_statistics
from helpers.audio.spectrogram import (
    HOP,
    N_FFT,
    N_MELS,
    RATE,
    log_mel,
    mel_filters,
    mel_frequencies,
)
from helpers.errors import SettingError


def test_each_band_has_weights_that_sum_to_one():
    for n_mels in (10, N_MELS, 128):
        weights = mel_filters(n_mels)
        assert weights.shape == (n_mels, N_FFT // 2 + 1)
        assert (weights >= 0).all()
        np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_bands_widen_as_the_mel_scale_does():
    middles = mel_frequencies()
    mel = 2595 * np.log10(1 + middles / 700)
    np.testing.assert_allclose(np.diff(mel), np.diff(mel)[0])
    assert 0 < middles[0] < middles[-1] < RATE / 2


@pytest.mark.parametrize("band", [0, 1, 5, 20, 35, N_MELS - 1])
def test_a_tone_is_loudest_in_its_band(band):
    spectrum = log_mel(sine(mel_frequencies()[band], 0.5))
    assert abs(int(spectrum.mean(axis=1).argmax()) - band) <= 1


def test_decibels_follow_the_level_and_silence_is_the_floor():
    tone = sine(1000, 1)
    loud, quiet = log_mel(tone), log_mel(tone / 10)
    is_heard = quiet > -70
    np.testing.assert_allclose((loud - quiet)[is_heard], 20, atol=0.01)
    np.testing.assert_allclose(log_mel(np.zeros(RATE)), -80)


def test_frames_are_a_hop_apart_and_clips_do_not_mix():
    clips = np.random.default_rng(0).uniform(-1, 1, (70, 2, 4 * N_FFT))
    together = log_mel(clips)
    assert together.shape == (70, 2, N_MELS, 1 + 3 * N_FFT // HOP)
    np.testing.assert_allclose(together[65, 1], log_mel(clips[65, 1]), rtol=1e-5)
    np.testing.assert_allclose(
        together[3, 0, :, 2], log_mel(clips[3, 0, 2 * HOP : 2 * HOP + N_FFT])[:, 0], rtol=1e-5
    )


def test_samples_that_make_no_spectrogram_are_refused():
    with pytest.raises(SettingError, match="at least 512"):
        log_mel(np.zeros(100))
    with pytest.raises(SettingError, match="not finite"):
        log_mel(np.full(RATE, np.nan))


def test_statistics_are_those_of_each_band():
    clips = np.random.default_rng(0).normal(-40, 10, (3, N_MELS, 50)).astype(np.float32)
    found = summary_statistics(clips).reshape(3, len(STATISTICS), N_MELS)
    band = clips[1, 7].tolist()
    changes = [abs(after - before) for before, after in pairwise(band)]
    expected = statistics_of(band)[0], statistics_of(band)[1], statistics_of(changes)[0]
    np.testing.assert_allclose(found[1, :, 7], expected, rtol=1e-4)


def statistics_of(values):
    return statistics.fmean(values), statistics.pstdev(values)


def test_statistics_of_another_shape_are_refused():
    with pytest.raises(SettingError, match="2 frames or more"):
        summary_statistics(np.zeros((3, N_MELS)))
    with pytest.raises(SettingError, match="2 frames or more"):
        summary_statistics(np.zeros((3, N_MELS, 1)))
