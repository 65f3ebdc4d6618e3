"""Record the figures, numbers and main finding of one lesson for the report site.

A lesson makes one `Lesson`, hands it what it wants to keep, and saves it in its last code
cell. The record is `NN.json` in `paths.metrics_dir()`; the figures lie beside it in `figures/`.
"""

import base64
import io
import json
import math
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from helpers import paths
from helpers.errors import SettingError
from helpers.files import write_atomically

if TYPE_CHECKING:
    from helpers.data import Dataset

FIGURE_DPI = 110
"""Dots per inch of saved figures: sharp at the width of a page, and below 40 kB as a rule."""


@dataclass(frozen=True)
class RecordedFigure:
    """One saved figure; as the last expression of a cell it shows itself with its alt text.

    Attributes
    ----------
    id : str
        Number of the figure, e.g. "3.2" for the second figure of lesson 03.
    file : str
        Path of the PNG, relative to `paths.metrics_dir()`.
    alt : str
        What the figure shows, for readers who do not see it.
    """

    id: str
    file: str
    alt: str
    png: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"<Figure {self.id}: {self.alt}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        # Jupyter's display protocol: what to show, and facts about it.
        encoded = base64.b64encode(self.png).decode("ascii")
        data = {"image/png": encoded, "text/plain": repr(self)}
        return data, {"image/png": {"alt": self.alt}}


class Lesson:
    """The record of one lesson: its figures, its numbers and its main finding.

    Parameters
    ----------
    number : str
        Two digits, e.g. "01".
    dataset : Dataset
        The data the numbers come from; its name, kind and label are recorded with them.

    Raises
    ------
    SettingError
        If `number` is not two digits.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> dataset = SimpleNamespace(name="lastfm", kind="synthetic", label="synthetic last.fm")
    >>> lesson = Lesson("01", dataset)
    >>> lesson.number("n_users", 1892, "listeners with at least one play")
    """

    def __init__(self, number: str, dataset: "Dataset") -> None:
        if not re.fullmatch(r"\d\d", str(number)):
            raise SettingError(
                f"lesson number is {number!r}, expected two digits as text; write e.g. '01'"
            )
        self._number = number
        self._dataset = dataset
        self._figures: dict[str, RecordedFigure] = {}
        self._numbers: dict[str, dict[str, Any]] = {}
        self._finding: str | None = None
        self._picture: str | None = None

    def figure(self, figure_or_axes: Any, name: str, alt: str) -> RecordedFigure:
        """Save a figure as `figures/NN_name.png`, close it, and return what displays it.

        Parameters
        ----------
        figure_or_axes : Figure or Axes
            What to save; Axes stand for the figure they are part of.
        name : str
            Lower-case letters, digits and underscores; the same name replaces the figure.
        alt : str
            One sentence: what is drawn, and what it shows.

        Returns
        -------
        RecordedFigure
            Put it last in the cell to show it.

        Raises
        ------
        SettingError
            If the name is malformed, the alt text is empty, or there is no figure.
        """
        figure = getattr(figure_or_axes, "figure", None)
        if not isinstance(figure, Figure):
            raise SettingError(
                f"got a {type(figure_or_axes).__name__} to save, expected a Figure or Axes; "
                "pass what the plotting function returned"
            )
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise SettingError(
                f"figure name is {name!r}, expected lower-case letters, digits and "
                "underscores; rename it, e.g. 'long_tail'"
            )
        file = f"figures/{self._number}_{name}.png"
        alt = " ".join(alt.split())
        if not alt:
            raise SettingError(
                f"figure {name!r} has no alt text; say in one sentence what it shows"
            )
        png = _save_png(figure, paths.metrics_dir() / file)
        # A cell that is run again replaces its figure, which keeps its number.
        place = list(self._figures).index(file) if file in self._figures else len(self._figures)
        self._figures[file] = RecordedFigure(f"{int(self._number)}.{place + 1}", file, alt, png)
        return self._figures[file]

    def number(self, name: str, value: float | int | str, meaning: str, **context: Any) -> None:
        """Record one number together with what it means.

        Parameters
        ----------
        name : str
            Short name, e.g. "als_precision_at_10"; the same name replaces the number.
        value : float, int or str
            A finite number, or a short text.
        meaning : str
            What was measured, in words a reader of the index page understands.
        **context
            What the number depends on: `model`, `split`, `k`, `seed`, `interval` and the like.

        Raises
        ------
        SettingError
            If the meaning is empty, or a value is not finite or not JSON.
        """
        if not meaning.strip():
            raise SettingError(f"number {name!r} has no meaning; say in words what was measured")
        entry = {"name": name, "value": value, "meaning": meaning} | context
        self._numbers[name] = {key: _plain(item, name) for key, item in entry.items()}

    def finding(self, text: str, picture: str) -> None:
        """Record the main finding for the card of the lesson.

        Parameters
        ----------
        text : str
            One sentence with its number.
        picture : str
            Name of the figure that shows it.

        Raises
        ------
        SettingError
            If the text is empty or no figure has that name.
        """
        if not text.strip():
            raise SettingError("the finding is empty; write one sentence with its number")
        file = f"figures/{self._number}_{picture}.png"
        if file not in self._figures:
            raise SettingError(
                f"no figure is called {picture!r}, expected the name of one that was saved before"
            )
        self._finding, self._picture = text.strip(), file

    def save(self) -> None:
        """Write `NN.json` in one step and remove figures that earlier runs left over."""
        record = {
            "lesson": self._number,
            "dataset": self._dataset.name,
            "kind": self._dataset.kind,
            "label": self._dataset.label,
            "numbers": list(self._numbers.values()),
            "figures": [
                {key: value for key, value in asdict(figure).items() if key != "png"}
                for figure in self._figures.values()
            ],
            "finding": self._finding,
            "picture": self._picture,
        }
        folder = paths.metrics_dir()
        text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
        write_atomically(folder / f"{self._number}.json", text.encode())
        kept = {folder / file for file in self._figures}
        for png in (folder / "figures").glob(f"{self._number}_*.png"):
            if png not in kept:
                png.unlink(missing_ok=True)


def _save_png(figure: Figure, file: Path) -> bytes:
    drawn = io.BytesIO()
    # An opaque ground keeps the figure legible on a dark page.
    figure.savefig(
        drawn,
        format="png",
        dpi=FIGURE_DPI,
        facecolor="white",
        transparent=False,
        bbox_inches="tight",
    )
    plt.close(figure)
    # A palette makes the file a third as large, and drawings look the same; saved from pixels,
    # the bytes do not change with the version number of Matplotlib.
    pixels = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    pixels.save(buffer, format="png", optimize=True)
    write_atomically(file, buffer.getvalue())
    return buffer.getvalue()


def _plain(value: Any, name: str) -> Any:
    """Return the value as JSON knows it: NumPy numbers and arrays become Python's own."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(part, name) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise SettingError(f"number {name!r} holds {value}, expected a finite value; mend it first")
    if not isinstance(value, bool | int | float | str):
        raise SettingError(
            f"number {name!r} holds a {type(value).__name__}, expected a number or text; convert it"
        )
    return value
