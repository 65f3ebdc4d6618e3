"""What this project asks of Spotify's Web API: read playlists, and write a new one."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from helpers.errors import DataError
from helpers.spotify.api.login import renew
from helpers.spotify.api.refusals import explain
from helpers.spotify.api.session import RefusedError, SpotifySession, load_spotipy
from helpers.spotify.api.tokens import TokenStore

PAGE = 50
BATCH = 100
UNAUTHORISED = 401


class SpotifyClient:
    """Spotify's Web API for the account that is logged in.

    Every method raises a `DataError` that says in one sentence what Spotify refused and what to
    do; see `helpers.spotify.api.refusals`. No market is ever sent, since Spotify would then give
    other ids than those in the playlist.

    Parameters
    ----------
    store : TokenStore
        With a login in it.
    session : SpotifySession
    """

    def __init__(self, store: TokenStore, session: SpotifySession) -> None:
        self._spotify = load_spotipy().Spotify(requests_session=session)
        self._spotify.prefix = session.servers.api
        self._store = store
        self._session = session
        self._token = store.load()
        session.access_token = self._token.access_token

    def playlists(self) -> Iterator[dict]:
        """Yield the playlists in the account's library, followed ones too, without songs."""
        return self._pages(self._spotify.current_user_playlists)

    def liked(self) -> Iterator[dict]:
        """Yield the entries of the liked songs."""
        return self._pages(self._spotify.current_user_saved_tracks)

    def playlist(self, playlist: str) -> dict:
        """Return one playlist by its id; its songs are with `entries`."""
        return self._ask(partial(self._spotify.playlist, playlist), playlist)

    def entries(self, playlist: str) -> Iterator[dict]:
        """Yield the entries of one playlist."""
        return self._pages(partial(self._spotify.playlist_items, playlist), playlist)

    def create(self, name: str) -> str:
        """Create an empty private playlist and return its id."""
        created = self._ask(partial(self._spotify.current_user_playlist_create, name, public=False))
        if not isinstance(created.get("id"), str):
            raise _unexpected("no id for the new playlist")
        return created["id"]

    def add(self, playlist: str, uris: list[str]) -> None:
        """Append at most `BATCH` tracks to a playlist of the account."""
        # Not spotipy's way, which sends a bare list: Spotify documents an object.
        address = f"{self._session.servers.api}playlists/{playlist}/items"
        self._ask(partial(self._session.post, address, json={"uris": uris}))

    def _pages(self, fetch: Callable[..., Any], playlist: str | None = None) -> Iterator[dict]:
        """Yield what is on all pages.

        Pages are counted, and the address of the next one that Spotify sends is not followed:
        the token would go wherever it leads.
        """
        offset = 0
        while True:
            page = self._ask(partial(fetch, limit=PAGE, offset=offset), playlist)
            entries = page.get("items")
            if not isinstance(entries, list) or (page.get("next") and not entries):
                raise _unexpected(f"a list that breaks off after {offset} entries")
            yield from entries
            offset += len(entries)
            if not page.get("next"):
                return

    def _ask(self, request: Callable[[], Any], playlist: str | None = None) -> Any:
        """Return the answer to a request, after one renewal of the login if it needs that."""
        renewed = self._token.is_stale
        if renewed:
            self._renew()
        outcome = _outcome_of(request)
        if isinstance(outcome, RefusedError) and outcome.status == UNAUTHORISED and not renewed:
            self._renew()
            outcome = _outcome_of(request)
        if isinstance(outcome, RefusedError):
            raise explain(outcome, playlist)
        return outcome

    def _renew(self) -> None:
        self._token = renew(self._token, self._store, self._session)
        self._session.access_token = self._token.access_token


def _outcome_of(request: Callable[[], Any]) -> Any:
    """Return the answer or the refusal; raising waits until no handler is left to chain to."""
    try:
        return request()
    except RefusedError as refused:
        return refused


def _unexpected(what: str) -> DataError:
    return DataError(f"Spotify answered with {what}; run this again later")
