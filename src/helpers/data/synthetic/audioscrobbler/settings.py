"""Sizes of synthetic Audioscrobbler dumps, and every constant of their draw."""

from dataclasses import dataclass, replace

from helpers.data.synthetic.settings import SCALES, WorldSettings


@dataclass(frozen=True)
class DumpSettings:
    """Size of a dump and the constants of its draw.

    Defects are shares of the lines of the file they stand in; a dump of any size has a few of
    each. They are near those of the real files of 6 May 2005.
    """

    world: WorldSettings
    n_users: int
    # List lengths: log-normal, flattened towards the longest.
    mean_list: float
    longest_list: float
    list_log_sd: float = 1.4

    # Nobody can listen without end: the sum of a listener's plays bends towards a largest one.
    listener_plays_most: float = 200_000.0
    # Two listeners whose counts cannot be: plays of one artist, and of all artists together.
    hoarded_plays: int = 438_905
    collected_plays: int = 673_218
    # The placeholder of songs without an artist's name: who has it.
    unknown_share: float = 0.12

    # Misspelt names: how many for an artist, and which artists (reach ** exponent).
    variants_an_artist: float = 0.112
    variant_reach_exponent: float = 1.0
    # Of the users of an artist with many variants: only a bad id, or a bad one and the good one.
    misspelt_share: float = 0.08
    both_share: float = 0.04

    # Shares of alias lines.
    blank_share: float = 0.011
    self_share: float = 6e-5
    chain_share: float = 3e-4
    cycle_share: float = 2e-5
    two_goods_share: float = 5e-5
    # Shares of artist lines.
    unnamed_share: float = 1e-4
    no_tab_share: float = 4e-5
    bad_id_share: float = 3e-5
    tab_in_name_share: float = 3e-5
    not_utf8_share: float = 1e-3
    repeated_share: float = 2e-5

    def n_of(self, share: float, n: int, least: int = 2) -> int:
        """Return how many of n lines have the defect of that share."""
        return max(least, round(share * n))


# Beside last.fm's, the listeners of the dump follow fame more, keep more to their scenes, and
# are not asked for their favourites: lists hold what was played once as well.
_LISTENERS = {
    "mainstream_mean": 1.5,
    "mainstream_sd": 0.25,
    "openness_mean": 0.08,
    "log_plays_mean": 0.95,
    "level_sd": 1.0,
    "spread_median": 1.6,
    "spread_log_sd": 0.2,
    "plays_devotion": 0.4,
}

DUMPS = {
    "tiny": DumpSettings(
        replace(SCALES["tiny"], **_LISTENERS), n_users=150, mean_list=55, longest_list=200
    ),
    "lesson": DumpSettings(
        replace(SCALES["lesson"], **_LISTENERS), n_users=3000, mean_list=98, longest_list=2500
    ),
    # So many more artists need a longer tail, not more stars.
    "full": DumpSettings(
        replace(
            SCALES["lesson"],
            **_LISTENERS,
            n_listeners=1,
            n_artists=1_760_000,
            obscure_share=0.95,
            obscure_log_reach=-0.45,
            obscure_log_reach_sd=0.3,
        ),
        n_users=148_111,
        mean_list=161.6,
        longest_list=6500,
    ),
}
