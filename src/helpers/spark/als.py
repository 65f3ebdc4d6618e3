"""Spark's alternating least squares: a matrix in, vectors out."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from helpers.interactions import IdMap
from helpers.spark.refusals import plain_errors
from helpers.spark.session import spark_session

if TYPE_CHECKING:
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import DataFrame

COLUMNS = ("user_id", "item_id", "weight")


def spark_estimator(
    *, factors: int, regularization: float, alpha: float, iterations: int, seed: int = 0
) -> "ALS":
    r"""Return Spark's ALS for implicit feedback on columns user_id, item_id and weight.

    It minimises, with :math:`r` the weights, p = 1 where there is one and 0 elsewhere, and
    :math:`n` the number of weights of a user or an item,

    .. math::
        \sum_{u,i} (1 + \alpha r_{ui}) (p_{ui} - x_u^\top y_i)^2
        + \lambda \Big(\sum_u n_u \|x_u\|^2 + \sum_i n_i \|y_i\|^2\Big)

    Parameters
    ----------
    factors : int
        Spark's `rank`.
    regularization : float
        The λ of the loss, Spark's `regParam`.
    alpha : float
    iterations : int
        One iteration solves for all items, then for all users.
    seed : int
        Of the random start.
    """
    from pyspark.ml.recommendation import ALS

    blocks = spark_session().sparkContext.defaultParallelism
    user, item, weight = COLUMNS
    return ALS(
        rank=factors,
        regParam=regularization,
        alpha=alpha,
        maxIter=iterations,
        seed=seed,
        implicitPrefs=True,
        userCol=user,
        itemCol=item,
        ratingCol=weight,
        numUserBlocks=blocks,
        numItemBlocks=blocks,
    )


def train_on_spark(weights: sp.csr_array, estimator: "ALS") -> tuple[np.ndarray, np.ndarray]:
    """Train on a matrix of this process and return the vectors of its rows and columns.

    Parameters
    ----------
    weights : csr_array, shape (n_users, n_items)
    estimator : ALS
        What `spark_estimator` returned.

    Returns
    -------
    user_factors : ndarray of float32, shape (n_users, factors)
    item_factors : ndarray of float32, shape (n_items, factors)
        Zero for who or what has no weight.

    Raises
    ------
    DataError, SettingError
        If Spark cannot run here, or fails on the way.
    """
    with plain_errors():
        frame = weights_frame(weights).persist()
        try:
            model = estimator.fit(frame)
            n_users, n_items = weights.shape
            return (
                collect_vectors(model.userFactors, IdMap(range(n_users))),
                collect_vectors(model.itemFactors, IdMap(range(n_items))),
            )
        finally:
            frame.unpersist()


def weights_frame(weights: sp.csr_array) -> "DataFrame":
    """Return a matrix as a Spark frame of its rows (user_id), columns (item_id) and weights."""
    cells = weights.tocoo()
    parts = (
        cells.row.astype(np.int32),
        cells.col.astype(np.int32),
        cells.data.astype(np.float32),
    )
    return spark_session().createDataFrame(pa.table(dict(zip(COLUMNS, parts, strict=True))))


def collect_vectors(frame: "DataFrame", ids: IdMap) -> np.ndarray:
    """Return the vectors of Spark's `userFactors` or `itemFactors` in the order of `ids`.

    Parameters
    ----------
    frame : DataFrame
        Columns `id` and `features`.
    ids : IdMap
        Which identifier belongs into which row.

    Returns
    -------
    ndarray of float32, shape (len(ids), factors)
        Zero for identifiers without a vector.

    Raises
    ------
    UnknownIdError
        If there is a vector of an identifier that is not in `ids`.
    """
    with plain_errors():
        found = frame.select("id", "features").toArrow()
    features = found["features"].combine_chunks()
    flat = features.values.to_numpy(zero_copy_only=False)
    factors = len(flat) // max(len(features), 1)
    vectors = np.zeros((len(ids), factors), dtype=np.float32)
    vectors[ids.to_internal(found["id"].to_pylist())] = flat.reshape(-1, factors)
    return vectors
