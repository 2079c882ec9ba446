"""Nothing is lost: calibrations written in every layout and format are read back as they were.

A strategy makes up a calibration, then a spreadsheet of it: one of the layouts, one of the formats,
with titles above, totals and notes below, headers of many spellings and a few cells that cannot be
read. What is read must be what was made up, and every unreadable cell must be named by its address.
"""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import openpyxl
import pandas as pd
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf import opendocument, table, text

from workbench.fields import FIELD_BY_NAME
from workbench.intake.profiles import Choices
from workbench.intake.reading import read_panel

UNREAD = {"not_a_number", "unknown_rating", "unreadable_date", "impossible_number"}
UNREAD |= {"ambiguous_date", "excel_error", "missing_person_id", "missing_cycle"}
# Columns that the workbench does not know, one of text and one of numbers.
TEXT, NUMBER = "Quokka", "Zephyr"
OF_PERSON = ("name", "team", "hire_date", TEXT)
OF_REVIEW = ("rating_manager", "commits", "manager_review", NUMBER)


@dataclass(frozen=True)
class Cell:
    """One cell: what is written into it, and what is to be read from it."""

    written: object = None
    read: object = None
    bad: bool = False


BLANK = Cell()
Row = list[Cell | str]
Reviews = dict[tuple[str, str], dict[str, Cell]]


@dataclass(frozen=True)
class Made:
    """A calibration that was made up; cycles by their name, with the spelling of each."""

    ids: dict[str, Cell]
    people: dict[str, dict[str, Cell]]
    cycles: dict[str, str]
    reviews: Reviews
    rating_order: dict[str, int]


@dataclass(frozen=True)
class Page:
    """One sheet to be written; merged cells as row, first and last column."""

    title: str
    rows: list[Row]
    merged: list[tuple[int, int, int]] = field(default_factory=list)


# The calibration

