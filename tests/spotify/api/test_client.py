"""Reading from and writing to Spotify, with a login that may have ended."""

import logging
import traceback

import pytest
from fake_spotify import EDITORIAL, FOREIGN, MINE, SOMEONE, entry, track
from pytest_httpserver import HTTPServer

from helpers.errors import DataError
from helpers.spotify.api.client import SpotifyClient
from helpers.spotify.api.refusals import PlaylistRefusedError


def test_lists_are_read_to_the_end_in_pages_of_fifty(client, spotify):
    spotify.has("mine", [entry(track(number)) for number in range(117)])
    spotify.liked = [{"added_at": "2026-01-01T00:00:00Z", "track": track(n)} for n in range(50)]
    assert [found["item"]["name"] for found in client.entries(MINE)] == [
        f"Song {number}" for number in range(117)
    ]
    assert len(list(client.liked())) == 50
    assert [playlist["id"] for playlist in client.playlists()] == [MINE]
    asked = [(request.args["limit"], request.args["offset"]) for request in spotify.asked]
    assert asked == [("50", "0"), ("50", "50"), ("50", "100"), ("50", "0"), ("50", "0")]


def test_shorter_pages_than_asked_for_lose_nothing(client, spotify, monkeypatch):
    monkeypatch.setattr("helpers.spotify.api.client.PAGE", 7)
    spotify.has("mine", [entry(track(number)) for number in range(20)])
    assert len(list(client.entries(MINE))) == 20


def test_empty_lists_are_no_trouble(client, spotify):
    spotify.has("mine", [])
    assert list(client.entries(MINE)) == list(client.liked()) == []


def test_address_of_the_next_page_is_never_followed(client, spotify):
    with HTTPServer(host="127.0.0.1", port=0) as other:
        page = {"items": [entry(track(1))], "next": other.url_for("/v1/steal")}
        spotify.has("mine", [entry(track(number)) for number in range(2)])
        spotify.moody("items", 200, page)
        assert len(list(client.entries(MINE))) == 2
        assert not other.log


@pytest.mark.parametrize("page", [{}, {"items": None}, {"items": {}}, {"items": [], "next": "x"}])
def test_list_that_breaks_off_is_an_error_and_not_a_short_list(client, spotify, page):
    spotify.moody("items", 200, page)
    with pytest.raises(DataError, match="breaks off after 0 entries"):
        list(client.entries(MINE))


def test_login_that_has_ended_by_the_clock_is_renewed_before_it_is_used(
    spotify, store, session, log_in
):
    old = log_in(seconds=30)
    client = SpotifyClient(store, session)
    spotify.has("mine", [])
    client.playlist(MINE)
    assert [path.split("/")[-1] for path in spotify.paths()] == ["token", MINE]
    new = store.load()
    assert new.access_token == spotify.access_token != old.access_token
    assert new.refresh_token == spotify.refresh_token != old.refresh_token, "rotated"
    assert not new.is_stale


def test_refresh_token_that_is_not_replaced_stays(spotify, store, session, log_in):
    old = log_in(seconds=0)
    spotify.rotates = False
    list(SpotifyClient(store, session).liked())
    assert store.load().refresh_token == old.refresh_token


def test_login_that_spotify_has_ended_is_renewed_once_and_the_request_repeated(
    client, spotify, store
):
    spotify.end_access()
    assert list(client.liked()) == []
    assert spotify.paths("token") == ["POST /accounts/api/token"]
    assert store.load().access_token == spotify.access_token


def test_second_401_in_a_row_asks_to_log_in_and_tries_no_more(client, spotify):
    spotify.refuses("tracks", 401, "The access token expired", times=9)
    with pytest.raises(DataError, match=r"does not accept the saved login.*spotify login"):
        list(client.liked())
    assert len(spotify.paths("tracks")) == 2
    assert len(spotify.paths("token")) == 1


def test_401_right_after_a_renewal_is_not_answered_with_another(spotify, store, session, log_in):
    log_in(seconds=0)
    spotify.refuses("tracks", 401, "Invalid access token", times=9)
    with pytest.raises(DataError, match="spotify login"):
        list(SpotifyClient(store, session).liked())
    assert len(spotify.paths("token")) == 1


