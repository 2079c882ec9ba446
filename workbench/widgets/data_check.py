"""What is wrong with the data, cell by cell, and a copy of the workbook with the cells marked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import ipywidgets

from workbench.calibration import Calibration
from workbench.charts.validation import plot_problems
from workbench.exports.answers import answer_problems
from workbench.exports.tables import describe_people, hide_private
from workbench.intake.overview import describe_rows
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.problem_list import ProblemList
from workbench.widgets.prose import paragraph

__all__ = ["DataCheck"]


class DataCheck(ipywidgets.VBox):
    """The soundness of the data: a sentence, a picture, the problems cell by cell.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay everything out, still without data."""
        self._notice = notice
        self._calibration: Calibration | None = None
        self.answer = ipywidgets.HTML()
        self.picture = ChartView("wb-problems", height="150px")
        self.problems = ProblemList(notice)
        self.mark = ipywidgets.Button(
            description="Mark them in a copy of the workbook", layout={"width": "270px"}
        )
        self.mark.on_click(notice.guard(lambda _: self._write_copy()))
        super().__init__([self.answer, self.picture, self.problems, self.mark])

    def show(self, calibration: Calibration) -> None:
        """Show the data of another calibration."""
        self._calibration = calibration
        self.answer.value = paragraph(answer_problems(calibration), "wb-answer")
        self.picture.show(plot_problems(calibration.problems, limit=6))
        describe: Callable[..., list[str]] = partial(describe_rows, calibration.intake)
        people = describe_people(calibration.panel.people, names=False)
        self.problems.show(hide_private(calibration.problems, people), describe)
        self.mark.layout.display = "none" if calibration.problems.empty else ""

    def _write_copy(self) -> None:
        """Write the copy beside the data, under a name that no other file has."""
        if self._calibration is None:
            return
        folder = self._calibration.intake.reading.folder or Path()
        stem = Path(self._calibration.source).stem
        names = (f"{stem}_checked{n or ''}.xlsx" for n in range(1000))
        target = next(folder / name for name in names if not (folder / name).exists())
        self._notice.say("Writing the copy", "busy")
        written = self._calibration.write_annotated(target)
        self._notice.say(f"{written} holds every problem as a comment in its cell.", "done")
