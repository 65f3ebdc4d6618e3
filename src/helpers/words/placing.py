"""Place artists whom nobody has played among the factors of those who are played, by their words.

Van den Oord, Dieleman and Schrauwen (2013) predict the factors of songs from sound; here a linear
model predicts those of artists from words.
"""

from dataclasses import dataclass

import numpy as np

from helpers.checks import positive_number
from helpers.errors import SettingError
from helpers.words.vectors import CulturalVectors


@dataclass(frozen=True)
class WordsToFactors:
    """A linear map from cultural vectors to factors.

    Attributes
    ----------
    typical : ndarray of float32, shape (factors,)
        What every artist gets, whatever its words.
    of_terms : ndarray of float32, shape (n_terms, factors)
        What each term adds, times its weight.
    """

    typical: np.ndarray
    of_terms: np.ndarray

    def place(self, vectors: CulturalVectors) -> np.ndarray:
        """Return the factors of all items of a catalogue, float32, shape (n_items, factors).

        Zero for an item without words: nothing is known about it, and no model recommends it.
        """
        factors = vectors.rows @ self.of_terms + self.typical
        factors[~vectors.has_words] = 0
        return factors.astype(np.float32)


def learn_words_to_factors(
    vectors: CulturalVectors,
    item_factors: np.ndarray,
    listeners: np.ndarray,
    penalty: float = 100.0,
) -> WordsToFactors:
    r"""Learn to predict the factors of items from their words by ridge regression.

    Minimises, over the items i with words and listeners,

    .. math:: \sum_i n_i \|y_i - (b + W^\top t_i)\|^2 + \lambda \|W\|^2

    An item counts as often as it has listeners: factors of one listener are mostly noise, and
    small, and would teach that what is cold is obscure.

    Parameters
    ----------
    vectors : CulturalVectors
    item_factors : ndarray of float, shape (n_items, factors)
        Of a trained model.
    listeners : ndarray of int, shape (n_items,)
        Users of each item in training; items without any are not learnt from.
    penalty : float
        The λ of the loss; positive.

    Raises
    ------
    SettingError
        If the shapes differ, no item has both words and listeners, or λ is not positive.
    """
    from sklearn.linear_model import Ridge  # half a second

    n_items = vectors.rows.shape[0]
    if len(item_factors) != n_items or len(listeners) != n_items:
        raise SettingError(
            f"there are words of {n_items} items, factors of {len(item_factors)} and listeners of "
            f"{len(listeners)}, expected the same catalogue"
        )
    known = np.flatnonzero((np.asarray(listeners) > 0) & vectors.has_words)
    if len(known) == 0:
        raise SettingError(
            "no artist has both words and listeners, expected some to learn from; "
            "check that the texts and the listening name the same artists"
        )
    ridge = Ridge(positive_number("penalty", penalty), solver="sparse_cg", tol=1e-4)
    ridge.fit(vectors.rows[known], item_factors[known], sample_weight=listeners[known])
    return WordsToFactors(
        np.asarray(ridge.intercept_, dtype=np.float32),
        np.ascontiguousarray(np.atleast_2d(ridge.coef_).T, dtype=np.float32),
    )
