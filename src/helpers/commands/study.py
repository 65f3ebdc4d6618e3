"""The command `study`: results that take minutes, as the course and the README show them."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from helpers.commands.options import add_command, add_data_dir
from helpers.errors import SettingError
from helpers.study_records import STUDIES


def add_study(commands: argparse._SubParsersAction) -> None:
    """Add the command `study`."""
    parser = add_command(
        commands,
        "study",
        "repeat one of the studies whose records the lessons and the README show",
        "study bandits",
        "study cold_artists --json reports/results/cold_artists.json",
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        help="cold_artists or cold_start, on real last.fm; cold_tracks, on synthetic sound, with "
        "PyTorch; bandits, with simulated listeners; each takes some minutes",
    )
    add_data_dir(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the record there")
    parser.set_defaults(command=study)


def study(arguments: argparse.Namespace) -> int:
    """Repeat one study, and print its record or write it to a file."""
    from helpers.files import write_atomically

    record = _record(arguments.name, arguments.data_dir)
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if arguments.json:
        write_atomically(arguments.json, text)
    print(arguments.json or text.rstrip())
    return 0


def _record(name: str, data_dir: Path | None) -> dict[str, Any]:
    if name == "cold_artists":
        from helpers.words.cold_artist_study import cold_artist_study

        return cold_artist_study(*_real_listening(data_dir), report=_report)
    if name == "cold_start":
        from helpers.cold_start import cold_start_study

        return cold_start_study(*_real_listening(data_dir), report=_report)
    if name == "cold_tracks":
        from helpers.audio.cold_track_study import cold_track_study

        return cold_track_study(report=_report)
    if name == "bandits":
        from helpers.bandits.bandit_study import study_bandits

        return study_bandits(report=_report)
    raise SettingError(f"study is {name!r}, expected one of {', '.join(STUDIES)}")


def _real_listening(data_dir: Path | None) -> tuple:
    from helpers.data import find_dataset
    from helpers.data.lastfm import load_lastfm

    dataset = find_dataset("lastfm", "real", data_dir)
    return load_lastfm(dataset.folder).interactions(), dataset.kind


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
