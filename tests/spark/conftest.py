"""One Spark session for all tests of this folder."""

import os

import pytest

from helpers.spark.java import missing_spark

# Java's best compiler costs more time than it saves in jobs as short as these.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")


@pytest.fixture(scope="session")
def session():
    """A running Spark session; tests that need it are skipped where Spark cannot run."""
    reason = missing_spark()
    if reason:
        pytest.skip(reason)
    from helpers.spark.session import spark_session

    return spark_session()
