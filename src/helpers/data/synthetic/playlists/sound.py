"""Audio features of songs: a level that changes over the years, genre, mood and chance."""

import numpy as np
from scipy.special import expit, logit

from helpers.data.synthetic.names import GENRE_NAMES, MOODS
from helpers.data.synthetic.playlists.settings import FIRST_YEAR
from helpers.data.synthetic.playlists.songs import Songs

# Rounded levels of recorded music, so that the years tell the story that the real tables tell:
# acoustic instruments give way, records become louder.
_YEARS = (1921, 1940, 1955, 1965, 1975, 1985, 1995, 2005, 2015, 2020)
_LEVELS = {
    "acousticness": (0.90, 0.88, 0.84, 0.62, 0.40, 0.30, 0.29, 0.28, 0.25, 0.22),
    "danceability": (0.46, 0.48, 0.47, 0.49, 0.52, 0.54, 0.56, 0.57, 0.59, 0.68),
    "energy": (0.30, 0.30, 0.32, 0.41, 0.52, 0.59, 0.58, 0.64, 0.63, 0.62),
    "instrumentalness": (0.38, 0.36, 0.30, 0.20, 0.14, 0.13, 0.11, 0.10, 0.10, 0.05),
    "liveness": (0.22, 0.21, 0.21, 0.21, 0.21, 0.20, 0.19, 0.19, 0.19, 0.18),
    "speechiness": (0.16, 0.15, 0.10, 0.07, 0.06, 0.06, 0.08, 0.09, 0.10, 0.13),
    "valence": (0.42, 0.48, 0.47, 0.54, 0.58, 0.57, 0.55, 0.52, 0.44, 0.48),
    "loudness": (-16.0, -15.0, -14.5, -12.8, -11.5, -11.0, -10.2, -7.6, -7.6, -6.8),
    "tempo": (105, 109, 110, 115, 119, 121, 119, 120, 120, 122),
    "minutes": (3.2, 3.3, 3.2, 3.2, 4.1, 4.1, 4.1, 4.0, 3.8, 3.3),
}
# How a genre differs from the others of its year: steps of a logit, the last of the tempo.
_GENRE_FEATURES = (
    "acousticness", "danceability", "energy", "instrumentalness", "speechiness", "valence", "tempo",
)  # fmt: skip
_GENRE_STEPS = {
    "rock": (-0.4, -0.3, 0.5, 0.0, -0.2, 0.0, 3),
    "pop": (-0.1, 0.3, 0.1, -0.8, -0.1, 0.3, 0),
    "indie": (0.1, -0.1, 0.0, 0.2, -0.2, -0.1, 2),
    "electronic": (-1.0, 0.6, 0.6, 1.2, 0.1, -0.1, 6),
    "metal": (-2.0, -0.8, 1.6, 0.5, 0.2, -0.6, 5),
    "hip-hop": (-0.4, 1.1, 0.3, -0.8, 1.2, 0.2, -4),
    "punk": (-1.2, -0.3, 1.2, -0.2, 0.1, 0.2, 12),
    "rnb": (0.1, 0.5, -0.2, -0.7, 0.1, 0.4, -6),
    "folk": (1.3, -0.1, -0.9, -0.1, -0.2, -0.1, -2),
    "ambient": (0.8, -0.6, -1.3, 2.2, -0.2, -0.9, -8),
    "gothic": (-0.7, 0.1, 0.5, 0.8, -0.1, -0.4, 4),
    "latin": (0.3, 0.6, 0.1, -0.5, 0.0, 0.8, 0),
    "jazz": (1.2, 0.1, -0.8, 0.9, -0.1, 0.2, -4),
    "classical": (2.4, -1.2, -1.9, 2.2, -0.2, -1.1, -10),
}
# Moods that artists are tagged with: further steps of some logits.
_MOOD_FEATURES = ("energy", "valence", "danceability")
_MOOD_STEPS = {
    "energetic": (0.6, 0.2, 0.1), "guitar": (0.2, 0.0, -0.1), "epic": (0.3, -0.3, -0.3),
    "catchy": (0.3, 0.5, 0.4), "summer": (0.2, 0.7, 0.4), "happy": (0.3, 1.0, 0.4),
    "melancholic": (-0.7, -0.8, -0.3), "mellow": (-0.9, -0.1, 0.0), "quirky": (0.1, 0.5, 0.2),
    "dance": (0.5, 0.4, 0.8), "hypnotic": (-0.2, -0.3, 0.3), "party": (0.6, 0.6, 0.7),
    "aggressive": (0.8, -0.4, -0.2), "brutal": (1.0, -0.8, -0.5), "dark": (0.1, -0.8, -0.2),
    "flow": (0.1, 0.2, 0.4), "street": (0.3, -0.1, 0.2), "angry": (0.8, -0.4, -0.3),
    "political": (0.3, -0.1, -0.1), "sexy": (-0.3, 0.2, 0.4), "smooth": (-0.6, 0.2, 0.2),
    "groovy": (0.3, 0.7, 0.6), "beautiful": (-0.7, -0.3, -0.3), "atmospheric": (-0.6, -0.5, -0.4),
    "relaxing": (-1.0, 0.0, -0.1), "dreamy": (-0.6, -0.3, -0.2), "romantic": (-0.5, 0.1, 0.0),
    "cool": (0.0, 0.2, 0.3),
}  # fmt: skip
# Spread of the logits, and how much of it energy and acousticness have in common.
_LOGIT_SD = {
    "acousticness": 1.5,
    "danceability": 0.65,
    "energy": 0.85,
    "speechiness": 0.65,
    "valence": 0.95,
}
_LEAN = {"energy": 0.5, "acousticness": -0.7}
_LOUDNESS_SD, _TEMPO_SD, _LOG_MINUTES_SD = 2.2, 27.0, 0.28
_POPULARITY_YEARS = (1921, 1945, 1960, 1970, 1990, 2010, 2020)
_POPULARITY = (2, 5, 21, 33, 37, 45, 51)


