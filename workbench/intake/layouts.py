"""Sheets and headers in, tables out: what each holds, and of which review cycle.

The cycle stands in a column, in the sheet's name, in the title, in the file's name, or in the
headers of a table that is wide; such a table becomes one for each cycle. A table with a row for
each question becomes one for each question.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.intake.cells import Cells, is_blank, read_ids, show_value
from workbench.intake.cycles import split_cycle
from workbench.intake.files.sheet import Sheet
from workbench.intake.headers.header_rows import Header, explains
from workbench.intake.headers.matching import (
    Given,
    Match,
    is_known_header,
    match_headers,
    normalise_header,
)
from workbench.intake.questions import split_questions
from workbench.intake.rows import keep_people
from workbench.intake.tables import Table

__all__ = ["find_tables", "is_aside", "settle_tables"]

# From here on, a title says when the sheet was made, not what it is about.
_STAMP = re.compile(
    r"\b(?:generated|exported|export|created|printed|updated|refreshed|as of|run date|downloaded)"
    r"\b.*",
    re.IGNORECASE,
)
_ASIDE = frozenset(
    "readme note notes dictionary legend cover instruction instructions lookup lookups setting "
    "settings list lists summary dashboard scale scales guide guidelines about help glossary "
    "definitions definition key chart charts pivot info template values validation codes contents "
    "index changelog overview distribution faq intro introduction title parameters config".split()
)


def is_aside(sheet: Sheet, header: Header | None) -> bool:
    """Tell whether a sheet is a cover, notes, a dictionary or the like, and holds no people."""
    if header is None:
        return True
    name = normalise_header(sheet.name.rpartition("]")[2])
    words = {*name.split(), name.replace(" ", "")}
    keys = [normalise_header(each) for each in header.names]
    return bool(words & _ASIDE) or len(keys) == 1 or explains(keys) or _lists_headers(sheet, header)


def _lists_headers(sheet: Sheet, header: Header) -> bool:
    """Tell a list of the columns of other sheets, one in each row, from a list of people."""
    cells = sheet.columns[header.columns[0]][header.row + 1 : header.end][:30]
    texts = [text for text in map(show_value, cells) if text]
    # A list names each column once; a team that is called Team returns from row to row.
    known = sum(len(text) <= 60 and is_known_header(text) for text in set(texts))
    return len(texts) >= 3 and known >= max(2, 0.6 * len(texts))


def find_tables(
    sheet: Sheet, header: Header, given: Given | None = None, *, hidden: bool = False
) -> list[Table]:
    """Find the table of people below a header, as one for each cycle or question that it spreads.

    Parameters
    ----------
    sheet, header
        The sheet, and the headers of one of its tables.
    given
        What the analyst decided about headers.
    hidden
        Whether rows and columns that are hidden in Excel count.

    Returns
    -------
    list of Table
        Empty where no column says who a row is about.
    """
    out = () if hidden else frozenset(sheet.hidden_columns.tolist())
    shown = [(n, c) for n, c in zip(header.names, header.columns, strict=True) if c not in out]
    names, columns = tuple(n for n, _ in shown), tuple(c for _, c in shown)
    samples = {name: _sample(sheet.columns[c][header.row + 1 : header.end]) for name, c in shown}
    own_cycle = _cycle_of_sheet(sheet, header)
    matches, in_headers = _match_columns(names, samples, given, own_cycle)
    has_cycle = any(match.field == "cycle" for match in matches)
    table = Table(
        sheet,
        matches,
        columns,
        np.arange(header.row + 1, header.end),
        cycle=None if has_cycle else own_cycle,
        header_row=header.row,
    )
    if not table.person_columns or _lists_headers(sheet, header):
        return []
    table = keep_people(table, header.blank, () if hidden else sheet.hidden_rows)
    tables = _split_wide(table, in_headers) if in_headers else [table]
    return [part for each in tables for part in split_questions(each, given)]


def _match_columns(
    names: Sequence[str],
    samples: dict[str, list[object]],
    given: Given | None,
    own_cycle: str | None,
) -> tuple[tuple[Match, ...], list[str]]:
    """Match the headers of a table; gives the matches, and the cycles that its headers spread."""
    whole = match_headers(names, samples, given=given, split_cycles=False)
    matches = whole
    if any(split_cycle(name)[0] for name in names):
        matches = match_headers(names, samples, given=given)
    has_cycle = any(match.field == "cycle" for match in whole)
    in_headers = sorted({match.cycle for match in matches if match.cycle and match.field})
    if not (has_cycle or own_cycle) and in_headers:
        return matches, in_headers
    # "2023 Rating" in a sheet of 2024 is last year's rating, and not the rating.
    kept = [
        match if match.cycle is None or (match.cycle == own_cycle and not has_cycle) else plain
        for match, plain in zip(matches, whole, strict=True)
    ]
    return tuple(replace(match, cycle=None) for match in kept), []


def _sample(cells: Cells, size: int = 100) -> list[object]:
    """Take cells from the whole length of a column: blank starts must not hide what it holds."""
    step = max(len(cells) // (2 * size), 1)
    filled = [cell for cell in cells[: 2 * size] if cell != ""]
    return (filled if len(filled) >= size else [c for c in cells[::step] if c != ""])[:size]


def _cycle_of_sheet(sheet: Sheet, header: Header) -> str | None:
    """Read the cycle from the sheet's name, or from the title above the table.

    Of several tables on one sheet the title says more than the sheet's name does.
    """
    titles = [_STAMP.sub("", title) for title in header.title]
    name = sheet.name.rpartition("]")[2]
    places = [name, *titles] if header.alone else [*titles, name]
    return next((cycle for place in places if (cycle := split_cycle(place)[0])), None)


def _split_wide(table: Table, cycles: Sequence[str]) -> list[Table]:
    """Turn a table with the cycles in its headers into one table for each cycle."""
    spread = {match.field for match in table.matches if match.cycle and match.field}
    of_cycle = [_cycle_of_match(match, cycles) for match in table.matches]
    tables = []
    for place, cycle in enumerate(cycles):
        matches = []
        for match, own_cycle in zip(table.matches, of_cycle, strict=True):
            if own_cycle is None and match.field in spread:
                # A rating of no cycle, beside ratings of several, is none of theirs.
                matches.append(Match(match.header))
            elif own_cycle is None:
                matches.append(match)
            elif own_cycle == cycle:
                plain = match.header if match.field else split_cycle(match.header)[1]
                matches.append(replace(match, header=plain or match.header, cycle=None))
            else:
                matches.append(replace(match, field=None, cycle=own_cycle))
        own = [c for c, each in zip(table.columns, of_cycle, strict=True) if each == cycle]
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


def _cycle_of_match(match: Match, cycles: Sequence[str]) -> str | None:
    """Say of which cycle a column is; an unknown one may name one of the table's cycles too."""
    if match.field is not None:
        return match.cycle
    own = split_cycle(match.header)[0]
    return own if own in cycles else None


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
    """Tell whether a table has a row for each rating or answer: several per person and cycle."""
    rating = any(FIELD_BY_NAME[m.field].dtype == "rating" for m in table.matches if m.field)
    rater, kind = table.find("rater_id"), table.find("rating_kind")
    if not (rating or table.question) or (rater is None and kind is None):
        return False
    output = {m.field for m in table.matches if m.field} & set(fields_with_role("technical_output"))
    if output - {"technical_rating"}:
        return False
    keys = [table.person_columns[0], table.find("cycle"), table.find("cycle", "year")]
    rows = list(zip(*(table.cells(key).tolist() for key in keys if key is not None), strict=True))
    return kind is not None or len(set(rows)) < len(rows)
