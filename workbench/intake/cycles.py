"""Review cycles: many spellings of a period in, one text that sorts in time out.

"H1 2024", "1H24", "Mid-Year 2024" and "Jan - Jun 2024" are the same half-year, `2024H1`; quarters
become `2024Q2`, years `2024`, months and dates `2024-06`. A fiscal year carries the year in which
it ends.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import pairwise

from workbench.intake.cells import MONTHS

__all__ = ["find_gaps", "find_overlaps", "order_cycles", "read_cycle", "split_cycle"]

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_YEAR4 = r"(?:19|20)\d\d"
# Two digits are a year only beside a word that says so.
_YEAR = rf"(?:(?:fy|cy|sy|f)\s?-?'?(?P<fy>{_YEAR4}|\d\d)|'?(?P<y>{_YEAR4}|\d\d))"
_PLAIN_YEAR = rf"(?:(?:fy|cy|sy)\s?-?'?(?P<fy>{_YEAR4}|\d\d)|(?P<y>{_YEAR4}))"
_ORDINAL = r"(?:st|nd|rd|th|er|re|\u00e8re|e|eme|\u00e8me|o|\u00ba|\u00b0|\u00aa|\.)?"
_HALF = (
    r"(?:(?:h|hy|s|hj|half|halbjahr|semester|semestre)\s?-?(?P<n>[12])|"
    rf"(?P<m>[12]){_ORDINAL}\s?-?(?:h|hj|half|halbjahr|semester|semestre)|"
    r"(?P<w>first|second|erstes|zweites|premier|second|deuxi[e\u00e8]me|primer|segundo)\s+"
    r"(?:half|halbjahr|semester|semestre))"
)
_FIRST = frozenset({"first", "erstes", "premier", "primer"})
_QUARTER = (
    r"(?:(?:q|qtr|quarter|quartal|trimestre)\s?-?(?P<n>[1-4])|"
    rf"(?P<m>[1-4]){_ORDINAL}\s?-?(?:q|qtr|quarter|quartal|trimestre))"
)
_THIRD = r"(?:(?:t|trimester)\s?-?(?P<n>[1-4]))"
_SEASON = r"(?P<season>spring|summer|fall|autumn|winter)"
_HALF_WORD = (
    r"(?P<word>mid\s?-?\s?(?:of\s)?(?:the\s)?-?year|midyear|mi-?ann[e\u00e9]e|"
    r"(?:medio|mitad\sde) a[n\u00f1]o|year\s?-?\s?end|yearend|jahresende|"
    r"fin\sd'?\s?ann[e\u00e9]e|fin\sde\sa[n\u00f1]o|"
    r"end\s?-?\s?of\s?-?\s?(?:the\s)?-?year|eoy|annual|yearly|full\s?-?year|annuel(?:le)?|anual)"
)
_GAP = r"[\s\-/:,.()]{0,3}(?:\s?(?:of|de|del|du)\s)?"
# What stands between the period and its year is still what the text is about.
_TALK = (
    r"(?:\s+(?P<talk>(?:(?:performance|review|cycle|calibration|talent|appraisal|rating)s?\s+)"
    r"{0,3}))"
)

# Tried in this order: the first that is found names the cycle.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])"))
    for kind, pattern in (
        (
            "range",
            rf"(?P<m1>{_MONTH})\s*'?(?P<y1>{_YEAR4})?\s*(?:-|to|until|through)\s*"
            rf"(?P<m2>{_MONTH})[\s,]*'?(?P<y2>{_YEAR4}|\d\d)",
        ),
        (
            "range",
            r"(?P<d1>\d{4}-\d\d?-\d\d?|\d\d?\.\d\d?\.\d{4})\s*(?:-|to|until|through)\s*"
            r"(?P<d2>\d{4}-\d\d?-\d\d?|\d\d?\.\d\d?\.\d{4})",
        ),
        ("half", rf"{_YEAR}{_GAP}{_HALF}"),
        ("half", rf"{_HALF}{_GAP}{_YEAR}"),
        ("quarter", rf"{_YEAR}{_GAP}{_QUARTER}"),
        ("quarter", rf"{_QUARTER}{_GAP}{_YEAR}"),
        ("third", rf"{_PLAIN_YEAR}{_GAP}{_THIRD}"),
        ("third", rf"{_THIRD}{_GAP}{_PLAIN_YEAR}"),
        ("word", rf"{_HALF_WORD}(?:{_GAP}|{_TALK}){_PLAIN_YEAR}"),
        ("word", rf"{_PLAIN_YEAR}(?:{_GAP}|{_TALK}){_HALF_WORD}"),
        ("season", rf"{_SEASON}{_GAP}{_YEAR}"),
        ("season", rf"{_PLAIN_YEAR}{_GAP}{_SEASON}"),
        ("date", rf"(?P<y>{_YEAR4})[-/.](?P<mm>\d\d?)[-/.]\d\d?"),
        ("date", rf"\d\d?\.(?P<mm>\d\d?)\.(?P<y>{_YEAR4})"),
        ("date", rf"(?P<a>\d\d?)(?P<s>[-/])(?P<b>\d\d?)(?P=s)(?P<y>{_YEAR4})"),
        ("date", rf"(?P<month>{_MONTH})\s?\d\d?(?:st|nd|rd|th)?,?\s(?P<y>{_YEAR4})"),
        (
            "fiscal",
            rf"(?:fy|cy|sy)?\s?(?P<y1>{_YEAR4})\s?(?:/|(?P<dash>-))\s?(?P<y2>{_YEAR4}|\d\d)",
        ),
        ("fiscal", r"(?:fy|sy)\s?'?(?P<y1>\d\d)\s?[-/]\s?(?P<y2>\d\d)"),
        ("date", rf"(?P<y>{_YEAR4})\s?[-/.]?\s?(?P<mm>0[1-9]|1[0-2])"),
        ("date", rf"(?P<y>{_YEAR4})\s?[-/.]\s?(?P<mm>[1-9])"),
        ("date", rf"(?P<mm>0?[1-9]|1[0-2])\s?[-/.]\s?(?P<y>{_YEAR4})"),
        ("date", rf"(?P<y>{_YEAR4})(?P<mm>0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"),
        ("date", rf"(?P<month>{_MONTH}){_GAP}'?(?P<y>{_YEAR4}|\d\d)"),
        ("date", rf"(?P<y>{_YEAR4}){_GAP}(?P<month>{_MONTH})"),
        ("year", _PLAIN_YEAR),
    )
)


def read_cycle(value: object) -> str | None:
    """Read the review cycle from a cell, a sheet's name or a file's name.

    Parameters
    ----------
    value
        Text, a year, a date; the period may stand anywhere in the text.

    Returns
    -------
    str or None
        `2024H1`, `2024Q2`, `2024T1`, `2024` or `2024-06`; None where no period is found.

    Examples
    --------
    >>> [read_cycle(text) for text in ("H1 2024", "1H24", "Mid-Year 2024", "Spring 2024")]
    ['2024H1', '2024H1', '2024H1', '2024H1']
    >>> read_cycle("FY25 Q2"), read_cycle("Jun 2024"), read_cycle(2024), read_cycle("2024/25")
    ('2025Q2', '2024-06', '2024', '2025')
    >>> read_cycle("the second one") is None
    True
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, dt.date):
        # A year outside these is a slip of the pen, or "never" as a database writes it.
        return f"{value.year}-{value.month:02d}" if 1900 <= value.year < 2100 else None
    if isinstance(value, int | float):
        if value != value or value in (float("inf"), float("-inf")) or int(value) != value:
            return None
        if 20_000 <= value <= 80_000:
            return read_cycle(dt.date(1899, 12, 30) + dt.timedelta(days=int(value)))
        if not 1900 <= value <= 21_000_000:
            return None
        return split_cycle(str(int(value)))[0]
    return split_cycle(str(value))[0]


