"""Declines on the screen: who fell more than similar people, and each person's course."""

from collections.abc import Callable, Mapping

import ipywidgets
import pandas as pd
from altair.utils.schemapi import debug_mode

from workbench.calibration import Calibration
from workbench.charts.decline import (
    FLAG_MARK,
    PATTERN_MEANINGS,
    PATTERN_WORDS,
    plot_declines,
    plot_trajectory,
)
from workbench.charts.team_effect import chart_patterns
from workbench.charts.theme import empty_state
from workbench.exports.answers import answer_declines
from workbench.widgets.bar_sliders import BarSliders
from workbench.widgets.chart_view import ChartView
from workbench.widgets.flag_firmness import FlagFirmness
from workbench.widgets.notice import Notice
from workbench.widgets.person_picker import PersonPicker
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["DeclineList"]

# People in the ranked picture at a time; more do not fit on a shared screen. The table holds all.
ROWS = 12
RANKING_WIDTH, COURSE_WIDTH = 210, 350
HOW_PROMOTIONS_ARE_SEEN = (
    "A promotion is seen where a person's job title changes from one cycle to the next, or where "
    "the sheet has a promotion date. If people were promoted, look at step 2: is the job title "
    "recognised in every cycle?"
)
_COLUMNS = {
    "person": "Person",
    "cycle": "Manager since",
    "verdict": "Result",
    "effect": "Change (SD)",
    "low": "From",
    "high": "To",
    "shrunken": "Likely size (SD)",
    "worth_discussing": "To discuss",
    "q_value": "False alarms",
    "n_before": "Cycles before",
    "n_after": "Cycles after",
    "detectable_drop": "Smallest drop seen (SD)",
}


class DeclineList(ipywidgets.VBox):
    """A ranked picture of everyone promoted to management, linked to the course of one person.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    on_change
        Called with the calibration whose settings somebody chose by moving a slider; it is on this
        screen already.
    on_person
        Called with the id of the chosen person when the card is asked for.
    """

    def __init__(
        self,
        notice: Notice,
        on_change: Callable[[Calibration], None],
        on_person: Callable[[str], None],
    ) -> None:
        """Lay the sliders, the pictures, the list and the table out, still empty."""
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self._on_change = on_change
        self.answer = ipywidgets.HTML()
        self.bar = BarSliders(notice.guard(self._move_bar))
        self.people = PersonPicker(notice.guard(self._show_person))
        self.card = ipywidgets.Button(
            description="Open card",
            tooltip="Open the card of this person",
            layout={"width": "auto"},
        )
        self.card.on_click(notice.guard(lambda _: on_person(self.people.people.value or "")))
        self.ranking = ChartView("wb-ranking", height="400px", on_pick=self.people.pick)
        self.ranking.layout.min_width = "496px"
        self.course = ChartView("wb-course", height="336px")
        self.reason = ipywidgets.HTML()
        self.reason.add_class("wb-person-words")
        self.patterns = ChartView("wb-patterns", height="310px")
        self.meanings = ipywidgets.HTML()
        self.meanings.add_class("wb-meanings")
        counted = ipywidgets.HBox([self.patterns, self.meanings])
        counted.add_class("wb-pair")
        self.firmness = FlagFirmness(notice, self.people.pick, self._tell_firmness)
        self.table = Table(_COLUMNS, height="260px")
        self.notes = ipywidgets.HTML()
        chosen = ipywidgets.HBox([self.people, self.card])
        person = ipywidgets.VBox([chosen, self.course, self.reason])
        both = ipywidgets.HBox([self.ranking, person])
        both.add_class("wb-pair")
        # What is there to see only if somebody was promoted.
        self.found = ipywidgets.VBox([self.bar, both, counted, self.firmness, self.table])
        super().__init__([self.answer, self.found, self.notes])
        self.add_class("wb-declines")

    # A slider waits for these charts; their tests hold every part of them to Altair's schema.
    @debug_mode(False)
    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the declines of another calibration; `labels` gives the text for each person."""
        self._calibration, self._labels = calibration, labels
        self.bar.show(calibration)
        declines = calibration.declines
        flags = declines.flags
        self.answer.value = paragraph(answer_declines(calibration), "wb-answer")
        self.found.layout.display = "" if declines.n_promoted else "none"
        if not declines.n_promoted:
            self.answer.value += paragraph(HOW_PROMOTIONS_ARE_SEEN, "wb-reason")
        ids = flags["person_id"].astype(str)
        marks = flags["flagged"].map({True: f"{FLAG_MARK}\u00a0", False: ""})
        people = marks + ids.map(lambda person: labels.get(person, person))
        self.firmness.show(calibration, labels)
        self.patterns.show(chart_patterns(flags))
        seen = set(flags["pattern"])
        self.meanings.value = bullets(
            f"{words}: {PATTERN_MEANINGS[name]}"
            for name, words in PATTERN_WORDS.items()
            if name in seen
        )
        self._list(flags.assign(person=people))
        self.notes.value = bullets(declines.notes)
        # A person can be promoted twice; the list names each person once.
        entries = dict(zip(ids, people, strict=True))
        self.people.offer([(text, person) for person, text in entries.items()])
        if not entries:
            self._show_nobody()

    def _list(self, flags: pd.DataFrame) -> None:
        """List everyone who was promoted to management."""
        listed = flags.assign(
            verdict=flags["pattern"].map(lambda code: PATTERN_WORDS.get(code, code)),
            worth_discussing=flags["worth_discussing"].astype(object),
        )
        self.table.show(
            listed,
            empty="Nobody was promoted to management in these cycles.",
        )

    def _move_bar(self, calibration: Calibration) -> None:
        """Show what follows from another bar, in place, and pass it on."""
        self.show(calibration, self._labels)
        self._on_change(calibration)

    @debug_mode(False)
    def _show_person(self, person_id: str) -> None:
        """Show the course of one person, the row in the list, and the sentence of it."""
        if self._calibration is None:
            return
        declines = self._calibration.declines
        label = self._labels.get(person_id, person_id)
        self.ranking.show(
            plot_declines(
                declines, labels=self._labels, chosen=person_id, limit=ROWS, width=RANKING_WIDTH
            )
        )
        self.course.show(plot_trajectory(declines, person_id, label=label, width=COURSE_WIDTH))
        self.firmness.mark(person_id)
        flags = declines.flags
        reasons = flags.loc[flags["person_id"].astype(str) == person_id, "reason"].tolist()
        firm = self.firmness.in_short(person_id)
        told = [firm, *reasons] if firm else reasons
        self.reason.value = "".join(paragraph(each, "wb-reason") for each in told)

    def _tell_firmness(self) -> None:
        """Say of the chosen person how firm the flag is, now that it is known."""
        if self.people.people.value is not None:
            self._show_person(self.people.people.value)

    def _show_nobody(self) -> None:
        """Leave nobody of earlier data on the screen."""
        if self._calibration is not None:
            self.ranking.show(plot_declines(self._calibration.declines, width=RANKING_WIDTH))
        self.course.show(empty_state("There is nobody to show.", width=COURSE_WIDTH))
        self.reason.value = ""
