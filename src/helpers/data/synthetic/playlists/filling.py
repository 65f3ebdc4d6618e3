"""Fill playlists with tracks: by their theme, then by what stands in them already."""

from typing import NamedTuple

import numpy as np

from helpers.data.synthetic.playlists.catalogue import Catalogue
from helpers.data.synthetic.playlists.settings import PlaylistSettings
from helpers.data.synthetic.playlists.shelves import N_ERAS, Shelves
from helpers.data.synthetic.playlists.themes import Themes

PLAYLISTS_A_CHUNK = 100  # Bounds memory: a chunk × shelves matrix is the largest thing held.
# Candidates drawn for a playlist: some come up twice, or do not keep to the theme.
_CANDIDATES_FACTOR, _CANDIDATES_MORE = 1.8, 16
_RUN_LENGTH = 4
_ANCHOR_SHARE = 0.8


class Entries(NamedTuple):
    """What playlists hold, playlist by playlist in order.

    Attributes
    ----------
    row, track : ndarray of int, shape (n_entries,)
        Row of the theme; track of the catalogue.
    """

    row: np.ndarray
    track: np.ndarray


def fill_playlists(
    themes: Themes,
    catalogue: Catalogue,
    shelves: Shelves,
    settings: PlaylistSettings,
    rng: np.random.Generator,
) -> Entries:
    """Return the entries of all playlists, none too short and none of too few artists."""
    filling = _Filling(catalogue, shelves, settings, rng)
    chunks = []
    for start in range(0, len(themes), PLAYLISTS_A_CHUNK):
        rows = np.arange(start, min(start + PLAYLISTS_A_CHUNK, len(themes)))
        row, song = filling.songs_of(themes.rows(rows))
        chunks.append((rows[row], song))
    row, song = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    return Entries(row, filling.tracks_of(song))


