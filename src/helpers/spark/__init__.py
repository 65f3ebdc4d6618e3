"""Listening data and models on Apache Spark, from two cores to a cluster."""

import warnings

from helpers.spark.java import missing_spark
from helpers.spark.refusals import plain_errors
from helpers.spark.session import jvm_memory_mb, shuffled_bytes, spark_session, stop_spark

# pyspark says so whenever it is imported or meets pandas; what is used here works with pandas 3.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")

__all__ = [
    "jvm_memory_mb",
    "missing_spark",
    "plain_errors",
    "shuffled_bytes",
    "spark_session",
    "stop_spark",
]
