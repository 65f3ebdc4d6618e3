"""A small set of lessons and runs, with everything in it that a report site can trip over."""

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import polars as pl
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import paths
from helpers.report.record import Lesson

XSS = "<img src=x onerror=alert(1)>"
DOLLARS = "Ke$ha and A$AP"
NAMES = [XSS, DOLLARS, "Björk", "Sigur Rós", "<script>alert(2)</script>"]

INTRODUCTION = """# Explore who listens

Who listens to what, and how unequal is it, if a *few* artists take most plays?

**You will** draw the long tail of plays $p_{ui}$ in 12 minutes.

> **Note.** A play is not a rating: it says `more`, never `less`.
"""

THEORY = r"""## 1 A play count is a cell of $R$

The loss of a factor model with confidence $c_{ui} = 1 + \alpha r_{ui}$, where $a < b$ & all:

$$
\begin{aligned}
L(X, Y) &= \sum_{u,i} c_{ui} \left(p_{ui} - \mathbf{x}_u^\top \mathbf{y}_i\right)^2 \\
        &\quad + \lambda \left(\sum_u \lVert \mathbf{x}_u \rVert^2
          + \sum_i \lVert \mathbf{y}_i \rVert^2\right)
\end{aligned}
$$

$$\boxed{(Y^\top C_u Y + \lambda I)\, x_u = Y^\top C_u p_u \quad\text{for each listener there is}}$$

In a line $x_u = \tfrac{1}{41}\begin{pmatrix}5 \cdot 7 - 2 \cdot 2\\9 \cdot 2\end{pmatrix}
= (31/41, 4/41) \approx (0.756, 0.098) \neq (0.333, 0.333)$ it is wide, too;

with $x_u$ the vector of user $u$; see [the next lesson](03_factorize_a_matrix.ipynb),
[section 2](#2-The-long-tail), [its solutions](solutions/01_x_solutions.ipynb),
[a bad link](javascript:alert(3)) and [the paper](https://example.org/paper).

```python
p = (R > 0).astype(float)  # preference
```

| symbol | meaning |
|---|---|
| $R$ | plays |
| $P$ | preference |
"""

CAPTION = """**Figure 1.1.** The most played artist has twenty times the plays of the tenth.

### What this means

Nothing is said about *dislike*. Every listener had at most 50 artists in the file, so that the
tail is cut; what is missing there was never observed.
"""


def write_samples(notebooks: Path, reports: Path, monkeypatch) -> None:
    """Write lessons 01 (done), 03 (failed), 05 (not run) and 08 (blocked) with their runs."""
    monkeypatch.setenv("MUSIC_REPORTS_DIR", str(reports))
    notebooks.mkdir(parents=True)
    (reports / "runs").mkdir(parents=True)
    write_run(notebooks, reports, "01_explore_listening", done_lesson(), state(status="done"))
    error = {"cell": 2, "message": f"ValueError: {XSS} in {paths.ROOT}/src/helpers/x.py"}
    failed = state(status="failed", error=error, data="real")
    write_run(notebooks, reports, "03_factorize_a_matrix", failed_lesson(), failed)
    write_run(notebooks, reports, "05_train_als", plain_lesson("Train ALS"), None)
    blocked = state(status="blocked", error={"cell": None, "message": "needs lesson 03"})
    write_run(notebooks, reports, "08_measure_bias", plain_lesson("Measure bias"), blocked)
    (reports / "runs" / "08_measure_bias.ipynb").unlink()


def write_run(notebooks, reports, name, notebook, run_state) -> None:
    nbformat.write(notebook, notebooks / f"{name}.ipynb")
    if run_state is not None:
        if run_state["status"] == "failed":
            tags = {"tags": ["papermill-error-cell-tag"]}
            notebook.cells.insert(
                0, new_markdown_cell("An Exception was encountered", metadata=tags)
            )
        nbformat.write(notebook, reports / "runs" / f"{name}.ipynb")
        run_state = {"lesson": name[:2], "notebook": f"{name}.ipynb"} | run_state
        (reports / "runs" / f"{name}.json").write_text(json.dumps(run_state), encoding="utf-8")


def state(**changes) -> dict:
    return {
        "seconds": 74.2,
        "parameters": {"DATA": "synthetic", "SEED": 0, "NAME": XSS},
        "data": "synthetic",
        "started": "2026-11-20T21:05:00+00:00",
        "error": None,
    } | changes


