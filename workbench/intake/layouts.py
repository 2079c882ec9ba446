"""Sheets in, tables out: where the header is, which rows are people, and what kind of table it is.

Titles above the header, totals, blank rows, repeated headers and footnotes are left out of a table
and listed, with their rows. A table holds reviews (a row per person and cycle), a roster (a row per
person, no cycle) or ratings (a row per person, cycle and rater); the cycle stands in a column, in
the sheet's name, in the title, in the file's name, or in the headers of a table that is wide.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.intake.cells import Cells, by_value, is_blank, read_ids, show_value
from workbench.intake.cycles import split_cycle
from workbench.intake.matching import Given, Match, is_known_header, match_headers, normalise_header
from workbench.intake.readers import Sheet

__all__ = ["LeftOut", "Table", "find_header", "find_tables", "is_aside", "settle_tables"]

Kind = Literal["reviews", "roster", "ratings"]

_SEARCHED_ROWS = 50
_TOTAL = re.compile(
    r"(?:grand[ -]?|sub[ -]?)?totals?\b.*|.*\b(?:sub[ -]?)?totals?:?|"
    r"(?:average|avg|mean|sum|median|count|minimum|maximum|min|max|headcount|gesamt|summe|"
    r"durchschnitt|total general|moyenne|promedio)\b[^\d]*[:\d.,% ]*",
)
# A person may be called Count or Max: among names, only totals are left out.
_TOTAL_NAME = re.compile(r"(?:grand[ -]?|sub[ -]?)?totals?:?|(?:average|sum|mean|median)s?:?")
# From here on, a title says when the sheet was made, not what it is about.
_STAMP = re.compile(
    r"\b(?:generated|exported|export|created|printed|updated|refreshed|as of|run date|downloaded)"
    r"\b.*",
    re.IGNORECASE,
)
_LEFT_OUT = {
    "blank_row": "The row is blank and was left out.",
    "total_row": "The row holds a total and was left out.",
    "footnote": "The row is a heading or a note, not a person, and was left out.",
    "repeated_header": "The row repeats the headers and was left out.",
}
_FOOTNOTE = re.compile(
    r"[*\u2020\u2021\u00b9\u00b2\u00b3]|(?:notes?|sources?|remarks?|legend|key|confidential|"
    r"internal|disclaimer|generated|exported|created|printed|last updated|as of)\b",
)
_ASIDE = frozenset(
    "readme note notes dictionary legend cover instruction instructions lookup lookups setting "
    "settings list lists summary dashboard scale scales guide guidelines about help glossary "
    "definitions definition key chart charts pivot info template values validation codes contents "
    "index changelog overview distribution faq intro introduction title parameters config".split()
)
_DICTIONARY_HEADERS = frozenset(
    "field column definition description meaning term explanation header variable label code value "
    "notes note comment comments instruction instructions example".split()
)
_EXPLAINING = frozenset(
    "field column definition description meaning term explanation variable".split()
)


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
        All matches of the sheet, where this table is one of several that its headers spread out.
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


@dataclass(frozen=True, slots=True)
class Header:
    """Where a sheet's headers stand, how they read, and the title above them."""

    row: int
    names: tuple[str, ...]
    columns: tuple[int, ...]
    title: tuple[str, ...]


def find_header(sheet: Sheet) -> Header | None:
    """Find the row of headers: mostly text, mostly filled, and best of all, known to us.

    Examples
    --------
    >>> columns = [["Reviews 2024", "", "Employee ID", "E1"], ["", "", "Rating", 4.0]]
    >>> sheet = Sheet("S", tuple(np.array(column, dtype=object) for column in columns))
    >>> find_header(sheet).row, find_header(sheet).names
    (2, ('Employee ID', 'Rating'))
    """
    rows = min(sheet.n_rows, _SEARCHED_ROWS)
    texts = [[show_value(column[i]) for column in sheet.columns] for i in range(rows)]
    typed = [
        [
            isinstance(column[i], str)
            for column, text in zip(sheet.columns, texts[i], strict=True)
            if text
        ]
        for i in range(rows)
    ]
    widths = [len(kinds) for kinds in typed]
    usual = Counter(width for width in widths if width > 1).most_common(1)
    usual_width = usual[0][0] if usual else 1
    best, header_row = (0.0, 0.0, 0.0), None
    for i in range(rows):
        if not widths[i]:
            continue
        known = sum(is_known_header(text) for text in texts[i] if text and len(text) <= 80)
        text_share = sum(typed[i]) / widths[i]
        wide_enough = widths[i] >= min(2, len(sheet.columns)) and widths[i] >= usual_width / 3
        if text_share < 0.5 or not wide_enough:
            continue
        if _explains([normalise_header(text) for text in texts[i] if text]):
            # What a dictionary explains are headers too, but not its own.
            header_row = i
            break
        score = (float(known), text_share * min(widths[i], usual_width), -float(i))
        if score > best:
            best, header_row = score, i
    if header_row is None:
        return None
    title = tuple(dict.fromkeys(text for row in texts[:header_row] for text in row if text))
    return Header(header_row, *_name_columns(sheet, header_row), title)


