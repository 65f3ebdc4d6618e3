"""Render a few seconds of a song: drums, bass, chords and a voice, mixed and mastered."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from helpers.data.synthetic.audio.instruments import (
    RATE,
    darkened,
    drum_hits,
    envelope,
    place,
    through_a_formant,
    tilted,
    tone,
    wave_table,
)
from helpers.data.synthetic.audio.patches import STEPS, Patch

_MIDDLE_C = 261.63
_MAJOR, _MINOR = (0, 2, 4, 7, 9, 12), (0, 3, 5, 7, 10, 12)  # scales of the melody
_VOWELS = ((300, 2200), (450, 1800), (700, 1200), (500, 900), (350, 700))  # formants in Hz
# How records sounded: the highest frequency that came through, and the hiss, by year.
_YEARS = (1921, 1950, 1970, 1990, 2020)
_CUTOFF, _HISS = (1200, 2200, 3500, 5000, 5500), (0.08, 0.05, 0.02, 0.004, 0.002)
_TILT_SD = 3.0  # decibels by which masterings differ
_LATE = 0.02  # seconds by which the least danceable song is out of time


@dataclass(frozen=True)
class Sound:
    """What a song is to sound like; the features are those of `data.csv`."""

    tempo: float
    key: int
    mode: int
    energy: float
    acousticness: float
    danceability: float
    instrumentalness: float
    speechiness: float
    valence: float
    liveness: float
    loudness: float
    year: int


def render(sound: Sound, patch: Patch, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Return an excerpt of a song, shape (n_samples,), from -1 to 1.

    It begins anywhere in the song, not on a beat. Its mean square is some 5 decibels below the
    loudness, so that peaks have room.
    """
    excerpt = _Excerpt(sound, patch, round(seconds * RATE), rng)
    drums, harmony = excerpt.drums(), excerpt.bass() + excerpt.chords()
    mix = drums + harmony + excerpt.voice() + excerpt.speech()
    return _mastered(mix, sound, patch, rng)


