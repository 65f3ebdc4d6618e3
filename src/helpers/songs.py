r"""Which tracks are the same song, and how a track is named in the wild.

One song stands in a catalogue under several identifiers: its single, its album, the remaster of
that album. They are told to be the same by a key of title and artist from which everything is gone
that does not change what is heard:

- case, accents of Latin and Greek letters, apostrophes, punctuation and repeated spaces;
- guests in brackets, after a dash or after "feat.": `(feat. Ann)`, `[with Ann]`, `- ft. Ann`;
- editions in brackets or after a dash: `- Remastered 2011`, `(Deluxe Edition)`, `- Radio Edit`.

Other recordings stay apart: live, remix, acoustic, karaoke, instrumental, extended and whatever is
not known to be an edition. Of several artists the first counts, and a leading "the" does not.
"""

import re
from collections.abc import Callable

import polars as pl

_URI = re.compile(
    r"(?:spotify:track:|(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-\w+/)?(?:embed/)?track/)?"
    r"([0-9A-Za-z]{22})(?:[/?#]\S*)?",
    re.ASCII,
)

# Apostrophes, the lone acute accent that often stands for one, and what cannot be seen.
_UNSEEN = r"['`\x{b4}\x{2018}\x{2019}\x{ff07}\p{Cf}\x{fe00}-\x{fe0f}]"
_ACCENT = r"(\p{Latin}|\p{Greek})[\x{300}-\x{36f}]+"
# Letters without an accent to strip, and how they are written where they are missing.
_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "ς": "\N{GREEK SMALL LETTER SIGMA}",
    "&": " and ",
}
# Symbols such as + and $ are left: "1+1" and "11" are two songs.
_SEPARATORS = r"[\p{P}\p{Z}\p{C}|~^]+"

_GUEST = r"(?:(?:feat|ft|featuring|with)\b|w/)"
_NESTED = r"(?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*"
_DASH = r"\s+[-–—]+\s+"
# A remark ends where the next one begins.
_NEXT = rf"({_DASH}|\s+/\s+|\s*[;(\[]|$)"
_GUESTS = (
    # Nothing is dropped from the front: in "(With You) Always" the bracket is the title.
    rf"(\S)(?:\s*[(\[]\s*{_GUEST}{_NESTED}(?:[)\]]|$))+",
    rf"{_DASH}{_GUEST}.*?{_NEXT}",
    rf"\s(?:feat|ft)\.\s.*?{_NEXT}",
)

# An edition has at least one word that says so; the words around it alone say nothing.
_AROUND = (
    r"(?:\d{4}|\d{1,3}th|24|16|bit|in|the|new|digital|digitally|hd|super|special|limited|original|"
    r"collectors|anniversary|album|single|radio|version|mix|track|tracks)"
)
_SAYS_SO = (
    r"(?:re-?master(?:ed|ing|s)?|deluxe|expanded|explicit|clean|mono|stereo|bonus tracks?|edition|"
    r"(?:album|single|radio|original|main|lp|ep|7\"?|7 inch)\s+(?:version|edit|mix)|edited|"
    r"(?:original )?(?:motion picture )?soundtrack)"
)
_JOINT = r"(?:\s+|\s*[-–—/,]\s*)"
_WORDS = rf"(?:{_AROUND}{_JOINT})*{_SAYS_SO}(?:{_JOINT}(?:{_SAYS_SO}|{_AROUND}))*"
_EDITION = rf"(?:{_WORDS}|edit|from [\"“”].*?)"
_EDITIONS = (
    rf"(\S)(?:\s*[(\[]\s*{_EDITION}\s*[)\]])+",
    rf"(?:(?:{_DASH}|\s*;\s*|\s+/\s+){_EDITION})+\s*{_NEXT}",
)
_REMARK = r"[(\[;]|\s[-–—/]|\s(?:feat|ft)\.\s"
_OTHER_RECORDING = r"\b(?:live|remix|acoustic|karaoke|instrumental|unplugged|orchestra|demo)\b"


def song_keys(titles: pl.Series, artists: pl.Series) -> pl.Series:
    r"""Return the key of each song; equal keys mean the same song.

    Parameters
    ----------
    titles, artists : Series of str, shape (n,)
        Null counts as empty. Several artists are joined by ", " or ";".

    Returns
    -------
    Series of str, shape (n,)
        Named song_key: the reduced title, a tab, the reduced artist. Where a title or artist is
        blank so is its half of the key, and the key says nothing.

    Examples
    --------
    >>> song_keys(
    ...     pl.Series(["Harbour", "Harbour - Remastered 2011", "Harbour - Live"]),
    ...     pl.Series(["Zoë & Tom", "Zoe & Tom", "ZOE & TOM"]),
    ... ).to_list()
    ['harbour\tzoe and tom', 'harbour\tzoe and tom', 'harbour live\tzoe and tom']
    """
    halves = pl.DataFrame({"title": _title_keys(titles), "artist": artist_keys(artists)})
    return halves.select(song_key=pl.concat_str("title", "artist", separator="\t"))["song_key"]


