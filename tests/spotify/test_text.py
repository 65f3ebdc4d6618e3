import pytest
from export_samples import LOCAL, SONGS

from helpers.errors import DataError
from helpers.spotify.playlist import Entry
from helpers.spotify.text import decode, read_list

URI, ID = SONGS[0].uri, SONGS[0].id


def test_lines_are_uris_addresses_identifiers_or_artist_and_title():
    text = f"""
    # my list
    {URI}
    https://open.spotify.com/intl-de/track/{ID}?si=1
    {ID}

    Ann Lee - Blue Harbour - Live
    Zoë & the Tides – Flut
    {LOCAL}
    spotify:episode:{"1" * 22}
    https://open.spotify.com/album/{ID}
    Only a title
    """
    playlist = read_list(text, "list.txt", "list")
    assert playlist.entries == (
        *[Entry(URI, "", "")] * 3,
        Entry(None, "Blue Harbour - Live", "Ann Lee"),
        Entry(None, "Flut", "Zoë & the Tides"),
        Entry(None, "Old Song?", "Cara", "Tapes", "local"),
        Entry(None, "", "", "", "episode"),
        Entry(None, f"https://open.spotify.com/album/{ID}", "", "", "missing"),
        Entry(None, "Only a title", ""),
    )
    assert (playlist.name, playlist.source) == ("list", "list of tracks")


def test_text_that_names_no_track_is_refused():
    with pytest.raises(DataError, match=r"list\.txt names no track, expected a line for each"):
        read_list("Dear diary,\nnothing-today", "list.txt", "list")


def test_each_line_of_a_file_edited_with_two_programs_keeps_its_letters():
    content = "Zoë - Flut\n".encode() + "Zoë - Größe\n".encode("cp1252") + b"\x81 - x"
    assert decode(content, "x") == "Zoë - Flut\nZoë - Größe\n\x81 - x"


@pytest.mark.parametrize("content", [b"a\0b", b"\xff\xfe\x00\xd8", b"\xe4\x01"])
def test_bytes_that_are_no_characters_are_refused(content):
    with pytest.raises(DataError, match=r"song\.mp3 is no text"):
        decode(content, "song.mp3")
