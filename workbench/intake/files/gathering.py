"""Rows of cells gathered to columns, a few thousand rows at a time."""

from collections.abc import Iterable, Sequence
from itertools import islice, zip_longest
from typing import Any

import numpy as np

from workbench.intake.cells import Cells

__all__ = ["blank_cells", "gather_columns"]

_ROWS_AT_ONCE = 8_192
_NUMBERS = frozenset({bool, int, float})


def gather_columns(rows: Iterable[Sequence[Any]]) -> tuple[Cells, ...]:
    """Turn rows into columns, without holding all cells twice.

    Parameters
    ----------
    rows
        Rows of cells; those that are shorter than others are blank at their end.

    Returns
    -------
    tuple of arrays
        Columns of cells, all of one length.

    Examples
    --------
    >>> [column.tolist() for column in gather_columns([["a", "b"], ["c"]])]
    [['a', 'c'], ['b', '']]
    """
    rows, height = iter(rows), 0
    columns: list[_Column] = []
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        for j, cells in enumerate(zip_longest(*some, fillvalue="")):
            if j == len(columns):
                columns.append(_Column())
            columns[j].add(cells, height)
        height += len(some)
    return tuple(column.close(height) for column in columns)


def blank_cells(length: int) -> Cells:
    """Give a column of blank cells."""
    return np.full(length, "", dtype=object)


class _Column:
    """The pieces of one column, in which equal values are one object.

    A column of names or ratings repeats itself; one of comments does not, and is left alone.
    """

    def __init__(self) -> None:
        self._pieces: list[Cells] = []
        self._length = 0
        self._seen: dict[Any, Any] = {}
        self._numbers: set[type] = set()
        self._repeats = True

    def add(self, cells: Sequence[Any], start: int) -> None:
        """Put cells behind the others; blank ones lie before the row that they start at."""
        self._fill(start)
        piece = np.empty(len(cells), dtype=object)
        piece[:] = self._share(cells)
        self._pieces.append(piece)
        self._length += len(cells)

    def close(self, length: int) -> Cells:
        """Give the column, and forget its pieces."""
        self._fill(length)
        pieces, self._pieces, self._seen = self._pieces, [], {}
        return np.concatenate(pieces)

    def _fill(self, length: int) -> None:
        if length > self._length:
            self._pieces.append(blank_cells(length - self._length))
            self._length = length

    def _share(self, cells: Sequence[Any]) -> Sequence[Any]:
        if not self._repeats:
            return cells
        self._numbers |= _NUMBERS.intersection(map(type, cells))
        # 1, 1.0 and True are equal, and not the same.
        self._repeats = len(self._numbers) < 2
        if self._repeats:
            cells = list(map(self._seen.setdefault, cells, cells))
            self._repeats = len(self._seen) <= (self._length + len(cells)) // 2 + 8
        if not self._repeats:
            self._seen = {}
        return cells
