"""Newcomers of three kinds are judged beside what the model reaches on those it knows."""

import json
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import as_interactions

from helpers.cold_start import (
    ColdResult,
    cold_start_study,
    first_plays,
    new_artists,
    new_listeners,
    new_service,
)
from helpers.data.lastfm import load_lastfm
from helpers.errors import SettingError
from helpers.interactions import Interactions


@pytest.fixture(scope="module")
def listening(tiny_lastfm_dir):
    return load_lastfm(tiny_lastfm_dir).interactions()


def with_camps() -> Interactions:
    """Four camps of listeners and artists; three listeners tag each artist with its camp."""
    camp = np.arange(80) % 4
    is_chosen = np.random.default_rng(0).random((120, 80)) < 0.5
    tags = [np.column_stack([np.full(80, u), np.arange(80), camp + 4 * u]) for u in range(3)]
    plays = is_chosen & (np.arange(120)[:, None] % 4 == camp)
    return as_interactions(plays, np.concatenate(tags))


def by_known(results: list[ColdResult]) -> dict[str, float]:
    return {result.known: float(np.nanmean(result.per_user)) for result in results}


def test_every_play_helps_and_warm_listeners_are_served_best(listening):
    results = new_listeners(listening)
    found = by_known(results)
    assert found["1 play, folded in"] < found["5 plays, folded in"] < np.mean(results[0].warm)
    assert found["3 plays, folded in"] < found["10 plays, folded in"]
    assert found["20 answers chosen by the model"] < np.mean(results[0].warm)


def test_service_without_plays_is_served_by_descriptions_or_charts(listening):
    charts, by_tags = new_service(listening)
    assert charts.newcomer == by_tags.newcomer == "service"
    assert 0 < np.mean(charts.per_user) < np.mean(charts.warm)
    assert 0 < np.mean(by_tags.per_user) < np.mean(charts.warm)
    assert len(new_service(replace(listening, side=None))) == 1


def test_new_artists_are_found_by_tags():
    nothing, tags = new_artists(with_camps(), k=10)
    assert np.nanmean(tags.per_user) > np.nanmean(nothing.per_user) + 0.1


def test_without_tags_there_is_no_place_for_a_new_artist(listening):
    with pytest.raises(SettingError, match="placed by tags and there are none"):
        new_artists(replace(listening, side=None))


def test_row_gives_shares_of_the_same_users():
    result = ColdResult("artist", "x", "m", np.array([0.1, 0.3, np.nan]), np.array([0.4, 0.4, 9]))
    row = result.as_row()
    assert (row["value"], row["warm"], row["share"]) == (0.2, 0.4, 0.5)
    assert row["share_interval"] == [0.25, 0.75]


def test_study_is_ready_for_json_and_says_its_protocol(listening):
    record = json.loads(json.dumps(cold_start_study(listening, "synthetic")))
    assert record["study"] == "cold_start"
    assert (record["dataset"], record["data"], record["seed"]) == ("lastfm", "synthetic", 0)
    assert {row["newcomer"] for row in record["rows"]} == {"listener", "artist", "service"}


@given(st.integers(0, 6), st.integers(0, 2**32), st.integers(0, 2**32))
def test_first_plays_are_those_of_the_user_and_grow_by_one(n, seed, world):
    dense = np.random.default_rng(world).random((5, 7))
    plays = sp.csr_array(np.where(dense < 0.5, dense, 0))
    fewer, more = (first_plays(plays, length, seed) for length in (n, n + 1))
    assert (np.diff(fewer.indptr) == np.minimum(n, np.diff(plays.indptr))).all()
    assert ((fewer != 0) > (more != 0)).nnz == 0
    assert ((more - plays).multiply(more != 0)).nnz == 0
