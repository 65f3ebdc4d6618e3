import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.songs import artist_keys, song_key, song_keys, track_uri

ID = "0123456789abcdefABCDEF"
SONG, ARTIST = "Blue Harbour", "Zoë & the Tides"
KEY = song_key(SONG, ARTIST)

letters = st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20)
titles = st.lists(letters, min_size=1, max_size=5)


@pytest.mark.parametrize(
    "title",
    [
        "BLUE HARBOUR",
        "Blue  Harbour ",
        "Blüe Hárbour",
        "Blue-Harbour!",
        "Blue Harbour (feat. Ann Lee)",
        "Blue Harbour [ft. Ann (of The Lees)]",
        "Blue Harbour (with Ann & Bob)",
        "Blue Harbour - feat. Ann",
        "Blue Harbour feat. Ann Lee",
        "Blue Harbour - Remastered 2011",
        "Blue Harbour - 2009 Remaster",
        "Blue Harbour – 2015 - Remastered",
        "Blue Harbour - 2001 Digital Remaster",
        "Blue Harbour - Remastered Single Version",
        "Blue Harbour (Deluxe Edition)",
        "Blue Harbour (20th Anniversary Super Deluxe Edition)",
        "Blue Harbour - Single Version",
        "Blue Harbour - Radio Edit",
        'Blue Harbour - 7" Version',
        "Blue Harbour - Mono / Remastered 2002",
        "Blue Harbour - Mono - Remastered",
        "Blue Harbour - Album Version (Edited)",
        "Blue Harbour (Remastered) [Mono]",
        'Blue Harbour - From "The Long Quay" Soundtrack',
        "Blue Harbour (feat. Ann) - Radio Edit",
        "Blue Harbour (Explicit)",
        "Blue Harbour\N{FULLWIDTH LEFT PARENTHESIS}Mono\N{FULLWIDTH RIGHT PARENTHESIS}",
    ],
)
def test_editions_of_one_song_share_a_key(title):
    assert song_key(title, ARTIST) == KEY


@pytest.mark.parametrize(
    "title",
    [
        "Blue Harbour - Live",
        "Blue Harbour (Live at the Quay)",
        "Blue Harbour - Remix",
        "Blue Harbour (Bob Remix)",
        "Blue Harbour - Acoustic",
        "Blue Harbour (Karaoke Version)",
        "Blue Harbour - Instrumental",
        "Blue Harbour - Extended Mix",
        "Blue Harbour - 1999",
        "Blue Harbour, Pt. 2",
        "Blue Harbour (Ann's Version)",
        "Blue Harbour - with Ann Remix",
        "Blue Harbour (feat. Ann) - Live",
        "Blue Harbour feat. Ann - Acoustic",
        "Harbour",
        "(With You) Blue Harbour",
    ],
)
def test_another_recording_or_song_has_another_key(title):
    assert song_key(title, ARTIST) != KEY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Song - Live", "Song (Live)"),
        ("Song - Live; 2009 Remaster", "Song - Live"),
        ("Song - Remastered 2009 / Live", "Song - Live"),
        ("Song - 2009 Remaster - Live at Sea", "Song (Live at Sea)"),
        ("Song (feat. Ann) - Bob Remix", "Song - Bob Remix"),
        ("Don't Go", "Dont Go"),
        ("Don\N{RIGHT SINGLE QUOTATION MARK}t Go", "Don't Go"),
        ("You & Me", "You and Me"),
    ],
)
def test_spellings_of_one_recording_share_a_key(one, other):
    assert song_key(one, ARTIST) == song_key(other, ARTIST)


def test_first_of_several_artists_counts_and_names_with_an_and_stay_whole():
    artists = pl.Series(
        ["Ann; Bob", "Ann, Bob", "ann", "The Ann", "Ann feat. Bob", "Ann & Bob", "10,000 Anns"]
    )
    keys = ["ann", "ann", "ann", "ann", "ann", "ann and bob", "10 000 anns"]
    assert artist_keys(artists).to_list() == keys


