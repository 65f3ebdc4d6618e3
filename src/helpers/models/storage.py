"""Trained models on disk: a readable JSON header and NumPy arrays, never a pickle.

A folder holds `model.json` and the arrays it names by their SHA-256. The header is replaced
last and at once, so a folder always holds a whole model: the old one or the new one.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from helpers.errors import DataError, SettingError
from helpers.files import write_atomically
from helpers.interactions import IdMap, Interactions

FORMAT = "music recommender lab"
FORMAT_VERSION = 1


def save_model(folder: Path | str, header: dict, arrays: dict[str, np.ndarray]) -> None:
    """Write a model into a folder, in the place of the one that may be there.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    header : dict
        What JSON can hold; its key "model" names the kind of model.
    arrays : dict of str to ndarray
        Numbers and strings, no objects.

    Raises
    ------
    DataError
        If the folder cannot be written.
    """
    folder = Path(folder)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    digest = hashlib.sha256(buffer.getbuffer()).hexdigest()
    file_facts = {"format": FORMAT, "format_version": FORMAT_VERSION, "arrays_sha256": digest}
    arrays_file, outdated = _arrays_file(folder, digest), _current_arrays_file(folder)
    write_atomically(arrays_file, buffer.getvalue())
    write_atomically(folder / "model.json", json.dumps(file_facts | header))
    if outdated not in (None, arrays_file):
        outdated.unlink(missing_ok=True)


def load_model(folder: Path | str, kind: str) -> tuple[dict, dict[str, np.ndarray]]:
    """Return header and arrays of a model that `save_model` wrote.

    Raises
    ------
    DataError
        If the folder holds no model, one of another kind or format, or an incomplete one.
    """
    folder = Path(folder)
    header = _read_header(folder)
    if header.get("format_version") != FORMAT_VERSION or header.get("model") != kind:
        raise DataError(
            f"{folder} holds a model {header.get('model')!r} of format "
            f"{header.get('format_version')!r}, expected {kind!r} of format {FORMAT_VERSION}; "
            "train and save it again"
        )
    digest = str(header.get("arrays_sha256"))
    try:
        content = _arrays_file(folder, digest).read_bytes()
    except OSError as error:
        raise DataError(
            f"the arrays of the model in {folder} cannot be read ({error.strerror}); "
            "train and save it again"
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise DataError(
            f"the arrays of the model in {folder} are damaged: they are not those that "
            "model.json names; train and save it again"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return header, dict(arrays)


def train_to_save(train: Interactions) -> tuple[dict, dict[str, np.ndarray]]:
    """Return identifiers and names for a header, and training pairs as arrays."""
    header = {
        "users": train.users.external_ids.tolist(),
        "items": train.items.external_ids.tolist(),
        "item_names": train.item_names.tolist(),
    }
    pairs = train.user_items
    return header, {"plays": pairs.data, "indices": pairs.indices, "indptr": pairs.indptr}


def check_catalogue(header: dict, catalogue: IdMap, folder: Path | str) -> None:
    """Raise `DataError` unless the model was trained on exactly the items of `catalogue`."""
    items = header.get("items", [])
    if items != catalogue.external_ids.tolist():
        raise DataError(
            f"the model in {folder} was trained on another catalogue ({len(items)} items, "
            f"expected {len(catalogue)} with the same identifiers in the same order); "
            "train it on this one"
        )


def saved_train(header: dict, arrays: dict[str, np.ndarray]) -> Interactions:
    """Return the training pairs of a saved model, without tags and friends."""
    users, items = IdMap(header["users"]), IdMap(header["items"])
    parts = (arrays["plays"], arrays["indices"], arrays["indptr"])
    pairs = sp.csr_array(parts, shape=(len(users), len(items)))
    return Interactions(pairs, users, items, np.array(header["item_names"], dtype=object))


@contextmanager
def restoring(folder: Path | str) -> Iterator[None]:
    """Turn what goes wrong while a model is put together again into one clear sentence."""
    try:
        yield
    except (KeyError, TypeError, ValueError, SettingError) as error:
        raise DataError(
            f"the model in {folder} is incomplete or altered ({error}); train and save it again"
        ) from error


def _read_header(folder: Path) -> dict:
    file = folder / "model.json"
    try:
        header = json.loads(file.read_bytes())
    except OSError as error:
        raise DataError(
            f"{folder} holds no model: model.json cannot be read ({error.strerror}); "
            "give the folder that a model was saved in"
        ) from error
    except ValueError as error:
        raise DataError(f"{file} is not JSON ({error}); train and save the model again") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise DataError(
            f"{file} was not written by this project; give the folder that a model was saved in"
        )
    return header


def _current_arrays_file(folder: Path) -> Path | None:
    try:
        return _arrays_file(folder, str(_read_header(folder).get("arrays_sha256")))
    except DataError:
        return None


def _arrays_file(folder: Path, digest: str) -> Path:
    return folder / f"arrays-{digest[:16]}.npz"
