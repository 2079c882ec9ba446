"""The problems of a spreadsheet on the screen: how many there are, where they lie, what to do."""

import ipywidgets
import pandas as pd

from workbench.charts.theme import in_words
from workbench.widgets.notice import Notice
from workbench.widgets.table import Table

__all__ = ["ProblemList"]

ALL = "All"


class ProblemList(ipywidgets.VBox):
    """A table of problems that can be narrowed by severity and by kind.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay the filters and the table out, still without problems."""
        self._problems = pd.DataFrame(columns=["severity", "reason", "sheet", "cell", "message"])
        self.severity = ipywidgets.Dropdown(options=[ALL], description="How bad")
        self.reason = ipywidgets.Dropdown(options=[ALL], description="What kind")
        self.table = Table(
            {"severity": "How bad", "where": "Where", "value": "Seen", "message": "What to do"},
            height="300px",
        )
        for each in (self.severity, self.reason):
            each.observe(notice.guard(lambda _: self._filter()), "value")
        super().__init__([ipywidgets.HBox([self.severity, self.reason]), self.table])

    def show(self, problems: pd.DataFrame) -> None:
        """Show other problems, unfiltered."""
        self._problems = problems
        self.severity.options = [(ALL, ALL), *_choices(problems["severity"])]
        self.reason.options = [(ALL, ALL), *_choices(problems["reason"])]
        self._filter()

    def _filter(self) -> None:
        """Show the rows that both choices let through."""
        rows = self._problems
        if self.severity.value not in (None, ALL):
            rows = rows[rows["severity"] == self.severity.value]
        if self.reason.value not in (None, ALL):
            rows = rows[rows["reason"] == self.reason.value]
        where = (
            rows["sheet"].fillna("").astype(str).str.cat(rows["cell"].fillna("").astype(str), "!")
        )
        shown = rows.assign(where=where.str.strip("!"), severity=rows["severity"].map(in_words))
        self.table.show(shown, empty="No problems of this kind.")


def _choices(codes: pd.Series) -> list[tuple[str, str]]:
    """Offer the codes that occur, most frequent first, in words and with their number."""
    counts = codes.value_counts()
    return [(f"{in_words(str(code))} ({n})", str(code)) for code, n in counts.items()]
