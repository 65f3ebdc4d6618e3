import io
import zipfile

import export_samples as samples
import pytest
from export_samples import SECRET, SONGS, zip_bytes

from helpers.errors import DataError
from helpers.spotify import archive
from helpers.spotify.archive import read_members
from helpers.spotify.exports import read_playlists

FOLDER = "Spotify Account Data/"
PERSONAL = ("Identity.json", "Payments.json", "Userdata.json", "SearchQueries.json", "Read_Me.pdf")


@pytest.fixture
def read(tmp_path):
    """Write a ZIP file and return its playlists."""

    def read_content(content):
        file = tmp_path / "my data.zip"
        file.write_bytes(content)
        return read_playlists(file)

    return read_content


def damaged(content, text=SECRET):
    """Return a ZIP file whose members with the text cannot be read: their checksum is wrong."""
    return content.replace(text.encode(), text.upper().encode())


def test_account_data_gives_playlists_liked_songs_and_history(read):
    content = zip_bytes(
        {
            FOLDER + "StreamingHistory_music_0.json": samples.short_history((SONGS[0], 31_000)),
            FOLDER + "StreamingHistory_music_1.json": samples.short_history((SONGS[0], 31_000)),
            FOLDER + "StreamingHistory_podcast_0.json": "[]",
            FOLDER + "Playlist1.json": samples.account_playlists("One", "Two"),
            FOLDER + "Playlist2.json": samples.account_playlists("Three"),
            FOLDER + "YourLibrary.json": samples.library(),
        }
    )
    playlists = read(content)
    names = ["One", "Two", "Three", "Liked songs", "Streaming history"]
    assert [playlist.name for playlist in playlists] == names
    assert playlists[-1].entries[0].count == 2


def test_extended_history_of_all_files_is_one_playlist(read):
    folder = "Spotify Extended Streaming History/"
    content = zip_bytes(
        {
            folder + "Streaming_History_Audio_2016-2017_0.json": samples.extended_history(
                (SONGS[0], 31_000)
            ),
            folder + "Streaming_History_Audio_2018_1.json": samples.extended_history(
                (SONGS[1], 31_000), (SONGS[0], 31_000)
            ),
            folder + "Streaming_History_Video_2018.json": "no JSON",
            folder + "ReadMeFirst.pdf": b"%PDF",
            "old/endsong_0.json": samples.extended_history((SONGS[0], 31_000)),
        }
    )
    (history,) = read(content)
    assert [(entry.uri, entry.count) for entry in history.entries] == [
        (SONGS[0].uri, 3),
        (SONGS[1].uri, 1),
    ]


def test_several_tables_are_several_playlists_empty_ones_among_them(read):
    tables = {
        "rain_songs.csv": samples.pavelkomarov_csv(),
        "sun.csv": samples.watsonbox_csv(SONGS[:1]),
        "none.csv": samples.watsonbox_csv(()),
        "__MACOSX/._sun.csv": b"\0\5\26\7",
        ".hidden.csv": "x",
    }
    sizes = [(playlist.name, len(playlist.entries)) for playlist in read(zip_bytes(tables))]
    assert sizes == [("rain songs", 4), ("sun", 1), ("none", 0)]


def test_members_with_personal_data_are_never_opened(read):
    content = zip_bytes(
        {FOLDER + name: SECRET for name in PERSONAL}
        | {FOLDER + "YourLibrary.json": samples.library()}
    )
    content = damaged(content)
    for name in PERSONAL:
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(content)).read(FOLDER + name)
    assert [member for member, _ in read_members(content, "x")] == ["YourLibrary.json"]
    assert SECRET.upper() not in repr(read(content)).upper()


def test_nothing_is_unpacked_and_names_that_lead_out_are_left_aside(read, tmp_path):
    names = ["../one.csv", "/two.csv", "a/../../three.csv", "C:\\four.csv", "..\\five.csv"]
    table = samples.watsonbox_csv(SONGS[:1])
    (playlist,) = read(zip_bytes(dict.fromkeys([*names, "inner/good.csv"], table)))
    assert playlist.name == "good"
    assert [file.name for file in tmp_path.iterdir()] == ["my data.zip"]
    with pytest.raises(DataError, match="holds no playlists"):
        read(zip_bytes(dict.fromkeys(names, table)))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_truncated_archive_says_so(read, share):
    content = zip_bytes({"one.csv": samples.watsonbox_csv(), "two.csv": samples.pavelkomarov_csv()})
    with pytest.raises(DataError, match=r"my data\.zip is damaged or cut short"):
        read(content[: int(share * len(content))])


def test_damaged_member_says_so(read):
    content = zip_bytes({"one.csv": samples.watsonbox_csv()})
    with pytest.raises(DataError, match="is damaged or cut short"):
        read(damaged(content, "Quays"))


def test_bad_member_is_named_with_its_archive(read):
    with pytest.raises(DataError, match=r"Playlist1\.json in .*my data\.zip is no complete JSON"):
        read(zip_bytes({"Playlist1.json": samples.account_playlists("One")[:-9]}))
    with pytest.raises(DataError, match=r"one\.csv in .*my data\.zip is empty"):
        read(zip_bytes({"one.csv": ""}))


@pytest.mark.parametrize("members", [{}, {"photo.jpg": "x", "Identity.json": "{}"}])
def test_archive_without_playlists_says_what_is_expected(read, members):
    with pytest.raises(DataError, match=r"holds no playlists, expected CSV files of Exportify"):
        read(zip_bytes(members))


def test_encrypted_archive_is_refused(read):
    content = bytearray(zip_bytes({"one.csv": samples.watsonbox_csv()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    with pytest.raises(DataError, match="is encrypted"):
        read(bytes(content))


def test_unusual_compression_is_refused(read):
    content = zip_bytes({"one.csv": samples.watsonbox_csv()}, compression=zipfile.ZIP_LZMA)
    with pytest.raises(DataError, match="is compressed in an unusual way"):
        read(content)


def test_bomb_is_not_unpacked(read):
    content = zip_bytes({"bomb.csv": bytes(30_000_000)}, compression=zipfile.ZIP_DEFLATED)
    assert len(content) < 50_000
    with pytest.raises(DataError, match="would unpack to 30,000,000 bytes"):
        read(content)


def test_sizes_that_lie_unpack_to_no_more_than_they_say(read):
    content = zip_bytes({"bomb.csv": bytes(30_000_000)}, compression=zipfile.ZIP_DEFLATED)
    content = content.replace((30_000_000).to_bytes(4, "little"), (900_000).to_bytes(4, "little"))
    with pytest.raises(DataError, match="is damaged or cut short"):
        read(content)


def test_archive_of_too_much_or_too_many_is_refused(read, monkeypatch):
    content = zip_bytes({f"{n}.csv": samples.watsonbox_csv() for n in range(5)})
    assert len(read(content)) == 5
    for bound, least in (("MAX_BYTES", 500), ("MAX_TOTAL", 2000)):
        with monkeypatch.context() as patch:
            patch.setattr(archive, bound, least)
            with pytest.raises(DataError, match="would unpack to"):
                read(content)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 4)
    with pytest.raises(DataError, match="more than 4 members"):
        read(content)


def test_ordinary_history_compresses_within_the_bound(read):
    listens = [(song, 31_000) for song in SONGS] * 1000
    name = "Streaming_History_Audio_2016_0.json"
    content = zip_bytes({name: samples.extended_history(*listens)}, compression=8)
    (history,) = read(content)
    assert [entry.count for entry in history.entries] == [1000] * 4
