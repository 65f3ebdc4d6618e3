"""The statistics: what playlists hold, how songs sound, and that themes and tastes show."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp

from helpers import paths
from helpers.data.synthetic import SCALES
from helpers.data.synthetic.names import GENRE_NAMES
from helpers.data.synthetic.playlists.catalogue import draw_catalogue
from helpers.data.synthetic.playlists.features import write_features
from helpers.data.synthetic.playlists.filling import fill_playlists
from helpers.data.synthetic.playlists.playlist_titles import name_playlists
from helpers.data.synthetic.playlists.settings import SIZES
from helpers.data.synthetic.playlists.shelves import fill_shelves
from helpers.data.synthetic.playlists.themes import draw_themes
from helpers.data.synthetic.playlists.words import GENRE_TITLES
from helpers.data.synthetic.world import draw_world
from helpers.evaluation.popularity_bias import gini

N_PLAYLISTS = 1000
SETTINGS = replace(SIZES["lesson"], n_artists=1500, n_early_artists=300)


@pytest.fixture(scope="module")
def world():
    """A world between tiny and lesson, large enough for statistics."""
    return draw_world(replace(SCALES["lesson"], n_listeners=400, n_artists=20_000), seed=1)


@pytest.fixture(scope="module")
def catalogue(world):
    return draw_catalogue(world, SETTINGS)


@pytest.fixture(scope="module")
def themes(world, catalogue):
    return draw_themes(world, catalogue, SETTINGS, N_PLAYLISTS, world.rng("test"))


@pytest.fixture(scope="module")
def entries(world, catalogue, themes):
    shelves = fill_shelves(catalogue, SETTINGS.levels)
    return fill_playlists(themes, catalogue, shelves, SETTINGS, world.rng("more"))


@pytest.fixture(scope="module")
def playlist_tracks(entries, catalogue):
    """Playlists × tracks, 1 where a playlist holds a track."""
    shape = (N_PLAYLISTS, len(catalogue.tracks))
    matrix = sp.coo_array((np.ones(len(entries.row)), entries), shape=shape).tocsr()
    matrix.data[:] = 1
    return matrix


# What playlists hold


def test_lengths_are_log_normal_around_the_median(entries):
    lengths = np.bincount(entries.row)
    assert lengths.min() >= 5
    assert lengths.max() <= 250
    assert 30 <= np.median(lengths) <= 40
    assert 1.15 < lengths.mean() / np.median(lengths) < 1.5


def test_an_artist_stands_in_a_playlist_more_than_once(entries, catalogue):
    artist = catalogue.songs.artist[catalogue.tracks.song[entries.track]]
    n_artists = np.array([len(set(artist[entries.row == row])) for row in range(200)])
    assert n_artists.min() >= 3
    assert 1.3 < np.bincount(entries.row)[:200].sum() / n_artists.sum() < 2.2


def test_now_and_then_a_playlist_runs_on_through_an_album(entries, catalogue):
    song = catalogue.tracks.song[entries.track]
    is_next = (np.diff(entries.row) == 0) & (np.diff(song) == 1)
    is_next &= np.diff(catalogue.songs.album[song]) == 0
    assert 0.01 < is_next.mean() < 0.1


def test_a_few_tracks_stand_twice_in_a_playlist(entries, playlist_tracks):
    assert 0.002 < 1 - playlist_tracks.nnz / len(entries.track) < 0.03


def test_popularity_has_a_heavy_tail(playlist_tracks):
    popularity = playlist_tracks.sum(axis=0)
    popularity = np.sort(popularity[popularity > 0])[::-1]
    assert gini(popularity) > 0.5
    assert np.mean(popularity == 1) > 0.25
    assert 0.02 < popularity[0] / N_PLAYLISTS < 0.2


def test_a_tenth_of_the_songs_have_several_uris_and_playlists_hold_them(catalogue, entries):
    further = np.diff(catalogue.tracks.editions)
    assert np.mean(further > 0) == pytest.approx(0.12, abs=0.002)
    is_edition = entries.track >= len(catalogue.songs)
    assert 0.03 < is_edition.mean() < 0.2
    start = len(catalogue.songs) + catalogue.tracks.editions
    song = int(np.flatnonzero(further)[0])
    assert catalogue.tracks.song[start[song]] == song


def test_editions_keep_the_title_and_add_to_it(catalogue):
    n_songs = len(catalogue.songs)
    names = catalogue.track_names
    pairs = [(names[song], names[n_songs + at]) for at, song in enumerate(tracks_again(catalogue))]
    plain = [
        (first.partition(" (")[0].partition(" ft.")[0], other) for first, other in pairs if first
    ]
    kept = [other.startswith(first.partition(" - ")[0]) for first, other in plain]
    assert np.mean(kept) > 0.99
    assert any("Remaster" in other for _, other in pairs)
    assert any(first == other for first, other in pairs)


def tracks_again(catalogue):
    return catalogue.tracks.song[len(catalogue.songs) :].tolist()


def test_an_artist_has_no_title_twice(catalogue):
    songs = zip(catalogue.songs.artist.tolist(), catalogue.track_names, strict=False)
    named = [(artist, name) for artist, name in songs if name]
    assert len(set(named)) == len(named)


def test_live_versions_and_remixes_are_songs_of_their_own(catalogue):
    original = catalogue.songs.original
    versions = np.flatnonzero(original >= 0)
    assert 0.02 < len(versions) / len(original) < 0.08
    assert (original[original[versions]] == -1).all()
    assert (catalogue.songs.artist[versions] == catalogue.songs.artist[original[versions]]).all()
    assert any(catalogue.track_names[song].endswith(" - Live") for song in versions)


def test_nothing_is_newer_than_the_playlist_it_stands_in(entries, catalogue, themes):
    year = catalogue.songs.year[catalogue.tracks.song[entries.track]]
    # The years 2010 and 2011, and 2012 and 2013, are of one era.
    assert (year <= themes.year[entries.row] + 1).all()
    assert np.mean(year >= 2010) > 0.2


# Themes


def test_a_playlist_of_a_genre_or_a_decade_keeps_to_it(entries, catalogue, themes):
    song = catalogue.tracks.song[entries.track]
    of_genre = themes.are("genre")[entries.row]
    same = catalogue.songs.genre[song] == themes.genre[entries.row]
    assert 0.7 < same[of_genre].mean() < 1
    of_decade = themes.are("decade")[entries.row]
    since = catalogue.songs.year[song] - themes.decade[entries.row]
    assert 0.7 < np.mean((since[of_decade] >= 0) & (since[of_decade] < 10)) < 1


def test_playlists_of_a_theme_share_more_than_others_and_far_from_everything(
    playlist_tracks, themes
):
    shared = (playlist_tracks @ playlist_tracks.T).toarray()
    rows = np.flatnonzero(themes.are("genre"))
    shared = shared[np.ix_(rows, rows)]
    same = themes.genre[rows, None] == themes.genre[rows]
    np.fill_diagonal(same, val=False)
    other = themes.genre[rows, None] != themes.genre[rows]
    assert shared[same].mean() > 3 * shared[other].mean()
    assert shared[same].mean() < 0.3 * playlist_tracks.sum(axis=1)[rows].mean()


def test_what_stands_together_predicts_better_than_popularity(playlist_tracks):
    rng = np.random.default_rng(0)
    train, test = playlist_tracks[:800], playlist_tracks[800:]
    popularity = train.sum(axis=0)
    together = (train.T @ train).tocsr()
    hits = {"popularity": [], "together": []}
    for row in range(test.shape[0]):
        held = rng.permutation(test.indices[test.indptr[row] : test.indptr[row + 1]])
        seeds, hidden = held[::2], held[1::2]
        near = together[seeds].sum(axis=0) / np.sqrt(popularity + 1)
        for name, score in (("popularity", popularity), ("together", near)):
            ranked = np.argsort(-np.where(np.isin(np.arange(len(score)), seeds), -1, score))
            hits[name].append(np.isin(ranked[: len(hidden)], hidden).mean())
    assert np.mean(hits["together"]) > 2 * np.mean(hits["popularity"]) > 0.01


def test_titles_follow_themes_and_a_third_tells_nothing(themes, catalogue):
    rng = np.random.default_rng(0)
    titles = name_playlists(themes, catalogue.artist_names, 0, rng)
    rows = np.flatnonzero(themes.are("genre"))
    named = []
    for row in rows:
        genre = GENRE_NAMES[themes.genre[row]]
        words = GENRE_TITLES.get(genre, (genre,))
        named.append(any(word.lower() in titles[row].lower() for word in words))
    assert 0.8 < np.mean(named) < 1
    assert 0.25 < themes.are("mixture").mean() < 0.4
    assert sum("onerror" in title for title in titles) >= 2


# How songs sound


@pytest.fixture(scope="module")
def years(world, catalogue, tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    write_features(world, catalogue, SETTINGS, folder)
    return pl.read_csv(folder / "data_by_year.csv")


def test_every_year_of_the_real_table_is_there(years):
    assert years["year"].to_list() == list(range(1921, 2021))


def test_acousticness_falls_and_loudness_rises_over_the_years(years):
    decades = years.group_by(pl.col("year") // 10 * 10).mean().sort("year")
    assert decades["acousticness"].head(3).min() > 0.8
    assert decades["acousticness"].tail(3).max() < 0.4
    assert decades["loudness"].head(3).max() < -13
    assert decades["loudness"].tail(3).min() > -9.5
    assert decades["popularity"].tail(1)[0] > decades["popularity"].head(1)[0] + 40


@pytest.mark.realdata
def test_levels_are_near_those_of_the_real_table(years):
    file = paths.raw_dir() / "audio_features" / "data_by_year.csv"
    if not file.is_file():
        pytest.skip(f"needs the real {file}; set MUSIC_DATA_DIR")
    joined = years.join(pl.read_csv(file), on="year", suffix="_real").filter(pl.col("year") >= 1950)
    tolerance = {"acousticness": 0.08, "energy": 0.06, "danceability": 0.06, "valence": 0.07}
    tolerance |= {"loudness": 1.2, "tempo": 4, "popularity": 6, "speechiness": 0.05}
    for name, most in tolerance.items():
        assert (joined[name] - joined[f"{name}_real"]).abs().mean() < most, name


def test_genres_sound_different(catalogue):
    genre, sound = catalogue.songs.genre, catalogue.sound
    of = {name: genre == GENRE_NAMES.index(name) for name in GENRE_NAMES}
    assert sound["energy"][of["metal"]].mean() > sound["energy"][of["ambient"]].mean() + 0.3
    assert (
        sound["acousticness"][of["folk"]].mean() > sound["acousticness"][of["metal"]].mean() + 0.2
    )
    assert (
        sound["speechiness"][of["hip-hop"]].mean() > 1.5 * sound["speechiness"][of["rock"]].mean()
    )


def test_popularity_goes_with_how_often_a_song_is_held(catalogue, playlist_tracks):
    held = playlist_tracks.sum(axis=0)[: len(catalogue.songs)]
    points = catalogue.sound["popularity"]
    assert points[held >= 10].mean() > points[held == 0].mean() + 15
    recent = catalogue.songs.year > 2000
    danceable = catalogue.sound["danceability"][recent]
    assert 0.01 < np.corrcoef(danceable, points[recent])[0, 1] < 0.5
