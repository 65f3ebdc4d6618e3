"""Every method with its knob; those that train anew do it from the model's own settings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import rerank
from helpers.checks import number_between
from helpers.errors import SettingError
from helpers.evaluation.popularity_bias import long_tail
from helpers.mitigation.desk import N_CANDIDATES, Desk
from helpers.models.base import Recommender
from helpers.models.factors import FactorModel
from helpers.models.lists import Recommendations
from helpers.propensity import inverse_propensity, popularity_propensity
from helpers.weighting import downweight_popular, log, temper


@dataclass(frozen=True)
class Method:
    """One way to make lists less popular, with one knob.

    Attributes
    ----------
    name : str
    kind : str
        "re-rank" (the model stays) or "train" (it is trained again).
    knob : str
        What the knob is called where the method comes from.
    knobs : tuple of float
        Settings worth trying, from "off" to strong.
    make : callable
        Takes desk, knob and k, returns `Recommendations`.
    only : str or None
        Name of the one model that it is for; None for any.
    needs_vectors : bool
        Whether it is for factor models alone.
    """

    name: str
    kind: str
    knob: str
    knobs: tuple[float, ...]
    make: Callable[[Desk, float, int], Recommendations]
    only: str | None = None
    needs_vectors: bool = False

    @property
    def off(self) -> float:
        """The setting of the knob at which nothing changes."""
        return self.knobs[0]

    def is_for(self, model: Recommender) -> bool:
        """Return whether a model, trained or not, can have its lists made like this."""
        if self.only is not None:
            return model.name == self.only
        if self.kind == "train":
            return "weighting" in model.settings
        return isinstance(model, FactorModel) or not self.needs_vectors

    def lists(self, desk: Desk, knob: float, k: int = 10) -> Recommendations:
        """Return lists for all users of the desk.

        Raises
        ------
        SettingError
            If the knob is out of range, k is not from 1 to the number of candidates, or the method
            is not for this model or this training set.
        """
        if self.only not in (None, desk.model.name):
            raise SettingError(
                f"{self.name} is for {self.only}, got {desk.model.name}; take another method"
            )
        return self.make(desk, knob, k)


def _from_retrained(model: Recommender, desk: Desk, k: int) -> Recommendations:
    return rerank.first(desk.candidates_of(model), k)


def _penalty(desk: Desk, knob: float, k: int) -> Recommendations:
    beta = number_between("the knob", knob, 0) * desk.spread
    return rerank.penalise_popularity(desk.candidates, desk.popularity, beta, k)


def _division(desk: Desk, knob: float, k: int) -> Recommendations:
    return rerank.divide_by_popularity(desk.candidates, desk.popularity, knob, k)


def _xquad(desk: Desk, knob: float, k: int) -> Recommendations:
    return rerank.xquad(desk.candidates, desk.train.user_items, desk.popularity, knob, k)


def _calibration(desk: Desk, knob: float, k: int) -> Recommendations:
    profiles = desk.train.user_items
    return rerank.calibrate_popularity(desk.candidates, profiles, desk.popularity, knob, k)


def _niche_pool(desk: Desk, knob: float, k: int) -> Recommendations:
    return rerank.inject_niche(desk.candidates, long_tail(desk.popularity), knob, k)


def _tag_cap(desk: Desk, knob: float, k: int) -> Recommendations:
    most = number_between("the knob", knob, 1)
    if not most.is_integer():
        raise SettingError(f"the knob is {knob!r}, expected a whole number: items of one tag")
    return rerank.cap_group(desk.candidates, desk.main_tag, int(most), k)


def _diversity(desk: Desk, knob: float, k: int) -> Recommendations:
    if not isinstance(desk.model, FactorModel):
        raise SettingError(
            f"{desk.model.name} is no factor model, expected one such as als; "
            "give vectors of your own to helpers.rerank.diversify"
        )
    # Those of LightFM without the bias, which says how popular an item is and not what it is like.
    vectors = desk.model._similarity_factors()
    return rerank.diversify(desk.candidates, vectors, knob, k)


def _second_opinion(desk: Desk, knob: float, k: int) -> Recommendations:
    if number_between("the knob", knob, 0) == 0:
        return rerank.first(desk.candidates, k)  # no need to train the second model
    return rerank.second_opinion(desk.candidates, desk.opinions, desk.popularity, knob, k)


def _downweighting(desk: Desk, knob: float, k: int) -> Recommendations:
    return _from_retrained(desk.retrained(downweight_popular(desk.weights, knob)), desk, k)


def _even_downweighting(desk: Desk, knob: float, k: int) -> Recommendations:
    weights = downweight_popular(desk.weights, knob, normalised=True)
    return _from_retrained(desk.retrained(weights), desk, k)


def _propensity(desk: Desk, knob: float, k: int) -> Recommendations:
    weights = inverse_propensity(desk.weights, popularity_propensity(desk.popularity, knob))
    return _from_retrained(desk.retrained(weights), desk, k)


def _sharper_weights(desk: Desk, knob: float, k: int) -> Recommendations:
    weights = desk.weights
    sharper = temper(weights, 1 + number_between("the knob", knob, 0))
    if knob:
        sharper.data *= weights.data.mean() / sharper.data.mean()
    return _from_retrained(desk.retrained(sharper), desk, k)


def _log_weights(desk: Desk, knob: float, k: int) -> Recommendations:
    weights = desk.weights
    if number_between("the knob", knob, 0, 1):
        mixed = temper(weights, 1 - knob)
        mixed.data *= temper(log(desk.train.user_items), knob).data
        mixed.data *= weights.data.mean() / mixed.data.mean()
        weights = mixed
    return _from_retrained(desk.retrained(weights), desk, k)


def _unobserved(desk: Desk, knob: float, k: int) -> Recommendations:
    alpha0 = desk.model.alpha0 / number_between("the knob", knob, 1)
    return _from_retrained(desk.retrained(alpha0=alpha0), desk, k)


def _frequency(desk: Desk, knob: float, k: int) -> Recommendations:
    model = desk.model
    nu = model.nu - number_between("the knob", knob, 0, model.nu)
    n = desk.popularity[desk.popularity > 0] + model.alpha0 * desk.train.n_users
    # The mean penalty of an item stays; what changes is who bears it.
    regularization = model.regularization * float(np.mean(n**model.nu) / np.mean(n**nu))
    return _from_retrained(desk.retrained(nu=nu, regularization=regularization), desk, k)


_STRENGTHS = (0, 0.3, 0.6, 0.8, 0.9, 0.95, 1, 1.1, 1.2)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("log penalty", "re-rank", "β", (0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1), _penalty),
        Method("division", "re-rank", "γ", (0, 0.05, 0.1, 0.15, 0.2, 0.3), _division),
        Method("xQuAD", "re-rank", "λ", (0, 0.2, 0.4, 0.6, 0.7, 0.8), _xquad),
        Method("calibration", "re-rank", "λ", (0, 0.2, 0.4, 0.6, 0.8, 0.9), _calibration),
        Method("niche pool", "re-rank", "rate", (0, 0.1, 0.2, 0.3, 0.5), _niche_pool),
        Method("tag cap", "re-rank", "most", (N_CANDIDATES, 5, 4, 3, 2, 1), _tag_cap),
        Method("diversity", "re-rank", "λ", (0, 0.1, 0.2, 0.3, 0.5), _diversity, None, True),
        Method("second opinion", "re-rank", "θ", _STRENGTHS, _second_opinion),
        Method("down-weighting", "train", "γ", (0, 0.1, 0.25, 0.5), _downweighting),
        Method("even down-weighting", "train", "γ", (0, 0.1, 0.25, 0.5), _even_downweighting),
        Method("inverse propensity", "train", "γ", (0, 0.1, 0.25, 0.5), _propensity),
        Method("sharper weights", "train", "power", (0, 0.5, 1, 2), _sharper_weights),
        Method("log weights", "train", "share", (0, 0.5, 1), _log_weights),
        Method("unobserved weight", "train", "divisor", (1, 1.5, 2, 4), _unobserved, "ials"),
        Method("frequency penalty", "train", "1 - ν", (0, 0.2, 0.5, 1), _frequency, "ials"),
    )
}
