"""How ratings were read, text by text, and the analyst's word where they were read wrongly."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets
import pandas as pd

from workbench.calibration import Calibration
from workbench.charts.theme import in_words
from workbench.exports.answers import answer_scales, count
from workbench.intake.profiles import Choices
from workbench.intake.ratings.scale_choices import ScaleChoice, fold_text
from workbench.widgets.choice_row import ChoiceRow, heads
from workbench.widgets.notice import Notice
from workbench.widgets.prose import paragraph
from workbench.widgets.table import Table

__all__ = ["ScaleEditor"]

# So many texts and the table of cycles fit on a shared screen.
ROWS = 7
_WIDTHS = {"In the sheet": 380, "How often": 120, "Read as": 210, "Change to": 200}
AS_READ, NOT_RATED = "as read", "not rated"
_RANGES = ((1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 10), (0, 10), (0, 20), (0, 100))
# More values than this are typed into the sheet, not chosen from a list.
_MOST_VALUES = 21


class ScaleEditor(ipywidgets.VBox):
    """Shows the scale of each rating and what each text was read as, and takes decisions.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    on_change
        Called with the choices that now hold; it reads the cells again and calls `update`.
    """

    def __init__(self, notice: Notice, on_change: Callable[[Choices], None]) -> None:
        """Lay the rows out once; they are filled again and again."""
        self._on_change = on_change
        self._calibration: Calibration | None = None
        self._filling = False
        self._page = 0
        self.answer = ipywidgets.HTML()
        wide = {"description_width": "auto"}
        self.field = ipywidgets.Dropdown(description="Rating", style=wide)
        self.cycle = ipywidgets.Dropdown(description="In", style=wide)
        self.range = ipywidgets.Dropdown(description="Scale", style=wide)
        self.best = ipywidgets.Dropdown(description="Best is", style=wide)
        choose = notice.guard(self._choose_word)
        self.rows = [ChoiceRow(_WIDTHS, "Change to", choose) for _ in range(ROWS)]
        self.where = ipywidgets.HTML()
        self.previous = ipywidgets.Button(description="Previous", layout={"width": "90px"})
        self.next = ipywidgets.Button(description="Next", layout={"width": "70px"})
        self.table = Table(
            {
                "cycle": "Cycle",
                "low": "From",
                "high": "To",
                "best": "Best is",
                "how": "Known by",
                "n": "People rated",
            },
            height="150px",
        )
        for each in (self.field, self.cycle):
            each.observe(notice.guard(lambda _: self._turn_to()), "value")
        for each in (self.range, self.best):
            each.observe(notice.guard(lambda _: self._choose_scale()), "value")
        self.previous.on_click(notice.guard(lambda _: self._turn(-1)))
        self.next.on_click(notice.guard(lambda _: self._turn(1)))
        bar = ipywidgets.HBox([self.field, self.cycle, self.range, self.best])
        pages = ipywidgets.HBox([self.previous, self.next, self.where])
        for each in (bar, pages):
            each.add_class("wb-bar")
        titles = ipywidgets.HTML(heads(_WIDTHS))
        super().__init__([self.answer, bar, titles, *self.rows, pages, self.table])

    def show(self, calibration: Calibration) -> None:
        """Show the ratings of another spreadsheet, or of the same one after a choice."""
        chosen = self.field.value
        self._calibration = calibration
        self.answer.value = paragraph(answer_scales(calibration), "wb-answer")
        fields = list(dict.fromkeys(calibration.scales["field"]))
        self._filling = True
        self.field.options = [(in_words(field), field) for field in fields]
        self.field.value = chosen if chosen in fields else next(iter(fields), None)
        cycle = self.cycle.value
        cycles = sorted(set(calibration.scales["cycle"]))
        self.cycle.options = [("all cycles", ""), *((name, name) for name in cycles)]
        self.cycle.value = cycle if cycle in cycles else ""
        self._filling = False
        self._fill()

    def _turn_to(self) -> None:
        if not self._filling:
            self._page = 0
            self._fill()

    def _turn(self, by: int) -> None:
        self._page = max(self._page + by, 0)
        self._fill()

    @property
    def _choice(self) -> ScaleChoice:
        """What is decided of the rating on screen, in the cycle on screen."""
        known = self._calibration.intake.choices.scales if self._calibration else {}
        return known.get(self._key, known.get(str(self.field.value), ScaleChoice()))

    @property
    def _key(self) -> str:
        cycle = self.cycle.value
        return f"{self.field.value}@{cycle}" if cycle else str(self.field.value)

    def _fill(self) -> None:
        """Show the rating that is chosen: its scale, its texts, its cycles."""
        if self._calibration is None:
            return
        scales = self._calibration.scales
        own = scales[(scales["field"] == self.field.value) & (scales["n"] > 0)]
        levels = self._calibration.levels
        if self.cycle.value:
            own = own[own["cycle"] == self.cycle.value]
            levels = levels[levels["cycle"] == self.cycle.value]
        self._fill_scale(own)
        texts = _list_texts(levels, str(self.field.value))
        last = max((len(texts) - 1) // ROWS, 0)
        self._page = min(self._page, last)
        first = self._page * ROWS
        shown = texts.iloc[first : first + ROWS].to_dict("records")
        values = self._list_values(own)
        words = self._choice.words
        for place, row in enumerate(self.rows):
            if place >= len(shown):
                row.hide()
                continue
            text, n = str(shown[place]["text"]), shown[place]["n"]
            decided = words.get(fold_text(text), math.nan)
            chosen = NOT_RATED if decided is None else f"{decided:g}"
            said = [text, count(n, "cell", "cells"), shown[place]["read"]]
            row.fill(text, said, values, chosen, f"What {text} is read as")
        self.where.value = f"{first + 1 if shown else 0} to {first + len(shown)} of {len(texts)}"
        self.previous.disabled, self.next.disabled = self._page == 0, self._page == last
        best = own["best"].map({"high": "the highest number", "low": "the lowest number"})
        ends = {end: own[end].map("{:g}".format) for end in ("low", "high")}
        self.table.show(own.assign(best=best, **ends), empty="Nobody is rated here.")

    def _fill_scale(self, own: pd.DataFrame) -> None:
        """Offer the scales that the rating may be on."""
        choice = self._choice
        low, high = (own["low"].min(), own["high"].max()) if len(own) else (1.0, 5.0)
        self._filling = True
        self.range.options = [
            (f"As read ({low:g} to {high:g})", AS_READ),
            *((f"{a} to {b}", f"{a} {b}") for a, b in _RANGES),
        ]
        given = f"{choice.low:g} {choice.high:g}" if choice.low is not None else AS_READ
        known = [value for _, value in self.range.options]
        self.range.value = given if given in known else AS_READ
        self.best.options = [
            ("As read", AS_READ),
            ("The highest number", "high"),
            ("The lowest number", "low"),
        ]
        self.best.value = choice.best or AS_READ
        for each in (self.range, self.best):
            each.disabled = own.empty
        self._filling = False

    def _list_values(self, own: pd.DataFrame) -> list[tuple[str, str]]:
        """Offer what a text can be read as: a number of the scale, or nothing."""
        low, high = (own["low"].min(), own["high"].max()) if len(own) else (1.0, 5.0)
        step = next(s for s in (0.5, 1.0, 5.0, 10.0, 100.0, 1e9) if (high - low) / s < _MOST_VALUES)
        numbers = [low + step * place for place in range(int((high - low) / step) + 1)]
        texts = [f"{number:g}" for number in numbers]
        return [
            (f"As {AS_READ[3:]}", AS_READ),
            ("Not rated", NOT_RATED),
            *zip(texts, texts, strict=True),
        ]

    def _choose_word(self, text: str, value: str) -> None:
        """Take what the analyst says of one text."""
        folded = fold_text(text)
        words = {word: rating for word, rating in self._choice.words.items() if word != folded}
        if value != AS_READ:
            words[folded] = None if value == NOT_RATED else float(value)
        self._decide(replace(self._choice, words=words))

    def _choose_scale(self) -> None:
        """Take what the analyst says of the scale."""
        if self._filling or self._calibration is None:
            return
        low, high = None, None
        if self.range.value != AS_READ:
            low, high = map(float, self.range.value.split())
        best = None if self.best.value == AS_READ else self.best.value
        self._decide(replace(self._choice, low=low, high=high, best=best))

    def _decide(self, choice: ScaleChoice) -> None:
        """Have the cells read again; where that cannot be, the screen shows what holds."""
        if self._calibration is None:
            return
        try:
            choices = self._calibration.intake.choices
            self._on_change(choices.then(Choices(scales={self._key: choice})))
        except Exception:
            self._fill()
            raise


def _list_texts(levels: pd.DataFrame, field: str) -> pd.DataFrame:
    """List the texts of one rating over all cycles, what was not understood first."""
    own = levels[(levels["field"] == field) & (levels["text"] != "")]
    grouped = own.groupby("text", sort=False)
    texts = grouped.agg(
        n=("n", "sum"), low=("value", "min"), high=("value", "max"), kind=("kind", "first")
    )
    texts["read"] = [_say_value(row) for row in texts.to_dict("records")]
    texts["order"] = texts["kind"] != "unknown"
    texts = texts.sort_values(["order", "high", "n"], ascending=[True, False, False], kind="stable")
    return texts.reset_index()


def _say_value(row: Mapping[Any, Any]) -> str:
    if row["kind"] == "unknown":
        return "not understood"
    if math.isnan(row["high"]):
        return "not rated"
    if row["low"] == row["high"]:
        return f"{row['high']:g}"
    return f"{row['low']:g} to {row['high']:g}, by cycle"
