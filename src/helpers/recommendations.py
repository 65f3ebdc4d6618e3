"""What should follow a playlist that someone brings, as text, CSV and JSON.

Names from files and catalogues are shown without control characters, so that none can take over a
terminal, and cells that a spreadsheet would take for formulas are quoted.
"""

import json
import unicodedata
from dataclasses import dataclass

import polars as pl

from helpers.continuation import Continuation, Knobs, continue_playlist
from helpers.fold_in.catalogue import COLUMNS
from helpers.fold_in.store import PlaylistModel
from helpers.songs import track_uri
from helpers.spotify.match import Match, match
from helpers.spotify.playlist import Entry, Playlist, printable

TRAIN_ON_REAL = "python -m helpers run 10 --data real"
_LISTED = 10
_FORMULA = r"^[=+\-@\t\r]"  # what a cell starts with that a spreadsheet computes
_TRACK = pl.Struct({"track_name": pl.String, "artist_name": pl.String})
_SCHEMA = {
    "rank": pl.Int64,
    "track_uri": pl.String,
    "track_name": pl.String,
    "artist_name": pl.String,
    "album_name": pl.String,
    "score": pl.Float64,
    "why": pl.List(_TRACK),
}
_BASIS = {
    "title": "The model has learned nothing about the tracks of this playlist, only about its "
    "title: these tracks stand in playlists with such titles.",
    "popularity": "The model has learned nothing about the tracks and the title of this playlist: "
    "these are its most popular tracks.",
}
_NARROWEST, _GAP = 40, "  "


@dataclass(frozen=True)
class PlaylistRecommendations:
    """A list of tracks for one playlist, and what it rests on.

    Attributes
    ----------
    name, source : str
        Of the playlist: what it is called, and what kind of file it comes from.
    match : Match
        Which of its tracks the model knows.
    basis : str
        "tracks", "title" or "popularity"; see `Continuation`.
    facts : dict
        What the model was trained on; see `PlaylistModel`.
    asked_for : int
        The length of the list that was wanted.
    tracks : DataFrame
        rank (from 1), track_uri, track_name, artist_name, album_name, score and why: a list of
        structs (track_name, artist_name), the playlist's tracks that add most to the score.
        The score is a number of playlists where the basis is popularity.
    """

    name: str
    source: str
    match: Match
    basis: str
    facts: dict[str, object]
    asked_for: int
    tracks: pl.DataFrame

    @property
    def is_synthetic(self) -> bool:
        """Whether the model was trained on made-up playlists."""
        return str(self.facts.get("data", "")).startswith("synthetic")

    @property
    def score_title(self) -> str:
        """What the scores are."""
        return "playlists" if self.basis == "popularity" else "score"

    def score_text(self, score: float) -> str:
        """Return a score as a reader sees it."""
        return f"{score:,.0f}" if self.basis == "popularity" else f"{score:.3f}"

    def about_playlist(self) -> list[str]:
        """Return in sentences what was used of the playlist and what was left out."""
        notes = [f"{self.name} ({self.source}): {self.match.summary()}."]
        if self.match.unknown:
            notes.append(f"Not known to the model: {_listed(self.match.unknown)}.")
        if self.basis in _BASIS:
            notes.append(_BASIS[self.basis])
        if len(self.tracks) < self.asked_for:
            notes.append(
                f"The model has no more than {len(self.tracks):,} tracks to recommend here, "
                f"{self.asked_for:,} were asked for."
            )
        return [_clean(note) for note in notes]

    def about_model(self) -> str:
        """Return in sentences what the model was trained on."""
        numbers = " with ".join(
            f"{self.facts[what]:,} {what}"
            for what in ("playlists", "tracks")
            if isinstance(self.facts.get(what), int)
        )
        about = f"The model was trained on {numbers} ({self.facts.get('data', 'unknown data')})."
        if self.is_synthetic:
            about += " It knows made-up songs only, whose links to Spotify lead nowhere."
            if self.match.exact + self.match.by_name <= len(self.match.unknown):
                about += f" For real songs, train one ({TRAIN_ON_REAL}) and pass --data real."
        return _clean(about)


def recommend(
    model: PlaylistModel,
    playlist: Playlist,
    *,
    k: int = 50,
    title: str | None = None,
    knobs: Knobs | None = None,
) -> PlaylistRecommendations:
    """Return what should follow a playlist.

    Parameters
    ----------
    model : PlaylistModel
    playlist : Playlist
    k : int
        Length of the list, at least 1.
    title : str, optional
        In the place of the playlist's name; read where the model knows none of its tracks.
    knobs : Knobs, optional

    Raises
    ------
    SettingError
        If k is out of range.
    """
    name = playlist.name if title is None else title
    matched = match(playlist, model.catalogue)
    found = continue_playlist(model, matched.columns, matched.counts, title=name, k=k, knobs=knobs)
    return PlaylistRecommendations(
        _clean(name),
        playlist.source,
        matched,
        found.basis,
        model.facts,
        k,
        _frame(found, model.catalogue),
    )


