"""Read what is written about artists from a folder of text files."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.errors import DataError
from helpers.interactions import Interactions

SUFFIXES = (".txt", ".md")
LARGEST_FOLDER = 16 * 2**20
"""Bytes of text in one folder: to count the terms of so much takes half a minute and 600 MB."""

_HEADING = "# "


class ItemTexts(NamedTuple):
    """Texts in the rows of a catalogue.

    Attributes
    ----------
    texts : ndarray of str, shape (n_items,)
        Empty for an item about which nothing is written.
    unknown : tuple of str
        Names that texts are about and no item has, in alphabetical order.
    """

    texts: np.ndarray
    unknown: tuple[str, ...]


def read_texts(folder: Path | str) -> dict[str, str]:
    """Return all that the text files of a folder say about each artist, by the artist's name.

    A line ``# Name`` begins a part about the artist of that name, as far as the next such line.
    What stands before the first is about the artist after whom the file is called, so that a
    file ``Björk.txt`` needs no such line. Parts about the same artist are joined.

    Parameters
    ----------
    folder : Path
        Its files ending in ``.txt`` or ``.md`` are read, in UTF-8, not those of its subfolders.

    Raises
    ------
    DataError
        If the folder is missing, has no such file or nothing in them, is larger than
        `LARGEST_FOLDER`, or a file cannot be read or is not UTF-8.
    """
    folder = Path(folder)
    parts: dict[str, list[str]] = {}
    for file in _text_files(folder):
        for name, text in _parts_of(file):
            parts.setdefault(name, []).append(text)
    if not parts:
        raise DataError(f"the text files in {folder} are empty, expected words about artists")
    return {name: "\n".join(texts) for name, texts in parts.items()}


def match_texts(texts: dict[str, str], interactions: Interactions) -> ItemTexts:
    """Return the texts in the rows of a catalogue, found by the names of its items.

    Upper and lower case and spaces around a name make no difference. Where several items share a
    name, the one with most users is meant, as in `Interactions.find_item`.
    """
    popularity = interactions.item_popularity()
    rows: dict[str, int] = {}
    for row in np.argsort(-popularity, kind="stable").tolist():
        rows.setdefault(_folded(str(interactions.item_names[row])), row)
    matched = [""] * interactions.n_items
    unknown = []
    for name, text in texts.items():
        row = rows.get(_folded(name))
        if row is None:
            unknown.append(name)
        else:
            matched[row] = f"{matched[row]}\n{text}".strip()
    return ItemTexts(np.array(matched, dtype=object), tuple(sorted(unknown)))


def _text_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(
            f"the folder {folder} is missing, expected text files about artists in it; "
            "check its path"
        )
    files = sorted(file for file in folder.iterdir() if _is_text_file(file))
    if not files:
        raise DataError(
            f"{folder} holds no file ending in {' or '.join(SUFFIXES)}; put text files about "
            "artists there, each called after its artist"
        )
    sizes = [file.stat().st_size for file in files]
    if sum(sizes) > LARGEST_FOLDER:
        largest = files[int(np.argmax(sizes))]
        raise DataError(
            f"the text files in {folder} have {sum(sizes) / 2**20:.0f} MB, {largest.name} alone "
            f"{max(sizes) / 2**20:.0f}, expected at most {LARGEST_FOLDER / 2**20:.0f} in all; "
            "take some out or shorten them"
        )
    return files


def _is_text_file(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()


def _parts_of(file: Path) -> Iterable[tuple[str, str]]:
    """Yield the name and the text of each part of a file, parts without any text left out."""
    name, lines = file.stem, []
    for line in [*_decoded(file).splitlines(), _HEADING]:
        if line.startswith(_HEADING):
            if text := "\n".join(lines).strip():
                yield name.strip(), text
            name, lines = line.removeprefix(_HEADING).strip() or file.stem, []
        else:
            lines.append(line)


def _decoded(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); check the file") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{file}, line {line}: the byte 0x{raw[error.start]:02x} is not UTF-8; "
            "open the file in an editor and save it as UTF-8"
        ) from None
    if "\0" in text:
        raise DataError(f"{file} holds zero bytes and is no text; save it as UTF-8 or remove it")
    return text


def _folded(name: str) -> str:
    return name.strip().casefold()
