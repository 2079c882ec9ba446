"""The analyst's own workbook again, with every problem cell marked and commented.

A workbook that openpyxl can edit is copied as it is, formulas and formats included; any other
source is written anew, cell by cell, at the same addresses. Text stays text: what begins with "="
in a cell of text, a message or a value never becomes a formula.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from workbench.errors import InputError
from workbench.intake.cells import NO_RESULT, is_blank
from workbench.intake.files.sheet import Sheet
from workbench.intake.reading import Intake

__all__ = ["write_annotated"]

_EDITABLE = {".xlsx": False, ".xlsm": True}
_FILLS = {"error": "F4B183", "warning": "FFE699", "note": "DDEBF7"}
_LIST = "Problems"
_AUTHOR = "Calibration workbench"
# Excel itself becomes slow to open with more comments than this.
_MOST_COMMENTS = 20_000
_LONGEST_COMMENT = 1_000
_LONGEST_CELL = 32_767


def write_annotated(intake: Intake, path: Path) -> Path:
    """Write a copy of a workbook with its problem cells marked, and a list of all problems.

    Parameters
    ----------
    intake
        What was read, with its problems.
    path
        Where to write the copy, ending in .xlsx, or in .xlsm for a workbook with macros. It must
        not be the workbook itself.

    Returns
    -------
    Path
        The file: the sheets as they were, each problem cell filled by its severity and commented,
        and first of all a sheet "Problems" that lists them with links.

    Raises
    ------
    InputError
        If the path has another ending, is the workbook itself or cannot be written to.
    """
    original = intake.reading.file
    if path.suffix.lower() not in _EDITABLE:
        raise InputError(
            f"The copy cannot be written to {path.name}: it is an Excel workbook. Give a name that "
            "ends in .xlsx."
        )
    if original is not None and path.exists() and path.samefile(original):
        raise InputError(
            f"{path.name} is the workbook itself, which is never changed. Give another name for "
            "the copy."
        )
    book = _open_copy(original, path) or _build_book(intake.reading.sheets)
    names = _name_sheets(intake.reading.sheets, book)
    problems = intake.found.frame(None)
    _mark_cells(book, names, problems)
    _list_problems(book, names, problems)
    try:
        book.save(path)
    except OSError as error:
        raise InputError(
            f"The copy could not be written to {path} ({error.strerror}). A folder that you may "
            "write to is needed, and the file must not be open in Excel. Close it, or give another "
            "name."
        ) from error
    return path


def _open_copy(original: Path | None, path: Path) -> openpyxl.Workbook | None:
    """Open the analyst's own workbook for editing, if openpyxl can."""
    if original is None or original.suffix.lower() not in _EDITABLE:
        return None
    macros = _EDITABLE[original.suffix.lower()] and _EDITABLE[path.suffix.lower()]
    try:
        return openpyxl.load_workbook(original, keep_vba=macros)
    except Exception:
        # A workbook that only openpyxl cannot read is written anew from the cells that were read.
        return None


def _build_book(sheets: Iterable[Sheet]) -> openpyxl.Workbook:
    """Write the cells that were read into a new workbook, at their addresses."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, sheet in enumerate(sheets, start=1):
        target = book.create_sheet(_short_name(sheet.name, number))
        target.sheet_state = "visible" if sheet.visible else "hidden"
        for j, column in enumerate(sheet.columns):
            for i in (~is_blank(column)).nonzero()[0].tolist():
                cell = target.cell(i + sheet.first_row, j + sheet.first_column)
                value = column[i]
                _write(cell, "" if isinstance(value, str) and value == NO_RESULT else value)
    return book


def _short_name(name: str, number: int) -> str:
    """Name a sheet as Excel allows: 31 characters, and none of the seven that it forbids."""
    plain = "".join("_" if c in "[]:*?/\\" or ord(c) < 32 else c for c in name).strip("' ")
    return (plain[:28] + f" {number}" if len(plain) > 31 else plain) or f"Sheet {number}"


def _name_sheets(sheets: Iterable[Sheet], book: openpyxl.Workbook) -> dict[str, str]:
    """Find each sheet that was read in the workbook that is written."""
    names = {}
    for number, sheet in enumerate(sheets, start=1):
        own = sheet.name.rpartition("]")[2]
        found = [
            each for each in (sheet.name, own, _short_name(sheet.name, number)) if each in book
        ]
        if found:
            names[sheet.name] = found[0]
    return names


def _write(cell: Cell, value: Any) -> None:
    """Write a value; text is text whatever it begins with, without the characters Excel refuses."""
    try:
        cell.value = value[:_LONGEST_CELL] if isinstance(value, str) else value
    except (IllegalCharacterError, ValueError):
        cell.value = "".join(c for c in str(value) if c.isprintable() or c in "\t\n")[
            :_LONGEST_CELL
        ]
    if isinstance(value, str):
        cell.data_type = "s"


def _mark_cells(book: openpyxl.Workbook, names: dict[str, str], problems: pd.DataFrame) -> None:
    """Fill and comment each problem cell; a cell with several problems says them all."""
    placed = problems[(problems["cell"] != "") & problems["sheet"].isin(list(names))]
    for place, rows in list(placed.groupby(["sheet", "cell"], sort=False))[:_MOST_COMMENTS]:
        sheet, address = map(str, place)
        cell = book[names[sheet]][address]
        if not isinstance(cell, Cell):
            continue  # The hidden part of a merged range takes no comment.
        # The most severe stand first.
        cell.fill = PatternFill("solid", fgColor=_FILLS[rows["severity"].iloc[0]])
        told = dict.fromkeys(rows["message"])
        comment = Comment("\n\n".join(told)[:_LONGEST_COMMENT], _AUTHOR)
        comment.width, comment.height = 320, 60 + 60 * min(len(told), 4)
        cell.comment = comment


def _list_problems(book: openpyxl.Workbook, names: dict[str, str], problems: pd.DataFrame) -> None:
    """Put a list of all problems first, each linked to its cell."""
    name = _LIST if _LIST not in book else f"{_LIST} (workbench)"
    target: Worksheet = book.create_sheet(name, 0)
    book.active = 0
    for each in book.worksheets[1:]:
        each.sheet_view.tabSelected = False
    headers = {"severity": "How bad", "where": "Where", "value": "Seen", "message": "What to do"}
    for j, words in enumerate(headers.values(), start=1):
        target.cell(1, j, words).font = Font(bold=True)
    shown = problems.head(_MOST_COMMENTS).fillna("").astype(str)
    for i, row in enumerate(shown.to_dict("records"), start=2):
        where = f"{row['sheet']}!{row['cell']}".strip("!")
        for j, text in enumerate((row["severity"], where, row["value"], row["message"]), start=1):
            _write(target.cell(i, j), text)
        if row["cell"] and row["sheet"] in names:
            quoted = names[row["sheet"]].replace("'", "''")
            place = f"'{quoted}'!{row['cell']}"
            target.cell(i, 2).hyperlink = Hyperlink(ref=f"B{i}", location=place)
            target.cell(i, 2).style = "Hyperlink"
    for letter, width in zip("ABCD", (10, 24, 24, 120), strict=True):
        target.column_dimensions[letter].width = width
    target.freeze_panes = "A2"
    target.auto_filter.ref = f"A1:D{max(len(problems), 1) + 1}"
