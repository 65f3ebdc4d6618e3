"""Every failure of Spark ends in one sentence that says what to do."""

import os
import signal

import pytest

from helpers.errors import DataError
from helpers.spark.causes import root_cause
from helpers.spark.refusals import plain_errors


def refusal_of(do) -> str:
    with pytest.raises(DataError) as caught, plain_errors():
        do()
    assert caught.value.__suppress_context__
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_path_that_is_missing_is_named(session, tmp_path):
    missing = f"{tmp_path}/no such.txt"
    assert refusal_of(lambda: session.read.text(missing)) == (
        f"file:{missing} does not exist; check the name"
    )


def test_file_that_is_no_parquet_is_named(session, tmp_path):
    (tmp_path / "plays.parquet").write_text("1 2 3\n")
    said = refusal_of(lambda: session.read.parquet(f"{tmp_path}/plays.parquet"))
    assert (
        said
        == f"file:{tmp_path}/plays.parquet is no Parquet file, or a damaged one; write it again"
    )


def test_s3_names_the_library_that_is_not_loaded(session):
    said = refusal_of(lambda: session.read.text("s3a://bucket/plays.txt"))
    assert "set SPARK_PACKAGES=org.apache.hadoop:hadoop-aws:3." in said


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("hdfs://127.0.0.1:1/x", "localhost:1 cannot be reached (Connection refused); check host"),
        ("hdfs://nowhere.invalid/x", "there is no host nowhere.invalid; check the address"),
        ("hdfs:///x", "hdfs:///x names no host, expected hdfs://host:port/path"),
        ("foo://x/y", "Spark knows no paths that begin with foo://, expected a local path"),
    ],
)
def test_address_that_leads_nowhere_is_named(session, path, sentence):
    assert refusal_of(lambda: session.read.text(path)).startswith(sentence)


def test_column_that_is_not_there_is_named(session, capfd):
    said = refusal_of(lambda: session.range(3).select("play"))
    assert said.startswith("Spark does not understand the query (A column")
    assert "`play` cannot be resolved" in said
    assert capfd.readouterr().err == ""


def test_worker_that_dies_is_reported(session):
    from pyspark.sql import functions

    die = functions.udf(lambda number: os.kill(os.getpid(), signal.SIGKILL))
    said = refusal_of(lambda: session.range(1).select(die("id")).collect())
    assert said.startswith("a worker of Spark died before its task was done, often for lack of")


def test_unknown_failure_gives_its_root_cause_and_the_log(session, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.paths.CACHE", tmp_path)
    said = refusal_of(lambda: session.sql("select cast('x' as int)").collect())
    assert said.startswith("Spark failed (The value 'x' of the type")
    assert said.endswith(f"; its log is {tmp_path}/spark.log")
    assert (tmp_path / "spark.log").is_file()


def test_errors_that_are_not_of_spark_pass_as_they_are():
    for error in (FileNotFoundError("mine"), KeyError("mine"), DataError("mine")):
        with pytest.raises(type(error), match="mine"), plain_errors():
            raise error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("java.io.IOException: No space left on device", "the disk is full where Spark writes"),
        (
            "org.apache.hadoop.security.AccessControlException: Permission denied: user=anna",
            "Spark was refused access (Permission denied: user=anna); check the permissions",
        ),
        (
            "SparkException: Job aborted due to stage failure: ExecutorLostFailure (executor 1)",
            "a worker of Spark died before its task was done",
        ),
        (
            "SparkException: Total size of results is bigger than spark.driver.maxResultSize 1g",
            "the result is too large to be collected",
        ),
    ],
)
def test_what_cannot_be_provoked_here_has_its_sentence_too(text, sentence):
    from pyspark.errors import PySparkException

    def fail():
        error = PySparkException("")
        error._stackTrace = text
        raise error

    assert refusal_of(fail).startswith(sentence)


def test_root_cause_is_the_last_one_that_says_something():
    text = (
        "An error occurred while calling o62.text.\n: a.b.OneException: c.d.TwoException: outer\n"
        "\tat x.y(Z.scala:1)\nCaused by: e.f.ThreeException: [A_CODE.MORE] inner: it. SQLSTATE: 1\n"
        "\t... 3 more\nCaused by: java.io.EOFException\n"
    )
    assert root_cause(text) == "inner: it"
    assert root_cause("") == "no message"
    assert len(root_cause("x" * 5000)) == 300
