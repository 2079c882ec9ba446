"""Where the headers of a sheet stand: below titles, in one row or two, above one table or several.

What comes in is a sheet; what goes out is a header for each table on it: the names of its columns,
the rows that belong to it, and the titles above. Tables stand below each other, each with headers
of its own, or beside each other, with a blank column between them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from workbench.intake.cells import is_blank, show_value
from workbench.intake.cycles import split_cycle
from workbench.intake.files.sheet import Sheet
from workbench.intake.headers.matching import is_known_header, match_headers, normalise_header

__all__ = ["Header", "explains", "find_header", "find_headers"]

_SEARCHED_ROWS = 50
# No header that is known has more characters.
_LONGEST = 80
# Above a later table, so many rows may be its title.
_TITLE_ROWS = 4
# So many columns of a table may lack a header; more are cells that were filled to the edge.
_MOST_UNNAMED = 256
_DICTIONARY_HEADERS = frozenset(
    "field column definition description meaning term explanation header variable label code value "
    "notes note comment comments instruction instructions example".split()
)
_EXPLAINING = frozenset(
    "field column definition description meaning term explanation variable".split()
)
_PERSON_FIELDS = ("person_id", "email", "name")


@dataclass(frozen=True, slots=True)
class Header:
    """The headers of one table.

    Attributes
    ----------
    row
        Where in the sheet the names stand; of two stacked rows the lower one.
    names
        The name of each column, each different. Of two stacked rows it is both, where the upper one
        says something that the lower one does not.
    columns
        Where in the sheet each of them stands.
    title
        The texts above.
    end
        The first row of the sheet that does not belong to the table any more.
    top
        The first row of the headers.
    blank
        For each column which cells of the sheet are blank.
    alone
        Whether it is the only table of its sheet.
    unnamed
        Columns with cells and no header, where they are too many to be columns of a table.
    """

    row: int
    names: tuple[str, ...]
    columns: tuple[int, ...]
    title: tuple[str, ...]
    end: int
    top: int
    blank: dict[int, NDArray[np.bool_]] = field(repr=False, compare=False)
    alone: bool = True
    unnamed: tuple[int, ...] = ()


def find_header(sheet: Sheet) -> Header | None:
    """Find the headers of the first table of people on a sheet, or of its only table.

    Examples
    --------
    >>> columns = [["Reviews 2024", "", "Employee ID", "E1"], ["", "", "Rating", 4.0]]
    >>> sheet = Sheet("S", tuple(np.array(column, dtype=object) for column in columns))
    >>> find_header(sheet).row, find_header(sheet).names
    (2, ('Employee ID', 'Rating'))
    """
    return next(iter(find_headers(sheet)), None)


def find_headers(sheet: Sheet) -> list[Header]:
    """Find the headers of every table on a sheet, from its top to its bottom.

    Parameters
    ----------
    sheet
        The sheet.

    Returns
    -------
    list of Header
        The best of the first 50 rows comes first if no other table stands above it. Empty where no
        row can be headers.

    Examples
    --------
    >>> above = [["Employee ID", "Rating"], ["E1", 4.0], ["", ""]]
    >>> rows = [*above, ["Employee ID", "Talks"], ["E1", 2]]
    >>> columns = [np.array(column, dtype=object) for column in zip(*rows)]
    >>> [(each.names, each.row, each.end) for each in find_headers(Sheet("S", tuple(columns)))]
    [(('Employee ID', 'Rating'), 0, 2), (('Employee ID', 'Talks'), 3, 5)]
    """
    if not sheet.columns:
        return []
    blank = {j: is_blank(column) for j, column in enumerate(sheet.columns)}
    best = _find_best_row(sheet, range(min(sheet.n_rows, _SEARCHED_ROWS)))
    if best is None:
        return []
    filled = np.sum([~mask for mask in blank.values()], axis=0)
    headers = [_make_header(sheet, best, 0, blank)]
    if not explains([normalise_header(name) for name in headers[0].names]):
        for row in _find_later_rows(sheet, best, filled):
            above = _title_above(row, filled)
            later = _make_header(sheet, row, above, blank)
            if _begins_a_table(headers[-1], later):
                headers[-1] = _end(headers[-1], above)
                headers.append(later)
    if best and (first := _find_table_above(sheet, headers[0], filled, blank)):
        headers.insert(0, first)
    parts = [part for header in headers for part in _split_sideways(sheet, header)]
    return [replace(part, alone=len(parts) == 1) for part in parts]


def explains(keys: Sequence[str]) -> bool:
    """Tell the headers of a dictionary: a field, what it means, perhaps an example.

    Examples
    --------
    >>> explains(["field", "description"]), explains(["employee id", "description"])
    (True, False)
    """
    known = sum(key in _DICTIONARY_HEADERS for key in keys)
    return known >= max(2, len(keys) / 2) and bool(set(keys) & _EXPLAINING)


def _find_best_row(sheet: Sheet, rows: range) -> int | None:
    """Find the row of headers: mostly text, mostly filled, and best of all, known to us."""
    texts = {i: [show_value(column[i]) for column in sheet.columns] for i in rows}
    typed = {
        i: [
            isinstance(column[i], str)
            for column, text in zip(sheet.columns, texts[i], strict=True)
            if text
        ]
        for i in rows
    }
    widths = {i: len(kinds) for i, kinds in typed.items()}
    usual = Counter(width for width in widths.values() if width > 1).most_common(1)
    usual_width = usual[0][0] if usual else 1
    best, header_row = (0.0, 0.0, 0.0), None
    for i in rows:
        if not widths[i]:
            continue
        known = sum(is_known_header(text) for text in texts[i] if text and len(text) <= _LONGEST)
        text_share = sum(typed[i]) / widths[i]
        # Of rows that are much wider, these can still be the headers if they are known to be.
        sure = known >= max(2, 0.6 * widths[i])
        wide_enough = widths[i] >= min(2, len(sheet.columns))
        wide_enough &= sure or widths[i] >= usual_width / 3
        if text_share < 0.5 or not wide_enough:
            continue
        if explains([normalise_header(text[:_LONGEST]) for text in texts[i] if text]):
            # What a dictionary explains are headers too, but not its own.
            return i
        score = (float(known), text_share * min(widths[i], usual_width), -float(i))
        if score > best:
            best, header_row = score, i
    return header_row


def _find_later_rows(sheet: Sheet, best: int, filled: NDArray[np.intp]) -> list[int]:
    """Find the rows below a table that look like headers: text, known, below a blank or a title."""
    sparse = filled[:-1] <= 1
    candidates = np.flatnonzero(sparse & (filled[1:] >= 2)) + 1
    return [
        int(row)
        for row in candidates[candidates > best + 1]
        if _looks_like_headers([column[row] for column in sheet.columns if column[row] != ""])
    ]


def _looks_like_headers(cells: Sequence[object]) -> bool:
    texts = [show_value(cell) for cell in cells]
    known = sum(is_known_header(text) for text in texts if text and len(text) <= _LONGEST)
    return all(isinstance(cell, str) for cell in cells) and known >= max(2, 0.6 * len(texts))


def _title_above(row: int, filled: NDArray[np.intp]) -> int:
    """Find where the title of a later table begins: the sparse rows right above its headers."""
    above = row
    while above > max(row - _TITLE_ROWS, 0) and filled[above - 1] <= 1:
        above -= 1
    return above


def _begins_a_table(before: Header, later: Header) -> bool:
    """Tell another table from the same headers, repeated for the printer."""
    same = {name.casefold() for name in before.names} == {name.casefold() for name in later.names}
    cycle = _cycle_of(later.title)
    other_cycle = cycle is not None and cycle != _cycle_of(before.title)
    return not (same and before.columns == later.columns) or other_cycle


def _cycle_of(title: Sequence[str]) -> str | None:
    return next((cycle for text in title if (cycle := split_cycle(text)[0])), None)


def _find_table_above(
    sheet: Sheet, header: Header, filled: NDArray[np.intp], blank: dict[int, NDArray[np.bool_]]
) -> Header | None:
    """Find a table of people above the best header, which has fewer columns that are known."""
    above = _title_above(header.top, filled)
    row = _find_best_row(sheet, range(above)) if above >= 2 else None
    if row is None or row + 1 >= above:
        return None
    cells = [column[row] for column in sheet.columns if column[row] != ""]
    if not _looks_like_headers(cells) or filled[above : header.top].size == 0:
        return None
    found = _end(_make_header(sheet, row, 0, blank), above)
    return found if _person_field(found.names) else None


def _make_header(sheet: Sheet, row: int, first: int, blank: dict[int, NDArray[np.bool_]]) -> Header:
    """Read the headers in a row, together with a second one below or above it."""
    top, bottom = row, row
    if _is_second_row(sheet, row, row + 1):
        bottom = row + 1
    elif row > first and _is_second_row(sheet, row - 1, row):
        top = row - 1
    texts = [show_value(column[bottom]) for column in sheet.columns]
    if top < bottom:
        texts = _join_rows(sheet, top, bottom)
    names, columns = _name_columns(sheet, texts, bottom, blank)
    title = dict.fromkeys(
        text for i in range(first, top) for c in sheet.columns if (text := show_value(c[i]))
    )
    unnamed = tuple(j for j in columns if not texts[j])
    if len(unnamed) <= _MOST_UNNAMED:
        return Header(bottom, names, columns, tuple(title), sheet.n_rows, top, blank)
    own = [(name, j) for name, j in zip(names, columns, strict=True) if texts[j]]
    names, columns = tuple(name for name, _ in own), tuple(j for _, j in own)
    return Header(bottom, names, columns, tuple(title), sheet.n_rows, top, blank, unnamed=unnamed)


def _end(header: Header, end: int) -> Header:
    """End a table above another; columns without a name and without cells are none of its own."""
    own = [
        (name, j)
        for name, j in zip(header.names, header.columns, strict=True)
        if not (header.blank[j][header.top : end].all())
    ]
    return replace(
        header, names=tuple(n for n, _ in own), columns=tuple(j for _, j in own), end=end
    )


def _is_second_row(sheet: Sheet, top: int, bottom: int) -> bool:
    """Tell two stacked rows of headers from a header and its data, and from a title and a header.

    The upper row holds groups: cells that are merged over several columns, or followed by blank
    ones. They are no title where the upper row names a column that the lower one does not, where
    they tell columns of one name apart, or where a group and a name make a header together.
    """
    if bottom >= sheet.n_rows:
        return False
    upper = [show_value(column[top]) for column in sheet.columns]
    cells = [column[bottom] for column in sheet.columns]
    lower = [show_value(cell) for cell in cells]
    filled = [j for j, text in enumerate(lower) if text]
    if not filled or not all(isinstance(cells[j], str) for j in filled):
        return False
    groups = _spread(sheet, top, upper)
    if not any(groups[j] and not upper[j] for j in filled):
        return False
    known = sum(is_known_header(lower[j]) or _is_known(groups[j], lower[j]) for j in filled)
    if known < 0.6 * len(filled):
        return False
    alone = any(
        is_known_header(text) for text, below in zip(upper, lower, strict=True) if not below
    )
    names = Counter(lower[j] for j in filled)
    both = Counter((groups[j], lower[j]) for j in filled)
    told_apart = max(names.values()) > 1 and max(both.values()) == 1
    merged = any(span[0] == top and span[3] > span[1] for span in sheet.merged)
    joined = any(
        _says_more(groups[j], lower[j]) and split_cycle(groups[j])[0] is None for j in filled
    )
    return alone or told_apart or (merged and joined)


def _is_known(group: str, name: str) -> bool:
    return bool(group) and is_known_header(f"{group} {name}")


def _says_more(group: str, name: str) -> bool:
    """Tell whether a group and a name together are a header that the name alone is not."""
    if not _is_known(group, name):
        return False
    together, alone = (match_headers([each])[0].field for each in (f"{group} {name}", name))
    return together is not None and together != alone


def _spread(sheet: Sheet, row: int, texts: Sequence[str]) -> list[str]:
    """Give each column the group above it: over the merged cells, or up to the next group."""
    merged = [span for span in sheet.merged if span[0] <= row <= span[2]]
    groups = list(texts)
    if any(span[3] > span[1] for span in merged):
        for _, left, _, right in merged:
            for j in range(left, min(right, len(groups) - 1) + 1):
                groups[j] = texts[left]
        return groups
    for j in range(1, len(groups)):
        groups[j] = groups[j] or groups[j - 1]
    return groups


def _join_rows(sheet: Sheet, top: int, bottom: int) -> list[str]:
    """Name each column by its two stacked headers.

    The group is part of the name where it tells columns apart or says what they are: "H1 2024" over
    "Rating", "Ratings" over "Manager". "Personal data" over "Employee ID" says nothing.
    """
    upper = [show_value(column[top]) for column in sheet.columns]
    lower = [show_value(column[bottom]) for column in sheet.columns]
    groups = _spread(sheet, top, upper)
    repeated = {text for text, n in Counter(lower).items() if text and n > 1}
    names = []
    for group, name, own in zip(groups, lower, upper, strict=True):
        if not name:
            names.append(own)
        elif group and (
            name in repeated or split_cycle(group)[0] is not None or _says_more(group, name)
        ):
            names.append(f"{group} {name}")
        else:
            names.append(name)
    return names


def _name_columns(
    sheet: Sheet, texts: Sequence[str], row: int, blank: dict[int, NDArray[np.bool_]]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Name the columns by their headers, each differently; empty columns have no name."""
    names, columns, seen = [], [], Counter[str]()
    for j in blank:
        name = texts[j]
        if not name:
            if blank[j][row + 1 :].all():
                continue
            name = f"Column {sheet.address(0, j).rstrip('0123456789')}"
        seen[name.casefold()] += 1
        count = seen[name.casefold()]
        names.append(name if count == 1 else f"{name} ({count})")
        columns.append(j)
    return tuple(names), tuple(columns)


