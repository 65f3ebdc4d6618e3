"""Logging in: a page in the browser, an answer to a port of this machine, a saved login."""

import re
import socket
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fake_spotify import CLIENT_ID

from helpers.errors import DataError, SettingError
from helpers.spotify.api import login
from helpers.spotify.api.callback import CallbackServer
from helpers.spotify.api.session import SpotifySession

PROMISED = {
    "playlist-read-private",
    "playlist-read-collaborative",
    "user-library-read",
    "playlist-modify-private",
}


@pytest.fixture
def browse(monkeypatch):
    """Let a function stand in for the browser; it gets the address of the page."""
    threads = []

    def use(visit):
        def opened(page: str) -> bool:
            threads.append(threading.Thread(target=visit, args=(page,)))
            threads[-1].start()
            return True

        monkeypatch.setattr(login.webbrowser, "open", opened)

    yield use
    for thread in threads:
        thread.join(10)


@pytest.fixture
def answer(browse):
    """Let the browser come back with these parameters."""

    def use(right_state: bool = True, **parameters: str) -> None:
        def visit(page: str) -> None:
            asked = {key: values[0] for key, values in parse_qs(urlsplit(page).query).items()}
            state = {"state": asked["state"]} if right_state else {}
            requests.get(asked["redirect_uri"], params=parameters | state, timeout=5)

        browse(visit)

    return use


def user_says_yes(page: str) -> None:
    assert requests.get(page, timeout=5).status_code == 200


def log_in(store, session, seconds=5, **others):
    return login.log_in(CLIENT_ID, store, session, seconds=seconds, **others)


def test_login_ends_with_both_tokens_saved(spotify, store, session, browse, capsys):
    browse(user_says_yes)
    token = log_in(store, session)
    assert store.load() == token
    assert token.access_token == spotify.access_token
    assert token.refresh_token == spotify.refresh_token
    assert token.client_id == CLIENT_ID
    assert not token.is_stale
    said = capsys.readouterr()
    assert spotify.access_token not in said.out + said.err


def test_without_a_browser_the_address_is_printed_and_nothing_opened(
    spotify, store, session, monkeypatch, capsys
):
    def never(page):
        raise AssertionError("a browser was opened")

    monkeypatch.setattr(login.webbrowser, "open", never)
    thread = threading.Thread(target=log_in, args=(store, session), kwargs={"open_browser": False})
    thread.start()
    said = ""
    while not (page := re.search(r"http\S+authorize\S+", said)):
        said += capsys.readouterr().out
    user_says_yes(page[0])
    thread.join(10)
    assert store.load().access_token == spotify.access_token


def test_login_asks_for_what_is_needed_and_no_more(spotify, store, session, browse):
    browse(user_says_yes)
    log_in(store, session)
    asked = spotify.asked[0].args
    assert set(asked["scope"].split()) == PROMISED
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", asked["redirect_uri"])


def test_each_login_has_a_state_and_a_challenge_of_its_own(spotify, store, session, browse):
    browse(user_says_yes)
    log_in(store, session)
    log_in(store, session)
    first, second = [request.args for request in spotify.asked if request.method == "GET"]
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"code": "the-code"},
        {"code": "the-code", "state": "another"},
        {"code": "x", "state": "é"},
        {},
    ],
)
def test_answer_to_another_login_is_refused_before_anything_is_asked(
    spotify, store, session, answer, parameters
):
    answer(right_state=False, **parameters)
    with pytest.raises(DataError, match="belongs to another login"):
        log_in(store, session)
    assert not spotify.paths("token")
    assert not store.file.exists()


def test_user_who_refuses_is_told_so(store, session, answer):
    answer(error="access_denied")
    with pytest.raises(DataError, match=r"you refused it.*spotify login"):
        log_in(store, session)
    answer(error="server_error")
    with pytest.raises(DataError, match="Spotify did not"):
        log_in(store, session)


def test_code_that_spotify_does_not_take_is_one_sentence(spotify, store, session, answer):
    answer(code="an-old-code")
    with pytest.raises(DataError, match="used or too old") as caught:
        log_in(store, session)
    assert caught.value.__context__ is None
    assert not store.file.exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"access_token": "BQsecret", "expires_in": "soon"}, {"expires_in": 3600}, "BQsecret"],
)
def test_answer_without_the_tokens_is_one_sentence(spotify, store, session, browse, body):
    browse(user_says_yes)
    spotify.moody("token", 200, body)
    with pytest.raises(DataError, match="not with the JSON") as caught:
        log_in(store, session)
    assert "secret" not in str(caught.value)
    assert not store.file.exists()


def test_nobody_coming_ends_the_wait_with_what_to_check(store, session, browse):
    browse(lambda page: None)
    with pytest.raises(DataError, match=r"nobody logged in.*http://127\.0\.0\.1/callback"):
        log_in(store, session, seconds=0.01)


def test_other_requests_and_silent_connections_do_not_stand_in_the_way(
    spotify, store, session, browse
):
    silent = []

    def visit(page: str) -> None:
        back = urlsplit(parse_qs(urlsplit(page).query)["redirect_uri"][0])
        silent.append(socket.create_connection((back.hostname, back.port)))
        icon = requests.get(f"http://{back.netloc}/favicon.ico", timeout=5)
        assert icon.status_code == 404
        user_says_yes(page)

    browse(visit)
    assert log_in(store, session).access_token == spotify.access_token
    silent[0].close()


def test_page_that_the_user_comes_back_to_repeats_nothing_of_the_address():
    with CallbackServer() as server:
        page = requests.get(
            f"http://127.0.0.1:{server.port}/callback?code=<script>&state=s", timeout=5
        )
        assert server.wait(5) == {"code": "<script>", "state": "s"}
    assert page.headers["Cache-Control"] == "no-store"
    assert "script" not in page.text


def test_port_of_ones_own_is_used_and_a_taken_one_named(spotify, store, session, browse):
    with CallbackServer() as taken:
        with pytest.raises(SettingError, match=f"port {taken.port} cannot.*--port"):
            log_in(store, session, port=taken.port)
        free = taken.port
    browse(user_says_yes)
    log_in(store, session, port=free)
    assert f":{free}/" in spotify.asked[0].args["redirect_uri"]
    for wrong in (-1, 70_000):
        with pytest.raises(SettingError, match="cannot be listened on"):
            log_in(store, session, port=wrong)


@pytest.mark.usefixtures("spotify")
def test_nothing_is_written_to_the_current_folder(store, session, browse, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    browse(user_says_yes)
    login.renew(log_in(store, session), store, session)
    assert list(here.iterdir()) == []


def test_unknown_client_id_is_named(spotify, store, session, browse):
    browse(user_says_yes)
    spotify.moody("token", 400, {"error": "invalid_client"})
    with pytest.raises(DataError, match="does not know this client id"):
        log_in(store, session)


def test_login_waits_within_the_same_bounds_as_everything_else(spotify, store, browse):
    naps = []
    browse(user_says_yes)
    spotify.moody("token", 429, "", {"Retry-After": "5"})
    log_in(store, SpotifySession(spotify.servers, sleep=naps.append))
    assert naps == [5]
