"""One quiet Spark session a process, on this machine's cores or on a cluster."""

import atexit
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import paths
from helpers.errors import SettingError
from helpers.spark.causes import jvm_text, root_cause
from helpers.spark.java import missing_spark

if TYPE_CHECKING:
    from py4j.clientserver import ClientServer
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

MOST_DRIVER_MB = 12 * 1024
"""The default heap of the JVM is half of the machine's memory, and at most this."""

LOG = "spark.log"

OUT_OF_HEAP = "its heap was too small"
"""How a JVM ended that had no memory left."""

_OUT_OF_HEAP_STATUSES = (3, 52)  # of Java and of Spark

# What the log says of a JVM that ended, or a cluster that gave up, before there was a session.
_SAID = (
    r"been killed\. Reason: (.*)",
    r'^Exception in thread "main" (.*)',
    r"^(.*(?:[Ii]nvalid|Error).*)",
)


@dataclass(frozen=True)
class _Running:
    """The session, the JVM behind it, and the folder of all files of both."""

    session: "SparkSession"
    gateway: "ClientServer"
    folder: Path

    def answers(self) -> bool:
        """Return whether the JVM lives and nobody has stopped the session."""
        context = self.session.sparkContext._jsc
        return self.gateway.proc.poll() is None and context is not None and not _is_stopped(context)


_running: _Running | None = None


def spark_session() -> "SparkSession":
    """Return the Spark session of this process; it is started where none is running.

    Environment variables say where and how large:

    - `SPARK_MASTER`: the address of a cluster, such as ``spark://host:7077`` or ``yarn``; by
      default ``local[*]``, all cores of this machine.
    - `SPARK_DRIVER_MEMORY`: the heap of the JVM, such as ``4g``; by default half of the machine's
      memory, and at most 12 GB.
    - `SPARK_PACKAGES`: Maven coordinates of libraries to load, comma-separated, such as
      ``org.apache.hadoop:hadoop-aws:3.5.0`` for ``s3a://`` paths.

    Nothing of the JVM is printed: it writes to a log file. All its files are in one temporary
    folder, which `stop_spark` deletes, as does the end of the process.

    Raises
    ------
    SettingError
        If pyspark or Java is missing, Java is too old, or Spark refuses one of the settings.
    """
    global _running  # noqa: PLW0603
    if _running is not None and _running.answers():
        return _running.session
    stop_spark()
    missing = missing_spark()
    if missing:
        raise SettingError(missing)
    _running = _start()
    return _running.session


def stop_spark() -> None:
    """Stop the session of this process, if there is one: no JVM and no file of it remains.

    A session whose JVM has died is cleared away alike, and `spark_session` starts a new one.
    """
    global _running
    running, _running = _running, None
    if running is not None:
        with warnings.catch_warnings(), suppress(Exception):  # a dead JVM cannot answer
            warnings.simplefilter("ignore")
            running.session.stop()
        _clear(running.gateway, running.folder)


atexit.register(stop_spark)


def how_jvm_ended(patience: float = 0) -> str | None:
    """Return how the JVM of the session has died; None while it lives, or if none was started.

    Parameters
    ----------
    patience : float
        Seconds to wait for its end, which takes a moment.
    """
    if _running is None:
        return None
    try:
        status = _running.gateway.proc.wait(patience)
    except subprocess.TimeoutExpired:
        return None
    if status == -signal.SIGKILL:
        return "killed, as Linux does where memory is short"
    return OUT_OF_HEAP if status in _OUT_OF_HEAP_STATUSES else f"exit status {status}"


def keep_log() -> Path | None:
    """Copy the log of the session's JVM to where it outlives the session, and return the copy."""
    return _running and _copy_log(_running.folder)


def jvm_memory_mb(session: "SparkSession") -> float | None:
    """Return the peak of the memory that the JVM of a session held (resident), in 10^6 bytes.

    Returns
    -------
    float or None
        None outside Linux, and where the JVM is not a child of this process.
    """
    process = getattr(session.sparkContext._gateway, "proc", None)
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024 / 1e6
    except (OSError, AttributeError, TypeError):
        return None