def _person_field(names: Sequence[str]) -> str | None:
    """Name the field by which a table says who its rows are about."""
    found = {match.field for match in match_headers(names)}
    return next((each for each in _PERSON_FIELDS if each in found), None)


def _split_sideways(sheet: Sheet, header: Header) -> list[Header]:
    """Split tables that stand beside each other, with a blank column between them.

    A blank column inside a table is only a decoration: parts are tables of their own where both say
    who their rows are about, or where a part has its headers in another row.
    """
    gaps = [
        place
        for place, (a, b) in enumerate(zip(header.columns, header.columns[1:], strict=False), 1)
        if b > a + 1
    ]
    if not gaps:
        return [header]
    parts = []
    for start, stop in zip([0, *gaps], [*gaps, len(header.columns)], strict=True):
        columns = header.columns[start:stop]
        texts = [""] * len(sheet.columns)
        for j in columns:
            texts[j] = show_value(sheet.columns[j][header.row])
        if header.top < header.row or any(texts) or not start:
            names = header.names[start:stop]
            if header.top == header.row:
                own = {j: header.blank[j] for j in columns}
                names = _name_columns(sheet, texts, header.row, own)[0]
            parts.append(replace(header, names=names, columns=columns))
            continue
        parts.append(_find_beside(sheet, header, columns))
    if len({part.row for part in parts}) == 1:
        fields = [_person_field(part.names) for part in parts]
        if not (fields[0] and fields.count(fields[0]) > 1):
            return [header]
    return parts


def _find_beside(sheet: Sheet, header: Header, columns: tuple[int, ...]) -> Header:
    """Find the headers of the columns beside a table whose own are in another row."""
    rows = range(header.row, min(header.end, header.row + _SEARCHED_ROWS))
    beside = replace(sheet, columns=tuple(sheet.columns[j] for j in columns))
    row = _find_best_row(beside, rows)
    if row is None or row == header.row:
        return replace(header, names=tuple(f"Column {j + 1}" for j in columns), columns=columns)
    blank = {j: header.blank[column] for j, column in enumerate(columns)}
    found = _make_header(beside, row, row, blank)
    places = tuple(columns[j] for j in found.columns)
    return replace(found, columns=places, end=header.end, title=header.title, blank=header.blank)
