"""Draw reviews of the artists of a world: what they say follows its traits, more or less."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from helpers.data.synthetic.names import (
    COUNTRIES,
    DECADES,
    GENRE_NAMES,
    GENRE_OF_SCENE,
    MOODS,
    SCENE_NAMES,
    SCENES_PER_GENRE,
    VOICES,
)
from helpers.data.synthetic.texts import phrases
from helpers.data.synthetic.texts.settings import TextSettings
from helpers.data.synthetic.world import World


class Review(NamedTuple):
    """One review.

    Attributes
    ----------
    magazine : int
        A position in `phrases.MAGAZINES`.
    artist : int
        Row of the world.
    text : str
        A few sentences on one line.
    """

    magazine: int
    artist: int
    text: str


def draw_reviews(world: World, settings: TextSettings) -> Iterator[Review]:
    """Yield the reviews of a world, artist by artist."""
    rng = world.rng("texts", "reviews")
    mean = settings.reviews_factor * np.exp(settings.reviews_exponent * world.log_reach)
    n_reviews = rng.poisson(np.minimum(mean, settings.reviews_most))
    critic = _Critic(world, settings, world.rng("texts", "sentences"))
    for artist in np.repeat(np.arange(len(n_reviews)), n_reviews).tolist():
        magazine = int(rng.integers(len(phrases.MAGAZINES)))
        yield Review(magazine, artist, critic.review(artist))


class _Critic:
    """Writes sentences about artists of a world."""

    def __init__(self, world: World, settings: TextSettings, rng: np.random.Generator) -> None:
        self._world, self._settings, self._rng = world, settings, rng
        best_known_first = np.argsort(-world.log_reach, kind="stable")
        scenes = world.scene[best_known_first]
        self._of_scene = [best_known_first[scenes == at] for at in range(len(SCENE_NAMES))]

    def review(self, artist: int) -> str:
        """Return a review: sentences on some traits of the artist, and chatter, in any order."""
        sentences = [*self._on_music(artist), *self._on_person(artist)]
        n_chatter = 1 + self._rng.poisson(self._settings.further_chatter)
        sentences += [self._any_of(phrases.CHATTER) for _ in range(n_chatter)]
        order = self._rng.permutation(len(sentences)).tolist()
        return " ".join(sentences[at] for at in order)

    def _on_music(self, artist: int) -> Iterator[str]:
        settings, scene = self._settings, int(self._world.scene[artist])
        genre = int(GENRE_OF_SCENE[scene])
        name = self._world.names[artist]
        if self._happens(settings.nearby_share):
            scene = SCENES_PER_GENRE * genre + int(self._rng.integers(SCENES_PER_GENRE))
        if self._happens(settings.wrong_share):
            genre = int(self._rng.integers(len(GENRE_NAMES)))
        if self._happens(settings.scene_share):
            yield self._sentence(phrases.SCENE_FORMS, SCENE_NAMES[scene], name)
        for _ in range(2):
            if self._happens(settings.sound_share):
                sound = self._any_of(phrases.SOUNDS[GENRE_NAMES[genre]])
                yield self._sentence(phrases.SOUND_FORMS, sound)
        if self._happens(settings.mood_share):
            mood = int(self._world.labels["mood"][artist])
            moods = MOODS[genre]
            if self._happens(settings.wrong_share):
                mood = int(self._rng.integers(len(moods)))
            yield self._sentence(phrases.MOOD_FORMS, moods[mood])
        if self._happens(settings.comparison_share):
            yield self._comparison(artist)

    def _on_person(self, artist: int) -> Iterator[str]:
        settings, labels = self._settings, self._world.labels
        if self._happens(settings.decade_share):
            decade = int(labels["decade"][artist])
            if self._happens(settings.wrong_share):
                decade = int(self._rng.integers(len(DECADES)))
            yield self._sentence(phrases.DECADE_FORMS, DECADES[decade])
        if labels["voice"][artist] >= 0 and self._happens(settings.voice_share):
            yield self._sentence(phrases.VOICE_FORMS, VOICES[labels["voice"][artist]])
        if self._happens(settings.country_share):
            yield self._sentence(phrases.COUNTRY_FORMS, COUNTRIES[labels["country"][artist]])

    def _comparison(self, artist: int) -> str:
        others = self._of_scene[int(self._world.scene[artist])]
        rank = int(self._rng.geometric(1 / self._settings.comparison_rank)) - 1
        other = others[min(rank, len(others) - 1)]
        if other == artist:
            return self._any_of(phrases.CHATTER)
        return self._sentence(phrases.COMPARISON_FORMS, self._world.names[other])

    def _sentence(self, forms: tuple[str, ...], words: str, artist: str = "") -> str:
        return self._any_of(forms).replace("{artist}", artist).replace("{words}", words)

    def _any_of(self, choices: tuple[str, ...]) -> str:
        return choices[int(self._rng.integers(len(choices)))]

    def _happens(self, share: float) -> bool:
        return bool(self._rng.random() < share)
