import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.evaluation.ranking import METRICS, mean_over_users, ranking_metrics

# User 0 has test items 1, 3 and 4, user 1 only item 0, user 2 none, user 3 all but item 5.
TEST = sp.csr_array(
    np.array(
        [
            [0, 5, 0, 2, 1, 0],
            [1, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 0],
        ]
    )
)
LISTS = np.array([[3, 0, 4, 2], [5, 4, 0, 1], [0, 1, 2, 3], [5, -1, -1, -1]])


def discount(position: int) -> float:
    return 1 / np.log2(position + 1)


@pytest.mark.parametrize(
    ("metric", "k", "expected"),
    [
        ("precision", 1, [1, 0, np.nan, 0]),
        ("precision", 4, [2 / 4, 1 / 4, np.nan, 0]),
        ("recall", 1, [1 / 3, 0, np.nan, 0]),
        ("recall", 4, [2 / 3, 1 / 1, np.nan, 0]),
        ("hit_rate", 2, [1, 0, np.nan, 0]),
        ("hit_rate", 3, [1, 1, np.nan, 0]),
        ("mrr", 2, [1, 0, np.nan, 0]),
        ("mrr", 3, [1, 1 / 3, np.nan, 0]),
        ("map", 2, [1 / 2, 0, np.nan, 0]),
        ("map", 4, [(1 + 2 / 3) / 3, (1 / 3) / 1, np.nan, 0]),
        ("ndcg", 2, [1 / (1 + discount(2)), 0, np.nan, 0]),
        (
            "ndcg",
            4,
            [(1 + discount(3)) / (1 + discount(2) + discount(3)), discount(3), np.nan, 0],
        ),
    ],
)
def test_metrics_agree_with_values_worked_out_by_hand(metric, k, expected):
    found = ranking_metrics(LISTS, TEST, ks=range(1, 5))[k][metric]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_every_metric_is_nan_without_test_items_and_known_otherwise():
    found = ranking_metrics(LISTS, TEST, ks=3)[3]
    assert tuple(found) == METRICS
    for values in found.values():
        assert np.isnan(values).tolist() == [False, False, True, False]


def test_perfect_list_scores_one_where_the_definition_allows_it():
    found = ranking_metrics(np.array([[0, 5, 4, 3]]), TEST[[1]], ks=4)[4]
    assert {name: values[0] for name, values in found.items()} == {
        "precision": 0.25,  # one test item in four places
        "recall": 1,
        "ndcg": 1,
        "map": 1,
        "mrr": 1,
        "hit_rate": 1,
    }


def test_empty_places_never_count_as_hits():
    # With -1 as a column this would be item 5 of the user before: row 3 has no item 5.
    test = sp.csr_array(np.array([[0, 0, 1], [1, 0, 0]]))
    found = ranking_metrics(np.array([[-1, 0], [-1, 0]]), test, ks=[1, 2])
    assert found[1]["precision"].tolist() == [0, 0]
    assert found[2]["precision"].tolist() == [0, 1 / 2]


def test_stored_zeros_are_not_test_items():
    test = sp.csr_array(([1.0, 0.0], ([0, 0], [0, 1])), shape=(1, 3))
    assert ranking_metrics(np.array([[1, 0]]), test, ks=2)[2]["recall"].tolist() == [1]


def test_pairs_beyond_32_bits_are_told_apart():
    n_items = 2**20
    test = sp.csr_array(([1.0], ([2**12], [7])), shape=(2**12 + 1, n_items))
    lists = np.full((2**12 + 1, 1), 7, dtype=np.int32)
    found = ranking_metrics(lists, test, ks=1)[1]["precision"]
    assert found[-1] == 1
    assert np.isnan(found[:-1]).all()


def slow_metrics(ranked: list[int], test: set[int], k: int) -> dict[str, float]:
    """The definitions once more, one user and one position at a time."""
    hits = [item in test for item in ranked[:k]]
    at = [position for position, hit in enumerate(hits, start=1) if hit]
    ideal = sum(discount(position) for position in range(1, min(k, len(test)) + 1))
    return {
        "precision": sum(hits) / k,
        "recall": sum(hits) / len(test),
        "ndcg": sum(discount(position) for position in at) / ideal,
        "map": sum(sum(hits[:p]) / p for p in at) / min(k, len(test)),
        "mrr": 1 / at[0] if at else 0,
        "hit_rate": float(bool(at)),
    }


@given(
    st.lists(
        st.tuples(st.permutations(range(12)), st.sets(st.integers(0, 11))), min_size=1, max_size=8
    ),
    st.sets(st.integers(1, 12), min_size=1, max_size=4),
)
def test_metrics_agree_with_a_loop_over_users_for_many_k_at_once(users, ks):
    test = np.zeros((len(users), 12))
    for row, (_, items) in enumerate(users):
        test[row, list(items)] = 1
    found = ranking_metrics(np.array([r for r, _ in users]), sp.csr_array(test), ks)
    assert set(found) == ks
    for k in ks:
        for row, (ranked, items) in enumerate(users):
            for name in METRICS:
                value = found[k][name][row]
                if items:
                    assert value == pytest.approx(slow_metrics(ranked, items, k)[name], rel=1e-12)
                    assert 0 <= value <= 1 + 1e-12
                else:
                    assert np.isnan(value)


@pytest.mark.parametrize(
    ("lists", "ks", "message"),
    [
        (LISTS, 5, "recommended has 4 columns but k is 5"),
        (LISTS, 0, "k is 0"),
        (LISTS, 2.5, "k is 2.5, expected whole numbers"),
        (LISTS, [], "expected whole numbers"),
        (LISTS[:3], 2, r"shape \(3, 4\), expected one list for each of the 4 rows"),
        (LISTS[0], 2, "expected one list for each"),
        (LISTS.astype(float), 2, "holds float64"),
        (LISTS + 1, 2, "run from 0 to 6, expected columns 0 to 5"),
        (LISTS - 1, 2, "run from -2 to 4"),
        (np.where(LISTS == 2, 3, LISTS), 2, "row 0 holds item 3 twice"),
    ],
)
def test_lists_that_cannot_be_right_are_refused(lists, ks, message):
    with pytest.raises(SettingError, match=message):
        ranking_metrics(lists, TEST, ks)


def test_mean_over_users_leaves_out_users_without_test_items():
    assert mean_over_users(np.array([1.0, np.nan, 0.0])) == 0.5
    with pytest.raises(SettingError, match="no user has a test item"):
        mean_over_users(np.array([np.nan]))
