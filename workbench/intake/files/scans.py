"""What the reader of workbooks leaves out of a sheet: errors, what is hidden, merges, and size.

Each format has its own scan (`worksheet_scan`, `binary_scan`, `opendocument_scan`) that fills one
`SheetScan` for each sheet before the cells themselves are read. It also says how much memory they
will take, so that a small file that stands for a huge table is refused before it is unpacked.
"""

import datetime as dt
import sys
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import UnreadableFileError
from workbench.intake.files.sheet import EPOCH_1900, Merge, Sheet

__all__ = ["EXCEL_ERRORS", "MAX_MERGES", "BookScan", "SheetScan"]

# The numbers that the binary formats store for Excel's error values.
EXCEL_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
MAX_MERGES = 10_000
_MAX_MARKS = 10_000_000
# More than any spreadsheet program has.
_MOST_ROWS, _MOST_COLUMNS = 1 << 24, 1 << 16
# A cell of the rectangle around all takes 72 bytes while it is read, and 56 more if it is filled.
_BYTES_FILLED, _BYTES_CELL, _BYTES_TAG = 56, 72, 30
_MEMORY = 2 * 1024**3
# Excel packs a cell into four bytes or more, so that a sound workbook stays far below this.
_SWELLING = 50


@dataclass(slots=True)
class SheetScan:
    """What one sheet holds besides its cells; rows and columns count from 0 in the spreadsheet.

    Attributes
    ----------
    mark_rows, mark_columns, marks
        What stands in cells that the reader of the cells leaves blank or misreads, and where.
    hidden_rows, hidden_columns
        Ranges of what is hidden: first and last, inclusive.
    merged
        Merged ranges: top, left, bottom, right, inclusive.
    filled
        How many cells hold something.
    errors
        The error values among its cells.
    text_bytes
        How long their texts are together, where they are stored only once in the file.
    """

    mark_rows: "array[int]" = field(default_factory=lambda: array("q"))
    mark_columns: "array[int]" = field(default_factory=lambda: array("q"))
    marks: list[Any] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    filled: int = 0
    text_bytes: int = 0
    errors: set[str] = field(default_factory=set)
    top: int = 1 << 40
    left: int = 1 << 40
    bottom: int = -1
    right: int = -1

    def reach(self, top: int, left: int, bottom: int, right: int) -> None:
        """Widen the rectangle around the filled cells."""
        self.top, self.left = min(self.top, top), min(self.left, left)
        self.bottom, self.right = max(self.bottom, bottom), max(self.right, right)

    def mark(self, row: int, column: int, value: Any) -> None:
        """Note what a cell holds: an error, a formula without a result, a duration."""
        if len(self.marks) == _MAX_MARKS:
            raise UnreadableFileError(
                f"A sheet holds more than {_MAX_MARKS:,} cells with errors such as #N/A, or with "
                "formulas that have no result. Open it in Excel, correct the formulas or replace "
                "them with their values, save it, and choose it again."
            )
        self.mark_rows.append(row)
        self.mark_columns.append(column)
        self.marks.append(sys.intern(value) if type(value) is str else value)
        self.reach(row, column, row, column)

    def merge(self, area: Merge) -> None:
        """Note a merged range; whoever merges more than 10,000 has no table."""
        if len(self.merged) < MAX_MERGES and area[0] <= area[2] and area[1] <= area[3]:
            self.merged.append(area)

    @property
    def memory(self) -> int:
        """How many bytes the reading of this sheet takes, roughly."""
        if self.bottom < 0:
            return 0
        area = (self.bottom - self.top + 1) * (self.right - self.left + 1)
        return area * _BYTES_CELL + self.filled * _BYTES_FILLED + self.text_bytes

    def dress(self, sheet: Sheet) -> Sheet:
        """Give a sheet with what is hidden and merged in it."""
        rows, columns = sheet.n_rows, len(sheet.columns)
        top, left = sheet.first_row - 1, sheet.first_column - 1
        return replace(
            sheet,
            hidden_rows=_positions(self.hidden_rows, top, rows),
            hidden_columns=_positions(self.hidden_columns, left, columns),
            merged=tuple(_within(self.merged, top, left, rows, columns)),
        )


def _positions(ranges: Iterable[tuple[int, int]], start: int, length: int) -> NDArray[np.intp]:
    hidden = np.zeros(length, dtype=bool)
    for first, last in ranges:
        hidden[max(first - start, 0) : max(last - start + 1, 0)] = True
    return np.flatnonzero(hidden)


def _within(
    merged: Iterable[Merge], first_row: int, first_column: int, rows: int, columns: int
) -> Iterator[Merge]:
    """Cut merged ranges to the cells that were read; those of one cell are none."""
    for top, left, bottom, right in merged:
        area = (
            max(top - first_row, 0),
            max(left - first_column, 0),
            min(bottom - first_row, rows - 1),
            min(right - first_column, columns - 1),
        )
        if area[0] <= area[2] and area[1] <= area[3] and area[:2] != area[2:]:
            yield area


@dataclass(slots=True)
class BookScan:
    """What a workbook holds besides the cells of its sheets.

    Attributes
    ----------
    sheets
        The scans of its sheets, by their names.
    epoch
        The day that serial number 0 stands for.
    hidden
        Sheets that are hidden in a way that the reader of the cells does not know.
    tags
        How many entries its shared texts have, closing ones counted.
    odd_parts
        Parts of the archive with error values that the reader of the cells does not know.
    """

    sheets: dict[str, SheetScan] = field(default_factory=dict)
    epoch: dt.datetime = EPOCH_1900
    hidden: set[str] = field(default_factory=set)
    tags: int = 0
    odd_parts: set[str] = field(default_factory=set)

    def check_memory(self, name: str, size: int) -> None:
        """Refuse a file of this many bytes if it stands for far larger tables.

        Raises
        ------
        UnreadableFileError
            If reading it would take more than 2 GB, and far more than such a file may need.
        """
        allowed = max(_MEMORY, _SWELLING * size) - self.tags * _BYTES_TAG
        if allowed < 0:
            raise UnreadableFileError(
                f"{name} holds more than {_MEMORY // _BYTES_TAG // 4:,} different texts, which no "
                "review workbook needs, so it was not opened. Copy the rows that you need into a "
                "new workbook, and choose that."
            )
        for sheet_name, scan in self.sheets.items():
            memory = scan.memory / 1024**3
            if scan.bottom >= _MOST_ROWS or scan.right >= _MOST_COLUMNS or scan.memory > allowed:
                raise UnreadableFileError(
                    f'{name}: sheet "{sheet_name}" reaches {scan.bottom + 1:,} rows down and '
                    f"{scan.right + 1:,} columns across, probably through one stray cell or cells "
                    f"that repeat, and would take {memory:,.1f} GB of memory. Accepted are sheets "
                    f"of Excel's size that take, for a file like this, up to "
                    f"{allowed / 1024**3:,.1f} GB. Delete the empty rows and columns around the "
                    "table in Excel, save, and choose it again."
                )
