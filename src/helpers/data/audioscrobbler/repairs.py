"""What was found wrong or odd in the dump, and what was done about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from helpers.data.findings import EXAMPLES, Finding
from helpers.data.tables import shown


@dataclass(frozen=True)
class Repair:
    """All cases of one kind in one file.

    Attributes
    ----------
    file : str
    found : str
        What it is, in the plural.
    cases : int
        How many there are, at least 1.
    done : str
        What became of them.
    examples : tuple of str
        The first cases, where they can be shown.
    """

    file: str
    found: str
    cases: int
    done: str
    examples: tuple[str, ...] = ()

    def as_note(self) -> Finding:
        """Return the same as a note of a check."""
        return Finding(self.file, f"{self.found}: {self.cases:,}, {self.done}", self.examples)

    def __str__(self) -> str:
        head = f"{self.file}: {self.found}: {self.cases:,}, {self.done}"
        return "\n".join([head, *(f"    {example}" for example in self.examples)])


def repair_table(repairs: Iterable[Repair]) -> pl.DataFrame:
    """Return repairs as a table: file, found, cases, done, example (the first; may be null)."""
    rows = [
        (one.file, one.found, one.cases, one.done, one.examples[0] if one.examples else None)
        for one in repairs
    ]
    schema = {
        "file": pl.String,
        "found": pl.String,
        "cases": pl.Int64,
        "done": pl.String,
        "example": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True)
class Rule:
    """Which lines are of one kind.

    Attributes
    ----------
    is_meant : Expr
        Never null; true for the lines that are meant.
    found, done : str
        As in `Repair`.
    """

    is_meant: pl.Expr
    found: str
    done: str


def repairs_of(file: str, lines: pl.DataFrame, rules: Sequence[Rule]) -> list[Repair]:
    """Return a repair for each rule that means any of the lines.

    Parameters
    ----------
    file : str
    lines : DataFrame
        Has columns line and text, which are shown as examples.
    rules : sequence of Rule
    """
    meant = [(rule, lines.filter(rule.is_meant)) for rule in rules]
    return [
        Repair(file, rule.found, len(found), rule.done, line_examples(found))
        for rule, found in meant
        if len(found)
    ]


def set_aside(
    file: str, lines: pl.DataFrame, rules: Sequence[Rule]
) -> tuple[pl.DataFrame, list[Repair]]:
    """Return the lines that no rule means, and repairs; each line counts for its first rule."""
    repairs = []
    for rule in rules:
        found = repairs_of(file, lines, [rule])
        if found:
            lines = lines.filter(~rule.is_meant)
        repairs += found
    return lines, repairs


def line_examples(lines: pl.DataFrame) -> tuple[str, ...]:
    """Return the first lines for people, quoted so that they cannot act on a terminal."""
    first = lines.head(EXAMPLES).select("line", "text").iter_rows()
    return tuple(f"line {number}: {shown(text)}" for number, text in first)
