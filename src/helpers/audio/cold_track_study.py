"""One comparison of everything that predicts a track from its sound, for the record."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from helpers.audio.baselines import linear_baseline, mlp_baseline
from helpers.audio.cold_tracks import hide_tracks, judge, scores, usage_model, usage_scores
from helpers.audio.feature_task import explained, features_of, standardised
from helpers.audio.hearing import HeardTracks, hear_tracks
from helpers.audio.needs import require_torch
from helpers.audio.network import SoundNetwork
from helpers.data.audio_features import load_audio_features
from helpers.data.playlists import load_playlists
from helpers.data.synthetic.audio import load_audio_tracks, make_audio
from helpers.evaluation.ranking import mean_over_users
from helpers.evaluation.significance import bootstrap_interval, paired_difference, paired_ratio
from helpers.fold_in.catalogue import codes
from helpers.songs import song_keys

BOUNDS = ("usage by others", "usage, own pairs")
"""Names of the two upper bounds among the models: without and with the pairs that are judged."""

_METRICS = ("auc", "map")
_CHANCE = {"auc": 0.5, "map": 0.0}
_AHEAD_OF = ("linear", "mlp")


def cold_track_study(
    scale: str = "lesson",
    seed: int = 0,
    *,
    share: float = 0.2,
    epochs: int = 80,
    folder: Path | None = None,
    report: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Hide tracks of the synthetic world and predict them from their sound in every way.

    Parameters
    ----------
    scale, folder
        As for `helpers.data.synthetic.audio.make_audio`; sound is always synthetic.
    seed : int
        Of the world, of which tracks are hidden, and of the networks.
    share : float
        Of the tracks with audio that are hidden.
    epochs : int
        Of both networks.
    report : callable, optional
        Is told what is being done.

    Returns
    -------
    dict
        Plain numbers for JSON: what was compared; "models" with the mean of each metric and its
        95 % interval over playlists; "ahead" with paired differences between the network and the
        baselines; "share_of_bound" with how far the network gets from chance to each bound; and
        "features" with R² of each audio feature over tracks.

    Raises
    ------
    SettingError
        If a setting makes no sense, or PyTorch is not installed.
    """
    require_torch()
    say = report or (lambda text: None)
    folder = make_audio(scale, seed, folder=folder)
    data = load_playlists(folder / "playlists")
    playlists = data.interactions()
    heard = hear_tracks(folder / "audio", load_audio_tracks(folder), playlists.items)
    songs = codes(song_keys(data.tracks["track_name"], data.tracks["artist_name"])).to_numpy()
    cold = hide_tracks(playlists, heard.columns, songs, share, seed)
    model = usage_model(cold, seed)
    listen, judged_on = heard.rows(cold.heard), heard.rows(cold.hidden)
    targets = model.item_factors[cold.heard]

    say("training the baselines and the network on what the tracks were used for")
    predicted = {
        "random": _shuffled(targets, len(judged_on), seed),
        "linear": _by(linear_baseline(), heard.statistics, listen, targets, judged_on),
        "mlp": _by(mlp_baseline(seed=seed), heard.statistics, listen, targets, judged_on),
    }
    network = SoundNetwork(epochs=epochs, seed=seed)
    predicted["network"] = _by(network, heard.spectrograms, listen, targets, judged_on)
    scored = {name: scores(model, vectors) for name, vectors in predicted.items()}
    for name, own in zip(BOUNDS, (False, True), strict=True):
        scored[name] = usage_scores(cold, model, own=own, seed=seed)
    judged = {name: judge(cold, of_model) for name, of_model in scored.items()}

    say("training a network on the audio features")
    return {
        "study": "cold_tracks",
        "dataset": "playlists",
        "data": "synthetic",
        "scale": scale,
        "seed": seed,
        "n_playlists": int(np.count_nonzero(~np.isnan(judged["network"]["auc"]))),
        "n_heard": len(listen),
        "n_hidden": len(judged_on),
        "epochs": epochs,
        "models": {name: _means(values) for name, values in judged.items()},
        "ahead": {name: _ahead(judged["network"], judged[name]) for name in _AHEAD_OF},
        "share_of_bound": {name: _shares(judged["network"], judged[name]) for name in BOUNDS},
        "features": _of_features(folder, heard, listen, judged_on, epochs=epochs, seed=seed),
    }


def _by(model: Any, x: np.ndarray, listen: np.ndarray, y: np.ndarray, rows: np.ndarray):
    return model.fit(x[listen], y).predict(x[rows])


def _shuffled(targets: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Return vectors of tracks that have nothing to do with those they stand for."""
    return targets[np.random.default_rng(seed).integers(len(targets), size=n)]


def _means(values: dict[str, np.ndarray]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric in _METRICS:
        found[metric] = _rounded(mean_over_users(values[metric]))
        found[f"{metric}_interval"] = _rounded(bootstrap_interval(values[metric]))
    return found


def _ahead(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric in _METRICS:
        difference, low, high, _, _ = paired_difference(ours[metric], theirs[metric], 0.95, 2000)
        found |= {metric: _rounded(difference), f"{metric}_interval": _rounded((low, high))}
    return found


def _shares(ours: dict[str, np.ndarray], bound: dict[str, np.ndarray]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric in _METRICS:
        chance = _CHANCE[metric]
        ratio, low, high = paired_ratio(ours[metric] - chance, bound[metric] - chance)
        found |= {metric: _rounded(ratio), f"{metric}_interval": _rounded((low, high))}
    return found


def _of_features(
    folder: Path,
    heard: HeardTracks,
    listen: np.ndarray,
    judged_on: np.ndarray,
    *,
    epochs: int,
    seed: int,
) -> dict[str, Any]:
    """Return R² of each audio feature by a line and by a network that was trained for it."""
    table = load_audio_features(folder / "audio_features").tracks
    rows, values = features_of(table, heard.tracks["track_uri"])
    learnt, asked = np.flatnonzero(np.isin(rows, listen)), np.flatnonzero(np.isin(rows, judged_on))
    wanted = standardised(values, learnt)
    found: dict[str, Any] = {"n_heard": len(learnt), "n_hidden": len(asked)}
    for name, model, x in (
        ("linear", linear_baseline(), heard.statistics),
        ("network", SoundNetwork(epochs=epochs, seed=seed), heard.spectrograms),
    ):
        predicted = _by(model, x, rows[learnt], wanted[learnt], rows[asked])
        found[name] = {
            one.feature: {"r2": _rounded(one.value), "r2_interval": _rounded((one.low, one.high))}
            for one in explained(wanted[asked], predicted)
        }
    return found


def _rounded(value: float | tuple[float, float]) -> float | list[float]:
    if isinstance(value, tuple):
        return [round(float(end), 4) for end in value]
    return round(float(value), 4)
