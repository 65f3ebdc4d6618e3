"""Is the synthetic world a fair stand-in? Its statistics beside those of the real files."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
from tqdm import tqdm

from helpers.data.lastfm import LastFM, load_lastfm
from helpers.evaluation.inequality import top_share
from helpers.evaluation.popularity_bias import gini
from helpers.holdout import evaluate_model
from helpers.models import make_model
from helpers.split import Split, random_split

# Without lightfm and ratings, whose order the world does not keep: ranking losses gain less
# there than on real data, and so few hits as those of ratings are chance.
MODELS_COMPARED = ("popularity", "item-knn", "user-knn", "als", "ials", "ease", "content", "blend")

# Largest allowed |synthetic / real - 1|.
SIZE, SHAPE, ACCURACY = 0.05, 0.20, 0.25

_PLACE = "place of {} by P@10"
_SAME_PLACE = 0.95  # models this near to the best of a place share it


def compare_worlds(
    real_dir: Path, synthetic_dir: Path, split_seeds: Iterable[int] = (0, 1)
) -> pl.DataFrame:
    """Set the statistics of two folders of last.fm files side by side.

    Parameters
    ----------
    real_dir, synthetic_dir : Path
        Folders with the five files.
    split_seeds : iterable of int
        Random 80/20 splits on which the models are judged; their mean P@10 is shown.

    Returns
    -------
    DataFrame
        One row a statistic: statistic, real, synthetic, difference (synthetic / real - 1; for
        a place, synthetic - real), tolerance, within.

    Raises
    ------
    DataError
        If files are missing or malformed.
    """
    seeds = list(split_seeds)
    real, synthetic = (_measure(load_lastfm(folder), seeds) for folder in (real_dir, synthetic_dir))
    rows = []
    for statistic, (value, tolerance) in real.items():
        other = synthetic[statistic][0]
        # Places in a ranking must be the same; everything else is judged relatively.
        difference = other - value if tolerance == 0 else other / value - 1
        rows.append((statistic, value, other, difference, tolerance, abs(difference) <= tolerance))
    columns = ("statistic", "real", "synthetic", "difference", "tolerance", "within")
    return pl.DataFrame(rows, schema=columns, orient="row")


def render(comparison: pl.DataFrame) -> str:
    """Return the table of `compare_worlds` as text for a terminal."""
    width = comparison["statistic"].str.len_chars().max()
    title = f"{'statistic':<{width}}{'real':>12}{'synthetic':>12}{'difference':>12}{'allowed':>10}"
    lines = [title, "-" * (len(title) + 4)]
    for row in comparison.iter_rows(named=True):
        is_place = row["tolerance"] == 0
        values = "".join(f"{_shown(row[column]):>12}" for column in ("real", "synthetic"))
        difference = f"{row['difference']:+.0f}" if is_place else f"{row['difference']:+.1%}"
        allowed = "same" if is_place else f"{row['tolerance']:.0%}"
        verdict = "ok" if row["within"] else "OUT"
        lines.append(
            f"{row['statistic']:<{width}}{values}{difference:>12}{allowed:>10}{verdict:>4}"
        )
    n_out = int((~comparison["within"]).sum())
    lines.append(f"{len(comparison) - n_out} of {len(comparison)} statistics within tolerance")
    return "\n".join(lines)


def _measure(lastfm: LastFM, split_seeds: list[int]) -> dict[str, tuple[float, float]]:
    """Return value and tolerance of every statistic."""
    sizes = {
        "users": lastfm.plays["user_id"].n_unique(),
        "artists": lastfm.plays["artist_id"].n_unique(),
        "user-artist pairs": len(lastfm.plays),
    }
    shapes = {
        **_plays_statistics(lastfm),
        **_listener_statistics(lastfm),
        **_tag_statistics(lastfm),
    }
    accuracy = _precision(lastfm, split_seeds)
    places = _places(accuracy)
    return {
        **{name: (float(value), SIZE) for name, value in sizes.items()},
        **{name: (float(value), SHAPE) for name, value in shapes.items()},
        **{f"P@10 of {name}": (value, ACCURACY) for name, value in accuracy.items()},
        **{_PLACE.format(name): (float(place), 0.0) for name, place in places.items()},
    }


def _plays_statistics(lastfm: LastFM) -> dict[str, float]:
    log_plays = np.log(lastfm.plays["plays"].to_numpy())
    by_artist = lastfm.plays.group_by("artist_id").agg(pl.col("plays").sum())["plays"].to_numpy()
    return {
        "log plays a pair, mean": log_plays.mean(),
        "log plays a pair, sd": log_plays.std(),
        "plays an artist, Gini": gini(by_artist),
        "plays of the top 1 % of artists, share": top_share(by_artist, 0.01),
    }


def _listener_statistics(lastfm: LastFM) -> dict[str, float]:
    listeners = lastfm.plays.group_by("artist_id").len()["len"].to_numpy()
    return {
        "listeners an artist, Gini": gini(listeners),
        "listeners of the top 1 % of artists, share": top_share(listeners, 0.01),
        "artists with one listener, share": np.mean(listeners == 1),
    }


def _tag_statistics(lastfm: LastFM) -> dict[str, float]:
    """Return statistics over artists with at least one tag."""
    by_artist = lastfm.tagged.group_by("artist_id").agg(
        assignments=pl.len(), tags=pl.col("tag_id").n_unique()
    )
    return {
        "artists with a tag": len(by_artist),
        "tag assignments an artist, mean": by_artist["assignments"].mean(),
        "tag assignments an artist, sd": by_artist["assignments"].std(),
        "distinct tags an artist, mean": by_artist["tags"].mean(),
        "distinct tags an artist, sd": by_artist["tags"].std(),
    }


def _precision(lastfm: LastFM, split_seeds: list[int]) -> dict[str, float]:
    """Return P@10 of each model, the mean over the splits."""
    interactions = lastfm.interactions()
    splits = [random_split(interactions, seed=seed) for seed in split_seeds]
    options = {"desc": "evaluate", "unit": "model", "delay": 2, "leave": False, "disable": None}
    return {
        name: float(np.mean([_precision_on(split, name) for split in splits]))
        for name in tqdm(MODELS_COMPARED, **options)
    }


def _precision_on(split: Split, name: str) -> float:
    return evaluate_model(make_model(name), split).means()["precision"]


def _places(accuracy: dict[str, float]) -> dict[str, int]:
    """Return the place of each model from 1; a small difference does not make another place."""
    places: dict[str, int] = {}
    place, best = 0, np.inf
    for name, value in sorted(accuracy.items(), key=lambda item: -item[1]):
        if value < _SAME_PLACE * best:
            place, best = place + 1, value
        places[name] = place
    return places


def _shown(value: float) -> str:
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"
