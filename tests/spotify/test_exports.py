import json
import os
from pathlib import Path

import export_samples as samples
import pytest
from export_samples import LOCAL, SECRET, SONGS, zip_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import paths
from helpers.errors import DataError
from helpers.spotify import exports
from helpers.spotify.exports import read_playlists
from helpers.spotify.playlist import choose

EVERY_KIND = {
    "watsonbox.csv": samples.watsonbox_csv(),
    "pavelkomarov.csv": "\ufeff" + samples.pavelkomarov_csv(),
    "Playlist1.json": samples.account_playlists("One", "Two"),
    "YourLibrary.json": samples.library(),
    "StreamingHistory_music_0.json": samples.short_history((SONGS[0], 31_000)),
    "endsong_0.json": samples.extended_history((SONGS[0], 31_000), (None, 99_000)),
    "mpd.slice.0-999.json": samples.slice_json("One", "Two"),
    "list.txt": "\n".join(song.uri for song in SONGS),
    "exportify.zip": zip_bytes({"one.csv": samples.pavelkomarov_csv()}),
    "data.zip": zip_bytes({"A/Playlist1.json": samples.account_playlists("One")}),
}


fuzzing = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def read(tmp_path):
    """Write a file and return its playlists."""

    def read_content(content, name="a_list.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_playlists(file)

    return read_content


def facts_of(playlist):
    return [(entry.uri, entry.title, entry.artist, entry.album) for entry in playlist.entries]


FACTS = [(song.uri, song.title, song.artist, song.album) for song in SONGS]


@pytest.mark.parametrize("suffix", ["csv", "json", "txt", "zip", ""])
@pytest.mark.parametrize(
    ("content", "source"),
    [
        (samples.watsonbox_csv(), "Exportify"),
        ("\ufeff" + samples.pavelkomarov_csv(), "Exportify"),
        (samples.slice_json("A"), "slice"),
        (samples.slice_json("A", info={"source": "Spotify Web API"}), "Spotify snapshot"),
        (samples.library(), "account data"),
        (zip_bytes({"my_list.csv": samples.watsonbox_csv()}), "Exportify"),
    ],
)
def test_every_kind_of_file_is_known_by_its_content_whatever_its_suffix(
    read, content, source, suffix
):
    (playlist,) = read(content, f"file.{suffix}")
    assert facts_of(playlist) == FACTS
    assert playlist.source == source
    assert {entry.kind for entry in playlist.entries} == {"track"}


def test_playlist_without_a_name_of_its_own_is_called_as_its_file(read):
    assert read(samples.watsonbox_csv(), "rainy_day_songs.csv")[0].name == "rainy day songs"
    assert read("Ann - Song", "rain.txt")[0].name == "rain"
    zipped = zip_bytes({"lists/rainy_day.csv": samples.watsonbox_csv()})
    assert read(zipped, "export.zip")[0].name == "rainy day"


def test_slice_may_lack_most_of_its_fields_and_hold_null(read):
    tracks = [
        {"track_uri": SONGS[0].uri},
        None,
        {},
        {"track_name": "A", "artist_name": "B", "track_uri": None},
        {"track_uri": LOCAL},
        {"track_uri": "spotify:episode:" + "1" * 22, "track_name": "Talk"},
    ]
    named, unnamed = read(
        json.dumps({"playlists": [{"name": "x", "tracks": tracks}, {"tracks": tracks}]})
    )
    kinds = ["track", "missing", "missing", "track", "local", "episode"]
    assert [entry.kind for entry in named.entries] == kinds
    assert (named.name, unnamed.name) == ("x", "playlist 2")
    assert choose([named, unnamed], unnamed.name) is unnamed


def test_one_playlist_alone_is_read_as_it_stands_in_a_slice(read):
    alone = json.loads(samples.slice_json("Alone"))["playlists"][0]
    (playlist,) = read(json.dumps(alone), "x.json")
    assert (playlist.name, facts_of(playlist)) == ("Alone", FACTS)
    del alone["name"]
    assert read(json.dumps(alone), "x.json")[0].name == "x"


def test_a_list_that_recommend_wrote_is_a_playlist_again(read):
    track = {"rank": 1, "track_uri": f"spotify:track:{'a' * 22}", "track_name": "Rivers"}
    (playlist,) = read(json.dumps({"basis": "tracks", "recommendations": [track]}), "next.json")
    assert playlist.source == "recommendations"
    assert [(entry.uri, entry.title) for entry in playlist.entries] == [
        (track["track_uri"], "Rivers")
    ]


def test_table_of_one_column_without_header_is_a_list(read):
    (playlist,) = read("\n".join([SONGS[0].uri, SONGS[1].id, "Ann - Song"]), "list.csv")
    assert [entry.uri for entry in playlist.entries] == [SONGS[0].uri, SONGS[1].uri, None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [samples.watsonbox_csv(), samples.slice_json("A")])
def test_every_encoding_with_all_characters_is_read(read, text, encoding):
    assert facts_of(read(text.encode(encoding))[0]) == FACTS


def test_western_encoding_is_read_where_it_is_not_utf_8(read):
    text = samples.pavelkomarov_csv(SONGS[:3])
    assert facts_of(read(text.encode("cp1252"))[0]) == FACTS[:3]


def test_line_ends_of_any_system_are_read(read):
    for end in ("\r\n", "\r"):
        assert facts_of(read(samples.watsonbox_csv().replace("\n", end))[0]) == FACTS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("\ufeff \n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no text"),
        (b"\xff\xd8\xff\xe0\x10JFIF\x01", "is no text"),
        (b"\xff\xfea", "is no text"),
        ("<!DOCTYPE html><title>Log in - Site</title>", "is a web page"),
        ("just some words\nand more", "names no track"),
        ("[1, 2, 3]", "names no track"),
        ("x" * 200_000, "names no track"),
        ("{}", "another shape"),
        ('{"a": 1}', "another shape"),
        ("[[1]]", "another shape"),
        ('[{"a": 1}]', "another shape"),
        ('{"playlists": 3}', "another shape"),
        ('{"playlists": [3]}', "another shape"),
        ('{"playlists": [{"name": "x"}]}', "another shape"),
        ('{"playlists": [{"tracks": [{"track_name": 3}]}]}', "another shape"),
        ('{"tracks": {"items": []}}', "another shape"),
        ('[{"msPlayed": "long"}]', "another shape"),
        ('{"playlists": [', "cut"),
        ("{" * 5000, "cut"),
        ('{"playlists":' + "[" * 100_000, "cut"),
        ('{"playlists": [{"name": "\\ud83d", "tracks": []}]}', "cut"),
        ("[]", "no tracks"),
        ('{"playlists": []}', "no tracks"),
        ('{"playlists": [{"name": "x", "tracks": []}]}', "no tracks"),
        ('{"playlists": [{"name": "x", "items": []}]}', "no tracks"),
        ("# a comment", "no tracks"),
        (samples.watsonbox_csv(()), "no tracks"),
        (samples.pavelkomarov_csv(()), "no tracks"),
        (samples.short_history((SONGS[0], 29_999)), "no tracks"),
        (b"PK\x03\x04 not really", "damaged"),
        (samples.slice_json("A")[:-900], "cut"),
        (samples.extended_history((SONGS[0], 31_000))[:-90], "cut"),
    ],
)
def test_bad_file_ends_in_one_sentence(read, content, words):
    with pytest.raises(DataError) as caught:
        read(content, "bad.txt")
    message = str(caught.value)
    assert words in message
    assert "bad.txt" in message
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize(
    "content",
    ["Date,Amount\n2024-01-01,12\n", "title,year\nSong,1999\n", "one\ntwo\n", "a,b"],
)
def test_table_without_tracks_says_what_is_missing(read, content):
    with pytest.raises(DataError, match="a column of Spotify URIs, or columns called title and"):
        read(content)


