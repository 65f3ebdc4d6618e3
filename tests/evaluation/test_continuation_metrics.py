from math import log2

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from helpers.errors import SettingError
from helpers.evaluation.continuation import continuation_metrics
from helpers.evaluation.ranking import mean_over_users

N_ITEMS = 40
# Items 0 to 3 are by artist 0, items 4 to 7 by artist 1, and so on.
ARTISTS = np.arange(N_ITEMS) // 4


def judge(recommended: list[int], targets: set[int], artists: np.ndarray = ARTISTS):
    """Return the metrics of one playlist, as numbers."""
    row = np.zeros((1, len(artists)))
    row[0, list(targets)] = 1
    found = continuation_metrics(np.array([recommended], dtype=int), sp.csr_array(row), artists)
    return type(found)(*(values[0] for values in found))


@pytest.mark.parametrize(
    ("recommended", "targets", "expected"),
    [
        # |G| = 4, so places 1 to 4 count: 0 and 4 match; 8 misses, but is by the artist of 9;
        # 20 is by an artist of no target.
        ([0, 8, 4, 20], {0, 4, 9, 13}, (2 + 0.25 * 1) / 4),
        # 1 and 2 miss, both by artist 0, who counts once; 5 is by the artist of 4.
        ([1, 2, 5, 20], {0, 4, 9, 13}, (0 + 0.25 * 2) / 4),
        # 0 matches; 1 misses, and its artist has a target (0), although one that matched.
        ([0, 1, 20, 24], {0, 4, 9, 13}, (1 + 0.25 * 1) / 4),
        # Nothing missed, so there is nothing to give credit for.
        ([13, 9, 4, 0], {0, 4, 9, 13}, 4 / 4),
        # |G| = 2: the match at place 3 and the artist at place 4 come too late.
        ([20, 24, 0, 5], {0, 4}, 0),
        # A list shorter than |G| is not judged more kindly for it.
        ([0], {0, 4, 9, 13}, 1 / 4),
        # An empty place is a miss without an artist.
        ([-1, 0, -1, 5], {0, 4, 9, 13}, (1 + 0.25 * 1) / 4),
    ],
)
def test_r_precision_agrees_with_values_worked_out_by_hand(recommended, targets, expected):
    assert judge(recommended, targets).r_precision == pytest.approx(expected, rel=1e-12)


def test_r_precision_of_tracks_gives_no_credit_for_artists():
    found = judge([0, 8, 4, 20], {0, 4, 9, 13})
    assert found.r_precision_tracks == 2 / 4
    assert found.r_precision == (2 + 0.25) / 4


def test_ndcg_agrees_with_values_worked_out_by_hand():
    # Hits at places 2 and 4 of 4; three targets could all have been in places 1 to 3.
    ideal = 1 / log2(2) + 1 / log2(3) + 1 / log2(4)
    found = judge([20, 0, 24, 4], {0, 4, 9})
    assert found.ndcg == pytest.approx((1 / log2(3) + 1 / log2(5)) / ideal, rel=1e-12)


def test_the_ideal_list_ends_at_500_places():
    artists = np.arange(700)
    everything_right = judge(list(range(500)), set(range(600)), artists)
    assert everything_right.ndcg == pytest.approx(1, rel=1e-12)
    assert everything_right.r_precision == pytest.approx(500 / 600)


@pytest.mark.parametrize(
    ("place", "clicks"), [(1, 0), (10, 0), (11, 1), (20, 1), (21, 2), (491, 49), (500, 49)]
)
def test_clicks_are_the_pages_of_ten_before_the_first_hit(place, clicks):
    artists = np.arange(600)
    assert judge(list(range(500)), {place - 1}, artists).clicks == clicks


def test_clicks_are_51_without_a_hit_however_short_the_list():
    assert judge(list(range(500)), {550}, np.arange(600)).clicks == 51
    assert judge([1, 2], {0}).clicks == 51


