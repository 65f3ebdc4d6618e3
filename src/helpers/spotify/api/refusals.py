"""One sentence for everything that Spotify may answer instead of what was asked for."""

import re
from datetime import datetime, timedelta
from http import HTTPStatus

from helpers.errors import DataError
from helpers.spotify.api.session import (
    ELSEWHERE,
    PATIENCE_SECONDS,
    QUOTA_EXCEEDED,
    RefusedError,
)

LOGIN = "run `python -m helpers spotify login`"
EDITORIAL = "37i9dQZF1"
"""How the ids of the playlists begin that Spotify makes itself."""

MONTH_SECONDS = 30 * 86_400


class PlaylistRefusedError(DataError):
    """Spotify keeps the songs of this one playlist to itself; others can still be read."""


def explain(refused: RefusedError, playlist: str | None = None) -> DataError:
    """Return the error to raise for a refusal.

    Parameters
    ----------
    refused : RefusedError
    playlist : str, optional
        Id of the playlist that was asked for.

    Returns
    -------
    DataError
        What happened and what to do. A `PlaylistRefusedError` where the playlist is the reason.
    """
    if refused.status is None:
        return _explain_silence(refused)
    if refused.status == 403:
        return _explain_forbidden(refused, playlist)
    if refused.status == 404 and playlist:
        return _explain_missing(playlist)
    if refused.status == 429:
        return _explain_limit(refused)
    return _explain_others(refused, refused.status)


def _explain_others(refused: RefusedError, status: int) -> DataError:
    if status == 401:
        return DataError(f"Spotify does not accept the saved login (401); {LOGIN} again")
    if status >= 500:
        return DataError(f"Spotify's servers are in trouble ({status}); run this again later")
    if status < 400:
        return DataError(
            f"Spotify's address answered {status}, but not with the JSON that it should, as when a "
            "proxy or the login page of a network answers; check the network and run this again"
        )
    if refused.reason == "invalid_client":
        return DataError(
            "Spotify does not know this client id; copy it from your app at "
            f"developer.spotify.com/dashboard and {LOGIN} --client-id ID"
        )
    return DataError(
        f"Spotify refused the request ({status}: {_its_words(refused, status)}); "
        "check what was asked for and run this again"
    )


def _explain_silence(refused: RefusedError) -> DataError:
    if refused.reason == ELSEWHERE:
        return DataError(
            "Spotify's answer leads to an address that is not Spotify's, which is not followed; "
            "check the network and run this again"
        )
    return DataError(
        f"Spotify cannot be reached ({refused.reason}); check the network and run this again"
    )


def _explain_forbidden(refused: RefusedError, playlist: str | None) -> DataError:
    said = refused.message.lower()
    if "premium" in said:
        return DataError(
            "Spotify serves this app only while the owner of the app has Premium (403); renew it, "
            "wait a few hours and run this again, or log in with another client id"
        )
    if "registered" in said:
        return DataError(
            "this account is not on the app's list of users (403); its owner adds it at "
            "developer.spotify.com/dashboard under User Management, then run this again"
        )
    if "scope" in said:
        return DataError(f"the saved login does not allow this (403: scope); {LOGIN} again")
    if playlist:
        return PlaylistRefusedError(
            f"playlist {playlist} is neither yours nor one you collaborate on, and Spotify gives "
            "the songs of no other (403); copy them into a playlist of your own first"
        )
    return DataError(
        "Spotify no longer offers this request to the app (403: "
        f"{_its_words(refused, 403)}); export a file instead and read that"
    )


def _explain_missing(playlist: str) -> DataError:
    if playlist.startswith(EDITORIAL):
        return PlaylistRefusedError(
            f"playlist {playlist} is made by Spotify itself, and its API gives none of those "
            "(404); copy the songs into a playlist of your own first"
        )
    return PlaylistRefusedError(
        f"Spotify knows no playlist {playlist} that this account may see (404); "
        "copy its link from Share in the Spotify app"
    )


def _explain_limit(refused: RefusedError) -> DataError:
    if refused.reason == QUOTA_EXCEEDED:
        return DataError(
            "the quota of the app's developer account is used up (429, QUOTA_EXCEEDED), and more "
            f"requests do not help; run this again {_when(refused.wait)}"
        )
    return DataError(
        f"Spotify puts this app off for longer than the {PATIENCE_SECONDS} seconds that a command "
        f"waits (429); run this again {_when(refused.wait)}"
    )


def _when(wait: float | None) -> str:
    """Return when to come back, in words."""
    if wait is None or wait > MONTH_SECONDS:
        return "another day"
    back = datetime.now() + timedelta(seconds=wait + 60)  # the minute is rounded down
    return f"in {_duration(wait)}, after {back:%Y-%m-%d %H:%M}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} minutes"


def _its_words(refused: RefusedError, status: int) -> str:
    """Return what Spotify said, without control characters and anything as long as a token."""
    words = "".join(c if c.isprintable() else " " for c in refused.message or refused.reason)
    words = re.sub(r"\S{24,}", "...", " ".join(words.split()))[:200]
    known = status in HTTPStatus._value2member_map_
    return words or (HTTPStatus(status).phrase if known else "no reason")
