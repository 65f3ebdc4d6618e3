"""The Audioscrobbler dump in Spark: from text or Parquet, on any file system, aliases repaired."""

from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from helpers.data.audioscrobbler.files import NAMES, empty
from helpers.data.audioscrobbler.plays import MOST
from helpers.data.tables import shown
from helpers.errors import DataError
from helpers.spark.refusals import plain_errors
from helpers.spark.repairs import merged_plays, resolve_aliases
from helpers.spark.sources import find_source

_PLAYS = ("user_id", "artist_id", "plays")
_THREE_NUMBERS = r"^\+?[0-9]+ \+?[0-9]+ \+?[0-9]+$"
_NUMBER = "^[0-9]+$"
_SURROUNDING_SPACE = r"(?U)^\s+|\s+$"
# Windows-1252 has letters and signs where ISO-8859-1 has these control characters.
_CONTROLS = bytes(range(0x80, 0xA0)).decode("iso-8859-1")
_WINDOWS_1252 = "".join(
    bytes([code]).decode("cp1252", errors="replace").replace("\ufffd", chr(code))
    for code in range(0x80, 0xA0)
)


def load_plays(session: SparkSession, folder: str | Path) -> DataFrame:
    """Return how often each user played each artist, aliases applied and pairs summed.

    The same as the `plays` of `helpers.data.audioscrobbler.load_audioscrobbler`, in no order.

    Parameters
    ----------
    session : SparkSession
    folder : str or Path
        A local folder or the URI of one (``file://``, ``hdfs://``, ``s3a://``) with the three
        files of the dump, each `.txt` or `.parquet`, or the copies of them that end in `_small`.

    Returns
    -------
    DataFrame
        user_id, artist_id (int), plays (bigint); one row a pair.

    Raises
    ------
    DataError
        If the folder or a file is missing or cannot be reached, or play counts are malformed.
    """
    aliases = resolve_aliases(read_aliases(session, folder))
    return merged_plays(read_plays(session, folder), aliases)


def read_plays(session: SparkSession, where: str | Path) -> DataFrame:
    """Return all rows of the play counts: user_id, artist_id, plays (int), as they stand there.

    All lines are checked before, which costs a pass over them. Blank lines at the end are ignored.

    Parameters
    ----------
    session : SparkSession
    where : str or Path
        The folder, as for `load_plays`, or the file itself.

    Raises
    ------
    DataError
        If there are no rows, or some are malformed; the message counts them and shows the first.
    """
    with plain_errors():
        path = find_source(session, where, NAMES[0])
        rows = _play_rows(session, path)
        n_right, n_odd = rows.agg(F.count_if(~F.col("is_odd")), F.count_if("is_odd")).first()
        if n_odd:
            _refuse_malformed(rows, path)
        if n_right == 0:
            raise empty(path)
        return rows.filter("plays is not null").select(*_PLAYS)  # no blank lines


def read_artists(session: SparkSession, where: str | Path) -> DataFrame:
    """Return the artists that have a number and a name: artist_id (int, distinct), name.

    Malformed lines are kept out, and of an artist that stands there twice the first line holds.
    A line that is not UTF-8 is read as Windows-1252.

    Parameters
    ----------
    session : SparkSession
    where : str or Path
        The folder, as for `load_plays`, or the file itself.

    Raises
    ------
    DataError
        If the folder or file is missing or cannot be reached, or is empty.
    """
    with plain_errors():
        path = find_source(session, where, NAMES[1])
        name = F.regexp_replace("second", _SURROUNDING_SPACE, "")
        rows = _two_columns(session, path, ("artist_id", "name")).select(
            _as_number("first").alias("artist_id"),
            F.translate(name, "\t", " ").alias("name"),
            "place",
        )
        named = rows.filter("artist_id is not null and name <> ''")
        return named.groupBy("artist_id").agg(F.min_by("name", "place").alias("name"))


