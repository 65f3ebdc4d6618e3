"""The settings that models have unless told otherwise, read from `tuned.toml` beside this file."""

import tomllib
from pathlib import Path
from typing import Any

# Model name -> the settings found for it.
TUNED: dict[str, dict[str, Any]] = {
    name: section["settings"]
    for name, section in tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    ).items()
}
