"""What fairness costs: every mitigation over its knob, a choice on validation, one test.

Accuracy is precision@k and exposure the mean popularity of what is shown, both over those of the
model itself on the same users. Users without test items have no part in either.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from tqdm import tqdm

from helpers.checks import number_between
from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import coverage, list_means, long_tail
from helpers.evaluation.ranking import ranking_metrics
from helpers.evaluation.significance import paired_difference, paired_ratio
from helpers.mitigation import METHODS, Desk
from helpers.models import make_model
from helpers.rerank import first
from helpers.split import Split

KEEP = 0.94
"""Share of precision to keep on validation, a point above the 93 % that are aimed at."""
WIDEN = 2.0
"""By how much coverage is to grow."""


def judge(items: np.ndarray, relevant: sp.csr_array, popularity: np.ndarray) -> dict[str, Any]:
    """Return what lists are worth, user by user, and how much of the catalogue they show.

    Parameters
    ----------
    items : ndarray of int, shape (n_users, k)
    relevant : csr_array, shape (n_users, n_items)
    popularity : ndarray of int, shape (n_items,)

    Returns
    -------
    dict
        `precision`, `ndcg`, `popularity` and `tail_share`, ndarrays of shape (n_users,) with NaN
        for users without test items; `coverage`, a number, over the users that are left.
    """
    k = items.shape[1]
    found = ranking_metrics(items, relevant, k)[k]
    is_judged = np.diff(relevant.indptr) > 0
    shown = np.where(is_judged[:, None], items, -1)
    return {
        "precision": found["precision"],
        "ndcg": found["ndcg"],
        "popularity": list_means(shown, popularity),
        "tail_share": list_means(shown, long_tail(popularity)),
        "coverage": coverage(shown, len(popularity)),
    }


def sweep(
    base: str, splits: Iterable[Split], methods: Sequence[str] | None = None, k: int = 10
) -> list[dict[str, Any]]:
    """Judge every setting of every method on the test pairs of the splits.

    To choose by the result, pass `Split(train, None, validation)`.

    Parameters
    ----------
    base : str
        Name of the model, with its default settings.
    splits : iterable of Split
    methods : sequence of str, optional
        Keys of `METHODS`; default all that are for this model.
    k : int

    Returns
    -------
    list of dict
        One a setting, "off" first: method, kind, knob, precision, popularity, coverage, tail_share
        (means over the splits), and kept, exposure, widened: precision, popularity and coverage
        over those of the model itself.

    Raises
    ------
    SettingError
        If a name is unknown, there is no split, or a method is not for this model.
    """
    splits, chosen = _some(splits), _methods(base, methods)
    settings = [(method.name, knob) for method in chosen for knob in method.knobs]
    found = {setting: [] for setting in settings}
    with _progress(len(splits) * len(settings), "sweep") as bar:
        for split in splits:
            desk = Desk(make_model(base).fit(split.train))
            for name, knob in settings:
                is_off = knob == METHODS[name].off  # no need to train the same model again
                lists = first(desk.candidates, k) if is_off else METHODS[name].lists(desk, knob, k)
                found[name, knob].append(_means(lists.items, split, desk))
                bar.update()
    rows = []
    for name, knob in settings:
        means = {key: float(np.mean([f[key] for f in found[name, knob]])) for key in _MEANS}
        off = found[name, METHODS[name].off]
        own = {key: float(np.mean([f[key] for f in off])) for key in _RATIOS.values()}
        if not own["precision"] > 0:
            raise SettingError(
                f"the lists of {base} hit no test item, expected some precision to compare with; "
                "use more data or another model"
            )
        ratios = {ratio: means[key] / own[key] for ratio, key in _RATIOS.items()}
        kind = METHODS[name].kind
        rows.append({"method": name, "kind": kind, "knob": float(knob)} | means | ratios)
    return rows


_MEANS = ("precision", "popularity", "coverage", "tail_share")
_RATIOS = {"kept": "precision", "exposure": "popularity", "widened": "coverage"}


def front(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the settings that no other beats in both kept precision and exposure, by exposure.

    Lower exposure is better here; of equal settings all stay.
    """
    kept = np.array([row["kept"] for row in rows])
    exposure = np.array([row["exposure"] for row in rows])
    beaten = (
        (kept[:, None] <= kept)
        & (exposure[:, None] >= exposure)
        & ((kept[:, None] < kept) | (exposure[:, None] > exposure))
    ).any(axis=1)
    best = [row for row, is_beaten in zip(rows, beaten, strict=True) if not is_beaten]
    return sorted(best, key=lambda row: row["exposure"])


