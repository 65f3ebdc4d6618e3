"""Recorded studies: results that take minutes, tracked in `reports/results`, one file a study."""

import json
from typing import Any

from helpers import paths
from helpers.errors import DataError, SettingError

STUDIES = ("cold_artists", "cold_tracks", "bandits", "cold_start")
"""Names of the studies; `python -m helpers study NAME --json reports/results/NAME.json` records."""


def read_study(name: str) -> dict[str, Any]:
    """Read the record of a study.

    Parameters
    ----------
    name : str
        One of `STUDIES`.

    Raises
    ------
    SettingError
        If there is no study of that name.
    DataError
        If its record is missing or malformed. The message names the command to make it.
    """
    if name not in STUDIES:
        raise SettingError(f"study is {name!r}, expected one of {', '.join(STUDIES)}")
    file = paths.RESULTS / f"{name}.json"
    again = f"make it with: python -m helpers study {name} --json reports/results/{name}.json"
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{file.name} is missing in reports/results; {again}") from None
    except ValueError as error:
        raise DataError(f"{file.name} is not JSON ({error}); {again}") from None
    if not isinstance(record, dict) or record.get("study") != name:
        raise DataError(f"{file.name} holds no record of the study {name}; {again}")
    return record
