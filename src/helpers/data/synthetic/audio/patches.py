"""How genres and their scenes play: drum patterns, instruments and how they are recorded.

The constants are invented and make genres tell apart by ear; they mean nothing beyond that.
"""

from dataclasses import dataclass, replace

import numpy as np

from helpers.data.synthetic.names import GENRE_NAMES, GENRE_OF_SCENE
from helpers.data.synthetic.world import World

STEPS = 16  # in a bar of four beats
_FLIPPED = 0.1  # share of the steps of a pattern that a scene plays otherwise
_LEVEL_SD, _TIMBRE_SD = 0.35, 0.2  # of the log of a scene's levels; of its timbre
_ARTIST_SHARE = 0.6  # how far an artist strays, in units of those

# Steps of chords above the key, in semitones, one chord every half bar.
_PROGRESSIONS = (
    (0, 7, 9, 5), (0, 5, 7, 5), (0, 9, 5, 7), (0, 0, 5, 7), (2, 7, 0, 0), (0, 10, 5, 0),
    (0, 3, 10, 5), (0, 1, 0, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Patch:
    """How a band plays.

    Attributes
    ----------
    kick, snare, hat, strum, bass_line : ndarray of bool, shape (STEPS,)
        At which sixteenths of a bar each is struck.
    drums, bass, chords, lead : float
        Levels.
    rolloff : float
        The amplitude of the nth harmonic falls with n to this power.
    even : float
        Level of the even harmonics, 1 for that of the odd ones.
    attack, decay : float
        Seconds in which a chord comes and goes.
    drive : float
        How hard the mix is distorted.
    octave : float
        Of the chords above the middle one.
    chord_steps : tuple of int
        One of `_PROGRESSIONS`.
    """

    kick: np.ndarray
    snare: np.ndarray
    hat: np.ndarray
    strum: np.ndarray
    bass_line: np.ndarray
    drums: float
    bass: float
    chords: float
    lead: float
    rolloff: float
    even: float
    attack: float
    decay: float
    drive: float
    octave: float
    chord_steps: tuple[int, ...]


# Kick, snare, hat, strum and bass line of each genre, an x where they are struck.
_TABS = """
rock       x.....x.x....... ....x.......x... x.x.x.x.x.x.x.x. x.x.x.x.x.x.x.x. x.x.x.x.x.x.x.x.
pop        x...x...x...x... ....x.......x... ..x...x...x...x. x.....x.....x... x..x..x.x..x..x.
indie      x..x....x....... ....x.......x..x x...x...x...x... x..x..x.x..x..x. x...x...x...x...
electronic x...x...x...x... ....x.......x... ..x...x...x...x. ..x..x..x..x..x. ..x...x...x...x.
metal      xxxxxxxxxxxxxxxx ....x.......x... x...x...x...x... xxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxx
hip-hop    x..x......x..... ....x.......x... x.xxx.x.x.xxx.x. x............... x..x......x.....
punk       x.x...x.x.x...x. ..x...x...x...x. x.x.x.x.x.x.x.x. xxxxxxxxxxxxxxxx x.x.x.x.x.x.x.x.
rnb        x.......x.x..... ....x.......x... x.x.x.xxx.x.x.x. x.......x....... x..x....x.x..x..
folk       x.......x....... ................ ................ x...x.x.x...x.x. x.......x.......
ambient    ................ ................ ................ x............... x...............
gothic     x...x...x...x... ....x.......x..x xxxxxxxxxxxxxxxx x.......x....... x.xxx.xxx.xxx.xx
latin      x.....x.x.....x. ...x..x....x..x. x.xxx.xxx.xxx.xx x..x..x...x.x... x.....x.x.....x.
jazz       ................ ............x... x...x..xx...x..x ...x......x..... x...x...x...x...
classical  ................ ................ ................ x.x.x.x.x.x.x.x. x.......x.......
"""
_PATTERNS = {name: tabs for name, *tabs in map(str.split, _TABS.strip().splitlines())}
# drums, bass, chords, lead; rolloff, even; attack, decay; drive, octave.
_NUMBERS = {
    "rock": (1.0, 0.8, 0.9, 0.5, 0.9, 0.9, 0.005, 0.5, 2.5, -0.5),
    "pop": (0.9, 0.7, 0.7, 0.8, 1.3, 0.8, 0.02, 0.5, 1.2, 0.2),
    "indie": (0.7, 0.6, 0.9, 0.6, 1.2, 0.7, 0.008, 0.6, 1.5, 0.2),
    "electronic": (1.1, 0.9, 0.7, 0.2, 0.9, 0.5, 0.005, 0.15, 1.5, 0.3),
    "metal": (1.0, 0.8, 1.2, 0.4, 0.7, 1.0, 0.003, 0.3, 5.0, -1.0),
    "hip-hop": (1.1, 1.1, 0.4, 0.3, 1.5, 0.6, 0.01, 0.8, 1.3, 0.0),
    "punk": (1.0, 0.7, 1.1, 0.6, 0.8, 1.0, 0.003, 0.25, 3.5, -0.3),
    "rnb": (0.7, 1.0, 0.6, 0.8, 1.7, 0.7, 0.02, 0.9, 1.0, 0.0),
    "folk": (0.2, 0.4, 1.0, 0.8, 1.4, 1.0, 0.003, 0.7, 1.0, 0.2),
    "ambient": (0.1, 0.5, 1.1, 0.1, 1.9, 0.4, 0.4, 2.5, 1.0, 0.0),
    "gothic": (0.9, 0.9, 0.8, 0.5, 1.0, 0.3, 0.06, 0.9, 2.0, -0.5),
    "latin": (0.9, 0.8, 0.7, 0.7, 1.5, 0.9, 0.004, 0.3, 1.1, 0.4),
    "jazz": (0.5, 0.8, 0.6, 0.7, 1.6, 1.0, 0.01, 0.6, 1.0, 0.2),
    "classical": (0.05, 0.4, 1.0, 0.4, 1.3, 0.8, 0.05, 0.8, 1.0, 0.5),
}


def genre_patch(genre: int) -> Patch:
    """Return how a genre plays at its plainest."""
    name = GENRE_NAMES[genre]
    patterns = (np.array([step == "x" for step in pattern]) for pattern in _PATTERNS[name])
    return Patch(*patterns, *_NUMBERS[name], _PROGRESSIONS[genre % len(_PROGRESSIONS)])


def scene_patch(world: World, scene: int) -> Patch:
    """Return how a scene plays: as its genre, with patterns and timbre of its own."""
    rng = world.rng("audio of scene", scene)
    patch = _varied(genre_patch(int(GENRE_OF_SCENE[scene])), 1.0, rng)
    own = {
        name: getattr(patch, name) ^ (rng.random(STEPS) < _FLIPPED)
        for name in ("kick", "snare", "hat", "strum", "bass_line")
    }
    return replace(patch, **own, chord_steps=_PROGRESSIONS[rng.integers(len(_PROGRESSIONS))])


def artist_patch(world: World, scene: int, artist: int) -> Patch:
    """Return how an artist of the world plays when playing as a scene does."""
    return _varied(scene_patch(world, scene), _ARTIST_SHARE, world.rng("audio of artist", artist))


def _varied(patch: Patch, share: float, rng: np.random.Generator) -> Patch:
    levels, times = ("drums", "bass", "chords", "lead"), ("attack", "decay", "drive")
    factors = np.exp(share * _LEVEL_SD * rng.standard_normal(len(levels) + len(times))).tolist()
    changed = {
        name: getattr(patch, name) * factor
        for name, factor in zip(levels + times, factors, strict=True)
    }
    rolloff, even, octave = (share * _TIMBRE_SD * rng.standard_normal(3)).tolist()
    return replace(
        patch,
        **changed,
        rolloff=max(0.5, patch.rolloff + rolloff),
        even=float(np.clip(patch.even + even, 0, 1.2)),
        octave=patch.octave + 2 * octave,
    )
