"""Typed decoding of JSON, with errors that say what is wrong with the file."""

from typing import TypeVar

import msgspec

from helpers.errors import DataError

T = TypeVar("T")


def decode_json(content: bytes | msgspec.Raw, kind: type[T], label: str) -> T:
    """Return JSON as an object of a type; what the type does not name is skipped and held nowhere.

    Parameters
    ----------
    content : bytes
        In UTF-8.
    kind : type
        A `msgspec.Struct`, or a list or dict.
    label : str
        Names the file in an error.

    Raises
    ------
    DataError
        If the JSON is cut short or malformed, or of another shape than the type.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise other_shape(label, str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(
            f"{label} is no complete JSON ({error}), it may have been cut; export or copy it again"
        ) from error


def other_shape(label: str, detail: str) -> DataError:
    """Return the error for JSON that holds no playlist; `detail` says what was met instead."""
    return DataError(
        f"{label} is JSON of another shape ({detail}), expected playlists in the format of the "
        "Million Playlist Dataset, or playlists, library or streaming history from Spotify's "
        "account data; give such a file"
    )
