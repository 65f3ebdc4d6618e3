"""The three files put together."""

from dataclasses import replace
from pathlib import Path

from helpers.data.audioscrobbler.aliases import Aliases, read_aliases
from helpers.data.audioscrobbler.artists import Artists, read_artists
from helpers.data.audioscrobbler.counting import Counts, count_plays
from helpers.data.audioscrobbler.dataset import Audioscrobbler
from helpers.data.audioscrobbler.files import Files, find_files
from helpers.data.audioscrobbler.oddities import oddities, unnamed


def load_audioscrobbler(folder: Path | str) -> Audioscrobbler:
    """Read and repair the three Audioscrobbler files of a folder.

    Aliases are followed to the end of a chain. Malformed lines of artists and aliases are kept
    out and counted. Nothing is taken off impossible counts, which are reported.

    Parameters
    ----------
    folder : Path
        Holds `user_artist_data.txt`, `artist_data.txt` and `artist_alias.txt`, or the copies of
        them that end in `_small`; line ends CRLF or LF.

    Raises
    ------
    DataError
        If the folder or a file is missing, unreadable or empty, or a line of play counts is
        malformed, which is then named.
    """
    files = find_files(folder)
    aliases = read_aliases(files.aliases)
    counts = count_plays(files.plays, aliases)  # first, while there is most memory
    return combine(files, counts, read_artists(files.artists), aliases)


def combine(files: Files, counts: Counts, artists: Artists, aliases: Aliases) -> Audioscrobbler:
    """Return the dataset of what stands in the three files, whose names repairs mention."""
    data = Audioscrobbler(
        counts.matrix, counts.users, counts.items, counts.n_rows, artists.frame, repairs=()
    )
    repairs = (
        *artists.repairs,
        *aliases.repairs,
        *unnamed(files.aliases.name, aliases, artists),
        *counts.repairs,
        *oddities(files.plays.name, data),
    )
    return replace(data, repairs=repairs)
