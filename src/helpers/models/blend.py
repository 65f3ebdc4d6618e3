"""Several recommenders in one: a weighted sum of standardised scores."""

import json
from typing import Self

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.als import ALS
from helpers.models.base import Recommender, checked_rows
from helpers.models.blend_friends import Friends
from helpers.models.content import Content
from helpers.models.ease import EASE
from helpers.models.factors import FactorModel
from helpers.models.ials import IALS
from helpers.models.tuned import TUNED

_PARTS: dict[str, type[Recommender]] = {
    part.name: part for part in (ALS, IALS, EASE, Content, Friends)
}
_NEED_SIDE = ("content", "friends")  # cannot do without tags or friendships
_LARGEST_WEIGHT = 1e6  # sums of scores stay finite as float32


class Blend(Recommender):
    r"""Rank items by a weighted sum of what other models say, each on the scale of its user.

    .. math::
        s_{ui} = \sum_m w_m \frac{s^m_{ui} - \mu^m_u}{\sigma^m_u}

    where :math:`s^m` are the scores of part m, and :math:`\mu^m_u` and :math:`\sigma^m_u` their
    mean and standard deviation over the items that user u does not play yet. An item that a part
    knows nothing about takes that part's lowest score of the user, or 0 with als and ials, whose
    loss puts it there; a part that knows nothing about a user adds nothing for them. An item that
    no part knows, and every item for a user without training items, scores -inf.

    The parts have the default settings of their own sections in `tuned.toml`, and are trained on
    the same training set. A part of weight 0 is not trained; "content" and "friends" are left out
    where the training set has no tags or no friendships. Each part repeats bit for bit, hence so
    does the blend.

    Parameters
    ----------
    als, ials, ease, content, friends : float
        The weight of each part, from 0 to a million, not all of them 0. Only their ratios matter.

    Attributes
    ----------
    parts : dict of str to Recommender
        The trained parts by name.

    Raises
    ------
    SettingError
        If a weight makes no sense, or no part of positive weight can be trained.
    """

    name = "blend"

    def __init__(
        self,
        *,
        als: float = TUNED["blend"]["als"],
        ials: float = TUNED["blend"]["ials"],
        ease: float = TUNED["blend"]["ease"],
        content: float = TUNED["blend"]["content"],
        friends: float = TUNED["blend"]["friends"],
    ) -> None:
        self.als = number_between("als", als, 0, _LARGEST_WEIGHT)
        self.ials = number_between("ials", ials, 0, _LARGEST_WEIGHT)
        self.ease = number_between("ease", ease, 0, _LARGEST_WEIGHT)
        self.content = number_between("content", content, 0, _LARGEST_WEIGHT)
        self.friends = number_between("friends", friends, 0, _LARGEST_WEIGHT)
        if not any(self.settings.values()):
            raise SettingError("every weight of the blend is 0, expected at least one above 0")

    def _fit(self, train: Interactions) -> None:
        self.parts = {}
        refusals = []
        for name in self._weighty():
            part = _PARTS[name]()
            try:
                self.parts[name] = part.fit(train)
            except SettingError as error:
                if name not in _NEED_SIDE:
                    raise
                refusals.append(str(error))
        if not self.parts:
            raise SettingError(f"no part of the blend can be trained: {refusals[0]}")

    def _weighty(self) -> list[str]:
        return [name for name, weight in self.settings.items() if weight > 0]

    def with_weights(self, **weights: float) -> Self:
        """Return a blend of the same trained parts with other weights, without training again.

        Parameters
        ----------
        **weights
            Settings of this class; those not named stay. With a weight of 0 a part is left out,
            and what is lost then is what the part is worth.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If a weight makes no sense, or none of the trained parts has any.

        Examples
        --------
        >>> without_tags = blend.with_weights(content=0)  # doctest: +SKIP
        """
        self._require_fitted()
        unknown = [name for name in weights if name not in _PARTS]
        if unknown:
            raise SettingError(f"unknown part {unknown[0]!r}, expected some of {', '.join(_PARTS)}")
        other = type(self)(**(self.settings | weights))
        other.parts = {name: self.parts[name] for name in other._weighty() if name in self.parts}
        if not other.parts:
            raise SettingError(
                f"none of {', '.join(other._weighty())} is trained, expected a weight above 0 for "
                f"one of {', '.join(self.parts)}"
            )
        other._know(self.train)
        return other

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        played = self.train.user_items[user_rows]
        return self._blended({name: p.score(user_rows) for name, p in self.parts.items()}, played)

    def _score_new(self, user_items: sp.csr_array) -> np.ndarray:
        """Blend the parts that can place new users; the friends of a new user are not known."""
        able = {name: part for name, part in self.parts.items() if name != Friends.name}
        if not able:
            return super()._score_new(user_items)
        scores = {name: part.score_new(user_items) for name, part in able.items()}
        return self._blended(scores, user_items)

    def _blended(self, scores: dict[str, np.ndarray], played: sp.csr_array) -> np.ndarray:
        blended = np.zeros(played.shape, dtype=np.float32)
        is_known = np.zeros(played.shape, dtype=bool)
        for name, of_part in scores.items():
            is_known |= np.isfinite(of_part)
            blended += self.settings[name] * self._standardised(name, of_part, played)
        blended[~is_known] = -np.inf
        blended[np.diff(played.indptr) == 0] = -np.inf
        return blended

    def _standardised(self, name: str, scores: np.ndarray, played: sp.csr_array) -> np.ndarray:
        if isinstance(self.parts[name], FactorModel):
            # Below all others, an item without listeners could not rise by its tags and friends.
            scores[np.isneginf(scores)] = 0
        return standardise(scores, played)

    def explain(self, user_row: int, item_row: int) -> dict[str, float]:
        """Return what each part adds to the score of one item for one user.

        Parameters
        ----------
        user_row, item_row : int

        Returns
        -------
        dict of str to float
            Weight times standardised score of each trained part. They add up to the score,
            unless that is -inf.

        Raises
        ------
        NotFittedError, SettingError
            Before `fit`; if a row is unknown.
        """
        user = self._checked_rows(user_row)[:1]
        item = checked_rows(item_row, self.n_items, "item")[0]
        played = self.train.user_items[user]
        return {
            name: self.settings[name]
            * float(self._standardised(name, part.score(user), played)[0, item])
            for name, part in self.parts.items()
        }

    def _arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays of all parts, with the name of the part in front, and their settings.

        The settings are those of training: the defaults may be others when the model is loaded.
        """
        settings = {name: part.settings for name, part in self.parts.items()}
        arrays = {"parts": np.array(json.dumps(settings))}
        for name, part in self.parts.items():
            arrays |= {f"{name}.{key}": values for key, values in part._arrays().items()}
        return arrays

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        self.parts = {}
        settings = json.loads(str(arrays["parts"]))
        if not settings:
            raise ValueError("it has no parts")
        for name in settings:
            start = f"{name}."
            own = {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
            part = _PARTS[name](**settings[name])
            part._restore(train, own)
            part._know(train)
            self.parts[name] = part


def standardise(scores: np.ndarray, played: sp.csr_array) -> np.ndarray:
    """Return scores less their mean, over their standard deviation, both over unplayed items.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, n_items)
        -inf, which stands for unknown, counts as the lowest known score of the row.
    played : csr_array, shape (n, n_items)
        Its stored cells have no part in mean and deviation.

    Returns
    -------
    ndarray of float32, shape (n, n_items)
        0 throughout a row whose unplayed items are all unknown or alike.
    """
    is_known = np.isfinite(scores)
    lowest = scores.min(axis=1, where=is_known, initial=np.inf, keepdims=True)
    lowest[np.isinf(lowest)] = 0
    filled = np.where(is_known, scores, lowest)
    n_played = np.diff(played.indptr)
    own = np.repeat(np.arange(len(scores)), n_played), played.indices
    n_open = np.maximum(scores.shape[1] - n_played, 1)[:, None]
    own_scores, filled[own] = filled[own], 0
    means = (filled.sum(axis=1, keepdims=True, dtype=np.float64) / n_open).astype(np.float32)
    filled -= means
    filled[own] = 0
    deviations = np.sqrt(np.einsum("ui,ui->u", filled, filled)[:, None] / n_open)
    deviations = deviations.astype(np.float32)
    # Rounding leaves a little where all are alike.
    is_flat = deviations <= 1e-6 * np.abs(means)
    filled[own] = own_scores - means[own[0], 0]
    filled /= np.where(is_flat, np.inf, deviations)
    return filled
