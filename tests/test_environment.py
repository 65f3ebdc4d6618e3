"""The lock, the package and the conda environment must not drift apart."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from helpers.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = {
    name: [
        Requirement(line)
        for line in (ROOT / name).read_text().splitlines()
        if line and not line.startswith("#")
    ]
    for name in ("requirements.txt", "requirements-audio.txt")
}
LOCK = [pin for pins in LOCKS.values() for pin in pins]
PYTHONS = ["3.11", "3.12", "3.13"]


def declared() -> list[Requirement]:
    extras = [name for group in PROJECT["optional-dependencies"].values() for name in group]
    return [Requirement(text) for text in PROJECT["dependencies"] + extras]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("wanted", declared(), ids=str)
def test_lock_pins_every_declared_dependency_once(wanted, python):
    where = {"python_version": python, "python_full_version": f"{python}.0"}
    pins = [
        pin
        for pin in LOCK
        if canonicalize_name(pin.name) == canonicalize_name(wanted.name)
        and (pin.marker is None or pin.marker.evaluate(where))
    ]
    assert len(pins) == 1, f"{wanted.name} has {len(pins)} pins on Python {python}"
    version = str(pins[0].specifier).removeprefix("==")
    assert wanted.specifier.contains(version, prereleases=True)


def test_lock_holds_nothing_but_exact_pins():
    assert all(str(pin.specifier).startswith("==") and pin.url is None for pin in LOCK)


def test_conda_environment_installs_the_same_lock():
    text = (ROOT / "environment.yml").read_text()
    after_pip = text.split("- pip:\n")[1].split("variables:")[0]
    assert re.findall(r"- (-\S.*)", after_pip) == ["-r requirements.txt", "-e ."]
    python = re.search(r"- python=(\S+)", text).group(1)
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{python}.0")
    assert python in PYTHONS


def test_conda_environment_brings_java_and_compilers():
    text = (ROOT / "environment.yml").read_text()
    for name in ("openjdk", "c-compiler", "cxx-compiler", "make"):
        assert re.search(rf"^  - {name}\b", text, re.MULTILINE), name
