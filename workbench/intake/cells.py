"""Spreadsheet cells read as what their column is: ids, numbers, shares, dates, text.

What comes in is a column of cells as they stand in the sheet (text, numbers, dates, `""` for
blank); what goes out is the same column with one dtype, and the faults: which cells could not be
read, and what to say of them. Each distinct value is read once, however often the column has it.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "MONTHS",
    "NO_RESULT",
    "Cells",
    "Fault",
    "Severity",
    "by_value",
    "find_decimal",
    "is_blank",
    "map_texts",
    "read_dates",
    "read_ids",
    "read_number",
    "read_numbers",
    "read_prose",
    "read_shares",
    "read_text",
    "read_unknown",
    "show_value",
    "split_errors",
]

Cells = NDArray[np.object_]
Severity = Literal["error", "warning", "note"]
Value = TypeVar("Value")

NO_RESULT = "#NO RESULT!"
_ERRORS = frozenset(
    "#REF! #N/A #DIV/0! #VALUE! #NAME? #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA "
    "#FIELD! #BLOCKED! #CONNECT! #BUSY! #UNKNOWN! #ERROR! #EXTERNAL! #PYTHON!".split()
) | {NO_RESULT, *(f"Err:{number}" for number in range(501, 541))}
# What people write into a number or date cell to say that there is nothing to say.
_NOTHING = frozenset(
    "- -- --- n/a na n.a. n.a none null nil nan tbd tba ? . unknown pending missing blank".split()
) | {"\u2013", "\u2014", "not available", "not applicable", "no data"}
# So many rows may be titles and headers.
_HEAD = 64
_NO_ID = frozenset({"-", "--", "\u2013", "\u2014", "n/a", "?", "no_mgr", "no manager", "none"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble in a column: which of its cells, and what to say of them.

    Attributes
    ----------
    severity
        `error`, `warning` or `note`.
    reason
        A stable code, such as `not_a_number`.
    positions
        Positions of the cells within the column.
    message
        What was seen, what was expected, what to do; `{value}` stands for the cell.
    """

    severity: Severity
    reason: str
    positions: NDArray[np.intp]
    message: str


def show_value(value: object) -> str:
    """Write a cell as the analyst sees it in the sheet.

    Examples
    --------
    >>> show_value(124.0), show_value(True), show_value(" x ")
    ('124', 'TRUE', 'x')
    """
    if type(value) is str and _is_plain(value):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    # Sheets carry non-breaking and doubled spaces that nobody sees.
    return " ".join(str(value).split())


def is_blank(cells: Cells) -> NDArray[np.bool_]:
    """Mark the blank cells: empty, or nothing but spaces."""
    # Only text can be blank, and below its headers a column of numbers often has none.
    looked_at = len(cells) if str in set(map(type, cells[_HEAD:])) else _HEAD
    part = cells[:looked_at]
    blank = np.zeros(len(cells), dtype=bool)
    for spaces in {cell for cell in set(part) if type(cell) is str and not cell.strip()}:
        blank[:looked_at] |= np.asarray(part == spaces, dtype=bool)
    return blank


def split_errors(cells: Cells) -> tuple[Cells, list[Fault]]:
    """Take Excel's error values out of a column; their cells become blank."""
    if _ERRORS.isdisjoint(cells):
        return cells, []
    found = np.array([isinstance(cell, str) and cell in _ERRORS for cell in cells], dtype=bool)
    unsaved = np.asarray(cells == NO_RESULT, dtype=bool)
    cleaned = cells.copy()
    cleaned[found] = ""
    faults = []
    if (found & ~unsaved).any():
        faults.append(
            Fault(
                "error",
                "excel_error",
                np.flatnonzero(found & ~unsaved),
                "The cell holds the Excel error {value}, so there is no value to read. Correct the "
                "formula, or replace it with its value.",
            )
        )
    if unsaved.any():
        faults.append(
            Fault(
                "error",
                "formula_without_result",
                np.flatnonzero(unsaved),
                "The cell holds a formula whose result was never saved. Open the workbook in "
                "Excel, save it there, and choose it again.",
            )
        )
    return cleaned, faults


def by_value(cells: Cells, read: Callable[[Any], Value]) -> tuple[NDArray[np.intp], list[Value]]:
    """Read each distinct cell once; gives the code of every cell and what each code was read as."""
    plain = cells
    if bool in set(map(type, cells)):
        # TRUE equals 1 as a dictionary key, but not in a spreadsheet.
        plain = np.array([show_value(c) if type(c) is bool else c for c in cells], dtype=object)
    codes, distinct = pd.factorize(plain)
    return codes, [read(value) for value in distinct]


