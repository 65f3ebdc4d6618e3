"""Optuna studies in SQLite files, whose transactions are whole or absent however a process ends.

A study knows what it is a study of, and is refused where it would be mixed with something else.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from helpers.errors import DataError
from helpers.interactions import Interactions

_NAME = "tuning"

optuna.logging.set_verbosity(optuna.logging.ERROR)  # no line a trial: there is a progress bar


@contextmanager
def open_study(file: Path, facts: dict[str, Any]) -> Iterator[optuna.Study]:
    """Open the study that a file holds, begun if the file is missing; one process at a time.

    Trials that were interrupted are closed as failed, so that nothing waits for them.

    Parameters
    ----------
    file : Path
    facts : dict
        What the study is about, ready for JSON.

    Raises
    ------
    DataError
        If the file is damaged, cannot be written, or is a study of other facts; it is left as it
        is.
    """
    facts = json.loads(json.dumps(facts))
    if not file.exists():
        _begin(file, facts)
    _check_file(file)
    with _storage(file) as storage:
        study = optuna.load_study(study_name=_NAME, storage=storage)
        _check_facts(file, study.user_attrs.get("facts", {}), facts)
        for trial in study.get_trials(states=[TrialState.RUNNING]):
            study.tell(trial.number, state=TrialState.FAIL)
        yield study


def finished_trials(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that were measured or refused, in order, without the interrupted ones."""
    return [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.state == TrialState.COMPLETE
        or (trial.state == TrialState.FAIL and trial.user_attrs.get("outcome", {}).get("error"))
    ]


def fingerprint(interactions: Interactions) -> str:
    """Return a short hash of pairs, identifiers, tags and friends."""
    digest = hashlib.sha256()
    matrices, side = [interactions.user_items], interactions.side
    if side is not None:
        matrices.append(side.friends)
        digest.update(side.tagged.tobytes())
        digest.update(json.dumps(side.tags.tolist()).encode())
    for matrix in matrices:
        for part in (matrix.indptr, matrix.indices, matrix.data):
            digest.update(part.tobytes())
    for ids in (interactions.users, interactions.items):
        digest.update(json.dumps(ids.external_ids.tolist()).encode())
    return digest.hexdigest()[:16]


def _begin(file: Path, facts: dict[str, Any]) -> None:
    """Write an empty study beside the file, then rename: there is a whole study or none."""
    partial = file.with_name(f".{file.name}.partial")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    try:
        with _storage(partial) as storage:
            study = optuna.create_study(storage=storage, study_name=_NAME, direction="maximize")
            study.set_user_attr("facts", facts)
        os.replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)


def _check_file(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict.splitlines()[-1])
            wanted = "SELECT study_name FROM studies WHERE study_name = ?"
            if database.execute(wanted, (_NAME,)).fetchone() is None:
                raise sqlite3.DatabaseError("no tuning study inside")
    except sqlite3.Error as error:
        raise _unusable(file, error) from error


def _check_facts(file: Path, stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if stored.get(name) != value:
            raise DataError(
                f"{file} is a study with other {name} (got {_short(stored.get(name))}, "
                f"expected {_short(value)}); name another --study-dir or move that file away"
            )


def _short(value: Any) -> str:
    words = json.dumps(value, ensure_ascii=False)
    return words if len(words) <= 200 else words[:200] + " ..."


@contextmanager
def _storage(file: Path) -> Iterator[RDBStorage]:
    url = URL.create("sqlite", database=str(file.resolve())).render_as_string()
    try:
        storage = RDBStorage(url)
    except (RuntimeError, SQLAlchemyError) as error:  # of another version of Optuna, or unwritable
        raise _unusable(file, error) from error
    try:
        yield storage
    except optuna.exceptions.StorageInternalError as error:
        raise _unusable(file, error.__cause__ or error) from error
    finally:
        storage.engine.dispose()


def _unusable(file: Path, error: BaseException) -> DataError:
    reason = str(error).splitlines()[0]
    return DataError(
        f"{file} cannot be used as a study ({reason}); check the folder and the free space, or "
        "move the file away to begin again"
    )
