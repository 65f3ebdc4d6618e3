"""What tests look for in the figures that plots draw."""

from matplotlib.axes import Axes
from matplotlib.lines import Line2D


def legend_of(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line_of(ax: Axes, name: str) -> Line2D:
    (line,) = [line for line in ax.lines if line.get_label() == name]
    return line