def map_texts(texts: pd.Series, read: Callable[[str], str | None]) -> pd.Series:
    """Read each distinct text once; missing stays missing."""
    codes, distinct = pd.factorize(texts.to_numpy(dtype=object))
    return _text_series(codes, [read(text) for text in distinct], texts.index)


def read_ids(cells: Cells, then: Callable[[str], str] | None = None) -> pd.Series:
    """Read ids as text: 124.0 and "124.0" are "124", leading zeros stay, blank is missing.

    Parameters
    ----------
    cells
        The column.
    then
        What becomes of each id.

    Examples
    --------
    >>> read_ids(np.array(["0042", 124.0, "124.0", "Null", ""], dtype=object)).to_list()
    ['0042', '124', '124', 'Null', nan]
    """
    if set(map(type, cells)) <= {float, int}:
        numbers = cells.astype(np.float64)
        if (
            np.isfinite(numbers).all()
            and (np.abs(numbers) < 1e15).all()
            and not (numbers % 1).any()
        ):
            whole = pd.Series(numbers.astype(np.int64)).astype("str")
            return whole if then is None else map_texts(whole, then)
    codes, read = by_value(cells, _read_id)
    if then is not None:
        read = [None if text is None else then(text) for text in read]
    return _text_series(codes, read)


def _read_id(value: object) -> str | None:
    text = show_value(value)
    if not text or text.casefold() in _NO_ID:
        return None
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def read_text(cells: Cells) -> pd.Series:
    """Read text as it stands, without the spaces around it; blank is missing."""
    codes, read = by_value(cells, lambda value: show_value(value) or None)
    return _text_series(codes, read)


def read_prose(cells: Cells) -> pd.Series:
    r"""Read text of several lines as it stands; spaces are read as `read_text` reads them.

    Examples
    --------
    >>> read_prose(np.array(["First  line.\r\n\r\nThird. ", " "], dtype=object)).to_list()
    ['First line.\n\nThird.', nan]
    """
    codes, read = by_value(cells, lambda value: _show_lines(value) or None)
    return _text_series(codes, read)


def _is_plain(text: str) -> bool:
    """Tell text that has no spaces too many and no line ends, as most text is."""
    return text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "


def _show_lines(value: object) -> str:
    if type(value) is str and _is_plain(value):
        return value
    """Write a cell as it is seen, with its line breaks."""
    if not isinstance(value, str):
        return show_value(value)
    return "\n".join(" ".join(line.split()) for line in value.splitlines()).strip("\n")


def _text_series(
    codes: NDArray[np.intp], read: list[str | None], index: pd.Index | None = None
) -> pd.Series:
    texts = pd.array([*read, None], dtype="str")
    return pd.Series(texts.take(np.where(codes < 0, len(read), codes)), index=index)


def read_number(value: object, decimal: str = "") -> float | None:
    """Read one cell as a number; NaN where it says that there is none, None where it is unreadable.

    Parameters
    ----------
    value
        The cell.
    decimal
        The decimal mark of its column, `"."` or `","`, where that is known. It settles "1,234".

    Examples
    --------
    >>> read_number("1,234.5"), read_number("3,5"), read_number("85%"), read_number("twelve")
    (1234.5, 3.5, 0.85, None)
    >>> read_number("1,234"), read_number("1,234", ",")
    (1234.0, 1.234)
    """
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else math.nan
    text = show_value(value).casefold().replace("\u2212", "-")
    if not text or text in _NOTHING:
        return math.nan
    match = re.fullmatch(r"([+-]?)([\d.,'\u2019 ]*\d[.,]?)(?:e([+-]?\d{1,2}))?\s*(%?)", text)
    if match is None:
        return None
    sign, digits, exponent, percent = match.groups()
    number = _read_digits(digits, decimal)
    if number is None:
        return None
    number *= (-1 if sign == "-" else 1) * 10.0 ** int(exponent or 0)
    return number / 100 if percent else number


def _read_digits(digits: str, decimal: str) -> float | None:
    """Tell decimal marks from thousands marks."""
    digits = re.sub(r"['\u2019 ]", "", digits)
    if decimal == "," and re.fullmatch(r"\d{1,3}(\.\d{3})+|\d+,\d*", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}|\d{1,3}(\.\d{3})+,\d*", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d*,\d*", digits):
        digits = digits.replace(",", ".")
    number = float(digits) if re.fullmatch(r"\d+\.?\d*|\.\d+", digits) else math.inf
    return number if math.isfinite(number) else None


