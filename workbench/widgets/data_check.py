"""What was read, what is wrong with it, and what each header was taken for."""

import ipywidgets

from workbench.calibration import Calibration
from workbench.charts.validation import plot_problems
from workbench.exports.answers import answer_problems
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.problem_list import ProblemList
from workbench.widgets.prose import paragraph
from workbench.widgets.table import Table

__all__ = ["DataCheck"]


class DataCheck(ipywidgets.VBox):
    """The soundness of the data: a sentence, a picture, the problems cell by cell, the columns.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay everything out, still without data."""
        self.answer = ipywidgets.HTML()
        self.picture = ChartView("wb-problems", height="150px")
        self.problems = ProblemList(notice)
        self.columns = Table(
            {
                "sheet": "Sheet",
                "header": "Header",
                "field": "Taken for",
                "confidence": "Confidence (0 to 1)",
                "how": "Because of its",
            },
            limit=1000,
            height="300px",
        )
        details = ipywidgets.Accordion([self.columns], titles=["What each column was taken for"])
        super().__init__([self.answer, self.picture, self.problems, details])

    def show(self, calibration: Calibration) -> None:
        """Show the data of another calibration."""
        sentence = answer_problems(calibration)
        self.answer.value = paragraph(sentence, "wb-answer")
        self.picture.show(plot_problems(calibration.problems, limit=6))
        self.problems.show(calibration.problems)
        kept = calibration.columns["field"].fillna("kept under its own name")
        self.columns.show(calibration.columns.assign(field=kept))
