"""Write the table of misspelt names: which bad id stands for which good one, and its defects."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from helpers.data.synthetic.audioscrobbler.dump import Dump
from helpers.data.synthetic.audioscrobbler.variants import MIN_VARIANTS, Variants


def write_aliases(file: Path, dump: Dump) -> dict[str, int]:
    """Write `artist_alias.txt` and return how many aliases have which defect.

    Returns
    -------
    dict of int
        "lines"; "blank" (no bad id) and "to_itself": lines of no use; "two_good_ids": bad ids
        with two lines; "to_unnamed": lines with a bad id whose good id has no name;
        "in_two_steps", "in_three_steps", "on_a_cycle", "into_a_cycle": bad ids.
    """
    settings, variants = dump.settings, dump.variants
    rng = dump.world.rng("dump", "aliases")
    n = len(variants.artist)
    cases = _cases(variants, rng)
    target, counts = _draw_targets(dump, cases)
    twice = [next(cases)[0] for _ in range(settings.n_of(settings.two_goods_share, n))]
    misspelt = np.unique(variants.artist)
    wrong = _others(variants.artist[twice], misspelt, rng)
    itself = rng.choice(misspelt, settings.n_of(settings.self_share, n), replace=False)
    blank = rng.choice(misspelt, settings.n_of(settings.blank_share, n))
    bad = np.concatenate([dump.n_artists + np.append(np.arange(n), twice), itself])
    good = np.concatenate([target, wrong, itself])
    ids = dump.artist_ids
    lines = pl.concat(
        [
            pl.DataFrame({"bad_id": ids[bad], "good_id": ids[good]}),
            pl.DataFrame({"good_id": ids[blank]}),
        ],
        how="diagonal",
    )[rng.permutation(len(bad) + len(blank))]
    lines.write_csv(file, include_header=False, separator="\t")
    return counts | {
        "lines": len(lines),
        "blank": len(blank),
        "to_itself": len(itself),
        "two_good_ids": len(twice),
        "to_unnamed": int(np.isin(good, dump.unnamed).sum()),
    }


def _cases(variants: Variants, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the variants of one artist with enough of them after the other, in random order."""
    has_enough = np.diff(variants.start)[:-1] >= MIN_VARIANTS  # Without the placeholder.
    for artist in rng.permutation(np.flatnonzero(has_enough)):
        yield np.arange(variants.start[artist], variants.start[artist + 1])


def _draw_targets(dump: Dump, cases: Iterator[np.ndarray]) -> tuple[np.ndarray, dict[str, int]]:
    """Return where the alias of each variant leads, a row of the identifiers, and what is odd."""
    settings, n_artists = dump.settings, dump.n_artists
    n, target = len(dump.variants.artist), dump.variants.artist.copy()
    counts = {"in_two_steps": 0, "in_three_steps": 0, "on_a_cycle": 0, "into_a_cycle": 0}
    for at in range(settings.n_of(settings.chain_share, n)):
        first, second, third, _ = next(cases)[:MIN_VARIANTS]
        target[first] = n_artists + second
        counts["in_two_steps"] += 1
        if at % 3 == 0:
            target[second] = n_artists + third
            counts["in_three_steps"] += 1
    for at in range(settings.n_of(settings.cycle_share, n)):
        # The last ones: hardly anyone plays them, and their plays are lost to the artist.
        first, second, third = next(cases)[-3:]
        target[first] = n_artists + second
        is_long = at % 2 == 1
        target[second] = n_artists + (third if is_long else first)
        target[third] = n_artists + first
        counts["on_a_cycle"] += 3 if is_long else 2
        counts["into_a_cycle"] += 0 if is_long else 1
    return target, counts


def _others(artists: np.ndarray, candidates: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return another one of the candidates, which rise, for each artist among them."""
    at = np.searchsorted(candidates, artists)
    return candidates[(at + rng.integers(1, len(candidates), len(at))) % len(candidates)]
