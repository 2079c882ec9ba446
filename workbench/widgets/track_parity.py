"""Parity on the screen: both tracks side by side, and each comparison in words; no persons."""

import math

import ipywidgets
import pandas as pd

from workbench.calibration import Calibration
from workbench.charts.parity import plot_parity
from workbench.exports.answers import answer_parity
from workbench.widgets.chart_view import ChartView
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

__all__ = ["TrackParity"]

NOTHING = "There is nothing to compare the tracks on."
NO_BANDS = "Pay bands are not in the data."
TRACK_WORDS = {
    "engineer": "Engineers",
    "technical_leadership": "Technical leadership",
    "management": "People management",
}
MEASURES = {
    "ratio": "ratio",
    "difference": "difference",
    "share": "share of pairs",
}


class TrackParity(ipywidgets.VBox):
    """Technical leadership beside people management: the answer, the picture, tables, notes."""

    def __init__(self) -> None:
        """Lay the picture and the tables out, still empty."""
        self.answer = ipywidgets.HTML()
        self.chart = ChartView("wb-parity", height="380px")
        self.aspects = Table(
            {
                "label": "Compared on",
                "says": "Technical leadership",
                "measured": "Number",
                "value": "Value",
                "low": "From",
                "high": "To",
                "sentence": "In words",
            },
            height="400px",
        )
        self.bands = Table(
            {"band": "Pay band", **TRACK_WORDS},
            height="260px",
        )
        self.notes = ipywidgets.HTML()
        self.bands.add_class("wb-narrow")
        super().__init__([self.answer, self.chart, self.aspects, self.bands, self.notes])

    def show(self, calibration: Calibration) -> None:
        """Show the tracks of another calibration."""
        parity = calibration.parity
        self.answer.value = paragraph(answer_parity(calibration), "wb-answer")
        self.chart.show(plot_parity(parity))
        measured = parity.aspects["measure"].map(MEASURES).fillna("")
        # Without the second of two rates, their ratio has no upper end; the sentence says so.
        shown = parity.aspects.replace(math.inf, math.nan).assign(measured=measured)
        self.aspects.show(shown, empty=NOTHING)
        self.bands.show(_beside(parity.pay_bands), empty=NO_BANDS)
        self.notes.value = bullets(parity.notes)


def _beside(bands: pd.DataFrame) -> pd.DataFrame:
    """Put the people of each track in each pay band beside each other, the highest on top."""
    known = bands[bands["hidden"] | bands["n"].notna()]
    said = [
        "hidden" if hidden else f"{n:,}" + (f" ({100 * share:.0f} %)" if n else "")
        for hidden, n, share in zip(known["hidden"], known["n"], known["share"], strict=True)
    ]
    listed = known.assign(said=said).pivot(index="place", columns="track", values="said")
    names = known.drop_duplicates("place").set_index("place")["pay_band"]
    beside = listed.reindex(columns=list(TRACK_WORDS)).assign(band=names)
    return beside.sort_index(ascending=False)