ID_STYLES: tuple[Callable[[int], Cell], ...] = (
    lambda n: Cell(f"{n:05d}", f"{n:05d}"),
    lambda n: Cell(1000 + n, str(1000 + n)),
    lambda n: Cell(f"{1000 + n}.0", str(1000 + n)),
    lambda n: Cell(f"E-{n}", f"E-{n}"),
    lambda n: Cell(*[["Null", "NA", "1e5", "TRUE", "0x1F", "=1", "Nan"][n % 7] + str(n // 7)] * 2),
)
NAMES = (
    'Null|Jürgen Müller|O\'Brien, Seán|Ada King|Zoë "Zed" Ångström|Łukasz Żółć|דוד כהן|محمد علي|'
    "Max Total|李小龍|Nan Ng|True Love|Ana-María d'Arc|June May"
).split("|")
TEAMS = ("Platform", "Data, Core", 'The "A" team', "Größe; Maß", "צוות", "None of the above")
PROSE = (
    "Delivered the migration on time.",
    'Said "well done", twice; then left.',
    "First line.\nSecond line.\n\nFourth line.",
    "=SUM(A1:A9) is what they typed",
    "<script>alert(1)</script> <b>bold</b> &amp;",
    "\U0001f600 \U0001f469\u200d\U0001f4bb keeps the team together",
    "עבודה טובה, תודה",
    "-5 problems; +3 ideas, @home",
    "naïve “quotes” and accents",
    "007 is their code name here",
    "N/A is what the form says, and they disagree",
)
LABELS = ("Below", "Developing", "Meets", "Exceeds", "Outstanding")
WORDS = (
    "Does Not Meet Expectations",
    "Partially Meets Expectations",
    "Meets Expectations",
    "Exceeds Expectations",
    "Far Exceeds Expectations",
)
NOT_RATED = ("Too New To Rate", "N/A", "Not Rated", "")
CYCLES: dict[str, tuple[str, ...]] = {
    "{year}H{part}": ("{year}H{part}", "H{part} {year}", "{year} H{part}", "{year}-H{part}"),
    "{year}Q{part}": ("Q{part} {year}", "{year}Q{part}"),
    "{year}": ("{year}", "FY{year}"),
}


def as_text(words: str) -> Cell:
    return Cell(words or None, words)


def ratings(form: str) -> st.SearchStrategy[Cell]:
    """Give the ratings of a calibration that writes them in this form."""
    steps = st.integers(0, 4)
    rated = {
        "number": steps.map(lambda n: Cell(n + 1, n + 1.0)),
        "half": st.integers(2, 10).map(lambda n: Cell(n / 2, n / 2)),
        "word": steps.map(lambda n: Cell(WORDS[n], WORDS[n])),
        "label": steps.map(lambda n: Cell(f"{n + 1} - {LABELS[n]}", n + 1.0)),
    }[form]
    blank = st.sampled_from(NOT_RATED).map(lambda word: Cell(word or None, None))
    return st.one_of(rated, rated, rated, blank)


@st.composite
def calibrations(draw: st.DrawFn) -> Made:
    n = draw(st.integers(2, 8))
    style = draw(st.sampled_from(ID_STYLES))
    numbers = draw(st.lists(st.integers(1, 90), min_size=n, max_size=n, unique=True))
    ids = {str(cell.read): cell for cell in map(style, numbers)}
    canonical = draw(st.sampled_from(sorted(CYCLES)))
    spelling = draw(st.sampled_from(CYCLES[canonical]))
    parts = sorted(draw(st.sets(st.integers(4040, 4047), min_size=1, max_size=4)))
    cycles = {}
    for each in parts:
        year, part = (each, 1) if "part" not in canonical else divmod(each, 2)
        year = year - 2020 if year > 4000 else year
        name = canonical.format(year=year, part=part + 1)
        cycles[name] = spelling.format(year=year, part=part + 1)
    rating = ratings(draw(st.sampled_from(["number", "half", "word", "label"])))
    count = st.one_of(st.integers(0, 99).map(lambda n: Cell(n, float(n))), st.just(BLANK))
    quarter = st.one_of(st.integers(-40, 400).map(lambda n: Cell(n / 4, n / 4)), st.just(BLANK))
    prose = st.one_of(st.sampled_from(PROSE).map(as_text), st.just(BLANK))
    odd = st.text(alphabet="abc äß,;\"'=<>\n€", max_size=30)
    words = st.one_of(prose, odd.map(as_text))
    dates = st.dates(dt.date(1999, 1, 1), dt.date(2023, 12, 31)).map(lambda day: Cell(day, day))
    plain = {
        "team": st.one_of(
            st.sampled_from(TEAMS).map(lambda each: Cell(each, each)), st.just(BLANK)
        ),
        "hire_date": st.one_of(dates, dates, st.just(BLANK)),
        TEXT: words,
    }
    names = draw(st.permutations(NAMES))
    people = {
        person: {"name": Cell(name, name), **{key: draw(each) for key, each in plain.items()}}
        for person, name in zip(ids, names, strict=False)
    }
    fields = dict(zip(OF_REVIEW, (rating, count, prose, quarter), strict=True))
    reviews = {
        (person, cycle): {key: draw(each) for key, each in fields.items()}
        for person in ids
        for cycle in cycles
    }
    gone = draw(st.sets(st.sampled_from(sorted(reviews)), max_size=len(reviews) // 3))
    reviews = {key: cells for key, cells in reviews.items() if key not in gone}
    _spoil(draw, people, reviews)
    return Made(ids, people, cycles, reviews, {word: n for n, word in enumerate(WORDS)})


def _spoil(draw: st.DrawFn, people: dict[str, dict[str, Cell]], reviews: Reviews) -> None:
    """Put something that cannot be read into some cells; most of their columns stays readable."""
    sizes = Counter(cycle for _, cycle in reviews)
    if min(sizes.values(), default=0) < 3:
        return
    person, cycle = draw(st.sampled_from(sorted(reviews)))
    bad = draw(st.sampled_from([Cell("lots", None, True), Cell(-3, None, True)]))
    spoiled = draw(st.sets(st.sampled_from(["commits", "rating_manager", "hire_date"])))
    if "commits" in spoiled:
        for cells in reviews.values():
            cells["commits"] = Cell(7, 7.0) if cells["commits"] is BLANK else cells["commits"]
        reviews[person, cycle]["commits"] = bad
    rated = [each["rating_manager"] for each in reviews.values()]
    rated = [cell for cell in rated if cell.read is not None]
    if "rating_manager" in spoiled and rated:
        for cells in reviews.values():
            if cells["rating_manager"].read is None:
                cells["rating_manager"] = draw(st.sampled_from(rated))
        reviews[person, cycle]["rating_manager"] = Cell("banana", None, True)
    if "hire_date" in spoiled:
        day = dt.date(2020, 2, 29)
        for cells in people.values():
            cells["hire_date"] = (
                Cell(day, day) if cells["hire_date"] is BLANK else cells["hire_date"]
            )
        people[person]["hire_date"] = Cell("soonish", None, True)


# Layouts

Name = Callable[[str], str]


@st.composite
def spellings(draw: st.DrawFn) -> Name:
    """Choose a spelling for the header of every field."""
    chosen = {}
    for name in ("person_id", "cycle", *OF_PERSON, *OF_REVIEW):
        known = FIELD_BY_NAME.get(name)
        # "2024 Mid Year Rating" is of another cycle than 2024.
        aliases = [each for each in known.aliases if "year" not in each] if known else []
        spelled = draw(st.sampled_from([name, *aliases]))
        fold = draw(st.sampled_from([str, str.title, str.upper, lambda s: s.replace(" ", "_")]))
        chosen[name] = fold(spelled) if known else name
    return chosen.__getitem__


def _frame_rows(
    draw: st.DrawFn, rows: list[Row], person: int, total_of: int | None = None
) -> tuple[list[Row], int]:
    """Put titles above a table and a total and a note below; gives how many rows are above."""
    width = len(rows[0])
    said = ["Performance calibration", "Confidential", "Prepared by People Operations"]
    above: list[Row] = [[title] for title in said[: draw(st.integers(0, 3))]]
    if above and draw(st.booleans()):
        above.append([])
    below: list[Row] = []
    if draw(st.booleans()):
        total: Row = [BLANK] * width
        total[person] = "Total"
        if total_of is not None:
            total[total_of] = Cell(1234)
        below.append(total)
    if draw(st.booleans()):
        below += [[], ["* Preliminary figures, to be confirmed after the calibration meeting"]]
    return [*above, *rows, *below], len(above)


def _places(columns: list[str]) -> tuple[int, int | None]:
    """Say where the person stands, and what can be added up."""
    return columns.index("person_id"), columns.index("commits") if "commits" in columns else None


def _shuffled(draw: st.DrawFn, columns: tuple[str, ...]) -> list[str]:
    return list(draw(st.permutations(columns)))


def _review_row(made: Made, person: str, cycle: str, columns: list[str]) -> Row:
    spelled = made.cycles[cycle]
    own = {"person_id": made.ids[person], "cycle": Cell(spelled, cycle)}
    own |= made.people[person] | made.reviews[person, cycle]
    return [own[column] for column in columns]


def _reviewed(made: Made, draw: st.DrawFn, cycle: str | None = None) -> list[tuple[str, str]]:
    keys = [key for key in made.reviews if cycle in (None, key[1])]
    return list(draw(st.permutations(keys)))


def long(draw: st.DrawFn, made: Made, name: Name, *, framed: bool = True) -> list[Page]:
    """A row for each person and cycle."""
    columns = _shuffled(draw, ("person_id", "cycle", *OF_PERSON, *OF_REVIEW))
    rows: list[Row] = [[name(column) for column in columns]]
    rows += [_review_row(made, *key, columns) for key in _reviewed(made, draw)]
    if framed:
        rows, _ = _frame_rows(draw, rows, *_places(columns))
    return [Page("Reviews", rows)]


def sheets(draw: st.DrawFn, made: Made, name: Name) -> list[Page]:
    """A sheet for each cycle."""
    pages = []
    for cycle, spelled in made.cycles.items():
        columns = _shuffled(draw, ("person_id", *OF_PERSON, *OF_REVIEW))
        rows: list[Row] = [[name(column) for column in columns]]
        rows += [_review_row(made, *key, columns) for key in _reviewed(made, draw, cycle)]
        if len(rows) > 1:
            rows, _ = _frame_rows(draw, rows, *_places(columns))
            pages.append(Page(draw(st.sampled_from([spelled, f"Reviews {spelled}"])), rows))
    return pages


def stacked(draw: st.DrawFn, made: Made, name: Name) -> list[Page]:
    """One sheet with a table for each cycle, each below a title that names it."""
    rows: list[Row] = []
    columns = _shuffled(draw, ("person_id", *OF_PERSON, *OF_REVIEW))
    for cycle, spelled in made.cycles.items():
        own = [_review_row(made, *key, columns) for key in _reviewed(made, draw, cycle)]
        if own:
            rows += [[], [f"Calibration {spelled}"], [name(column) for column in columns], *own]
    return [Page("Everything", rows[1:])]


def _wide_rows(draw: st.DrawFn, made: Made, spread: tuple[str, ...]) -> tuple[list[str], list[Row]]:
    """Give the columns of what holds for a person, and the rows, each cycle beside the other."""
    columns = _shuffled(draw, ("person_id", *OF_PERSON))
    rows = []
    for person in draw(st.permutations(sorted({person for person, _ in made.reviews}))):
        own = {"person_id": made.ids[person]} | made.people[person]
        row: Row = [own[column] for column in columns]
        for cycle in made.cycles:
            cells = made.reviews.get((person, cycle), {})
            row += [cells.get(each, BLANK) for each in spread]
        rows.append(row)
    return columns, rows


def wide(draw: st.DrawFn, made: Made, name: Name) -> list[Page]:
    """A row for each person, and the cycle in the headers."""
    spread = tuple(_shuffled(draw, OF_REVIEW))
    columns, rows = _wide_rows(draw, made, spread)
    form = draw(st.sampled_from(["{cycle} {name}", "{name} {cycle}", "{name} ({cycle})"]))
    header: Row = [name(column) for column in columns]
    for spelled in made.cycles.values():
        header += [form.format(cycle=spelled, name=name(each)) for each in spread]
    framed, _ = _frame_rows(draw, [header, *rows], *_places(columns))
    return [Page("Talent", framed)]


def grouped(draw: st.DrawFn, made: Made, name: Name) -> list[Page]:
    """A row for each person, and the cycle in a row above the headers, over several columns."""
    spread = tuple(_shuffled(draw, OF_REVIEW))
    columns, rows = _wide_rows(draw, made, spread)
    upper: Row = ["Person", *[BLANK] * (len(columns) - 1)]
    lower: Row = [name(column) for column in columns]
    spans = [(0, len(columns) - 1)]
    for spelled in made.cycles.values():
        spans.append((len(upper), len(upper) + len(spread) - 1))
        upper += [spelled, *[BLANK] * (len(spread) - 1)]
        lower += [name(each) for each in spread]
    framed, top = _frame_rows(draw, [upper, lower, *rows], *_places(columns))
    return [Page("Talent", framed, [(top, left, right) for left, right in spans])]


def roster(draw: st.DrawFn, made: Made, name: Name) -> list[Page]:
    """A sheet of people, and one of reviews that has their ids only."""
    columns = _shuffled(draw, ("person_id", *OF_PERSON))
    people: list[Row] = [[name(column) for column in columns]]
    for person in draw(st.permutations(sorted({person for person, _ in made.reviews}))):
        own = {"person_id": made.ids[person]} | made.people[person]
        people.append([own[column] for column in columns])
    people, _ = _frame_rows(draw, people, *_places(columns))
    columns = _shuffled(draw, ("person_id", "cycle", *OF_REVIEW))
    rows: list[Row] = [[name(column) for column in columns]]
    rows += [_review_row(made, *key, columns) for key in _reviewed(made, draw)]
    rows, _ = _frame_rows(draw, rows, *_places(columns))
    pages = [Page("People", people), Page("Reviews", rows)]
    return list(draw(st.permutations(pages)))


def bare(draw: st.DrawFn, made: Made, name: Name) -> list[Page]:
    """A row for each person and cycle below headers in the first row, as frames have it."""
    return long(draw, made, name, framed=False)


# Formats


def _plain(cell: Cell | str, show_date: str = "", decimal: str = ".") -> object:
    """Give what a format without types of its own writes."""
    value = cell.written if isinstance(cell, Cell) else cell
    if isinstance(value, dt.date) and show_date:
        return value.strftime(show_date)
    if isinstance(value, float) and decimal == ",":
        return str(value).replace(".", ",")
    return value


def write_xlsx(pages: list[Page]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.title)
        for i, row in enumerate(page.rows, 1):
            for j, cell in enumerate(row, 1):
                value = _plain(cell)
                if value is not None:
                    written = sheet.cell(i, j, value)
                    if isinstance(value, str):
                        # openpyxl takes "=1" for a formula; an analyst typed it as text.
                        written.data_type = "s"
        for top, left, right in page.merged:
            sheet.merge_cells(None, top + 1, left + 1, top + 1, right + 1)
    book.save(out)
    return out.getvalue()


def write_xls(pages: list[Page]) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for page in pages:
        sheet = book.add_sheet(page.title)
        merged = {(top, left): right for top, left, right in page.merged}
        for i, row in enumerate(page.rows):
            for j, cell in enumerate(row):
                value = _plain(cell)
                if (i, j) in merged:
                    sheet.write_merge(i, i, j, merged[i, j], value)
                elif isinstance(value, dt.date):
                    sheet.write(i, j, value, day)
                elif value is not None:
                    sheet.write(i, j, value)
    book.save(out)
    return out.getvalue()


def write_ods(pages: list[Page]) -> bytes:
    book, out = opendocument.OpenDocumentSpreadsheet(), io.BytesIO()
    for page in pages:
        sheet = table.Table(name=page.title)
        merged = {(top, left): right - left + 1 for top, left, right in page.merged}
        for i, row in enumerate(page.rows):
            line = table.TableRow()
            for j, each in enumerate(row):
                value = _plain(each)
                about = {"numbercolumnsspanned": merged[i, j]} if (i, j) in merged else {}
                if isinstance(value, dt.date):
                    cell = table.TableCell(valuetype="date", datevalue=value.isoformat(), **about)
                elif isinstance(value, int | float):
                    cell = table.TableCell(valuetype="float", value=value, **about)
                elif value is None:
                    cell = table.TableCell(**about)
                else:
                    cell = table.TableCell(valuetype="string", **about)
                    for paragraph in str(value).split("\n"):
                        cell.addElement(text.P(text=paragraph))
                line.addElement(cell)
            sheet.addElement(line)
        book.spreadsheet.addElement(sheet)
    book.write(out)
    return out.getvalue()


def write_text(draw: st.DrawFn, page: Page) -> bytes:
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    decimal = "," if delimiter == ";" and draw(st.booleans()) else "."
    show_date = draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y"]))
    encoding = draw(st.sampled_from(["utf-8-sig", "utf-8", "utf-16", "cp1252"]))
    out = io.StringIO()
    width = max(map(len, page.rows))
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in page.rows:
        shown = [_plain(cell, show_date, decimal) for cell in row]
        writer.writerow([*shown, *[None] * (width - len(row))])
    try:
        return out.getvalue().encode(encoding)
    except UnicodeEncodeError:
        return out.getvalue().encode("utf-8-sig")


def make_frame(page: Page) -> pd.DataFrame:
    width = max(map(len, page.rows))
    rows = [[*map(_plain, row), *[None] * (width - len(row))] for row in page.rows]
    return pd.DataFrame(rows[1:], columns=rows[0], dtype=object)


def write_parquet(page: Page) -> bytes:
    frame = make_frame(page)
    for name in frame:
        if frame[name].dropna().map(type).nunique() > 1:
            frame[name] = frame[name].map(str, na_action="ignore")
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}


@dataclass(frozen=True)
class Written:
    """A spreadsheet, and where its unreadable cells are said to stand: sheet, cell, value."""

    made: Made
    source: object = field(repr=False)
    unread: set[tuple[str, str, str]]
    headers: tuple[list[str], ...]
    what: str
    spread: bool = False


def _unread(page: Page, sheet: str) -> set[tuple[str, str, str]]:
    return {
        (sheet, f"{openpyxl.utils.get_column_letter(j)}{i}", str(cell.written))
        for i, row in enumerate(page.rows, 1)
        for j, cell in enumerate(row, 1)
        if isinstance(cell, Cell) and cell.bad
    }


@st.composite
def spreadsheets(
    draw: st.DrawFn, layout: Callable[..., list[Page]], formats: tuple[str, ...]
) -> Written:
    made = draw(calibrations().filter(lambda made: made.reviews))
    name = draw(spellings())
    pages = layout(draw, made, name)
    form = draw(st.sampled_from(formats))
    unread = {each for page in pages for each in _unread(page, page.title)}
    first = pages[0]
    if form == "folder":
        kind = draw(st.sampled_from(["xlsx", "xls", "ods", "csv"]))
        source, unread = {}, set()
        for page in pages:
            file, inner = f"{page.title}.{kind}", Page("Sheet1", page.rows, page.merged)
            several = f"[{file}]Sheet1" if len(pages) > 1 else "Sheet1"
            unread |= _unread(page, page.title if kind == "csv" else several)
            source[file] = write_text(draw, page) if kind == "csv" else WRITERS[kind]([inner])
    elif form in WRITERS:
        source = {f"reviews.{form}": WRITERS[form](pages)}
    elif form == "csv":
        source = {f"{first.title}.csv": write_text(draw, first)}
    elif form == "parquet":
        source = {f"{first.title}.parquet": write_parquet(first)}
    else:
        source = {page.title: make_frame(page) for page in pages}
    spread = layout in {wide, grouped}
    headers = tuple(
        [str(c.written if isinstance(c, Cell) else c) for c in row]
        for page in pages
        for row in page.rows[:6]
    )
    return Written(made, source, unread, headers, f"{layout.__name__} as {form}", spread)


# What must come back


def fold(value: object) -> object:
    """Fold the spaces of a text, and make blank, missing and NaN one."""
    if isinstance(value, str):
        lines = [" ".join(line.split()) for line in value.splitlines()]
        return "\n".join(lines).strip() or None
    if pd.isna(value):
        return None
    return pd.Timestamp(value) if isinstance(value, dt.date) else value


def check(written: Written) -> None:
    made = written.made
    intake = read_panel(written.source, choices=Choices())
    reviews = intake.panel.reviews.set_index(["person_id", "cycle"])
    # On a wide sheet, a review of which nothing is written is none.
    unwritten = {
        key
        for key, cells in made.reviews.items()
        if written.spread and all(cells[each].written is None for each in OF_REVIEW[:3])
    }
    odd = (set(reviews.index) ^ set(made.reviews)) - unwritten
    assert not odd, (odd, intake.columns)
    expected = {key: cells for key, cells in made.reviews.items() if key in reviews.index}
    people = intake.panel.people.set_index("person_id")
    for (person, cycle), cells in expected.items():
        row = reviews.loc[(person, cycle)]
        own = made.people[person] | cells
        for name in ("team", "hire_date", "commits", "manager_review", TEXT):
            assert fold(row.get(name)) == fold(own[name].read), (name, intake.columns)
        assert fold(people.loc[person, "name"]) == own["name"].read, intake.columns
    check_numbers(written, reviews)
    check_ratings(made, expected, reviews, intake.panel.ratings)
    problems = intake.problems
    found = problems[problems["reason"].isin(UNREAD) & (problems["cell"] != "")]
    named = set(found[["sheet", "cell", "value"]].itertuples(index=False, name=None))
    assert named == written.unread, found[["reason", "sheet", "cell", "value"]]


def check_numbers(written: Written, reviews: pd.DataFrame) -> None:
    """Compare the unknown column of numbers; a wide sheet has one of them for each cycle."""
    made = written.made
    for (person, cycle), row in reviews.iterrows():
        value = fold(made.reviews[person, cycle][NUMBER].read)
        if not written.spread:
            assert fold(row.get(NUMBER)) == value
            continue
        spelled = made.cycles[cycle]
        # Of one cycle only, a row of groups is no more than a title.
        [own] = [c for c in reviews if NUMBER in c and (spelled in c or c == NUMBER)] or [None]
        assert fold(row.get(own)) == value, list(reviews)


def check_ratings(
    made: Made, expected: Reviews, reviews: pd.DataFrame, ratings: pd.DataFrame
) -> None:
    """Compare the ratings: numbers as they are, words in their order, every text as it was.

    Words are compared within their cycle: which scale they are from is said by those of a cycle.
    """
    of_word: dict[tuple[str, int], set[float]] = {}
    n_rated = 0
    for key, cells in expected.items():
        cell = cells["rating_manager"]
        value = fold(reviews.loc[key].get("rating_manager"))
        kept = fold(reviews.loc[key].get("rating_manager_text"))
        if isinstance(cell.written, str):
            assert kept == cell.written
        if isinstance(cell.read, str):
            assert value is not None
            of_word.setdefault((key[1], made.rating_order[cell.read]), set()).add(value)
        else:
            assert value == cell.read, (key, cell)
        n_rated += value is not None
    assert all(len(values) == 1 for values in of_word.values()), of_word
    for cycle in made.cycles:
        in_order = [min(values) for of, values in sorted(of_word.items()) if of[0] == cycle]
        assert in_order == sorted(set(in_order)), of_word
    own = ratings[ratings["kind"] == "manager"].set_index(["person_id", "cycle"])["rating"]
    assert len(own) == n_rated
    for key, value in own.items():
        assert value == reviews.loc[key, "rating_manager"]


LAYOUTS = [
    (long, ("xlsx", "xls", "ods", "csv", "csv", "folder"), 22),
    (bare, ("frame", "parquet", "csv"), 14),
    (sheets, ("xlsx", "xls", "ods", "frame"), 12),
    (sheets, ("folder",), 10),
    (stacked, ("xlsx", "ods", "csv", "xls"), 12),
    (wide, ("xlsx", "csv", "ods", "xls"), 12),
    (grouped, ("xlsx", "csv", "ods", "xls"), 12),
    (roster, ("xlsx", "ods", "xls", "folder"), 12),
]


@pytest.mark.parametrize(
    ("layout", "formats", "n"), LAYOUTS, ids=lambda value: getattr(value, "__name__", None)
)
def test_what_was_written_is_read_back(layout, formats, n):
    @settings(max_examples=n, deadline=None, suppress_health_check=list(HealthCheck))
    @given(spreadsheets(layout, formats))
    def read_back(written):
        check(written)

    read_back()


# A row for each person, question and respondent


@dataclass(frozen=True)
class Survey:
    """Answers by person, cycle, respondent and question."""

    answers: dict[tuple[str, str, str, str], object]
    source: object = field(repr=False)


QUESTIONS = {
    "Overall performance rating": st.integers(1, 5).map(float),
    "What went well?": st.sampled_from(PROSE),
    "Zephyr of the team": st.integers(10, 400).map(lambda n: n / 4),
}


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    ids = [
        f"{n:05d}" for n in draw(st.lists(st.integers(1, 99), min_size=3, max_size=6, unique=True))
    ]
    answers = {
        (person, cycle, rater, question): draw(answer)
        for person in ids
        for cycle in draw(st.sampled_from([["2023H1"], ["2023H1", "2023H2"]]))
        for rater in draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
        for question, answer in QUESTIONS.items()
    }
    columns = ["Reviewee ID", "Review Cycle", "Reviewer ID"]
    columns += [draw(st.sampled_from(["Question", "Survey Item"])), "Answer"]
    rows: list[Row] = [list(columns)]
    for key, value in draw(st.permutations(sorted(answers.items(), key=str))):
        rows.append([*[Cell(each) for each in key], Cell(value)])
    page = Page("Feedback", rows)
    form = draw(st.sampled_from(["xlsx", "ods", "csv", "frame"]))
    if form == "csv":
        return Survey(answers, {"Feedback.csv": write_text(draw, page)})
    return Survey(answers, WRITERS[form]([page]) if form in WRITERS else make_frame(page))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(surveys())
def test_every_answer_of_every_respondent_is_read_back(survey):
    panel = read_panel(survey.source).panel
    keys = ["person_id", "cycle"]
    rating, words, number = QUESTIONS
    rated = panel.ratings.set_index([*keys, "rater_id"])["rating"].to_dict()
    assert rated == {key[:3]: value for key, value in survey.answers.items() if key[3] == rating}
    reviews = panel.reviews.set_index(keys)
    assert set(reviews.index) == {key[:2] for key in survey.answers}
    for key, row in reviews.iterrows():
        of = {
            q: [v for k, v in survey.answers.items() if k[:2] == key and k[3] == q]
            for q in QUESTIONS
        }
        lines = [line for text in of[words] for line in str(fold(text)).split("\n")]
        assert sorted(str(row[words]).split("\n")) == sorted(lines)
        assert row[number] == pytest.approx(sum(of[number]) / len(of[number]))