def draw_sound(songs: Songs, mood: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the audio features of all songs by their names in `data.csv`, shape (n_songs,) each.

    Parameters
    ----------
    songs : Songs
    mood : ndarray of int, shape (n_songs,)
        Which of the moods of its genre each song has.
    rng : Generator
    """
    n = len(songs)
    level = {name: np.interp(songs.year, _YEARS, values) for name, values in _LEVELS.items()}
    step = _steps(songs.genre, mood)
    sound = _draw_shares(level, step, rng)
    excess = sound["energy"] - level["energy"]
    loudness = level["loudness"] + 10 * excess + _LOUDNESS_SD * rng.standard_normal(n)
    tempo = level["tempo"] + step["tempo"] + 10 * excess + _TEMPO_SD * rng.standard_normal(n)
    length = 60_000 * level["minutes"] * np.exp(_LOG_MINUTES_SD * rng.standard_normal(n))
    rudeness = -3 + 2.2 * step["speechiness"] + (songs.year - 2000) / 12
    sound |= {
        "loudness": np.minimum(loudness, 1.0),
        "tempo": np.clip(tempo, 40, 220),
        "duration_ms": np.clip(np.rint(length), 31_000, 1_500_000).astype(np.int64),
        "key": rng.integers(0, 12, n),
        "mode": (rng.random(n) < expit(0.8 + 0.4 * step["valence"])).astype(np.int64),
        "explicit": (rng.random(n) < expit(rudeness)).astype(np.int64),
    }
    return sound | {"popularity": _draw_popularity(songs, sound, rng)}


def _steps(genre: np.ndarray, mood: np.ndarray) -> dict[str, np.ndarray]:
    """Return how the genre and the mood of each song set it apart, around a mean of 0."""
    of_genre = np.array([_GENRE_STEPS[name] for name in GENRE_NAMES])[genre]
    of_mood = np.array([[_MOOD_STEPS[word] for word in words] for words in MOODS])[genre, mood]
    step = dict(zip(_GENRE_FEATURES, (of_genre - of_genre.mean(axis=0)).T, strict=True))
    for name, further in zip(_MOOD_FEATURES, (of_mood - of_mood.mean(axis=0)).T, strict=True):
        step[name] = step[name] + further
    return step


def _draw_shares(
    level: dict[str, np.ndarray], step: dict[str, np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return the features that run from 0 to 1."""
    n = len(level["energy"])
    common = rng.standard_normal(n)  # what is energetic is less acoustic
    sound = {}
    for name, sd in _LOGIT_SD.items():
        lean = _LEAN.get(name, 0.0)
        chance = sd * rng.standard_normal(n) + lean * common
        # Chance draws a share towards one half; moved outwards, its mean stays where it was.
        outwards = np.sqrt(1 + np.pi / 8 * (sd**2 + lean**2))
        sound[name] = expit(logit(level[name]) * outwards + step[name] + chance)
    odds = logit(level["instrumentalness"]) + step["instrumentalness"]
    sound["instrumentalness"] = np.where(
        rng.random(n) < expit(odds), rng.beta(8, 2, n), np.exp(-4 - 3 * rng.standard_exponential(n))
    )
    sound["liveness"] = np.clip(level["liveness"] * rng.gamma(2.2, 1 / 2.2, n), 0.01, 0.99)
    return sound


def _draw_popularity(
    songs: Songs, sound: dict[str, np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Return how popular each song is in 2020, from 0 to 100: what is recent, known, danceable."""
    level = np.interp(songs.year, _POPULARITY_YEARS, _POPULARITY)
    order = np.argsort(np.argsort(songs.log_popularity, kind="stable"), kind="stable")
    rank = order / max(len(songs) - 1, 1)
    hit = 30 * (rank - 0.5) + 25 * rank**12
    liked = 6 * (sound["danceability"] - 0.55) + 4 * (sound["energy"] - 0.55)
    liked -= 4 * (sound["instrumentalness"] - 0.1)
    spread = np.clip((songs.year - FIRST_YEAR) / 50, 0.1, 1)
    points = level + spread * (hit + liked + 7 * rng.standard_normal(len(songs)))
    return np.clip(np.rint(points), 0, 100).astype(np.int64)