def choose(
    rows: Sequence[dict[str, Any]], keep: float = KEEP, widen: float = WIDEN
) -> dict[str, Any]:
    """Return the setting of least exposure among those that keep precision and widen coverage.

    Raises
    ------
    SettingError
        If `keep` or `widen` is below 0, or no setting does it; the message names what the best
        ones reach.
    """
    number_between("keep", keep, 0)
    number_between("widen", widen, 0)
    able = [row for row in rows if row["kept"] >= keep and row["widened"] >= widen]
    if not able:
        kept = max((row["kept"] for row in rows if row["widened"] >= widen), default=None)
        reached = "none widens it so far" if kept is None else f"the best of those keeps {kept:.1%}"
        raise SettingError(
            f"no setting keeps {keep:.0%} of the precision and widens coverage {widen:g} times: "
            f"{reached}; ask for less"
        )
    return min(able, key=lambda row: row["exposure"])


def confirm(
    base: str, choices: Sequence[tuple[str, float]], splits: Iterable[Split], k: int = 10
) -> list[dict[str, Any]]:
    """Judge chosen settings on the test pairs, against the model itself on the same users.

    Parameters
    ----------
    base : str
    choices : sequence of (method, knob)
    splits : iterable of Split
        Read once; their means are compared user by user.
    k : int

    Returns
    -------
    list of dict
        The model itself first, then one a choice: method, knob, precision, popularity, coverage,
        tail_share; kept and exposure as [ratio, low, high] with 95 % bootstrap intervals over
        users; difference in precision as [mean, low, high]; widened as [ratio of the means, lowest
        and highest of a split].

    Raises
    ------
    SettingError
        If a name is unknown, there is no split, a method is not for this model, or the lists of
        the model hit nothing.
    """
    splits = _some(splits)
    _methods(base, [name for name, _ in choices])  # an unknown name fails at once
    settings = [("none", 0.0), *choices]
    found = {setting: [] for setting in settings}
    with _progress(len(splits) * len(settings), "test") as bar:
        for split in splits:
            desk = Desk(make_model(base).fit(split.train))
            for name, knob in settings:
                items = desk.candidates.items[:, :k]
                if name != "none":
                    items = METHODS[name].lists(desk, knob, k).items
                found[name, knob].append(judge(items, split.test.user_items, desk.popularity))
                bar.update()
    off = found["none", 0.0]
    return [_compared(name, knob, found[name, knob], off) for name, knob in settings]


def _compared(name: str, knob: float, found: list[dict], off: list[dict]) -> dict[str, Any]:
    def per_user(of_splits: list[dict], key: str) -> np.ndarray:
        values = np.stack([judged[key] for judged in of_splits])
        n_values = (~np.isnan(values)).sum(axis=0)
        sums = np.nansum(values, axis=0)
        return np.divide(sums, n_values, out=np.full(len(sums), np.nan), where=n_values > 0)

    precision, own = per_user(found, "precision"), per_user(off, "precision")
    kept = paired_ratio(precision, own)  # refuses lists that hit nothing
    gain = paired_difference(precision, own)
    wider = [new["coverage"] / old["coverage"] for new, old in zip(found, off, strict=True)]
    means = {key: float(np.mean([np.nanmean(judged[key]) for judged in found])) for key in _MEANS}
    return {
        "method": name,
        "knob": float(knob),
        **means,
        "kept": list(kept),
        "exposure": list(paired_ratio(per_user(found, "popularity"), per_user(off, "popularity"))),
        "difference": [gain.difference, gain.low, gain.high],
        "widened": [
            means["coverage"] / float(np.mean([judged["coverage"] for judged in off])),
            min(wider),
            max(wider),
        ],
    }


def _means(items: np.ndarray, split: Split, desk: Desk) -> dict[str, float]:
    judged = judge(items, split.test.user_items, desk.popularity)
    return {key: float(np.nanmean(judged[key])) for key in _MEANS}


def _methods(base: str, names: Sequence[str] | None) -> list:
    if names is None:
        model = make_model(base)
        return [method for method in METHODS.values() if method.is_for(model)]
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise SettingError(f"unknown method {unknown[0]!r}, expected some of {', '.join(METHODS)}")
    return [METHODS[name] for name in names]


def _some(splits: Iterable[Split]) -> list[Split]:
    splits = list(splits)
    if not splits:
        raise SettingError("there is no split to judge on, expected one or more")
    return splits


def _progress(total: int, what: str) -> tqdm:
    return tqdm(total=total, desc=what, unit="setting", delay=2, leave=False, disable=None)
