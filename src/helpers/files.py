"""Write files so that nobody ever reads half of one."""

import os
from pathlib import Path

from helpers.errors import DataError


def write_atomically(file: Path, content: bytes | str) -> None:
    """Write `content` beside `file`, then rename: readers see the old file or the new one.

    Parameters
    ----------
    file : Path
        Its folder is made if it is missing. What a link points to is written; a pipe or device,
        such as /dev/stdout, is written to and not replaced.
    content : bytes or str
        Text is written as UTF-8.

    Raises
    ------
    DataError
        If the file cannot be written; nothing is left behind.
    """
    file = Path(file)
    content = content.encode() if isinstance(content, str) else content
    if not file.name:
        raise DataError(f"{str(file)!r} is no file name, expected one such as out.json")
    try:
        if file.exists() and not file.is_file() and not file.is_dir():
            file.write_bytes(content)
        else:
            _replace(file.resolve(), content)
    except OSError as error:
        raise DataError(
            f"{file} cannot be written ({error.strerror}); check the folder and the free space"
        ) from error


def _replace(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)
