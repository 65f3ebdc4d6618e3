import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.audioscrobbler import find_files
from helpers.data.audioscrobbler.files import NAMES, read_lines
from helpers.errors import DataError


def touch(folder, *names):
    for name in names:
        (folder / name).touch()


FULL = tuple(f"{name}.txt" for name in NAMES)
SMALL = tuple(f"{name}_small.txt" for name in NAMES)


@pytest.mark.parametrize(
    ("there", "plays", "artists", "aliases"),
    [
        (FULL, *FULL),
        (SMALL, *SMALL),
        (FULL + SMALL, *FULL),
        ((*SMALL, FULL[2]), *SMALL),
        ((SMALL[0], FULL[1], FULL[2]), SMALL[0], FULL[1], FULL[2]),
        ((FULL[0], SMALL[1], SMALL[2]), FULL[0], SMALL[1], SMALL[2]),
    ],
)
def test_sizes_that_belong_together_are_preferred(tmp_path, there, plays, artists, aliases):
    touch(tmp_path, *there)
    files = find_files(tmp_path)
    assert (files.plays.name, files.artists.name, files.aliases.name) == (plays, artists, aliases)
    assert files.is_small == (plays == SMALL[0])


def test_missing_folder_and_missing_files_are_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"nowhere is missing.*data get audioscrobbler"):
        find_files(tmp_path / "nowhere")
    touch(tmp_path, SMALL[1])
    with pytest.raises(DataError, match=r"lacks user_artist_data\.txt, artist_alias\.txt \(or a"):
        find_files(tmp_path)


def lines_of(tmp_path, content: bytes):
    file = tmp_path / "lines.txt"
    file.write_bytes(content)
    return read_lines(file)


def test_bytes_that_are_not_utf8_are_read_as_windows_1252_and_the_others_as_utf8(tmp_path):
    content = "Björk\n".encode() + b"M\xf6t\xf6r \xc3\xb6\n\x80\x81\xe2\x82\nplain"
    lines = lines_of(tmp_path, content)
    assert lines["text"].to_list() == ["Björk", "Mötör ö", "€\x81â\u201a", "plain"]
    assert lines["line"].to_list() == [1, 2, 3, 4]
    assert lines["is_recoded"].to_list() == [False, True, True, False]


@given(st.lists(st.binary().map(lambda raw: raw.translate(None, b"\r\n")), min_size=1))
def test_every_line_is_read_as_if_it_stood_alone(tmp_path_factory, raw_lines):
    raw_lines = [b"start", *raw_lines, b"end"]
    lines = lines_of(tmp_path_factory.mktemp("lines"), b"\n".join(raw_lines))
    assert len(lines) == len(raw_lines)
    for raw, text, is_recoded in zip(raw_lines, lines["text"], lines["is_recoded"], strict=True):
        try:
            assert (text, is_recoded) == (raw.decode(), False)
        except UnicodeDecodeError:
            assert is_recoded


def test_line_ends_of_either_kind_and_blank_lines_at_the_end_are_dropped(tmp_path):
    assert lines_of(tmp_path, b"\xef\xbb\xbfa\r\n\nb\r\n\r\n\n")["text"].to_list() == ["a", "", "b"]


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t\n"])
def test_empty_file_is_one_sentence(tmp_path, content):
    with pytest.raises(DataError, match=r"lines\.txt is empty, expected a row a line"):
        lines_of(tmp_path, content)
