"""One HTTP session with Spotify: two addresses, no others, and an end to every wait."""

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from helpers.errors import SettingError

PATIENCE_SECONDS = 60
"""The longest that one command waits in all, however often Spotify asks it to."""
SERVER_RETRIES = 3
TIMEOUT_SECONDS = 20
QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
ELSEWHERE = "ELSEWHERE"


@dataclass(frozen=True)
class Servers:
    """Where Spotify's two services are; both addresses end in a slash.

    Attributes
    ----------
    api : str
    accounts : str
        Logs people in and hands out tokens.
    """

    api: str = "https://api.spotify.com/v1/"
    accounts: str = "https://accounts.spotify.com/"


SPOTIFY = Servers()


class RefusedError(Exception):
    """Spotify did not do what was asked: what it said, to be put into a sentence by `explain`.

    It is no ValueError, which spotipy would take for an empty answer.

    Attributes
    ----------
    status : int or None
        HTTP status; None if no answer came.
    message, reason : str
        Spotify's words and its code for them, or the kind of failure where no answer came.
    wait : float or None
        Seconds after which Spotify says it will answer again.
    """

    def __init__(
        self,
        status: int | None,
        message: str = "",
        reason: str = "",
        wait: float | None = None,
    ) -> None:
        super().__init__(status)  # all that its own text shows
        self.status = status
        self.message = message
        self.reason = reason
        self.wait = wait


class SpotifySession(requests.Session):
    """Requests to Spotify's two addresses, repeated within bounds.

    A request that Spotify puts off (429) is repeated after the pause it names; one on which its
    servers fail (5xx) only if it reads, since a second writing could write twice. The pauses of
    a session never add up to more than `PATIENCE_SECONDS`.

    The session adds the access token itself, and only for the API: nothing that builds or logs
    requests ever holds it.

    Parameters
    ----------
    servers : Servers, optional
        Default Spotify's own.
    sleep : callable, optional
        Waits the given number of seconds.
    """

    def __init__(
        self, servers: Servers | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__()
        self.servers = servers or SPOTIFY
        self.access_token: str | None = None
        self.auth = self._authorise  # and thereby no password from a .netrc file
        self._sleep = sleep
        self._patience = float(PATIENCE_SECONDS)
        self.adapters.clear()  # a redirect to any other address finds no way to go there
        self.mount(self.servers.api, HTTPAdapter(max_retries=0))
        self.mount(self.servers.accounts, HTTPAdapter(max_retries=0))

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Return the answer to a request, which holds a JSON object.

        Raises
        ------
        RefusedError
            If there is no such answer within the bounds.
        """
        step = 0
        while True:
            outcome = self._send_once(method, url, {**options, "timeout": TIMEOUT_SECONDS})
            if isinstance(outcome, requests.Response):
                return outcome
            pause = _pause(method, outcome, step)
            if pause is None or pause > self._patience:
                raise outcome
            self._patience -= pause
            print(f"waiting {pause:.0f} s for Spotify", file=sys.stderr)
            self._sleep(pause)
            step += 1

    def _send_once(
        self, method: str, url: str, options: dict[str, Any]
    ) -> requests.Response | RefusedError:
        try:
            response = super().request(method, url, **options)
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL):
            # No adapter is mounted there.
            reason = ELSEWHERE
        except requests.RequestException as error:
            reason = type(error).__name__
        else:
            sound = response.ok and isinstance(_json(response), dict)
            return response if sound else _refusal(response)
        return RefusedError(None, reason=reason)

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.access_token and request.url.startswith(self.servers.api):
            request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


def load_spotipy() -> ModuleType:
    """Return spotipy, kept from logging what it sends.

    Raises
    ------
    SettingError
        If it is not installed.
    """
    try:
        import spotipy
    except ImportError:
        spotipy = None
    if spotipy is None:
        raise SettingError(
            "spotipy is missing, which only the Spotify commands need; "
            "install it with `pip install -e .[spotify]`"
        )
    for name in ("spotipy", "spotipy.client", "spotipy.oauth2"):
        # At DEBUG it would write the bodies of token requests into the log.
        logging.getLogger(name).setLevel(logging.WARNING)
    return spotipy


def _pause(method: str, refused: RefusedError, step: int) -> float | None:
    """Return the seconds after which to repeat a request; None where it must not be."""
    if refused.status == 429 and refused.reason != QUOTA_EXCEEDED:
        return max(2.0**step if refused.wait is None else refused.wait, 1.0)
    in_trouble = refused.status is not None and refused.status >= 500
    if in_trouble and method.upper() == "GET" and step < SERVER_RETRIES:
        return 2.0**step
    return None


def _refusal(response: requests.Response) -> RefusedError:
    body = _json(response)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):  # the API
        message, reason = error.get("message"), error.get("reason") or body.get("reason")
    elif isinstance(error, str):  # the accounts service
        message, reason = body.get("error_description"), error
    else:  # several 403 are plain text
        message, reason = response.text[:500], None
    wait = response.headers.get("Retry-After", "")
    return RefusedError(
        response.status_code,
        str(message or ""),
        str(reason or ""),
        float(wait) if wait.isdecimal() else None,
    )


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
