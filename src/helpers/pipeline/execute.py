"""Run lessons through papermill, in order, and trust nothing but what they raised."""

import logging
import os
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import papermill as pm
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from helpers import paths
from helpers.errors import LessonError
from helpers.pipeline.lessons import LessonNotebook, Parameter

# papermill and nbclient report what they raise a second time; the command line says it once.
logging.getLogger("papermill").addHandler(logging.NullHandler())

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class CellError(LessonError):
    """A lesson stopped in one of its cells.

    Attributes
    ----------
    cell : int or None
        Which code cell, counted from 1 as beside the cells of the committed lesson; None if
        no cell had started.
    reason : str
        The error in one line.
    """

    def __init__(self, cell: int | None, reason: str) -> None:
        super().__init__(f"failed in cell [{cell}]: {reason}" if cell else f"failed: {reason}")
        self.cell = cell
        self.reason = reason


class LessonKernel(AsyncKernelManager):
    """A kernel of the interpreter that runs the pipeline, reached over local sockets."""

    alive: ClassVar[weakref.WeakSet] = weakref.WeakSet()

    def __init__(self, **kwargs: Any) -> None:
        # Kernel specifications on disk may name another interpreter; with no folder to look
        # in, jupyter_client describes the running one.
        super().__init__(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), **kwargs)
        if os.name == "posix":
            # Quieter and safer than TCP. A folder for each keeps kernels that start together
            # from sharing a socket, and short: socket paths end at about 100 characters.
            self._sockets = tempfile.TemporaryDirectory(prefix="lesson-")
            self.transport = "ipc"
            self.connection_file = str(Path(self._sockets.name) / "kernel.json")
        LessonKernel.alive.add(self)

    async def start_kernel(self, **kwargs: Any) -> None:
        """Start the kernel; what it says outside of cells, as when it is stopped, is dropped."""
        await super().start_kernel(**kwargs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @classmethod
    def kill_all(cls) -> None:
        """Kill every kernel that still runs, with the processes it started."""
        for kernel in list(cls.alive):
            if kernel.has_kernel:
                run_sync(kernel.signal_kernel)(signal.SIGKILL)


@contextmanager
def kernel_environment(**variables: str) -> Iterator[None]:
    """Set what lessons read from the environment, for the kernels started within the block."""
    fixed = {
        "OPENBLAS_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
        "MUSIC_DATA_DIR": str(paths.raw_dir()),
        "MUSIC_REPORTS_DIR": str(paths.reports_dir()),
        "MUSIC_SYNTHETIC_DIR": str(paths.synthetic_dir().parent),
    } | variables
    before = {name: os.environ.get(name) for name in fixed}
    os.environ.update(fixed)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def inspect_parameters(lesson: LessonNotebook) -> dict[str, Parameter]:
    """Return the parameters of a lesson by name, in the order of its parameters cell."""
    notebook = nbformat.read(lesson.path, as_version=4)
    notebook.metadata["kernelspec"] = KERNEL
    found = pm.inspect_notebook(notebook)
    return {
        name: Parameter(facts["inferred_type_name"], facts["default"])
        for name, facts in found.items()
    }


def execute_notebook(
    source: Path,
    target: Path,
    parameters: Mapping[str, object] | None = None,
    on_cell: Callable[[int], None] = lambda cell: None,
) -> float:
    """Run a notebook from top to bottom in a new kernel and write the executed copy.

    Parameters
    ----------
    source, target : Path
        The notebook, which stays as it is, and the copy. Where a cell fails, the copy ends
        there; where the kernel dies, there is none.
    parameters : mapping of str to object, optional
        Values to inject below the parameters cell; not checked here.
    on_cell : callable
        Told the number of each code cell as it starts.

    Returns
    -------
    float
        Seconds that the cells took by themselves.

    Raises
    ------
    CellError
        If a cell raises, the kernel dies or does not start, or a cell ends the lesson early.
    """
    clock = _CellClock(on_cell)
    try:
        notebook = pm.execute_notebook(
            _literal(source),
            _literal(target),
            dict(parameters or {}),
            kernel_name=KERNEL["name"],
            language=KERNEL["language"],
            progress_bar=False,
            request_save_on_cell_execute=False,
            kernel_manager_class=LessonKernel,
            resources={"metadata": {"path": str(source.parent)}},
            coalesce_streams=True,
            on_cell_execute=clock.start,
            on_cell_executed=clock.stop,
        )
    except PapermillExecutionError as error:
        raise CellError(clock.cell, _one_line(error.ename, error.evalue)) from None
    except DeadKernelError:
        raise CellError(clock.cell, "the kernel died; was it killed, or out of memory?") from None
    except RuntimeError as error:
        raise CellError(clock.cell, _one_line("no kernel", str(error))) from None
    if _has_unrun_cell(notebook):
        raise CellError(clock.cell, "the cell ended the lesson before its last cell; remove exit()")
    return clock.seconds


class _CellClock:
    """Counts the code cells of the source notebook as they run, and adds up their time."""

    def __init__(self, on_cell: Callable[[int], None]) -> None:
        self._on_cell = on_cell
        self._started = 0.0
        self.cell: int | None = None
        self.seconds = 0.0

    def start(self, cell: Any, cell_index: int) -> None:
        if "injected-parameters" not in cell.metadata.get("tags", []):
            self.cell = (self.cell or 0) + 1
            self._on_cell(self.cell)
        self._started = time.perf_counter()

    def stop(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        self.seconds += time.perf_counter() - self._started


def _has_unrun_cell(notebook: Any) -> bool:
    # papermill takes exit() for a lesson that ended well.
    return any(
        cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
        for cell in notebook.cells
    )


def _literal(path: Path) -> str:
    """Return the path with braces doubled, because papermill formats paths with parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _one_line(name: str, text: str) -> str:
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"{name}: {first[:300]}" if first else name