def read_aliases(session: SparkSession, where: str | Path) -> DataFrame:
    """Return the aliases of the file: bad_id (int, distinct), good_id (int); chains as they are.

    Malformed lines and aliases of an artist to itself are kept out; where lines contradict each
    other, the last one holds.

    Parameters
    ----------
    session : SparkSession
    where : str or Path
        The folder, as for `load_plays`, or the file itself.

    Raises
    ------
    DataError
        If the folder or file is missing or cannot be reached, or is empty.
    """
    with plain_errors():
        path = find_source(session, where, NAMES[2])
        rows = _two_columns(session, path, ("bad_id", "good_id")).select(
            _as_number("first").alias("bad_id"), _as_number("second").alias("good_id"), "place"
        )
        # A comparison with null is not true either, so malformed lines go too.
        different = rows.filter("bad_id <> good_id")
        return different.groupBy("bad_id").agg(F.max_by("good_id", "place").alias("good_id"))


def _play_rows(session: SparkSession, path: str) -> DataFrame:
    """Return user_id, artist_id, plays, text, is_odd (malformed or blank), file and place."""
    if path.endswith(".parquet"):
        frame = session.read.parquet(path)
        fields = [F.col(name) for name in _PLAYS]
        text, is_odd = F.concat_ws(" ", *fields), F.lit(False)
    else:
        frame, text = session.read.text(path), F.col("value")
        parts = F.split(text, " ")
        fields = [F.get(parts, F.lit(n)) for n in range(len(_PLAYS))]
        is_odd = ~text.rlike(_THREE_NUMBERS)
    rows = frame.select(
        *(field.try_cast("int").alias(name) for name, field in zip(_PLAYS, fields, strict=True)),
        text.alias("text"),
        is_odd.alias("is_odd"),
        F.col("_metadata.file_path").alias("file"),
        _place().alias("place"),
    )
    is_right = F.expr("user_id >= 0 and artist_id >= 0 and plays >= 1")
    return rows.withColumn("is_odd", F.col("is_odd") | ~F.coalesce(is_right, F.lit(False)))


def _place() -> Column:
    """Return a column that sorts rows as they stand in the files."""
    # The last counts the rows of a block, large files being read in several.
    return F.struct(
        F.col("_metadata.file_path"),
        F.col("_metadata.file_block_start"),
        F.monotonically_increasing_id(),
    )


def _refuse_malformed(rows: DataFrame, path: str) -> None:
    """Raise the error that shows the first malformed row, unless only blank lines end the file."""
    is_blank = F.trim("text") == ""
    last = rows.filter(~is_blank).agg(F.max("place").alias("place"))
    odd = rows.filter("is_odd").join(last.withColumnRenamed("place", "last"), F.lit(True))
    malformed = odd.filter(~is_blank | (F.col("place") < F.col("last")))
    n_malformed = malformed.count()
    if n_malformed == 0:
        return
    first = malformed.orderBy("place").first()
    place = F.struct(F.lit(first.file), *(F.lit(n).cast("long") for n in first.place[1:]))
    before = rows.filter((F.col("file") == first.file) & (F.col("place") < place))
    raise DataError(
        f"{path}, line {before.count() + 1} is {shown(first.text)}, expected user, artist and play "
        f"count as whole numbers up to {MOST:,} with one space between, none below 1; "
        f"{_number_of_lines(n_malformed)} malformed: mend what is wrong or get the file again"
    )


def _number_of_lines(n: int) -> str:
    return "1 line is" if n == 1 else f"{n:,} lines are"


def _two_columns(session: SparkSession, path: str, names: tuple[str, str]) -> DataFrame:
    """Return first, second (text) and place: of Parquet, or what a line has around its tab."""
    if path.endswith(".parquet"):
        columns = [F.col(name).cast("string") for name in names]
        frame = session.read.parquet(path)
    else:
        frame = session.read.text(path)
        raw = F.col("value")
        latin = F.translate(F.decode(raw.cast("binary"), "ISO-8859-1"), _CONTROLS, _WINDOWS_1252)
        parts = F.split(F.when(F.is_valid_utf8(raw), raw).otherwise(latin), "\t", 2)
        columns = [F.get(parts, F.lit(n)) for n in range(2)]
    if frame.isEmpty():
        raise empty(path)
    return frame.select(
        columns[0].alias("first"), columns[1].alias("second"), _place().alias("place")
    )


def _as_number(column: str) -> Column:
    """Return a text column as int; null where it is no whole number."""
    text = F.trim(column)
    return F.when(text.rlike(_NUMBER), text).try_cast("int")
