"""A session is quiet, reused, replaceable after its JVM has died, and leaves nothing behind."""

import os
import subprocess
import sys

import pytest

from helpers.spark import jvm_memory_mb, shuffled_bytes, spark_session
from helpers.spark.java import missing_spark

# Everything that ends a session, one after another; each line that it prints is looked at.
SCRIPT = """
import os, signal
from helpers.errors import HelpersError
from helpers.spark import plain_errors, spark_session, stop_spark

def attempt(do):
    try:
        with plain_errors():
            print(do())
    except HelpersError as error:
        print(f"{type(error).__name__}: {error}")

os.environ["SPARK_DRIVER_MEMORY"] = "plenty"
attempt(spark_session)
os.environ["SPARK_DRIVER_MEMORY"] = "512m"
session = spark_session()
attempt(lambda: session.sql("select repeat('x', 400000000) as long").collect())
session = spark_session()
os.kill(session.sparkContext._gateway.proc.pid, signal.SIGKILL)
attempt(lambda: session.range(5).count())
first = session
session = spark_session()
attempt(lambda: (session is not first, session.range(5).groupBy("id").count().count()))
stop_spark()
print(os.listdir(os.environ["TMPDIR"]), os.listdir())
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no process")
"""


def test_one_session_a_process_is_reused(session):
    assert spark_session() is session


def test_session_suits_the_cores_of_this_machine(session):
    cores = session.sparkContext.defaultParallelism
    assert int(session.conf.get("spark.sql.shuffle.partitions")) == 2 * cores
    assert session.sparkContext.uiWebUrl is None
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"


def test_shuffled_bytes_are_those_that_a_group_by_moves(session):
    before = shuffled_bytes(session)
    session.range(1000).count()
    little = shuffled_bytes(session) - before
    session.range(100_000).repartition("id").count()
    assert shuffled_bytes(session) - before - little > 100_000
    assert little < 1000


def test_memory_of_the_jvm_is_its_own(session):
    assert jvm_memory_mb(session) is None or 150 < jvm_memory_mb(session) < 20_000


@pytest.mark.skipif(missing_spark() is not None, reason=str(missing_spark()))
def test_whatever_ends_a_session_is_said_in_a_sentence_and_leaves_nothing(tmp_path):
    for name in ("work", "tmp"):
        (tmp_path / name).mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path / "work",
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert ended.stderr == ""
    memory, heap, killed, again, files, children = ended.stdout.splitlines()
    assert memory.startswith(
        "SettingError: Spark did not start (Invalid maximum heap size: -Xmxplenty); check "
    )
    assert "Spark's Java process ran out of memory and ended" in heap
    assert "set SPARK_DRIVER_MEMORY to more" in heap
    assert "Java process has died (killed, as Linux does where memory is short)" in killed
    assert again == "(True, 5)"
    assert files == "[] []"
    assert children == "no process"