def song_key(title: str, artist: str) -> str:
    """Return the key of one song, as `song_keys` does for many."""
    return song_keys(pl.Series([title]), pl.Series([artist]))[0]


def artist_keys(artists: pl.Series) -> pl.Series:
    """Return the artist's half of each key, the text behind the tab; null counts as empty."""
    artists = artists.cast(pl.String).fill_null("")
    names = artists.unique()  # an artist has many songs
    return artists.replace_strict(names, _each_artist_key(names), return_dtype=pl.String)


def track_uri(text: str) -> str | None:
    """Return the URI of the track that a text names, or None where it names none.

    Parameters
    ----------
    text : str
        A URI, an address on open.spotify.com, or an identifier of 22 letters and digits.

    Examples
    --------
    >>> track_uri("https://open.spotify.com/intl-de/track/0123456789abcdefABCDEF?si=1f2e")
    'spotify:track:0123456789abcdefABCDEF'
    >>> track_uri("0123456789abcdefABCDEF")
    'spotify:track:0123456789abcdefABCDEF'
    >>> track_uri("spotify:album:0123456789abcdefABCDEF") is None
    True
    """
    found = _URI.fullmatch(text.strip())
    return f"spotify:track:{found[1]}" if found else None


def _title_keys(titles: pl.Series) -> pl.Series:
    titles = titles.cast(pl.String).fill_null("")
    folded = _fold(titles)
    return _or_else(_words(_where(folded, _REMARK, _without_remarks)), folded, titles)


def _without_remarks(titles: pl.Series) -> pl.Series:
    alone = _without(titles, _GUESTS)
    # "- with Ann Remix" names a guest and another recording in one.
    is_lost = titles.str.contains(_OTHER_RECORDING) & ~alone.str.contains(_OTHER_RECORDING)
    return _without(titles.zip_with(is_lost, alone), _EDITIONS)


def _without(titles: pl.Series, remarks: tuple[str, ...]) -> pl.Series:
    for remark in remarks:
        titles = titles.str.replace_all(remark, "$1")
    return titles


def _each_artist_key(artists: pl.Series) -> pl.Series:
    folded = _fold(artists)
    # A comma joins two artists only before a space: "10,000" is a number.
    first = folded.str.replace(r"^([^;]*?\S)(?:,\s.*|\s*;.*)$", "$1")
    words = _words(first).str.replace(r"^(.+?) (?:feat|ft|featuring) .+$", "$1")
    return _or_else(words.str.replace(r"^(?:the )+(.+)$", "$1"), folded, artists)


def _fold(text: pl.Series) -> pl.Series:
    """Return text without case, accents and apostrophes."""
    text = _where(text, r"[^\x00-\x7f]", _decompose)
    return text.str.replace_all(r"['`]", "").str.to_lowercase().str.replace_many(_LETTERS)


def _decompose(text: pl.Series) -> pl.Series:
    text = text.str.replace_all(_UNSEEN, "").str.normalize("NFKD")
    return text.str.replace_all(_ACCENT, "$1")


def _words(text: pl.Series) -> pl.Series:
    spaced = _where(text, r"[^0-9a-z ]|  ", lambda some: some.str.replace_all(_SEPARATORS, " "))
    return spaced.str.strip_chars()


def _or_else(keys: pl.Series, folded: pl.Series, text: pl.Series) -> pl.Series:
    """Return the keys; one of which nothing is left, as of "???", is the folded text.

    Where nothing is left of that either, as of an apostrophe alone, it is the text as it stands.
    """
    rows = (keys == "").arg_true()
    if not len(rows):
        return keys
    whole = folded.gather(rows)
    found = _words(whole)
    for rest in (whole, text.gather(rows)):
        spaced = rest.str.replace_all(r"\s+", " ").str.strip_chars()
        found = found.zip_with(found != "", spaced)
    return keys.clone().scatter(rows, found)


def _where(text: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return text, changed where it has the pattern: most titles need few of the changes."""
    rows = text.str.contains(pattern).arg_true()
    # scatter writes into the series that it is called on.
    return text.clone().scatter(rows, change(text.gather(rows))) if len(rows) else text
