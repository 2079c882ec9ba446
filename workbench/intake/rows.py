"""Which rows of a table are people, and what the others are: totals, notes, headings, blanks.

Rows that are no people are left out of a table and listed. Where a row has values but nobody it is
kept, so that it can be reported.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from workbench.intake.cells import by_value, show_value
from workbench.intake.headers.matching import is_known_header
from workbench.intake.tables import LeftOut, Table

__all__ = ["keep_people"]

_TOTAL = re.compile(
    r"(?:grand[ -]?|sub[ -]?)?totals?\b.*|.*\b(?:sub[ -]?)?totals?:?|"
    r"(?:average|avg|mean|sum|median|count|minimum|maximum|min|max|headcount|gesamt|summe|"
    r"durchschnitt|total general|moyenne|promedio)\b[^\d]*[:\d.,% ]*",
)
# A person may be called Count or Max: among names, only totals are left out.
_TOTAL_NAME = re.compile(r"(?:grand[ -]?|sub[ -]?)?totals?:?|(?:average|sum|mean|median)s?:?")
# One word with a digit in it is an id, and nothing else.
_CODE = re.compile(r"[^\s\d]*\d\S*")
_LEFT_OUT = {
    "hidden_row": "The row is hidden in Excel and was left out.",
    "blank_row": "The row is blank and was left out.",
    "total_row": "The row holds a total and was left out.",
    "footnote": "The row is a heading or a note, not a person, and was left out.",
    "repeated_header": "The row repeats the headers and was left out.",
}
_FOOTNOTE = re.compile(
    r"[*\u2020\u2021\u00b9\u00b2\u00b3]|(?:notes?|sources?|remarks?|legend|key|confidential|"
    r"internal|disclaimer|generated|exported|created|printed|last updated|as of)\b",
)


def keep_people(
    table: Table, blank: dict[int, NDArray[np.bool_]], hidden: Sequence[int] | NDArray[np.intp] = ()
) -> Table:
    """Leave out of a table the rows that are no people.

    Parameters
    ----------
    table
        A table whose rows reach from below its headers to its end.
    blank
        For each column of the sheet which of its cells are blank.
    hidden
        The rows of the sheet that are left out because they are hidden.

    Returns
    -------
    Table
        The same table with the rows of people only, and the others in `left_out`.
    """
    columns = {column: table.cells(column) for column in table.columns}
    ids = columns[table.person_columns[0]]
    by_name = table.find("person_id") is None
    blank = {column: blank[column][table.rows] for column in columns}
    nameless = np.logical_and.reduce([blank[column] for column in table.person_columns])
    filled = np.sum([~mask for mask in blank.values()], axis=0)
    reasons = np.full(len(table.rows), "", dtype=object)
    reasons[filled == 0] = "blank_row"
    headers = [match.header for match in table.matches]
    folded = {header.casefold() for header in headers}
    codes, odd_ids = by_value(ids, lambda cell: _is_odd(show_value(cell), folded, by_name))
    odd = np.array([*odd_ids, False], dtype=bool)[codes] | (filled == 1)
    # A total or a note may stand in the column of names as well.
    odd |= blank[table.person_columns[0]]
    odd[:1] = True
    for i in np.flatnonzero(odd & ~nameless).tolist():
        row = [show_value(columns[column][i]) for column in table.columns]
        called = [show_value(columns[column][i]) for column in table.person_columns]
        person = next(filter(None, called))
        reasons[i] = _why_no_person(person, row, headers, by_name or not called[0])
    people = np.flatnonzero(~nameless & (reasons == ""))
    for i in np.flatnonzero(nameless & (filled > 0)).tolist():
        row = [show_value(columns[column][i]) for column in table.columns]
        reasons[i] = _why_nameless(row, not people.size or i > people[-1])
    reasons[np.isin(table.rows, hidden) & (filled > 0)] = "hidden_row"
    # What is blank below the table is the rest of the sheet.
    reasons[int(np.flatnonzero(filled)[-1]) + 1 if filled.any() else 0 :] = "below"
    left_out = tuple(
        LeftOut(reason, table.rows[reasons == reason], message)
        for reason, message in _LEFT_OUT.items()
        if (reasons == reason).any()
    )
    return replace(table, rows=table.rows[reasons == ""], left_out=left_out)


def _is_odd(person: str, headers: set[str], by_name: bool) -> bool:
    """Tell the cells of the person column that are worth a look at their whole row."""
    folded = person.casefold()
    if _CODE.fullmatch(person):
        return folded in headers
    total = _TOTAL_NAME if by_name else _TOTAL
    long = len(person.split()) >= 8
    return bool(long or folded in headers or total.fullmatch(folded))


def _why_nameless(row: Sequence[str], below: bool) -> str:
    """Say what a row without a person is; nothing where a person may be missing from it."""
    texts = [text for text in row if text]
    folded = [text.casefold() for text in texts]
    if any(_TOTAL_NAME.fullmatch(text) for text in folded) or _TOTAL.fullmatch(folded[0]):
        return "total_row"
    if len(texts) == 1 and not _is_number(texts[0]):
        return "footnote"
    return "total_row" if below and all(map(_is_number, texts)) else ""


def _why_no_person(person: str, row: Sequence[str], headers: Sequence[str], by_name: bool) -> str:
    """Say why a row is no person although its person column is filled; nothing where it is one."""
    texts = [text for text in row if text]
    same = sum(a.casefold() == b.casefold() for a, b in zip(row, headers, strict=True) if a)
    known = sum(is_known_header(text) for text in texts)
    if len(texts) >= 2 and (same > len(texts) / 2 or known >= max(2, 0.6 * len(texts))):
        return "repeated_header"
    folded = person.casefold()
    total = _TOTAL_NAME if by_name else _TOTAL
    if total.fullmatch(folded) and not re.search(r"\d", folded.split(":")[0]):
        return "total_row"
    wordy = len(person.split()) >= (5 if by_name else 2)
    if len(texts) == 1 and (wordy or _FOOTNOTE.match(folded)):
        return "footnote"
    return "footnote" if len(person.split()) >= 8 else ""


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,' ]+%?|#[A-Z/0! ]+[!?]?", text) is not None
