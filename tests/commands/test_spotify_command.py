"""`python -m helpers spotify`: login, pull, push, forget."""

import json
import os
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
import requests
from fake_spotify import (
    CLIENT_ID,
    FOREIGN,
    MINE,
    SOMEONE,
    allow_only_loopback,
    entry,
    episode,
    local,
    serve,
    track,
)

from helpers import paths
from helpers.__main__ import main
from helpers.spotify.api import login, session
from helpers.spotify.exports import read_playlists

UNSEARCHED = {".venv", ".git", "build", "__pycache__", ".hypothesis", ".ruff_cache"}


@pytest.fixture(scope="session")
def httpserver_listen_address():
    return ("127.0.0.1", 0)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home of one's own, with nothing in it."""
    for name in list(os.environ):
        if name.startswith(("XDG_", "SPOTI", "MUSIC_SPOTIFY")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def spotify(httpserver, home, monkeypatch):
    """Spotify's servers, as the commands find them, and a user who says yes."""
    allow_only_loopback(monkeypatch)
    fake = serve(httpserver)
    monkeypatch.setattr(session, "SPOTIFY", fake.servers)
    threads = []

    def open_page(page: str) -> bool:
        threads.append(threading.Thread(target=requests.get, args=(page,), kwargs={"timeout": 5}))
        threads[-1].start()
        return True

    monkeypatch.setattr(login.webbrowser, "open", open_page)
    yield fake
    for thread in threads:
        thread.join(10)
    httpserver.check()


def log_in() -> int:
    return main(["spotify", "login", "--accept-terms", "--client-id", CLIENT_ID])


def files_with(tokens: list[str], root: Path, since: float = 0) -> list[Path]:
    """Return the files under `root`, changed since then, that hold one of the tokens."""
    needles = [token.encode() for token in tokens]
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in UNSEARCHED]
        for file in (Path(folder, name) for name in names):
            if _changed(file) >= since and any(needle in file.read_bytes() for needle in needles):
                found.append(file)
    return found


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # a link to nowhere, or gone by now
        return -1


def test_whole_cycle_leaves_no_token_under_the_project_and_none_anywhere_in_the_end(
    spotify, home, monkeypatch, capsys
):
    since = time.time() - 1
    spotify.has("mine", [entry(track(number)) for number in range(60)])
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.CACHE) as here:
        monkeypatch.chdir(here)
        assert log_in() == 0
        spotify.end_access()  # so that the login is renewed on the way
        assert main(["spotify", "pull", "--out", "mine.json"]) == 0
        assert main(["spotify", "pull"]) == 0
        only_mine = f"spotify pull --playlist {MINE} --out one.json"
        assert main(only_mine.split()) == 0
        assert main(["spotify", "push", "What follows", "one.json"]) == 0
        assert len(spotify.issued) == 6, "issued before, by the login and by the renewal"
        tokens = spotify.issued
        assert files_with(tokens, paths.ROOT, since) == []
        (token_file,) = files_with(tokens, home)
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(token_file.parent.stat().st_mode) == 0o700
        assert main(["spotify", "forget"]) == 0
        assert files_with(tokens, paths.ROOT, since) == []
        assert files_with(tokens, home) == []
        assert sorted(os.listdir(".")) == ["mine.json", "one.json"]
    assert [path for path in home.rglob("*") if path.is_file()] == []
    said = capsys.readouterr()
    assert not [token for token in tokens if token[:16] in said.out + said.err]
    assert len(spotify.playlists) == 2


