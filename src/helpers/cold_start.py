"""Everything the course has for newcomers, beside what the same model reaches on those it knows.

Three kinds of newcomers, on the same listening: a listener of whom a few plays or answers are
known, an artist of whom there are only words, and a service that has no plays of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.cold_items import (
    cold_item_split,
    judge_cold_items,
    partly_shown,
    typical_item,
    with_placed_items,
)
from helpers.cold_users import ColdUserSplit, cold_user_split
from helpers.errors import SettingError
from helpers.evaluation.ranking import ranking_metrics
from helpers.evaluation.significance import bootstrap_interval, paired_ratio
from helpers.interactions import Interactions
from helpers.models import ALS, Content, Popularity
from helpers.models.lists import best_of
from helpers.question_round import ask
from helpers.split import random_places
from helpers.words.placing import learn_words_to_factors
from helpers.words.terms import tag_terms, without_background
from helpers.words.vectors import cultural_vectors

PLAYS, QUESTIONS = (1, 3, 5, 10), (10, 20)
"""How many plays of a new listener are folded in, and how many questions are asked."""


@dataclass(frozen=True)
class ColdResult:
    """One way to serve one kind of newcomer.

    Attributes
    ----------
    newcomer : str
        "listener", "artist" or "service".
    known : str
        What is known of the newcomer, and what is made of it.
    metric : str
    per_user : ndarray of float, shape (n_users,)
        NaN for users who are not judged.
    warm : ndarray of float, shape (n_users,)
        The same users under the same model, trained on what is new here as well.
    """

    newcomer: str
    known: str
    metric: str
    per_user: np.ndarray
    warm: np.ndarray

    def as_row(self) -> dict:
        """Return mean, warm mean and share of the warm mean with 95 % intervals over users."""
        judged = ~np.isnan(self.per_user)
        share, low, high = paired_ratio(self.per_user, self.warm)
        return {
            "newcomer": self.newcomer,
            "known": self.known,
            "metric": self.metric,
            "value": round(float(self.per_user[judged].mean()), 4),
            "interval": [round(end, 4) for end in bootstrap_interval(self.per_user)],
            "warm": round(float(self.warm[judged].mean()), 4),
            "share": round(share, 4),
            "share_interval": [round(low, 4), round(high, 4)],
        }


def new_listeners(listening: Interactions, seed: int = 0, k: int = 10) -> list[ColdResult]:
    """Serve listeners who were not in training: by a few plays, or by their answers.

    A fifth of the listeners is new; a fifth of what each plays is tested, and of the rest a few
    plays are shown. Whatever is shown, all of that rest stays out of the lists, so that all rows
    choose among the same artists. In a question round a listener says yes to an artist of the
    rest and no to a tested one: it counts as one yet to be found.

    Parameters
    ----------
    listening : Interactions
    seed : int
        Fixes the split and which plays are shown first.
    k : int
        List length of the precision.

    Raises
    ------
    SettingError
        If a setting is out of range or there is too little data.
    """
    split = cold_user_split(listening, seed=seed)
    model = ALS().fit(split.train)
    warm = _precision(_warm_scores(split), split, k)
    metric = f"precision@{k}"
    results = []
    for n in PLAYS:
        scores = model.score_new(first_plays(_given(split), n, seed))
        precision = _precision(scores, split, k)
        known = f"{n} play{'s' * (n > 1)}, folded in"
        results.append(ColdResult("listener", known, metric, precision, warm))
    for n in QUESTIONS:
        for adapt, how in ((False, "on the most played"), (True, "chosen by the model")):
            vectors = ask(model, _given(split), n, adapt=adapt).vectors
            precision = _precision(vectors @ model.item_factors.T, split, k)
            results.append(ColdResult("listener", f"{n} answers {how}", metric, precision, warm))
    return results


def new_service(listening: Interactions, seed: int = 0, k: int = 10) -> list[ColdResult]:
    """Serve the same listeners where nobody's plays are known but their own, or charts alone.

    Popularity stands for charts bought elsewhere; content compares tags and reads no play of
    anybody else. Parameters and errors as in `new_listeners`.
    """
    split = cold_user_split(listening, seed=seed)
    warm = _precision(_warm_scores(split), split, k)
    metric = f"precision@{k}"
    charts = _precision(Popularity().fit(split.train).score(split.user_rows), split, k)
    results = [ColdResult("service", "charts of others (popularity)", metric, charts, warm)]
    if split.train.side is not None:
        by_tags = Content().fit(split.train).score_new(_given(split))
        precision = _precision(by_tags, split, k)
        known = "descriptions (content), own plays"
        results.append(ColdResult("service", known, metric, precision, warm))
    return results


def new_artists(listening: Interactions, seed: int = 0, k: int = 100) -> list[ColdResult]:
    """Place artists nobody has played by their tags, and judge the places among all artists.

    The strict protocol of `helpers.cold_items`. Four fifths of the hidden pairs are shown to the
    warm model, and both are judged on the rest.

    Parameters
    ----------
    listening : Interactions
        With tags.
    seed : int
    k : int
        List length of the recall.

    Raises
    ------
    SettingError
        If there are no tags, a setting is out of range or there is too little data.
    """
    if listening.side is None:
        raise SettingError("new artists are placed by tags and there are none; use last.fm")
    split = cold_item_split(listening, seed=seed)
    shown = partly_shown(split, listening, seed=seed)
    model = ALS().fit(split.train)
    vectors = cultural_vectors(without_background(tag_terms(split.train.side)))
    popularity = split.train.item_popularity()
    placing = learn_words_to_factors(vectors, model.item_factors, popularity)
    warm = judge_cold_items(ALS().fit(shown.train), shown, k).recall
    ways = {
        "nothing (a typical artist)": typical_item(model, split),
        "tags, placed among the factors": placing.place(vectors),
    }
    return [
        ColdResult(
            "artist",
            known,
            f"recall@{k}",
            judge_cold_items(with_placed_items(model, factors, split.item_rows), shown, k).recall,
            warm,
        )
        for known, factors in ways.items()
    ]


def cold_start_study(
    listening: Interactions,
    data: str,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
) -> dict:
    """Return the whole table, ready for JSON.

    Parameters
    ----------
    listening : Interactions
        Of last.fm, with tags.
    data : str
        "real" or "synthetic".
    seed : int
    report : callable, optional
        Gets a line when a kind of newcomer begins.
    """
    rows = []
    for serve in (new_listeners, new_artists, new_service):
        if report:
            report(serve.__name__.replace("_", " "))
        rows += [result.as_row() for result in serve(listening, seed)]
    return {"study": "cold_start", "dataset": "lastfm", "data": data, "seed": seed, "rows": rows}


def first_plays(plays: sp.csr_array, n: int, seed: int = 0) -> sp.csr_array:
    """Return n random plays of each user, all where there are fewer; the same ones first for any n.

    Parameters
    ----------
    plays : csr_array, shape (n_users, n_items)
    n : int
    seed : int
    """
    _, place = random_places(plays, seed)
    kept = plays.copy()
    kept.data[place >= n] = 0
    kept.eliminate_zeros()
    return kept


def _given(split: ColdUserSplit) -> sp.csr_array:
    return split.given.user_items[split.user_rows]


def _warm_scores(split: ColdUserSplit) -> np.ndarray:
    """Return the scores of a model that was trained with the new listeners."""
    everybody = split.train.with_matrix(split.train.user_items + split.given.user_items)
    return ALS().fit(everybody).score(split.user_rows)


def _precision(scores: np.ndarray, split: ColdUserSplit, k: int) -> np.ndarray:
    lists = best_of(scores, k, _given(split))
    test = split.test.user_items[split.user_rows]
    return ranking_metrics(lists.items, test, k)[k]["precision"]