def test_a_missing_playlist_scores_nothing_and_51_clicks():
    # One public evaluator gives it 0 clicks, which is the best there is.
    assert judge([-1, -1, -1], {0, 4}) == (0, 0, 0, 51)
    assert judge([], {0, 4}) == (0, 0, 0, 51)


def test_artists_count_only_in_the_first_places():
    # One public evaluator looks for them in all 500: this list would score 0.25 * 3 / 3.
    recommended = [20, 24, 28, 1, 5, 10]
    targets = {0, 4, 9}
    everywhere = 0.25 * len({ARTISTS[i] for i in recommended} & {ARTISTS[i] for i in targets}) / 3
    assert everywhere == 0.25
    assert judge(recommended, targets).r_precision == 0


def test_a_perfect_list_scores_one_and_not_more():
    # Reading the printed formula literally, artists of matched tracks would add 0.25 * 4 / 4.
    assert judge([0, 4, 9, 13], {0, 4, 9, 13}) == (1, 1, pytest.approx(1), 0)


def test_one_hit_on_top_is_no_perfect_ndcg_where_there_are_more_targets():
    # It is with an ideal list of as many hits as were found, as the challenge's page prints it.
    assert judge([0, 20, 24], {0, 4, 9}).ndcg == pytest.approx(
        1 / (1 + 1 / log2(3) + 1 / log2(4)), rel=1e-12
    )


def test_a_recommended_seed_is_a_miss_that_takes_a_place():
    # Item 20 was shown and is no target: hits are counted among targets only.
    with_seed, without = judge([20, 0, 4], {0, 4}), judge([0, 4, 20], {0, 4})
    assert (with_seed.r_precision_tracks, without.r_precision_tracks) == (1 / 2, 2 / 2)
    assert with_seed.ndcg < without.ndcg == pytest.approx(1)


def test_unknown_artists_earn_nothing():
    artists = np.full(N_ITEMS, -1)
    assert judge([1, 2], {0, 4}, artists).r_precision == 0
    artists[[1, 4]] = 7
    assert judge([1, 2], {0, 4}, artists).r_precision == 0.25 / 2


def test_every_metric_is_nan_without_targets_and_known_otherwise():
    targets = sp.csr_array(np.array([[0] * N_ITEMS, [1] + [0] * (N_ITEMS - 1)]))
    found = continuation_metrics(np.array([[0, 1], [0, 1]]), targets, ARTISTS)
    for values in found:
        assert values.dtype == np.float64
        assert np.isnan(values).tolist() == [True, False]
    assert mean_over_users(found.clicks) == 0


def test_stored_zeros_are_no_targets():
    targets = sp.csr_array(([1.0, 0.0], ([0, 0], [0, 4])), shape=(1, N_ITEMS))
    found = continuation_metrics(np.array([[0, 4]]), targets, ARTISTS)
    assert found.r_precision.tolist() == [1]


def test_small_and_unsigned_numbers_are_taken_as_they_are():
    targets = sp.csr_array(np.eye(2, N_ITEMS))
    lists = np.array([[1, 0], [1, 0]])
    expected = continuation_metrics(lists, targets, ARTISTS)
    for kind in (np.uint8, np.uint32, np.int32):
        found = continuation_metrics(lists.astype(kind), targets, ARTISTS.astype(kind))
        np.testing.assert_array_equal(found, expected)


def test_no_playlists_give_no_values():
    found = continuation_metrics(np.zeros((0, 5), int), sp.csr_array((0, N_ITEMS)), ARTISTS)
    assert [len(values) for values in found] == [0, 0, 0, 0]