def track_link(uri: str) -> str | None:
    """Return the address of a track at Spotify, or None if this is no URI of a track.

    Examples
    --------
    >>> track_link("spotify:track:0123456789abcdefABCDEF")
    'https://open.spotify.com/track/0123456789abcdefABCDEF'
    """
    is_well_formed = track_uri(uri) == uri
    return f"https://open.spotify.com/track/{uri.rpartition(':')[2]}" if is_well_formed else None


def to_csv(found: PlaylistRecommendations) -> str:
    """Return the list as CSV: rank,track_uri,track_name,artist_name,album_name,score,why."""
    why = ["; ".join(_named(**reason) for reason in row) for row in found.tracks["why"]]
    cells = found.tracks.with_columns(why=pl.Series(why, dtype=pl.String))
    return cells.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$0")).write_csv()


def to_json(found: PlaylistRecommendations) -> str:
    """Return all that is known of the list as a JSON object."""
    matched = found.match
    content = {
        "playlist": found.name,
        "source": found.source,
        "basis": found.basis,
        "model": found.facts,
        "match": {
            "exact": matched.exact,
            "by_name": matched.by_name,
            "unknown": len(matched.unknown),
            "left_out": len(matched.left_out),
            "summary": _clean(matched.summary()),
        },
        "unknown": [
            {
                "track_uri": entry.uri,
                "track_name": _clean(entry.title),
                "artist_name": _clean(entry.artist),
            }
            for entry in matched.unknown
        ],
        "recommendations": [
            {
                "rank": row["rank"],
                "track_uri": row["track_uri"],
                "url": track_link(row["track_uri"]),
                "track_name": row["track_name"],
                "artist_name": row["artist_name"],
                "album_name": row["album_name"],
                "score": row["score"],
                "why": [_named(**reason) for reason in row["why"]],
            }
            for row in found.tracks.iter_rows(named=True)
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_text(found: PlaylistRecommendations, width: int) -> str:
    """Return the list as a table for a terminal.

    Parameters
    ----------
    found : PlaylistRecommendations
    width : int
        Of the terminal, in columns; the table is never wider, unless that is under 40.
    """
    rows = [("#", "track", "artist", found.score_title, "why")]
    for row in found.tracks.iter_rows(named=True):
        score = found.score_text(row["score"])
        why = ", ".join(reason["track_name"] for reason in row["why"])
        rows.append((str(row["rank"]), row["track_name"], row["artist_name"], score, why))
    return "\n".join(_table(rows, max(width, _NARROWEST))) + "\n"


def _frame(found: Continuation, catalogue: pl.DataFrame) -> pl.DataFrame:
    names = catalogue.select(COLUMNS)
    rows = [
        {column: _clean(cell) for column, cell in row.items()}
        | {
            "rank": rank,
            "score": round(float(score), 6),
            "why": [
                {name: _clean(names[name][int(column)]) for name in ("track_name", "artist_name")}
                for column in reasons
            ],
        }
        for rank, (row, score, reasons) in enumerate(
            zip(names[found.columns].to_dicts(), found.scores, found.reasons, strict=True), start=1
        )
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _clean(text: str | None) -> str:
    """Return text that does nothing to a terminal and that every file can hold."""
    return printable(text).encode("utf-8", "replace").decode()


def _named(track_name: str, artist_name: str) -> str:
    return " · ".join(filter(None, (track_name, artist_name)))


def _listed(entries: tuple[Entry, ...]) -> str:
    names = dict.fromkeys(_named(each.title or each.uri or "", each.artist) for each in entries)
    more = len(names) - _LISTED
    return "; ".join(list(names)[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _table(rows: list[tuple[str, ...]], width: int) -> list[str]:
    """Return the rows in columns that together are no wider than the terminal."""
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [min(max(map(_width, column)), width) for column in columns]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        widths[widths.index(max(widths))] -= 1
    lines = []
    for row in zip(*columns, strict=True):
        cells = [_fitted(cell, room) for cell, room in zip(row, widths, strict=True)]
        lines.append(_GAP.join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Return the columns that text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitted(text: str, width: int) -> str:
    if _width(text) > width:
        room = width - 1
        for at, character in enumerate(text):
            room -= _columns_of(character)
            if room < 0:
                text = text[:at] + "…"
                break
    return text + " " * (width - _width(text))
