"""Run the lessons that need it, in an order that suits what they need, several at once if asked."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from helpers.errors import LessonError, SettingError
from helpers.pipeline import run_state
from helpers.pipeline.execute import CellError, LessonKernel, execute_notebook, kernel_environment
from helpers.pipeline.plan import Plan
from helpers.pipeline.progress import Progress

_TICK_SECONDS = 0.25


def run_plans(
    plans: list[Plan], *, jobs: int = 1, data_dir: Path | None = None, stream: TextIO | None = None
) -> list[dict[str, Any]]:
    """Run the plans that need it and return the state of each lesson.

    A lesson that fails leaves the others running, except those that need it: they are blocked.
    One that cannot run here is left out, and that is no failure.

    Parameters
    ----------
    plans : list of Plan
        From `plan_lessons`.
    jobs : int
        Lessons that may run at once.
    data_dir : Path, optional
        Folder of real data, as given to `plan_lessons`.
    stream : TextIO, optional
        Where progress goes; default standard error.

    Returns
    -------
    list of dict
        The run state of each lesson, in order, with "ran" saying whether it ran just now.
    """
    if jobs < 1:
        raise SettingError(f"--jobs is {jobs}, expected 1 or more")
    variables = {"MUSIC_DATA_DIR": str(Path(data_dir).resolve())} if data_dir else {}
    with kernel_environment(**variables):
        return _Round(plans, stream or sys.stderr).run(jobs)


class _Round:
    """One pass over the plans; everything but the lessons themselves happens in one thread."""

    def __init__(self, plans: list[Plan], stream: TextIO) -> None:
        self._plans = plans
        self._waiting = list(plans)
        self._running: dict[Future, tuple[Plan, datetime]] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._progress = Progress(stream, [plan.lesson.name for plan in plans])
        self._stopping = threading.Event()

    def run(self, jobs: int) -> list[dict[str, Any]]:
        if jobs > 1:
            # Later lessons take longer: short ones at the end leave no core idle.
            self._waiting.reverse()
        with ThreadPoolExecutor(jobs) as pool:
            try:
                while self._waiting or self._running:
                    for plan in list(self._waiting):
                        self._settle_or_start(plan, pool, jobs)
                    self._progress.tick()
                    done, _ = wait(self._running, _TICK_SECONDS, FIRST_COMPLETED)
                    for future in done:
                        self._collect(future)
            finally:
                self._stop()
        return [self._states[plan.lesson.number] for plan in self._plans]

    def _settle_or_start(self, plan: Plan, pool: ThreadPoolExecutor, jobs: int) -> None:
        """Settle a waiting plan that needs no run, or start it if it may run now."""
        if plan.left_out:
            self._settle(plan, _leave_out(plan, plan.left_out))
            return
        needs = [self._states.get(number) for number in plan.lesson.needs]
        if None in needs:
            return
        bad = [state["lesson"] for state in needs if state["status"] != "done"]
        if bad:
            error = {"cell": None, "message": f"needs lesson {bad[0]}, which did not succeed"}
            self._settle(plan, _end_badly(plan, "blocked", error, datetime.now(UTC)))
        elif not plan.force and run_state.is_current(plan.lesson, plan.inputs):
            self._settle(plan, run_state.read_state(plan.lesson) | {"ran": False})
        elif len(self._running) < jobs:
            self._waiting.remove(plan)
            self._progress.start(plan.lesson)
            self._running[pool.submit(self._run_lesson, plan)] = (plan, datetime.now(UTC))

    def _run_lesson(self, plan: Plan) -> dict[str, Any]:
        def on_cell(cell: int) -> None:
            if self._stopping.is_set():
                raise LessonError("stopped")
            self._progress.at_cell(plan.lesson, cell)

        return run_lesson(plan, on_cell)

    def _collect(self, future: Future) -> None:
        plan, started = self._running.pop(future)
        try:
            state = future.result()
        except CellError as error:
            facts = {"cell": error.cell, "message": error.reason}
            state = _end_badly(plan, "failed", facts, started)
        self._settle(plan, state)

    def _settle(self, plan: Plan, state: dict[str, Any]) -> None:
        if plan in self._waiting:
            self._waiting.remove(plan)
        self._states[plan.lesson.number] = state
        self._progress.finish(plan.lesson, _outcome(state))

    def _stop(self) -> None:
        """Kill the kernels of lessons that still run, until their threads have noticed."""
        self._stopping.set()
        while wait(self._running, _TICK_SECONDS).not_done:
            LessonKernel.kill_all()
        for plan in self._plans:
            run_state.partial_copy(plan.lesson).unlink(missing_ok=True)


def run_lesson(plan: Plan, on_cell: Callable[[int], None]) -> dict[str, Any]:
    """Run one lesson and return its state; raises `CellError` where it stops on the way."""
    lesson, started = plan.lesson, datetime.now(UTC)
    partial = run_state.partial_copy(lesson)
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    run_state.withdraw_state(lesson)
    cells_seconds = execute_notebook(lesson.path, partial, plan.given, on_cell)
    os.replace(partial, run_state.executed_copy(lesson))
    state = _state(plan, "done", started) | {
        "cells_seconds": round(cells_seconds, 3),
        "outputs": run_state.output_digests(lesson),
    }
    run_state.write_state(lesson, state)
    return state | {"ran": True}


def _leave_out(plan: Plan, reason: str) -> dict[str, Any]:
    """Record that a lesson cannot run here; a record that says so already stays as it is."""
    error = {"cell": None, "message": reason}
    before = run_state.read_state(plan.lesson) or {}
    if before.get("status") == "left out" and before.get("error") == error:
        return before | {"ran": False}
    return _end_badly(plan, "left out", error, datetime.now(UTC))


def _end_badly(
    plan: Plan, status: str, error: dict[str, object], started: datetime
) -> dict[str, Any]:
    """Record a lesson that did not succeed; what it had recorded before stands no more."""
    partial = run_state.partial_copy(plan.lesson)
    run_state.withdraw_outcome(plan.lesson)
    if partial.exists():
        # Run up to the cell that failed, under papermill's own red banner.
        os.replace(partial, run_state.executed_copy(plan.lesson))
    state = _state(plan, status, started) | {"error": error}
    run_state.write_state(plan.lesson, state)
    return state | {"ran": True}


def _state(plan: Plan, status: str, started: datetime) -> dict[str, Any]:
    return {
        "lesson": plan.lesson.number,
        "notebook": plan.lesson.path.name,
        "status": status,
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
        "cells_seconds": 0.0,
        "parameters": plan.shown,
        "data": plan.data,
        "inputs": plan.inputs,
        "started": started.isoformat(timespec="seconds"),
        "error": None,
    }


def _outcome(state: Mapping[str, Any]) -> str:
    if state["status"] == "done":
        return f"done in {state['seconds']:.1f} s" if state["ran"] else "unchanged"
    cell = f" in cell [{state['error']['cell']}]" if state["error"]["cell"] else ""
    return f"{state['status']}{cell}: {state['error']['message']}"
