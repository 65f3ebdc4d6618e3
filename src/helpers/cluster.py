"""What ALS on a cluster must compute, send and hold: Spark's blocked ALS as arithmetic.

Users and items are divided into blocks by their identifier. In a half-step each vector of one
side goes once to every block of the other side in which someone needs it, however many do; there
the equations are added up and solved. All figures follow from counts, and from rates and prices
that the caller has measured or been quoted.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from helpers.checks import number_between, positive_number, whole_number
from helpers.degrees import Degrees
from helpers.errors import SettingError

_STAGES = 4  # of one iteration: in each half-step one sums up a side, and one sends it
_ID = _FLOAT = 4  # bytes
_ROW_SENT = 36  # user, item and count, sent three times before the first iteration
_ROW_HELD = 28  # the same 12 bytes, and 8 (place and count) in the blocks of either side
_VECTOR_SENT = 10  # what Java's serialisation, the default, adds to an array; Kryo adds 2
_VECTOR_HELD = 20  # header of a Java array, and the reference to it


@dataclass(frozen=True)
class Workload:
    """What is to be trained.

    Attributes
    ----------
    users, items : Degrees
        Of the same rows.
    factors : int
        Numbers a vector.
    iterations : int
        Each of two half-steps.
    """

    users: Degrees
    items: Degrees
    factors: int
    iterations: int = 10

    def __post_init__(self) -> None:
        whole_number("factors", self.factors, 1)
        whole_number("iterations", self.iterations, 1)
        if not np.isclose(self.users.rows, self.items.rows):
            raise SettingError(
                f"the users have {self.users.rows:,.0f} rows and the items {self.items.rows:,.0f}, "
                "expected the same; count both on the same pairs"
            )


@dataclass(frozen=True)
class Cluster:
    """What it is trained on; all workers are alike.

    Attributes
    ----------
    workers : int
        Machines.
    cores : int
        Of each.
    flops : float
        Operations a core does in a second: `iteration_flops` over measured core-seconds.
    bandwidth : float
        Bytes a second that a worker sends, while it receives as many.
    stage_seconds : float
        What a stage costs before any work.
    core_hour : float
        Price of a core for an hour, in any currency.
    """

    workers: int
    cores: int
    flops: float
    bandwidth: float
    stage_seconds: float
    core_hour: float

    def __post_init__(self) -> None:
        whole_number("workers", self.workers, 1)
        whole_number("cores", self.cores, 1)
        positive_number("flops", self.flops)
        positive_number("bandwidth", self.bandwidth)
        number_between("stage_seconds", self.stage_seconds, 0)
        number_between("core_hour", self.core_hour, 0)


def iteration_flops(rows: float, n_vectors: float, factors: int) -> float:
    r"""Return the floating-point operations of one iteration, :math:`2 r k^2 + n k^3 / 3`.

    Each row adds the product of a vector with itself to the upper half of a matrix, in both
    half-steps; each user and item has a matrix factored (Cholesky). Smaller terms are left out.

    Parameters
    ----------
    rows : float
        The r of the formula.
    n_vectors : float
        Users and items, the n of the formula.
    factors : int
        The k of the formula.

    Examples
    --------
    >>> iteration_flops(rows=100, n_vectors=30, factors=10)
    30000.0
    """
    return 2.0 * rows * factors**2 + n_vectors * factors**3 / 3


def vectors_sent(degrees: Degrees, blocks: int) -> float:
    r"""Return how many vectors of one side are expected to be sent in a half-step.

    A vector that d rows need goes to :math:`b (1 - (1 - 1/b)^d)` of b blocks, for identifiers
    that fall into blocks at random: once for few rows, at most once to each block for many.

    Parameters
    ----------
    degrees : Degrees
        Of the side that is sent.
    blocks : int
        The b of the formula: blocks of the other side.

    Raises
    ------
    SettingError
        If `blocks` is no whole number from 1 upwards.

    Examples
    --------
    >>> vectors_sent(Degrees.of(np.array([1, 2])), blocks=2)
    2.5
    """
    whole_number("blocks", blocks, 1)
    return float(np.sum(degrees.count * blocks * (1 - (1 - 1 / blocks) ** degrees.degree)))


@dataclass(frozen=True)
class ClusterPlan:
    """What a workload costs on a cluster, with users and items in so many blocks each.

    Time is what is computed, sent and waited for, one after the other: blocks are taken to be
    alike, and disks, garbage collection and lost workers to cost nothing, so that it is a lower
    end. Spark's default is 10 blocks, which keep no more than 10 cores busy.

    Attributes
    ----------
    workload : Workload
    cluster : Cluster
    blocks : int
        `numUserBlocks` and `numItemBlocks` of Spark's ALS.
    """

    workload: Workload
    cluster: Cluster
    blocks: int

    def __post_init__(self) -> None:
        whole_number("blocks", self.blocks, 1)

    @property
    def flops(self) -> float:
        """Floating-point operations of one iteration."""
        return iteration_flops(self.workload.users.rows, self._n_vectors, self.workload.factors)

    @property
    def vectors(self) -> float:
        """Vectors sent in one iteration, of both sides."""
        return sum(self._vectors_of_each_side)

    @property
    def shuffle_bytes(self) -> float:
        """Shuffled in one iteration, uncompressed; Spark 4.3 was seen to write 1 to 2 % more."""
        return self.vectors * (_FLOAT * self.workload.factors + _VECTOR_SENT)

    @property
    def memory(self) -> float:
        """Bytes a worker holds: rows, factors, and what arrives for the blocks in work."""
        held = _FLOAT * self.workload.factors + _VECTOR_HELD
        rows = _ROW_HELD * self.workload.users.rows
        destinations = _ID * self.vectors  # which vectors go to which block
        at_rest = rows + (2 * _ID + held) * self._n_vectors + destinations
        in_work = min(self.cluster.cores, self.blocks)
        arriving = max(self._vectors_of_each_side) / self.blocks * held
        return at_rest / self.cluster.workers + in_work * arriving

    @property
    def compute_seconds(self) -> float:
        """Of one iteration: whole rounds, in each of which a core works on one block."""
        n_rounds = -(-self.blocks // (self.cluster.workers * self.cluster.cores))
        return n_rounds * self.flops / self.blocks / self.cluster.flops

    @property
    def network_seconds(self) -> float:
        """Of one iteration."""
        return self._seconds_to_send(self.shuffle_bytes)

    @property
    def waiting_seconds(self) -> float:
        """Of one iteration: what its stages cost before any work."""
        return _STAGES * self.cluster.stage_seconds

    @property
    def iteration_seconds(self) -> float:
        """Of one iteration, altogether."""
        return self.compute_seconds + self.network_seconds + self.waiting_seconds

    @property
    def hours(self) -> float:
        """All iterations, and the rows sent to their blocks before the first; not reading them."""
        before = self._seconds_to_send(_ROW_SENT * self.workload.users.rows)
        return (before + self.workload.iterations * self.iteration_seconds) / 3600

    @property
    def cost(self) -> float:
        """All cores for all hours, in the currency of the price."""
        return self.cluster.workers * self.cluster.cores * self.hours * self.cluster.core_hour

    def table(self) -> pl.DataFrame:
        """Return the plan as the columns `what`, `value` (three digits) and `unit`."""
        users, items, rows = self.workload.users.n, self.workload.items.n, self.workload.users.rows
        lines = [
            ("rows", rows / 1e6, "million"),
            ("users", users / 1e6, "million"),
            ("items", items / 1e6, "million"),
            ("arithmetic of an iteration", self.flops / 1e12, "10^12 operations"),
            ("vectors sent in an iteration", self.vectors / 1e6, "million"),
            ("shuffled in an iteration", self.shuffle_bytes / 1e9, "GB"),
            ("rows shuffled at the start", _ROW_SENT * rows / 1e9, "GB"),
            ("rows in a block", rows / self.blocks / 1e6, "million"),
            ("memory of a worker", self.memory / 1e9, "GB"),
            ("computing in an iteration", self.compute_seconds, "s"),
            ("sending in an iteration", self.network_seconds, "s"),
            ("waiting in an iteration", self.waiting_seconds, "s"),
            ("all of an iteration", self.iteration_seconds, "s"),
            ("all iterations", self.hours, "h"),
            ("cost", self.cost, "as the price"),
        ]
        table = pl.DataFrame(lines, schema=["what", "value", "unit"], orient="row")
        return table.with_columns(pl.col("value").round_sig_figs(3))

    @property
    def _n_vectors(self) -> float:
        return self.workload.users.n + self.workload.items.n

    @property
    def _vectors_of_each_side(self) -> list[float]:
        sides = (self.workload.users, self.workload.items)
        return [vectors_sent(side, self.blocks) for side in sides]

    def _seconds_to_send(self, n_bytes: float) -> float:
        """Return how long that takes; what stays on its worker takes no time."""
        share_sent = 1 - 1 / self.cluster.workers
        return n_bytes * share_sent / (self.cluster.workers * self.cluster.bandwidth)
