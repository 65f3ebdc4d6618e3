import numpy as np
import polars as pl
import pytest
from export_samples import LOCAL
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import DataError
from helpers.songs import song_keys
from helpers.spotify.match import match
from helpers.spotify.playlist import Entry, Playlist, make_entry


def uri(number):
    return f"spotify:track:{number:022d}"


ROWS = [
    ("Blue Harbour", "Ann Lee"),
    ("Blue Harbour - Remastered 2011", "Ann Lee"),
    ("Blue Harbour - Live", "Ann Lee"),
    ("Flut", "Zoë & the Tides"),
    ("青い港", "港の人"),
    (None, None),
    ("Old Song?", "Cara"),
]
CATALOGUE = pl.DataFrame(
    [(uri(row), title, artist) for row, (title, artist) in enumerate(ROWS)],
    schema=["track_uri", "track_name", "artist_name"],
    orient="row",
)


def playlist(*entries):
    return Playlist("list", entries, "list of tracks")


def test_uri_comes_before_names():
    found = match(playlist(Entry(uri(3), "Blue Harbour", "Ann Lee")), CATALOGUE)
    assert found.columns.tolist() == [3]
    assert (found.exact, found.by_name) == (1, 0)


def test_track_under_another_uri_is_found_by_title_and_first_artist():
    entries = [
        Entry(uri(90), "Flut (Deluxe Edition)", "ZOE & The Tides, Ann Lee"),
        Entry(None, "青い港", "港の人"),
        Entry(None, "Blue Harbour (Live)", "Ann Lee"),
    ]
    found = match(playlist(*entries), CATALOGUE)
    assert found.columns.tolist() == [3, 4, 2]
    assert (found.exact, found.by_name, found.unknown) == (0, 3, ())


def test_first_of_several_editions_is_taken_or_the_most_popular_where_that_is_known():
    entry = playlist(Entry(None, "Blue Harbour", "Ann Lee"))
    assert match(entry, CATALOGUE).columns.tolist() == [0]
    for popularity, column in (([5, 9, 99], 1), ([5, 5, 99], 0), ([None, 1, 99], 1)):
        known = pl.Series("popularity", popularity + [1] * 4)
        assert match(entry, CATALOGUE.with_columns(known)).columns.tolist() == [column]


def test_duplicates_add_up_in_the_order_of_the_playlist():
    entries = [
        Entry(uri(4), "", ""),
        Entry(uri(0), "", "", count=5),
        Entry(uri(4), "", ""),
        Entry(None, "Blue Harbour", "Ann Lee", count=2),
    ]
    found = match(playlist(*entries), CATALOGUE)
    assert found.columns.tolist() == [4, 0]
    assert found.counts.tolist() == [2, 7]
    assert (found.columns.dtype, found.counts.dtype) == (np.int32, np.int64)
    assert (found.exact, found.by_name) == (3, 1)


def test_local_files_are_found_by_name_and_the_rest_is_left_out_or_unknown():
    stranger = Entry(uri(90), "New", "Dan")
    nameless = Entry(uri(91), "", "")
    titled = Entry(None, "Blue Harbour", "")
    own = make_entry("spotify:local:Dan::Mine:1")
    episode = Entry(None, "Flut", "Zoë & the Tides", kind="episode")
    missing = make_entry(None)
    entries = [make_entry(LOCAL), stranger, nameless, titled, own, episode, missing]
    found = match(playlist(*entries), CATALOGUE)
    assert found.columns.tolist() == [6]
    assert found.unknown == (stranger, nameless, titled)
    assert found.left_out == (own, episode, missing)
    assert found.summary() == (
        "of 7 entries 0 were found by their URI and 1 by name; 3 are unknown, 1 is a local file, "
        "1 is an episode of a podcast and 1 names no track"
    )


def test_summary_reads_well_for_one_and_for_many():
    assert match(playlist(Entry(uri(1), "", "")), CATALOGUE).summary() == (
        "of 1 entry 1 was found by its URI and 0 by name"
    )
    entries = [Entry(uri(1), "", ""), *[Entry(uri(99), "", "")] * 2, make_entry("spotify:local:")]
    assert match(playlist(*entries), CATALOGUE).summary() == (
        "of 4 entries 1 was found by its URI and 0 by name; 2 are unknown and 1 is a local file"
    )


def test_nothing_in_the_playlist_or_the_catalogue_finds_nothing():
    for entries, catalogue in (((), CATALOGUE), ((Entry(uri(1), "A", "B"),), CATALOGUE.clear())):
        found = match(playlist(*entries), catalogue)
        assert found.columns.tolist() == found.counts.tolist() == []
        assert found.columns.dtype == np.int32
        assert len(found.unknown) == len(entries)


def test_catalogue_without_names_is_refused():
    with pytest.raises(DataError, match="the catalogue has no artist_name, expected track_uri"):
        match(playlist(), CATALOGUE.drop("artist_name"))


words = st.sampled_from(["Rain", "rain", "Sun - Live", "Sun - Remastered 2011", "Sun", "雨", "!?"])
artists = st.sampled_from(["Ann", "ANN", "The Ann", "Bob & Ann", "港の人"])
songs = st.tuples(st.integers(0, 30), words, artists)


@settings(deadline=None, max_examples=30)
@given(st.lists(songs, max_size=20), st.lists(songs, max_size=20, unique_by=lambda song: song[0]))
def test_match_agrees_with_a_search_one_by_one(wanted, rows):
    catalogue = pl.DataFrame(
        {
            "track_uri": [uri(number) for number, _, _ in rows],
            "track_name": [title for _, title, _ in rows],
            "artist_name": [artist for _, _, artist in rows],
        },
        schema=CATALOGUE.schema,
    )
    entries = [Entry(uri(number), title, artist) for number, title, artist in wanted]
    keys = song_keys(catalogue["track_name"], catalogue["artist_name"])
    by_uri = {uri(row[0]): column for column, row in reversed(list(enumerate(rows)))}
    by_key = {key: column for column, key in reversed(list(enumerate(keys)))}
    wanted_keys = song_keys(
        pl.Series([entry.title for entry in entries], dtype=pl.String),
        pl.Series([entry.artist for entry in entries], dtype=pl.String),
    )
    expected = [
        by_uri.get(entry.uri, by_key.get(key))
        for entry, key in zip(entries, wanted_keys, strict=True)
    ]
    known = [column for column in expected if column is not None]
    for frame in (catalogue, catalogue.with_columns(keys)):
        found = match(playlist(*entries), frame)
        assert found.columns.tolist() == list(dict.fromkeys(known))
        assert found.counts.tolist() == [known.count(column) for column in found.columns]
        assert found.exact == sum(entry.uri in by_uri for entry in entries)
        assert found.exact + found.by_name == len(known)
        assert len(found.unknown) == expected.count(None)
