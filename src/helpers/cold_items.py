"""Artists whose every play is hidden: split them off, place them by words, and judge their places.

Two protocols differ in which tags may be read. *Strict*: those of the training set, from which
every tag by a listener whose play is hidden is gone with the pair. The others stay, so such an
artist is new to the lists of plays, but not unheard of: somebody knows it well enough to tag it.
*Metadata*: all tags, as if the artist came with them from a label or a database before any play,
which is how most papers judge. Hidden listeners then help to describe what they are to be found
for, and a tag that one of them alone uses even says who they are (`tag_terms` leaves such tags out
with `min_users`): the result flatters whoever has no such description.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from helpers.checks import list_length, positive_number, proper_share, whole_number
from helpers.errors import SettingError
from helpers.evaluation.auc import user_auc
from helpers.evaluation.ranking import ranking_metrics
from helpers.interactions import Interactions
from helpers.models.base import Recommender
from helpers.models.factors import FactorModel
from helpers.models.ials import IALS
from helpers.models.lists import best_of
from helpers.side import SideInformation
from helpers.words.vectors import CulturalVectors

_SCORES_AT_ONCE = 2**23  # 32 MB


@dataclass(frozen=True)
class ColdItemSplit:
    """Disjoint parts of one set of interactions, of its shape and with its identifiers.

    Attributes
    ----------
    train : Interactions
        Without any pair of the hidden items; its tags are those of the strict protocol.
    test : Interactions
        All pairs of the hidden items.
    item_rows : ndarray of int, shape (n,)
        The hidden items, in rising order.
    all_tags : SideInformation or None
        What is known beside listening before anything is hidden.
    """

    train: Interactions
    test: Interactions
    item_rows: np.ndarray
    all_tags: SideInformation | None

    def with_metadata(self) -> Interactions:
        """Return the training pairs with all tags, as in the metadata protocol.

        To describe items by, and nothing else: a model that reads who gave a tag, such as a
        profile of a user's tags, would learn of hidden pairs.
        """
        return replace(self.train, side=self.all_tags)


@dataclass(frozen=True)
class ColdJudgement:
    """How well hidden items are ranked for the users who play them; NaN for other users.

    Attributes
    ----------
    auc : ndarray of float, shape (n_users,)
        The chance that a hidden item which the user plays stands before any item that the user
        does not play. Hidden items have several listeners and most others one, so that even
        knowing the former to be no obscure ones is worth much.
    auc_among_hidden : ndarray of float, shape (n_users,)
        The same among the hidden items alone, where only taste and fame tell them apart.
    recall : ndarray of float, shape (n_users,)
        Share of the hidden items a user plays among the first k of all items, those that the
        user is known to play left out.
    """

    auc: np.ndarray
    auc_among_hidden: np.ndarray
    recall: np.ndarray


def cold_item_split(
    interactions: Interactions, item_share: float = 0.1, least_listeners: int = 5, seed: int = 0
) -> ColdItemSplit:
    """Hide every pair of a random share of the items, and the tags that go with these pairs.

    Parameters
    ----------
    interactions : Interactions
    item_share : float
        Share of the items with enough listeners that are hidden, rounded, at least one.
    least_listeners : int
        How many listeners are enough; of fewer, nothing can be judged.
    seed : int
        Fixes the draw.

    Raises
    ------
    SettingError
        If a setting is out of range, no item has enough listeners, or no pair would remain.
    """
    proper_share("item_share", item_share, 0.1)
    least = whole_number("least_listeners", least_listeners, 1)
    rng = np.random.default_rng(whole_number("split seed", seed, 0))
    popularity = interactions.item_popularity()
    candidates = np.flatnonzero(popularity >= least)
    hidden = np.sort(rng.permutation(candidates)[: max(1, round(item_share * len(candidates)))])
    if len(hidden) == 0 or popularity[hidden].sum() == interactions.n_pairs:
        raise SettingError(
            f"{len(candidates)} artists have {least} listeners or more and "
            f"{interactions.n_pairs - popularity[hidden].sum()} pairs would remain, expected some "
            "to hide and others to learn from; use more data or lower least_listeners"
        )
    is_hidden = np.isin(np.arange(interactions.n_items), hidden)
    train, test = (_only_items(interactions, kept) for kept in (~is_hidden, is_hidden))
    return ColdItemSplit(train, test, hidden, interactions.side)


def partly_shown(
    split: ColdItemSplit, interactions: Interactions, share: float = 0.8, seed: int = 0
) -> ColdItemSplit:
    """Return the same hidden items with a random share of their pairs given back for training.

    A model trained on it is warm; on the pairs that stay hidden it says how far the cold one falls
    short.

    Parameters
    ----------
    split : ColdItemSplit
    interactions : Interactions
        What was split.
    share : float
        Share of all hidden pairs that is given back.
    seed : int
        Fixes the draw.

    Raises
    ------
    SettingError
        If the share or the seed is out of range.
    """
    proper_share("share", share, 0.8)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    still_hidden = split.test.user_items.copy()
    is_shown = rng.random(still_hidden.nnz) < share
    still_hidden.data[is_shown] = 0
    still_hidden.eliminate_zeros()
    train = interactions.with_matrix(interactions.user_items - still_hidden)
    return replace(split, train=train, test=interactions.with_matrix(still_hidden))


def with_placed_items(model: FactorModel, placed: np.ndarray, item_rows: np.ndarray) -> FactorModel:
    """Return a trained model in which some items have other factors; the first is left as it is.

    Parameters
    ----------
    model : FactorModel
    placed : ndarray of float, shape (n_items, factors)
        Those of `item_rows` are taken; zero where nothing is known.
    item_rows : ndarray of int, shape (n,)
    """
    other = copy(model)
    other.item_factors = model.item_factors.copy()
    other.item_factors[item_rows] = placed[item_rows]
    return other


def typical_item(model: FactorModel, split: ColdItemSplit) -> np.ndarray:
    """Return the mean factors of the known items, by listeners, for all items alike.

    The baseline that knows no word: shape (n_items, factors), for `with_placed_items`.
    """
    listeners = split.train.item_popularity()
    mean = listeners @ model.item_factors / listeners.sum()
    return np.tile(mean.astype(np.float32), (split.train.n_items, 1))


def train_feature_ials(
    train: Interactions,
    vectors: CulturalVectors,
    penalty: float = 10.0,
    **settings: int | float | str,
) -> IALS:
    """Train irspack's feature-aware iALS, in which words and plays shape the factors together.

    Items without plays get the factors that their words predict, zero without words.

    Parameters
    ----------
    train : Interactions
    vectors : CulturalVectors
    penalty : float
        On the weights of the words; positive.
    **settings
        Of `IALS`.
    """
    model = IALS(**settings)
    library = model._train(
        train,
        item_features=sp.csr_matrix(vectors.rows),
        lambda_item_feature=positive_number("penalty", penalty),
    )
    # irspack's own way to place an item from its features takes it for known that nobody plays
    # it, and shrinks the factors towards 0; what the features predict does not.
    unplayed = train.item_popularity() == 0
    of_terms = library.trainer_as_ials.core_trainer.item_feature_weight
    model.item_factors[unplayed] = vectors.rows[unplayed] @ of_terms
    model._know(train)
    return model


def judge_cold_items(model: Recommender, split: ColdItemSplit, k: int = 100) -> ColdJudgement:
    """Judge the places of hidden items in the lists of the users who play them.

    Parameters
    ----------
    model : Recommender
        Trained on `split.train`, perhaps with all tags.
    split : ColdItemSplit
    k : int
        List length of the recall.

    Raises
    ------
    SettingError
        If k is out of range.
    """
    train, n_users = split.train, split.train.n_users
    k = list_length(k, train.n_items)
    auc, among_hidden, recall = (np.full(n_users, np.nan) for _ in range(3))
    users = np.flatnonzero(np.diff(split.test.user_items.indptr))
    for rows in np.array_split(users, 1 + len(users) * train.n_items // _SCORES_AT_ONCE):
        scores = model.score(rows)
        relevant, known = split.test.user_items[rows], train.user_items[rows]
        auc[rows] = user_auc(scores, relevant, known)
        of_hidden = [part[:, split.item_rows] for part in (scores, relevant, known)]
        among_hidden[rows] = user_auc(*of_hidden)
        lists = best_of(scores, k, known)
        recall[rows] = ranking_metrics(lists.items, relevant, k)[k]["recall"]
    return ColdJudgement(auc, among_hidden, recall)


def mean_over_draws(judgements: Iterable[ColdJudgement]) -> ColdJudgement:
    """Return each user's mean over the splits in which the user has test items, NaN without any.

    `helpers.evaluation.significance` gives intervals over users from it.
    """
    draws = list(judgements)
    return ColdJudgement(
        **{
            name: _mean_of_known(np.stack([getattr(draw, name) for draw in draws]))
            for name in ColdJudgement.__dataclass_fields__
        }
    )


def random_recall(split: ColdItemSplit, k: int = 100) -> np.ndarray:
    """Return the recall@k that a random order has on average, user by user, shape (n_users,).

    Of n items that a user is not known to play, k stand in the list: each test item does with
    probability k / n. NaN for users without test items.
    """
    n_known = np.diff(split.train.user_items.indptr)
    n_candidates = split.train.n_items - n_known
    expected = np.minimum(k / np.maximum(n_candidates, 1), 1.0)
    return np.where(np.diff(split.test.user_items.indptr) > 0, expected, np.nan)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Return the mean of each column over its numbers, NaN where it has none."""
    is_known = ~np.isnan(values)
    n_known = is_known.sum(axis=0)
    sums = np.where(is_known, values, 0).sum(axis=0)
    return np.divide(sums, n_known, out=np.full(values.shape[1], np.nan), where=n_known > 0)


def _only_items(interactions: Interactions, wanted: np.ndarray) -> Interactions:
    """Return the pairs of the items marked in `wanted`, in the same shape."""
    keep = sp.diags_array(wanted.astype(np.float32), format="csr")
    return interactions.with_matrix(interactions.user_items @ keep)