def _name_columns(sheet: Sheet, row: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Name the columns by their headers, each differently; empty columns have no name."""
    names, columns, seen = [], [], Counter[str]()
    for j, column in enumerate(sheet.columns):
        name = show_value(column[row])
        if not name:
            if is_blank(column[row + 1 :]).all():
                continue
            name = f"Column {sheet.address(0, j).rstrip('0123456789')}"
        seen[name.casefold()] += 1
        count = seen[name.casefold()]
        names.append(name if count == 1 else f"{name} ({count})")
        columns.append(j)
    return tuple(names), tuple(columns)


def is_aside(sheet: Sheet, header: Header | None) -> bool:
    """Tell whether a sheet is a cover, notes, a dictionary or the like, and holds no people."""
    if header is None:
        return True
    name = normalise_header(sheet.name.rpartition("]")[2])
    words = {*name.split(), name.replace(" ", "")}
    keys = [normalise_header(each) for each in header.names]
    return (
        bool(words & _ASIDE) or len(keys) == 1 or _explains(keys) or _lists_headers(sheet, header)
    )


def _explains(keys: Sequence[str]) -> bool:
    """Tell the headers of a dictionary: a field, what it means, perhaps an example."""
    known = sum(key in _DICTIONARY_HEADERS for key in keys)
    return known >= max(2, len(keys) / 2) and bool(set(keys) & _EXPLAINING)


def _lists_headers(sheet: Sheet, header: Header) -> bool:
    """Tell a list of the columns of other sheets, one in each row, from a list of people."""
    cells = sheet.columns[header.columns[0]][header.row + 1 : header.row + 31]
    texts = [text for text in map(show_value, cells) if text]
    known = sum(len(text) <= 60 and is_known_header(text) for text in texts)
    return len(texts) >= 3 and known >= 0.6 * len(texts)


def find_tables(sheet: Sheet, header: Header, given: Given | None = None) -> list[Table]:
    """Find the table of people in a sheet, one for each cycle where its headers hold the cycles.

    Parameters
    ----------
    sheet, header
        The sheet, and where its headers stand.
    given
        What the analyst decided about headers.

    Returns
    -------
    list of Table
        Empty where no column says who a row is about.
    """
    samples = {
        name: _sample(sheet.columns[column][header.row + 1 :])
        for name, column in zip(header.names, header.columns, strict=True)
    }
    whole = match_headers(header.names, samples, given=given, split_cycles=False)
    matches = whole
    if any(split_cycle(name)[0] for name in header.names):
        matches = match_headers(header.names, samples, given=given)
    own_cycle = _cycle_of_sheet(sheet, header)
    has_cycle = any(match.field == "cycle" for match in whole)
    in_headers = {match.cycle for match in matches if match.cycle and match.field}
    if has_cycle or own_cycle or not in_headers:
        # "2023 Rating" in a sheet of 2024 is last year's rating, and not the rating.
        kept = tuple(
            match if match.cycle is None or (match.cycle == own_cycle and not has_cycle) else plain
            for match, plain in zip(matches, whole, strict=True)
        )
        matches = tuple(replace(match, cycle=None) for match in kept)
        in_headers = set()
    table = Table(
        sheet,
        matches,
        header.columns,
        np.arange(header.row + 1, sheet.n_rows),
        cycle=None if has_cycle else own_cycle,
        header_row=header.row,
    )
    if not table.person_columns or _lists_headers(sheet, header):
        return []
    table = _keep_people(table)
    return _split_wide(table, sorted(c for c in in_headers if c)) if in_headers else [table]


def _sample(cells: Cells, size: int = 100) -> list[object]:
    """Take cells from the whole length of a column: blank starts must not hide what it holds."""
    step = max(len(cells) // (2 * size), 1)
    filled = [cell for cell in cells[: 2 * size] if cell != ""]
    return (filled if len(filled) >= size else [c for c in cells[::step] if c != ""])[:size]


def _cycle_of_sheet(sheet: Sheet, header: Header) -> str | None:
    """Read the cycle from the sheet's name, or from the title above the table."""
    titles = [_STAMP.sub("", title) for title in header.title]
    for place in (sheet.name.rpartition("]")[2], *titles):
        cycle = split_cycle(place)[0]
        if cycle is not None:
            return cycle
    return None


def _keep_people(table: Table) -> Table:
    """Leave out of a table the rows that are no people."""
    columns = {column: table.cells(column) for column in table.columns}
    ids = columns[table.person_columns[0]]
    by_name = table.find("person_id") is None
    blank = {column: is_blank(cells) for column, cells in columns.items()}
    nameless = np.logical_and.reduce([blank[column] for column in table.person_columns])
    filled = np.sum([~mask for mask in blank.values()], axis=0)
    reasons = np.full(len(table.rows), "", dtype=object)
    reasons[filled == 0] = "blank_row"
    headers = [match.header for match in table.matches]
    folded = {header.casefold() for header in headers}
    codes, odd_ids = by_value(ids, lambda cell: _is_odd(show_value(cell), folded, by_name))
    odd = np.array([*odd_ids, False], dtype=bool)[codes] | (filled == 1)
    odd[:1] = True
    for i in np.flatnonzero(odd & ~nameless).tolist():
        row = [show_value(columns[column][i]) for column in table.columns]
        reasons[i] = _why_no_person(show_value(ids[i]), row, headers, by_name)
    people = np.flatnonzero(~nameless & (reasons == ""))
    for i in np.flatnonzero(nameless & (filled > 0)).tolist():
        row = [show_value(columns[column][i]) for column in table.columns]
        reasons[i] = _why_nameless(row, not people.size or i > people[-1])
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


def _split_wide(table: Table, cycles: Sequence[str]) -> list[Table]:
    """Turn a table with the cycles in its headers into one table for each cycle."""
    spread = {match.field for match in table.matches if match.cycle and match.field}
    tables = []
    for place, cycle in enumerate(cycles):
        matches = []
        for match in table.matches:
            if match.cycle == cycle or (match.cycle is None and match.field not in spread):
                matches.append(replace(match, cycle=None))
            elif match.cycle is None:
                # A rating of no cycle, beside ratings of several, is none of theirs.
                matches.append(Match(match.header))
            else:
                matches.append(replace(match, field=None))
        own = [
            column
            for match, column in zip(table.matches, table.columns, strict=True)
            if match.cycle == cycle and match.field
        ]
        some = ~np.logical_and.reduce([is_blank(table.cells(column)) for column in own])
        tables.append(
            replace(
                table,
                matches=tuple(matches),
                rows=table.rows[some],
                cycle=cycle,
                left_out=table.left_out if place == 0 else (),
                shown=table.matches,
            )
        )
    return tables


def settle_tables(tables: Sequence[Table]) -> list[Table]:
    """Say of each table whether it holds reviews, a roster or ratings, and of which cycle.

    A table without a cycle is a roster if the other tables have cycles; a copy of them under
    another name is a cycle of that name; if no table has a cycle, all are of one cycle.
    """
    files_with_cycle = {table.sheet.file for table in tables if _is_dated(table)}
    settled = []
    for table in tables:
        if not _is_dated(table) and table.sheet.file not in files_with_cycle:
            table = replace(table, cycle=split_cycle(PurePosixPath(table.sheet.file).stem)[0])
        settled.append(table)
    dated = [table for table in settled if _is_dated(table)]
    shapes = {_shape(table) for table in dated}
    undated = [table for table in settled if not _is_dated(table)]
    named = _are_cycles(undated) if not dated else {_shape(t) for t in undated} & shapes
    return [_settle(table, dated, named) for table in settled]


def _settle(table: Table, dated: Sequence[Table], named: set[tuple[str, ...]]) -> Table:
    if not _is_dated(table):
        if _shape(table) in named:
            table = replace(table, cycle=table.sheet.name.rpartition("]")[2])
        elif dated and not _has_raters(table):
            return replace(table, kind="roster")
    return replace(table, kind="ratings") if _has_raters(table) else table


def _is_dated(table: Table) -> bool:
    return (
        table.cycle is not None
        or table.find("cycle") is not None
        or (table.find("cycle", "year") is not None)
    )


def _shape(table: Table) -> tuple[str, ...]:
    return tuple(sorted({match.header.casefold() for match in table.matches}))


def _are_cycles(tables: Sequence[Table]) -> set[tuple[str, ...]]:
    """Find the shapes of tables that stand on several sheets with the same people in them."""
    people: dict[tuple[str, ...], list[set[str]]] = {}
    for table in tables:
        ids = set(read_ids(table.cells(table.person_columns[0])).dropna())
        people.setdefault(_shape(table), []).append(ids)
    repeated = set()
    for shape, sets in people.items():
        together = sum(map(len, sets)) - len(set().union(*sets))
        if len(sets) > 1 and together > 0.2 * max(map(len, sets)):
            repeated.add(shape)
    return repeated


def _has_raters(table: Table) -> bool:
    """Tell whether a table has a row for each rating: several rows per person and cycle."""
    rating = any(FIELD_BY_NAME[m.field].dtype == "rating" for m in table.matches if m.field)
    rater, kind = table.find("rater_id"), table.find("rating_kind")
    if not rating or (rater is None and kind is None):
        return False
    output = {m.field for m in table.matches if m.field} & set(fields_with_role("technical_output"))
    if output - {"technical_rating"}:
        return False
    keys = [table.person_columns[0], table.find("cycle"), table.find("cycle", "year")]
    rows = list(zip(*(table.cells(key).tolist() for key in keys if key is not None), strict=True))
    return kind is not None or len(set(rows)) < len(rows)
