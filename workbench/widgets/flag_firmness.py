"""How firm the flags are, on the screen: what it would take to explain each of them away.

This takes seconds where a slider may take none, so it is worked out when somebody asks for it, and
again when they ask after the bar was moved.
"""

from collections.abc import Callable, Mapping

import ipywidgets
import pandas as pd
from altair.utils.schemapi import debug_mode

from workbench.calibration import Calibration
from workbench.charts.sensitivity import plot_sensitivity
from workbench.charts.theme import empty_state
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["FlagFirmness"]

ROWS = 12
WIDTH = 300
MOVED = "The bar was moved. Ask again to see how firm the flags are where it stands now."


class FlagFirmness(ipywidgets.VBox):
    """A button, and what it brings: a picture, the notes and the table of how firm each flag is.

    Parameters
    ----------
    notice
        Where it is said that something is worked out, and an error of a handler.
    on_pick
        Called with the person whose row was clicked.
    on_found
        Called when it is worked out.
    """

    def __init__(
        self, notice: Notice, on_pick: Callable[[str], None], on_found: Callable[[], None]
    ) -> None:
        """Lay the button out; the rest stays hidden until it is asked for."""
        self._notice = notice
        self._on_found = on_found
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self._chosen = ""
        self.ask = ipywidgets.Button(
            description="How firm are these flags?",
            tooltip="What it would take to explain each flag away; takes a few seconds",
            layout={"width": "220px"},
        )
        self.ask.on_click(notice.guard(lambda _: self._work_out()))
        self.picture = ChartView("wb-firmness", height="410px", on_pick=on_pick)
        self.of_person = ipywidgets.HTML()
        self.of_person.add_class("wb-firmness-words")
        self.notes = ipywidgets.HTML()
        self.table = Table(
            {
                "person": "Person",
                "odds": "Explained away at odds (per SD)",
                "known": "Known in advance",
                "resamples": "Flagged in resamples",
                "bars": "At settings of the bar",
                "last_cycle": "Without the last cycle before",
                "measures": "Without any one measure",
            },
            height="200px",
        )
        self.found = ipywidgets.VBox(
            [self.picture, self.table, self.notes], layout={"display": "none"}
        )
        super().__init__([ipywidgets.HBox([self.ask, self.of_person]), self.found])

    @property
    def is_known(self) -> bool:
        """Whether it has been worked out for the bar as it stands."""
        return self._calibration is not None and "sensitivity" in vars(self._calibration)

    def in_short(self, person_id: str) -> str:
        """Say how often one person is flagged; nothing where that is not worked out."""
        return " ".join(
            f"Flagged in {_or_dash(row['stability'], '{:.0%}')} of resamples and at "
            f"{row['bars_flagged']} of {row['bars_judged']} settings of the bar."
            for row in self._of(person_id).to_dict("records")
        )

    def _of(self, person_id: str) -> pd.DataFrame:
        """Give what is known of the flags of one person."""
        if self._calibration is None or not self.is_known:
            return pd.DataFrame(columns=["told"])
        flags = self._calibration.sensitivity.flags
        return flags.loc[flags["flagged"] & flags["person_id"].astype(str).eq(person_id)]

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Take another calibration; what was shown of an earlier one goes, its room stays."""
        known = self._calibration
        if known is None or known.intake is not calibration.intake:
            self.found.layout.display = "none"
        self._calibration, self._labels = calibration, labels
        self.ask.disabled = not calibration.declines.flags["flagged"].any()
        self.of_person.value = ""
        if self.found.layout.display == "none":
            return
        if self.is_known:
            self._fill()
        else:
            self.picture.show(empty_state(MOVED, width=WIDTH + 300, select="person"))
            self.notes.value = ""
            self.table.value = ""

    def mark(self, person_id: str) -> None:
        """Mark the row of one person."""
        self._chosen = person_id
        told = self._of(person_id)["told"]
        shown_as = self._labels.get(person_id, person_id)
        self.of_person.value = "".join(paragraph(f"{shown_as}: {each}") for each in told)
        if self.found.layout.display != "none" and self.is_known:
            self._draw()

    def _work_out(self) -> None:
        """Work out how firm the flags are, and say so while it takes."""
        if self._calibration is None:
            return
        self._notice.say("Working out how firm the flags are", "busy")
        self.ask.disabled = True
        try:
            self._fill()
        finally:
            self.ask.disabled = False
        self.found.layout.display = ""
        self._on_found()
        self._notice.say(self._calibration.source, "done")

    def _fill(self) -> None:
        """Show what is known of every flag."""
        if self._calibration is not None:
            sensitivity = self._calibration.sensitivity
            self._draw()
            self.notes.value = bullets(sensitivity.notes)
            self.table.show(_in_words(sensitivity.flags, self._labels), empty="Nobody is flagged.")

    @debug_mode(False)
    def _draw(self) -> None:
        """Draw what it would take to explain each flag away."""
        if self._calibration is not None:
            self.picture.show(
                plot_sensitivity(
                    self._calibration.sensitivity,
                    labels=self._labels,
                    chosen=self._chosen,
                    limit=ROWS,
                    width=WIDTH,
                )
            )


def _in_words(flags: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Write the figures of the flagged as a meeting reads them; what is not known is a dash."""
    rows = flags.loc[flags["flagged"]].sort_values("gamma_per_sd", ascending=False, kind="stable")
    ids = rows["person_id"].astype(str)
    return pd.DataFrame(
        {
            "person": [f"\u25c6\u00a0{labels.get(each, each)}" for each in ids],
            "odds": [_or_dash(each, "\u00d7{:.1f}") for each in rows["gamma_per_sd"]],
            "known": [_or_dash(min(each, 1.0), "{:.0%}") for each in rows["known_share"]],
            "resamples": [_or_dash(each, "{:.0%}") for each in rows["stability"]],
            "bars": _so_many(rows["bars_flagged"], rows["bars_judged"]),
            "last_cycle": [
                "\u2013" if pd.isna(each) else "flagged" if each else "not flagged"
                for each in rows["flagged_without_last_cycle"]
            ],
            "measures": _so_many(rows["stays_flagged_without"], rows["n_measures"]),
        }
    )


def _or_dash(value: float, form: str) -> str:
    """Write a number, or a dash where there is none."""
    return "\u2013" if pd.isna(value) else form.format(value).replace("%", " %")


def _so_many(counts: pd.Series, totals: pd.Series) -> list[str]:
    """Write so many of so many."""
    return [
        "\u2013" if pd.isna(n) or not total else f"{n} of {total}"
        for n, total in zip(counts, totals, strict=True)
    ]
