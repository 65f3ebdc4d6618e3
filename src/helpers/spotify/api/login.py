"""Log in to Spotify with PKCE: a page in the browser, and an answer to a port of this machine."""

import secrets
import webbrowser
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from helpers.errors import DataError
from helpers.spotify.api.callback import CALLBACK_PATH, CallbackServer
from helpers.spotify.api.refusals import explain
from helpers.spotify.api.session import RefusedError, SpotifySession, load_spotipy
from helpers.spotify.api.tokens import Token, TokenStore

if TYPE_CHECKING:
    from spotipy import SpotifyPKCE

SCOPES = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "user-library-read",
    "playlist-modify-private",
)
"""What the login asks for: reading playlists and liked songs, and writing private playlists."""
REDIRECT_URI = f"http://127.0.0.1{CALLBACK_PATH}"
"""What to register for the app; Spotify accepts any port on it."""
LOGIN_SECONDS = 300


def log_in(
    client_id: str,
    store: TokenStore,
    session: SpotifySession,
    *,
    port: int = 0,
    open_browser: bool = True,
    seconds: float = LOGIN_SECONDS,
) -> Token:
    """Let the user log in on Spotify's page, and save the login.

    The address of the page is printed; it holds no secret.

    Parameters
    ----------
    client_id : str
        Of an app registered with `REDIRECT_URI`.
    store : TokenStore
    session : SpotifySession
    port : int
        Port of 127.0.0.1 on which the browser brings the answer; 0 takes a free one.
    open_browser : bool
        Whether to open the page in a browser.
    seconds : float
        How long to wait for the answer.

    Raises
    ------
    SettingError
        If the port is taken.
    DataError
        If there is no answer in time, it is no to this login, or Spotify gives no token.
    """
    state = secrets.token_urlsafe(32)
    with CallbackServer(port) as server:
        manager = _pkce(session, client_id, f"http://127.0.0.1:{server.port}{CALLBACK_PATH}")
        page = manager.get_authorize_url(state=state)
        print(f"Log in on this page: {page}", flush=True)
        if open_browser:
            webbrowser.open(page)
        code = _code(server.wait(seconds), state, seconds)
    token = _exchange(manager, client_id, code)
    store.save(token)
    return token


def renew(token: Token, store: TokenStore, session: SpotifySession) -> Token:
    """Exchange the refresh token of a login for a new access token, and save what came.

    Raises
    ------
    DataError
        If Spotify does not renew it. A login that has ended is deleted.
    """
    manager = _pkce(session, token.client_id, REDIRECT_URI)
    outcome = _token_or_refusal(
        token.client_id, lambda: manager.refresh_access_token(token.refresh_token)
    )
    if isinstance(outcome, Token):
        store.save(outcome)  # at once: Spotify may have replaced the refresh token
        return outcome
    if outcome.reason != "invalid_grant":
        raise explain(outcome)
    store.delete()
    raise DataError(
        "the Spotify login has ended, as each does six months after it was given or when you "
        "withdraw it, and is deleted here; run `python -m helpers spotify login` again"
    )


def _pkce(session: SpotifySession, client_id: str, redirect_uri: str) -> "SpotifyPKCE":
    spotipy = load_spotipy()
    manager = spotipy.SpotifyPKCE(
        client_id=client_id,
        redirect_uri=redirect_uri,
        scope=list(SCOPES),
        cache_handler=spotipy.MemoryCacheHandler(),  # its own file would be in the current folder
        requests_session=session,
    )
    manager.OAUTH_AUTHORIZE_URL = f"{session.servers.accounts}authorize"
    manager.OAUTH_TOKEN_URL = f"{session.servers.accounts}api/token"
    return manager


def _code(answer: dict[str, str] | None, state: str, seconds: float) -> str:
    """Return the authorisation code in the answer to a login."""
    again = "run `python -m helpers spotify login` again"
    if answer is None:
        raise DataError(
            f"nobody logged in within {seconds:.0f} seconds; check the client id and that the "
            f"app's redirect URI is {REDIRECT_URI}, and {again}"
        )
    if not secrets.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise DataError(f"the answer belongs to another login than this one; {again}")
    if "code" not in answer:
        refused = "you refused it" if answer.get("error") == "access_denied" else "Spotify did not"
        raise DataError(f"the login was not granted ({refused}); {again}")
    return answer["code"]


def _exchange(manager: "SpotifyPKCE", client_id: str, code: str) -> Token:
    def ask() -> dict:
        manager.get_access_token(code=code, check_cache=False)
        return manager.cache_handler.get_cached_token()

    outcome = _token_or_refusal(client_id, ask)
    if isinstance(outcome, Token):
        return outcome
    if outcome.reason == "invalid_grant":
        raise DataError(
            "Spotify takes this login for used or too old; "
            "run `python -m helpers spotify login` again"
        )
    raise explain(outcome)


def _token_or_refusal(client_id: str, ask: Callable[[], dict]) -> Token | RefusedError:
    """Return what became of a request for tokens; raised later, outside any handler.

    So no chained exception leads from the error that the user sees to the request.
    """
    try:
        answer = ask()
        return Token(
            client_id=client_id,
            access_token=str(answer["access_token"]),
            refresh_token=str(answer["refresh_token"]),
            expires_at=int(answer["expires_at"]),
        )
    except RefusedError as refused:
        return refused
    except (KeyError, TypeError, ValueError):  # an answer without what belongs in it
        return RefusedError(HTTPStatus.OK)
