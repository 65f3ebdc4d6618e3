"""A vector for a playlist of which only the title is known."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp

from helpers.checks import whole_number

_WORD = re.compile(r"\w+|[^\w\s]", re.UNICODE)  # a word, or a sign such as an emoji


def title_words(title: str) -> list[str]:
    """Return the distinct words and signs of a title, and the title as a whole.

    Examples
    --------
    >>> title_words("Road Trip!!")
    ['road', 'trip', '!', 'road trip!!']
    """
    text = " ".join(unicodedata.normalize("NFKC", title).casefold().split())
    words = _WORD.findall(text)
    return list(dict.fromkeys([*words, text] if len(words) > 1 else words))


@dataclass(frozen=True)
class TitleVectors:
    r"""What the playlists with a word in their title have in common.

    The vector of word w is the mean of the vectors of the n training playlists whose title has
    the word, taken as a distance from the mean of all playlists and shrunk where n is small:

    .. math:: t_w = \bar x + \frac{n_w}{n_w + s}(\bar x_w - \bar x)

    A title gets the mean over its known words, weighted by how rare they are.

    Attributes
    ----------
    words : tuple of str
    vectors : ndarray of float32, shape (n_words, factors)
        The distances from the mean, shrunk.
    rarity : ndarray of float32, shape (n_words,)
    mean : ndarray of float32, shape (factors,)
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    rarity: np.ndarray
    mean: np.ndarray

    @classmethod
    def learn(
        cls, titles: list[str], playlist_vectors: np.ndarray, *, shrinkage: int = 5, least: int = 2
    ) -> Self:
        """Learn from the titles and vectors of training playlists, in the same order.

        Parameters
        ----------
        titles : list of str
        playlist_vectors : ndarray of float32, shape (n, factors)
        shrinkage : int
            The s above: with so many playlists a word is trusted by half.
        least : int
            A word of fewer playlists is forgotten.
        """
        shrinkage = whole_number("shrinkage", shrinkage, 0)
        said = [title_words(title) for title in titles]
        words = sorted({word for of_title in said for word in of_title})
        position = {word: at for at, word in enumerate(words)}
        rows = np.repeat(np.arange(len(said)), [len(of_title) for of_title in said])
        columns = np.array([position[word] for of_title in said for word in of_title], dtype=int)
        shape = (len(said), len(words))
        says = sp.coo_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape).tocsr()
        counts = np.bincount(columns, minlength=len(words))
        kept = np.flatnonzero(counts >= whole_number("least", least, 1))
        counts = counts[kept]
        mean = playlist_vectors.mean(axis=0)
        away = (says.T.tocsr()[kept] @ playlist_vectors) / counts[:, None] - mean
        return cls(
            words=tuple(words[at] for at in kept),
            vectors=(away * (counts / (counts + shrinkage))[:, None]).astype(np.float32),
            rarity=np.log(len(said) / counts).astype(np.float32),
            mean=mean.astype(np.float32),
        )

    def vector(self, title: str) -> np.ndarray | None:
        """Return the vector of a title, shape (factors,); None if none of its words is known."""
        position = self._position()
        known = [position[word] for word in title_words(title) if word in position]
        if not known:
            return None
        weights = np.maximum(self.rarity[known], 1e-6)
        return self.mean + (weights @ self.vectors[known]) / weights.sum()

    def _position(self) -> dict[str, int]:
        return {word: at for at, word in enumerate(self.words)}
