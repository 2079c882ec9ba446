"""Who leads the teams, on the screen: the grid of all teams, and one team with its people."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import pandas as pd
from altair.utils.schemapi import debug_mode

from workbench.calibration import Calibration
from workbench.charts.coverage import (
    STATE_WORDS,
    VOID_WORDS,
    name_of_team,
    plot_coverage,
    rank_teams,
)
from workbench.charts.theme import signed
from workbench.exports.answers import answer_coverage
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.person_picker import PersonPicker
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["TeamCoverage"]

GRID_WIDTH, GRID_HEIGHT = 220, 308
HOW_LEADERS_ARE_SEEN = (
    "A technical leader is seen by the job title, such as Lead Engineer, Staff Engineer or "
    "Software Architect, or by the track, if the sheet has one. If there are some and none is "
    "seen, look at step 2: are job title and team recognised?"
)
_SEATS = {
    "technical_leader": "technical leader",
    "people_manager": "people manager",
    "both": "technical leader and people manager",
}
_TEAMS = {
    "name": "Team",
    "words": "Now",
    "since": "Since",
    "managers": "People managers",
    "leaders": "Technical leaders",
    "n_people": "People",
    "reason": "In words",
}
_CYCLES = {
    "cycle": "Cycle",
    "managers": "People managers",
    "leaders": "Technical leaders",
    "n_people": "People",
}
_OUTCOMES = {
    "outcome": "Since then",
    "change": "Change",
    "low": "From",
    "high": "To",
    "n": "Similar teams",
}


class TeamCoverage(ipywidgets.VBox):
    """A grid of teams by cycles, linked to the people and the numbers of one team.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    on_person
        Called with the id of a person who was chosen from the people of a team.
    """

    def __init__(self, notice: Notice, on_person: Callable[[str], None]) -> None:
        """Lay the picture, the lists and the tables out, still empty."""
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self._on_person = on_person
        self._filling = False
        self.answer = ipywidgets.HTML()
        self.teams = PersonPicker(notice.guard(self._show_team), description="Team")
        self.grid = ChartView(
            "wb-coverage-grid", height="490px", on_pick=self.teams.pick, selects=("team", "team")
        )
        self.reason = ipywidgets.HTML(layout={"min_height": "64px"})
        self.outcomes = Table(_OUTCOMES)
        self.unknown = ipywidgets.HTML()
        self.cycles = Table(_CYCLES, height="150px")
        self.people = ipywidgets.Select(
            description="People",
            rows=6,
            layout={"width": "490px"},
            style={"description_width": "auto"},
        )
        self.people.observe(notice.guard(self._choose_person), "value")
        self.table = Table(_TEAMS, height="260px", limit=1_000)
        self.notes = ipywidgets.HTML()
        team = ipywidgets.VBox(
            [self.teams, self.reason, self.outcomes, self.unknown, self.people, self.cycles],
            # Of its own height, so that the list of all teams below it stays where it is.
            layout={"width": "510px", "height": "490px", "overflow": "auto"},
        )
        for part in team.children:
            part.layout.flex = "0 0 auto"
        both = ipywidgets.HBox([self.grid, team])
        both.add_class("wb-pair")
        # What is there to see only if there is a team.
        self.found = ipywidgets.VBox([both, self.table])
        super().__init__([self.answer, self.found, self.notes])
        self.add_class("wb-coverage")

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the coverage of another calibration; `labels` gives the text for each person."""
        self._calibration, self._labels = calibration, labels
        coverage = calibration.coverage
        answer = answer_coverage(calibration)
        led = coverage.teams.empty or coverage.by_cycle["technical_leaders"].map(bool).any()
        self.answer.value = paragraph(answer, "wb-answer") + (
            "" if led else paragraph(HOW_LEADERS_ARE_SEEN, "wb-counts")
        )
        self.found.layout.display = "none" if coverage.teams.empty else ""
        ranked = self._named(rank_teams(coverage))
        self.table.show(ranked, empty="There is no team to show.")
        self.notes.value = bullets(note for note in coverage.notes if note != answer)
        entries = zip(ranked["name"], ranked["words"], ranked["team"], strict=True)
        self.teams.offer([(f"{name} \u2013 {words}", team) for name, words, team in entries])
        if ranked.empty:
            # Nothing of earlier data stays on the screen.
            self._show_team("")

    def forget_person(self) -> None:
        """Choose nobody of the team, so that the same person can be chosen again."""
        self.people.value = None

    # Every step from team to team waits for the grid; its tests hold it to Altair's schema.
    @debug_mode(False)
    def _show_team(self, team: str) -> None:
        """Show one team: its row, what is known of it, its people."""
        if self._calibration is None:
            return
        coverage = self._calibration.coverage
        self.grid.show(
            plot_coverage(
                coverage, labels=self._labels, chosen=team, width=GRID_WIDTH, height=GRID_HEIGHT
            )
        )
        rows = coverage.teams[coverage.teams["team"] == team]
        self.reason.value = "".join(paragraph(each, "wb-reason") for each in rows["reason"])
        self._show_void(coverage.voids[coverage.voids["team"] == team])
        by_cycle = coverage.by_cycle[coverage.by_cycle["team"] == team]
        self.cycles.show(self._named(by_cycle.iloc[::-1]))
        self._offer_people(coverage.members[coverage.members["team"] == team])

    def _show_void(self, voids: pd.DataFrame) -> None:
        """Show what happened around the beginning of a void; why not, where nothing can be said."""
        rows, unknown = [], []
        for void in voids.to_dict("records"):
            for name, (words, scale, unit) in VOID_WORDS.items():
                change, low, high = (scale * void[f"{name}_{x}"] for x in ("change", "low", "high"))
                if pd.isna(change):
                    unknown.append(f"{words}: {void[f'{name}_reason']}")
                    continue
                n = int(void[f"{name}_n"])
                numbers = [signed(each, 1) for each in (change, low, high)]
                rows.append((words, f"{numbers[0]} {unit}".replace(" ", "\u00a0"), *numbers[1:], n))
        # The same sentence for all of them is said once.
        reasons = {each.split(": ", 1)[1] for each in unknown}
        said = list(reasons) if len(reasons) == 1 and len(unknown) == len(VOID_WORDS) else unknown
        self.outcomes.layout.display = "" if rows else "none"
        self.outcomes.show(pd.DataFrame(rows, columns=list(_OUTCOMES)))
        self.unknown.value = "".join(paragraph(each, "wb-reason") for each in said)

    def _offer_people(self, members: pd.DataFrame) -> None:
        """Offer the people of a team, those with a seat first; nobody is chosen yet."""
        rank = {seat: place for place, seat in enumerate(_SEATS)}
        ordered = members.assign(rank=members["seat"].map(rank).fillna(len(rank)))
        ordered = ordered.sort_values("rank", kind="stable")
        titles = self._titles(ordered["person_id"])
        options = []
        for person, seat in zip(ordered["person_id"], ordered["seat"], strict=True):
            parts = [self._label(person), titles.get(person, ""), _SEATS.get(seat, "")]
            options.append((" \u2013 ".join(each for each in parts if each), str(person)))
        self._filling = True
        self.people.options = options
        self.people.value = None
        self._filling = False

    def _choose_person(self, change: dict[str, Any]) -> None:
        """Pass on who was chosen, except while the list itself changes."""
        if change["new"] is not None and not self._filling:
            self._on_person(change["new"])

    def _titles(self, people: pd.Series) -> dict[object, str]:
        """Give the job titles of some people in the latest cycle."""
        if self._calibration is None or "title" not in self._calibration.panel.reviews:
            return {}
        reviews = self._calibration.panel.reviews
        latest = reviews["cycle"] == self._calibration.coverage.cycles[-1]
        known = reviews[latest & reviews["person_id"].isin(people)].dropna(subset="title")
        return dict(zip(known["person_id"], known["title"].astype(str), strict=True))

    def _label(self, person: object) -> str:
        """Give the text shown for a person."""
        return self._labels.get(str(person), str(person))

    def _named(self, teams: pd.DataFrame) -> pd.DataFrame:
        """Put teams or their cycles in words."""
        return teams.assign(
            name=[name_of_team(team, self._labels) for team in teams["team"]],
            words=teams["state"].map(STATE_WORDS),
            managers=self._listed(teams["people_managers"]),
            leaders=self._listed(teams["technical_leaders"]),
        )

    def _listed(self, people: pd.Series) -> pd.Series:
        """Write the people of each row in one cell."""
        texts = [", ".join(map(self._label, each)) or None for each in people]
        return pd.Series(texts, index=people.index, dtype=object)