def test_dead_refresh_token_is_deleted_and_the_user_asked_to_log_in_again(client, spotify, store):
    spotify.end_access()
    spotify.end_login()
    with pytest.raises(DataError, match=r"six months.*spotify login") as caught:
        list(client.liked())
    assert not store.file.exists()
    assert caught.value.__context__ is None


@pytest.mark.parametrize("status", [400, 500, 503, 200])
def test_renewal_that_fails_for_another_reason_keeps_the_login(client, spotify, store, status):
    spotify.end_access()
    spotify.moody("token", status, "oops", times=9)
    with pytest.raises(DataError):
        list(client.liked())
    assert store.file.exists()


def test_playlists_of_others_and_of_spotify_are_refused_as_such(client, spotify):
    spotify.has("theirs", [entry(track(1))], FOREIGN, SOMEONE)
    assert client.playlist(FOREIGN)["name"] == "theirs"
    with pytest.raises(PlaylistRefusedError, match="neither yours"):
        list(client.entries(FOREIGN))
    with pytest.raises(PlaylistRefusedError, match="made by Spotify"):
        client.playlist(EDITORIAL)


def test_new_playlist_is_private_and_takes_the_documented_body(client, spotify):
    playlist = client.create("new")
    uris = [track(number)["uri"] for number in range(100)]
    client.add(playlist, uris)
    assert spotify.paths("POST") == [
        "POST /v1/me/playlists",
        f"POST /v1/playlists/{playlist}/items",
    ]
    assert len(list(client.entries(playlist))) == 100


@pytest.fixture
def stale_client(store, session, log_in, caplog):
    """A client that has to renew its login first, with everything logged."""
    caplog.set_level(logging.DEBUG)
    log_in(seconds=0)
    return SpotifyClient(store, session)


FAILURES = {
    "forbidden": lambda fake: fake.refuses("tracks", 403, "Forbidden"),
    "not registered": lambda fake: fake.moody("tracks", 403, "User not registered"),
    "echo": lambda fake: fake.moody("tracks", 400, f"bad token {fake.access_token}"),
    "echo in json": lambda fake: fake.refuses("tracks", 418, f"{fake.access_token} is bad"),
    "echo as reason": lambda fake: fake.moody("token", 400, {"error": fake.refresh_token}),
    "missing": lambda fake: fake.refuses("tracks", 404, "Service not found"),
    "an hour": lambda fake: fake.moody("tracks", 429, "", {"Retry-After": "3600"}),
    "trouble": lambda fake: fake.moody("tracks", 500, times=9),
    "no json": lambda fake: fake.moody("tracks", 200, "<html>"),
    "unauthorised": lambda fake: fake.refuses("tracks", 401, "expired", times=9),
    "elsewhere": lambda fake: fake.moody("tracks", 302, headers={"Location": "https://a.example"}),
    "dead login": lambda fake: fake.end_login(),
    "token trouble": lambda fake: fake.moody("token", 503, times=9),
    "broken list": lambda fake: fake.moody("tracks", 200, {"items": 3}),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_no_token_is_in_any_error_traceback_or_log(failure, spotify, stale_client, caplog, capsys):
    FAILURES[failure](spotify)
    with pytest.raises(DataError) as caught:
        list(stale_client.liked())
    error = caught.value
    assert error.__context__ is error.__cause__ is None
    shown = "".join(
        traceback.TracebackException.from_exception(error, capture_locals=True).format()
    )
    said = capsys.readouterr()
    for text in (str(error), repr(error), shown, caplog.text, said.out, said.err):
        for token in spotify.issued:
            assert token[:24] not in text
            assert token[-24:] not in text


def test_no_token_is_in_the_log_when_all_goes_well(spotify, stale_client, caplog):
    list(stale_client.liked())
    stale_client.add(stale_client.create("new"), [track(1)["uri"]])
    assert len(spotify.issued) == 4
    assert not [token for token in spotify.issued if token[:12] in caplog.text]
