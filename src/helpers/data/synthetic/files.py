"""Write a synthetic world in the file formats of the real datasets, one user chunk at a time."""

from pathlib import Path
from urllib.parse import quote_plus

import numpy as np
import polars as pl

from helpers.data.lastfm import ARTISTS, TAGS, USER_ARTISTS, USER_FRIENDS, USER_TAGGED_ARTISTS
from helpers.data.synthetic.social import Heard, assign_tags, draw_friendships, tag_vocabulary
from helpers.data.synthetic.world import World, listen
from helpers.data.tables import Table

# Where the real files end lines with CRLF and where with LF.
_CRLF, _LF = "\r\n", "\n"
_ID_STEP = 1.06  # Mean step from one identifier to the next: the real ones have holes.


def write_lastfm(world: World, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Write the five last.fm files.

    Returns
    -------
    user_ids : ndarray of int64, shape (n_listeners,)
        External identifier of each listener of the world.
    artist_ids : ndarray of int64, shape (n_artists,)
        External identifier of each artist of the world; 0 where no list holds the artist.
    """
    folder.mkdir(parents=True)
    user_ids = 1 + _ids_with_holes(world.settings.n_listeners, 1.1, world.rng("user ids"))
    artist_ids, heard = _write_plays(world, folder, user_ids)
    _write_artists(world, folder, artist_ids)
    _write_tags(world, folder, user_ids, artist_ids, heard)
    _write_friends(world, folder, user_ids)
    return user_ids, artist_ids


def _write_plays(world: World, folder: Path, user_ids: np.ndarray) -> tuple[np.ndarray, Heard]:
    """Write who plays whom; artists are numbered as they come up, the most played first."""
    n_artists = len(world.names)
    ids = _ids_with_holes(n_artists, _ID_STEP, world.rng("artist ids"))
    artist_ids = np.zeros(n_artists, dtype=np.int64)
    lists = np.full((len(user_ids), world.settings.list_length), -1, dtype=np.int32)
    n_listeners = np.zeros(n_artists, dtype=np.int64)
    n_known = 0
    with _TableWriter(folder, USER_ARTISTS, _CRLF) as writer:
        for users, artists, plays in listen(world):
            _, first = np.unique(artists, return_index=True)
            new = artists[np.sort(first)]
            new = new[artist_ids[new] == 0]
            artist_ids[new] = ids[n_known : n_known + len(new)]
            n_known += len(new)
            n_listeners += np.bincount(artists, minlength=n_artists)
            start = np.searchsorted(users, users)
            lists[users, np.arange(len(users)) - start] = artists
            order = np.lexsort((artist_ids[artists], users))
            writer.write(user_ids[users[order]], artist_ids[artists[order]], plays[order])
    return artist_ids, Heard(lists, n_listeners)


def _write_artists(world: World, folder: Path, artist_ids: np.ndarray) -> None:
    order = np.argsort(artist_ids, kind="stable")
    order = order[artist_ids[order] > 0]
    names = world.names[order].tolist()
    rng = world.rng("pictures")
    numbers = rng.integers(1000, 99_999_999, len(order)).tolist()
    has_picture = (rng.random(len(order)) > 0.025).tolist()
    pictures = [
        f"http://userserve-ak.last.fm/serve/252/{number}.jpg" if shown else ""
        for number, shown in zip(numbers, has_picture, strict=True)
    ]
    urls = [f"http://www.last.fm/music/{quote_plus(name)}" for name in names]
    with _TableWriter(folder, ARTISTS, _LF) as writer:
        writer.write(artist_ids[order], names, urls, pictures)


def _write_tags(
    world: World, folder: Path, user_ids: np.ndarray, artist_ids: np.ndarray, heard: Heard
) -> None:
    vocabulary = tag_vocabulary(world)
    # Frequent and rare tags get mixed identifiers, as in the real file.
    rng = world.rng("tag ids")
    tag_ids = rng.permutation(_ids_with_holes(len(vocabulary), _ID_STEP, rng))
    order = np.argsort(tag_ids)
    with _TableWriter(folder, TAGS, _CRLF) as writer:
        writer.write(tag_ids[order], [vocabulary[at] for at in order.tolist()])
    # Artists whom no list holds are tagged all the same; artists.dat does not name them.
    unlisted = artist_ids == 0
    shown_ids = artist_ids.copy()
    shown_ids[unlisted] = artist_ids.max() + np.arange(1, unlisted.sum() + 1)
    with _TableWriter(folder, USER_TAGGED_ARTISTS, _LF) as writer:
        for tagging in assign_tags(world, heard, vocabulary):
            users, artists = user_ids[tagging.listeners], shown_ids[tagging.artists]
            tags = tag_ids[tagging.tags]
            order = np.lexsort((tags, artists, users))
            columns = (users, artists, tags, tagging.day, tagging.month, tagging.year)
            writer.write(*(column[order] for column in columns))


def _write_friends(world: World, folder: Path, user_ids: np.ndarray) -> None:
    pairs = draw_friendships(world)
    both = user_ids[np.concatenate([pairs, pairs[:, ::-1]])]
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    with _TableWriter(folder, USER_FRIENDS, _CRLF) as writer:
        writer.write(both[:, 0], both[:, 1])


class _TableWriter:
    """Appends rows to a file of a `Table`, in its encoding and with the line ends given."""

    def __init__(self, folder: Path, table: Table, line_end: str) -> None:
        self._table, self._line_end = table, line_end
        self._file = (folder / table.file).open("wb")

    def __enter__(self) -> "_TableWriter":
        self._put(self._table.header + self._line_end)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, *columns: np.ndarray | list) -> None:
        """Append rows, one array or list a column in the order of the table."""
        frame = pl.DataFrame(dict(zip(self._table.header.split("\t"), columns, strict=True)))
        rows = frame.write_csv(
            include_header=False,
            separator="\t",
            line_terminator=self._line_end,
            quote_style="never",
        )
        self._put(rows)

    def _put(self, text: str) -> None:
        self._file.write(text.encode(self._table.encoding))


def _ids_with_holes(n: int, mean_step: float, rng: np.random.Generator) -> np.ndarray:
    """Return n rising identifiers from 1 on, shape (n,)."""
    return np.cumsum(np.concatenate([[1], rng.geometric(1 / mean_step, n - 1)]))
