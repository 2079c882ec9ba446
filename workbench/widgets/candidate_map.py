"""Candidates on the screen: the map of people, what each group is strong in, and one person."""

from collections.abc import Mapping

import ipywidgets
import pandas as pd
from altair.utils.schemapi import debug_mode

from workbench.calibration import Calibration
from workbench.charts.candidates import plot_cluster_map
from workbench.charts.decline import FLAG_MARK
from workbench.charts.group_profiles import plot_profiles
from workbench.exports.answers import answer_candidates
from workbench.exports.groups import explain_groups
from workbench.ladder import ROLES
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.person_card import PersonCard
from workbench.widgets.person_picker import PersonPicker
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["CandidateMap"]

MAP_WIDTH, MAP_HEIGHT = 486, 316
_COLUMNS = {
    "person": "Person",
    "role": "Resembles",
    "role_similarity": "Similarity",
    "probability": "Probability of the group",
    "stability": "Stability of the group",
    "evidence_share": "Evidence known",
    "reasons": "Why",
}
# People in the list; a browser does not open a longer one at once.
LISTED = 2000
_ONLY_OF_GROUPS = {"probability", "stability"}


class CandidateMap(ipywidgets.VBox):
    """A map of everyone who could lead technically, linked to the card of one person.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay the pictures, the list, the card and the table out, still empty."""
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self.answer = ipywidgets.HTML()
        self.people = PersonPicker(notice.guard(self._show_person))
        self.people.people.layout.width = "420px"  # of the card, beside the buttons
        self.map = ChartView("wb-map", height="446px", on_pick=notice.guard(self._pick))
        self.map.layout.width = "504px"
        self.card = PersonCard(notice)
        self.profiles = ChartView("wb-profiles", height="200px")
        self.table = Table(_COLUMNS, height="260px")
        self.notes = ipywidgets.HTML()
        person = ipywidgets.VBox([self.people, self.card])
        both = ipywidgets.HBox([self.map, person])
        both.add_class("wb-pair")
        super().__init__([self.answer, both, self.profiles, self.table, self.notes])
        self.add_class("wb-candidates")

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the candidates of another calibration; `labels` gives the text for each person."""
        self._calibration, self._labels = calibration, labels
        candidates = calibration.candidates
        self.answer.value = paragraph(answer_candidates(calibration), "wb-answer")
        self.profiles.show(
            plot_profiles(candidates, stable_from=calibration.settings.cluster_stability)
        )
        grouped = len(candidates.profiles) > 1
        # Where there are no groups, the answer and the picture above say so already.
        self.profiles.layout.display = "" if grouped else "none"
        self.card.show(calibration, labels)
        members = _by_role(candidates.members)
        ids = members["person_id"].astype(str)
        flagged = ids.isin(_flagged(calibration))
        people = flagged.map({True: f"{FLAG_MARK}\u00a0", False: ""}) + ids.map(
            lambda person: labels.get(person, person)
        )
        columns = {n: w for n, w in _COLUMNS.items() if grouped or n not in _ONLY_OF_GROUPS}
        self.table.show(
            members.assign(person=people), empty="Nobody can be compared.", columns=columns
        )
        cut = [f"The list holds the first {LISTED:,} people; a click on the map opens anybody."]
        self.notes.value = bullets(
            [
                calibration.pool_rule,
                *explain_groups(candidates),
                *candidates.notes,
                *(cut if len(members) > LISTED else []),
            ]
        )
        entries = people + members["role"].map(lambda role: f" \u2013 {role}")
        self.people.offer(list(zip(entries, ids, strict=True))[:LISTED])
        if members.empty:
            self._draw(None)

    def _pick(self, person_id: str) -> None:
        """Choose in the list who was clicked; open who is not on it."""
        if person_id in {each for _, each in self.people.people.options}:
            self.people.pick(person_id)
        else:
            self._show_person(person_id)

    def _show_person(self, person_id: str) -> None:
        """Mark one person on the map and open the card."""
        self._draw(person_id)
        self.card.open_person(person_id)

    # Held to Altair's schema by its tests; here, with many people, that would be waited for.
    @debug_mode(False)
    def _draw(self, chosen: str | None) -> None:
        """Draw the map with one person marked."""
        if self._calibration is None:
            return
        settings = self._calibration.settings
        self.map.show(
            plot_cluster_map(
                self._calibration.candidates,
                labels=self._labels,
                flagged=_flagged(self._calibration),
                chosen=chosen,
                sure_from=settings.sure_membership,
                min_role_similarity=settings.min_role_similarity,
                width=MAP_WIDTH,
                height=MAP_HEIGHT,
            )
        )


def _flagged(calibration: Calibration) -> set[str]:
    """Take the ids of everybody whose technical output fell."""
    flags = calibration.declines.flags
    return set(flags.loc[flags["flagged"].astype(bool), "person_id"].astype(str))


def _by_role(members: pd.DataFrame) -> pd.DataFrame:
    """Put those who resemble a role first, the clearest ones on top."""
    resembles = members["role"].isin(ROLES)
    return (
        members.assign(_resembles=resembles)
        .sort_values(["_resembles", "role_similarity"], ascending=False, kind="stable")
        .drop(columns="_resembles")
    )