def test_missing_file_and_folder_say_so(tmp_path):
    with pytest.raises(DataError, match="is missing"):
        read_playlists(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder, expected a file"):
        read_playlists(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_playlists(tmp_path / ("x" * 300))


def test_file_larger_than_any_export_is_not_read(read, monkeypatch):
    monkeypatch.setattr(exports, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match="is larger than"):
        read(samples.watsonbox_csv())


def test_pipe_is_read_as_a_file():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as stream:
        stream.write(samples.watsonbox_csv().encode())
    try:
        assert facts_of(read_playlists(Path(f"/dev/fd/{reading}"))[0]) == FACTS
    finally:
        os.close(reading)


def test_what_names_a_person_or_place_is_in_nothing_that_is_returned(read):
    found = []
    for name, content in EVERY_KIND.items():
        found += read(content, name)
    assert SECRET not in repr(found)
    assert SECRET in EVERY_KIND["endsong_0.json"]


def test_error_in_a_history_tells_nothing_of_its_owner(read):
    rows = [samples.extended_row(SONGS[0], "very long")]
    with pytest.raises(DataError, match=r"\$\[0\]\.ms_played") as caught:
        read(json.dumps(rows))
    assert SECRET not in str(caught.value)


def outcome(file):
    """Return what was wrong with a file, or nothing."""
    try:
        assert any(playlist.entries for playlist in read_playlists(file))
    except DataError as error:
        return str(error)
    return ""


@fuzzing
@given(st.sampled_from(sorted(EVERY_KIND)), st.data())
def test_file_cut_or_changed_anywhere_is_read_or_ends_in_a_sentence(tmp_path, name, data):
    content = EVERY_KIND[name]
    content = bytearray(content if isinstance(content, bytes) else content.encode())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
    else:
        content[place] = data.draw(st.integers(0, 255))
    file = tmp_path / name
    file.write_bytes(content)
    assert "\n" not in outcome(file)


@fuzzing
@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_are_read_or_end_in_a_sentence(tmp_path, content):
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    assert "\n" not in outcome(file)


@pytest.mark.realdata
def test_real_slice_gives_its_playlists_and_entries():
    folder = paths.raw_dir() / "playlists"
    files = sorted(folder.glob("mpd.slice.0-*.json"))
    if not files:
        pytest.skip(f"needs a slice of the Million Playlist Dataset in {folder}")
    playlists = read_playlists(files[0])
    entries = [entry for playlist in playlists for entry in playlist.entries]
    if len(playlists) == 29:  # the sample; the full slice has a thousand
        assert len(entries) == 1448
    assert {entry.kind for entry in entries} == {"track"}
    assert all(entry.uri and entry.title and entry.artist for entry in entries)
