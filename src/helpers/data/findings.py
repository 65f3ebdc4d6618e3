"""What is wrong or odd in a dataset, put so that people can act on it."""

from dataclasses import dataclass
from pathlib import Path

EXAMPLES = 3
"""How many cases of one kind are shown."""


@dataclass(frozen=True)
class Finding:
    """All cases of one kind in one file.

    Attributes
    ----------
    file : str
    message : str
        What it is, and the number of cases.
    examples : tuple of str
        The first cases, each with its line.
    is_error : bool
        Whether the file cannot be used as it is; otherwise it is good to know.
    """

    file: str
    message: str
    examples: tuple[str, ...] = ()
    is_error: bool = False

    def __str__(self) -> str:
        head = f"{'error' if self.is_error else 'note '}  {self.file}: {self.message}"
        return "\n".join([head, *(f"         {example}" for example in self.examples)])


@dataclass(frozen=True)
class CheckReport:
    """What was found in the folder of a dataset.

    Attributes
    ----------
    name : str
    folder : Path
    counts : dict
        What is counted -> number found.
    published : dict
        The same for the published dataset, where there is such a number.
    findings : tuple of Finding
    """

    name: str
    folder: Path
    counts: dict[str, int]
    published: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether something is missing or malformed, so that the dataset cannot be loaded."""
        return any(finding.is_error for finding in self.findings)

    def __str__(self) -> str:
        n_errors = sum(finding.is_error for finding in self.findings)
        n_notes = len(self.findings) - n_errors
        state = "not usable" if n_errors else "usable"
        lines = [f"{self.name} in {self.folder}: {state} (errors: {n_errors}, notes: {n_notes})"]
        for what, found in self.counts.items():
            lines.append(f"  {what:<18}{found:>10,}   {self._remark(what)}".rstrip())
        order = sorted(self.findings, key=lambda finding: not finding.is_error)
        return "\n".join([*lines, *(f"  {finding}" for finding in order)])

    def _remark(self, what: str) -> str:
        expected = self.published.get(what)
        if expected is None:
            return ""
        return "as published" if self.counts[what] == expected else f"published: {expected:,}"


def missing_folder(name: str, folder: Path, published: dict[str, int], remedy: str) -> CheckReport:
    """Return the report on a dataset whose folder is not there."""
    message = f"the folder is missing, expected the dataset in it; {remedy}"
    return CheckReport(name, folder, {}, published, (Finding(str(folder), message, (), True),))
