"""The track plan on the screen: who could take which open seat, and what if it were otherwise.

Nothing is applied here: keeping somebody or leaving somebody out changes the plan that is shown,
and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ipywidgets
import pandas as pd
from altair.utils.schemapi import debug_mode

from workbench.calibration import Calibration
from workbench.charts.track_plan import plot_track_plan
from workbench.exports.answers import answer_track_plan, count
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["TrackPlanBoard"]

# With its title it leaves room for the choices above it on a shared screen.
WIDTH, HEIGHT = 1070, 410
AS_PROPOSED = "This is the plan as proposed. Choose a seat to see what if it were otherwise."
TAKEN_BACK = (
    "The data or the settings are other ones now, so what was kept or left out is taken back."
)
_SEATS = {
    "team": "Open seat",
    "person": "Proposed",
    "role": "Resembles",
    "score": "Fit",
    "pair": "Paired with",
    "second": "Second choice",
    "worth": "Worth",
    "reason": "Why",
}
_EMPTY = {
    "team": "Seat left empty",
    "since": "Open since",
    "pair": "Paired with",
    "best": "Best fit",
    "why": "Why",
}
_WITHOUT = {
    "person": "Candidate without a seat",
    "role": "Resembles",
    "team": "Works in",
    "why": "Why no seat",
}


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that somebody kept or left out."""

    kind: Literal["keep", "person", "seat"]
    person: str
    team: str


