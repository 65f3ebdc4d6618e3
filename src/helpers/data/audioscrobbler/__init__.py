"""The Audioscrobbler dump of May 2005: three text files, repaired, to frames and a matrix."""

from helpers.data.audioscrobbler.dataset import Audioscrobbler
from helpers.data.audioscrobbler.files import Files, find_files
from helpers.data.audioscrobbler.load import load_audioscrobbler
from helpers.data.audioscrobbler.oddities import POSSIBLE_PLAYS
from helpers.data.audioscrobbler.repairs import Repair, repair_table

__all__ = [
    "POSSIBLE_PLAYS",
    "Audioscrobbler",
    "Files",
    "Repair",
    "find_files",
    "load_audioscrobbler",
    "repair_table",
]