def shuffled_bytes(session: "SparkSession") -> int:
    """Return how many bytes all stages of a session have written for others to fetch, so far.

    Work costs the difference between two calls.
    """
    spark = session.sparkContext._jsc.sc()
    # Tasks report when they end, a little later than results: seconds later on a busy machine.
    spark.listenerBus().waitUntilEmpty(60_000)
    gateway = session.sparkContext._gateway
    no_quantiles = gateway.new_array(gateway.jvm.double, 0)
    stages = spark.statusStore().stageList(None, False, False, no_quantiles, None)
    return sum(stages.apply(n).shuffleWriteBytes() for n in range(stages.size()))


def _is_stopped(context: object) -> bool:
    try:
        return context.sc().isStopped()
    except Exception:  # whatever keeps the JVM from answering
        return True


def _start() -> _Running:
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    _silence_python()
    folder = Path(tempfile.mkdtemp(prefix="music-spark-"))
    conf = _settings(folder)
    gateway = None
    try:
        with (folder / LOG).open("ab") as log:
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
        context = SparkContext(conf=conf, gateway=gateway)
        context.setLogLevel("ERROR")
        session = SparkSession(context)
        if _is_local(context.master):
            # Every tenth iteration of ALS writes its vectors there and forgets how they came about.
            context.setCheckpointDir(str(folder / "checkpoints"))
            # Python workers here are of this very Python; Spark would take any python3.
            context.pythonExec = os.environ.get("PYSPARK_PYTHON", sys.executable)
            # 200 by default, whatever the machine; two a core even out what is unevenly large.
            session.conf.set("spark.sql.shuffle.partitions", 2 * context.defaultParallelism)
    except BaseException as error:
        refusal = _explain_start(error, folder) if isinstance(error, Exception) else error
        _clear(gateway, folder)
        raise refusal from None
    return _Running(session, gateway, folder)


def _settings(folder: Path) -> "SparkConf":
    from pyspark import SparkConf

    master = os.environ.get("SPARK_MASTER") or "local[*]"
    settings = {
        "spark.master": master,
        "spark.app.name": "music-recommender-lab",
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY") or _driver_memory(),
        # ALS remembers how every vector came about: the deeper, the more iterations. And a JVM
        # that lives on without memory may neither answer nor end: it shall end at once.
        "spark.driver.extraJavaOptions": (
            f'-Xss8m -XX:+ExitOnOutOfMemoryError -Djava.io.tmpdir="{folder}"'
        ),
        "spark.local.dir": str(folder),
        # A host that does not answer is given up after a minute, not after a quarter of an hour.
        "spark.hadoop.ipc.client.connect.max.retries.on.timeouts": "3",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if os.environ.get("SPARK_PACKAGES"):
        settings["spark.jars.packages"] = os.environ["SPARK_PACKAGES"]
    if _is_local(master):
        # The name of this machine may have no address, or one that a firewall closes.
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return SparkConf(loadDefaults=False).setAll(list(settings.items()))


def _explain_start(error: Exception, folder: Path) -> SettingError:
    cause = root_cause(jvm_text(error))
    log = (folder / LOG).read_text(errors="replace")
    said = next(filter(None, (re.search(words, log, re.MULTILINE) for words in _SAID)), None)
    if said and re.search("JAVA_GATEWAY_EXITED|stopped SparkContext", str(error)):
        cause = root_cause(said[1])
    return SettingError(
        f"Spark did not start ({cause}); check SPARK_MASTER, SPARK_DRIVER_MEMORY and "
        f"SPARK_PACKAGES where you have set them, or read {_copy_log(folder)}"
    )


def _copy_log(folder: Path) -> Path:
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(folder / LOG, paths.CACHE / LOG))


def _silence_python() -> None:
    """Keep what the Python side of Spark logs of failures, which are raised too, off stderr."""
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True
    logging.getLogger().addFilter(_is_not_of_py4j)


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    return "py4j" not in Path(record.pathname).parts


def _is_local(master: str) -> bool:
    return master == "local" or master.startswith("local[")


def _driver_memory() -> str:
    megabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return f"{min(megabytes // 2, MOST_DRIVER_MB)}m"


def _clear(gateway: "ClientServer | None", folder: Path) -> None:
    """End the JVM, forget it and delete its files."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if gateway is not None:
        with suppress(Exception):
            gateway.shutdown()
        gateway.proc.stdin.close()  # on which the JVM exits by itself
        try:
            gateway.proc.wait(timeout=20)
        except subprocess.TimeoutExpired:
            gateway.proc.kill()
            gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    SparkSession._instantiatedSession = SparkSession._activeSession = None
    shutil.rmtree(folder, ignore_errors=True)