def test_pull_says_what_it_kept_and_left_out_and_where(spotify, tmp_path, capsys):
    tape = local("spotify:local:Ann+Lee::Blue+Harbour:174", "Blue Harbour", "Ann Lee")
    spotify.has("mine", [entry(item) for item in (track(1), tape, None, episode(1))])
    spotify.has("theirs", [entry(track(1))], FOREIGN, SOMEONE)
    log_in()
    out = tmp_path / "library.json"
    assert main(["spotify", "pull", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == (
        f"{out}: 2 playlists with 2 songs; local files among them: 1; episodes left out: 1; "
        "left out since Spotify no longer shows them: 1; skipped 1 playlist whose songs Spotify "
        "gives only to those who own or edit them: theirs"
    )
    assert [playlist.name for playlist in read_playlists(out)] == ["Liked songs", "mine"]


def test_pull_that_must_stop_leaves_the_last_snapshot_as_it_was(spotify, tmp_path, capsys):
    spotify.has("mine", [entry(track(1))])
    log_in()
    out = tmp_path / "library.json"
    main(["spotify", "pull", "--out", str(out)])
    before = out.read_bytes()
    spotify.refuses("items", 429, "slow down", {"Retry-After": "3600"}, times=9)
    capsys.readouterr()
    assert main(["spotify", "pull", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "run this again in 1 h 0 min, after " in said
    assert out.read_bytes() == before
    assert list(tmp_path.glob("*library*")) == [out]


def test_expired_login_is_deleted_and_the_next_command_says_so_too(spotify, home, capsys):
    log_in()
    spotify.end_access()
    spotify.end_login()
    for expected in ("six months", "not logged in"):
        assert main(["spotify", "pull"]) == 1
        said = capsys.readouterr().err
        assert expected in said
        assert "python -m helpers spotify login" in said
    assert files_with(spotify.issued, home) == []


def test_dead_network_is_one_sentence(spotify, monkeypatch, capsys):
    log_in()
    nowhere = session.Servers(api="http://127.0.0.1:9/v1/", accounts="http://127.0.0.1:9/")
    monkeypatch.setattr(session, "SPOTIFY", nowhere)
    assert main(["spotify", "pull"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "helpers: Spotify cannot be reached (ConnectionError); check the network and run this again"
    )


def test_push_prints_the_link_and_what_it_left_out(spotify, tmp_path, capsys):
    file = tmp_path / "recommended.csv"
    rows = [f'"{track(n)["uri"]}","Song {n}","Artist"' for n in range(3)]
    file.write_text("\n".join(["track_uri,track_name,artist_name", *rows, ',"Unknown","Artist"']))
    log_in()
    capsys.readouterr()
    assert main(["spotify", "push", "What follows", str(file)]) == 0
    assert capsys.readouterr().out == (
        f"https://open.spotify.com/playlist/{0:022d}: 3 tracks; 1 without a Spotify URI left out\n"
    )


def test_push_reads_the_file_before_it_asks_for_anything(spotify, tmp_path, capsys):
    assert main(["spotify", "push", "What follows", str(tmp_path / "none.csv")]) == 1
    assert "none.csv is missing" in capsys.readouterr().err
    assert not spotify.asked


def test_every_step_states_the_terms_and_the_recommended_way_first(spotify, tmp_path, capsys):
    for step in ("login", "pull", "push name none.csv", "forget"):
        main(["spotify", *step.split()])
        said = capsys.readouterr().err
        assert said.startswith("Spotify's developer terms forbid")
        assert "machine-learning models" in said.splitlines()[0]
        assert "recommended way" in said.splitlines()[1]


@pytest.mark.usefixtures("spotify")
def test_login_waits_for_a_yes_to_the_terms(monkeypatch, capsys):
    words = ["spotify", "login", "--client-id", CLIENT_ID]
    assert main(words) == 1
    assert "pass --accept-terms" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert main(words) == 1
    assert "nothing was done" in capsys.readouterr().err
    monkeypatch.setattr("builtins.input", lambda _: "Yes ")
    assert main(words) == 0
    assert "logged in; the login is in " in capsys.readouterr().out


def test_client_id_comes_from_the_environment_or_the_command_line(spotify, monkeypatch, capsys):
    assert main(["spotify", "login", "--accept-terms"]) == 1
    assert "set SPOTIFY_CLIENT_ID or pass --client-id" in capsys.readouterr().err
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", CLIENT_ID)
    assert main(["spotify", "login", "--accept-terms"]) == 0
    assert spotify.asked[0].args["client_id"] == CLIENT_ID


@pytest.mark.usefixtures("spotify")
def test_forget_names_what_it_deleted_and_works_without_spotipy(home, monkeypatch, capsys):
    log_in()
    main(["spotify", "pull"])
    monkeypatch.setitem(sys.modules, "spotipy", None)
    capsys.readouterr()
    assert main(["spotify", "forget"]) == 0
    said = capsys.readouterr().out
    assert "token.json" in said
    assert "snapshot.json" in said
    assert "https://www.spotify.com/account/apps/" in said
    assert main(["spotify", "forget"]) == 0
    assert "nothing was saved, nothing deleted" in capsys.readouterr().out


@pytest.mark.usefixtures("spotify")
def test_without_spotipy_one_sentence_says_how_to_install_it(monkeypatch, capsys):
    log_in()
    monkeypatch.setitem(sys.modules, "spotipy", None)
    assert log_in() == 1
    assert "pip install -e .[spotify]" in capsys.readouterr().err
    assert main(["spotify", "pull"]) == 1
    assert "pip install -e .[spotify]" in capsys.readouterr().err


def test_help_of_every_step_has_an_example(capsys):
    for words in ("", "login", "pull", "push", "forget"):
        with pytest.raises(SystemExit) as stop:
            main(["spotify", *words.split(), "--help"])
        assert stop.value.code == 0
        assert f"python -m helpers spotify {words}".strip() in capsys.readouterr().out


def test_snapshot_holds_nothing_about_the_account(spotify, tmp_path):
    spotify.has("mine", [entry(track(1))])
    log_in()
    out = tmp_path / "library.json"
    main(["spotify", "pull", "--out", str(out)])
    playlists = json.loads(out.read_text("utf-8"))["playlists"]
    assert {key for playlist in playlists for key in playlist} == {"name", "uri", "tracks"}
    assert {key for one in playlists[1]["tracks"] for key in one} == {
        "track_uri",
        "track_name",
        "artist_name",
        "album_name",
    }
