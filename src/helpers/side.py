"""What is known besides listening: who gave which item which tag, and who is friends with whom."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError


@dataclass(frozen=True)
class SideInformation:
    """Tags and friendships of the users and items of one `Interactions`.

    Attributes
    ----------
    tagged : ndarray of int64, shape (n, 3)
        One row an assignment: user row, item row, tag row.
    tags : ndarray of str, shape (n_tags,)
        What each tag row says.
    n_items : int
        Size of the catalogue.
    friends : csr_array of float32, shape (n_users, n_users)
        1 where two users are friends; symmetric.
    """

    tagged: np.ndarray
    tags: np.ndarray
    n_items: int
    friends: sp.csr_array

    def without(self, pairs: sp.csr_array) -> Self:
        """Return the same without the tags that users gave items in the given pairs.

        Somebody who tags an artist knows the artist: the tag reveals the pair. Friendships say
        nothing about single items and stay; what friends play is read from training pairs.

        Parameters
        ----------
        pairs : csr_array, shape (n_users, n_items)
            Its stored cells are the pairs.
        """
        users, items = pairs.tocoo().coords
        hidden = users.astype(np.int64) * self.n_items + items
        of_tag = self.tagged[:, 0] * self.n_items + self.tagged[:, 1]
        return replace(self, tagged=self.tagged[~np.isin(of_tag, hidden)])

    def item_tags(self) -> sp.csr_array:
        """Return how many users gave each item each tag, float32, shape (n_items, n_tags)."""
        return _count(self.tagged[:, 1], self.tagged[:, 2], (self.n_items, len(self.tags)))

    def common_tags(self, min_share: float) -> np.ndarray:
        """Return the rows of the tags that at least this share of all items has.

        Raises
        ------
        SettingError
            If there are none.
        """
        counts = self.item_tags()
        share_of_items = np.bincount(counts.indices, minlength=len(self.tags)) / self.n_items
        common = np.flatnonzero(share_of_items >= min_share)
        if len(common) == 0:
            raise SettingError(
                f"min_share is {min_share} and the most frequent tag is on "
                f"{share_of_items.max():.3g} of the items; lower min_share"
            )
        return common

    def user_tags(self) -> sp.csr_array:
        """Return to how many items each user gave each tag, float32, shape (n_users, n_tags)."""
        shape = (self.friends.shape[0], len(self.tags))
        return _count(self.tagged[:, 0], self.tagged[:, 2], shape)


def _count(rows: np.ndarray, cols: np.ndarray, shape: tuple[int, int]) -> sp.csr_array:
    ones = np.ones(len(rows), dtype=np.float32)
    counts = sp.coo_array((ones, (rows, cols)), shape=shape).tocsr()
    counts.sum_duplicates()
    return counts