def find_decimal(texts: Iterable[object]) -> str:
    """Tell which decimal mark a column uses; nothing where its cells leave that open.

    Examples
    --------
    >>> find_decimal(["1,234", "0,5"]), find_decimal(["1,234", "0.5"]), find_decimal(["1,234"])
    (',', '.', '')
    """
    marks = set()
    for text in texts:
        # Three digits after a mark may be thousands, unless a zero or four digits stand before it.
        if isinstance(text, str) and (
            match := re.fullmatch(
                r"[+-]?(?:\d+([.,])(?:\d{1,2}|\d{4,})|(?:0|\d{4,})([.,])\d{3}|"
                r"\d{1,3}(?:\.\d{3})+(,)\d+|\d{1,3}(?:,\d{3})+(\.)\d+)\s*%?",
                text.strip(),
            )
        ):
            marks.add(next(mark for mark in match.groups() if mark))
    return marks.pop() if len(marks) == 1 else ""


def read_numbers(cells: Cells) -> tuple[NDArray[np.float64], list[Fault]]:
    """Read a column of numbers; blank and "n/a" are missing, other text is a fault."""
    if set(map(type, cells)) <= {float, int}:
        numbers: NDArray[np.float64] = cells.astype(np.float64)
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers, []
    decimal = find_decimal(pd.unique(cells))
    codes, read = by_value(cells, lambda value: read_number(value, decimal))
    unreadable = np.array([value is None for value in read] + [False])[codes]
    values = np.array([*(math.nan if value is None else value for value in read), math.nan])[codes]
    if not unreadable.any():
        return values, []
    message = '"{value}" is not a number. Write a number such as 12, or leave the cell empty.'
    return values, [Fault("warning", "not_a_number", np.flatnonzero(unreadable), message)]


def read_shares(cells: Cells, highest: float) -> tuple[NDArray[np.float64], list[Fault]]:
    """Read shares between 0 and 1; 85, "85%" and 0.85 are the same share.

    A column of whole percentages is divided by 100 throughout, so that its 1 is one percent.
    """
    values, faults = read_numbers(cells)
    marked = np.array([type(cell) is str and "%" in cell for cell in cells], dtype=bool)
    bare = values[~marked & ~np.isnan(values)]
    in_percent = bare.size > 0 and float(np.mean(bare > highest)) > 0.5
    above = (values > highest) & (values <= 100 * highest)
    divide = ~marked & (np.full(values.shape, True) if in_percent else above)
    return np.where(divide, values / 100, values), faults


# The months as people write them, in four languages.
MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero",
            "february feb februar fevrier février febrero",
            "march mar märz marz mars marzo",
            "april apr avril abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug août aout agosto",
            "september sep sept septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre diciembre",
        ),
        start=1,
    )
    for month in names.split()
}
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)


def read_dates(
    cells: Cells, leading: Literal["day", "month"] | None = None
) -> tuple[pd.Series, list[Fault]]:
    """Read a column of dates; day or month first is settled by the column, or not read at all.

    Parameters
    ----------
    cells
        The column. Numbers are days since 30 December 1899.
    leading
        Whether the day or the month stands first in "03/04/2024", where the analyst said so.

    Examples
    --------
    >>> cells = np.array(["2024-03-04", "13/04/2024", "03/04/2024", ""], dtype=object)
    >>> read_dates(cells)[0].dt.strftime("%Y-%m-%d").to_list()
    ['2024-03-04', '2024-04-13', '2024-04-03', nan]
    """
    codes, read = by_value(cells, _read_date)
    days_first = any(isinstance(each, _Either) and each.first > 12 for each in read)
    months_first = any(isinstance(each, _Either) and each.second > 12 for each in read)
    settled = leading or ("day" if days_first and not months_first else "month")
    known = leading is not None or days_first != months_first
    dates = [each.settle(settled, known) if isinstance(each, _Either) else each for each in read]
    unclear = [
        isinstance(each, _Either) and date is None for each, date in zip(read, dates, strict=True)
    ]
    unreadable = [each is False for each in read]
    stamps = [date if isinstance(date, dt.datetime) else None for date in dates]
    values = pd.Series(np.array([*stamps, None], dtype="datetime64[us]")[codes])
    faults = []
    for marks, reason, message in (
        (
            unclear,
            "ambiguous_date",
            '"{value}" can be read with the day or the month first, so it was not read. Say which '
            "stands first, or write the date as 2024-04-03.",
        ),
        (
            unreadable,
            "unreadable_date",
            '"{value}" is not a date. Write it as 2024-04-03, or leave the cell empty.',
        ),
    ):
        marked = np.array([*marks, False], dtype=bool)[codes]
        if marked.any():
            faults.append(Fault("warning", reason, np.flatnonzero(marked), message))
    return values, faults