def plain_lesson(title: str):
    return new_notebook(cells=[new_markdown_cell(f"# {title}\n\nHow good does it get?")])


def done_lesson():
    lesson = Lesson(
        "01", SimpleNamespace(name="lastfm", kind="synthetic", label="synthetic last.fm")
    )
    lesson.number(
        "p10", 0.19836, f"precision of {XSS}", model="ALS", k=10, interval=(0.192, 0.204), seed=0
    )
    lesson.number("n_users", 1892, "listeners")
    figure = lesson.figure(draw_long_tail(), "long_tail", alt='Plays fall by "rank" & <fast>.')
    finding = f"The top 1 % of artists take 46 % of all plays, {DOLLARS} among them."
    lesson.finding(finding, picture="long_tail")
    lesson.save()
    frame = {"artist": NAMES, "plays": [9000, 800, 70, 6, 5], "share": [0.9, 0.08, 0.01, 0.01, 0.0]}
    wide = pd.DataFrame(np.arange(60).reshape(3, 20), columns=[f"column_{i}" for i in range(20)])
    injected = new_code_cell("SEED = 7", metadata={"tags": ["injected-parameters"]})
    notebook = new_notebook(
        cells=[
            new_markdown_cell(INTRODUCTION),
            new_code_cell("import polars as pl\n\nset_style()"),
            new_code_cell("SEED: int = 0  # hidden", metadata={"tags": ["parameters"]}),
            injected,
            new_markdown_cell(THEORY),
            code("artists.head()", html(pl.DataFrame(frame)._repr_html_())),
            code("artists.to_pandas()", html(pd.DataFrame(frame)._repr_html_())),
            new_markdown_cell("## 2 The long tail\n\nWhat to look for: the slope."),
            code("lesson.figure(bars(top), 'long_tail', alt='...')", picture(figure)),
            new_markdown_cell(CAPTION),
            code("wide", html(wide._repr_html_())),
            code("print(x)", text(f"read {paths.ROOT}/data/raw/x.dat and /home/ann/y/z.dat {XSS}")),
            code("display(Markdown(name))", data({"text/markdown": f"**{XSS}** {DOLLARS} > 1"})),
            code("display(HTML(name))", html(f"<b>{XSS}</b> <i>{DOLLARS}</i>")),
            code("script", data({"application/javascript": "alert(4)", "text/plain": "shown"})),
            new_markdown_cell(
                "## 3 From 14 % to 25 %: what we learned\n\n- Few artists take most.\n- $x \\in R$"
            ),
        ]
    )
    return notebook


def failed_lesson():
    error = new_output(
        "error",
        ename="ValueError",
        evalue=XSS,
        traceback=[
            "\x1b[31mValueError\x1b[39m  Traceback (most recent call last)",
            f"File {paths.ROOT}/src/helpers/x.py:3, in f()",
            f"\x1b[31mValueError\x1b[39m: {XSS}",
        ],
    )
    return new_notebook(
        cells=[
            new_markdown_cell("# Factorize a matrix\n\nHow can two fill a sparse one?"),
            new_markdown_cell(
                "## 1 By hand\n\nLet $R \\approx XY^\\top$, $\\boldsymbol{\\theta}$."
            ),
            code("fit()", error),
        ]
    )


def draw_long_tail():
    _, ax = plt.subplots(figsize=(7.2, 4))
    rank = np.arange(1, 200)
    ax.loglog(rank, 9000 / rank**1.2)
    ax.set(xlabel="rank of the artist", ylabel="plays", title="A few artists take most plays")
    return ax


def code(source, output):
    return new_code_cell(source, outputs=[output], execution_count=1)


def text(content):
    return new_output("stream", name="stdout", text=content)


def data(bundle):
    return new_output("display_data", data=bundle)


def html(content):
    return new_output("execute_result", data={"text/html": content, "text/plain": "table"})


def picture(figure):
    bundle, metadata = figure._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    return new_output("execute_result", data=bundle, metadata=metadata)


RESULT_ROWS = [
    {
        "model": model,
        "dataset": "lastfm",
        "data": "real",
        "k": 10,
        "n_users": 1879,
        "precision": precision,
        "recall": precision + 0.005,
        "ndcg": precision * 1.28,
        "coverage": 0.08,
        "ci95": {"precision": [precision - 0.004, precision + 0.004]},
    }
    for model, precision in [("popularity", 0.0677), ("als", 0.2001), (XSS, 0.16)]
]
