import pytest
from export_samples import (
    LOCAL,
    PAVELKOMAROV,
    SECRET,
    SONGS,
    WATSONBOX,
    pavelkomarov_csv,
    quoted_csv,
    watsonbox_csv,
)

from helpers.errors import DataError
from helpers.spotify.csv_files import read_csv
from helpers.spotify.playlist import Entry

ENTRIES = tuple(Entry(song.uri, song.title, song.artist, song.album) for song in SONGS)
# The first cells of headers as that site writes them, the others being of no concern.
TRANSLATED = {
    "de": "Track-URI,Trackname,Künstler-URI(s),Künstlername(n),Album-URI,Albumname",
    "ja": "トラックURI,トラック名,アーティストURI,アーティスト名,アルバムURI,アルバム名",
    "ar": "رابط المسار,اسم المسار,روابط الفنانين,أسماء الفنانين,رابط الألبوم,اسم الألبوم",
    "es": "URI de la canción,Nombre de la canción,URI del artista,Artista,URI del álbum,Álbum",
    # Names that would mislead whoever trusts them.
    "xx": "Title,Album,Track Name,Name,Artist,URI",
}


def read(text):
    return read_csv(text, "list.csv", "list")


def header_in(language):
    first = TRANSLATED[language].split(",")
    return ",".join([*first, *(f"Zz{n}" for n in range(len(first), WATSONBOX.count(",") + 1))])


def test_file_of_exportify_app_is_read():
    playlist = read(watsonbox_csv(local=LOCAL))
    local = Entry(None, "Old Song?", "Cara", "Tapes", "local")
    assert playlist.entries == (*ENTRIES, local)
    assert (playlist.name, playlist.source) == ("list", "Exportify")


@pytest.mark.parametrize("language", TRANSLATED)
def test_translated_headers_are_read_by_what_stands_below_them(language):
    playlist = read(watsonbox_csv(header=header_in(language)))
    assert playlist.entries == ENTRIES
    assert playlist.source == "Exportify"


@pytest.mark.parametrize("language", ["de", "ja", "es"])
def test_empty_playlist_is_known_in_any_language(language):
    assert read(watsonbox_csv((), header=header_in(language))).entries == ()
    assert read(PAVELKOMAROV).entries == ()


def test_comma_inside_a_name_is_told_from_one_between_names():
    assert "Bob\\, The Baker, Ann Lee" in watsonbox_csv()
    assert read(watsonbox_csv()).entries[1].artist == "Bob, The Baker, Ann Lee"


def test_file_of_exportify_net_is_read_with_tracks_that_were_taken_down():
    text = pavelkomarov_csv(missing=2)
    assert "undefined" in text
    assert "Bob, The Baker;Ann Lee" in text
    playlist = read(text)
    assert playlist.entries == (*ENTRIES, *[Entry(None, "", "", "", "missing")] * 2)
    assert playlist.source == "Exportify"


def test_playlist_of_nothing_but_tracks_taken_down_holds_no_names():
    entries = read(pavelkomarov_csv((), missing=3)).entries
    assert entries == (Entry(None, "", "", "", "missing"),) * 3


@pytest.mark.parametrize("header", ["Spotify ID", "Track ID"])
def test_older_files_with_bare_identifiers_are_read(header):
    rows = [["Artist IDs", "Added By", header, "Track Name", "Artist Name(s)", "Artist Genres"]]
    # An artist or user has an identifier of the same form.
    rows += [["9" * 22, "8" * 22, song.id, song.title, song.artists[0], ""] for song in SONGS]
    entries = read(quoted_csv(rows)).entries
    assert [entry.uri for entry in entries] == [song.uri for song in SONGS]
    assert [entry.title for entry in entries] == [song.title for song in SONGS]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_table_with_a_column_of_uris_is_read(delimiter):
    lines = ["When", "Link"], *(("today", f"https://open.spotify.com/track/{s.id}") for s in SONGS)
    playlist = read("\n".join(map(delimiter.join, lines)))
    assert [entry.uri for entry in playlist.entries] == [song.uri for song in SONGS]
    assert playlist.source == "CSV"


def test_table_without_header_is_read_from_its_first_row():
    playlist = read(f"{SONGS[0].uri},a\n{SONGS[1].uri},b\n")
    assert [entry.uri for entry in playlist.entries] == [SONGS[0].uri, SONGS[1].uri]


@pytest.mark.parametrize("header", ["track_uri", "Link", "Spotify URI"])
def test_column_that_is_called_after_uris_may_stand_alone(header):
    assert [e.uri for e in read(f"{header}\n{SONGS[0].uri}\n").entries] == [SONGS[0].uri]


@pytest.mark.parametrize(
    "header", ["Title,Artist,Album", "song_name,artists,album", "Track Name,ARTIST NAME(S),Album"]
)
def test_table_without_uris_is_read_by_its_english_headers(header):
    playlist = read(f"{header}\nBlue Harbour,Ann Lee,Quays\nSecond\n,,\n")
    first = Entry(None, "Blue Harbour", "Ann Lee", "Quays")
    assert playlist.entries == (first, Entry(None, "Second", ""))


def test_identifiers_of_another_service_leave_the_names():
    playlist = read("id,title,artist\n12,Song,Ann\n13,Tune,Bob\n")
    assert playlist.entries == (Entry(None, "Song", "Ann"), Entry(None, "Tune", "Bob"))


def test_episodes_are_told_from_tracks():
    text = f"Track URI,Track Name\n{SONGS[0].uri},Song\nspotify:episode:{'1' * 22},Talk\n"
    assert [entry.kind for entry in read(text).entries] == ["track", "episode"]


def test_files_joined_one_behind_the_other_are_one_playlist():
    assert read(watsonbox_csv(SONGS[:2]) + watsonbox_csv(SONGS[2:])).entries == ENTRIES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann - Song",
        "Earth, Wind and Ann - Song\nBob, Cara and Dan - Tune\n",
        f"Ann - Song, Part 2\n{SONGS[0].uri}\n{SONGS[1].uri}",
        "Date,Amount\n2024,3\n",
        'Ann - "Song\nBob - Tune"',
        f"Date,Who\n2024,{'9' * 21}\n",
    ],
)
def test_what_is_no_table_of_tracks_is_left_to_other_readers(text):
    assert read(text) is None


def test_file_cut_inside_a_cell_is_refused():
    text = watsonbox_csv()
    with pytest.raises(DataError, match=r"list\.csv has a broken row .* export the playlist again"):
        read(text[: text.index("Größenwahn") + 3])


def test_cell_beyond_all_bounds_is_refused():
    with pytest.raises(DataError, match="broken row"):
        read(watsonbox_csv() * 60 + f'"{"x" * 200_000}"')


def test_who_added_a_track_is_left_out():
    for text in (watsonbox_csv(), pavelkomarov_csv()):
        assert SECRET in text
        assert SECRET not in repr(read(text))