class TrackPlanBoard(ipywidgets.VBox):
    """The plan as a ladder with lines to the teams, the table, and the what-if.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    on_person
        Called with the id of a person whose card is asked for.
    """

    def __init__(self, notice: Notice, on_person: Callable[[str], None]) -> None:
        """Lay everything out, still empty."""
        self._notice = notice
        self._calibration: Calibration | None = None
        self._plan: Any = None
        self._labels: Mapping[str, str] = {}
        self._on_person = on_person
        self._steps: tuple[_Step, ...] = ()
        self._filling = False
        self.answer = ipywidgets.HTML()
        self.picture = ChartView("wb-plan", height="530px", on_pick=notice.guard(self._pick))
        self.seats = ipywidgets.Dropdown(
            description="Seat", style={"description_width": "auto"}, layout={"width": "330px"}
        )
        self.seats.observe(notice.guard(lambda _: self._offer_choices()), "value")
        self.card = self._button("Open card", "Show who this person is", self._open_card)
        self.keep = self._button(
            "Keep here", "Keep this person on this seat and plan the others", self._keep
        )
        self.leave_person = self._button(
            "Leave person out", "Plan without this person", self._leave_person_out
        )
        self.leave_seat = self._button(
            "Leave seat out", "Plan without this seat", self._leave_seat_out
        )
        self.undo = self._button("Take back", "Take the last choice back", self._take_back)
        self.reset = self._button("Start again", "Take every choice back", self._start_again)
        self.changed = ipywidgets.HTML(layout={"min_height": "44px"})
        self.table = Table(_SEATS, height="300px")
        self.empty = Table(_EMPTY, height="200px")
        self.unseated = Table(_WITHOUT, height="240px")
        self.notes = ipywidgets.HTML()
        choices = ipywidgets.HBox(
            [
                self.seats,
                self.card,
                self.keep,
                self.leave_person,
                self.leave_seat,
                self.undo,
                self.reset,
            ]
        )
        choices.add_class("wb-bar")
        # All but the answer is there to see only if a team lacks a technical leader. A choice
        # stands above the picture, so that what it changes is seen at once.
        self.what_if = ipywidgets.VBox([choices, self.changed])
        self.found = ipywidgets.VBox([self.table, self.empty, self.unseated])
        super().__init__([self.answer, self.what_if, self.picture, self.found, self.notes])
        self.add_class("wb-track-plan")

    def _button(self, words: str, tooltip: str, handler: Callable[[], None]) -> ipywidgets.Button:
        """Make a button as wide as its words."""
        button = ipywidgets.Button(description=words, tooltip=tooltip, layout={"width": "auto"})
        button.on_click(self._notice.guard(lambda _: handler()))
        return button

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the plan of another calibration; `labels` gives the text for each person.

        What was kept or left out stays with the calibration for which it was chosen.
        """
        taken_back = calibration is not self._calibration and bool(self._steps)
        if calibration is not self._calibration:
            self._steps = ()
        self._calibration, self._labels = calibration, labels
        self._show_plan(self._plan_with(self._steps))
        if taken_back:
            self.changed.value = paragraph(TAKEN_BACK, "wb-counts")

    def _plan_with(self, steps: tuple[_Step, ...]) -> Any:
        """Plan with what is kept and left out; without either, it is the plan as proposed."""
        if self._calibration is None or not steps:
            return self._calibration and self._calibration.track_plan
        return self._calibration.plan(
            locked=[(step.person, step.team) for step in steps if step.kind == "keep"],
            excluded_people=[step.person for step in steps if step.kind == "person"],
            excluded_teams=[step.team for step in steps if step.kind == "seat"],
        )

    # A choice waits for this chart; its tests hold every part of it to Altair's schema.
    @debug_mode(False)
    def _show_plan(self, plan: Any) -> None:
        """Show a plan in place of the last one."""
        if self._calibration is None:
            return
        self._plan = plan
        self.answer.value = paragraph(answer_track_plan(self._calibration, plan), "wb-answer")
        self.picture.show(plot_track_plan(plan, labels=self._labels, width=WIDTH, height=HEIGHT))
        for part in (self.what_if, self.picture, self.found, self.notes):
            part.layout.display = "" if plan.n_seats else "none"
        self._offer_seats(plan)
        self.changed.value = paragraph(self._say_change(plan), "wb-counts")
        self.table.show(self._list_seats(plan.assignments), empty="Nobody is proposed for a seat.")
        self.empty.show(self._list_empty(plan.open_seats), empty="No seat stays empty.")
        self.unseated.show(self._list_unseated(plan.unseated), empty="Every candidate has a seat.")
        self.notes.value = bullets(plan.notes)

    # The lists

    def _label(self, person: object) -> str:
        """Give the text for a person; a dash for none."""
        if person is None or pd.isna(person):  # type: ignore[call-overload]  # an id or missing
            return "\u2013"
        return self._labels.get(str(person), str(person))

    def _list_seats(self, assignments: pd.DataFrame) -> pd.DataFrame:
        """Write the proposals as a meeting reads them."""
        rows = assignments.to_dict("records")
        return pd.DataFrame(
            {
                "team": [str(row["team"]) for row in rows],
                "person": [self._label(row["person_id"]) for row in rows],
                "role": [row["role"] or "\u2013" for row in rows],
                "score": [float(row["score"]) for row in rows],
                "pair": [self._pair(row["paired_with"]) for row in rows],
                "second": [
                    self._beside(row["second_person_id"], row["second_score"], "nobody is free")
                    for row in rows
                ],
                "worth": ["kept" if row["locked"] else f"{row['margin']:.2f}" for row in rows],
                "reason": [row["reason"] for row in rows],
            }
        )

    def _list_empty(self, seats: pd.DataFrame) -> pd.DataFrame:
        """Write the seats left empty."""
        rows = seats.to_dict("records")
        return pd.DataFrame(
            {
                "team": [str(row["team"]) for row in rows],
                "since": ["\u2013" if pd.isna(row["since"]) else str(row["since"]) for row in rows],
                "pair": [self._pair(row["paired_with"]) for row in rows],
                "best": [
                    self._beside(row["best_person_id"], row["best_score"], "\u2013") for row in rows
                ],
                "why": [row["why"] for row in rows],
            }
        )

    def _list_unseated(self, people: pd.DataFrame) -> pd.DataFrame:
        """Write the candidates without a seat."""
        rows = people.to_dict("records")
        return pd.DataFrame(
            {
                "person": [self._label(row["person_id"]) for row in rows],
                "role": [f"{row['role']} ({row['similarity']:.2f})" for row in rows],
                "team": [
                    "\u2013" if pd.isna(row["current_team"]) else str(row["current_team"])
                    for row in rows
                ],
                "why": [row["why"] for row in rows],
            }
        )

    def _pair(self, manager: object) -> str:
        """Name the people manager of a seat."""
        label = self._label(manager)
        return "needs a people manager" if label == "\u2013" else label

    def _beside(self, person: object, score: float, nobody: str) -> str:
        """Name a person with a fit."""
        return nobody if pd.isna(score) else f"{self._label(person)} ({score:.2f})"

    # The what-if

    def _offer_seats(self, plan: Any) -> None:
        """Offer the seats of a plan; the one that was chosen stays chosen."""
        assigned = {str(row["team"]): row for row in plan.assignments.to_dict("records")}
        teams = sorted([*assigned, *map(str, plan.open_seats["team"])])
        left_out = {step.team for step in self._steps if step.kind == "seat"}
        options = [
            (
                f"{team} \u2013 {self._label(assigned[team]['person_id'])}"
                if team in assigned
                else f"{team} \u2013 {'left out' if team in left_out else 'nobody'}",
                team,
            )
            for team in teams
        ]
        chosen = self.seats.value if self.seats.value in teams else next(iter(teams), None)
        self._filling = True
        self.seats.options = options
        self.seats.value = chosen
        self._filling = False
        self._offer_choices()

    def _holder(self) -> str:
        """Give the id of the person who is proposed for the chosen seat, empty for nobody."""
        if self._plan is None or self.seats.value is None:
            return ""
        rows = self._plan.assignments
        return "".join(rows.loc[rows["team"].astype(str) == self.seats.value, "person_id"].map(str))

    def _offer_choices(self) -> None:
        """Offer what can be done about the chosen seat."""
        if self._filling:
            return
        holder, team = self._holder(), self.seats.value
        kept = {step.team for step in self._steps if step.kind == "keep"}
        left_out = {step.team for step in self._steps if step.kind == "seat"}
        self.card.disabled = self.leave_person.disabled = not holder
        self.keep.disabled = not holder or team in kept
        self.leave_seat.disabled = team is None or team in left_out
        self.undo.disabled = self.reset.disabled = not self._steps

    def _pick(self, person_id: str) -> None:
        """Choose the seat of a person whose row was clicked, and ask for the card."""
        if self._plan is not None:
            rows = self._plan.assignments
            seat = rows.loc[rows["person_id"].astype(str) == person_id, "team"]
            for team in seat.astype(str):
                self.seats.value = team
        self._on_person(person_id)

    def _open_card(self) -> None:
        """Ask for the card of the person on the chosen seat."""
        self._on_person(self._holder())

    def _keep(self) -> None:
        """Keep the person on the chosen seat."""
        self._take_steps((*self._steps, _Step("keep", self._holder(), self.seats.value)))

    def _leave_person_out(self) -> None:
        """Plan without the person on the chosen seat, who cannot be kept there any more."""
        person = self._holder()
        rest = [each for each in self._steps if (each.kind, each.person) != ("keep", person)]
        self._take_steps((*rest, _Step("person", person, self.seats.value)))

    def _leave_seat_out(self) -> None:
        """Plan without the chosen seat, on which nobody can be kept any more."""
        team = self.seats.value
        rest = [each for each in self._steps if (each.kind, each.team) != ("keep", team)]
        self._take_steps((*rest, _Step("seat", "", team)))

    def _take_back(self) -> None:
        """Take the last choice back."""
        self._take_steps(self._steps[:-1])

    def _start_again(self) -> None:
        """Take every choice back."""
        self._take_steps(())

    def _take_steps(self, steps: tuple[_Step, ...]) -> None:
        """Plan again; choices that cannot hold together are said and not taken."""
        plan = self._plan_with(steps)
        self._steps = steps
        self._show_plan(plan)

    def _say_change(self, plan: Any) -> str:
        """Say what was kept or left out, and what that changes."""
        if self._calibration is None or not self._steps:
            return AS_PROPOSED
        before = self._calibration.track_plan
        left_out = {step.person for step in self._steps if step.kind == "person"}
        moved = _say_moves(plan.moves_from(before), left_out)
        change = plan.total - before.total
        fit = f"the total fit stays at {plan.total:.2f}"
        if abs(change) >= 0.005:
            fit = (
                f"the total fit {'falls' if change < 0 else 'rises'} by {abs(change):.2f}, from "
                f"{before.total:.2f} to {plan.total:.2f}"
            )
        words = [
            f"{self._label(step.person)} kept for {step.team}"
            if step.kind == "keep"
            else f"{self._label(step.person) if step.kind == 'person' else step.team} left out"
            for step in self._steps
        ]
        listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
        return f"With {listed}: {moved}; {fit}."


def _say_moves(moves: pd.DataFrame, left_out: set[str]) -> str:
    """Say how many people would be elsewhere, beside those who were left out by choice."""
    others = moves.loc[~moves["person_id"].map(str).isin(left_out)]
    came, went = others["team_before"].isna(), others["team"].isna()
    numbers = (
        (int((~came & ~went).sum()), "moves to another seat", "move to another seat"),
        (int(came.sum()), "gets a seat", "get a seat"),
        (int(went.sum()), "is without a seat", "are without a seat"),
    )
    said = [count(n, f"person {one}", f"people {many}") for n, one, many in numbers if n]
    return ", ".join(said) or "nobody else moves"
