"""The tables of the README that show recorded studies."""

from collections.abc import Sequence
from typing import Any

from helpers.study_records import read_study

_WORDS = {
    "random": "random order",
    "typical artist": "typical artist, no word read",
    "feature-aware iALS": "feature-aware iALS",
    "content": "content: likeness of tags",
    "words": "**words, placed among the factors of ALS**",
}
_SOUND = {
    "random": "random vectors",
    "linear": "linear, on statistics of the sound",
    "mlp": "small network on the same statistics",
    "network": "**convolutional network on spectrograms**",
    "usage by others": "usage in other playlists, the bound",
}
_POLICIES = {
    "popular": "popular",
    "ε-greedy": "ε-greedy",
    "ALS": "ALS top-k",
    "BaRT": "**BaRT-like**",
    "LinUCB": "LinUCB",
    "Thompson": "Thompson sampling",
    "BaRT, ε = 0": "BaRT-like, exploring nothing",
}


def words_table() -> str:
    """Return the table of artists that nobody has played, in Markdown."""
    models = read_study("cold_artists")["models"]
    columns = ("auc", "auc_among_hidden", "recall")
    rows = [
        [title, *(_mean(models[name][column]) for column in columns)]
        for name, title in _WORDS.items()
    ]
    return _table(["artists by", "AUC", "AUC among the hidden", "recall@100"], rows)


def sound_table() -> str:
    """Return the table of tracks that nobody has used, in Markdown."""
    models = read_study("cold_tracks")["models"]
    rows = [
        [
            title,
            *(
                _value(models[name][metric], models[name][f"{metric}_interval"])
                for metric in ("auc", "map")
            ),
        ]
        for name, title in _SOUND.items()
    ]
    return _table(["tracks by", "AUC", "mAP"], rows)


def policies_table() -> str:
    """Return the table of policies that choose what to show, in Markdown."""
    found = read_study("bandits")["policies"]
    rows = [
        [
            title,
            _mean(found["stream_rate"][name]),
            f"{found['regret_exponent'][name]['mean']:.2f}",
            f"{found['reached'][name]:.0%}",
        ]
        for name, title in _POLICIES.items()
    ]
    head = ["policy", "stream rate", "regret grows with the power", "artists shown"]
    return _table(head, rows)


def newcomers_table() -> str:
    """Return the table of newcomers beside warm ones, in Markdown."""
    rows = [
        [
            row["newcomer"],
            row["known"],
            f"{row['metric']} {_value(row['value'], row['interval'])}",
            f"{row['warm']:.3f}",
            "{:.0%} ({:.0%} to {:.0%})".format(row["share"], *row["share_interval"]),
        ]
        for row in read_study("cold_start")["rows"]
    ]
    return _table(["new", "known", "reached", "warm", "share of warm"], rows)


def _mean(found: dict[str, Any]) -> str:
    return _value(found["mean"], found.get("interval"))


def _value(value: float, interval: Sequence[float] | None) -> str:
    if interval is None or interval[0] == interval[1]:
        return f"{value:.3f}"
    return "{:.3f} ({:.3f} to {:.3f})".format(value, *interval)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
