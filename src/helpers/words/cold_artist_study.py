"""The study of artists nobody has played: ways to place them, judged over several draws."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks import different_seeds
from helpers.cold_items import (
    ColdItemSplit,
    ColdJudgement,
    cold_item_split,
    judge_cold_items,
    mean_over_draws,
    partly_shown,
    random_recall,
    train_feature_ials,
    typical_item,
    with_placed_items,
)
from helpers.evaluation.summaries import (
    difference_summary,
    mean_summary,
    ratio_summary,
    rounded,
)
from helpers.interactions import Interactions
from helpers.models.als import ALS
from helpers.models.base import Recommender
from helpers.models.content import Content
from helpers.models.factors import FactorModel
from helpers.models.lightfm import LightFM
from helpers.words.placing import learn_words_to_factors
from helpers.words.terms import merge_spellings, tag_terms, without_background
from helpers.words.vectors import CulturalVectors, cultural_vectors

K = 100
SHOWN = 0.8
PERSONAL = 5
LIGHTFM_EPOCHS = 10
MEASURES = ("auc", "auc_among_hidden", "recall")
RIVALS = ("content", "feature-aware iALS")

Judgements = dict[str, list[ColdJudgement]]


def cold_artist_study(
    listening: Interactions,
    kind: str,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    report: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Hide artists in several draws, and judge who ranks them well for those who play them.

    Means are over users of each user's mean over the draws; intervals are 95 % bootstrap
    intervals over users. LightFM, the slowest, is judged on the first draw alone.

    Parameters
    ----------
    listening : Interactions
        With tags, such as last.fm's.
    kind : str
        "real" or "synthetic", for the record.
    seeds : sequence of int
        One a draw.
    report : callable, optional
        Called with a line of text after each draw.

    Returns
    -------
    dict
        What can be written as JSON: the protocol, and measures by model.

    Raises
    ------
    SettingError
        If a seed stands twice, or the data has no tags or no artist to hide.
    """
    seeds = different_seeds(seeds)
    judged: Judgements = {}
    on_rest: Judgements = {}
    random, hidden, without_words = [], [], []
    for n, seed in enumerate(seeds):
        split = cold_item_split(listening, seed=seed)
        als = ALS().fit(split.train)
        vectors = _vectors(split.train)
        models = _placed(als, vectors, split)
        _append(judged, _rivals(als, vectors, split) | models, split)
        if n == 0:
            _append(judged, {"LightFM hybrid": _lightfm(split.train)}, split)
        warm = partly_shown(split, listening, SHOWN, seed=seed)
        _append(on_rest, {"warm ALS": ALS().fit(warm.train)} | models, warm)
        random.append(random_recall(split, K))
        hidden.append(len(split.item_rows))
        without_words.append(int(np.count_nonzero(~vectors.has_words[split.item_rows])))
        if report is not None:
            report(
                f"draw {n + 1} of {len(seeds)}: words rank hidden artists with an AUC of "
                f"{np.nanmean(judged['words'][-1].auc):.3f}"
            )
    means = {name: mean_over_draws(draws) for name, draws in judged.items()}
    rest = {name: mean_over_draws(draws) for name, draws in on_rest.items()}
    random_mean = mean_over_draws([ColdJudgement(values, values, values) for values in random])
    return {
        "study": "cold_artists",
        **_protocol(listening, kind, seeds, hidden),
        "users_judged": int(np.count_nonzero(~np.isnan(means["words"].auc))),
        "hidden_without_words": without_words,
        "spellings": _spellings(listening),
        "models": {
            "random": {
                "auc": {"mean": 0.5},
                "auc_among_hidden": {"mean": 0.5},
                "recall": mean_summary(random_mean.recall),
            },
            **{name: _measures(judgement) for name, judgement in means.items()},
        },
        "words_by_draw": {
            measure: [rounded(np.nanmean(getattr(draw, measure))) for draw in judged["words"]]
            for measure in MEASURES
        },
        "times_random": {
            name: ratio_summary(means[name].recall, random_mean.recall)
            for name in ("words", "words, all tags")
        },
        "words_minus": {name: _differences(means["words"], means[name]) for name in RIVALS},
        "against_warm": {
            "models": {name: _measures(judgement) for name, judgement in rest.items()},
            "share_of_warm": {
                name: {
                    measure: ratio_summary(
                        getattr(rest[name], measure), getattr(rest["warm ALS"], measure)
                    )
                    for measure in MEASURES
                }
                for name in ("words", "words, all tags")
            },
        },
    }


