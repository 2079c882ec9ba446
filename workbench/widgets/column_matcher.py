"""What each column was taken for, and the analyst's word where it was taken wrongly.

Every header stands there once, with some of its cells, what it stands for and how sure that is. A
column of numbers that stands for nothing known can be counted towards either half of technical
work. A change counts at once, and the line above says what it did to people, cycles and ratings.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ipywidgets
import pandas as pd

from workbench.calibration import Calibration
from workbench.charts.theme import in_words
from workbench.exports.answers import answer_columns, count
from workbench.fields import FIELDS
from workbench.intake.headers.matching import fold_header
from workbench.intake.overview import count_intake, list_dates, list_headers
from workbench.intake.profiles import ADDED_TO, Choices, header_key
from workbench.widgets.choice_row import ChoiceRow, heads
from workbench.widgets.notice import Notice
from workbench.widgets.prose import paragraph

__all__ = ["ColumnMatcher"]

# So many rows and the buttons below them fit on a shared screen.
ROWS = 8
DATES = 2
_WIDTHS = {"Header": 240, "In the sheet": 360, "Stands for": 270, "How sure": 190}
_DATE_WIDTHS = {"Question": 604, "Answer": 270}
KEEP = ""
LOOK, ALL, KEPT = "look", "all", "kept"
_HOW = {
    "name": "its name",
    "alias": "its name",
    "translation": "its name, translated",
    "spelling": "its spelling",
    "values": "its cells",
    "given": "your choice",
    "remembered": "your choice before",
    "unknown": "",
}
_USES = {
    "number": "numbers: can be a signal",
    "category": "groups: can be compared",
    "date": "dates",
    "text": "texts",
    "private": "private",
    "": "",
}
# Before what a column is added to, so that no field can be meant.
_ADD = "add to "
_ADDED: dict[str, str] = {
    "technical_output": "Count as technical output",
    "technical_output, less is better": "Technical output: less is better",
    "force_multiplier": "Count as force multiplier",
    "force_multiplier, less is better": "Force multiplier: less is better",
}


def _options(guesses: Sequence[tuple[str, float]], addable: bool) -> list[tuple[str, str]]:
    """Offer the likeliest fields first, then keeping the column, counting it, and every field."""
    likely = [field for field, _ in guesses]
    options = [(f"Perhaps: {in_words(field)}", field) for field in likely]
    options.append(("Keep as it is", KEEP))
    if addable:
        options += [(words, _ADD + added_to) for added_to, words in _ADDED.items()]
    return options + [
        (f"{in_words(field.name)} ({in_words(field.role).lower()})", field.name)
        for field in FIELDS
        if field.name not in likely
    ]


def _say_sure(row: Mapping[Any, Any]) -> str:
    """Say how sure a match is, and what it rests on."""
    if row["added"]:
        return _HOW["remembered" if row["how"] == "remembered" else "given"]
    if row["field"] is None:
        return _USES.get(row["kind"], "")
    if row["how"] in {"given", "remembered"}:
        return _HOW[row["how"]]
    sure = (
        "sure" if row["confidence"] >= 0.9 else "likely" if row["confidence"] >= 0.8 else "unsure"
    )
    return f"{sure}, by {_HOW[row['how']]}"


class ColumnMatcher(ipywidgets.VBox):
    """Shows what each header was taken for, and takes the analyst's decisions.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    on_change
        Called with the choices that now hold; it reads the cells again and calls `update`.
    on_confirm
        Called when the analyst is done here.
    """

    def __init__(
        self,
        notice: Notice,
        on_change: Callable[[Choices], None],
        on_confirm: Callable[[], None],
    ) -> None:
        """Lay the rows out once; they are filled again and again."""
        self._on_change = on_change
        self._calibration: Calibration | None = None
        self._headers = pd.DataFrame()
        self._listed: list[str] = []
        self._before: dict[str, int] = {}
        self._page = 0
        self._filling = False
        self.answer = ipywidgets.HTML()
        self.counts = ipywidgets.HTML()
        self.filter = ipywidgets.ToggleButtons(options=[("All", ALL)])
        self.filter.add_class("wb-filter")
        choose = notice.guard(self._choose)
        self.rows = [ChoiceRow(_WIDTHS, "Stands for", choose) for _ in range(ROWS)]
        self.where = ipywidgets.HTML()
        self.previous = ipywidgets.Button(description="Previous", layout={"width": "90px"})
        self.next = ipywidgets.Button(description="Next", layout={"width": "70px"})
        answer = notice.guard(self._choose_date)
        self.dates = [ChoiceRow(_DATE_WIDTHS, "Answer", answer) for _ in range(DATES)]
        self.hidden = ipywidgets.Checkbox(
            description="Read what is hidden in Excel too", indent=False, layout={"width": "260px"}
        )
        self.confirm = ipywidgets.Button(
            description="These are right: go on", button_style="primary", layout={"width": "200px"}
        )
        self.reset = ipywidgets.Button(description="Undo all choices", layout={"width": "140px"})
        self.filter.observe(notice.guard(lambda _: self._list()), "value")
        self.previous.on_click(notice.guard(lambda _: self._turn(-1)))
        self.next.on_click(notice.guard(lambda _: self._turn(1)))
        self.hidden.observe(notice.guard(lambda _: self._choose_hidden()), "value")
        self.confirm.on_click(notice.guard(lambda _: on_confirm()))
        self.reset.on_click(notice.guard(lambda _: self._start_over()))
        pages = ipywidgets.HBox([self.filter, self.previous, self.next, self.where])
        pages.add_class("wb-bar")
        foot = ipywidgets.HBox([self.confirm, self.reset, self.hidden])
        foot.add_class("wb-bar")
        for line in self.dates:
            line.add_class("wb-question")
        titles = ipywidgets.HTML(heads(_WIDTHS))
        lines = [*self.rows, *self.dates]
        super().__init__([self.answer, self.counts, pages, titles, *lines, foot])

    def show(self, calibration: Calibration) -> None:
        """Show another spreadsheet, beginning with what should be looked at."""
        self._before = {}
        self._take(calibration)
        looked = int(self._headers["look"].sum())
        kept = int(self._headers["field"].isna().sum())
        self._filling = True
        self.filter.options = [
            (f"To look at ({looked})", LOOK),
            (f"All ({len(self._headers)})", ALL),
            (f"Kept as they are ({kept})", KEPT),
        ]
        self.filter.value = LOOK if looked else ALL
        self._filling = False
        self._list()

    def update(self, calibration: Calibration) -> None:
        """Show the same spreadsheet after a choice: the rows stay where they are."""
        if self._calibration is not None:
            self._before = count_intake(self._calibration.intake)
        self._take(calibration)
        self._fill()

    def _take(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._headers = list_headers(calibration.intake)
        self.answer.value = paragraph(answer_columns(calibration), "wb-answer")
        self.counts.value = paragraph(self._say_counts(), "wb-counts")
        reasons = set(calibration.problems["reason"])
        choices = calibration.intake.choices
        hides = choices.hidden or reasons & {"hidden_sheet", "hidden_rows", "hidden_column"}
        self._filling = True
        self.hidden.value = choices.hidden
        self.hidden.layout.visibility = "visible" if hides else "hidden"
        self._filling = False

    def _say_counts(self) -> str:
        """Say how much was read, and what the last choice changed."""
        now = count_intake(self._calibration.intake) if self._calibration else {}
        said = []
        for noun, n in now.items():
            was = self._before.get(noun, n)
            one = {"people": "person"}.get(noun, noun.removesuffix("s"))
            said.append(count(n, one, noun) + (f" (before: {was:,})" if was != n else ""))
        return "Read so: " + ", ".join(said) + "."

    def _list(self) -> None:
        """List the headers that the filter lets through, from the first page on."""
        if self._filling or self._headers.empty:
            return
        rows = self._headers
        if self.filter.value == LOOK:
            rows = rows[rows["look"].astype(bool)]
        elif self.filter.value == KEPT:
            rows = rows[rows["field"].isna()]
        self._listed = rows["header"].tolist()
        self._page = 0
        self._fill()

    def _turn(self, by: int) -> None:
        last = max((len(self._listed) - 1) // ROWS, 0)
        self._page = min(max(self._page + by, 0), last)
        self._fill()

    def _fill(self) -> None:
        """Fill the rows of the page that is on screen."""
        first = self._page * ROWS
        shown = self._listed[first : first + ROWS]
        known = {row["header"]: row for row in self._headers.to_dict("records")}
        for place, row in enumerate(self.rows):
            entry = known.get(shown[place]) if place < len(shown) else None
            if entry is None:
                row.hide()
            else:
                self._fill_row(row, entry)
        end = first + len(shown)
        words = f"{first + 1} to {end} of {len(self._listed)}" if shown else "None of this kind."
        self.where.value = html.escape(words)
        self.previous.disabled = self._page == 0
        self.next.disabled = end >= len(self._listed)
        calibration = self._calibration
        asked = list_dates(calibration.intake) if calibration is not None else pd.DataFrame()
        questions = asked.to_dict("records")
        for place, line in enumerate(self.dates):
            question = questions[place] if place < len(questions) else None
            line.layout.display = "none" if question is None else ""
            if question is not None:
                _fill_question(line, question)

    def _fill_row(self, row: ChoiceRow, entry: Mapping[Any, Any]) -> None:
        """Show one header."""
        header = str(entry["header"])
        on_sheets = f" (on {entry['sheets']} sheets)" if entry["sheets"] > 1 else ""
        texts = [header + on_sheets, self._say_samples(entry), _say_sure(entry)]
        value = entry["field"] or (_ADD + entry["added"] if entry["added"] else KEEP)
        options = _options(entry["guesses"], entry["addable"])
        row.fill(header, texts, options, value, f"What {header} stands for")

    def _say_samples(self, entry: Mapping[Any, Any]) -> str:
        """Show some cells of a column, unless they name or describe people."""
        if entry["private"]:
            return "not shown: names or private data"
        return ", ".join(self._mask(text) for text in entry["samples"]) or "no cells"

    def _mask(self, text: str) -> str:
        """Take out what is the name or the address of somebody in the data."""
        people = self._calibration.panel.people if self._calibration else pd.DataFrame()
        for column in ("name", "email"):
            if column in people and (people[column].str.casefold() == text.casefold()).any():
                return "(a name)"
        return text

    def _choose(self, header: str, chosen: str) -> None:
        """Take what the analyst says of a header; another header of the sheet gives way."""
        if self._calibration is None:
            return
        added_to = next((each for each in ADDED_TO if chosen == _ADD + each), None)
        field = "" if added_to else chosen
        columns: dict[str, str | None] = {header: field or None}
        taken = self._calibration.columns
        if field:
            sheets = taken.loc[taken["header"] == header, "sheet"]
            rivals = taken[(taken["field"] == field) & taken["sheet"].isin(sheets)]
            # "2024 Rating" is no rival of "2023 Rating": both are the rating, of two cycles.
            others = [each for each in rivals["header"] if header_key(each) != header_key(header)]
            columns = dict.fromkeys(others) | columns
        # What is kept or stands for a field counts as nothing else any more.
        known = {fold_header(each) for each in self._calibration.intake.choices.signals}
        signals = {header: added_to} if added_to or fold_header(header) in known else {}
        self._decide(Choices(columns=columns, signals=signals))

    def _choose_date(self, header: str, leading: str) -> None:
        if leading:
            self._decide(Choices(dates={header: "day" if leading == "day" else "month"}))

    def _choose_hidden(self) -> None:
        if self._calibration is not None and not self._filling:
            choices = self._calibration.intake.choices
            self._change(replace(choices, hidden=self.hidden.value))

    def _start_over(self) -> None:
        self._change(Choices())
        self._list()

    def _decide(self, choices: Choices) -> None:
        if self._calibration is not None:
            self._change(self._calibration.intake.choices.then(choices))

    def _change(self, choices: Choices) -> None:
        """Have the cells read again; where that cannot be, the screen shows what holds."""
        try:
            self._on_change(choices)
        except Exception:
            self._fill()
            raise


def _fill_question(line: ChoiceRow, question: Mapping[Any, Any]) -> None:
    """Ask what stands first in the dates of a column."""
    seen = f' such as "{question["value"]}"' if question["value"] else ""
    words = f"{question['header']}: what stands first in dates{seen}?"
    options = [("Choose", ""), ("The day", "day"), ("The month", "month")]
    line.fill(str(question["header"]), [words], options, question["leading"], words)