class _Filling:
    def __init__(
        self,
        catalogue: Catalogue,
        shelves: Shelves,
        settings: PlaylistSettings,
        rng: np.random.Generator,
    ) -> None:
        self.songs, self.tracks = catalogue.songs, catalogue.tracks
        self.shelves, self.settings, self.rng = shelves, settings, rng

    def songs_of(self, themes: Themes) -> tuple[np.ndarray, np.ndarray]:
        """Return row and song of every entry; a playlist too poor is filled again, more freely."""
        row, song = self._attempt(themes)
        poor = self._poor(row, song, themes)
        while len(poor):
            again_row, again_song = self._attempt(_widened(themes.rows(poor)))
            is_kept = ~np.isin(row, poor)
            row = np.concatenate([row[is_kept], poor[again_row]])
            song = np.concatenate([song[is_kept], again_song])
            order = np.argsort(row, kind="stable")
            row, song = row[order], song[order]
            poor = self._poor(row, song, themes)
        return row, song

    def tracks_of(self, song: np.ndarray) -> np.ndarray:
        """Return a track of each song: where it came out, or now and then another edition."""
        further = np.diff(self.tracks.editions)[song]
        is_other = self.rng.random(len(song)) < self.settings.other_edition_share
        nth = np.floor(self.rng.random(len(song)) * further).astype(np.int64)
        other = len(self.songs) + self.tracks.editions[song] + nth
        return np.where(is_other & (further > 0), other, song)

    def _attempt(self, themes: Themes) -> tuple[np.ndarray, np.ndarray]:
        number = (_CANDIDATES_FACTOR * themes.length).astype(np.int64) + _CANDIDATES_MORE
        row = np.repeat(np.arange(len(themes)), number)
        place = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
        song = self.shelves.draw_songs(self._draw_shelves(themes, row), themes.level[row], self.rng)
        is_kept = np.ones(len(row), dtype=bool)
        self._anchor(themes, row, place, song)
        self._follow(themes, row, place, song, is_kept)
        self._run_on(row, song, is_kept)
        era = self.shelves.era[song]
        is_kept &= (era < N_ERAS) & (themes.era_weight[row, np.minimum(era, N_ERAS - 1)] > 0)
        row, song = row[is_kept], song[is_kept]
        row, song = self._without_repeats(row, song)
        nth = np.arange(len(row)) - np.searchsorted(row, row)
        is_kept = nth < themes.length[row]
        return row[is_kept], song[is_kept]

    def _draw_shelves(self, themes: Themes, row: np.ndarray) -> np.ndarray:
        """Return a shelf for each candidate by taste, era and mood."""
        shelves = self.shelves
        scene_mass = shelves.scene_mass[themes.level]
        liking = themes.scene_share / np.where(scene_mass > 0, scene_mass, np.inf)
        liking += (themes.openness / scene_mass.sum(axis=1))[:, None]
        weight = shelves.mass(themes.level)
        weight *= liking[:, shelves.scene_of]
        weight *= themes.era_weight[:, shelves.era_of]
        weight *= themes.mood_weight[:, shelves.mood_of]
        total = np.cumsum(weight, axis=1)
        total /= total[:, -1:]
        # Row r runs from r to r + 1, so that one search serves all rows.
        total += np.arange(len(total))[:, None]
        at = np.searchsorted(total.ravel(), row + self.rng.random(len(row)), side="right")
        return np.minimum(at - row * weight.shape[1], weight.shape[1] - 1)

    def _anchor(self, themes: Themes, row: np.ndarray, place: np.ndarray, song: np.ndarray) -> None:
        """Begin a playlist about an artist with one of theirs."""
        first = np.flatnonzero((place == 0) & themes.are("artist")[row])
        artist = themes.artist[row[first]]
        song[first] = self.shelves.draw_by_artist(artist, themes.level[row[first]], self.rng)

    def _follow(
        self,
        themes: Themes,
        row: np.ndarray,
        place: np.ndarray,
        song: np.ndarray,
        is_kept: np.ndarray,
    ) -> None:
        """Let some candidates be by the artist of an earlier one, as far as the theme has them."""
        n = len(row)
        is_following = (self.rng.random(n) < themes.follow[row]) & (place > 0)
        back = 1 + np.floor(self.rng.random(n) * place).astype(np.int64)
        is_anchored = themes.are("artist")[row] & (self.rng.random(n) < _ANCHOR_SHARE)
        back = np.where(is_anchored, place, back)
        leader = np.where(is_following, np.arange(n) - back, np.arange(n))
        while (leader[leader] != leader).any():
            leader = leader[leader]
        at = np.flatnonzero(is_following)
        artist = self.songs.artist[song[leader[at]]]
        song[at] = self.shelves.draw_by_artist(artist, themes.level[row[at]], self.rng)
        fit = self._fit(themes, row[at], song[at])
        is_kept[at] = self.rng.random(len(at)) < fit

    def _fit(self, themes: Themes, row: np.ndarray, song: np.ndarray) -> np.ndarray:
        """Return how well songs keep to era and mood of playlists, from 0 to 1."""
        era = themes.era_weight / themes.era_weight.max(axis=1, keepdims=True)
        mood = themes.mood_weight / themes.mood_weight.max(axis=1, keepdims=True)
        era_of = self.shelves.era[song]
        fit = era[row, np.minimum(era_of, N_ERAS - 1)] * mood[row, self.shelves.mood[song]]
        return np.where(era_of < N_ERAS, fit, 0)

    def _run_on(self, row: np.ndarray, song: np.ndarray, is_kept: np.ndarray) -> None:
        """Let a few candidates be followed by the next songs of the album."""
        n = len(row)
        begins = (self.rng.random(n) < self.settings.run_share) & is_kept
        begins[0] = True
        latest = np.maximum.accumulate(np.where(begins, np.arange(n), 0))
        length = 2 + self.rng.poisson(_RUN_LENGTH, n)
        step = np.arange(n) - latest
        on = np.minimum(song[latest] + step, len(self.songs) - 1)
        album = self.songs.album
        is_run = (step > 0) & (step < length[latest]) & (row == row[latest])
        is_run &= (album[on] == album[song[latest]]) & (latest > 0)
        song[is_run] = on[is_run]
        is_kept[is_run] = True

    def _without_repeats(self, row: np.ndarray, song: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _, first = np.unique(row * len(self.songs) + song, return_index=True)
        is_kept = self.rng.random(len(row)) < self.settings.repeat_share
        is_kept[first] = True
        return row[is_kept], song[is_kept]

    def _poor(self, row: np.ndarray, song: np.ndarray, themes: Themes) -> np.ndarray:
        """Return the playlists with too few tracks or artists."""
        n = len(themes)
        n_entries = np.bincount(row, minlength=n)
        pairs = np.unique(np.column_stack([row, self.songs.artist[song]]), axis=0)
        n_artists = np.bincount(pairs[:, 0], minlength=n)
        is_poor = (n_entries < self.settings.length_min) | (n_artists < self.settings.artists_min)
        return np.flatnonzero(is_poor)


def _widened(themes: Themes) -> Themes:
    """Return themes that nothing but the date confines."""
    return Themes(
        **vars(themes)
        | {
            "kind": np.zeros_like(themes.kind),
            "openness": np.ones(len(themes)),
            "follow": np.zeros(len(themes)),
            "level": np.zeros_like(themes.level),
            "mood_weight": np.ones_like(themes.mood_weight),
        }
    )
