"""Recommenders, all with the interface of `helpers.models.base.Recommender`."""

import inspect

from helpers.errors import SettingError
from helpers.models.als import ALS
from helpers.models.base import Recommender
from helpers.models.blend import Blend
from helpers.models.content import Content
from helpers.models.ease import EASE
from helpers.models.ials import IALS
from helpers.models.lightfm import LightFM
from helpers.models.lists import Recommendations
from helpers.models.neighbours import ItemKNN, UserKNN
from helpers.models.popularity import Popularity
from helpers.models.ratings import Ratings

__all__ = [
    "ALS",
    "EASE",
    "IALS",
    "MODELS",
    "Blend",
    "Content",
    "ItemKNN",
    "LightFM",
    "Popularity",
    "Ratings",
    "Recommendations",
    "Recommender",
    "UserKNN",
    "make_model",
]

MODELS: dict[str, type[Recommender]] = {
    model.name: model
    for model in (Popularity, ItemKNN, UserKNN, ALS, IALS, EASE, Content, LightFM, Ratings, Blend)
}


def make_model(name: str, **settings: int | float | str) -> Recommender:
    """Return an untrained model.

    Parameters
    ----------
    name : str
        A key of `MODELS`.
    **settings
        Keywords of the model's class; the others keep their defaults.

    Raises
    ------
    SettingError
        If the model or a setting is unknown, or a value makes no sense.

    Examples
    --------
    >>> make_model("item-knn", neighbours=20)
    ItemKNN(neighbours=20, weighting='log')
    """
    if name not in MODELS:
        raise SettingError(f"unknown model {name!r}, expected one of {', '.join(MODELS)}")
    known = list(inspect.signature(MODELS[name]).parameters)
    unknown = [setting for setting in settings if setting not in known]
    if unknown:
        expected = f"expected some of {', '.join(known)}" if known else "it has none"
        raise SettingError(f"unknown setting {unknown[0]!r} of {name}, {expected}")
    return MODELS[name](**settings)
