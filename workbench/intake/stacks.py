"""Tables of one kind, one under the other: columns by field across all sheets, with addresses.

What comes in are the tables that were found; what goes out are whole columns, in which every sheet
and cycle stands, and the way back from each of their cells to its place in the workbook.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.fields import FIELD_BY_NAME
from workbench.intake.cells import Cells
from workbench.intake.headers.matching import fold_header
from workbench.intake.tables import Table

__all__ = ["Place", "Stack", "stack_tables"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands: its sheet, its address, the header above it, and what is in it."""

    sheet: str
    cell: str
    header: str
    value: object


@dataclass(frozen=True, slots=True)
class Stack:
    """The rows of several tables.

    Attributes
    ----------
    tables
        The tables, in the order of the workbook.
    table, row
        For each row of the stack, which table it comes from, and where in that sheet it stands.
    columns
        For each table, where in its sheet each key stands. A key is a field's name, a field's name
        and a part (`name:first`), or the header of an unknown column.
    """

    tables: tuple[Table, ...]
    table: NDArray[np.intp]
    row: NDArray[np.intp]
    columns: tuple[dict[str, int], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, in the order in which the workbook first has them."""
        return tuple(dict.fromkeys(key for columns in self.columns for key in columns))

    @property
    def person_key(self) -> str:
        """The key that says who a row is about."""
        keys = self.keys
        return next(
            key for key in ("person_id", "email", "name", "name:last", "name:first") if key in keys
        )

    def cells(self, key: str) -> Cells:
        """Give a whole column; blank where a table does not have it."""
        parts = [
            table.cells(columns[key])
            if key in columns
            else np.full(len(table.rows), "", dtype=object)
            for table, columns in zip(self.tables, self.columns, strict=True)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def headers(self, key: str) -> list[str]:
        """Name the headers under which a key stands, each once."""
        return list(
            dict.fromkeys(
                table.matches[table.columns.index(columns[key])].header
                for table, columns in zip(self.tables, self.columns, strict=True)
                if key in columns
            )
        )

    def written_columns(self, key: str) -> NDArray[np.intp]:
        """Tell in which column of the workbook a key stands, as a number for each row."""
        spots = [
            (table.sheet.name, columns.get(key, -1))
            for table, columns in zip(self.tables, self.columns, strict=True)
        ]
        numbers = np.array([spots.index(spot) for spot in spots], dtype=np.intp)
        return numbers[self.table]

    def place(self, position: int, key: str) -> Place:
        """Find a cell's place in the workbook, from its position in the stack."""
        number = int(self.table[position])
        table, columns = self.tables[number], self.columns[number]
        row = int(self.row[position])
        column = columns.get(key)
        if column is None:
            column = table.person_columns[0]
        header = table.matches[table.columns.index(column)].header
        value = table.sheet.columns[column][row]
        return Place(table.sheet.name, table.sheet.address(row, column), header, value)


def stack_tables(tables: Sequence[Table]) -> Stack:
    """Put tables one under the other."""
    names: dict[str, str] = {}
    columns = []
    for table in tables:
        of_table: dict[str, int] = {}
        for match, column in zip(table.matches, table.columns, strict=True):
            if match.field is not None:
                key = f"{match.field}:{match.part}" if match.part else match.field
            elif match.cycle is None:
                key = names.setdefault(fold_header(match.header), _own_name(match.header))
            else:
                continue
            of_table.setdefault(key, column)
        columns.append(of_table)
    sizes = [len(table.rows) for table in tables]
    return Stack(
        tuple(tables),
        np.repeat(np.arange(len(tables)), sizes),
        np.concatenate([table.rows for table in tables]) if tables else np.empty(0, dtype=np.intp),
        tuple(columns),
    )


def _own_name(header: str) -> str:
    """Keep an unknown column under its own header, unless a field has that name."""
    taken = header in FIELD_BY_NAME or header.removesuffix("_text") in FIELD_BY_NAME
    return f"{header} (sheet)" if taken else header
