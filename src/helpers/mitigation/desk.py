"""What every mitigation works on: a trained model and its candidates."""

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from helpers import rerank
from helpers.checks import whole_number
from helpers.errors import SettingError
from helpers.models import Blend
from helpers.models.base import Recommender
from helpers.models.lists import Recommendations
from helpers.weighting import weigh

N_CANDIDATES = 500


class Desk:
    """A trained model together with its candidates for every user.

    Parameters
    ----------
    model : Recommender
        Trained.
    n_candidates : int
        Candidates a user, at most the size of the catalogue.

    Attributes
    ----------
    train : Interactions
    candidates : Recommendations of shape (n_users, n_candidates)
        The best items of each user, training items left out.
    popularity : ndarray of int, shape (n_items,)
        Training users of each item.

    Raises
    ------
    NotFittedError
        If the model is not trained.
    SettingError
        If `n_candidates` is no whole number from 1 upwards.
    """

    def __init__(self, model: Recommender, n_candidates: int = N_CANDIDATES) -> None:
        model.recommend([], 1)  # says what to do where the model is not trained
        self.model, self.train = model, model.train
        self.n_candidates = min(whole_number("n_candidates", n_candidates, 1), model.n_items)
        self.candidates = self.candidates_of(model)
        self.popularity = self.train.item_popularity()

    def candidates_of(self, model: Recommender) -> Recommendations:
        """Return as many candidates of another model, so that ties fall alike."""
        return model.recommend(self.user_rows, self.n_candidates, exclude=self.train)

    @property
    def user_rows(self) -> np.ndarray:
        """All rows of the training matrix, shape (n_users,)."""
        return np.arange(self.train.n_users)

    @cached_property
    def spread(self) -> float:
        """The unit of the scores, see `helpers.rerank.spread`."""
        return rerank.spread(self.candidates.scores, self.candidates.items >= 0)

    @cached_property
    def opinions(self) -> np.ndarray:
        """What a second model says of the candidates, shape of `candidates`.

        It blends tags with the factor model that is not the first one.
        """
        other = {"als": 0.0, "ials": 1.0}
        if self.model.name == "ials":
            other = {"als": 1.0, "ials": 0.0}
        second = Blend(**other, ease=0.0, content=1.0, friends=0.0).fit(self.train)
        parts = np.array_split(self.user_rows, 1 + self.train.n_users // 200)
        return np.concatenate(
            [
                np.take_along_axis(second.score(rows), self.candidates.items[rows], axis=1)
                for rows in parts
            ]
        )

    @cached_property
    def main_tag(self) -> np.ndarray:
        """The tag that most users gave each item, shape (n_items,); -1 for an item without."""
        if self.train.side is None:
            raise SettingError(
                "the training set has no tags, expected some to tell groups of items by; "
                "cap other groups with helpers.rerank.cap_group"
            )
        counts = self.train.side.item_tags().tocsr()
        main = np.full(counts.shape[0], -1)
        tagged = np.flatnonzero(np.diff(counts.indptr))
        main[tagged] = counts[tagged].argmax(axis=1)
        return main

    @property
    def weights(self) -> sp.csr_array:
        """The weights that the model was trained on."""
        bm25 = {
            name: self.model.settings[name] for name in ("k1", "b") if name in self.model.settings
        }
        return weigh(self.train.user_items, self._checked_weighting(), **bm25)

    def _checked_weighting(self) -> str:
        if "weighting" not in self.model.settings:
            raise SettingError(
                f"{self.model.name} takes no weights, expected a model with the setting "
                "'weighting', such as als; re-rank its lists instead"
            )
        return self.model.settings["weighting"]

    def retrained(self, weights: sp.csr_array | None = None, **settings: float) -> Recommender:
        """Return a model of the same kind trained on other weights or with other settings."""
        other = self.model.settings | settings
        train = self.train
        if weights is not None:
            self._checked_weighting()
            train, other["weighting"] = train.with_matrix(weights), "plays"
        return type(self.model)(**other).fit(train)
