"""The command `recommend`: what should follow a playlist that someone brings."""

import argparse
import shutil
import sys
from pathlib import Path

from helpers import paths
from helpers.commands.options import add_command
from helpers.errors import DataError, SettingError

_SUFFIXES = {".csv": "csv", ".json": "json", ".html": "html", ".htm": "html"}


def add_recommend(commands: argparse._SubParsersAction) -> None:
    """Add the command `recommend`."""
    parser = add_command(
        commands,
        "recommend",
        "continue a playlist that you exported from Spotify, or wrote down as a list of tracks",
        "recommend my_playlist.csv -n 50",
        "recommend my_spotify_data.zip --playlist 'Road trip' --out what_follows.html",
        "recommend tracks.txt --artist-cap 2 --popularity-penalty 0.3 --format json",
    )
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="CSV of Exportify, Spotify's account data or streaming history (ZIP or JSON), a slice "
        "of playlists, or a text with one track a line: a link, or artist - title",
    )
    parser.add_argument(
        "-n", type=int, default=50, help="how many tracks to recommend (default: 50)"
    )
    parser.add_argument(
        "--playlist", metavar="NAME", help="which playlist, where the file holds several"
    )
    parser.add_argument(
        "--title", help="what to call the playlist; read where none of its tracks is known"
    )
    _add_model(parser)
    _add_knobs(parser)
    parser.add_argument(
        "--format",
        choices=("table", "csv", "json", "html"),
        help="how to write the list (default: as the suffix of --out says, else table)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there")
    parser.set_defaults(command=recommend)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, metavar="DIR", help="folder of the model (default: that of lesson 10)"
    )
    parser.add_argument(
        "--data",
        choices=("synthetic", "real"),
        help="which playlists the model of lesson 10 was trained on (default: synthetic)",
    )


def _add_knobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--artist-cap", type=int, metavar="N", help="at most so many tracks by one artist"
    )
    parser.add_argument(
        "--popularity-penalty",
        type=float,
        default=0.0,
        metavar="X",
        help="count popularity against a track; 0.3 is mild, 1 strong (default: 0)",
    )
    parser.add_argument(
        "--variety",
        type=float,
        default=0.0,
        metavar="X",
        help="from 0 to 1: count likeness to the tracks before against a track (default: 0)",
    )


def recommend(arguments: argparse.Namespace) -> int:
    """Say what was used and what was left out; print or write the list."""
    folder = _model_folder(arguments)
    if arguments.out and arguments.out.resolve() == arguments.file.resolve():
        raise SettingError(f"{arguments.out} is the playlist itself, expected another file")
    from helpers import recommendations
    from helpers.checks import whole_number
    from helpers.continuation import Knobs
    from helpers.files import write_atomically
    from helpers.fold_in.store import PlaylistModel
    from helpers.spotify.exports import read_playlists
    from helpers.spotify.playlist import choose

    k = whole_number("-n", arguments.n, 1)
    knobs = Knobs(arguments.artist_cap, arguments.popularity_penalty, arguments.variety)
    model = PlaylistModel.load(folder)
    playlist = choose(read_playlists(arguments.file), arguments.playlist)
    found = recommendations.recommend(model, playlist, k=k, title=arguments.title, knobs=knobs)
    form, notes = _form(arguments), [*found.about_playlist(), found.about_model()]
    content = _render(found, form)
    if form == "table":
        content = "\n".join([*notes, "", content])
    if form != "table" or arguments.out:
        print(*notes, sep="\n", file=sys.stderr)
    if arguments.out:
        write_atomically(arguments.out, content)
        print(f"wrote {len(found.tracks):,} tracks to {arguments.out}", file=sys.stderr)
    else:
        sys.stdout.write(content)
    return 0


def _form(arguments: argparse.Namespace) -> str:
    suffix = arguments.out.suffix.lower() if arguments.out else ""
    return arguments.format or _SUFFIXES.get(suffix, "table")


def _render(found, form: str) -> str:
    from helpers import recommendations

    if form == "html":
        from helpers.report.playlist_page import render_playlist_page

        return render_playlist_page(found)
    if form == "table":
        return recommendations.to_text(found, shutil.get_terminal_size().columns)
    return recommendations.to_csv(found) if form == "csv" else recommendations.to_json(found)


def _model_folder(arguments: argparse.Namespace) -> Path:
    if arguments.model:
        if arguments.data:
            raise SettingError("--data got a value, but --model names the model; drop one of them")
        return arguments.model
    data = arguments.data or "synthetic"
    folder = paths.models_dir() / f"playlists-{data}"
    if not folder.is_dir():
        raise DataError(
            f"no model has been trained on {data} playlists yet ({folder} is missing); train one "
            f"with: python -m helpers run 10 --data {data} --force"
        )
    return folder
