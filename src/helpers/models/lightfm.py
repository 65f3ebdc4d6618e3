"""Factors learnt on ranking losses, with or without tags, by the library LightFM (Kula, 2015)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, positive_number, true_or_false, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import Recommender, check_train
from helpers.models.factors import FactorModel
from helpers.models.tuned import TUNED
from helpers.weighting import binary

if TYPE_CHECKING:
    from lightfm import LightFM as Library

LOSSES = ("logistic", "bpr", "warp", "warp-kos")


class LightFM(FactorModel):
    r"""Factors learnt by stochastic gradient descent on a ranking loss, with or without tags.

    An item is a sum of features: itself and, with `tags`, the tags that it was given,

    .. math::
        \hat r_{ui} = x_u^\top y_i + b_i, \qquad
        y_i = e_i + \sum_t f_{it} e_t, \qquad b_i = \beta_i + \sum_t f_{it} \beta_t

    where :math:`f_{it}` is the share of tag t among all common tags that item i was given. An
    item without training pairs takes no part in training; with `tags` it has, besides its tags,
    the mean :math:`e` and :math:`\beta` of all items in the place of its own. Without tags
    nothing is known about it, and it is never recommended. The bias of the user, which LightFM
    learns too, changes no ranking and is left out of the scores.

    The same settings give the same factors bit for bit, because one thread trains: several
    update the same vectors without locks and end elsewhere each time.

    A new user cannot be folded in: the vector of a user comes from a sequence of random updates
    and is not the solution of an equation.

    Parameters
    ----------
    loss : str
        "logistic": every training pair towards probability 1, and nothing towards 0.
        "bpr": a training item above another that is drawn as often as it is played (Rendle et
        al., 2009). "warp": a training item above a violator that is searched for among all
        items, the more the fewer draws that took (Weston et al., 2011). "warp-kos": the same for
        the k-th best of n training items (Weston et al., 2013); a user with fewer than k training
        items is not trained, and gets an empty list.
    factors : int
        Length of the vectors, the bias not counted (LightFM: no_components).
    epochs : int
        Passes over the training pairs.
    learning_rate : float
        Of the first update of a vector; adagrad lowers it from there.
    item_alpha, user_alpha : float
        L2 penalties on the features of items and on users; from 0.
    max_sampled : int
        How many items "warp" and "warp-kos" draw in search of a violator; "warp-kos" draws at
        most one less than there are items with training pairs.
    k, n : int
        Of the loss "warp-kos", k at most n; the others do not read them.
    tags : bool
        Whether the tags of `train.side` are features of the items.
    min_share : float
        Tags that a smaller share of all items has are left out; read only with `tags`.
    seed : int
        Of the random start and of the draws.

    Attributes
    ----------
    user_factors : ndarray of float32, shape (n_users, factors + 1)
        The last number is 1, and meets the bias of the item.
    item_factors : ndarray of float32, shape (n_items, factors + 1)
        The last number is the bias.

    Raises
    ------
    SettingError
        If a setting makes no sense, the data has no tags although `tags` asks for them, or
        training ends in numbers that are not finite.
    """

    name = "lightfm"

    def __init__(
        self,
        *,
        loss: str = TUNED["lightfm"]["loss"],
        factors: int = TUNED["lightfm"]["factors"],
        epochs: int = TUNED["lightfm"]["epochs"],
        learning_rate: float = TUNED["lightfm"]["learning_rate"],
        item_alpha: float = TUNED["lightfm"]["item_alpha"],
        user_alpha: float = TUNED["lightfm"]["user_alpha"],
        max_sampled: int = TUNED["lightfm"]["max_sampled"],
        k: int = 5,
        n: int = 10,
        tags: bool = TUNED["lightfm"]["tags"],
        min_share: float = TUNED["lightfm"]["min_share"],
        seed: int = 0,
    ) -> None:
        if loss not in LOSSES:
            raise SettingError(f"loss is {loss!r}, expected one of {', '.join(LOSSES)}")
        self.loss, self.tags = loss, true_or_false("tags", tags)
        self.min_share = number_between("min_share", min_share, 0, 1)
        self.factors = whole_number("factors", factors, 1)
        self.epochs = whole_number("epochs", epochs, 1)
        self.learning_rate = positive_number("learning_rate", learning_rate)
        self.item_alpha = number_between("item_alpha", item_alpha, 0)
        self.user_alpha = number_between("user_alpha", user_alpha, 0)
        self.max_sampled = whole_number("max_sampled", max_sampled, 1)
        self.n = whole_number("n", n, 1)
        self.k = int(number_between("k", whole_number("k", k, 1), 1, self.n))
        self.seed = int(number_between("seed", whole_number("seed", seed, 0), 0, 2**32 - 1))

    def _fit(self, train: Interactions) -> None:
        for _ in self.fit_epochs(train):
            pass

    def fit_epochs(self, train: Interactions) -> Iterator[int]:
        """Train as `fit` does, and pause after each epoch, when the model is ready for use.

        Parameters
        ----------
        train : Interactions

        Yields
        ------
        int
            The number of epochs so far, from 1 to `epochs`.

        Raises
        ------
        SettingError, DataError
            As in `fit`.
        """
        check_train(train)
        known = np.flatnonzero(train.item_popularity())
        features, tag_shares = self._features(train, known)
        pairs = _as_lightfm_reads(binary(train.user_items)[:, known])
        library = self._library(len(known))
        for epoch in range(1, self.epochs + 1):
            try:
                with np.errstate(over="ignore", invalid="ignore"):  # reported below
                    library.fit_partial(pairs, item_features=features)
            except ValueError as error:
                if "finite" not in str(error):
                    raise
                raise SettingError(
                    f"{self} came to numbers that are not finite in epoch {epoch}; "
                    "lower learning_rate, item_alpha or user_alpha"
                ) from error
            self._take_factors(library, train, known, features, tag_shares)
            self._know(train)
            yield epoch

    def _library(self, n_known: int) -> Library:
        from lightfm import LightFM as Library

        max_sampled = self.max_sampled
        if self.loss == "warp-kos":  # from n_known draws on, LightFM takes the logarithm of 0
            max_sampled = min(max_sampled, max(n_known - 1, 1))
        return Library(
            no_components=self.factors,
            loss=self.loss,
            learning_rate=self.learning_rate,
            item_alpha=self.item_alpha,
            user_alpha=self.user_alpha,
            max_sampled=max_sampled,
            k=self.k,
            n=self.n,
            random_state=self.seed,
        )

    def _features(
        self, train: Interactions, known: np.ndarray
    ) -> tuple[sp.coo_matrix, sp.csr_array]:
        """Return the features of the known items, and the tag shares of all items.

        The first features are the items themselves, then come the tags; a tag that no known
        item has would never be trained and is left out.
        """
        shares = self._tag_shares(train)
        n_known_with_tag = np.bincount(shares[known].indices, minlength=shares.shape[1])
        shares = shares[:, np.flatnonzero(n_known_with_tag)]
        itself = sp.eye_array(len(known), dtype=np.float32)
        return _as_lightfm_reads(sp.hstack([itself, shares[known]])), shares

    def _tag_shares(self, train: Interactions) -> sp.csr_array:
        if not self.tags:
            return sp.csr_array((train.n_items, 0), dtype=np.float32)
        if train.side is None or len(train.side.tagged) == 0:
            raise SettingError(
                "the data has no tags, expected some for lightfm with tags=True; "
                "set tags=False or take a dataset with tags"
            )
        counts = train.side.item_tags()[:, train.side.common_tags(self.min_share)]
        return sp.csr_array(counts / np.maximum(counts.sum(axis=1), 1)[:, None])

    def _take_factors(
        self,
        library: Library,
        train: Interactions,
        known: np.ndarray,
        features: sp.coo_matrix,
        shares: sp.csr_array,
    ) -> None:
        """Turn the features' vectors and biases into those of users and items."""
        of_features = np.column_stack([library.item_embeddings, library.item_biases])
        own, of_tags = np.split(of_features, [len(known)])
        self.item_factors = own.mean(axis=0) + shares @ of_tags
        self.item_factors[known] = features @ of_features
        nothing = np.diff(shares.indptr) == 0
        nothing[known] = False
        self.item_factors[nothing] = 0
        ones = np.ones(train.n_users, dtype=np.float32)
        self.user_factors = np.column_stack([library.user_embeddings, ones])
        fewest = self.k if self.loss == "warp-kos" else 1
        self.user_factors[np.diff(train.user_items.indptr) < fewest] = 0

    def _similarity_factors(self) -> np.ndarray:
        """Return the vectors without the biases, which say how popular an item is, not what."""
        return self.item_factors[:, :-1]

    def _fold_in(self, user_items: sp.csr_array) -> np.ndarray:
        return Recommender._score_new(self, user_items)  # refuses in a sentence

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        super()._restore(train, arrays)
        if self.item_factors.shape[1] != self.factors + 1:
            raise ValueError(
                f"vectors of {self.item_factors.shape[1]} numbers, not {self.factors + 1}"
            )


def _as_lightfm_reads(matrix: sp.sparray) -> sp.coo_matrix:
    """Return a copy as float32 with indices of 32 bits; LightFM takes no other."""
    stored = matrix.tocoo()
    rows, cols = (coordinate.astype(np.int32) for coordinate in stored.coords)
    return sp.coo_matrix((stored.data.astype(np.float32), (rows, cols)), shape=stored.shape)
