"""What goes to Spotify, how often, and how long a command waits."""

import socket

import pytest
import requests
from fake_spotify import validate
from pytest_httpserver import HTTPServer

from helpers.errors import SettingError
from helpers.spotify.api import session as session_module
from helpers.spotify.api.session import (
    ELSEWHERE,
    PATIENCE_SECONDS,
    SPOTIFY,
    RefusedError,
    Servers,
    SpotifySession,
    load_spotipy,
)


@pytest.fixture
def get(session, spotify):
    """Ask for the liked songs, with the right token."""
    session.access_token = spotify.access_token
    return lambda: session.get(f"{spotify.servers.api}me/tracks")


@pytest.fixture
def post(session, spotify):
    session.access_token = spotify.access_token
    address = f"{spotify.servers.api}me/playlists"
    return lambda: session.post(address, json={"name": "new", "public": False})


def refusal_of(request) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        request()
    return caught.value


def test_pause_that_spotify_asks_for_is_made_and_the_request_repeated(get, spotify, naps):
    spotify.refuses("tracks", 429, "API rate limit exceeded", {"Retry-After": "7"}, times=2)
    validate(get().json(), "PagingSavedTrackObject")
    assert naps == [7, 7]


def test_pause_is_obeyed_for_writing_too_since_nothing_was_written(post, spotify, naps):
    spotify.refuses("POST", 429, "API rate limit exceeded", {"Retry-After": "3"})
    assert post().status_code == 201
    assert naps == [3]


def test_pauses_of_a_session_add_up_to_a_minute_at_most(get, spotify, naps):
    spotify.refuses("tracks", 429, "slow down", {"Retry-After": "25"}, times=2)
    get()
    spotify.refuses("tracks", 429, "slow down", {"Retry-After": "25"}, times=2)
    refused = refusal_of(get)
    assert naps == [25, 25]
    assert sum(naps) <= PATIENCE_SECONDS
    assert (refused.status, refused.wait) == (429, 25)


def test_pause_of_an_hour_is_not_made_at_all(get, spotify, naps):
    spotify.refuses("tracks", 429, "slow down", {"Retry-After": "3600"})
    assert refusal_of(get).wait == 3600
    assert naps == []
    assert len(spotify.asked) == 1


def test_used_up_quota_ends_it_at_once_however_short_the_pause(get, spotify, naps):
    spotify.refuses("tracks", 429, "over", {"Retry-After": "1"}, reason="QUOTA_EXCEEDED")
    assert refusal_of(get).reason == "QUOTA_EXCEEDED"
    assert naps == []


@pytest.mark.parametrize("header", [None, "soon", "-3"])
def test_pause_that_is_not_named_doubles(get, spotify, naps, header):
    headers = {} if header is None else {"Retry-After": header}
    spotify.moody("tracks", 429, "Too many requests", headers, times=3)
    get()
    assert naps == [1, 2, 4]


def test_pauses_of_no_length_end_too(get, spotify, naps):
    spotify.moody("tracks", 429, "", {"Retry-After": "0"}, times=1e9)
    refusal_of(get)
    assert naps == [1] * PATIENCE_SECONDS


def test_reading_outlasts_short_trouble_of_the_servers(get, spotify, naps):
    spotify.moody("tracks", 503, "upstream connect error", times=2)
    get()
    assert naps == [1, 2]


def test_long_trouble_of_the_servers_ends_with_its_own_status(get, spotify, naps):
    spotify.moody("tracks", 502, "<html>Bad gateway</html>", times=9)
    assert refusal_of(get).status == 502
    assert naps == [1, 2, 4]


def test_writing_is_never_repeated_after_trouble_as_it_may_have_happened(post, spotify, naps):
    spotify.moody("POST", 503, times=9)
    assert refusal_of(post).status == 503
    assert (len(spotify.asked), naps) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_other_refusals_are_never_repeated(get, spotify, naps, status):
    spotify.refuses("tracks", status, "no", times=9)
    refused = refusal_of(get)
    assert (refused.status, refused.message) == (status, "no")
    assert (len(spotify.asked), naps) == (1, [])


@pytest.mark.parametrize("body", ["<html>Log in to the Wi-Fi</html>", "", "[1, 2]", '{"items": ['])
def test_answer_without_a_json_object_is_a_refusal(get, spotify, body):
    spotify.moody("tracks", 200, body)
    assert refusal_of(get).status == 200


@pytest.mark.parametrize(
    "body", [[], "text", {"error": None}, {"error": {"message": 5}}, {"error": {}}, 3]
)
def test_refusal_in_a_shape_of_its_own_is_read_as_far_as_it_goes(get, spotify, body):
    spotify.moody("tracks", 403, body)
    assert refusal_of(get).status == 403


def test_network_that_is_down_is_no_wait(naps):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dead = SpotifySession(Servers(api=f"http://127.0.0.1:{port}/"), sleep=naps.append)
    refused = refusal_of(lambda: dead.get(f"http://127.0.0.1:{port}/me"))
    assert (refused.status, refused.reason, naps) == (None, "ConnectionError", [])


@pytest.fixture
def other_server():
    with HTTPServer(host="127.0.0.1", port=0) as other:
        other.expect_request("/v1/me/tracks").respond_with_json({})
        yield other


def test_no_other_address_is_ever_reached(session, spotify, other_server):
    session.access_token = spotify.access_token
    root = spotify.root.rstrip("/")
    for address in (
        other_server.url_for("/v1/me/tracks"),
        f"{root}/elsewhere",
        f"{root}@evil.example/v1/me",
        f"{root}.evil.example/v1/me",
        "https://evil.example/v1/",
    ):
        assert refusal_of(lambda address=address: session.get(address)).reason == ELSEWHERE
    assert not other_server.log
    assert not spotify.asked


def test_redirect_to_another_address_is_not_followed(get, spotify, other_server):
    spotify.moody("tracks", 302, headers={"Location": other_server.url_for("/v1/me/tracks")})
    assert refusal_of(get).reason == ELSEWHERE
    assert not other_server.log


def test_only_spotify_and_only_over_https_is_within_reach_by_default():
    session = SpotifySession()
    assert list(session.adapters) == [SPOTIFY.accounts, SPOTIFY.api]
    assert {address.split("/")[2] for address in session.adapters} == {
        "accounts.spotify.com",
        "api.spotify.com",
    }
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get_adapter(SPOTIFY.api.replace("https", "http"))


def test_token_goes_to_the_api_and_not_to_the_login(session, spotify):
    session.access_token = spotify.access_token
    session.get(f"{spotify.servers.api}me/tracks")
    spotify.moody("accounts", 200, {})
    session.get(f"{spotify.servers.accounts}anything")
    api, accounts = spotify.asked
    assert api.headers["Authorization"] == f"Bearer {spotify.access_token}"
    assert "Authorization" not in accounts.headers


def test_passwords_of_a_netrc_file_stay_in_it(get, spotify, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    get()
    assert spotify.asked[0].headers["Authorization"] == f"Bearer {spotify.access_token}"


def test_missing_spotipy_is_one_sentence_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(session_module.sys.modules, "spotipy", None)
    with pytest.raises(SettingError, match=r"pip install -e \.\[spotify\]") as caught:
        load_spotipy()
    assert caught.value.__context__ is None
