"""What is sent, against blocks drawn at random; time, memory and cost against sums by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cluster import Cluster, ClusterPlan, Workload, iteration_flops, vectors_sent
from helpers.degrees import Degrees
from helpers.errors import SettingError

CLUSTER = Cluster(workers=4, cores=8, flops=1e9, bandwidth=1e9, stage_seconds=0.5, core_hour=0.05)
LARGE = Workload(
    users=Degrees(np.array([10, 160, 3000]), np.array([4e6, 5e6, 5e4])),
    items=Degrees(np.array([1, 600, 30_000]), np.array([6e7, 1.05e6, 1e4])),
    factors=64,
)


def test_vectors_sent_are_those_of_blocks_drawn_at_random():
    rng = np.random.default_rng(0)
    n_users, n_items, blocks = 400, 300, 7
    user, item = np.nonzero(rng.random((n_users, n_items)) < rng.beta(0.3, 3, (n_users, 1)))
    degrees = Degrees.of(np.bincount(user, minlength=n_users))
    sent = []
    for _ in range(200):
        block = rng.integers(blocks, size=n_items)
        sent.append(len(np.unique(user * blocks + block[item])))
    error = np.std(sent, ddof=1) / np.sqrt(len(sent))
    # Items fall into blocks once for all users, which widens the spread and moves no mean.
    assert abs(np.mean(sent) - vectors_sent(degrees, blocks)) < 4 * error
    assert error < 0.01 * np.mean(sent)


def test_few_rows_are_sent_once_each_and_many_once_to_each_block():
    assert vectors_sent(Degrees.of(np.ones(50, dtype=int)), blocks=10) == pytest.approx(50)
    assert vectors_sent(Degrees.of(np.full(50, 10_000)), blocks=10) == pytest.approx(500)
    assert vectors_sent(Degrees.of(np.array([3, 0, 8])), blocks=1) == 2


@given(st.lists(st.integers(0, 500), min_size=1, max_size=20), st.integers(1, 300))
def test_more_blocks_and_more_rows_never_send_less(rows_of_each, blocks):
    degrees = Degrees.of(np.array(rows_of_each))
    sent = vectors_sent(degrees, blocks)
    assert degrees.n - 1e-9 <= sent <= min(degrees.n * blocks, degrees.rows) + 1e-6
    assert vectors_sent(degrees, blocks + 1) >= sent - 1e-9
    assert vectors_sent(Degrees(degrees.degree + 1, degrees.count), blocks) >= sent - 1e-9


def test_small_case_by_hand():
    # Two users of two rows, one item of one row and one of three; ten factors, two blocks.
    work = Workload(Degrees.of(np.array([2, 2])), Degrees.of(np.array([1, 3])), 10, iterations=3)
    cluster = Cluster(2, 1, flops=100, bandwidth=25, stage_seconds=0.25, core_hour=36)
    plan = ClusterPlan(work, cluster, blocks=2)
    assert iteration_flops(4, 4, 10) == pytest.approx(2 * 4 * 100 + 4 * 1000 / 3)
    assert plan.flops == pytest.approx(2133.333, rel=1e-5)
    # A pair of rows: 1.5 blocks; one row: 1; three rows: 1.75.
    assert plan.vectors == pytest.approx(1.5 + 1.5 + 1 + 1.75)
    assert plan.shuffle_bytes == pytest.approx(5.75 * 50)
    assert plan.compute_seconds == pytest.approx(10.66667)
    # Half of it stays where it is, the other half leaves through two network cards.
    assert plan.network_seconds == pytest.approx(5.75 * 50 / 2 / 50)
    assert plan.waiting_seconds == 1
    assert plan.iteration_seconds == pytest.approx(10.66667 + 2.875 + 1)
    assert plan.hours * 3600 == pytest.approx(3 * 14.541667 + 4 * 36 / 2 / 50)
    assert plan.cost == pytest.approx(2 * plan.hours * 36)
    at_rest = 4 * 28 + 4 * (8 + 60) + 4 * 5.75
    assert plan.memory == pytest.approx(at_rest / 2 + 3 / 2 * 60)


def test_default_blocks_leave_most_of_a_large_cluster_idle():
    default, many = (ClusterPlan(LARGE, CLUSTER, blocks) for blocks in (10, 96))
    assert default.compute_seconds == pytest.approx(3.2 * many.compute_seconds)
    assert many.shuffle_bytes > default.shuffle_bytes
    odd = ClusterPlan(LARGE, CLUSTER, blocks=33)  # the last block keeps 31 cores waiting
    assert odd.compute_seconds == pytest.approx(2 * 32 / 33 * many.compute_seconds)


def test_one_worker_sends_nothing_and_more_need_less_memory_each():
    alone = ClusterPlan(LARGE, replace(CLUSTER, workers=1), blocks=96)
    assert alone.network_seconds == 0
    plans = [ClusterPlan(LARGE, replace(CLUSTER, workers=n), 96) for n in (2, 4, 8)]
    for values in ([plan.memory for plan in plans], [plan.iteration_seconds for plan in plans]):
        assert values == sorted(values, reverse=True)
    dearer = ClusterPlan(LARGE, replace(CLUSTER, core_hour=0.10), 96)
    assert dearer.cost == pytest.approx(2 * plans[1].cost)


def test_table_tells_the_plan_in_readable_units():
    plan = ClusterPlan(LARGE, CLUSTER, blocks=96)
    table = plan.table()
    assert table.columns == ["what", "value", "unit"]
    value = dict(table.select("what", "value").iter_rows())
    assert value["rows"] == 990
    assert value["shuffled in an iteration"] == pytest.approx(plan.vectors * 266 / 1e9, rel=0.01)
    assert value["all of an iteration"] == pytest.approx(plan.iteration_seconds, rel=0.01)
    assert table["value"].min() > 0.01
    assert table["value"].max() < 100_000


def test_counts_without_meaning_are_refused():
    with pytest.raises(SettingError, match="the users have 4 rows and the items 5"):
        Workload(Degrees.of(np.array([2, 2])), Degrees.of(np.array([5])), 10)
    with pytest.raises(SettingError, match="factors is 0"):
        replace(LARGE, factors=0)
    with pytest.raises(SettingError, match="blocks is 0"):
        ClusterPlan(LARGE, CLUSTER, blocks=0)
    with pytest.raises(SettingError, match="workers is 0"):
        replace(CLUSTER, workers=0)
    with pytest.raises(SettingError, match="bandwidth is 0"):
        replace(CLUSTER, bandwidth=0)
    with pytest.raises(SettingError, match="core_hour is -1"):
        replace(CLUSTER, core_hour=-1)
