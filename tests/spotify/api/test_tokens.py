"""The login is in one file that only its owner can read, outside the project."""

import os
import stat

import pytest

from helpers import paths
from helpers.errors import DataError, SettingError
from helpers.spotify.api.tokens import Token, TokenStore, token_folder

TOKEN = Token("an-app", "BQsecret", "AQsecret", 2_000_000_000)


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def no_umask():
    old = os.umask(0)
    yield
    os.umask(old)


def test_login_is_read_back_as_it_was_saved(store):
    store.save(TOKEN)
    assert store.load() == TOKEN


@pytest.mark.usefixtures("no_umask")
def test_file_is_its_owners_alone_from_the_start(store, monkeypatch):
    seen = []
    replace = os.replace

    def watched(source, target):
        seen.append(stat.S_IMODE(os.stat(source).st_mode))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    store.save(TOKEN)
    store.save(TOKEN)
    assert seen == [0o600, 0o600]
    assert mode(store.file) == 0o600
    assert mode(store.folder) == 0o700


def test_mode_that_someone_loosened_is_tight_after_the_next_save(store):
    store.save(TOKEN)
    store.file.chmod(0o644)
    store.save(TOKEN)
    assert mode(store.file) == 0o600


def test_failed_save_leaves_the_old_login_and_nothing_else(store, monkeypatch):
    store.save(TOKEN)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DataError, match="No space left on device") as caught:
        store.save(Token("an-app", "BQother", "AQother", 2_000_000_000))
    assert caught.value.__context__ is None
    assert store.load() == TOKEN
    assert list(store.folder.iterdir()) == [store.file]


def test_nobody_logged_in_is_one_sentence(store):
    with pytest.raises(DataError, match=r"not logged in.*spotify login"):
        store.load()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"access_token": "BQsecret"}', b"\xff\xfe", b'"BQsecret"', b"null"],
)
def test_damaged_file_is_a_sentence_without_what_it_holds(store, content):
    store.folder.mkdir()
    store.file.write_bytes(content)
    with pytest.raises(DataError, match=r"is damaged.*spotify login") as caught:
        store.load()
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_deleting_takes_what_a_killed_process_left_too(store):
    store.save(TOKEN)
    left = store.folder / ".token-abc"
    left.write_text("AQsecret")
    other = store.folder / "snapshot.json"
    other.touch()
    assert store.delete() == [store.file, left]
    assert list(store.folder.iterdir()) == [other]
    assert store.delete() == []


def test_login_goes_to_the_users_cache_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("MUSIC_SPOTIFY_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert token_folder().is_relative_to(tmp_path)
    assert token_folder().name == "music-recommender-lab"
    monkeypatch.setenv("MUSIC_SPOTIFY_DIR", str(tmp_path / "own"))
    assert TokenStore().file == tmp_path / "own" / "token.json"


def test_login_is_never_kept_inside_the_project(monkeypatch):
    monkeypatch.chdir(paths.ROOT)
    for folder in (str(paths.ROOT / "data" / "login"), ".", "src"):
        monkeypatch.setenv("MUSIC_SPOTIFY_DIR", folder)
        with pytest.raises(SettingError, match="inside the project"):
            token_folder()


def test_no_text_made_of_a_login_shows_its_secrets():
    assert "secret" not in f"{TOKEN} {TOKEN!r}"
