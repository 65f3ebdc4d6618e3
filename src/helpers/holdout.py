"""Train one model on one split and judge its lists on the test pairs."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from helpers.checks import list_length
from helpers.errors import SettingError
from helpers.evaluation.auc import sample_pairs, sampled_auc, user_auc
from helpers.evaluation.bias_metrics import bias_metrics
from helpers.evaluation.ranking import METRICS, mean_over_users, ranking_metrics
from helpers.files import write_atomically
from helpers.interactions import Interactions
from helpers.memory import PeakMemory
from helpers.models.base import Recommender
from helpers.models.lists import Recommendations
from helpers.split import Split

_SCORES_AT_ONCE = 2**24  # 64 MB


@dataclass(frozen=True)
class Evaluation:
    """One model on one split.

    Attributes
    ----------
    user_rows : ndarray of int, shape (n,)
        The users judged: those with at least one test pair.
    n_cold : int
        Those of them without training pairs. A model that has nothing for them gives an empty
        list, and no hit.
    recommendations : Recommendations
        Their lists, shape (n, k).
    per_user : dict of str to ndarray of float, shape (n_users,)
        Ranking metrics for every row of the matrix, NaN for users who are not judged.
    bias : dict of str to float
        The figures of `helpers.evaluation.bias_metrics` of the lists.
    fit_seconds, evaluate_seconds : float
        Wall time of training, and of recommending and computing the metrics.
    peak_memory_mb : float or None
        Extra memory at the peak of training; None where it cannot be measured, see
        `helpers.memory.PeakMemory`.
    places_new_users : bool
        Whether the model has scores for users it was not trained on.
    """

    user_rows: np.ndarray
    n_cold: int
    recommendations: Recommendations
    per_user: dict[str, np.ndarray]
    bias: dict[str, float]
    fit_seconds: float
    evaluate_seconds: float
    peak_memory_mb: float | None
    places_new_users: bool

    def means(self) -> dict[str, float]:
        """Return the mean of every metric over the users judged, and the bias figures."""
        return {name: mean_over_users(self.per_user[name]) for name in METRICS} | self.bias


def evaluate_model(model: Recommender, split: Split, k: int = 10) -> Evaluation:
    """Train a model and judge its top-k lists on the test pairs.

    The whole catalogue is ranked, training pairs left out, and validation pairs too where the
    split has them. To choose settings, pass `Split(train, None, validation)`, so that the test
    pairs stay unseen.

    Parameters
    ----------
    model : Recommender
        Is trained on `split.train`.
    split : Split
    k : int
        List length, from 1 to the size of the catalogue.

    Raises
    ------
    SettingError
        If k is out of range or no user has both training and test pairs.
    """
    list_length(k, split.train.n_items)  # before training, which may take long
    user_rows = np.flatnonzero(np.diff(split.test.user_items.indptr))
    is_cold = np.diff(split.train.user_items.indptr)[user_rows] == 0
    if is_cold.all():
        raise SettingError(
            "no user has both training and test pairs, expected at least one; "
            "check that the user identifiers of both sets are the same"
        )
    with PeakMemory() as memory:
        started = perf_counter()
        model.fit(split.train)
        fit_seconds = perf_counter() - started
    started = perf_counter()
    lists = model.recommend(user_rows, k, exclude=_known_pairs(split))
    relevant, trained = (part.user_items[user_rows] for part in (split.test, split.train))
    judged = ranking_metrics(lists.items, relevant, k)[k]
    popularity = split.train.item_popularity()
    bias = bias_metrics(lists.items, popularity, trained, relevant, split.train.n_users)
    evaluate_seconds = perf_counter() - started
    return Evaluation(
        user_rows=user_rows,
        n_cold=int(is_cold.sum()),
        recommendations=lists,
        per_user={
            name: _spread(values, user_rows, split.train.n_users) for name, values in judged.items()
        },
        bias=bias,
        fit_seconds=fit_seconds,
        evaluate_seconds=evaluate_seconds,
        peak_memory_mb=memory.megabytes,
        places_new_users=_places_new_users(model, split.train),
    )


def areas_under_curve(
    model: Recommender, split: Split, user_rows: np.ndarray, seed: int = 0
) -> dict[str, np.ndarray]:
    """Return the AUC of some users of a trained model, exact and as the Spark book estimates it.

    Parameters
    ----------
    model : Recommender
        Trained on `split.train`.
    split : Split
        Where it has validation pairs, the exact AUC takes them for no candidates either.
    user_rows : ndarray of int, shape (n,)
    seed : int
        Of the draw of the estimate.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        "exact", see `user_auc`, and "book", see `sampled_auc`; NaN for a user without test pairs.
    """
    known = _known_pairs(split)
    relevant, excluded = (part.user_items[user_rows] for part in (split.test, known))
    pairs = sample_pairs(relevant, seed=seed)
    exact, positive, negative = (np.empty(n) for n in (len(user_rows), *2 * pairs.item.shape))
    step = max(1, _SCORES_AT_ONCE // split.train.n_items)
    for start in range(0, len(user_rows), step):
        batch = slice(start, start + step)
        scores = model.score(user_rows[batch])
        exact[batch] = user_auc(scores, relevant[batch], excluded[batch])
        drawn = slice(*np.searchsorted(pairs.user, [start, start + step]))
        rows = pairs.user[drawn] - start
        positive[drawn] = scores[rows, pairs.item[drawn]]
        negative[drawn] = scores[rows, pairs.other[drawn]]
    return {"exact": exact, "book": sampled_auc(pairs, positive, negative, ties=0)}


def write_recommendations(evaluation: Evaluation, interactions: Interactions, file: Path) -> None:
    """Write lists as CSV with the columns user_id, item_id, rank (from 1) and score, atomically.

    A text identifier that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    items, scores = evaluation.recommendations
    row, place = np.nonzero(items >= 0)
    user_rows = evaluation.user_rows[row]
    table = pl.DataFrame(
        {
            "user_id": interactions.users.to_external(user_rows),
            "item_id": interactions.items.to_external(items[row, place]),
            "rank": place + 1,
            "score": scores[row, place],
        }
    )
    disarmed = pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'$1")
    write_atomically(file, table.with_columns(disarmed).write_csv())


def _places_new_users(model: Recommender, train: Interactions) -> bool:
    """Try it, with what the busiest user plays."""
    busiest = int(np.diff(train.user_items.indptr).argmax())
    try:
        model.score_new(train.user_items[[busiest]])
    except SettingError:
        return False
    return True


def _known_pairs(split: Split) -> Interactions:
    """Return the training and validation pairs, none of which is a candidate."""
    if split.validation is None:
        return split.train
    return split.train.with_matrix(split.train.user_items + split.validation.user_items)


def _spread(values: np.ndarray, user_rows: np.ndarray, n_users: int) -> np.ndarray:
    """Return the values at their rows of the whole matrix, NaN elsewhere."""
    everyone = np.full(n_users, np.nan)
    everyone[user_rows] = values
    return everyone
