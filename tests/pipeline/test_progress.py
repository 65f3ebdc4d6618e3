"""How far the lessons are, as it is shown."""

import io

from small_lessons import write_notebook

from helpers.pipeline.lessons import find_lessons
from helpers.pipeline.progress import Progress


def test_progress_is_one_living_line_on_a_terminal(notebooks):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    write_notebook(notebooks / "01_first.ipynb", "1")
    (lesson,) = find_lessons(notebooks)
    screen = Terminal()
    progress = Progress(screen, [lesson.name])
    progress.start(lesson)
    progress.at_cell(lesson, 2)
    progress.tick()
    assert screen.getvalue() == "\r\x1b[K01_first: cell 2 of 2, 0 s"
    progress.finish(lesson, "done in 0.1 s")
    assert screen.getvalue().endswith("\r\x1b[K01_first  done in 0.1 s\n")
