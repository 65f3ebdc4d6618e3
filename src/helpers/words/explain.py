"""Say in words why two artists are alike, and why an artist was recommended."""

import numpy as np

from helpers.models.base import checked_rows
from helpers.words.placing import WordsToFactors
from helpers.words.vectors import CulturalVectors, largest


def shared_terms(
    vectors: CulturalVectors, one: int, other: int, n: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Return the terms that two items share, and what each adds to their cosine.

    Parameters
    ----------
    vectors : CulturalVectors
    one, other : int
        Item rows.
    n : int
        How many terms to return, the largest contribution first.

    Returns
    -------
    terms : ndarray of str, shape (min(n, shared terms),)
    contributions : ndarray of float32, the same shape
        Over all shared terms they add up to the cosine.
    """
    one, other = checked_rows([one, other], vectors.rows.shape[0], "item")
    products = vectors.rows[[one]].multiply(vectors.rows[[other]])
    return largest(products.toarray()[0], vectors.names, n)


def telling_terms(
    placing: WordsToFactors,
    vectors: CulturalVectors,
    user_factor: np.ndarray,
    item_row: int,
    n: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the terms that speak most for recommending an item that words have placed.

    Parameters
    ----------
    placing : WordsToFactors
    vectors : CulturalVectors
    user_factor : ndarray of float, shape (factors,)
        Of the user, in the model whose factors are predicted.
    item_row : int
    n : int
        How many terms to return, the largest contribution first.

    Returns
    -------
    terms : ndarray of str, shape (at most n,)
        Only terms that raise the score.
    contributions : ndarray of float32, the same shape
        Over all terms of the item, those that lower the score included, they add up to the score
        less that of the typical artist.
    """
    row = checked_rows(item_row, vectors.rows.shape[0], "item")
    weights = vectors.rows[row].toarray()[0]
    return largest(weights * (placing.of_terms @ user_factor), vectors.names, n)
