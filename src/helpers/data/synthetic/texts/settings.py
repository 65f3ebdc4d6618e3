"""Sizes of synthetic corpora, and every constant of their draw."""

from dataclasses import dataclass

from helpers.data.synthetic.settings import SCALES, WorldSettings


@dataclass(frozen=True)
class TextSettings:
    """Size of a corpus and the constants of its draw.

    An artist has Poisson(factor × reach ** exponent) reviews, its mean bounded; so the widely
    known are written about, most others are not, and a few nobody plays are.
    """

    world: WorldSettings
    reviews_factor: float = 0.03
    reviews_exponent: float = 1.2
    reviews_most: float = 5.0

    # How often a review speaks of each trait of its artist.
    scene_share: float = 0.75
    sound_share: float = 0.9
    mood_share: float = 0.6
    decade_share: float = 0.45
    voice_share: float = 0.6
    country_share: float = 0.35
    comparison_share: float = 0.6
    # How often it names another scene of the genre, and a genre, mood or decade out of the blue.
    nearby_share: float = 0.2
    wrong_share: float = 0.08
    # Artists of a scene are compared with its best known ones: a geometric rank has this mean.
    comparison_rank: float = 12.0
    # Sentences that would fit any artist: 1 + Poisson of this mean.
    further_chatter: float = 1.5


CORPORA = {
    # Of so few artists even those that are little known are in somebody's list.
    "tiny": TextSettings(SCALES["tiny"], reviews_factor=0.5),
    "lesson": TextSettings(SCALES["lesson"]),
}
