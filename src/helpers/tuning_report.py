"""What a study found, as tables for a terminal and as a section of `models/tuned.toml`."""

import json
import textwrap
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.models import make_model, tuned
from helpers.tuning import Trial, Tuning

TUNED_FILE = Path(tuned.__file__).with_suffix(".toml")
_N_SHOWN = 10


def render_trials(tuning: Tuning, k: int) -> str:
    """Return the ten best trials as a table, and how many failed."""
    names = list(tuning.best.settings)
    header = ["", f"NDCG@{k}", f"P@{k}", "fit s", *names]
    rows = [
        [
            "default" if trial is tuning.default else "",
            f"{trial.ndcg:.4f}",
            f"{trial.precision:.4f}",
            f"{trial.fit_seconds:.2f}",
            *(str(trial.settings[name]) for name in names),
        ]
        for trial in tuning.ranked[:_N_SHOWN]
    ]
    failed = [trial for trial in tuning.trials if trial.error]
    lines = [_aligned([header, *rows])]
    if failed:
        lines.append(f"{len(failed)} trials failed, the last because {failed[-1].error}")
    return "\n".join(lines)


def render_importances(tuning: Tuning) -> str:
    """Return how much each setting explains of the differences in NDCG, as a table."""
    if not tuning.importances:
        return "The trials are too few or too alike to tell which setting matters."
    rows = [[name, f"{100 * share:.0f} %"] for name, share in tuning.importances.items()]
    return _aligned([["setting", "share of the variance of NDCG"], *rows])


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def tuned_section(
    tuning: Tuning, *, data: str, split_seeds: Sequence[int], k: int, command: str
) -> str:
    """Return the best settings as a section of `tuned.toml`.

    Parameters
    ----------
    tuning : Tuning
    data : str
        What was tuned on, like "real last.fm".
    split_seeds : sequence of int
    k : int
    command : str
        The command line that repeats the study.
    """
    seeds = ", ".join(map(str, split_seeds))
    comment = (
        f"Trained on 64 % of the pairs of {data}, judged on another 16 %, mean of split seeds "
        f"{seeds}; {len(tuning.trials)} trials. Validation: {_worth(tuning.best, k)}"
    )
    if tuning.best is tuning.default:
        comment += ", the default as it was."
    elif not tuning.default.error:
        comment += f"; the default before: {_worth(tuning.default, k)}."
    settings = _settings_to_write(tuning)
    return "\n".join(
        [
            f"[{tuning.model}]",
            *textwrap.wrap(comment, 99, initial_indent="# ", subsequent_indent="# "),
            f"found_with = {json.dumps(command)}",
            "",
            f"[{tuning.model}.settings]",
            *(f"{name} = {json.dumps(value)}" for name, value in settings.items()),
            "",
        ]
    )


def _worth(trial: Trial, k: int) -> str:
    return f"NDCG@{k} {_fraction(trial.ndcg)}, precision@{k} {_fraction(trial.precision)}"


def _fraction(value: float) -> str:
    return f"{value:.4f}".removeprefix("0")


def _settings_to_write(tuning: Tuning) -> dict[str, Any]:
    """Return the settings of the model's section, those that were not varied included."""
    model = make_model(tuning.model, **tuning.best.settings)
    names = list(tuned.TUNED.get(tuning.model, tuning.best.settings))
    names += [name for name in tuning.best.settings if name not in names]
    return {name: model.settings[name] for name in names}


def write_section(section: str, model: str, file: Path) -> None:
    """Put a section in the place of the model's own, or at the end, and keep every other line.

    Raises
    ------
    DataError
        If the file is not TOML, has the section in more than one place or cannot be written; it
        is left as it is.
    """
    try:
        before = file.read_text(encoding="utf-8")
        after = _with_section(before, section, model)
        if tomllib.loads(after) != tomllib.loads(before) | tomllib.loads(section):
            raise ValueError("other sections would change")
    except (OSError, ValueError) as error:
        raise DataError(
            f"{file} cannot take the section ({error}); mend it or put the section in by hand"
        ) from error
    write_atomically(file, after)


def _with_section(text: str, section: str, model: str) -> str:
    lines = text.splitlines(keepends=True)
    tables = [n for n, line in enumerate(lines) if line.startswith("[")]
    own = [n for n in tables if lines[n].strip() in (f"[{model}]", f"[{model}.settings]")]
    start = own[0] if own else len(lines)
    end = min((n for n in tables if n > start and n not in own), default=len(lines))
    parts = ("".join(lines[:start]), section, "".join(lines[end:]))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"
