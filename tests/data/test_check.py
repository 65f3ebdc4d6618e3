import pytest

from helpers.data.check import check_dataset
from helpers.errors import SettingError


def test_quirks_are_notes_with_their_lines(quirky_dir):
    report = check_dataset("lastfm", quirky_dir)
    assert not report.has_errors
    text = str(report)
    assert "share their name with another, upper and lower case aside: 2" in text
    assert "line 4: artist_id 90, name 'Duran Duran'" in text
    assert "artists that are not in artists.dat, which are left out: 1" in text
    assert "line 3: user_id 2, artist_id 52" in text
    assert "line 4: user_id 2, artist_id 57, tag_id 1, day 1, month 6, year 1956" in text
    assert "line 5: user_id 9, artist_id 51, tag_id 1, day 30, month 2, year 2009" in text
    assert len(report.findings) == 3


def test_counts_stand_beside_the_published_ones(quirky_dir):
    report = check_dataset("lastfm", quirky_dir)
    assert report.counts == {
        "users": 2,
        "artists": 6,
        "user-artist pairs": 3,
        "tags": 2,
        "tag assignments": 4,
        "friend pairs": 2,
    }
    assert "user-artist pairs          3   published: 92,834" in str(report)


def test_all_errors_are_collected_not_only_the_first(quirky_dir):
    plays = quirky_dir / "user_artists.dat"
    plays.write_bytes(
        plays.read_bytes() + b"9\tx\t3\r\n9\t57\r\n9\t57\t0\r\n2\t51\t1\r\n9\ty\t3\r\n"
    )
    (quirky_dir / "tags.dat").unlink()
    (quirky_dir / "user_friends.dat").write_bytes(b"2\t9\r\n")
    report = check_dataset("lastfm", quirky_dir)
    assert report.has_errors
    errors = {
        (finding.file, finding.message.split(":")[0]): finding.examples
        for finding in report.findings
        if finding.is_error
    }
    in_plays = {kind: lines for (file, kind), lines in errors.items() if file == plays.name}
    assert in_plays == {
        "values that are not whole numbers": (
            "line 5: artistID is 'x', expected a whole number of up to 18 digits",
            "line 9: artistID is 'y', expected a whole number of up to 18 digits",
        ),
        "lines with a wrong number of columns": ("line 6: 2 columns in '9\\t57', expected 3",),
        "counts below 1": ("line 7: weight is 0, expected 1 or more",),
        "rows that repeat an earlier one": (
            "line 8: userID 2, artistID 51 stands on line 2 already",
        ),
    }
    assert {file for file, _ in errors} == {plays.name, "tags.dat", "user_friends.dat"}
    assert "not usable" in str(report)
    assert "user-artist pairs" not in report.counts


def test_one_way_friendships_and_friends_of_oneself_are_notes(quirky_dir):
    (quirky_dir / "user_friends.dat").write_bytes(b"userID\tfriendID\n2\t9\n9\t9\n8\t2\n")
    text = str(check_dataset("lastfm", quirky_dir))
    assert "do not stand there the other way round: 2" in text
    assert "friendships with oneself: 1" in text
    assert "friend pairs of users who played nothing: 1" in text


def test_reencoded_and_garbled_tags_are_notes(quirky_dir):
    tags = quirky_dir / "tags.dat"
    tags.write_bytes("tagID\ttagValue\n1\tmetal\n13\tdie Ã„rzte\n14\tespa\ufffdol\n".encode())
    text = str(check_dataset("lastfm", quirky_dir))
    assert "in UTF-8, where the published file is in ISO-8859-1" in text
    assert "tags garbled by re-encoding: 1" in text
    assert "tag 'espa\ufffdol'" in text


def test_doubly_encoded_tags_are_notes(quirky_dir):
    tags = quirky_dir / "tags.dat"
    twice = "tropicália".encode().decode("iso-8859-1").encode()
    tags.write_bytes(b"tagID\ttagValue\n1\tmetal\n13\t" + twice + b"\n")
    assert "tags garbled by re-encoding: 1" in str(check_dataset("lastfm", quirky_dir))


def test_control_characters_of_names_do_not_reach_the_terminal(quirky_dir):
    artists = quirky_dir / "artists.dat"
    artists.write_bytes(artists.read_bytes() + b"94\t\x1b[2JKe$ha\t\t\n95\t\x1b[2Jke$ha\t\t\n")
    assert "\x1b" not in str(check_dataset("lastfm", quirky_dir))


def test_missing_folder_is_one_error(tmp_path):
    report = check_dataset("lastfm", tmp_path / "nowhere")
    assert report.has_errors
    (finding,) = report.findings
    assert finding.message == (
        "the folder is missing, expected the dataset in it; "
        "get it with: python -m helpers data get lastfm"
    )


def test_unknown_dataset_is_refused(tmp_path):
    with pytest.raises(
        SettingError, match="'spotify', expected one of lastfm, audioscrobbler, playlists"
    ):
        check_dataset("spotify", tmp_path)


def test_real_files_are_usable_and_have_the_published_counts(real_lastfm_dir):
    report = check_dataset("lastfm", real_lastfm_dir)
    assert not report.has_errors
    assert report.counts == report.published
