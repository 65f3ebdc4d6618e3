"""The k items of a large catalogue with the largest scores for a vector."""

import numpy as np
import scipy.sparse as sp

from helpers.checks import list_length, whole_number
from helpers.errors import SettingError
from helpers.models.lists import Recommendations

_BLOCKS = 2**12  # of scores; the largest of each is looked at first
_BLOCKS_A_PLACE = 8  # at least, in the list that is looked for
_CELLS_AT_ONCE = 2**24  # scores held in memory: 64 MB
_SPARE = 50  # further neighbours to ask for, in the place of items that may not be shown


class ExactSearch:
    """Compare a vector with every item.

    Parameters
    ----------
    item_factors : ndarray of float32, shape (n_items, factors)
        An item with a zero vector is not known and never found.
    """

    def __init__(self, item_factors: np.ndarray) -> None:
        self.item_factors = item_factors
        self._unknown = np.flatnonzero(~item_factors.any(axis=1))

    def best(
        self, vectors: np.ndarray, k: int, exclude: sp.csr_array | None = None
    ) -> Recommendations:
        """Return the k best items for each vector; of equal ones, the smaller column.

        Parameters
        ----------
        vectors : ndarray of float32, shape (n, factors)
            A zero vector gets an empty list.
        k : int
            From 1 to n_items.
        exclude : csr_array, shape (n, n_items), optional
            Cells that are never shown.

        Raises
        ------
        SettingError
            If k is out of range.
        """
        n_items = len(self.item_factors)
        k = list_length(k, n_items)
        items = np.full((len(vectors), k), -1, dtype=np.int32)
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        n_at_once = max(1, _CELLS_AT_ONCE // n_items)
        for start in range(0, len(vectors), n_at_once):
            rows = range(start, min(start + n_at_once, len(vectors)))
            for row, of_row in zip(
                rows, self._scores(vectors[rows.start : rows.stop]), strict=True
            ):
                if not vectors[row].any():
                    continue
                of_row[self._unknown] = -np.inf
                if exclude is not None:
                    of_row[exclude.indices[exclude.indptr[row] : exclude.indptr[row + 1]]] = -np.inf
                found = largest(of_row, k)
                items[row, : len(found)], scores[row, : len(found)] = found, of_row[found]
        return Recommendations(items, scores)

    def _scores(self, vectors: np.ndarray) -> np.ndarray:
        if len(vectors) == 1:  # the product with one vector reads the items once, as they lie
            return (self.item_factors @ vectors[0])[None]
        return vectors @ self.item_factors.T


class ApproximateSearch:
    """Look only where the best items probably are, by a graph of neighbours (voyager, HNSW).

    Parameters
    ----------
    item_factors : ndarray of float32, shape (n_items, factors)
    links : int
        Neighbours each item keeps; more is slower and finds more.
    effort : int
        Candidates held while the graph is built, and searched when it is asked.
    seed : int

    Raises
    ------
    SettingError
        If voyager is not installed, or a setting is below 1.
    """

    def __init__(
        self, item_factors: np.ndarray, *, links: int = 16, effort: int = 200, seed: int = 0
    ) -> None:
        try:
            import voyager
        except ImportError:
            raise SettingError(
                "approximate search needs voyager, which is not installed; "
                "install it with: pip install voyager"
            ) from None
        self.item_factors = item_factors
        self.effort = whole_number("effort", effort, 1)
        norms = np.linalg.norm(item_factors, axis=1)
        # Long vectors first: most results are among them, and the graph is entered by the first.
        self._known = np.argsort(-norms, kind="stable")[: np.count_nonzero(norms)]
        self._index = voyager.Index(
            voyager.Space.InnerProduct,
            num_dimensions=item_factors.shape[1],
            M=whole_number("links", links, 1),
            ef_construction=effort,
            random_seed=whole_number("seed", seed, 0),
            max_elements=max(1, len(self._known)),
        )
        if len(self._known):
            self._index.add_items(item_factors[self._known], ids=self._known.tolist())

    def best(
        self, vectors: np.ndarray, k: int, exclude: sp.csr_array | None = None
    ) -> Recommendations:
        """Return about the k best items for each vector; see `ExactSearch.best`."""
        k = list_length(k, len(self.item_factors))
        items = np.full((len(vectors), k), -1, dtype=np.int32)
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        for row in np.flatnonzero(vectors.any(axis=1)):
            taken = np.empty(0, dtype=np.int32)
            if exclude is not None:
                taken = exclude.indices[exclude.indptr[row] : exclude.indptr[row + 1]]
            found = self._near(vectors[row], k + len(taken))
            found = found[~np.isin(found, taken)]
            exact = self.item_factors[found] @ vectors[row]
            order = np.lexsort((found, -exact))[:k]
            items[row, : len(order)], scores[row, : len(order)] = found[order], exact[order]
        return Recommendations(items, scores)

    def _near(self, vector: np.ndarray, n: int) -> np.ndarray:
        n = min(n + _SPARE, len(self._known))
        if n == 0:
            return np.empty(0, dtype=np.int64)
        found, _ = self._index.query(vector, k=n, query_ef=max(n, self.effort))
        return np.asarray(found, dtype=np.int64)


def largest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return where the k largest finite scores stand, the largest first; of equals, the smaller.

    The k-th largest of the blocks' largest scores is reached by at least k scores, so only those
    that reach it need sorting: the scores are read twice, and hardly any are moved.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        -inf is left out.
    k : int
        At least 1.
    """
    size = max(1, len(scores) // max(_BLOCKS, _BLOCKS_A_PLACE * k))
    n_blocks = len(scores) // size
    if n_blocks > k:
        tops = scores[: size * n_blocks].reshape(size, n_blocks).max(axis=0)
        reach = np.flatnonzero(scores >= np.partition(tops, n_blocks - k)[n_blocks - k])
    else:
        reach = np.arange(len(scores))
    reach = reach[np.isfinite(scores[reach])]
    return reach[np.argsort(-scores[reach], kind="stable")[:k]]


def most_popular(popularity: np.ndarray, k: int, exclude: sp.csr_array) -> Recommendations:
    """Return the k most popular items that are not excluded, the same for everyone else.

    Parameters
    ----------
    popularity : ndarray of int, shape (n_items,)
        Training users of each item; one without any is left out, and -1 pads the list.
    k : int
        From 1 to n_items.
    exclude : csr_array, shape (n, n_items)

    Returns
    -------
    Recommendations
        Popularity stands for the scores.
    """
    # A model with one factor: how popular an item is.
    everyone = np.ones((exclude.shape[0], 1), dtype=np.float32)
    return ExactSearch(popularity[:, None].astype(np.float32)).best(everyone, k, exclude)


def overlap(items: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the share of each list that stands in the other list of its user, shape (n,).

    Parameters
    ----------
    items, other : ndarray of int, shape (n, k)
        -1 is no item; NaN where a list has none.
    """
    shares = np.full(len(items), np.nan)
    for row, (one, two) in enumerate(zip(items, other, strict=True)):
        if (one >= 0).any():
            shares[row] = np.isin(one[one >= 0], two).mean()
    return shares


def recall(found: Recommendations, exact: Recommendations) -> float:
    """Return the share of the exact lists' items that were found, mean over lists with any."""
    shares = overlap(exact.items, found.items)
    return float(np.nanmean(shares)) if np.isfinite(shares).any() else 1.0
