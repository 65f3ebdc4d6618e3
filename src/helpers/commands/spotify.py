"""The command `spotify` and its steps: login, pull, push, forget."""

import argparse
import os
import sys
from pathlib import Path

from helpers.commands.options import add_command
from helpers.errors import SettingError

TERMS = """\
Spotify's developer terms forbid feeding what its API gives into machine-learning models.
The recommended way is a file that you export yourself: python -m helpers recommend FILE"""
WITHDRAW = "https://www.spotify.com/account/apps/"


def add_spotify(commands: argparse._SubParsersAction) -> None:
    """Add the command `spotify` with its steps."""
    spotify = add_command(
        commands,
        "spotify",
        "read playlists from a Spotify account, or write one (exported files are recommended)",
        "spotify pull --playlist https://open.spotify.com/playlist/ID",
        "spotify forget",
    )
    steps = spotify.add_subparsers(required=True, metavar="STEP")
    _add_login(steps)
    _add_pull(steps)
    _add_push(steps)
    _add_forget(steps)


def _add_login(steps: argparse._SubParsersAction) -> None:
    parser = add_command(
        steps, "login", "log in, on a page of Spotify's", "spotify login --client-id ID"
    )
    parser.add_argument(
        "--client-id",
        metavar="ID",
        help="of your app at developer.spotify.com/dashboard, whose redirect URI is "
        "http://127.0.0.1/callback (default: SPOTIFY_CLIENT_ID)",
    )
    parser.add_argument(
        "--accept-terms",
        action="store_true",
        help="say yes to Spotify's developer terms without being asked",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address of the page and open nothing"
    )
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        help="port of this machine that the page answers to, where the app's redirect URI has one "
        "(default: a free one)",
    )
    parser.set_defaults(command=spotify_login)


def spotify_login(arguments: argparse.Namespace) -> int:
    """Log in and save the login outside the project."""
    print(TERMS, file=sys.stderr)
    if not arguments.accept_terms:
        _ask_for_terms()
    client_id = arguments.client_id or os.environ.get("SPOTIFY_CLIENT_ID")
    if not client_id:
        raise SettingError(
            "no client id was given; set SPOTIFY_CLIENT_ID or pass --client-id ID, which you get "
            "by creating an app at developer.spotify.com/dashboard"
        )
    from helpers.spotify.api.login import log_in
    from helpers.spotify.api.session import SpotifySession
    from helpers.spotify.api.tokens import TokenStore

    store = TokenStore()
    log_in(
        client_id,
        store,
        SpotifySession(),
        port=arguments.port,
        open_browser=not arguments.no_browser,
    )
    print(f"logged in; the login is in {store.file}")
    return 0


def _ask_for_terms() -> None:
    if not sys.stdin.isatty():
        raise SettingError(
            "nobody is there to agree to Spotify's developer terms; "
            "read them at developer.spotify.com/policy and pass --accept-terms"
        )
    print("Have you read developer.spotify.com/policy, and do you agree to it?", file=sys.stderr)
    if input("yes or no: ").strip().lower() not in ("y", "yes"):
        raise SettingError("you did not agree to Spotify's terms, so nothing was done")


def _add_pull(steps: argparse._SubParsersAction) -> None:
    parser = add_command(
        steps,
        "pull",
        "save your playlists, or one of them, as a file",
        "spotify pull",
        "spotify pull --playlist https://open.spotify.com/playlist/ID --out mine.json",
    )
    parser.add_argument(
        "--playlist", metavar="ID", help="its link, URI or id (default: liked songs and all)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file (default: one in your data folder)",
    )
    parser.set_defaults(command=spotify_pull)


def spotify_pull(arguments: argparse.Namespace) -> int:
    """Save playlists as a snapshot and print what is in it."""
    print(TERMS, file=sys.stderr)
    from helpers.spotify.api.client import SpotifyClient
    from helpers.spotify.api.library import (
        pull_library,
        pull_playlist,
        save_snapshot,
        snapshot_file,
    )
    from helpers.spotify.api.session import SpotifySession
    from helpers.spotify.api.tokens import TokenStore

    client = SpotifyClient(TokenStore(), SpotifySession())
    if arguments.playlist is None:
        snapshot = pull_library(client)
    else:
        snapshot = pull_playlist(client, arguments.playlist)
    file = arguments.out or snapshot_file()
    save_snapshot(snapshot, file)
    print(f"{file}: {snapshot.summary()}")
    return 0


def _add_push(steps: argparse._SubParsersAction) -> None:
    parser = add_command(
        steps,
        "push",
        "make a private playlist from a file",
        'spotify push "What follows" recommendations.csv',
    )
    parser.add_argument("name", help="what to call the playlist")
    parser.add_argument("file", type=Path, help="what `recommend` wrote, or any list of tracks")
    parser.set_defaults(command=spotify_push)


def spotify_push(arguments: argparse.Namespace) -> int:
    """Make a private playlist and print its link."""
    print(TERMS, file=sys.stderr)
    from helpers.spotify.api.client import SpotifyClient
    from helpers.spotify.api.library import push_playlist, read_uris
    from helpers.spotify.api.session import SpotifySession
    from helpers.spotify.api.tokens import TokenStore

    uris, left_out = read_uris(arguments.file)
    client = SpotifyClient(TokenStore(), SpotifySession())
    link = push_playlist(client, arguments.name, uris)
    others = f"; {left_out:,} without a Spotify URI left out" if left_out else ""
    print(f"{link}: {len(uris):,} tracks{others}")
    return 0


def _add_forget(steps: argparse._SubParsersAction) -> None:
    parser = add_command(steps, "forget", "delete the login and the snapshot", "spotify forget")
    parser.set_defaults(command=spotify_forget)


def spotify_forget(_: argparse.Namespace) -> int:
    """Delete the login and the snapshot, and say which files that were."""
    print(TERMS, file=sys.stderr)
    from helpers.spotify.api.library import snapshot_file
    from helpers.spotify.api.tokens import TokenStore

    gone = TokenStore().delete()
    if snapshot_file().exists():
        snapshot_file().unlink()
        gone.append(snapshot_file())
    print(f"deleted {', '.join(map(str, gone))}" if gone else "nothing was saved, nothing deleted")
    print(f"files saved with --out are where you put them; withdraw the app's access at {WITHDRAW}")
    return 0
