"""Everything about a dump but its plays: artists, misspelt names and identifiers."""

from dataclasses import dataclass

import numpy as np

from helpers.data.synthetic.audioscrobbler.identifiers import draw_artist_ids, draw_user_ids
from helpers.data.synthetic.audioscrobbler.settings import DumpSettings
from helpers.data.synthetic.audioscrobbler.variants import UNKNOWN, Variants, draw_variants
from helpers.data.synthetic.world import World, draw_world


@dataclass(frozen=True)
class Dump:
    """A world and what the dump adds to it.

    Attributes
    ----------
    settings : DumpSettings
    world : World
    names : ndarray of str, shape (n_artists,)
        Those of the world's artists, then `UNKNOWN`, for songs without an artist's name.
    unnamed : ndarray of int
        Rows of artists whom `artist_data.txt` does not name.
    variants : Variants
    artist_ids : ndarray of int64, shape (n_artists + n_variants,)
        Identifiers of the artists, then of the misspelt names.
    user_ids : ndarray of int64, shape (n_users,)
    """

    settings: DumpSettings
    world: World
    names: np.ndarray
    unnamed: np.ndarray
    variants: Variants
    artist_ids: np.ndarray
    user_ids: np.ndarray

    @property
    def n_artists(self) -> int:
        """Number of artists, the placeholder `UNKNOWN` included."""
        return len(self.names)


def draw_dump(settings: DumpSettings, seed: int) -> Dump:
    """Return the dump of a seed without its plays; equal arguments give equal dumps."""
    world = draw_world(settings.world, seed)
    names = np.append(world.names, UNKNOWN)
    unnamed = _draw_unnamed(world.log_reach, settings, world.rng("dump", "unnamed"))
    # The placeholder is as early as the most widely known artists, misspelt names like most.
    log_reach = np.append(world.log_reach, world.log_reach.max())
    variants = draw_variants(names, log_reach, unnamed, settings, world.rng("dump", "variants"))
    misspelt = np.full(len(variants.artist), np.median(log_reach))
    artist_ids = draw_artist_ids(np.append(log_reach, misspelt), world.rng("dump", "artist ids"))
    user_ids = draw_user_ids(settings.n_users, world.rng("dump", "user ids"))
    return Dump(settings, world, names, unnamed, variants, artist_ids, user_ids)


def _draw_unnamed(
    log_reach: np.ndarray, settings: DumpSettings, rng: np.random.Generator
) -> np.ndarray:
    """Return artists known well enough to be played, the most widely known ones aside."""
    n = len(log_reach)
    known = np.argsort(-log_reach, kind="stable")[n // 100 : n // 10]
    return np.sort(rng.choice(known, settings.n_of(settings.unnamed_share, n), replace=False))
