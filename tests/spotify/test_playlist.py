import pytest

from helpers.errors import DataError
from helpers.spotify.playlist import Entry, Playlist, choose, make_entry

ONE = (Entry(None, "Song", "Ann"),)


def playlists(*names, empty=()):
    return [Playlist(name, () if name in empty else ONE, "account data") for name in names]


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("spotify:track:" + "1" * 22, "track"),
        (" https://open.spotify.com/track/" + "1" * 22, "track"),
        ("spotify:local:::Song:12", "local"),
        ("spotify:local:", "local"),
        ("spotify:episode:" + "1" * 22, "episode"),
        ("https://open.spotify.com/episode/" + "1" * 22, "episode"),
        ("spotify:album:" + "1" * 22, "missing"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_kind_of_an_entry_is_in_its_uri(uri, kind):
    entry = make_entry(uri)
    assert entry.kind == kind
    assert entry.uri == ("spotify:track:" + "1" * 22 if kind == "track" else None)


def test_names_of_a_local_file_are_in_its_uri_unless_they_are_given():
    assert make_entry("spotify:local:A%2BB::S%3A1:12").artist == "A+B"
    assert make_entry("spotify:local:A%2BB::S%3A1:12", artist="C") == Entry(
        None, "S:1", "C", "", "local"
    )


def test_names_hold_no_characters_that_command_a_terminal():
    entry = make_entry(None, "\x1b[31mRed\x07", "A\u202eB", "Al\nbum")
    assert (entry.title, entry.artist, entry.album) == ("[31mRed", "A B", "Al bum")
    assert make_entry(None, "👩‍🎤 Zoë").title == "👩‍🎤 Zoë"


def test_only_playlist_needs_no_name_nor_does_the_only_one_with_tracks():
    (alone,) = playlists("Rain")
    assert choose([alone]) is alone
    two = playlists("Rain", "Sun", empty={"Rain"})
    assert choose(two) is two[1]


def test_name_is_found_in_upper_and_lower_case_the_same_spelling_first():
    three = playlists("rain", "Rain", "ÉTÉ")
    assert choose(three, "Rain") is three[1]
    assert choose(three, " été ") is three[2]


def test_number_chooses_where_no_playlist_has_it_as_a_name():
    three = playlists("Rain", "Rain", "1")
    assert choose(three, "2") is three[1]
    assert choose(three, "1") is three[2]


def test_several_of_one_name_say_their_numbers():
    with pytest.raises(DataError, match=r"2 playlists are called 'Rain'.*\(1, 3\).*--playlist 1"):
        choose(playlists("Rain", "Sun", "Rain"), "Rain")


def test_several_without_a_name_list_ten():
    names = [f"List {n}" for n in range(12)]
    with pytest.raises(DataError) as caught:
        choose(playlists(*names))
    message = str(caught.value)
    assert "there are 12 playlists" in message
    assert "'List 9' and 2 more; choose with --playlist NAME" in message
    assert "List 10" not in message


@pytest.mark.parametrize("name", ["snow", "0", "3", "-1", "", "²"])
def test_unknown_name_lists_the_known(name):
    with pytest.raises(DataError, match=r"no playlist is called .*'Rain', 'Sun'; choose with"):
        choose(playlists("Rain", "Sun"), name)


def test_empty_playlist_says_so():
    with pytest.raises(DataError, match="the playlist 'Sun' is empty"):
        choose(playlists("Rain", "Sun", empty={"Sun"}), "sun")
