import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.audioscrobbler.aliases import Aliases, read_aliases, resolve


def aliases_of(tmp_path, content: bytes) -> Aliases:
    file = tmp_path / "artist_alias.txt"
    file.write_bytes(content)
    return read_aliases(file)


def counted(aliases: Aliases) -> dict[str, int]:
    return {repair.found: repair.cases for repair in aliases.repairs}


def plain_end(links: dict[int, int], artist: int) -> int:
    """Follow links one by one; whoever meets an artist twice goes back to the start."""
    seen, now = {artist}, artist
    while now in links:
        now = links[now]
        if now in seen:
            return artist
        seen.add(now)
    return now


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_every_alias_is_followed_to_the_end_as_a_plain_loop_does(links):
    links = {bad: good for bad, good in links.items() if bad != good}
    bad, good = np.array([*links], dtype=np.int32), np.array([*links.values()], dtype=np.int32)
    ends, is_cyclic = resolve(bad, good)
    assert ends.tolist() == [plain_end(links, one) for one in links]
    assert is_cyclic.tolist() == [plain_end(links, one) == one for one in links]


def test_long_chain_and_long_circle_end():
    n = 1000
    ends, is_cyclic = resolve(np.arange(n), np.arange(1, n + 1))
    assert (ends == n).all()
    assert not is_cyclic.any()
    ends, is_cyclic = resolve(np.arange(n), (np.arange(n) + 1) % n)
    assert (ends == np.arange(n)).all()
    assert is_cyclic.all()


def test_alias_cycle_is_left_alone_and_counted(tmp_path):
    aliases = aliases_of(tmp_path, b"1\t2\n2\t1\n3\t1\n4\t5\n")
    assert aliases.frame.rows() == [(4, 5)]
    assert counted(aliases) == {"aliases that go round in a circle": 3}


def test_chain_is_followed_and_counted(tmp_path):
    aliases = aliases_of(tmp_path, b"1\t2\n2\t3\n5\t1\n")
    assert aliases.frame.rows() == [(1, 3), (2, 3), (5, 3)]
    assert counted(aliases) == {"aliases to a misspelt artist": 2}


def test_what_cannot_be_used_is_skipped_and_counted_by_kind(tmp_path):
    lines = [b"\t7", b" \t7", b"5\t5", b"1", b"1\t2\t3", b"a\t2", b"1\tb", b"9999999999\t1"]
    lines += [b"-1\t2", b"\t", b"8\t9"]
    aliases = aliases_of(tmp_path, b"\r\n".join(lines) + b"\r\n")
    assert aliases.frame.rows() == [(8, 9)]
    assert aliases.n_lines == 11
    assert counted(aliases) == {
        "aliases without the misspelt artist": 2,
        "lines that are not two numbers and a tab": 7,
        "aliases of an artist to itself": 1,
    }
    assert aliases.repairs[0].examples == ("line 1: '\\t7'", "line 2: ' \\t7'")


def test_last_of_several_lines_about_one_artist_holds(tmp_path):
    aliases = aliases_of(tmp_path, b"1\t2\n1\t3\n1\t2\n4\t6\n4\t6\n4\t4\n")
    assert sorted(aliases.frame.rows()) == [(1, 2), (4, 6)]
    assert counted(aliases) == {
        "aliases of an artist to itself": 1,
        "aliases that stand there once more": 2,
        "aliases that a later line contradicts": 1,
    }


def test_artists_are_replaced_and_the_alias_named(tmp_path):
    aliases = aliases_of(tmp_path, b"1\t2\n7\t2147483647\n")
    asked = pl.Series([5, 7, 2, 1, 2147483647], dtype=pl.Int32)
    right, rows = aliases.apply(asked)
    assert right.tolist() == [5, 2147483647, 2, 2, 2147483647]
    assert rows.tolist() == [-1, 1, -1, 0, -1]
    assert right.dtype == np.int32
    assert Aliases.none().apply(asked)[0].tolist() == asked.to_list()


def test_file_in_which_nothing_can_be_used_gives_no_aliases(tmp_path):
    aliases = aliases_of(tmp_path, b"\t7\n")
    assert aliases.frame.is_empty()
    assert aliases.apply(pl.Series([1], dtype=pl.Int32))[0].tolist() == [1]


def test_real_aliases_have_these_defects(real_dump_dir):
    file = real_dump_dir / "artist_alias.txt"
    if not file.is_file():
        return
    aliases = read_aliases(file)
    assert aliases.n_lines == 193_027
    assert len(aliases.frame) == 190_881
    assert counted(aliases) == {
        "aliases without the misspelt artist": 2_135,
        "aliases of an artist to itself": 11,
        "aliases to a misspelt artist": 55,
    }
