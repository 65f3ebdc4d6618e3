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

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return np.tile(self.popularity, (len(user_rows), 1))
