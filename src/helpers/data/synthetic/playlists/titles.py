"""Name the tracks and albums of a synthetic world."""

import numpy as np

from helpers.data.synthetic.names import COUNTRIES, LOCAL_COUNTRIES, LOCAL_SYLLABLES
from helpers.data.synthetic.playlists import words
from helpers.data.synthetic.playlists.editions import (
    COLLECTION,
    DELUXE,
    FIRST,
    REMASTERED,
    SINGLE,
    Tracks,
)
from helpers.data.synthetic.playlists.songs import Songs
from helpers.data.synthetic.world import World

_LOCAL_SHARE = 0.6  # of the songs of a country's artists in its own language
_GUEST_FORMS = ("{} (feat. {})", "{} (feat. {})", "{} - feat. {}", "{} (with {})", "{} ft. {}")


def name_songs(songs: Songs, world: World, rng: np.random.Generator) -> list[str]:
    """Return the title of each song, guests left out; an artist has no title twice."""
    n = len(songs)
    country = world.labels["country"][songs.artists][songs.artist]
    first_local = len(COUNTRIES) - len(LOCAL_COUNTRIES)
    sound_of = np.where(rng.random(n) < _LOCAL_SHARE, country - first_local, -1).tolist()
    sounds = list(LOCAL_SYLLABLES.values())
    draws = rng.integers(0, 2**31, (n, 5)).tolist()
    titles: list[str] = []
    taken: set[str] = set()
    artist = -1
    columns = (songs.artist.tolist(), songs.original.tolist(), sound_of, draws)
    for artist_of_song, original, sound, draw in zip(*columns, strict=True):
        if artist_of_song != artist:
            artist, taken = artist_of_song, set()
        title = _title(draw, sounds[sound] if sound >= 0 else None, titles, original)
        while title.lower() in taken:
            title = _title(rng.integers(0, 2**31, 5).tolist(), None, titles, original)
        taken.add(title.lower())
        titles.append(title)
    return titles


def _title(
    draw: list[int], sounds: tuple[str, ...] | None, titles: list[str], original: int
) -> str:
    if original >= 0:
        form, noun = _of(words.VERSIONS, draw[0] >> 8), _of(words.SONG_NOUNS, draw[1])
        return form.format(titles[original], noun=noun)
    if sounds:
        return _sung(sounds, draw)
    return _FORMS[_of(_FORM_OF_DRAW, draw[0] >> 8)](draw)


def name_tracks(
    songs: Songs, tracks: Tracks, titles: list[str], artists: list[str], rng: np.random.Generator
) -> list[str]:
    """Return the name of each track: the title, its guest, what is said of the edition."""
    spelling = rng.integers(0, 2**31, len(tracks))
    guest_form = (spelling >> 4) % len(_GUEST_FORMS)
    # Collections and singles often leave the guest out.
    has_guest = (songs.guest[tracks.song] >= 0) & ((tracks.form < COLLECTION) | (spelling % 2 == 0))
    year = tracks.album_year[tracks.album]
    names = []
    columns = (
        tracks.song.tolist(),
        tracks.form.tolist(),
        spelling.tolist(),
        np.where(has_guest, guest_form, -1).tolist(),
        songs.guest[tracks.song].tolist(),
        year.tolist(),
    )
    for song, form, draw, guest_form_of_track, guest, year_of_album in zip(*columns, strict=True):
        name = titles[song]
        if guest_form_of_track >= 0:
            name = _GUEST_FORMS[guest_form_of_track].format(name, artists[guest])
        if form == REMASTERED:
            name = _of(words.REMASTERS, draw >> 8).format(name, year=year_of_album)
        elif form == SINGLE:
            name = _of(words.EDITS, draw >> 8).format(name)
        names.append(name)
    return names


def name_albums(
    songs: Songs, tracks: Tracks, titles: list[str], artists: list[str], rng: np.random.Generator
) -> list[str]:
    """Return the name of each album: often that of its first song, or made from another album's."""
    first_song = np.unique(songs.album, return_index=True)[1].tolist()
    draws = rng.integers(0, 2**31, (len(tracks.album_form), 3)).tolist()
    names: list[str] = []
    columns = (tracks.album_form.tolist(), tracks.album_base.tolist(), draws)
    for form, base, draw in zip(*columns, strict=True):
        if form == FIRST:
            names.append(_album(titles[first_song[base]], draw))
        elif form == DELUXE:
            names.append(_of(words.DELUXE, draw[0]).format(names[base]))
        elif form == REMASTERED:
            names.append(f"{names[base]} (Remastered)")
        elif form == COLLECTION:
            names.append(_of(words.COLLECTIONS, draw[0]).format(artists[base]))
        else:
            names.append(titles[base])
    return names


def _album(title: str, draw: list[int]) -> str:
    if draw[0] % 3:
        title = f"{_of(words.SONG_ADJECTIVES, draw[1])} {_of(words.SONG_NOUNS, draw[2])}"
    return _of(words.ALBUM_FORMS, draw[0] // 3).format(title)


def _sung(sounds: tuple[str, ...], draw: list[int]) -> str:
    """Return two or three words of two syllables."""
    made = [_of(sounds, part) + _of(sounds, part >> 8) for part in draw[1 : 3 + draw[0] % 2]]
    return " ".join(made).capitalize()


def _of(choices: tuple, draw: int) -> str:
    return choices[draw % len(choices)]


_A, _N, _V = words.SONG_ADJECTIVES, words.SONG_NOUNS, words.SONG_VERBS
_T, _O = words.SONG_TAILS, words.SONG_OPENINGS
_FORMS = (
    lambda d: f"{_of(_A, d[1])} {_of(_N, d[2])}",
    lambda d: f"{_of(_V, d[1])} {_of(_T, d[2])}",
    lambda d: f"{_of(_O, d[1])} {_of(_N, d[2])}",
    lambda d: _of(_N, d[1]),
    lambda d: f"{_of(_N, d[1])} in the {_of(_N, d[2])}",
    lambda d: f"Don't {_of(_V, d[1])} {_of(_T, d[2])}",
    lambda d: f"{_of(_V, d[1])} the {_of(_A, d[3])} {_of(_N, d[2])}",
    lambda d: f"{_of(_N, d[1])} & {_of(_N, d[2])}",
    lambda d: f"{_of(_V, d[1])} Me, {_of(_V, d[2])} Me",
    lambda d: f"{_of(_A, d[1])} {_of(_N, d[2])} {_of(('Blues', 'Song', 'Rag', 'Waltz'), d[3])}",
)
# How often each form comes up.
_FORM_OF_DRAW = (0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9)
