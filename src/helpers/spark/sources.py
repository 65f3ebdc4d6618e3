"""Where the three files of the Audioscrobbler dump are, on any file system that Spark can read."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.data.audioscrobbler.files import NAMES
from helpers.errors import DataError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

EXTENSIONS = (".txt", ".parquet")


def find_source(session: "SparkSession", where: str | Path, name: str) -> str:
    """Return the path of one of the three files.

    Full files are preferred where the play counts are full, `_small` copies where those are
    small, and text before Parquet.

    Parameters
    ----------
    session : SparkSession
    where : str or Path
        The folder, or the file itself, which is then returned; a local path or a URI.
    name : str
        One of the names of the files, without ending.

    Raises
    ------
    DataError
        If the folder has no such file.
    """
    where = str(where)
    if os.path.exists(where):
        where = os.path.abspath(where)  # the JVM may stand in another folder
    if where.endswith(EXTENSIONS):
        return where
    there = _names_in(session, where)
    sizes = ("", "_small")
    if _first_there(NAMES[0], sizes[:1], there) is None:  # small plays go with small tables
        sizes = sizes[::-1]
    found = _first_there(name, sizes, there)
    if found is None:
        raise DataError(
            f"{where} lacks {name}.txt, expected {', '.join(NAMES)} there, as .txt or .parquet, or "
            "their _small copies; get the dataset with: python -m helpers data get audioscrobbler"
        )
    return f"{where.rstrip('/')}/{found}"


def _first_there(name: str, sizes: Iterable[str], there: set[str]) -> str | None:
    choices = [f"{name}{size}{extension}" for size in sizes for extension in EXTENSIONS]
    return next((choice for choice in choices if choice in there), None)


def _names_in(session: "SparkSession", folder: str) -> set[str]:
    context = session.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(folder)
    files = path.getFileSystem(context._jsc.hadoopConfiguration()).listStatus(path)
    return {file.getPath().getName() for file in files}
