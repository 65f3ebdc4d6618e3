"""Nearest neighbours: items like those you play, and items of users like you."""

import numpy as np
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.interactions import Interactions
from helpers.models.base import Recommender
from helpers.weighting import check_scheme, weigh

_ROWS_AT_ONCE = 4096  # rows of the similarity matrix held in memory before they are pruned


class ItemKNN(Recommender):
    r"""Rank items by their cosine similarity to the items of the user.

    .. math::
        s_{ui} = \sum_{j \in N_k(i)} w_{uj} \cos(w_{\cdot i}, w_{\cdot j})

    where :math:`N_k(i)` are the k items most similar to i, i itself left out.

    Parameters
    ----------
    neighbours : int
        How many similar items each item keeps.
    weighting : str
        One of `helpers.weighting.SCHEMES`.

    Attributes
    ----------
    similarities : csr_array of float32, shape (n_items, n_items)
        Row i holds the cosines of the neighbours of item i.
    """

    name = "item-knn"

    # Chosen on real last.fm: trained on 64 % of the pairs, judged on another 16 %, mean of split
    # seeds 0 and 1. Validation precision@10 by neighbours: 100 .100, 500 .117, 2000 .122, all
    # .122; by weighting (2000 neighbours): log .122, binary .121, bm25 .113.
    def __init__(self, neighbours: int = 2000, weighting: str = "log") -> None:
        check_scheme(weighting)
        self.neighbours = whole_number("neighbours", neighbours, 1)
        self.weighting = weighting

    def _fit(self, train: Interactions) -> None:
        self._weights = weigh(train.user_items, self.weighting)
        self.similarities = _nearest(self._weights.T.tocsr(), self.neighbours)
        self._to_scores = self.similarities.T.tocsr()

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        return _dense_scores(self._weights[user_rows] @ self._to_scores)


class UserKNN(Recommender):
    r"""Rank items by what the most similar users play.

    .. math::
        s_{ui} = \sum_{v \in N_k(u)} \cos(w_{u \cdot}, w_{v \cdot})\, w_{vi}

    where :math:`N_k(u)` are the k users most similar to u, u left out.

    Parameters
    ----------
    neighbours : int
        How many similar users each user keeps.
    weighting : str
        One of `helpers.weighting.SCHEMES`.

    Attributes
    ----------
    similarities : csr_array of float32, shape (n_users, n_users)
        Row u holds the cosines of the neighbours of user u.
    """

    name = "user-knn"

    # Chosen as for `ItemKNN`. Validation precision@10 by neighbours (bm25): 50 .122, 100 .126,
    # 200 .126 (with the higher NDCG), 500 .122; by weighting (100 neighbours): bm25 .126, log
    # .113, binary .113.
    def __init__(self, neighbours: int = 200, weighting: str = "bm25") -> None:
        check_scheme(weighting)
        self.neighbours = whole_number("neighbours", neighbours, 1)
        self.weighting = weighting

    def _fit(self, train: Interactions) -> None:
        self._weights = weigh(train.user_items, self.weighting)
        self.similarities = _nearest(self._weights, self.neighbours)

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        return _dense_scores(self.similarities[user_rows] @ self._weights)


def _dense_scores(products: sp.csr_array) -> np.ndarray:
    scores = products.toarray()
    scores[scores == 0] = -np.inf  # no neighbour says anything about it
    return scores


def _nearest(vectors: sp.csr_array, k: int) -> sp.csr_array:
    """Return the cosines between rows, each row keeping its k largest and not itself."""
    norms = np.sqrt(vectors.multiply(vectors).sum(axis=1))
    unit = vectors.multiply(1 / np.where(norms > 0, norms, 1)[:, None]).tocsr()
    transposed = unit.T.tocsr()
    n_rows = unit.shape[0]
    blocks = [
        _largest(unit[start : start + _ROWS_AT_ONCE] @ transposed, k, start)
        for start in range(0, n_rows, _ROWS_AT_ONCE)
    ]
    return sp.vstack(blocks, format="csr")


def _largest(block: sp.csr_array, k: int, first_row: int) -> sp.csr_array:
    """Keep the k largest cells of each row; the diagonal starts at column `first_row`."""
    cells = block.tocoo()
    rows, cols = cells.coords
    others = cols != rows + first_row
    rows, cols, values = rows[others], cols[others], cells.data[others]
    order = np.lexsort((cols, -values, rows))  # equal cosines: the smaller column first
    rows, cols, values = rows[order], cols[order], values[order]
    row_starts = np.searchsorted(rows, np.arange(block.shape[0]))
    kept = np.arange(len(rows)) - row_starts[rows] < k
    return sp.csr_array((values[kept], (rows[kept], cols[kept])), shape=block.shape)
