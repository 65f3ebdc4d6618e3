"""`python -m helpers data`: make, get, check, compare."""

import pytest

from helpers.__main__ import main


def test_missing_real_data_names_the_command_that_gets_them(tmp_path, capsys):
    for words in ("evaluate als --data real", "data compare"):
        assert main([*words.split(), "--data-dir", str(tmp_path)]) == 1
        assert "python -m helpers data get lastfm" in capsys.readouterr().err


def test_data_check_tells_good_files_from_missing_ones(tiny_lastfm_dir, tmp_path, capsys):
    assert main(["data", "check", "--data-dir", str(tiny_lastfm_dir.parent)]) == 0
    assert "usable" in capsys.readouterr().out
    assert main(["data", "check", "--data-dir", str(tmp_path)]) == 1
    assert "the folder is missing" in capsys.readouterr().out


def test_data_make_writes_the_world_and_prints_its_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path))
    assert main(["data", "make", "--scale", "tiny"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{tmp_path}/tiny\n"
    assert said.err.splitlines() == [
        "drawing the synthetic world (tiny, seed 0)",
        "drawing the synthetic playlists (tiny, seed 0)",
        "drawing the synthetic dump (tiny, seed 0)",
    ]
    for file in (
        "lastfm/user_artists.dat",
        "audio_features/data.csv",
        "playlists.json",
        "audioscrobbler.json",
    ):
        assert (tmp_path / "tiny" / file).is_file()


def test_full_size_is_the_dump_alone(monkeypatch, capsys):
    from helpers.data.synthetic import audioscrobbler, playlists

    drawn = []
    monkeypatch.setattr(playlists, "make_playlists", lambda *asked: drawn.append("playlists"))
    monkeypatch.setattr(
        audioscrobbler, "make_audioscrobbler", lambda *asked: drawn.append(asked) or "folder"
    )
    assert main(["data", "make", "--scale", "full", "--seed", "4"]) == 0
    assert drawn == [("full", 4)]
    assert capsys.readouterr().out == "folder\n"


def test_data_get_refuses_what_cannot_be_downloaded(capsys):
    assert main(["data", "get", "books"]) == 1
    assert "dataset is 'books', expected one of lastfm, audioscrobbler" in capsys.readouterr().err


@pytest.mark.parametrize("within", [[True, True], [True, False]])
def test_data_compare_prints_the_table_and_tells_whether_it_holds(
    tiny_lastfm_dir, tmp_path, monkeypatch, capsys, within
):
    import polars as pl

    from helpers import data, realism

    compared = []
    table = pl.DataFrame({"statistic": ["users", "artists"], "within": within})
    monkeypatch.setattr(realism, "compare_worlds", lambda *dirs: compared.append(dirs) or table)
    monkeypatch.setattr(realism, "render", lambda table: f"{len(table)} statistics")
    monkeypatch.setattr(data, "_synthetic_world", lambda: tmp_path)
    assert main(["data", "compare", "--data-dir", str(tiny_lastfm_dir.parent)]) == int(
        not all(within)
    )
    assert compared == [(tiny_lastfm_dir, tmp_path / "lastfm")]
    assert capsys.readouterr().out == "2 statistics\n"
