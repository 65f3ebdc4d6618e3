"""The last.fm dataset of HetRec 2011: five files to tidy frames and a matrix of play counts.

Source: I. Cantador, P. Brusilovsky, T. Kuflik, "2nd Workshop on Information Heterogeneity and
Fusion in Recommender Systems", RecSys 2011; listening data from last.fm.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp

from helpers.data.tables import Column, Table, read_table
from helpers.errors import DataError
from helpers.interactions import IdMap, Interactions
from helpers.side import SideInformation

USER_ARTISTS = Table(
    "user_artists.dat",
    (
        Column("userID", "user_id"),
        Column("artistID", "artist_id"),
        Column("weight", "plays", positive=True),
    ),
    key=("user_id", "artist_id"),
)
ARTISTS = Table(
    "artists.dat",
    (
        Column("id", "artist_id"),
        Column("name", "name", pl.String),
        Column("url", "url", pl.String),
        Column("pictureURL", "picture_url", pl.String),
    ),
    key=("artist_id",),
)
TAGS = Table(
    "tags.dat",
    (Column("tagID", "tag_id"), Column("tagValue", "tag", pl.String)),
    key=("tag_id",),
    encoding="iso-8859-1",
)
USER_TAGGED_ARTISTS = Table(
    "user_taggedartists.dat",
    (
        Column("userID", "user_id"),
        Column("artistID", "artist_id"),
        Column("tagID", "tag_id"),
        Column("day", "day"),
        Column("month", "month"),
        Column("year", "year"),
    ),
    key=("user_id", "artist_id", "tag_id"),
)
USER_FRIENDS = Table(
    "user_friends.dat",
    (Column("userID", "user_id"), Column("friendID", "friend_id")),
    key=("user_id", "friend_id"),
)
_FRIENDS = ("user_id", "friend_id")
TABLES = (USER_ARTISTS, ARTISTS, TAGS, USER_TAGGED_ARTISTS, USER_FRIENDS)

# last.fm had no tags before 2005, and the dataset is of May 2011.
FIRST_TAG_YEAR, LAST_TAG_YEAR = 2005, 2011


@dataclass(frozen=True)
class LastFM:
    """The last.fm dataset as tidy frames; identifiers are those of the files and have holes.

    Attributes
    ----------
    plays : DataFrame
        user_id, artist_id, plays: how often a user played an artist; one row a pair.
    artists : DataFrame
        artist_id, name, url; names are shown as they stand and need not be unique.
    tags : DataFrame
        tag_id, tag.
    tagged : DataFrame
        user_id, artist_id, tag_id, date: who gave an artist which tag, and when. Artists that
        are not in `artists` are left out; a date that cannot be is null.
    friends : DataFrame
        user_id, friend_id; each friendship stands there in both directions.
    """

    plays: pl.DataFrame
    artists: pl.DataFrame
    tags: pl.DataFrame
    tagged: pl.DataFrame
    friends: pl.DataFrame

    def interactions(self) -> Interactions:
        """Return users × artists with play counts as weights, artist names, tags and friends."""
        listening = Interactions.from_frame(
            self.plays, item="artist_id", weight="plays", names=self.artists
        )
        return replace(listening, side=self._side_of(listening))

    def _side_of(self, listening: Interactions) -> SideInformation:
        users, items, tags = listening.users, listening.items, IdMap(self.tags["tag_id"])
        tagged = np.column_stack(
            [
                users.to_internal(self.tagged["user_id"], strict=False),
                items.to_internal(self.tagged["artist_id"], strict=False),
                tags.to_internal(self.tagged["tag_id"], strict=False),
            ]
        ).astype(np.int64)
        pairs = np.column_stack(
            [users.to_internal(self.friends[column], strict=False) for column in _FRIENDS]
        )
        return SideInformation(
            tagged=tagged[(tagged >= 0).all(axis=1)],
            tags=self.tags["tag"].to_numpy(),
            n_items=listening.n_items,
            friends=_symmetric(pairs[(pairs >= 0).all(axis=1)], listening.n_users),
        )


def load_lastfm(folder: Path | str) -> LastFM:
    """Read the five last.fm files of a folder.

    Parameters
    ----------
    folder : Path
        Holds `user_artists.dat`, `artists.dat`, `tags.dat`, `user_taggedartists.dat` and
        `user_friends.dat`, line ends CRLF or LF.

    Raises
    ------
    DataError
        If the folder or a file is missing or empty, or a line is malformed (file and line are
        named): a header or column missing, text where a number belongs, a count below 1,
        a pair or identifier that repeats.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(
            f"the folder {folder} is missing, expected the last.fm files in it; "
            "get them with: python -m helpers data get lastfm"
        )
    artists = read_table(folder, ARTISTS).drop("picture_url")
    tagged = read_table(folder, USER_TAGGED_ARTISTS).select(
        "user_id", "artist_id", "tag_id", date=tag_date()
    )
    return LastFM(
        plays=read_table(folder, USER_ARTISTS),
        artists=artists,
        tags=read_table(folder, TAGS),
        tagged=tagged.filter(pl.col("artist_id").is_in(artists["artist_id"].implode())),
        friends=read_table(folder, USER_FRIENDS),
    )


def tag_date() -> pl.Expr:
    """Return the expression for the date of columns year, month and day; null where it cannot be.

    A date cannot be if it is not in the calendar, or outside the years in which tags were given.
    """
    year, month, day = pl.col("year"), pl.col("month"), pl.col("day")
    has_eight_digits = (
        year.is_between(FIRST_TAG_YEAR, LAST_TAG_YEAR)
        & month.is_between(1, 12)
        & day.is_between(1, 31)
    )
    digits = pl.when(has_eight_digits).then(10_000 * year + 100 * month + day)
    # Looked up, because pl.date raises on 30 February and reading text takes twice as long.
    calendar = pl.date_range(date(FIRST_TAG_YEAR, 1, 1), date(LAST_TAG_YEAR, 12, 31), eager=True)
    known = calendar.dt.strftime("%Y%m%d").cast(pl.Int64)
    return digits.replace_strict(known, calendar, default=None)


def _symmetric(pairs: np.ndarray, n: int) -> sp.csr_array:
    """Return the n × n matrix that is 1 at the given pairs and at their mirror images."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    ones = np.ones(len(both), dtype=np.float32)
    matrix = sp.coo_array((ones, (both[:, 0], both[:, 1])), shape=(n, n)).tocsr()
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix
