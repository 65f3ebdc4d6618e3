import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.errors import SettingError
from helpers.evaluation import opportunity, popularity_bias, popularity_groups
from helpers.evaluation.bias_metrics import BIAS_METRICS, bias_metrics

POPULARITY = np.array([10, 6, 3, 1, 0])
TRAIN = sp.csr_array([[0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
TEST = sp.csr_array([[1, 0, 0, 0, 1], [0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]])
LISTS = np.array([[0, 1], [0, 3], [0, -1], [-1, -1]])


@st.composite
def worlds(draw):
    """Draw lists, some of them short or empty, training and test pairs of a few small users."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n_users, n_items = draw(st.integers(1, 8)), draw(st.integers(2, 10))
    part = rng.random((n_users, n_items))
    lists = np.argsort(rng.random(part.shape), axis=1)[:, : draw(st.integers(1, n_items))]
    lists[rng.random(lists.shape) < draw(st.sampled_from([0, 0.3, 0.9]))] = -1
    train, test = (sp.csr_array(pairs.astype(float)) for pairs in (part < 0.3, part > 0.6))
    assume(train.nnz and (lists >= 0).any())
    return lists, train, test


@given(worlds())
def test_every_figure_is_what_its_own_function_gives(world):
    lists, train, test = world
    popularity, n_users = np.bincount(train.indices, minlength=train.shape[1]), train.shape[0]
    found = bias_metrics(lists, popularity, train, test, n_users)
    tail = popularity_bias.long_tail(popularity)
    counts = popularity_bias.exposure(lists, len(popularity))
    lift = popularity_groups.popularity_lift(lists, train, popularity)
    apart = popularity_groups.miscalibration(lists, train, popularity)
    assert tuple(found) == BIAS_METRICS
    assert found == pytest.approx(
        {
            "coverage": popularity_bias.coverage(lists, len(popularity)),
            "gini": popularity_bias.gini(counts),
            "mean_popularity": popularity_bias.mean_popularity(lists, popularity),
            "tail_share": popularity_bias.tail_share(lists, popularity),
            "tail_coverage": popularity_bias.tail_coverage(lists, popularity),
            "entropy": popularity_bias.entropy(counts),
            "novelty": popularity_bias.novelty(lists, popularity, n_users),
            "popularity_lift": 0 if np.isnan(lift).all() else np.nanmean(lift),
            "miscalibration": 0 if np.isnan(apart).all() else np.nanmean(apart),
            "pop_rsp": opportunity.pop_rsp(lists, train, tail),
            "pop_reo": opportunity.pop_reo(lists, test, tail),
        }
    )
    assert all(type(value) is float and np.isfinite(value) for value in found.values())


def test_users_without_a_list_or_a_profile_are_left_out_of_means_over_users():
    found = bias_metrics(LISTS, POPULARITY, TRAIN, TEST, n_users=12)
    # Lists of popularity 8 and 5.5 over profiles of 3 and 6; the third has no profile.
    assert found["popularity_lift"] == pytest.approx((5 / 3 - 0.5 / 6) / 2)
    assert found["mean_popularity"] == pytest.approx((8 + 5.5 + 10) / 3)


def test_figures_of_users_are_zero_where_nobody_has_one():
    nobody = sp.csr_array((4, 5), dtype=float)
    found = bias_metrics(LISTS, POPULARITY, nobody, nobody, n_users=12)
    assert (found["popularity_lift"], found["miscalibration"], found["pop_reo"]) == (0, 0, 0)


def test_figures_that_look_at_the_tail_are_zero_without_one():
    one_list = np.array([[0, 1]])
    matrix = sp.csr_array([[1.0, 1.0]])
    found = bias_metrics(one_list, np.array([3, 3]), matrix, matrix, n_users=3)
    assert found["tail_share"] == found["tail_coverage"] == found["pop_rsp"] == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recommended": np.full((4, 2), -1)}, "every list is empty"),
        ({"recommended": LISTS + 4}, "run from 3 to 7"),
        ({"popularity": np.zeros(5, dtype=int)}, "no item has a training user"),
        ({"popularity": POPULARITY[:4]}, "train matrix has 5 columns and values are given for 4"),
        ({"train": TRAIN[[0]]}, "each of the 1 rows of the train matrix"),
        ({"relevant": TEST[[0]]}, "each of the 1 rows of the test matrix"),
        ({"n_users": 4}, "an item has 10 users and n_users is 4"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    given_ = {
        "recommended": LISTS,
        "popularity": POPULARITY,
        "train": TRAIN,
        "relevant": TEST,
        "n_users": 12,
    }
    with pytest.raises(SettingError, match=message):
        bias_metrics(**given_ | changes)
