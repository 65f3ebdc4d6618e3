"""Playlists of the Million Playlist Dataset: slices to Parquet, frames and a matrix."""

from helpers.data.playlists.convert import convert_slices
from helpers.data.playlists.load import PlaylistData, load_playlists
from helpers.data.playlists.report import PlaylistReport
from helpers.data.playlists.slices import read_challenge, read_slice

__all__ = [
    "PlaylistData",
    "PlaylistReport",
    "convert_slices",
    "load_playlists",
    "read_challenge",
    "read_slice",
]
