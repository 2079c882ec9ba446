"""The problems of a spreadsheet on the screen: how many there are, where they lie, what to do."""

from collections.abc import Callable

import ipywidgets
import pandas as pd

from workbench.charts.theme import in_words
from workbench.widgets.notice import Notice
from workbench.widgets.table import Table

__all__ = ["ProblemList"]

ALL = "All"
COLUMNS = {"severity": "How bad", "where": "Where", "value": "Seen", "message": "What to do"}


class ProblemList(ipywidgets.VBox):
    """A table of problems that can be narrowed by severity and by kind.

    Repeats of a column stand in one line; one kind alone is shown cell by cell, each with what else
    stands in its row.

    Parameters
    ----------
    notice
        Where an error of a handler is said.
    """

    def __init__(self, notice: Notice) -> None:
        """Lay the filters and the table out, still without problems."""
        self._problems = pd.DataFrame(
            columns=["severity", "reason", "sheet", "cell", "field", "value", "message"]
        )
        self._describe: Callable[[pd.DataFrame], list[str]] | None = None
        self.severity = ipywidgets.Dropdown(options=[ALL], description="How bad")
        self.reason = ipywidgets.Dropdown(options=[ALL], description="What kind")
        self.table = Table(COLUMNS, height="300px")
        for each in (self.severity, self.reason):
            each.observe(notice.guard(lambda _: self._filter()), "value")
        super().__init__([ipywidgets.HBox([self.severity, self.reason]), self.table])

    def show(
        self,
        problems: pd.DataFrame,
        describe: Callable[[pd.DataFrame], list[str]] | None = None,
    ) -> None:
        """Show other problems, unfiltered; `describe` says what else stands in their rows."""
        self._problems, self._describe = problems, describe
        self.severity.options = [(ALL, ALL), *_choices(problems["severity"])]
        self.reason.options = [(ALL, ALL), *_choices(problems["reason"])]
        self._filter()

    def _filter(self) -> None:
        """Show the rows that both choices let through."""
        rows = self._problems
        if self.severity.value not in (None, ALL):
            rows = rows[rows["severity"] == self.severity.value]
        one_kind = self.reason.value not in (None, ALL)
        if one_kind:
            rows = rows[rows["reason"] == self.reason.value]
        where = (
            rows["sheet"].fillna("").astype(str).str.cat(rows["cell"].fillna("").astype(str), "!")
        )
        shown = rows.assign(where=where.str.strip("!"), severity=rows["severity"].map(in_words))
        columns = COLUMNS
        if not one_kind:
            shown = _group_repeats(shown)
        elif self._describe is not None:
            shown, columns = (
                shown.assign(row=self._describe(rows)),
                {**COLUMNS, "row": "In the row"},
            )
        self.table.show(shown, empty="No problems of this kind.", columns=columns)


def _group_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the repeats of one problem in one column into one line, with the places of the others."""
    if rows.empty:
        return rows
    keys = [rows[key].fillna("") for key in ("severity", "reason", "field") if key in rows]
    groups = rows.groupby(keys, sort=False)
    first = groups.head(1).reset_index(drop=True)
    more = groups.size().to_numpy() - 1
    where = [
        f"{place} and {n} more" if n and place else place
        for place, n in zip(first["where"], more.tolist(), strict=True)
    ]
    return first.assign(where=where)


def _choices(codes: pd.Series) -> list[tuple[str, str]]:
    """Offer the codes that occur, most frequent first, in words and with their number."""
    counts = codes.value_counts()
    return [(f"{in_words(str(code))} ({n})", str(code)) for code, n in counts.items()]
