"""Splits written down pair by pair."""

from collections.abc import Iterable

import polars as pl

from helpers.interactions import IdMap, Interactions
from helpers.split import Split

Pairs = Iterable[tuple[str | int, str | int]]


def split_of(train: Pairs, test: Pairs, validation: Pairs | None = None) -> Split:
    """Return a split of pairs (user, item), all of weight 1."""
    everything = [*train, *(validation or ()), *test]
    users = IdMap.from_values([user for user, _ in everything])
    items = IdMap.from_values([item for _, item in everything])

    def part(pairs: Pairs) -> Interactions:
        frame = pl.DataFrame(pairs, schema=["user_id", "item_id"], orient="row")
        return Interactions.from_frame(frame.with_columns(weight=1.0), users=users, items=items)

    return Split(part(train), None if validation is None else part(validation), part(test))
