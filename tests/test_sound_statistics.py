"""Statistics of sound: means, trends and correlations, and intervals that know artists."""

import numpy as np
import pytest

from helpers.errors import SettingError
from helpers.sound_statistics import cell_means, correlate, interval, trend

YEARS = np.arange(1921, 2021)


def albums(seed: int, n_artists: int = 60, size: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return features of tracks that are alike within an artist, and the artists."""
    rng = np.random.default_rng(seed)
    artists = np.repeat(np.arange(n_artists), size)
    return rng.normal(size=n_artists)[artists] + 0.3 * rng.normal(size=len(artists)), artists


# Means of cells


def test_means_are_those_of_each_cell_and_feature():
    features = np.array([[1.0, 10], [3, 30], [5, 50]])
    means, draws = cell_means(features, np.array([0, 0, 2]), np.array([0, 1, 1]), 7, 0)
    np.testing.assert_allclose(means, [[2, 20], [np.nan, np.nan], [5, 50]])
    assert draws.shape == (7, 3, 2)
    assert np.isnan(draws[:, 1]).all()


def test_a_cell_whose_clusters_are_not_drawn_has_no_mean_in_that_draw():
    cells = np.array([0, 1])
    _, draws = cell_means(np.array([[1.0], [2.0]]), cells, cells, 200, 0)
    assert set(draws[:, 0, 0][~np.isnan(draws[:, 0, 0])]) == {1.0}
    # Two draws of two artists miss one of them a quarter of the time.
    assert 0.15 < np.isnan(draws[:, 0, 0]).mean() < 0.35


def test_features_are_drawn_together_and_the_seed_fixes_the_draws():
    values, artists = albums(0)
    cells = np.zeros(len(values), dtype=int)
    _, draws = cell_means(np.stack([values, -values], axis=1), cells, artists, 50, 3)
    np.testing.assert_allclose(draws[:, 0, 0], -draws[:, 0, 1])
    _, again = cell_means(values[:, None], cells, artists, 50, 3)
    np.testing.assert_array_equal(draws[..., :1], again)


def test_drawing_artists_gives_a_wider_interval_than_drawing_tracks():
    values, artists = albums(1)
    cells = np.zeros(len(values), dtype=int)
    widths = [
        np.diff(interval(cell_means(values[:, None], cells, clusters, 400, 0)[1][:, 0, 0]))[0]
        for clusters in (artists, np.arange(len(values)))
    ]
    # Ten tracks of an artist, hardly different: nearly the square root of ten.
    assert 2.2 < widths[0] / widths[1] < 3.5


def test_an_interval_stands_on_the_last_axis():
    draws = np.arange(101.0)[:, None] + [0, 100]
    np.testing.assert_allclose(interval(draws), [[2.5, 97.5], [102.5, 197.5]])


# Trends


def test_a_line_has_its_slope_and_is_half_way_in_the_middle():
    found = trend(YEARS, 3 - 0.02 * (YEARS - 1921))
    assert found.a_decade == pytest.approx(-0.2)
    assert abs(found.halfway - 1971) <= 1


@pytest.mark.parametrize("direction", [1, -1])
def test_a_step_is_half_way_where_it_is(direction):
    assert trend(YEARS, direction * (YEARS >= 1950).astype(float)).halfway == 1950


def test_a_curve_that_turns_back_is_half_way_when_it_stays():
    curve = ((YEARS > 1940) & (YEARS < 1955)) | (YEARS >= 1990)
    assert trend(YEARS, curve.astype(float)).halfway == 1990


def test_years_without_a_value_change_nothing_on_a_line():
    curve = 0.1 * (YEARS - 1921)
    curve[[0, 40, 41]] = np.nan
    found = trend(YEARS, curve)
    assert found.a_decade == pytest.approx(1.0)
    assert abs(found.halfway - 1971) <= 1


def test_a_level_curve_has_no_slope_and_no_turn():
    found = trend(YEARS, np.ones(100))
    assert found.a_decade == pytest.approx(0, abs=1e-12)
    assert found.halfway == 1921


def test_too_few_years_are_refused():
    with pytest.raises(SettingError, match="got 19 years and 19 values"):
        trend(YEARS[:19], np.arange(19.0))


# Correlations


def test_correlations_are_those_of_numpy():
    rng = np.random.default_rng(0)
    features, target = rng.normal(size=(300, 2)), rng.normal(size=300)
    found = correlate(features, target, np.arange(300))
    for feature, one in zip(features.T, found, strict=True):
        assert one.value == pytest.approx(np.corrcoef(feature, target)[0, 1])
        assert one.low < one.value < one.high


def test_what_goes_together_over_the_years_only_is_gone_within_them():
    rng = np.random.default_rng(1)
    years = np.repeat(np.arange(20), 50)
    feature, target = years + rng.normal(size=1000), years + rng.normal(size=1000)
    clusters = np.arange(1000)
    (over_all,) = correlate(feature[:, None], target, clusters)
    (same_year,) = correlate(feature[:, None], target, clusters, within=years)
    assert over_all.value > 0.9
    assert same_year.low < 0 < same_year.high


def test_intervals_know_that_tracks_of_an_artist_are_alike():
    x, artists = albums(2)
    y, _ = albums(3)
    widths = []
    for clusters in (artists, np.arange(len(x))):
        (found,) = correlate(x[:, None], y, clusters)
        widths.append(found.high - found.low)
    assert widths[0] > 2 * widths[1]


def test_a_feature_without_spread_is_refused():
    with pytest.raises(SettingError, match="feature 1 or the target is the same everywhere"):
        correlate(np.array([[1.0, 5], [2, 5], [3, 5]]), np.array([1.0, 3, 2]), np.arange(3))
