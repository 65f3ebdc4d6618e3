"""Rating prediction: models of the library Surprise, on ratings made from counts."""

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, positive_number, whole_number
from helpers.errors import SettingError
from helpers.interactions import Interactions
from helpers.models.base import Recommender, checked_rows
from helpers.models.tuned import TUNED
from helpers.rating_scale import HIGHEST, LOWEST, check_scale, rate

if TYPE_CHECKING:
    from surprise import AlgoBase, Trainset

ALGORITHMS = ("baseline", "svd", "svd++", "knn-baseline")
_USER_SHRINKAGE = 15  # ratings at 0 that a user's bias starts from; the default of Surprise
_USERS_AT_ONCE = 256  # users whose whole rows are in memory while pairs are predicted


class Ratings(Recommender):
    r"""Predict the rating that a user would give an item, and rank items by it.

    Ratings are made from counts by `helpers.rating_scale.rate`. The four algorithms predict

    .. math::
        \hat r_{ui} = \mu + b_u + b_i + q_i^\top p_u + \frac{\sum_{v \in N_k(u, i)} s_{uv}
        (r_{vi} - \mu - b_v - b_i)}{\sum_{v \in N_k(u, i)} s_{uv}}

    where "baseline" has the first three terms, "svd" and "svd++" have the product besides (in
    the latter p contains a sum over the items the user rated), and "knn-baseline" has the last
    term instead: :math:`N_k(u, i)` are the k users most similar to u among those who rated i,
    and :math:`s_{uv}` is 1 over 1 plus the mean squared difference of the ratings of the items
    that u and v have in common, 0 without any.

    They are trained on the stored pairs alone, and never asked about any other. An item without
    training pairs is not recommended. The same settings give the same model bit for bit.

    Parameters
    ----------
    algorithm : str
        One of `ALGORITHMS`.
    scale : str
        One of `helpers.rating_scale.SCALES`.
    factors, epochs : int
        Of svd and svd++: the length of the vectors, and how often each pair is visited.
    learning_rate, regularization : float
        Of svd and svd++: positive, and not negative.
    neighbours : int
        Of knn-baseline: the largest number of users that a prediction is made from.
    seed : int
        Of the random start of svd and svd++.

    Attributes
    ----------
    global_mean : float
        The μ above.
    user_biases, item_biases : ndarray of float32, shape (n_users,) and (n_items,)
    user_factors, item_factors : ndarray of float32, shape (n_users, factors), (n_items, factors)
        Without columns where the algorithm has none.
    similarities : ndarray of float32, shape (n_users, n_users)
        Of knn-baseline alone, empty for the others.

    Raises
    ------
    SettingError
        If a setting makes no sense, or training ends in numbers that are not finite.
    """

    name = "ratings"

    def __init__(
        self,
        *,
        algorithm: str = TUNED["ratings"]["algorithm"],
        scale: str = TUNED["ratings"]["scale"],
        factors: int = TUNED["ratings"]["factors"],
        epochs: int = TUNED["ratings"]["epochs"],
        learning_rate: float = TUNED["ratings"]["learning_rate"],
        regularization: float = TUNED["ratings"]["regularization"],
        neighbours: int = TUNED["ratings"]["neighbours"],
        seed: int = 0,
    ) -> None:
        if algorithm not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise SettingError(f"algorithm is {algorithm!r}, expected one of {known}")
        check_scale(scale)
        self.algorithm, self.scale = algorithm, scale
        self.factors = whole_number("factors", factors, 1)
        self.epochs = whole_number("epochs", epochs, 1)
        self.learning_rate = positive_number("learning_rate", learning_rate)
        self.regularization = number_between("regularization", regularization, 0)
        self.neighbours = whole_number("neighbours", neighbours, 1)
        self.seed = int(number_between("seed", whole_number("seed", seed, 0), 0, 2**32 - 1))

    def _fit(self, train: Interactions) -> None:
        ratings = rate(train.user_items, self.scale)
        trainset = _trainset(ratings)
        with np.errstate(over="ignore", invalid="ignore"):  # reported below
            trained = self._algorithm().fit(trainset)
            user_factors, item_factors = _factors(trained, trainset)
        users = [trainset.to_raw_uid(row) for row in range(trainset.n_users)]
        items = [trainset.to_raw_iid(row) for row in range(trainset.n_items)]
        n_users, n_items = ratings.shape
        self.global_mean = float(trainset.global_mean)
        self.user_biases = _spread(trained.bu, users, n_users)
        self.item_biases = _spread(trained.bi, items, n_items)
        self.user_factors = _spread(user_factors, users, n_users)
        self.item_factors = _spread(item_factors, items, n_items)
        self.similarities = np.zeros((0, 0), dtype=np.float32)
        if self.algorithm == "knn-baseline":
            self.similarities = np.zeros((n_users, n_users), dtype=np.float32)
            self.similarities[np.ix_(users, users)] = trained.sim
        if not all(np.isfinite(array).all() for array in self._arrays().values()):
            raise SettingError(
                f"{self} ended in numbers that are not finite; lower learning_rate or "
                "regularization"
            )
        self._remember(train, ratings)

    def _algorithm(self) -> "AlgoBase":
        import surprise

        if self.algorithm == "baseline":
            return surprise.BaselineOnly({"reg_u": _USER_SHRINKAGE}, verbose=False)
        if self.algorithm == "knn-baseline":
            of_biases = {"reg_u": _USER_SHRINKAGE}
            return surprise.KNNBaseline(k=self.neighbours, bsl_options=of_biases, verbose=False)
        kind = surprise.SVD if self.algorithm == "svd" else surprise.SVDpp
        return kind(
            n_factors=self.factors,
            n_epochs=self.epochs,
            lr_all=self.learning_rate,
            reg_all=self.regularization,
            random_state=self.seed,
        )

    def _remember(self, train: Interactions, ratings: sp.csr_array) -> None:
        """Keep which rows are known, and for neighbours how ratings differ from the biases."""
        self._is_known_user = np.diff(ratings.indptr) > 0
        self._is_known_item = train.item_popularity() > 0
        users, items = ratings.tocoo().coords
        ratings.data -= self.global_mean + self.user_biases[users] + self.item_biases[items]
        self._deviations = ratings.tocsc()

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        """Return predicted ratings as scores, shape (n, n_items); see `Recommender.score`.

        They are not cut off at 1 and 5 as those of `predict` are, so that two items beyond the
        end of the scale keep their order.
        """
        user_rows = self._checked_rows(user_rows)
        scores = self._estimates(user_rows)
        scores[:, ~self._is_known_item] = -np.inf
        scores[~self._is_known_user[user_rows]] = -np.inf
        return scores

    def predict(self, user_rows: np.ndarray, item_rows: np.ndarray) -> np.ndarray:
        """Return the predicted ratings of pairs, for `helpers.evaluation.rating`.

        A user or item without training pairs has bias 0 and no vector, as in Surprise.

        Parameters
        ----------
        user_rows, item_rows : ndarray of int, shape (n,)

        Returns
        -------
        ndarray of float32, shape (n,)
            From 1 to 5.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SettingError
            If a row is unknown, or there are not as many users as items.
        """
        users = self._checked_rows(user_rows)
        items = checked_rows(item_rows, self.n_items, "item")
        if len(users) != len(items):
            raise SettingError(
                f"got {len(users)} user rows and {len(items)} item rows, expected one each a pair"
            )
        predicted = np.empty(len(users), dtype=np.float32)
        rows, place = np.unique(users, return_inverse=True)
        for start in range(0, len(rows), _USERS_AT_ONCE):
            block = self._estimates(rows[start : start + _USERS_AT_ONCE])
            here = np.flatnonzero(place // _USERS_AT_ONCE == start // _USERS_AT_ONCE)
            predicted[here] = block[place[here] - start, items[here]]
        return np.clip(predicted, LOWEST, HIGHEST)

    def _estimates(self, user_rows: np.ndarray) -> np.ndarray:
        """Return the formula of the class for every item, shape (n, n_items)."""
        estimates = self.user_factors[user_rows] @ self.item_factors.T
        estimates += self.global_mean + self.user_biases[user_rows, None] + self.item_biases
        if self.algorithm == "knn-baseline":
            estimates += self._from_neighbours(self.similarities[user_rows])
        return estimates

    def _from_neighbours(self, similarities: np.ndarray) -> np.ndarray:
        """Return the mean deviation of each item among the neighbours of each user."""
        deviations = self._deviations
        rated = deviations.astype(bool).astype(np.float32)
        sums, weights = (deviations.T @ similarities.T).T, (rated.T @ similarities.T).T
        n_raters = np.diff(deviations.indptr)
        for item in np.flatnonzero(n_raters > self.neighbours):
            cells = slice(*deviations.indptr[[item, item + 1]])
            near = _keep_largest(similarities[:, deviations.indices[cells]], self.neighbours)
            sums[:, item] = near @ deviations.data[cells]
            weights[:, item] = near.sum(axis=1)
        return np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)

    def _score_new(self, user_items: sp.csr_array) -> np.ndarray:
        """Solve for the bias of new users, which is exact; only "baseline" can."""
        if self.algorithm != "baseline":
            return super()._score_new(user_items)
        # Counts of others say nothing of a new user's own ranks, but set the ends of "log".
        like = self.train.user_items if self.scale == "log" else None
        ratings = rate(user_items, self.scale, like=like)
        users, items = ratings.tocoo().coords
        is_known = self._is_known_item[items]
        residuals = np.where(is_known, ratings.data - self.global_mean - self.item_biases[items], 0)
        n_new = user_items.shape[0]
        n_known = np.bincount(users, weights=is_known, minlength=n_new)
        biases = np.bincount(users, weights=residuals, minlength=n_new)
        biases /= n_known + _USER_SHRINKAGE
        scores = self.global_mean + self.item_biases + biases[:, None].astype(np.float32)
        scores[:, ~self._is_known_item] = -np.inf
        scores[n_known == 0] = -np.inf
        return scores

    def _arrays(self) -> dict[str, np.ndarray]:
        learnt = {name: getattr(self, name) for name in self._shapes(0, 0)}
        return learnt | {"global_mean": np.array(self.global_mean)}

    def _restore(self, train: Interactions, arrays: dict[str, np.ndarray]) -> None:
        for name, shape in self._shapes(train.n_users, train.n_items).items():
            if arrays[name].shape != shape:
                raise ValueError(f"{name} has shape {arrays[name].shape}, not {shape}")
            setattr(self, name, arrays[name])
        self.global_mean = float(arrays["global_mean"])
        self._remember(train, rate(train.user_items, self.scale))

    def _shapes(self, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """Return name and shape of every array that is learnt."""
        n_factors = self.factors if self.algorithm in ("svd", "svd++") else 0
        n_similar = n_users if self.algorithm == "knn-baseline" else 0
        return {
            "user_biases": (n_users,),
            "item_biases": (n_items,),
            "user_factors": (n_users, n_factors),
            "item_factors": (n_items, n_factors),
            "similarities": (n_similar, n_similar),
        }


def _trainset(ratings: sp.csr_array) -> "Trainset":
    """Return ratings as Surprise holds them; its raw identifiers are our rows."""
    from surprise import Dataset, Reader

    (users, items), values = ratings.tocoo().coords, ratings.data
    rows = zip(users.tolist(), items.tolist(), values.tolist(), strict=True)
    dataset = Dataset(Reader(rating_scale=(LOWEST, HIGHEST)))
    return dataset.construct_trainset([(user, item, rating, None) for user, item, rating in rows])


def _factors(trained: "AlgoBase", trainset: "Trainset") -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of users and items, without columns where there are none.

    A user's vector of svd++ holds what the rated items add to it, so that one formula serves.
    """
    if not hasattr(trained, "qi"):
        return np.zeros((trainset.n_users, 0)), np.zeros((trainset.n_items, 0))
    own = trained.pu.copy()
    if hasattr(trained, "yj"):
        for user, rated in trainset.ur.items():
            items = [item for item, _ in rated]
            own[user] += trained.yj[items].sum(axis=0) / np.sqrt(len(items))
    return own, trained.qi


def _keep_largest(values: np.ndarray, k: int) -> np.ndarray:
    """Return the k largest values of each row in their places, the first of equal ones, else 0."""
    least = np.partition(values, -k, axis=1)[:, [-k]]
    is_equal, is_kept = values == least, values > least
    is_kept |= is_equal & (is_equal.cumsum(axis=1) <= k - is_kept.sum(axis=1, keepdims=True))
    return np.where(is_kept, values, 0)


def _spread(values: np.ndarray, rows: list[int], n_rows: int) -> np.ndarray:
    """Return values at their rows of the whole matrix as float32, 0 elsewhere."""
    everyone = np.zeros((n_rows, *values.shape[1:]), dtype=np.float32)
    everyone[rows] = values
    return everyone
