"""The baseline that every other model must beat: the same list for everyone."""

import numpy as np

from helpers.interactions import Interactions
from helpers.models.base import Recommender


class Popularity(Recommender):
    """Rank items by their number of training users.

    Attributes
    ----------
    popularity : ndarray of float32, shape (n_items,)
        Users of each item in the training set.
    """

    name = "popularity"

    def _fit(self, train: Interactions) -> None:
        self.popularity = train.item_popularity().astype(np.float32)

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        return np.tile(self.popularity, (len(user_rows), 1))
