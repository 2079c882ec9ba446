"""What promotion does, on the screen: to the output of the promoted, and to the teams they led."""

from collections.abc import Mapping

import ipywidgets
import pandas as pd

from workbench.calibration import Calibration
from workbench.charts.event_study import MOVES, plot_event_study
from workbench.charts.team_effect import plot_team_effects
from workbench.exports.answers import answer_event_study
from workbench.widgets.chart_view import ChartView
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["PromotionEffect"]

PHASES = {
    "after": "After",
    "streak": "Before, the streak",
    "placebo": "Before",
}
NO_EFFECT = "There are too few promotions to say what promotion does on the whole."


class PromotionEffect(ipywidgets.VBox):
    """The effect of promotion on the whole organisation: the answer, pictures, tables."""

    def __init__(self) -> None:
        """Lay the pictures and the tables out, still empty."""
        self.answer = ipywidgets.HTML()
        self.effect = ChartView("wb-effect", height="450px")
        columns = {"effect": "Difference (SD)", "low": "From", "high": "To", "n": "People"}
        self.overall = Table({"of": "Over all cycles since", **columns})
        self.by_cycle = Table(
            {"cycle": "Cycle", **columns, "phase": "To management"},
            height="260px",
        )
        self.notes = ipywidgets.HTML()
        self.teams = ChartView("wb-teams", height="120px")
        self.team_notes = ipywidgets.HTML()
        for each in (self.overall, self.by_cycle):
            each.add_class("wb-narrow")
        tables = ipywidgets.HBox([self.overall, self.by_cycle])
        tables.add_class("wb-pair")
        super().__init__(
            [self.answer, self.effect, tables, self.notes, self.teams, self.team_notes]
        )

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Show the effects of another calibration; `labels` gives the text for each person."""
        study, teams = calibration.event_study, calibration.team_effects
        self.answer.value = paragraph(answer_event_study(calibration), "wb-answer")
        self.effect.show(plot_event_study(study, width=620, height=290))
        self.overall.show(_over_all_cycles(study.by_kind, study.by_group), empty=NO_EFFECT)
        effects = study.effects
        self.by_cycle.show(
            effects.assign(
                cycle=[f"{each:+d}" if each else "0" for each in effects["relative_cycle"]],
                phase=effects["phase"].map(PHASES),
            ),
            empty=NO_EFFECT,
        )
        self.notes.value = bullets(study.notes)
        named = {f"Team of {person}": f"Team of {label}" for person, label in labels.items()}
        self.teams.show(plot_team_effects(teams, labels=named, width=260))
        self.team_notes.value = bullets(teams.notes)


def _over_all_cycles(by_kind: pd.DataFrame, by_group: pd.DataFrame) -> pd.DataFrame:
    """List the effect of each move, their difference, and that of each group of people."""
    words = {kind: f"To {move}" for kind, move in MOVES.items()}
    words["difference"] = "Difference between the two"
    kinds = by_kind.loc[by_kind["relative_cycle"].isna()]
    groups = by_group.loc[by_group["relative_cycle"].isna()]
    return pd.concat(
        [
            kinds.assign(of=kinds["kind"].map(words)),
            groups.assign(of="To management, " + groups["group"].astype(str)),
        ]
    )
