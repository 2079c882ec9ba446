"""Every problem of a spreadsheet, all at once: one row each, with sheet and cell.

A problem that returns in one column of one sheet is one entry with all of its cells. It is listed
for its first cells and then counted, so that one bad column cannot hide everything else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.fields import FIELD_BY_NAME
from workbench.intake.cells import Fault, Severity, is_blank, show_value
from workbench.intake.files.sheet import Sheet
from workbench.intake.headers.header_rows import Header
from workbench.intake.stacks import Stack
from workbench.intake.tables import Table

__all__ = ["LISTED", "PROBLEM_COLUMNS", "ProblemList", "list_hidden", "list_left_out"]

PROBLEM_COLUMNS = (
    "severity",
    "reason",
    "sheet",
    "cell",
    "person_id",
    "field",
    "value",
    "message",
)
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
LISTED = 20


_Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Repeats:
    """One kind of trouble in one column of one sheet: all of its cells, written out when asked."""

    fault: Fault
    stack: Stack
    key: str
    positions: NDArray[np.intp]
    people: pd.Series | None

    @property
    def severity(self) -> Severity:
        return self.fault.severity

    def rows(self, limit: int | None) -> Iterator[_Row]:
        """Give the first cells as rows, and one more row that counts the others."""
        fault = self.fault
        name = self.key if self.key in FIELD_BY_NAME else None
        place = self.stack.place(int(self.positions[0]), self.key)
        for position in self.positions[:limit].tolist():
            place = self.stack.place(position, self.key)
            shown = show_value(place.value)
            person = None if self.people is None else self.people.iat[position]
            yield (
                fault.severity,
                fault.reason,
                place.sheet,
                place.cell,
                person if isinstance(person, str) else None,
                name or place.header,
                shown,
                _say(place.header, fault.message.replace("{value}", _shorten(shown))),
            )
        more = len(self.positions) - (limit or len(self.positions))
        if more > 0:
            message = _say(place.header, f"and {more:,} more cells like the ones above.")
            field_name = name or place.header
            yield fault.severity, fault.reason, place.sheet, "", None, field_name, None, message


@dataclass(frozen=True, slots=True)
class _Single:
    """A problem that stands alone."""

    row: _Row

    @property
    def severity(self) -> Severity:
        return cast(Severity, self.row[0])

    def rows(self, limit: int | None) -> Iterator[_Row]:
        yield self.row


@dataclass(slots=True)
class ProblemList:
    """Collects problems while a workbook is read.

    Attributes
    ----------
    found
        The problems in the order in which they were found; repeats of a column are one entry.
    """

    found: list[_Repeats | _Single] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        reason: str,
        message: str,
        *,
        sheet: str = "",
        cell: str = "",
        person_id: str | None = None,
        field: str | None = None,
        value: str | None = None,
    ) -> None:
        """Add one problem."""
        row = (severity, reason, sheet, cell, person_id, field, value, message)
        self.found.append(_Single(row))

    def add_faults(
        self, stack: Stack, key: str, faults: Iterable[Fault], people: pd.Series | None = None
    ) -> None:
        """Add the faults of one column of a stack; `people` says whose rows they are."""
        for fault in faults:
            columns = stack.written_columns(key)[fault.positions]
            for column in np.unique(columns).tolist():
                positions = fault.positions[columns == column]
                self.found.append(_Repeats(fault, stack, key, positions, people))

    def frame(self, limit: int | None = LISTED) -> pd.DataFrame:
        """Give all problems as a frame, the most severe first.

        Parameters
        ----------
        limit
            How many cells of one kind, column and sheet are rows of their own; the others are
            counted in one more row. None lists every cell.
        """
        ordered = sorted(self.found, key=lambda each: _SEVERITIES.index(each.severity))
        rows = [row for each in ordered for row in each.rows(limit)]
        frame = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))
        return frame.astype(dict.fromkeys(PROBLEM_COLUMNS, "str"))


def _say(header: str, message: str) -> str:
    return f"{header}: {message}" if header else message


def _shorten(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"


def list_left_out(tables: Sequence[Table], header: Header, problems: ProblemList) -> None:
    """Note the rows around a table that are no people, and the headers below a title."""
    table = tables[0]
    if header.top:
        address = table.sheet.address(table.header_row, table.columns[0])
        message = "The headers were found here; the rows above were left out as a title."
        problems.add("note", "title_rows", message, sheet=table.sheet.name, cell=address)
    if header.unnamed:
        problems.add(
            "warning",
            "columns_without_header",
            f"{len(header.unnamed):,} columns have cells and no header, from here on, and were "
            "left out. Give a header to those that count.",
            sheet=table.sheet.name,
            cell=table.sheet.address(header.row, header.unnamed[0]),
        )
    for out in table.left_out:
        if out.reason == "hidden_row":
            continue
        for row in out.rows[:LISTED].tolist():
            cells = {j: table.sheet.columns[j][row] for j in table.columns}
            first = next((j for j in table.columns if cells[j] != ""), table.columns[0])
            problems.add(
                "note",
                out.reason,
                out.message,
                sheet=table.sheet.name,
                cell=table.sheet.address(row, first),
                value=str(cells[first])[:60],
            )
        if len(out.rows) > LISTED:
            more = f"and {len(out.rows) - LISTED:,} more rows like the ones above."
            problems.add("note", out.reason, more, sheet=table.sheet.name)


def list_hidden(sheet: Sheet, tables: Sequence[Table], problems: ProblemList) -> None:
    """Warn of the rows and columns of a sheet that were left out because Excel hides them."""
    outs = [out.rows for table in tables for out in table.left_out if out.reason == "hidden_row"]
    rows = np.unique(np.concatenate(outs)) if outs else np.empty(0, dtype=np.intp)
    if rows.size:
        spans = _say_spans([row + sheet.first_row for row in rows.tolist()])
        problems.add(
            "warning",
            "hidden_rows",
            f"Left out because Excel hides them, by a filter or by hand: row {spans} "
            f"({rows.size:,} in all). Unhide them in Excel, or choose to read what is hidden, if "
            "they count.",
            sheet=sheet.name,
            cell=sheet.address(int(rows[0]), 0),
            value=spans,
        )
    for column in sheet.hidden_columns.tolist():
        name = show_value(sheet.columns[column][tables[0].header_row])
        if not is_blank(sheet.columns[column]).all():
            problems.add(
                "warning",
                "hidden_column",
                f'The column "{_shorten(name)}" is hidden in Excel and was left out. Unhide it in '
                "Excel, or choose to read what is hidden, if it counts.",
                sheet=sheet.name,
                cell=sheet.address(tables[0].header_row, column),
                value=_shorten(name),
            )


def _say_spans(rows: Sequence[int]) -> str:
    """Write row numbers shortly.

    Examples
    --------
    >>> _say_spans([5, 6, 7, 9])
    '5 to 7, 9'
    """
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    said = [f"{a}" if a == b else f"{a} to {b}" for a, b in spans[:10]]
    return ", ".join(said) + (" and others" if len(spans) > 10 else "")
