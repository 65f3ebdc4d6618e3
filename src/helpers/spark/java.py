"""Whether Spark can run here: pyspark is installed, and Java is there and new enough."""

import os
import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec

OLDEST_JAVA = 17
"""The oldest Java that Spark 4 runs on."""

_HOW_TO_INSTALL = "install it (Debian: openjdk-17-jre-headless, conda: openjdk=17)"


def missing_spark() -> str | None:
    """Return one sentence that says what Spark lacks here, or None where it can run.

    Java is looked for where Spark itself looks: in `JAVA_HOME` where that is set, else on the
    `PATH`.

    Examples
    --------
    >>> missing_spark() is None or "install" in missing_spark()
    True
    """
    if find_spec("pyspark") is None:
        return "Spark needs the package pyspark; install it with `pip install -e .[spark]`"
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else "java"
    path = shutil.which(java)
    if path is None and home:
        return (
            f"Spark needs Java {OLDEST_JAVA} or newer, and JAVA_HOME={home} has no bin/java; "
            f"unset JAVA_HOME or {_HOW_TO_INSTALL}"
        )
    version = path and _java_version(path)
    if not version:
        return f"Spark needs Java {OLDEST_JAVA} or newer, and none was found; {_HOW_TO_INSTALL}"
    if version < OLDEST_JAVA:
        return (
            f"Spark needs Java {OLDEST_JAVA} or newer, and {path} is Java {version}; "
            f"{_HOW_TO_INSTALL} and set JAVA_HOME to its folder"
        )
    return None


@cache
def _java_version(path: str) -> int | None:
    """Return the major version of one Java, None where it does not run."""
    try:
        said = subprocess.run(  # noqa: S603
            [path, "-version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    # 1.8.0_292 is Java 8, 17.0.15 is Java 17; what stands before may be a note on its options.
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(found[1]) if found else None
