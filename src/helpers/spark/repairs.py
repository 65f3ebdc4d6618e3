"""Misspelt artists in Spark: aliases followed to the end, and their play counts put together."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from helpers.spark.refusals import plain_errors


def resolve_aliases(aliases: DataFrame) -> DataFrame:
    """Follow aliases of aliases to the end.

    Parameters
    ----------
    aliases : DataFrame
        bad_id (distinct), good_id.

    Returns
    -------
    DataFrame
        bad_id, good_id: the end of the chain, which is never misspelt. Aliases whose chain goes
        round in a circle, now or after some steps, are left out.
    """
    with plain_errors():
        # A checkpoint forgets how it was made, which otherwise would double with every round.
        links, before = aliases.select("bad_id", "good_id").localCheckpoint(), None
        while True:
            onward = links.select(F.col("bad_id").alias("good_id"), F.col("good_id").alias("end"))
            # Every round doubles the steps taken; a chain is open until it has reached its end.
            links = (
                links.join(F.broadcast(onward), "good_id", "left")
                .select(
                    "bad_id",
                    F.coalesce("end", "good_id").alias("good_id"),
                    F.col("end").isNotNull().alias("is_open"),
                )
                .localCheckpoint()
            )
            n_open = links.filter("is_open").count()
            # As long as a chain with an end is open, each round closes one. The rest are circles.
            if n_open in (0, before):
                return links.filter("not is_open").select("bad_id", "good_id")
            before = n_open


def merged_plays(plays: DataFrame, aliases: DataFrame) -> DataFrame:
    """Return play counts of the right artists, those of the same user and artist summed.

    Parameters
    ----------
    plays : DataFrame
        user_id, artist_id, plays, from `read_plays`.
    aliases : DataFrame
        bad_id, good_id, from `resolve_aliases`.

    Returns
    -------
    DataFrame
        user_id, artist_id (int), plays (bigint); one row a pair.
    """
    # A copy of the aliases for every worker is small; the plays would all have to be moved.
    small = F.broadcast(aliases.withColumnRenamed("bad_id", "artist_id"))
    right = plays.join(small, "artist_id", "left").select(
        "user_id", F.coalesce("good_id", "artist_id").alias("artist_id"), "plays"
    )
    return right.groupBy("user_id", "artist_id").agg(F.sum("plays").alias("plays"))
