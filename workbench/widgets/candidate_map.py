"""Candidates on the screen: the map of people, what each group is strong in, and one person."""

from collections.abc import Mapping

import ipywidgets
import pandas as pd

from workbench.calibration import Calibration
from workbench.charts.candidates import plot_cluster_map, plot_member, plot_profiles
from workbench.exports.answers import answer_candidates
from workbench.ladder import ROLES
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.person_picker import PersonPicker
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["CandidateMap"]


class CandidateMap(ipywidgets.VBox):
    """A map of everyone who could lead technically, linked to the signals of one person.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay the pictures, the list and the table out, still empty."""
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self.answer = ipywidgets.HTML()
        self.people = PersonPicker(notice.guard(self._show_person))
        self.map = ChartView("wb-map", height="460px", on_pick=self.people.pick)
        self.member = ChartView("wb-member", height="330px")
        self.reason = ipywidgets.HTML()
        self.profiles = ChartView("wb-profiles", height="300px")
        self.table = Table(
            {
                "person": "Person",
                "role": "Resembles",
                "role_similarity": "Similarity",
                "probability": "Probability",
                "stability": "Stability",
                "evidence_share": "Signals known",
                "reasons": "Why",
            },
            height="260px",
        )
        self.notes = ipywidgets.HTML()
        person = ipywidgets.VBox([self.people, self.member, self.reason])
        both = ipywidgets.HBox([self.map, person])
        both.add_class("wb-pair")
        super().__init__([self.answer, both, self.profiles, self.table, self.notes])

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the candidates of another calibration; `labels` gives the text for each person."""
        self._calibration, self._labels = calibration, labels
        candidates = calibration.candidates
        self.answer.value = paragraph(answer_candidates(calibration), "wb-answer")
        self.map.show(plot_cluster_map(candidates, labels=labels, width=500, height=340))
        self.profiles.show(plot_profiles(candidates))
        members = _by_role(candidates.members)
        ids = members["person_id"].astype(str)
        people = ids.map(lambda person: labels.get(person, person))
        entries = people + members["role"].map(lambda role: f" \u2013 {role}")
        self.people.offer(list(zip(entries, ids, strict=True)))
        self.table.show(members.assign(person=people), empty="Nobody can be compared.")
        self.notes.value = bullets(candidates.notes)

    def _show_person(self, person_id: str) -> None:
        """Show the signals of one person and the reasons in words."""
        if self._calibration is None:
            return
        candidates, signals = self._calibration.candidates, self._calibration.signals
        label = self._labels.get(person_id, person_id)
        chart = plot_member(candidates, signals, person_id, label=label, width=300)
        self.member.show(chart)
        members = candidates.members
        reasons = members.loc[members["person_id"].astype(str) == person_id, "reasons"]
        self.reason.value = "".join(paragraph(reason, "wb-reason") for reason in reasons)


def _by_role(members: pd.DataFrame) -> pd.DataFrame:
    """Put those who resemble a role first, the clearest ones on top."""
    resembles = members["role"].isin(ROLES)
    return (
        members.assign(_resembles=resembles)
        .sort_values(["_resembles", "role_similarity"], ascending=False, kind="stable")
        .drop(columns="_resembles")
    )
