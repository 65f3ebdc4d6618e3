"""Synthesise single sounds: drum hits, chords, a voice, a room."""

import numpy as np
from scipy.signal import lfilter

RATE = 11_025
"""Samples a second."""

_TABLE = 2048  # samples of one period
_HIGHEST = 5_000.0  # Hz; what is above would come back as another pitch


def drum_hits(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return a kick, a snare and a hat, a little different each time."""
    t = np.arange(int(0.25 * RATE)) / RATE
    low, sweep = 45 + 15 * rng.random(), 90 + 60 * rng.random()
    phase = 2 * np.pi * (low * t + sweep * 0.03 * (1 - np.exp(-t / 0.03)))
    kick = np.sin(phase) * np.exp(-t / (0.06 + 0.05 * rng.random()))
    noise = rng.standard_normal((2, len(t)))
    tone = np.sin(2 * np.pi * (170 + 50 * rng.random()) * t)
    snare = (0.35 * noise[0] + 0.5 * tone) * np.exp(-t / (0.04 + 0.04 * rng.random()))
    # The difference of neighbouring samples takes the low end away.
    hat = 0.3 * np.diff(noise[1], prepend=0) * np.exp(-t / (0.012 + 0.03 * rng.random()))
    return {"kick": kick, "snare": snare, "hat": hat}


def wave_table(rolloff: float, even: float, highest_pitch: float) -> np.ndarray:
    """Return one period of a tone, with as many harmonics as fit under the highest frequency."""
    n = np.arange(1, 1 + max(1, int(_HIGHEST / highest_pitch)))
    amplitude = n**-rolloff * np.where(n % 2 == 0, even, 1.0)
    amplitude /= np.sqrt(np.sum(amplitude**2))
    at = np.arange(_TABLE) / _TABLE
    # Scattered phases: in one phase the harmonics would pile up to a click.
    return amplitude @ np.sin(2 * np.pi * (n[:, None] * at + (n**2 * 0.37)[:, None]))


def tone(table: np.ndarray, pitch: float | np.ndarray, n: int) -> np.ndarray:
    """Return n samples of a tone of some pitch in Hz, which may change with each sample."""
    at = pitch / RATE * np.arange(n) if np.isscalar(pitch) else np.cumsum(pitch) / RATE
    # The size of the table is a power of two, so that a mask takes whole periods away.
    return table[(at * _TABLE).astype(np.int32) & (_TABLE - 1)]


def envelope(n: int, attack: float, decay: float) -> np.ndarray:
    """Return how loud a struck note is over n samples."""
    t = np.arange(n) / RATE
    return np.minimum(t / max(attack, 1e-3), 1) * np.exp(-t / decay)


def place(track: np.ndarray, sound: np.ndarray, start: int, level: float = 1.0) -> None:
    """Add a sound to a track in place; what lies before or after the track is cut off."""
    begin, end = max(start, 0), min(start + len(sound), len(track))
    if begin < end:
        track[begin:end] += level * sound[begin - start : end - start]


def through_a_formant(samples: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Return samples of which a band around a frequency stands out, as in a voice."""
    radius = np.exp(-np.pi * width / RATE)
    poles = [1, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2]
    return lfilter([1 - radius], poles, samples)


def darkened(samples: np.ndarray, cutoff: float) -> np.ndarray:
    """Return samples with what is above a frequency turned down, as on an old record."""
    keep = np.exp(-2 * np.pi * cutoff / RATE)
    return lfilter([1 - keep], [1, -keep], samples)


def tilted(samples: np.ndarray, decibels: float) -> np.ndarray:
    """Return samples whose highest frequencies are that much louder than the lowest."""
    a = np.tanh(decibels / 24)
    return lfilter([1.0, -a], [1.0], samples)
