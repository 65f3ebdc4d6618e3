from datetime import date

import polars as pl
import pytest

from helpers.data.lastfm import load_lastfm
from helpers.errors import DataError


def test_plays_are_read_with_either_line_end(quirky_dir):
    expected = [(2, 51, 13883), (2, 57, 10), (9, 51, 3)]
    assert load_lastfm(quirky_dir).plays.rows() == expected
    file = quirky_dir / "user_artists.dat"
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n"))
    assert load_lastfm(quirky_dir).plays.rows() == expected


def test_names_load_as_they_stand(quirky_dir):
    names = load_lastfm(quirky_dir).artists["name"].to_list()
    assert names == [
        "Duran Duran",
        '"Weird Al" Yankovic',
        "Duran Duran",
        "<img src=x onerror=alert(1)>",
        "Ke$ha and A$AP",
        "'69 \u2028 Сплин",
    ]


def test_tags_are_read_from_either_encoding(quirky_dir):
    assert load_lastfm(quirky_dir).tags["tag"].to_list() == ["metal", "die Ärzte"]
    file = quirky_dir / "tags.dat"
    file.write_bytes(file.read_bytes().decode("iso-8859-1").encode("utf-8"))
    assert load_lastfm(quirky_dir).tags["tag"].to_list() == ["metal", "die Ärzte"]


def test_tags_of_unknown_artists_are_left_out(quirky_dir):
    assert load_lastfm(quirky_dir).tagged["artist_id"].to_list() == [51, 57, 51]


def test_dates_that_cannot_be_are_null(quirky_dir):
    assert load_lastfm(quirky_dir).tagged["date"].to_list() == [date(2009, 4, 1), None, None]


def test_interactions_keep_identifiers_names_and_counts(quirky_dir):
    interactions = load_lastfm(quirky_dir).interactions()
    assert interactions.users.external_ids.tolist() == [2, 9]
    assert interactions.items.external_ids.tolist() == [51, 57]
    assert interactions.item_names.tolist() == ["Duran Duran", '"Weird Al" Yankovic']
    assert interactions.user_items.toarray().tolist() == [[13883, 10], [3, 0]]


def test_interactions_carry_the_tags_of_artists_in_the_catalogue(quirky_dir):
    # Artist 52 has no name and nobody plays it; tag 13 is row 1, and user 9 is row 1.
    side = load_lastfm(quirky_dir).interactions().side
    assert side.tagged.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert side.tags.tolist() == ["metal", "die Ärzte"]
    assert side.n_items == 2
    assert side.item_tags().toarray().tolist() == [[1, 1], [1, 0]]


def test_interactions_carry_friends_whichever_way_they_are_written(quirky_dir):
    assert load_lastfm(quirky_dir).interactions().side.friends.toarray().tolist() == [
        [0, 1],
        [1, 0],
    ]
    (quirky_dir / "user_friends.dat").write_bytes(b"userID\tfriendID\r\n9\t2\r\n9\t77\r\n")
    assert load_lastfm(quirky_dir).interactions().side.friends.toarray().tolist() == [
        [0, 1],
        [1, 0],
    ]


def test_tags_by_somebody_who_plays_nothing_are_left_out(quirky_dir):
    file = quirky_dir / "user_taggedartists.dat"
    file.write_bytes(file.read_bytes() + b"77\t51\t1\t1\t4\t2009\n")
    assert len(load_lastfm(quirky_dir).interactions().side.tagged) == 3


def test_schema_is_the_same_for_every_folder(quirky_dir):
    loaded = load_lastfm(quirky_dir)
    assert loaded.plays.schema == {"user_id": pl.Int64, "artist_id": pl.Int64, "plays": pl.Int64}
    assert loaded.tagged.schema["date"] == pl.Date
    assert loaded.artists.columns == ["artist_id", "name", "url"]
    assert loaded.friends.columns == ["user_id", "friend_id"]


def test_missing_folder_is_named_with_the_command_that_gets_it(tmp_path):
    with pytest.raises(DataError, match=r"nowhere is missing.*data get lastfm"):
        load_lastfm(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "file",
    ["user_artists.dat", "artists.dat", "tags.dat", "user_taggedartists.dat", "user_friends.dat"],
)
def test_missing_or_empty_file_is_named(quirky_dir, file):
    (quirky_dir / file).write_bytes(b"")
    with pytest.raises(DataError, match=rf"{file} is empty"):
        load_lastfm(quirky_dir)
    (quirky_dir / file).unlink()
    with pytest.raises(DataError, match=rf"{file} is missing"):
        load_lastfm(quirky_dir)


def test_real_files_have_the_published_counts(real_lastfm_dir):
    loaded = load_lastfm(real_lastfm_dir)
    interactions = loaded.interactions()
    assert (interactions.n_users, interactions.n_items) == (1_892, 17_632)
    assert interactions.n_pairs == len(loaded.plays) == 92_834
    assert (len(loaded.tags), len(loaded.friends)) == (11_946, 25_434)
    assert len(loaded.tagged) == 186_479 - 1_538
    assert loaded.tags.row(by_predicate=pl.col("tag_id") == 2863) == (2863, "tropicália")


def test_synthetic_files_load_like_the_real_ones(tiny_lastfm_dir):
    loaded = load_lastfm(tiny_lastfm_dir)
    interactions = loaded.interactions()
    assert interactions.n_pairs == len(loaded.plays)
    assert interactions.user_items.sum(dtype=float) == loaded.plays["plays"].sum()
