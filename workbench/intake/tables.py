"""A table of people in a sheet: which columns and rows it has, and what each column was taken for.

A table holds reviews (a row per person and cycle), a roster (a row per person, no cycle) or
ratings (a row per person, cycle and rater). It is a view: its cells stay in their sheet.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbench.intake.cells import Cells
from workbench.intake.files.sheet import Sheet
from workbench.intake.headers.matching import Match

__all__ = ["Kind", "LeftOut", "Table"]

Kind = Literal["reviews", "roster", "ratings"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of a sheet that are no people: why, and which, counted from the sheet's first row."""

    reason: str
    rows: NDArray[np.intp]
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of people in a sheet.

    Attributes
    ----------
    sheet
        The sheet that it stands in.
    matches
        What each column was taken for, in the order of the sheet.
    columns
        Where in the sheet each of them stands.
    rows
        Where in the sheet its people stand.
    kind
        `reviews`, `roster` or `ratings`.
    cycle
        The cycle of all its rows, where it does not stand in a column.
    header_row
        Where in the sheet its headers stand.
    left_out
        The other rows, and why they were left out.
    shown
        All matches of the table, where this is one of several that its headers or its questions
        spread out.
    question
        The question that its rows answer, where a sheet has a row for each question.
    """

    sheet: Sheet
    matches: tuple[Match, ...]
    columns: tuple[int, ...]
    rows: NDArray[np.intp]
    kind: Kind = "reviews"
    cycle: str | None = None
    header_row: int = 0
    left_out: tuple[LeftOut, ...] = ()
    shown: tuple[Match, ...] = ()
    question: str = ""

    def find(self, field: str, part: str = "") -> int | None:
        """Find the sheet's column that holds a field, or None."""
        for match, column in zip(self.matches, self.columns, strict=True):
            if match.field == field and match.part == part and match.cycle is None:
                return column
        return None

    def cells(self, column: int) -> Cells:
        """Give the cells of a column of the sheet, for the table's rows only."""
        return self.sheet.columns[column][self.rows]

    @property
    def person_columns(self) -> tuple[int, ...]:
        """The columns that say who a row is about, the surest first."""
        found = [self.find("person_id"), self.find("email"), self.find("name")]
        found += [self.find("name", "last"), self.find("name", "first")]
        return tuple(column for column in found if column is not None)
