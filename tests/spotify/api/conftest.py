"""A Spotify of one's own, and a login to it."""

import time

import pytest
from fake_spotify import CLIENT_ID, allow_only_loopback, serve

from helpers.spotify.api.client import SpotifyClient
from helpers.spotify.api.session import SpotifySession
from helpers.spotify.api.tokens import Token, TokenStore


@pytest.fixture(scope="session")
def httpserver_listen_address():
    return ("127.0.0.1", 0)


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch):
    allow_only_loopback(monkeypatch)


@pytest.fixture
def spotify(httpserver):
    """A server that answers as Spotify does."""
    yield serve(httpserver)
    httpserver.check()


@pytest.fixture
def naps() -> list[float]:
    """The seconds that the session was told to sleep."""
    return []


@pytest.fixture
def session(spotify, naps) -> SpotifySession:
    return SpotifySession(spotify.servers, sleep=naps.append)


@pytest.fixture
def store(tmp_path) -> TokenStore:
    return TokenStore(tmp_path / "login")


@pytest.fixture
def log_in(spotify, store):
    """Save a login whose access token ends in so many seconds."""

    def save(seconds: float = 3600) -> Token:
        end = int(time.time() + seconds)
        token = Token(CLIENT_ID, spotify.access_token, spotify.refresh_token, end)
        store.save(token)
        return token

    return save


@pytest.fixture
def client(log_in, store, session) -> SpotifyClient:
    log_in()
    return SpotifyClient(store, session)
