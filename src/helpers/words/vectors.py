"""Cultural vectors: the weighted terms of each artist, and which artists they make alike."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.checks import list_length, whole_number
from helpers.errors import SettingError
from helpers.models.base import checked_rows
from helpers.models.lists import Recommendations, best_of
from helpers.words.terms import Terms


@dataclass(frozen=True)
class CulturalVectors:
    """One vector of term weights for each item.

    Attributes
    ----------
    rows : csr_array of float32, shape (n_items, n_terms)
        Of length 1, or 0 for an item without words.
    names : ndarray of str, shape (n_terms,)
    """

    rows: sp.csr_array
    names: np.ndarray

    @property
    def has_words(self) -> np.ndarray:
        """Whether each item has any term, shape (n_items,)."""
        return np.diff(self.rows.indptr) > 0

    def top_terms(self, item_row: int, n: int = 10) -> tuple[np.ndarray, np.ndarray]:
        """Return the heaviest terms of an item and their weights, none for one without words."""
        row = checked_rows(item_row, self.rows.shape[0], "item")
        return largest(self.rows[row].toarray()[0], self.names, n)


def cultural_vectors(*sources: Terms) -> CulturalVectors:
    """Return TF-IDF vectors (scikit-learn's, sublinear and smooth) of tags, of texts, or of both.

    Each source is weighed by itself and, where an item has it, of length 1, so that long texts do
    not drown a few tags. Then the weights of a term that several sources have are added, and the
    vectors shortened to length 1 again.

    Raises
    ------
    SettingError
        If there is no source, or they are of different catalogues.
    """
    from sklearn.feature_extraction.text import TfidfTransformer  # half a second
    from sklearn.preprocessing import normalize

    n_items = sorted({source.counts.shape[0] for source in sources})
    if len(n_items) != 1:
        raise SettingError(
            f"the sources of terms are of catalogues of {n_items} items, "
            "expected one source or more, all of one catalogue"
        )
    weigh = TfidfTransformer(sublinear_tf=True).fit_transform
    side_by_side = sp.hstack([weigh(source.counts) for source in sources], format="csr")
    every_name = np.concatenate([source.names.astype(str) for source in sources])
    names, column = np.unique(every_name, return_inverse=True)
    add = sp.csr_array((np.ones(len(column)), (np.arange(len(column)), column)))
    return CulturalVectors(sp.csr_array(normalize(side_by_side @ add), dtype=np.float32), names)


def similar_by_words(
    vectors: CulturalVectors, item_rows: np.ndarray, k: int = 10
) -> Recommendations:
    """Return the k items whose vectors have the largest cosine with those of some items.

    Parameters
    ----------
    vectors : CulturalVectors
    item_rows : ndarray of int, shape (n,)
    k : int
        From 1 to the size of the catalogue.

    Returns
    -------
    Recommendations
        A row for each item, without the item itself; padded where fewer items share a term with
        it, all of it for an item without words.
    """
    item_rows = checked_rows(item_rows, vectors.rows.shape[0], "item")
    k = list_length(k, vectors.rows.shape[0])
    cosines = (vectors.rows[item_rows] @ vectors.rows.T).toarray()
    cosines[cosines == 0] = -np.inf
    cosines[np.arange(len(item_rows)), item_rows] = -np.inf
    return best_of(cosines, k)


def shared_items(one: Recommendations, other: Recommendations) -> np.ndarray:
    """Return which share of each list stands in the other list of the same row too.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where either list is empty; of lists of different lengths, the share of the shorter.
    """
    pairs = zip(one.items.tolist(), other.items.tolist(), strict=True)
    sets = [({*a} - {-1}, {*b} - {-1}) for a, b in pairs]
    return np.array([len(a & b) / min(len(a), len(b)) if a and b else np.nan for a, b in sets])


def largest(values: np.ndarray, names: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the names of the n largest values above 0, and these."""
    order = np.argsort(-values, kind="stable")[: whole_number("n", n, 1)]
    order = order[values[order] > 0]
    return names[order], values[order]
