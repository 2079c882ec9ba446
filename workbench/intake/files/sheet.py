"""One sheet as it was read: its cells by column, and what Excel hides or merges in it.

A sheet keeps its cells as they were typed: text, numbers, dates, `""` for blank. Excel's error
values stand in it as text (`#REF!`). Addresses are only written for the cells that a problem
names, so that a large sheet costs little more than its reading.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workbench.intake.cells import Cells

__all__ = ["EPOCH_1900", "EPOCH_1904", "Merge", "Sheet"]

Merge = tuple[int, int, int, int]

EPOCH_1900 = dt.datetime(1899, 12, 30)
EPOCH_1904 = dt.datetime(1904, 1, 1)


def _nowhere() -> NDArray[np.intp]:
    return np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet as it was read.

    Attributes
    ----------
    name
        The sheet's name; with the file's name before it, as in Excel, where there are several.
    columns
        Its cells by column, all of one length; blank cells are `""`.
    first_row, first_column
        Where in the spreadsheet the first cell stands, from 1.
    visible
        False for a sheet that is hidden in Excel.
    file
        The name of the file that it comes from.
    hidden_rows, hidden_columns
        Which of its rows and columns are hidden, by a filter, a closed outline or by hand:
        positions from 0 within `columns`.
    merged
        Ranges that are merged to one cell: top, left, bottom and right, inclusive, positions from
        0 within `columns`.
    epoch
        The day that serial number 0 stands for: some workbooks count their days from 1904.
    """

    name: str
    columns: tuple[Cells, ...]
    first_row: int = 1
    first_column: int = 1
    visible: bool = True
    file: str = ""
    hidden_rows: NDArray[np.intp] = field(default_factory=_nowhere)
    hidden_columns: NDArray[np.intp] = field(default_factory=_nowhere)
    merged: tuple[Merge, ...] = ()
    epoch: dt.datetime = EPOCH_1900

    @property
    def n_rows(self) -> int:
        """How many rows were read."""
        return len(self.columns[0]) if self.columns else 0

    def address(self, row: int, column: int) -> str:
        """Write the address of a cell, given its position from 0, as Excel does.

        Examples
        --------
        >>> Sheet("Ratings", (), first_row=3).address(4, 27)
        'AB7'
        """
        number, letters = column + self.first_column, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{row + self.first_row}"