def split_cycle(text: str) -> tuple[str | None, str]:
    """Pull the cycle out of a text, such as a header; gives the cycle and the rest.

    Examples
    --------
    >>> split_cycle("Aug 2025  Talent Assessment Performance")
    ('2025-08', 'Talent Assessment Performance')
    >>> split_cycle("Commits")
    (None, 'Commits')
    """
    plain = unicodedata.normalize("NFKC", text)
    folded = plain.casefold().replace("_", " ")
    if len(folded) != len(plain):
        plain = folded
    for dashes, simple in (
        ("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        ("\u2018\u2019\u02bc`\u00b4", "'"),
    ):
        folded = folded.translate(dict.fromkeys(map(ord, dashes), simple))
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            found = {key: part for key, part in match.groupdict().items() if part}
            cycle = _name_cycle(kind, found)
            if cycle is None and "a" in found:
                # 03/04/2024 must not be read as April because "04/2024" stands in it.
                return None, text.strip()
            if cycle is not None:
                talk = plain[slice(*match.span("talk"))] if "talk" in found else ""
                rest = f"{plain[: match.start()]} {talk} {plain[match.end() :]}"
                return cycle, re.sub(r"\s+", " ", rest).strip(" -_:,/|()[]")
    return None, text.strip()


def _name_cycle(kind: str, found: dict[str, str]) -> str | None:
    """Write the canonical name of what a pattern found; None where it makes no sense after all."""
    if kind == "range":
        return _name_range(found)
    if kind == "fiscal":
        first, last = _full_year(found["y1"]), _full_year(found["y2"])
        is_month = "dash" in found and len(found["y2"]) == 2 and int(found["y2"]) <= 12
        return f"{last:04d}" if last == first + 1 and not is_month else None
    year = _full_year(found.get("fy") or found["y"])
    if kind == "year":
        return f"{year}"
    if kind == "season":
        return f"{year}H{1 if found['season'] in {'spring', 'summer'} else 2}"
    if kind == "word":
        word = re.sub(r"[^a-z]", "", found["word"].replace("medio", "mid"))
        return f"{year}H1" if word.startswith("mi") else _name_year_word(word, year)
    if kind == "date":
        month = _month_number(found)
        return f"{year}-{month:02d}" if month else None
    number = found.get("n") or found.get("m") or ("1" if found["w"] in _FIRST else "2")
    return f"{year}{ {'half': 'H', 'quarter': 'Q', 'third': 'T'}[kind] }{number}"


def _name_year_word(word: str, year: int) -> str:
    ends = "end" in word or word.startswith("fin") or word == "eoy"
    return f"{year}H2" if ends else f"{year}"


def _month_number(found: dict[str, str]) -> int:
    """Give the month of a date, 0 where day and month cannot be told apart or there is none."""
    if "month" in found:
        return MONTHS[found["month"].rstrip(".")]
    if "a" in found:
        first, second = int(found["a"]), int(found["b"])
        if first != second and max(first, second) <= 12:
            return 0
        month = min(first, second)
        return month if 1 <= month <= 12 and max(first, second) <= 31 else 0
    month = int(found["mm"])
    return month if 1 <= month <= 12 else 0


def _name_range(found: dict[str, str]) -> str | None:
    """Name the half, quarter or year that a range of months covers; else the month it ends in."""
    if "d1" in found:
        begin, end = (_year_and_month(found[key]) for key in ("d1", "d2"))
    else:
        last = _full_year(found["y2"])
        first_month, last_month = (MONTHS[found[key].rstrip(".")] for key in ("m1", "m2"))
        first = int(found["y1"]) if "y1" in found else last - (first_month > last_month)
        begin, end = (first, first_month), (last, last_month)
    if not (1 <= begin[1] <= 12 and 1 <= end[1] <= 12):
        return None
    length = 12 * (end[0] - begin[0]) + end[1] - begin[1] + 1
    year, month = end
    names = {12: f"{year}", 6: f"{year}H{month // 6}", 3: f"{year}Q{month // 3}"}
    if length in names and begin[0] == year and month % length == 0:
        return names[length]
    return f"{year}-{month:02d}"


def _year_and_month(text: str) -> tuple[int, int]:
    parts = [int(part) for part in re.split(r"[-.]", text)]
    return (parts[0], parts[1]) if parts[0] > 31 else (parts[2], parts[1])


def _full_year(text: str) -> int:
    year = int(text)
    return year if year > 99 else 2000 + year


def order_cycles(texts: Iterable[str]) -> dict[str, str]:
    """Name all the cycles of a workbook, so that their names sort in time.

    Four seasons of one workbook are quarters, and where years, halves, quarters or months are mixed
    so that their names alone would not sort, each name begins with the month in which it ends.

    Parameters
    ----------
    texts
        The cycles as the workbook spells them.

    Returns
    -------
    dict
        The name of each; what no period is found in keeps its own text.

    Examples
    --------
    >>> order_cycles(["H2 2023", "2024H1", "Pilot"])
    {'H2 2023': '2023H2', '2024H1': '2024H1', 'Pilot': 'Pilot'}
    >>> order_cycles(["2024", "H1 2024"])
    {'2024': '2024-12 year', 'H1 2024': '2024-06 H1'}
    """
    texts = list(texts)
    names = {text: read_cycle(text) or text for text in texts}
    seasons = {text: match[0] for text in texts if (match := re.search(_SEASON, text.casefold()))}
    if len(set(seasons.values()) & {"winter"}) and len(set(seasons.values())) > 2:
        quarters = {"winter": 1, "spring": 2, "summer": 3, "fall": 4, "autumn": 4}
        for text, season in seasons.items():
            if re.fullmatch(r"\d{4}H[12]", names[text]):
                names[text] = f"{names[text][:4]}Q{quarters[season]}"
    if any(re.fullmatch(r"\d{4}T4", name) for name in names.values()):
        # There is no fourth third: the French write T for a quarter.
        names = {text: re.sub(r"^(\d{4})T(\d)$", r"\1Q\2", name) for text, name in names.items()}
    readable = {name for name in names.values() if _ending(name)}
    if sorted(readable) != sorted(readable, key=lambda name: (*(_ending(name) or (0, 0)), name)):
        return {text: _long_name(name) for text, name in names.items()}
    return names


def _ending(cycle: str) -> tuple[int, int] | None:
    """Give the year and month in which a canonical cycle ends."""
    match = re.fullmatch(r"(\d{4})(?:([HQT])(\d)|-(\d\d))?", cycle)
    if match is None:
        return None
    months = {"H": 6, "Q": 3, "T": 4, None: 12}[match[2]] * int(match[3] or 1)
    return int(match[1]), int(match[4] or months)


def _long_name(cycle: str) -> str:
    ending = _ending(cycle)
    if ending is None:
        return cycle
    part = "" if "-" in cycle else f" {cycle[4:] or 'year'}"
    return f"{ending[0]:04d}-{ending[1]:02d}{part}"


def find_gaps(cycles: Collection[str]) -> list[str]:
    """Name the cycles that are missing between the first and the last, if all are of one kind.

    Months and dates have the step that most of them have, such as every half-year.

    Examples
    --------
    >>> find_gaps(["2022H2", "2023H2", "2024H1"])
    ['2023H1']
    >>> find_gaps(["2022-03", "2022-09", "2023-03", "2024-03"])
    ['2023-09']
    """
    if len(cycles) > 3 and all(re.fullmatch(r"\d{4}-\d\d", cycle) for cycle in cycles):
        months = sorted(12 * int(cycle[:4]) + int(cycle[5:]) - 1 for cycle in cycles)
        apart = [later - month for month, later in pairwise(months)]
        step = max(set(apart), key=lambda each: (apart.count(each), -each))
        if step and all(each % step == 0 for each in apart):
            missing = sorted(set(range(months[0], months[-1], step)) - set(months))
            return [f"{month // 12}-{month % 12 + 1:02d}" for month in missing]
    shapes = {re.sub(r"\d{4}([HQT]?)\d?", r"\1", cycle) for cycle in cycles}
    if len(shapes) != 1 or not shapes <= {"", "H", "Q", "T"}:
        return []
    shape = shapes.pop()
    per_year = {"": 1, "H": 2, "Q": 4, "T": 3}[shape]
    steps = sorted(int(c[:4]) * per_year + int(c[5:] or 1) - 1 for c in cycles)
    missing = sorted(set(range(steps[0], steps[-1])) - set(steps))
    return [f"{step // per_year}{shape}{step % per_year + 1 if shape else ''}" for step in missing]


def find_overlaps(cycles: Collection[str]) -> list[tuple[str, str]]:
    """Name the pairs of cycles of which one lies within the other, such as a year and its half.

    A month says when a review was held, not how long a cycle is, and overlaps with nothing.

    Examples
    --------
    >>> find_overlaps(["2023-12 year", "2024-06 H1", "2024-12 year"])
    [('2024-06 H1', '2024-12 year')]
    """
    spans = []
    for cycle in cycles:
        match = re.fullmatch(r"(\d{4})-(\d\d) (year|[HQT]\d)", cycle)
        if match:
            end = 12 * int(match[1]) + int(match[2])
            months = {"H": 6, "Q": 3, "T": 4}.get(match[3][0], 12)
            spans.append((end - months, end, cycle))
    spans.sort()
    return [
        (other[2], one[2]) if other[1] <= one[1] else (one[2], other[2])
        for place, one in enumerate(spans)
        for other in spans[place + 1 :]
        if other[0] < one[1]
    ]
