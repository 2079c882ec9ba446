"""Declines on the screen: who fell more than similar people, and each person's course."""

from collections.abc import Mapping

import ipywidgets

from workbench.calibration import Calibration
from workbench.charts.decline import PATTERNS, plot_declines, plot_trajectory
from workbench.exports.answers import answer_declines
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.person_picker import PersonPicker
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["DeclineList"]

# People in the ranked picture; more do not fit on a shared screen. The table holds everyone.
ROWS = 14


class DeclineList(ipywidgets.VBox):
    """A ranked picture of everyone promoted to management, linked to the course of one person.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay the two pictures, the list and the table out, still empty."""
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self.answer = ipywidgets.HTML()
        self.people = PersonPicker(notice.guard(self._show_person))
        self.ranking = ChartView("wb-ranking", height="430px", on_pick=self.people.pick)
        self.course = ChartView("wb-course", height="320px")
        self.reason = ipywidgets.HTML()
        self.table = Table(
            {
                "person": "Person",
                "cycle": "Manager since",
                "verdict": "Result",
                "effect": "Change (SD)",
                "low": "From",
                "high": "To",
                "q_value": "q",
                "n_before": "Cycles before",
                "n_after": "Cycles after",
                "detectable_drop": "Visible from (SD)",
            },
            height="260px",
        )
        self.notes = ipywidgets.HTML()
        person = ipywidgets.VBox([self.people, self.course, self.reason])
        both = ipywidgets.HBox([self.ranking, person])
        both.add_class("wb-pair")
        super().__init__([self.answer, both, self.table, self.notes])

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the declines of another calibration; `labels` gives the text for each person."""
        self._calibration, self._labels = calibration, labels
        declines = calibration.declines
        flags = declines.flags
        self.answer.value = paragraph(answer_declines(calibration), "wb-answer")
        self.ranking.show(plot_declines(declines, labels=labels, limit=ROWS, width=230))
        ids = flags["person_id"].astype(str)
        people = ids.map(lambda person: labels.get(person, person))
        verdicts = flags["pattern"].map(lambda code: PATTERNS.get(code, code))
        marks = flags["flagged"].map({True: "\u25c6 ", False: ""})
        # A person can be promoted twice; the list names each person once.
        entries = dict(zip(ids, marks + people, strict=True))
        self.people.offer([(text, person) for person, text in entries.items()])
        self.table.show(
            flags.assign(person=people, verdict=verdicts),
            empty="Nobody was promoted to management in these cycles.",
        )
        self.notes.value = bullets(declines.notes)

    def _show_person(self, person_id: str) -> None:
        """Show the course of one person and the sentence that goes with it."""
        if self._calibration is None:
            return
        declines = self._calibration.declines
        label = self._labels.get(person_id, person_id)
        self.course.show(plot_trajectory(declines, person_id, label=label, width=330))
        flags = declines.flags
        reasons = flags.loc[flags["person_id"].astype(str) == person_id, "reason"]
        self.reason.value = "".join(paragraph(reason, "wb-reason") for reason in reasons)
