import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slice_files import entry, playlist, write_slice

from helpers.data.playlists import read_challenge, read_slice
from helpers.data.playlists.slices import find_slices
from helpers.errors import DataError

HALF_A_CHARACTER = "\ud83c"


def test_slice_is_read_as_json_reads_it(tmp_path):
    rows = [playlist(0, [1, 2], name="Été ☀", description="<b>"), playlist(7, [])]
    content = read_slice(write_slice(tmp_path, 0, rows))
    for found, expected in zip(content.playlists, rows, strict=True):
        assert found.pid == expected["pid"]
        assert found.name == expected["name"]
        assert found.description == expected.get("description")
        assert found.collaborative == "false"
        assert found.modified_at == expected["modified_at"]
        for track, fields in zip(found.tracks, expected["tracks"], strict=True):
            named = {name: getattr(track, name) for name in track.__struct_fields__}
            assert named == {name: fields[name] for name in named}


def test_slices_read_into_one_buffer_are_those_read_without(tmp_path):
    buffer = bytearray()
    long = playlist(0, list(range(40)), name=f"Sun {HALF_A_CHARACTER}")
    for number, rows in enumerate([[playlist(0, [1])], [long], [], [playlist(3, [2])]]):
        file = write_slice(tmp_path, number, rows)
        assert read_slice(file, buffer) == read_slice(file)


def test_fields_that_are_missing_or_unknown_do_no_harm(tmp_path):
    file = tmp_path / "list.json"
    file.write_text('{"playlists": [{"pid": 3, "tracks": [{"track_uri": "a", "isrc": [1]}]}]}')
    (one,) = read_slice(file).playlists
    assert (one.name, one.num_followers, one.tracks[0].track_name) == (None, None, None)


def test_half_a_character_becomes_a_question_mark(tmp_path):
    (one,) = read_slice(
        write_slice(tmp_path, 0, [playlist(0, [1], name=f"Sun {HALF_A_CHARACTER} é")])
    ).playlists
    assert one.name == "Sun ? é"


@given(data=st.data())
def test_slice_cut_anywhere_is_one_sentence_that_names_it(tmp_path_factory, data):
    file = write_slice(tmp_path_factory.mktemp("cut"), 0, [playlist(0, [1, 2], name="é\\n")])
    content = file.read_bytes()
    length = data.draw(st.integers(0, len(content) - 1))
    file.write_bytes(content[:length])
    with pytest.raises(DataError, match=r"mpd\.slice\.0-999\.json .*(in the middle|JSON).*; get"):
        read_slice(file)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends in the middle"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"tracks": []}', "missing required field `playlists`"),
        (b'{"playlists": {}}', r"got `object` - at `\$.playlists`"),
        (b'{"playlists": [{"tracks": []}]}', "missing required field `pid`"),
        (b'{"playlists": [{"pid": "0", "tracks": []}]}', "Expected `int`, got `str`"),
        (b'{"playlists": [{"pid": -1, "tracks": []}]}', "Expected `int` >= 0"),
        (b'{"playlists": [{"pid": 99999999999999999999, "tracks": []}]}', "Expected `int`"),
        (b'{"playlists": [{"pid": 0, "tracks": [], "modified_at": 1e300}]}', "Expected `int"),
        (b'{"playlists": [{"pid": 0, "tracks": [], "collaborative": "x"}]}', "enum value"),
        (b'{"playlists": [{"pid": 0, "tracks": [null]}]}', "got `null`"),
        (b'{"playlists": [{"pid": 0, "tracks": [{"track_uri": null}]}]}', "got `null`"),
        (b'{"playlists": [{"pid": 0, "tracks": [], "name": "\xff"}]}', "utf-8"),
        (b'\xef\xbb\xbf{"playlists": []}', "malformed"),
        (b'{"playlists": []} {}', "trailing characters"),
        (b'{"x": ' + b"[" * 100_000, "recursion"),
        (b'{"playlists": ["\\ud83c', "(malformed|truncated|in the middle|JSON)"),
        (b"pid,name\n0,a\n", "malformed"),
    ],
)
def test_file_of_another_shape_is_one_sentence_that_names_it(tmp_path, content, reason):
    file = tmp_path / "mpd.slice.0-999.json"
    file.write_bytes(content)
    with pytest.raises(DataError, match=reason) as caught:
        read_slice(file)
    assert str(file) in str(caught.value)
    assert "expected a slice of the Million Playlist Dataset" in str(caught.value)


def test_missing_slice_is_one_sentence_that_names_it(tmp_path):
    with pytest.raises(DataError, match=r"mpd\.slice\.0-999\.json cannot be read"):
        read_slice(tmp_path / "mpd.slice.0-999.json")
    with pytest.raises(DataError, match="cannot be read"):
        read_slice(tmp_path)


def test_slices_are_found_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 2, 0):
        write_slice(tmp_path, number, [])
    for other in ("challenge_set.json", "mpd.slice.0-999.json.part", "xmpd.slice.1-2.json"):
        (tmp_path / other).write_text("{}")
    (tmp_path / "mpd.slice.1-2.json").mkdir()
    assert [file.name for file in find_slices(tmp_path)] == [
        "mpd.slice.0-999.json",
        "mpd.slice.2000-2999.json",
        "mpd.slice.10000-10999.json",
    ]


def test_folder_without_slices_says_where_to_put_them(tmp_path):
    with pytest.raises(DataError, match=r"no slice .*mpd\.slice\.0-999\.json; copy yours there"):
        find_slices(tmp_path)
    with pytest.raises(DataError, match=r"cannot be read .*copy your mpd\.slice"):
        find_slices(tmp_path / "nowhere")


@dataclass
class _Task:
    shown: list[int]
    n_hidden: int
    name: str | None = "Party"

    def to_dict(self, pid: int) -> dict:
        named = {} if self.name is None else {"name": self.name}
        return named | {
            "pid": pid,
            "num_tracks": len(self.shown) + self.n_hidden,
            "num_samples": len(self.shown),
            "num_holdouts": self.n_hidden,
            "tracks": [entry(track, pos=3 * track) for track in self.shown],
        }


def test_challenge_set_is_read_with_places_and_without_names(tmp_path):
    file = tmp_path / "challenge_set.json"
    tasks = [_Task([], 10), _Task([4, 5], 7, name=None)]
    rows = [task.to_dict(1_000_000 + n) for n, task in enumerate(tasks)]
    file.write_text(json.dumps({"date": "2018-01-16", "version": "v1", "playlists": rows}))
    first, second = read_challenge(file).playlists
    assert (first.name, first.num_holdouts, first.tracks) == ("Party", 10, [])
    assert (second.name, second.num_tracks, second.num_samples) == (None, 9, 2)
    assert [(seed.pos, seed.track_name) for seed in second.tracks] == [
        (12, "Song 4"),
        (15, "Song 5"),
    ]


def test_challenge_set_whose_counts_contradict_each_other_is_refused(tmp_path):
    file = tmp_path / "challenge_set.json"
    for wrong in ({"num_samples": 1}, {"num_tracks": 30}):
        row = _Task([4, 5], 7).to_dict(5) | wrong
        file.write_text(json.dumps({"playlists": [row]}))
        with pytest.raises(DataError, match=r"challenge_set\.json shows 2 entries of playlist 5"):
            read_challenge(file)
    file.write_text("{}")
    with pytest.raises(DataError, match="expected the challenge set"):
        read_challenge(file)
