"""What is missing for Spark is said in one sentence, before anything of Spark is loaded."""

import pytest

from helpers.spark import java
from helpers.spark.java import missing_spark


@pytest.fixture
def install_java(monkeypatch, tmp_path):
    """A function that makes a program the only Java of this machine."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java._java_version.cache_clear()

    def install(script: str) -> str:
        program = tmp_path / "bin" / "java"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return str(program)

    yield install
    java._java_version.cache_clear()


@pytest.mark.parametrize(
    "version", ['openjdk version "17.0.15" 2025-04-15', 'java version "25" 2025-09-16 LTS']
)
def test_java_17_and_newer_will_do(install_java, version):
    install_java(f"echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=\"8.0\"' >&2; echo '{version}' >&2")
    assert missing_spark() is None


@pytest.mark.parametrize(("version", "major"), [("1.8.0_292", 8), ("11.0.2", 11), ("16", 16)])
def test_older_java_is_named_with_its_version_and_path(install_java, version, major):
    path = install_java(f"echo 'openjdk version \"{version}\"' >&2")
    assert missing_spark() == (
        f"Spark needs Java 17 or newer, and {path} is Java {major}; install it "
        "(Debian: openjdk-17-jre-headless, conda: openjdk=17) and set JAVA_HOME to its folder"
    )


@pytest.mark.parametrize("script", ["exit 1", "echo no version here"])
def test_java_that_does_not_run_is_none(install_java, script):
    install_java(script)
    assert "none was found; install it (Debian: openjdk-17-jre-headless" in missing_spark()


def test_without_java_it_says_what_to_install(install_java):
    assert missing_spark() == (
        "Spark needs Java 17 or newer, and none was found; install it "
        "(Debian: openjdk-17-jre-headless, conda: openjdk=17)"
    )


def test_java_home_comes_before_the_path_as_for_spark(install_java, monkeypatch, tmp_path):
    install_java("echo 'openjdk version \"17\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert missing_spark() is None
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    assert f"JAVA_HOME={tmp_path}/old has no bin/java; unset JAVA_HOME or" in missing_spark()


def test_without_pyspark_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(java, "find_spec", lambda name: None)
    assert missing_spark() == (
        "Spark needs the package pyspark; install it with `pip install -e .[spark]`"
    )