@dataclass(frozen=True, slots=True)
class _Either:
    """A date written as 03/04/2024, which the rest of the column may settle."""

    first: int
    second: int
    year: int

    def settle(self, leading: str, known: bool) -> dt.datetime | None:
        if self.first > 12 or (leading == "day" and known and self.second <= 12):
            return _date(self.year, self.second, self.first)
        if self.second > 12 or known or self.first == self.second:
            return _date(self.year, self.first, self.second)
        return None


def _date(year: int, month: int, day: int) -> dt.datetime | None:
    try:
        return dt.datetime(year, month, day)
    except ValueError:
        return None


def _read_date(value: Hashable) -> dt.datetime | _Either | Literal[False] | None:
    """Read one cell as a date; None for none, False for unreadable."""
    if isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 10_000 <= value <= 80_000:
            return _EXCEL_EPOCH + dt.timedelta(days=int(value))
        compact = str(int(value)) if math.isfinite(value) and value == int(value) else ""
        return _read_date_text(compact) if len(compact) == 8 else False
    text = show_value(value).casefold()
    return None if not text or text in _NOTHING else _read_date_text(text)


def _read_date_text(text: str) -> dt.datetime | _Either | Literal[False]:
    # A time of day or a weekday beside the date says nothing more about it.
    text = re.sub(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm|z|[+-]\d{2}:?\d{2})?$", "", text)
    text = re.sub(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", "", text).strip()
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        year, month, day = map(int, match.groups())
        return _date(year, month, day) or False
    if match := re.fullmatch(r"((?:19|20)\d{2})(\d{2})(\d{2})", text):
        year, month, day = map(int, match.groups())
        return _date(year, month, day) or False
    if match := re.fullmatch(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})", text):
        first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
        if match[2] == ".":
            return _date(year, second, first) or False
        possible = _date(year, second, first) or _date(year, first, second)
        return _Either(first, second, year) if possible else False
    return _read_named_month(text)


def _read_named_month(text: str) -> dt.datetime | Literal[False]:
    parts = re.findall(r"[^\W\d_]+|\d+", text)
    names = [part for part in parts if part in MONTHS]
    numbers = [part for part in parts if part.isdigit()]
    others = [part for part in parts if not part.isdigit() and part not in MONTHS]
    if len(names) != 1 or set(others) - {"st", "nd", "rd", "th", "de", "of"} or len(text) > 30:
        return False
    month = MONTHS[names[0]]
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return _date(int(numbers[0]), month, 1) or False
    if len(numbers) != 2 or max(map(len, numbers)) > 4:
        return False
    day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
    return _date(_full_year(year), month, int(day)) or False


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return 2000 + year if year < 70 else 1900 + year


def read_unknown(cells: Cells) -> pd.Series:
    """Read a column of unknown meaning: numbers or dates if all its cells are, else text.

    Examples
    --------
    >>> read_unknown(np.array(["1", 2.0, ""], dtype=object)).to_list()
    [1.0, 2.0, nan]
    >>> read_unknown(np.array(["007", "8"], dtype=object)).to_list()
    ['007', '8']
    """
    kinds = set(map(type, cells))
    if kinds <= {float, int}:
        return pd.Series(read_numbers(cells)[0])
    codes, shown = by_value(cells, _show_lines)
    filled = [text for text in shown if text]
    other = kinds & {dt.date, dt.datetime, dt.time, dt.timedelta, bool}
    if not other and _are_numbers(filled):
        return pd.Series(read_numbers(cells)[0])
    if filled and all(re.fullmatch(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?", text) for text in filled):
        return read_dates(cells)[0]
    return _text_series(codes, [text or None for text in shown])


def _are_numbers(texts: Sequence[str]) -> bool:
    """Tell numbers from codes, such as 007, and from text; "n/a" alone makes no numbers."""
    # Most columns of text show in their first cells that they are.
    for part in (texts[:50], texts):
        decimal = find_decimal(part)
        if any(re.match(r"[+-]?0\d", t) or read_number(t, decimal) is None for t in part):
            return False
    return any(read_number(text) == read_number(text) for text in texts)