def _vectors(train: Interactions, min_users: int = 1) -> CulturalVectors:
    return cultural_vectors(without_background(tag_terms(train.side, min_users)))


def _placed(als: ALS, vectors: CulturalVectors, split: ColdItemSplit) -> dict[str, FactorModel]:
    """Return one ALS with its hidden artists placed by words, by protocol."""
    every_tag = split.with_metadata()
    described = {
        "words": vectors,
        "words, all tags": _vectors(every_tag),
        f"words, all tags of {PERSONAL} users or more": _vectors(every_tag, PERSONAL),
    }
    listeners = split.train.item_popularity()
    return {
        name: with_placed_items(
            als,
            learn_words_to_factors(words, als.item_factors, listeners).place(words),
            split.item_rows,
        )
        for name, words in described.items()
    }


def _rivals(als: ALS, vectors: CulturalVectors, split: ColdItemSplit) -> dict[str, Recommender]:
    return {
        "typical artist": with_placed_items(als, typical_item(als, split), split.item_rows),
        "content": Content().fit(split.train),
        "feature-aware iALS": train_feature_ials(split.train, vectors),
    }


def _lightfm(train: Interactions) -> Recommender:
    return LightFM(tags=True, epochs=LIGHTFM_EPOCHS).fit(train)


def _append(judged: Judgements, models: Mapping[str, Recommender], split: ColdItemSplit) -> None:
    for name, model in models.items():
        judged.setdefault(name, []).append(judge_cold_items(model, split, K))


def _protocol(
    listening: Interactions, kind: str, seeds: list[int], hidden: list[int]
) -> dict[str, Any]:
    return {
        "dataset": "lastfm",
        "data": kind,
        "protocol": "a tenth of the artists with 5 listeners or more hidden in each draw, ranked "
        "among all artists; only tags of the training part are read, unless the name of a model "
        "says all tags",
        "seeds": seeds,
        "k": K,
        "users": listening.n_users,
        "artists": listening.n_items,
        "pairs": listening.n_pairs,
        "hidden_artists": hidden,
        "given_back_to_warm": SHOWN,
        "lightfm": {"epochs": LIGHTFM_EPOCHS, "seeds": seeds[:1]},
        "intervals": "95 % bootstrap over users, of each user's mean over the draws",
    }


def _spellings(listening: Interactions, n: int = 5) -> dict[str, Any]:
    """Return how many tags are spellings of others, and the n most used tags with several."""
    side = listening.side
    merged = merge_spellings(side.tags.astype(str), side.item_tags())
    uses = np.bincount(side.tagged[:, 2], minlength=len(merged))
    own = np.arange(len(merged))
    others = np.flatnonzero(merged != own)
    uses_of_group = np.bincount(merged, weights=uses, minlength=len(merged))
    several = np.unique(merged[others])
    largest = several[np.argsort(-uses_of_group[several], kind="stable")][:n]
    return {
        "tags": len(merged),
        "merged": len(others),
        "most_used": [
            {
                "tag": str(side.tags[tag]),
                "also": [str(side.tags[other]) for other in others[merged[others] == tag]],
                "uses": int(uses_of_group[tag]),
            }
            for tag in largest
        ],
    }


def _measures(judgement: ColdJudgement) -> dict[str, dict[str, Any]]:
    return {measure: mean_summary(getattr(judgement, measure)) for measure in MEASURES}


def _differences(one: ColdJudgement, other: ColdJudgement) -> dict[str, dict[str, Any]]:
    """Return by how much the first is ahead in each measure, on the same users."""
    return {m: difference_summary(getattr(one, m), getattr(other, m)) for m in MEASURES}
