"""Where the login is kept: one file outside the project that only its owner can read."""

import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import platformdirs

from helpers import paths
from helpers.errors import DataError, SettingError

APP = "music-recommender-lab"
RENEW_SECONDS = 60
"""A token this close to its end is renewed before it is used."""


@dataclass(frozen=True)
class Token:
    """A login; its secrets are in no text made of it.

    Attributes
    ----------
    client_id : str
        The app that was logged in to.
    access_token, refresh_token : str
    expires_at : int
        End of the access token, in seconds since 1970.
    """

    client_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: int

    @property
    def is_stale(self) -> bool:
        """Whether the access token has ended, or is about to."""
        return self.expires_at - time.time() < RENEW_SECONDS


def token_folder() -> Path:
    """Return the folder of the login: `MUSIC_SPOTIFY_DIR`, else in the user's cache folder.

    Raises
    ------
    SettingError
        If it is inside the project, where a token could be committed or shared.
    """
    chosen = os.environ.get("MUSIC_SPOTIFY_DIR")
    folder = Path(chosen or platformdirs.user_cache_dir(APP, appauthor=False))
    folder = folder.expanduser().resolve()
    if folder.is_relative_to(paths.ROOT):
        raise SettingError(
            f"the Spotify login would be kept in {folder}, inside the project; "
            "set MUSIC_SPOTIFY_DIR to a folder outside it"
        )
    return folder


class TokenStore:
    """The one saved login.

    Parameters
    ----------
    folder : Path, optional
        Default `token_folder()`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or token_folder()
        self.file = self.folder / "token.json"

    def load(self) -> Token:
        """Return the saved login.

        Raises
        ------
        DataError
            If there is none, or its file is damaged.
        """
        try:
            return _token(self.file.read_bytes())
        except FileNotFoundError:
            problem = "you are not logged in to Spotify"
        except (ValueError, KeyError, TypeError):
            problem = f"{self.file} is damaged"
        # Raised outside the handlers, so that no cause of it shows what the file holds.
        raise DataError(f"{problem}; run `python -m helpers spotify login`")

    def save(self, token: Token) -> None:
        """Replace the saved login at once; nobody but its owner can read it at any moment.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._replace(json.dumps(asdict(token)))
        except OSError as error:
            reason = error.strerror
        else:
            return
        raise DataError(
            f"{self.file} cannot be written ({reason}); check the folder and the free space"
        )

    def _replace(self, content: str) -> None:
        # mkstemp creates the file with mode 0600, and never opens one that is there.
        handle, partial = tempfile.mkstemp(prefix=".token-", dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as sink:
                sink.write(content)
            os.replace(partial, self.file)
        finally:
            Path(partial).unlink(missing_ok=True)

    def delete(self) -> list[Path]:
        """Delete the login, and what a killed process may have left of one; return the files."""
        gone = [file for file in [self.file, *self.folder.glob(".token-*")] if file.exists()]
        for file in gone:
            file.unlink(missing_ok=True)
        return gone


def _token(content: bytes) -> Token:
    fields = json.loads(content)
    return Token(
        client_id=str(fields["client_id"]),
        access_token=str(fields["access_token"]),
        refresh_token=str(fields["refresh_token"]),
        expires_at=int(fields["expires_at"]),
    )
