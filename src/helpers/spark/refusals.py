"""One sentence for everything that Spark and its JVM may refuse, and no stack trace."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from helpers.errors import DataError, HelpersError
from helpers.spark.causes import jvm_text, root_cause
from helpers.spark.session import OUT_OF_HEAP, how_jvm_ended, keep_log

_MORE_MEMORY = "take less data, or set SPARK_DRIVER_MEMORY to more, such as 8g, and run this again"

_SENTENCES = {
    # What the text of the JVM contains, and what it means; {0} is the group, {cause} the last word.
    r"OutOfMemoryError": "Spark ran out of memory ({cause}); " + _MORE_MEMORY,
    r"maxResultSize": "the result is too large to be collected ({cause}); ask for fewer rows",
    r"No space left on device|Disk quota exceeded": (
        "the disk is full where Spark writes; free some space, or set TMPDIR to a folder with more "
        "than {temporary} has, and run this again"
    ),
    r"(?:Path does not exist: |Input path does not exist: )(.+?)(?:\. SQLSTATE.*)?$": (
        "{0} does not exist; check the name"
    ),
    r"FileNotFoundException: (?:File )?(.+?)(?: does not exist.*)?$": (
        "{0} does not exist; check the name"
    ),
    r"AccessControlException|AccessDeniedException|Permission denied": (
        "Spark was refused access ({cause}); check the permissions"
    ),
    r"S3AFileSystem not found": (
        "paths that begin with s3a:// need the library hadoop-aws; set "
        "SPARK_PACKAGES=org.apache.hadoop:hadoop-aws:{hadoop} and run this again"
    ),
    r'No FileSystem for scheme "?([\w.+-]+)': (
        "Spark knows no paths that begin with {0}://, expected a local path, file://, hdfs:// "
        "or s3a://"
    ),
    r"Incomplete HDFS URI, no host: (\S+)": "{0} names no host, expected hdfs://host:port/path",
    r"Call From \S+ to (\S+) failed": "{0} cannot be reached ({cause}); check host and port",
    r"UnknownHostException: (\S+)": "there is no host {0}; check the address and the network",
    r"SocketTimeoutException|ConnectTimeoutException|NoRouteToHostException|ConnectException": (
        "a host cannot be reached ({cause}); check the address and the network"
    ),
    r"Python worker exited unexpectedly|ExecutorLostFailure|Executor heartbeat timed out": (
        "a worker of Spark died before its task was done, often for lack of memory; run this "
        "again, with less data or more memory"
    ),
    r"^([\w.]+: .+)\n SQLSTATE: 38000": "a Python function failed inside Spark ({0})",
    r"(\S+) is not a Parquet file": "{0} is no Parquet file, or a damaged one; write it again",
    r"AnalysisException|ParseException": "Spark does not understand the query ({cause})",
}


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every failure of Spark inside a `with` block into one sentence.

    Other errors pass as they are.

    Raises
    ------
    DataError
        What happened and what to do: a path is missing, a host unreachable, memory or disk full,
        a worker or the JVM itself has died. The log of the JVM is named where it tells more.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except HelpersError:
        raise
    except (Py4JError, PySparkException, OSError, EOFError) as error:
        refusal = _explain_end(error) or _explain(error)
        if refusal is None:
            raise
        raise refusal from None


def _explain_end(error: Exception) -> DataError | None:
    """Return what to say where the JVM is no longer there; None where it is."""
    # Connections break a moment before the process ends.
    ended = how_jvm_ended(patience=5 if _is_silent(error) else 0)
    if ended is None:
        return None
    if ended == OUT_OF_HEAP:
        return DataError(f"Spark's Java process ran out of memory and ended; {_MORE_MEMORY}")
    return DataError(
        f"Spark's Java process has died ({ended}); its log is {keep_log()}; run this again, with "
        "less data where memory is short"
    )


def _is_silent(error: Exception) -> bool:
    """Return whether a failure came without a word from the JVM."""
    if isinstance(error, OSError | EOFError):
        return isinstance(error, ConnectionError | EOFError)
    return not hasattr(error, "_stackTrace") and not hasattr(error, "java_exception")


def _explain(error: Exception) -> DataError | None:
    """Return what to say of a failure that the JVM has reported; None where it reported none."""
    if isinstance(error, OSError | EOFError):
        return None
    text = jvm_text(error)
    for pattern, sentence in _SENTENCES.items():
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return DataError(
                sentence.format(
                    *found.groups(),
                    cause=root_cause(text),
                    temporary=tempfile.gettempdir(),
                    hadoop=_hadoop_version() if "{hadoop}" in sentence else "",
                )
            )
    return DataError(f"Spark failed ({root_cause(text)}); its log is {keep_log()}")


def _hadoop_version() -> str:
    from pyspark import SparkContext

    return SparkContext._jvm.org.apache.hadoop.util.VersionInfo.getVersion()