def slow_metrics(recommended: list[int], targets: set[int], artists: list[int]) -> tuple:
    """The definitions once more, one playlist and one place at a time."""
    n_hits, credited, dcg, clicks = 0, set(), 0.0, 51
    artists_of_targets = {artists[item] for item in targets if artists[item] >= 0}
    for place, item in enumerate(recommended, start=1):
        if item in targets:
            dcg += 1 / log2(place + 1)
            clicks = min(clicks, (place - 1) // 10)
        if place > len(targets):
            continue
        if item in targets:
            n_hits += 1
        elif item >= 0 and artists[item] in artists_of_targets:
            credited.add(artists[item])
    ideal = sum(1 / log2(place + 1) for place in range(1, min(500, len(targets)) + 1))
    r_precision = (n_hits + 0.25 * len(credited)) / len(targets)
    return r_precision, n_hits / len(targets), dcg / ideal, clicks


ITEMS = st.integers(0, N_ITEMS - 1)
PLAYLISTS = st.lists(
    st.tuples(
        st.permutations(range(N_ITEMS)),
        st.sets(st.integers(0, N_ITEMS - 1)),
        st.sets(ITEMS, min_size=1),
    ),
    min_size=1,
    max_size=6,
)


def as_arrays(playlists) -> tuple[np.ndarray, sp.csr_array]:
    """Return lists, some of their places emptied, and targets."""
    lists = np.array([ranked for ranked, _, _ in playlists])
    targets = np.zeros((len(playlists), N_ITEMS))
    for row, (_, emptied, items) in enumerate(playlists):
        lists[row, list(emptied)] = -1
        targets[row, list(items)] = 1
    return lists, sp.csr_array(targets)


@given(PLAYLISTS, st.lists(st.integers(-1, 9), min_size=N_ITEMS, max_size=N_ITEMS))
def test_metrics_agree_with_a_loop_over_places_and_keep_their_ranges(playlists, artists):
    lists, targets = as_arrays(playlists)
    found = continuation_metrics(lists, targets, np.array(artists))
    for row, (_, _, items) in enumerate(playlists):
        values = tuple(metric[row] for metric in found)
        assert values == pytest.approx(slow_metrics(lists[row].tolist(), items, artists), rel=1e-9)
    assert (found.ndcg <= 1 + 1e-12).all()
    assert (found.r_precision <= 1).all()
    assert (found.r_precision_tracks <= found.r_precision).all()
    assert np.isin(found.clicks, [0, 1, 2, 3, 51]).all()


@given(PLAYLISTS)
def test_ndcg_agrees_with_scikit_learn(playlists):
    ranked, targets = as_arrays([(ranked, set(), items) for ranked, _, items in playlists])
    scores = np.empty(ranked.shape)
    np.put_along_axis(scores, ranked, -np.arange(N_ITEMS, dtype=float)[None, :], axis=1)
    ours = continuation_metrics(ranked, targets, ARTISTS).ndcg
    assert ours.mean() == pytest.approx(ndcg_score(targets.toarray(), scores, k=500))


@pytest.mark.parametrize(
    ("recommended", "artists", "message"),
    [
        ([[0, 4, 0]], ARTISTS, "the list of row 0 holds item 0 twice"),
        ([[0, N_ITEMS]], ARTISTS, "recommended items run from 0 to 40, expected columns 0 to 39"),
        ([[0.0, 1.0]], ARTISTS, "expected whole numbers"),
        ([[0], [1]], ARTISTS, r"shape \(2, 1\), expected one list for each of the 1 rows"),
        ([0, 1], ARTISTS, r"shape \(2,\), expected one list"),
        ([[-1] * 501], ARTISTS, "501 columns, expected at most 500"),
        ([[0, 1]], ARTISTS[:-1], "40 columns and values are given for 39"),
        ([[0, 1]], ARTISTS.astype(str), "expected one whole number for each item"),
        ([[0, 1]], ARTISTS - 2, "item_artists holds -2, expected numbers from 0 upwards"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(recommended, artists, message):
    targets = sp.csr_array(np.ones((1, N_ITEMS)))
    with pytest.raises(SettingError, match=message):
        continuation_metrics(np.array(recommended), targets, artists)
