"""The shared figures: what is drawn is what was given, and text stays readable."""

import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib.text import Text

from helpers import plots

pytestmark = pytest.mark.usefixtures("styled_figures")


def test_log_scale_writes_ticks_short_and_not_as_formulas():
    ax = plots.lines([1, 10], {"plays": [1, 2_000_000]})
    plots.log_scale(ax, y=True)
    ax.figure.canvas.draw()
    ticks = [label.get_text() for label in ax.get_yticklabels()]
    assert {"1", "100", "10k", "1M"} <= set(ticks)
    assert ax.get_xscale() == "linear"


@pytest.mark.parametrize(
    ("tick", "text"),
    [(0.01, "0.01"), (1, "1"), (100, "100"), (1e4, "10k"), (1e7, "10M"), (1e10, "10G")],
)
def test_log_scale_writes_every_size(tick, text):
    ax = plots.log_scale(plots.lines([1, 2], {"loss": [1, 2]}), x=True)
    assert ax.xaxis.get_major_formatter()(tick) == text


def test_histogram_counts_every_value_and_names_its_marks():
    ax = plots.histogram(np.array([1, 1, 2, 9]), bins=[0.5, 1.5, 2.5, 9.5], marks={"mean 3": 3.25})
    assert [bar.get_height() for bar in ax.patches] == [2, 1, 1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["mean 3"]


def test_cells_draws_one_dot_for_each_stored_cell():
    matrix = sp.csr_array(np.array([[1, 0, 0], [0, 5, 7]]))
    ax = plots.cells(matrix)
    dots = {(int(x), int(y)) for x, y in ax.lines[0].get_xydata()}
    assert dots == {(0, 0), (1, 1), (2, 1)}


def test_density_leaves_no_point_out():
    rng = np.random.default_rng(0)
    x, y = rng.integers(1, 500, size=(2, 300))
    ax = plots.density(x, y)
    # The colours are logarithmic, the counts beneath them are not.
    assert ax.collections[0].get_array().sum() == 300


def test_names_of_neighbouring_points_do_not_overlap():
    ax = plots.density(np.array([1, 100]), np.array([1, 100]))
    names = ["first", "second", "third"]
    plots.name_points([10, 10, 10], [10, 10.1, 10.2], names, ax=ax, color="black")
    ax.figure.canvas.draw()
    # Without the leader line, which belongs to the extent of an annotation.
    boxes = {text.get_text(): Text.get_window_extent(text) for text in ax.texts}
    ordered = [boxes[name] for name in names]
    assert ordered[0].y1 <= ordered[1].y0
    assert ordered[1].y1 <= ordered[2].y0


def test_names_with_dollar_signs_and_markup_are_written_as_they_stand():
    ax = plots.density(np.array([1, 100]), np.array([1, 100]))
    names = ["Ke$ha and A$AP", "<img src=x onerror=alert(1)>"]
    plots.name_points([1, 100], [1, 100], names, ax=ax, color="black")
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts] == names
    assert not any(text.get_parse_math() for text in ax.texts)
