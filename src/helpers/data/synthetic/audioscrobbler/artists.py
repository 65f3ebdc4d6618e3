"""Write the table of artists' names, and its defects: lines of no use, and lines that need care."""

from pathlib import Path

import numpy as np

from helpers.data.synthetic.audioscrobbler.dump import Dump


def write_artists(file: Path, dump: Dump) -> dict[str, int]:
    """Write `artist_data.txt` and return how many of its lines have which defect.

    Returns
    -------
    dict of int
        "lines"; "without_tab", "id_is_no_number" and "empty_name": lines of no use;
        "tab_in_name", "not_utf8" and "repeated_id": lines that need care.
    """
    settings, rng = dump.settings, dump.world.rng("dump", "artist lines")
    names = np.array([*dump.names.tolist(), *dump.variants.names], dtype=object)
    names = np.delete(names, dump.unnamed).tolist()
    ids = np.delete(dump.artist_ids, dump.unnamed).tolist()
    n = len(names)
    spaced = [row for row, name in enumerate(names) if " " in name.strip() and name.isascii()]
    repeated = rng.choice(n, settings.n_of(settings.repeated_share, n), replace=False).tolist()
    # A line end inside a name leaves its rest on a line of its own, with a tab or without.
    torn = rng.choice(spaced, settings.n_of(settings.no_tab_share, n)).tolist()
    numberless = rng.choice(spaced, settings.n_of(settings.bad_id_share, n)).tolist()
    nameless = dump.artist_ids[dump.unnamed[::2]].tolist()
    further = [
        *(f"{ids[row]}\t{names[row]} (2)" for row in repeated),
        *(names[row] for row in torn),
        *(f"{names[row]}\t{ids[row]}" for row in numberless),
        *(f"{id_}\t" for id_ in nameless),
    ]
    tabbed = _some(spaced, settings.n_of(settings.tab_in_name_share, n), rng)
    for row in tabbed:
        names[row] = names[row].strip().replace(" ", "\t", 1)
    accented = [row for row, name in enumerate(names) if not name.isascii() and _is_latin1(name)]
    latin1 = _some(accented, settings.n_of(settings.not_utf8_share, n), rng)
    lines = [f"{id_}\t{name}".encode() for id_, name in zip(ids, names, strict=True)]
    for row in latin1:
        lines[row] = f"{ids[row]}\t{names[row]}".encode("latin-1")
    lines += [line.encode() for line in further]
    order = rng.permutation(len(lines)).tolist()
    file.write_bytes(b"\n".join(lines[row] for row in order) + b"\n")
    return {
        "lines": len(lines),
        "without_tab": len(torn),
        "id_is_no_number": len(numberless),
        "empty_name": len(nameless),
        "tab_in_name": len(tabbed),
        "not_utf8": len(latin1),
        "repeated_id": len(repeated),
    }


def _some(rows: list[int], n: int, rng: np.random.Generator) -> list[int]:
    """Return n of the rows, or all where there are fewer."""
    return rng.choice(rows, min(n, len(rows)), replace=False).tolist() if rows else []


def _is_latin1(name: str) -> bool:
    try:
        name.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
