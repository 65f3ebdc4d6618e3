"""Artists described by the tags that listeners gave them; for artists whom nobody has played."""

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, true_or_false, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import Recommender, checked_rows
from helpers.models.tuned import TUNED
from helpers.side import SideInformation
from helpers.weighting import Corpus, check_scheme, weigh


class Content(Recommender):
    r"""Rank items by the cosine between their tags and the tags of what the user plays.

    The profile of an item is the TF-IDF of its tags (scikit-learn's `TfidfTransformer`, smooth,
    of length 1), its terms being how many users gave it each tag. The profile of a user is the
    weighted mean of the profiles of the items they play:

    .. math::
        s_{ui} = \cos\Big(\sum_{j \in I_u} w_{uj}\, t_j,\; t_i\Big)

    An item needs tags, not listeners. An item without tags scores -inf, and a user none of whose
    items has tags gets an empty list. Nothing is random: the same settings give the same scores
    bit for bit.

    Parameters
    ----------
    sublinear : bool
        Whether a count n of users who gave a tag counts as 1 + log(n).
    min_share : float
        Tags that a smaller share of all items has are left out: they say little about others.
    weighting : str
        One of `helpers.weighting.SCHEMES`: how much a play count says about a user.

    Attributes
    ----------
    tags : ndarray of str, shape (n_tags,)
    item_profiles : csr_array of float32, shape (n_items, n_tags)
        Rows of length 1, or 0 for an item without tags.
    user_profiles : csr_array of float32, shape (n_users, n_tags)
        The same for users.

    Raises
    ------
    SettingError
        If a setting makes no sense, or the training set has no tags, or none common enough.
    """

    name = "content"

    def __init__(
        self,
        *,
        sublinear: bool = TUNED["content"]["sublinear"],
        min_share: float = TUNED["content"]["min_share"],
        weighting: str = TUNED["content"]["weighting"],
    ) -> None:
        check_scheme(weighting)
        self.sublinear = true_or_false("sublinear", sublinear)
        self.weighting = weighting
        self.min_share = number_between("min_share", min_share, 0, 1)

    def _fit(self, train: Interactions) -> None:
        if train.side is None or len(train.side.tagged) == 0:
            raise SettingError(
                "content ranks by tags and the training set has none; "
                "use data with tags, such as last.fm, or another model"
            )
        self._set_profiles(train, self._tf_idf(train.side), train.side.tags.astype(str))

    def _tf_idf(self, side: SideInformation) -> sp.csr_array:
        from sklearn.feature_extraction.text import TfidfTransformer  # half a second

        counts = side.item_tags()
        is_common = np.isin(counts.indices, side.common_tags(self.min_share))
        counts.data[~is_common] = 0
        counts.eliminate_zeros()
        return sp.csr_array(TfidfTransformer(sublinear_tf=self.sublinear).fit_transform(counts))

    def _set_profiles(self, train: Interactions, items: sp.csr_array, tags: np.ndarray) -> None:
        self.item_profiles, self.tags = items, tags
        self._has_no_tags = np.diff(items.indptr) == 0
        self._tags_to_items = items.T.tocsr()
        self.user_profiles = self._profiles(train.user_items, train)

    def _profiles(self, user_items: sp.csr_array, train: Interactions) -> sp.csr_array:
        weights = weigh(user_items, self.weighting, like=Corpus.of(train.user_items))
        sums = weights.astype(np.float64) @ self.item_profiles  # squares of huge counts fit
        lengths = np.sqrt(sums.multiply(sums).sum(axis=1))
        sums.data /= np.repeat(lengths, np.diff(sums.indptr))
        return sums.astype(np.float32)

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the cosines with every item, shape (n, n_items); see `Recommender.score`."""
        user_rows = self._checked_rows(user_rows)
        return self._cosines(self.user_profiles[user_rows])

    def _score_new(self, user_items: sp.csr_array) -> np.ndarray:
        return self._cosines(self._profiles(user_items, self.train))

    def _cosines(self, profiles: sp.csr_array) -> np.ndarray:
        scores = (profiles @ self._tags_to_items).toarray()
        scores[:, self._has_no_tags] = -np.inf
        scores[np.diff(profiles.indptr) == 0] = -np.inf
        return scores

    def explain(self, user_row: int, item_row: int, n: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """Return the tags that a user and an item share, and what each adds to their cosine.

        Parameters
        ----------
        user_row, item_row : int
        n : int
            How many tags to return, the largest contribution first.

        Returns
        -------
        tags : ndarray of str, shape (min(n, shared tags),)
        contributions : ndarray of float32, the same shape
            Over all shared tags they add up to the score.

        Raises
        ------
        NotFittedError, SettingError
            Before `fit`; if a row is unknown or n below 1.
        """
        self._require_fitted()
        user = checked_rows(user_row, self.n_users, "user")
        item = checked_rows(item_row, self.n_items, "item")
        whole_number("n", n, 1)
        shared = self.user_profiles[user].multiply(self.item_profiles[item]).tocsr()
        order = np.argsort(-shared.data, kind="stable")[:n]
        return self.tags[shared.indices[order]], shared.data[order]

    def _arrays(self) -> dict[str, np.ndarray]:
        profiles = self.item_profiles
        return {
            "tags": self.tags,
            "profile_data": profiles.data,
            "profile_indices": profiles.indices,
            "profile_indptr": profiles.indptr,
        }

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        parts = (arrays[f"profile_{part}"] for part in ("data", "indices", "indptr"))
        shape = train.n_items, len(arrays["tags"])
        self._set_profiles(train, sp.csr_array(tuple(parts), shape=shape), arrays["tags"])
