import polars as pl

from helpers.data.audioscrobbler.artists import read_artists


def test_malformed_artists_are_kept_out_and_counted_by_kind(dump_dir):
    artists = read_artists(dump_dir / "artist_data.txt")
    assert artists.frame.rows() == [
        (10, "Björk"),
        (20, "Mötorhead € \x81"),
        (30, "Simon Garfunkel"),
        (50, "[unknown]"),
    ]
    assert artists.frame.schema == {"artist_id": pl.Int32, "name": pl.String}
    assert artists.n_lines == 10
    assert {repair.found: (repair.cases, repair.examples) for repair in artists.repairs} == {
        "lines without a tab": (2, ("line 4: 'no tab'", "line 9: ''")),
        "lines without a number before the tab": (1, ("line 5: 'x1\\tnot a number'",)),
        "numbers above 2,147,483,647": (1, ("line 6: '4294967296\\ttoo large'",)),
        "lines without a name after the tab": (1, ("line 7: '40\\t '",)),
        "artists that stand there already": (1, ("line 8: '10\\tBjork again'",)),
        "names with a tab": (1, ("line 3: '30\\tSimon\\tGarfunkel'",)),
        "lines not in UTF-8": (1, ("line 2: '20\\tMötorhead € \\x81'",)),
    }


def test_odd_characters_stay_in_names_and_do_not_reach_the_terminal(tmp_path):
    file = tmp_path / "artist_data.txt"
    file.write_bytes(b'1\t"Weird\x1b[2J\x00 \xe2\x80\xa8Al"\n2\ta\rb\n\x1b[2J\n')
    artists = read_artists(file)
    assert artists.frame["name"].to_list() == ['"Weird\x1b[2J\x00 \u2028Al"', "a\rb"]
    assert "\x1b" not in str(artists.repairs[0])
