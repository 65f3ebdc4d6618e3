"""Sounds for the tests of what listens."""

import wave

import numpy as np


def sine(frequency, seconds, rate=11_025, level=0.5):
    """Return the samples of a tone."""
    return level * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)


def write_wave(file, samples, rate=11_025):
    """Write samples from -1 to 1, one column a channel, as a WAV file, and return its path."""
    samples = np.asarray(samples).reshape(len(samples), -1)
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(samples.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.rint(32_767 * samples).astype("<i2").tobytes())
    return file