class _Excerpt:
    def __init__(self, sound: Sound, patch: Patch, n: int, rng: np.random.Generator) -> None:
        self.sound, self.patch, self.n, self.rng = sound, patch, n, rng
        self.step = 60 / sound.tempo / 4 * RATE  # samples of a sixteenth
        self.first = int(rng.integers(2 * STEPS))  # the step at which the excerpt begins
        # What began before the excerpt may still sound in it.
        self.steps = np.arange(-STEPS, int(np.ceil(n / self.step)))
        self.key = _MIDDLE_C * 2 ** (((sound.key + 5) % 12 - 5) / 12)

    def struck(self, pattern: np.ndarray) -> list[tuple[int, int]]:
        """Return step and sample of every hit of a pattern, a little out of time."""
        steps = self.steps[pattern[(self.steps + self.first) % STEPS]]
        late = (1 - self.sound.danceability) * _LATE * RATE * self.rng.standard_normal(len(steps))
        starts = (steps * self.step + late).astype(int)
        return list(zip(steps.tolist(), starts.tolist(), strict=True))

    def drums(self) -> np.ndarray:
        track, hits = np.zeros(self.n), drum_hits(self.rng)
        level = self.patch.drums * (0.3 + 1.4 * self.sound.energy)
        for name, loudness in (("kick", 1.0), ("snare", 0.8), ("hat", 0.5)):
            for _, start in self.struck(getattr(self.patch, name)):
                place(track, hits[name], start, level * loudness)
        return track

    def chord_at(self, step: int) -> int:
        return self.patch.chord_steps[(step + self.first) // (STEPS // 2) % 4]

    def bass(self) -> np.ndarray:
        track, length = np.zeros(self.n), int(2.5 * self.step)
        table, shape = wave_table(self.patch.rolloff + 0.5, 0.8, 400), envelope(length, 0.005, 0.25)
        notes: dict[int, np.ndarray] = {}
        for step, start in self.struck(self.patch.bass_line):
            chord = self.chord_at(step)
            if chord not in notes:
                notes[chord] = shape * tone(table, self.key / 4 * 2 ** (chord / 12), length)
            place(track, notes[chord], start, 0.8 * self.patch.bass)
        return track

    def chords(self) -> np.ndarray:
        sound, patch = self.sound, self.patch
        track, length = np.zeros(self.n), int(min(2.5 * patch.decay, 1.5) * RATE)
        rolloff = max(0.4, patch.rolloff + 0.6 * (0.5 - sound.energy) + 0.5 * sound.acousticness)
        root = self.key * 2 ** (round(2 * patch.octave) / 2)
        table = wave_table(rolloff, patch.even, 3 * root)
        shape = envelope(length, patch.attack, patch.decay * (1 - 0.5 * sound.acousticness))
        strum = patch.strum
        if sound.energy < 0.35:  # quiet songs strum half as often
            strum = strum & (np.cumsum(strum) % 2 == 1)
        notes: dict[int, np.ndarray] = {}
        for step, start in self.struck(strum):
            chord = self.chord_at(step)
            if chord not in notes:
                degrees = (0, 4 if sound.mode else 3, 7)
                pitches = [root * 2 ** ((chord + degree) / 12) for degree in degrees]
                notes[chord] = shape * sum(tone(table, pitch, length) for pitch in pitches)
            place(track, notes[chord], start, 0.3 * patch.chords)
        return track

    def voice(self) -> np.ndarray:
        """Return a melody that is sung; the more instrumental a song, the less of it."""
        sound, rng, track = self.sound, self.rng, np.zeros(self.n)
        level = self.patch.lead * (1 - sound.instrumentalness)
        scale = _MAJOR if sound.mode else _MINOR
        table = wave_table(1.0, 1.0, 900)
        register = 2 ** round(sound.valence - 0.5 + 0.5 * rng.standard_normal())
        start, note = -int(rng.random() * 4 * self.step), int(rng.integers(len(scale)))
        while start < self.n:
            length = int(rng.choice((2, 4, 6)) * self.step)
            note = int(np.clip(note + rng.integers(-2, 3), 0, len(scale) - 1))
            t = np.arange(length) / RATE
            vibrato = 1 + 0.012 * np.sin(2 * np.pi * 5.5 * t)
            pitch = min(self.key * register * 2 ** (scale[note] / 12), 850.0)
            sung = tone(table, pitch * vibrato, length) * np.sin(np.pi * np.arange(length) / length)
            vowel = _VOWELS[int(rng.integers(len(_VOWELS)))]
            place(track, sum(through_a_formant(sung, f, 120) for f in vowel), start, 4 * level)
            start += length + int(rng.choice((0, 0, 2)) * self.step)
        return track

    def speech(self) -> np.ndarray:
        """Return syllables without a tune; only songs with much speech have them loud."""
        rng, buzz = self.rng, np.zeros(self.n)
        level = 5 * max(self.sound.speechiness - 0.04, 0)
        vowel = _VOWELS[int(rng.integers(len(_VOWELS)))]
        syllable = envelope(int(0.12 * RATE), 0.02, 0.05)
        for start in np.arange(-rng.random() / 6, self.n / RATE, 1 / 6):
            place(buzz, syllable, int((start + 0.02 * rng.standard_normal()) * RATE), level)
        buzz *= rng.standard_normal(self.n)
        return sum(through_a_formant(buzz, f, 200) for f in vowel)


def _mastered(mix: np.ndarray, sound: Sound, patch: Patch, rng: np.random.Generator) -> np.ndarray:
    """Return a mix as it is on the record: room, distortion, bandwidth, hiss and loudness."""
    room = int(0.5 * RATE)
    echo = rng.standard_normal(room) * np.exp(-np.arange(room) / (0.12 * RATE)) / 40
    mix = mix + 2 * sound.liveness * fftconvolve(mix, echo)[: len(mix)]
    mix = mix / max(_rms(mix), 1e-9)
    drive = 0.3 * patch.drive * (0.5 + sound.energy) * (1 - 0.7 * sound.acousticness)
    mix = np.tanh(drive * mix) / drive
    mix = darkened(mix, float(np.interp(sound.year, _YEARS, _CUTOFF)))
    mix = tilted(mix, _TILT_SD * rng.standard_normal())
    mix = mix / max(_rms(mix), 1e-9)
    mix = mix + float(np.interp(sound.year, _YEARS, _HISS)) * rng.standard_normal(len(mix))
    # What is above the limit bends instead of being cut.
    return np.tanh(10 ** ((sound.loudness - 5) / 20) * mix)


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples**2)))
