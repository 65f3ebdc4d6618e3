"""What lies behind a failure of Spark: the text of the JVM, and its root cause in one line."""

import re
from contextlib import suppress

LONGEST_CAUSE = 300
"""Characters; what is longer, such as a query plan, is cut."""

_CLASS_NAMES = re.compile(r"(?:(?:[\w$]+\.)+[\w$]+: +)+")
_CODES = re.compile(r"^\[[A-Z_.0-9]+\] | SQLSTATE: \w+.*$")
_BEGINS_A_CAUSE = re.compile(r"(?:: |Caused by: )?(?=\[[A-Z_.0-9]+\] |(?:[\w$]+\.)+[\w$]+: )")


def jvm_text(error: Exception) -> str:
    """Return all that a failure tells of itself, with the stack traces of the JVM."""
    with suppress(Exception):  # a dead JVM can no longer be asked for the text
        return getattr(error, "_stackTrace", None) or str(error)
    return type(error).__name__


def root_cause(text: str) -> str:
    r"""Return the innermost message in the text of a failure, as one line without class names.

    Examples
    --------
    >>> root_cause("java.lang.RuntimeException: no\nCaused by: java.io.IOException: disk is wet")
    'disk is wet'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line for line in lines if _BEGINS_A_CAUSE.match(line)] or lines[:1] or ["no message"]
    cause = _CLASS_NAMES.sub("", causes[-1].removeprefix(": ").removeprefix("Caused by: "), count=1)
    return _CODES.sub("", cause).strip(" .")[:LONGEST_CAUSE]
