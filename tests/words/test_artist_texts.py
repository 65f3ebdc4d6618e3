import numpy as np
import pytest
from small_worlds import as_interactions

from helpers.errors import DataError
from helpers.words import texts
from helpers.words.texts import match_texts, read_texts


def folder_of(tmp_path, **files):
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (tmp_path / f"{name}.txt").write_bytes(raw)
    return tmp_path


def catalogue(*names, counts=None):
    world = as_interactions(np.ones((2, len(names))) if counts is None else counts)
    world.item_names[:] = names
    return world


def test_a_file_is_about_the_artist_it_is_called_after(tmp_path):
    assert read_texts(folder_of(tmp_path, Björk="Icelandic and odd.")) == {
        "Björk": "Icelandic and odd."
    }


def test_lines_with_a_name_divide_a_file_and_parts_are_joined_over_files(tmp_path):
    folder_of(tmp_path, Needle="Preface.\n# AC/DC\nLoud.\n\n# Abba\nCatchy.\n")
    folder_of(tmp_path, Zine="# AC/DC\nLouder.\n")
    assert read_texts(tmp_path) == {
        "Needle": "Preface.",
        "AC/DC": "Loud.\nLouder.",
        "Abba": "Catchy.",
    }


def test_empty_files_and_empty_parts_say_nothing_about_anyone(tmp_path):
    folder_of(tmp_path, Nobody="", Needle="# Silent\n\n# Abba\r\nCatchy.\r\n# \nMore.")
    assert read_texts(tmp_path) == {"Abba": "Catchy.", "Needle": "More."}


def test_markdown_is_read_and_other_files_are_not(tmp_path):
    (tmp_path / "Abba.MD").write_text("Catchy.")
    (tmp_path / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / ".hidden.txt").write_bytes(b"\xff")
    (tmp_path / "folder.txt").mkdir()
    assert read_texts(tmp_path) == {"Abba": "Catchy."}


def test_byte_order_mark_is_no_part_of_a_name(tmp_path):
    assert read_texts(folder_of(tmp_path, x=b"\xef\xbb\xbf# Abba\nCatchy.")) == {"Abba": "Catchy."}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Ok\nBjörk".encode("latin-1"), r"x.txt, line 2: the byte 0xf6 is not UTF-8"),
        ("Abba".encode("utf-16"), r"x.txt, line 1: the byte 0xff is not UTF-8; open the file"),
        ("Abba".encode("utf-16-le"), r"x.txt holds zero bytes and is no text"),
        (b"  \n", r"the text files in .* are empty"),
    ],
)
def test_what_is_no_utf8_text_is_refused_in_a_sentence(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_texts(folder_of(tmp_path, x=content))


def test_a_folder_that_is_missing_or_without_text_files_is_refused(tmp_path):
    with pytest.raises(DataError, match="absent is missing, expected text files"):
        read_texts(tmp_path / "absent")
    with pytest.raises(DataError, match=r"holds no file ending in .txt or .md"):
        read_texts(tmp_path)


def test_a_file_of_100_mb_is_refused_before_it_is_read(tmp_path, monkeypatch):
    folder_of(tmp_path, small="Fine.")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(100 * 2**20)
    monkeypatch.setattr(texts, "_decoded", lambda file: pytest.fail("it was read"))
    with pytest.raises(DataError, match=r"have 100 MB, huge.txt alone 100, expected at most 16"):
        read_texts(tmp_path)


def test_texts_find_their_artists_whatever_the_case_and_others_are_named():
    world = catalogue("ABBA", "Beirut", "Björk")
    found = match_texts({" abba": "Catchy.", "Abba": "Swedish.", "Zappa": "Odd."}, world)
    assert found.texts.tolist() == ["Catchy.\nSwedish.", "", ""]
    assert found.unknown == ("Zappa",)


def test_of_artists_who_share_a_name_the_most_played_is_meant():
    world = catalogue("Nirvana", "Nirvana", counts=[[1, 1], [0, 1]])
    assert match_texts({"nirvana": "Loud."}, world).texts.tolist() == ["", "Loud."]
