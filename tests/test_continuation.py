"""What follows a playlist: its taste, nothing it holds, and the knobs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_playlists import LONELY, N_TRACKS, RELEASES, make_playlist_model

from helpers.continuation import Knobs, continue_playlist
from helpers.errors import SettingError
from helpers.fold_in.search import ApproximateSearch
from helpers.models import IALS

MODEL = make_playlist_model()
COLUMNS = st.lists(st.integers(0, N_TRACKS - 1), unique=True, max_size=25)
KNOBS = st.builds(
    Knobs,
    artist_cap=st.none() | st.integers(1, 5),
    popularity_penalty=st.floats(0, 2),
    variety=st.floats(0, 1),
)


@given(
    columns=COLUMNS, knobs=KNOBS, k=st.integers(1, N_TRACKS), title=st.sampled_from(["", "party"])
)
@settings(max_examples=60, deadline=None)
def test_no_list_holds_what_the_playlist_holds_or_a_song_twice(columns, knobs, k, title):
    found = continue_playlist(MODEL, np.array(columns, int), title=title, k=k, knobs=knobs)
    song = MODEL.catalogue["song"].to_numpy()
    assert not set(song[columns]) & set(song[found.columns])
    assert len(set(song[found.columns])) == len(found.columns) <= k
    assert len(found.scores) == len(found.reasons) == len(found.columns)
    if not knobs.artist_cap and not knobs.popularity_penalty and not knobs.variety:
        assert (np.diff(found.scores) <= 0).all()


def test_a_playlist_is_followed_by_its_own_taste_with_its_own_tracks_as_reasons():
    found = continue_playlist(MODEL, np.array([2, 5, 7, 11]), k=8)
    assert found.basis == "tracks"
    assert (found.columns < 20).all()
    assert all(set(reason) <= {2, 5, 7, 11} and len(reason) == 2 for reason in found.reasons)


def test_another_release_of_a_song_it_holds_is_left_out():
    held, other = RELEASES
    found = continue_playlist(MODEL, np.array([held, 4]), k=N_TRACKS)
    assert other not in found.columns
    assert MODEL.catalogue["popularity"][other] > 0


def test_a_title_alone_is_followed_by_what_its_words_promise():
    found = continue_playlist(MODEL, np.array([], int), title="Quiet!", k=8)
    assert found.basis == "title"
    assert (found.columns < 20).mean() > 0.8
    assert all(len(reason) == 0 for reason in found.reasons)


@pytest.mark.parametrize("columns", [[], [LONELY]])
def test_where_nothing_is_known_the_most_popular_follow_and_the_basis_says_so(columns):
    found = continue_playlist(MODEL, np.array(columns, int), title="xyzzy", k=5)
    popularity = MODEL.catalogue["popularity"].to_numpy()
    assert found.basis == "popularity"
    assert found.scores[0] == popularity.max()
    np.testing.assert_array_equal(found.scores, popularity[found.columns])


def test_what_stands_there_more_often_counts_more():
    once = continue_playlist(MODEL, np.array([2, 25]), k=10)
    model = make_playlist_model(IALS(factors=4, regularization=0.02, weighting="plays"))
    often = continue_playlist(model, np.array([2, 25]), np.array([1, 30.0]), k=10)
    assert (often.columns >= 20).sum() > 5
    assert 2 <= (once.columns >= 20).sum() <= 8


def test_a_cap_holds_while_other_artists_are_left():
    artist = MODEL.catalogue["artist"].to_numpy()
    found = continue_playlist(MODEL, np.array([2, 5]), k=8, knobs=Knobs(artist_cap=2))
    assert np.bincount(artist[found.columns]).max() <= 2


def test_a_popularity_penalty_shows_less_popular_tracks():
    popularity = MODEL.catalogue["popularity"].to_numpy()
    means = [
        popularity[
            continue_playlist(
                MODEL, np.array([2, 5]), k=10, knobs=Knobs(popularity_penalty=penalty)
            ).columns
        ].mean()
        for penalty in (0, 2, 20)
    ]
    assert means[0] > means[1] > means[2]


def test_variety_shows_tracks_less_alike_and_works_with_a_penalty():
    def likeness(knobs):
        columns = continue_playlist(MODEL, np.array([2, 5, 25]), k=10, knobs=knobs).columns
        vectors = MODEL.step.item_factors[columns].astype(np.float64)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors @ vectors.T).mean()

    assert likeness(Knobs(variety=0.7)) < likeness(Knobs())
    penalised = Knobs(variety=0.01, popularity_penalty=20)
    popularity = MODEL.catalogue["popularity"].to_numpy()
    shown = continue_playlist(MODEL, np.array([2, 5]), k=10, knobs=penalised).columns
    plain = continue_playlist(MODEL, np.array([2, 5]), k=10).columns
    assert popularity[shown].mean() < popularity[plain].mean()


def test_approximate_search_serves_as_well():
    pytest.importorskip("voyager")
    search = ApproximateSearch(MODEL.step.item_factors)
    exact = continue_playlist(MODEL, np.array([2, 5]), k=8)
    found = continue_playlist(MODEL, np.array([2, 5]), k=8, search=search)
    np.testing.assert_array_equal(found.columns, exact.columns)


@pytest.mark.parametrize(
    ("columns", "counts", "message"),
    [
        ([1, 1], None, "at most once"),
        ([N_TRACKS], None, "run from 0 to 39"),
        ([-1], None, "run from 0 to 39"),
        ([1], [0.0], "positive numbers"),
        ([1, 2], [1.0], "one for each track"),
    ],
)
def test_a_playlist_that_makes_no_sense_is_refused(columns, counts, message):
    with pytest.raises(SettingError, match=message):
        continue_playlist(MODEL, np.array(columns), counts and np.array(counts))


@pytest.mark.parametrize(
    "knobs", [{"artist_cap": 0}, {"popularity_penalty": -1}, {"variety": 1.5}, {"variety": "much"}]
)
def test_a_knob_out_of_range_is_refused(knobs):
    with pytest.raises(SettingError, match=next(iter(knobs))):
        Knobs(**knobs)
