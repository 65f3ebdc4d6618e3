"""What friends listen to: a part of the blend, weak alone."""

import numpy as np
import scipy.sparse as sp

from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import Recommender
from helpers.weighting import log


class Friends(Recommender):
    r"""Rank items by how much the friends of the user play them in the training set.

    .. math::
        s_{ui} = \sum_{v \in F_u} w_{vi} / \|w_v\|

    where :math:`F_u` are the friends of u and w is the logarithm of one plus the plays. Items
    that no friend plays score -inf, and so does everything for a user without training items.
    Friendships are known for training users alone: there is no scoring of new users. Nothing is
    random: the same training set gives the same scores bit for bit.

    Raises
    ------
    SettingError
        If the training set has no friendships.
    """

    name = "friends"

    def _fit(self, train: Interactions) -> None:
        if train.side is None or train.side.friends.nnz == 0:
            raise SettingError(
                "friends ranks by what friends play and the training set has no friendships; "
                "use data with friendships, such as last.fm, or another model"
            )
        self._set_friends(train, train.side.friends)

    def _set_friends(self, train: Interactions, friends: sp.csr_array) -> None:
        plays = log(train.user_items)
        lengths = np.sqrt(plays.multiply(plays).sum(axis=1))
        plays.data /= np.repeat(lengths, np.diff(plays.indptr))
        self._friends, self._plays = friends, plays
        self._is_cold = np.diff(plays.indptr) == 0

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the scores of every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        scores = (self._friends[user_rows] @ self._plays).toarray()
        scores[scores == 0] = -np.inf
        scores[self._is_cold[user_rows]] = -np.inf
        return scores

    def _arrays(self) -> dict[str, np.ndarray]:
        friends = self._friends
        return {"data": friends.data, "indices": friends.indices, "indptr": friends.indptr}

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        self._set_friends(train, sp.csr_array(parts, shape=(train.n_users, train.n_users)))