@pytest.mark.parametrize("artist", ["The The", "The", "feat.", "!!!", ", ;"])
def test_artist_of_whom_little_is_left_keeps_a_name(artist):
    assert artist_keys(pl.Series([artist]))[0] != ""


@pytest.mark.parametrize(
    "pair",
    [
        ("青い港", "赤い港"),
        ("かき", "がき"),
        ("गाना", "गान"),
        ("เพลง", "เพลิง"),
        ("بحر", "بحار"),
        ("песня", "песни"),
        ("노래", "나래"),
        ("???", "!!!"),
        ("🌊", "🔥"),
        ("(Remastered)", "(Live)"),
        ("1+1", "11"),
    ],
)
def test_titles_beyond_latin_letters_keep_keys_of_their_own(pair):
    keys = song_keys(pl.Series(pair), pl.Series([ARTIST, ARTIST]))
    assert keys[0] != keys[1]
    assert not any(key.startswith("\t") for key in keys)


def test_blank_title_and_null_leave_their_half_blank():
    keys = song_keys(pl.Series([None, "  ", "Song"]), pl.Series(["Ann", "Ann", None]))
    assert keys.to_list() == ["\tann", "\tann", "song\t"]


def test_no_songs_have_no_keys():
    empty = pl.Series([], dtype=pl.String)
    assert song_keys(empty, empty).to_list() == []


@settings(deadline=None)
@given(titles, letters)
@example(["`", "\N{ACUTE ACCENT} '"], "'")
def test_key_of_a_key_is_the_key(names, artist):
    keys = song_keys(pl.Series(names), pl.Series([artist] * len(names)))
    halves = keys.str.split_exact("\t", 1).struct.unnest()
    assert song_keys(halves["field_0"], halves["field_1"]).to_list() == keys.to_list()


@settings(deadline=None)
@given(titles)
def test_one_key_and_many_are_the_same_and_nothing_passed_in_changes(names):
    given_titles, artists = pl.Series(names), pl.Series([ARTIST] * len(names))
    keys = song_keys(given_titles, artists)
    assert keys.to_list() == [song_key(name, ARTIST) for name in names]
    assert given_titles.to_list() == names
    assert artists.to_list() == [ARTIST] * len(names)


@settings(deadline=None)
@given(letters.filter(str.strip))
@example("`")
@example("\N{ACUTE ACCENT} '")
def test_what_can_be_seen_never_loses_its_whole_key(name):
    title, artist = song_key(name, name).split("\t")
    assert title
    assert artist


@settings(deadline=None)
@given(st.text(alphabet="abc XYZ09", min_size=1).filter(str.strip))
def test_edition_added_to_any_title_changes_nothing(name):
    remarks = ["", " - Remastered 2011", " (feat. Ann)", " [Deluxe Edition]", " - Live"]
    same, *others, live = song_keys(pl.Series([name + r for r in remarks]), pl.Series([ARTIST] * 5))
    assert others == [same] * 3
    assert live != same


@pytest.mark.parametrize(
    "text",
    [
        f"spotify:track:{ID}",
        ID,
        f" {ID}\n",
        f"https://open.spotify.com/track/{ID}",
        f"https://open.spotify.com/track/{ID}?si=12ab#t",
        f"https://open.spotify.com/intl-de/track/{ID}?si=12ab",
        f"http://open.spotify.com/embed/track/{ID}/",
        f"open.spotify.com/track/{ID}",
    ],
)
def test_track_is_known_by_uri_address_and_bare_identifier(text):
    assert track_uri(text) == f"spotify:track:{ID}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"spotify:album:{ID}",
        f"spotify:episode:{ID}",
        "spotify:local:Ann::Song:12",
        f"https://open.spotify.com/album/{ID}",
        f"https://example.org/track/{ID}",
        ID[:-1],
        ID + "0",
        ID[:-1] + "é",
        "Ann - Song",
    ],
)
def test_what_names_no_track_has_no_uri(text):
    assert track_uri(text) is None
