"""Where things are: one function or constant for every folder of the project."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
CACHE = DATA / "cache"
RESULTS = ROOT / "reports" / "results"


def raw_dir() -> Path:
    """Return the folder of real data: `MUSIC_DATA_DIR` where it is set, else `data/raw`.

    It holds one folder a dataset, named as the dataset.
    """
    return _from_environment("MUSIC_DATA_DIR", DATA / "raw")


def synthetic_dir(scale: str = "lesson") -> Path:
    """Return the folder of the synthetic world of one scale (one folder a dataset inside)."""
    return _from_environment("MUSIC_SYNTHETIC_DIR", DATA / "synthetic") / scale


def models_dir() -> Path:
    """Return the folder of trained models: `MUSIC_MODELS_DIR` where it is set."""
    return _from_environment("MUSIC_MODELS_DIR", CACHE / "models")


def reports_dir() -> Path:
    """Return the folder of generated reports: `MUSIC_REPORTS_DIR` where it is set."""
    return _from_environment("MUSIC_REPORTS_DIR", ROOT / "reports")


def runs_dir() -> Path:
    """Return the folder of executed lessons."""
    return reports_dir() / "runs"


def html_dir() -> Path:
    """Return the folder of the rendered site."""
    return reports_dir() / "html"


def metrics_dir() -> Path:
    """Return the folder of recorded numbers and figures, one JSON file a lesson."""
    return reports_dir() / "metrics"


def _from_environment(variable: str, default: Path) -> Path:
    value = os.environ.get(variable)
    return Path(value).expanduser().resolve() if value else default
