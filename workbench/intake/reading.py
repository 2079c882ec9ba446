"""From a source to its panel: what was read, what each header was taken for, what is wrong.

The cells are read once. What they mean can then be worked out anew with other choices of the
analyst, without opening the file again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, NoPersonError
from workbench.intake.columns import Scales
from workbench.intake.files.readers import Source, read_sheets
from workbench.intake.files.sheet import Sheet
from workbench.intake.headers.header_rows import Header, find_headers
from workbench.intake.headers.matching import Given, Match, fold_header
from workbench.intake.layouts import find_tables, is_aside, settle_tables
from workbench.intake.panel import Panel, build_panel
from workbench.intake.problems import ProblemList, list_hidden, list_left_out
from workbench.intake.profiles import AddedTo, Choices, find_profile, save_profile
from workbench.intake.signals import settle_signals
from workbench.intake.tables import Table

__all__ = ["Intake", "Reading", "interpret", "read_panel", "remember"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as its cells were read, before anything was made of them.

    Attributes
    ----------
    sheets
        All sheets, hidden ones too.
    name
        What was read, such as `reviews.xlsx`.
    folder
        Where it lies, and where its profile is kept; None for bytes and frames.
    file
        The workbook itself, where the source is the path of one file.
    """

    sheets: tuple[Sheet, ...]
    name: str
    folder: Path | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read from a source, and how.

    Attributes
    ----------
    panel
        The data.
    tables
        The tables of people that were found.
    columns
        What each header was taken for: `sheet`, `header`, `field` (None where the column keeps its
        own name), `confidence` between 0 and 1, `how` (`name`, `alias`, `spelling`, `values`,
        `given`, `remembered` or `unknown`).
    scales
        The scale of each rating in each cycle: `field`, `cycle`, `low`, `high`, `best` (which end
        of the written numbers is best), `how`, `n` (rated cells).
    levels
        What each text was read as: `field`, `cycle`, `text`, `value` (missing where it is no
        rating), `n` (cells), `kind`.
    found
        Every problem, with all of its cells.
    reading
        The cells themselves, to be read again with other choices.
    choices
        What was decided by the analyst, remembered or given.
    signals
        From a column of the reviews to the half of technical work that the analyst added it to.
    """

    panel: Panel
    tables: tuple[Table, ...]
    columns: pd.DataFrame
    scales: pd.DataFrame
    levels: pd.DataFrame
    found: ProblemList
    reading: Reading
    choices: Choices = field(default_factory=Choices)
    signals: Mapping[str, AddedTo] = field(default_factory=dict)

    @property
    def problems(self) -> pd.DataFrame:
        """Every problem: severity, reason, sheet, cell, person_id, field, value, message."""
        return self.found.frame()

    @property
    def headers(self) -> list[str]:
        """The headers of all tables, each once."""
        return list(dict.fromkeys(self.columns["header"]))


def read_panel(
    source: Source,
    *,
    password: str | None = None,
    columns: Given | None = None,
    signals: Mapping[str, AddedTo | None] | None = None,
    choices: Choices | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Intake:
    """Read calibration data from whatever it comes in.

    Parameters
    ----------
    source
        The path of a file or a folder, bytes, an open binary file, a frame, a list of these, or a
        mapping from sheet or file names to frames or bytes.
    password
        Opens workbooks that are protected by one.
    columns
        What the analyst decided: from headers to field names, or to None for "keep it as it is".
    signals
        Other columns that count: from headers to `technical_output` or `force_multiplier`, with
        ", less is better" behind it where that is so.
    choices
        All that the analyst decided. By default it is what was remembered beside the source for
        headers like its own; `Choices()` leaves that alone.
    progress
        Is told what is being done, and how much is done already, from 0 to 1.

    Returns
    -------
    Intake
        The panel, the columns, the problems, and the name of the source.

    Raises
    ------
    UnreadableFileError
        If a file cannot be opened, or no sheet has any cells.
    InputError
        If no sheet says who its rows are about, `columns` names a field that does not exist, or
        `signals` adds a column to what does not exist.

    Examples
    --------
    >>> frame = pd.DataFrame({"Empl ID": ["007"], "Half": ["H1 2024"], "Rating": ["4 - Exceeds"]})
    >>> intake = read_panel(frame)
    >>> intake.panel.reviews[["person_id", "cycle", "rating_manager"]].to_dict("records")
    [{'person_id': '007', 'cycle': '2024H1', 'rating_manager': 4.0}]
    """
    tell = progress or _tell_nobody
    tell("Opening the file", 0.0)
    sheets, name = read_sheets(source, password=password)
    path = Path(source).expanduser() if isinstance(source, str | Path) else None
    file = path if path is not None and path.is_file() else None
    reading = Reading(tuple(sheets), name, _find_folder(source), file)
    tell("Finding the tables", 0.4)
    return interpret(reading, choices, columns=columns, signals=signals, progress=progress)


def interpret(
    reading: Reading,
    choices: Choices | None = None,
    *,
    columns: Given | None = None,
    signals: Mapping[str, AddedTo | None] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Intake:
    """Make a panel of cells that were read; see `read_panel` for the arguments."""
    tell = progress or _tell_nobody
    problems = ProblemList()
    headers = {sheet.name: find_headers(sheet) for sheet in reading.sheets}
    remembered = choices
    if remembered is None:
        names = [name for found in headers.values() for header in found for name in header.names]
        remembered = _remember(reading, names, problems)
    decided = remembered.then(Choices(columns=columns or {}, signals=signals or {}))
    tables = _find_all_tables(reading, headers, decided, problems)
    _note_unused(columns or {}, tables, problems)
    tell("Reading the cells", 0.5)
    scales: Scales = []
    panel = build_panel(tables, problems, decided, scales)
    listed = _list_columns(tables, columns if choices is None else decided.columns)
    added = settle_signals(decided, panel.reviews, listed, problems)
    tell("Done", 1.0)
    return Intake(
        panel,
        tuple(tables),
        listed,
        _list_scales(scales, "scales", ["low", "high", "best", "how", "n"]),
        _list_scales(scales, "levels", ["text", "value", "n", "kind"]),
        problems,
        reading,
        decided,
        added,
    )


def _list_scales(scales: Scales, name: str, columns: list[str]) -> pd.DataFrame:
    """Put what is known of the scale of each rating into one frame."""
    parts: list[pd.DataFrame] = [
        getattr(ratings, name).assign(field=known) for known, ratings in scales
    ]
    names = ["field", "cycle", *columns]
    if not parts:
        return pd.DataFrame(columns=names)
    return pd.concat(parts, ignore_index=True).rename(columns={"group": "cycle"})[names]


def remember(intake: Intake) -> Path:
    """Save how a source was read beside it, so that the next one of its kind loads as it did.

    Parameters
    ----------
    intake
        What was read; all of it counts as confirmed.

    Returns
    -------
    Path
        The profile.

    Raises
    ------
    InputError
        If the source is no file or folder, or its folder cannot be written to.
    """
    if intake.reading.folder is None:
        raise InputError(
            f"{intake.reading.name} is no file in a folder, so there is no place to remember it. "
            "Save the spreadsheet in a folder, and load it from there."
        )
    columns = dict(zip(intake.columns["header"], intake.columns["field"], strict=True))
    confirmed = intake.choices.then(Choices(columns=columns))
    return save_profile(intake.reading.folder, intake.headers, confirmed)


def _find_folder(source: Source) -> Path | None:
    """Find where a source lies, if it lies anywhere."""
    if isinstance(source, str | Path):
        path = Path(source).expanduser()
        return path if path.is_dir() else path.parent
    if isinstance(source, list | tuple):
        return next((_find_folder(each) for each in source if isinstance(each, str | Path)), None)
    return None


def _remember(reading: Reading, headers: Sequence[str], problems: ProblemList) -> Choices:
    """Find what was decided about headers like these; a damaged profile is only a problem."""
    if reading.folder is None:
        return Choices()
    try:
        found = find_profile(reading.folder, headers)
    except InputError as error:
        problems.add("warning", "unreadable_profile", str(error))
        return Choices()
    return found or Choices()


def _tell_nobody(what: str, done: float) -> None:
    """Report progress to nobody."""


def _find_all_tables(
    reading: Reading,
    headers: Mapping[str, Sequence[Header]],
    choices: Choices,
    problems: ProblemList,
) -> list[Table]:
    """Find the tables of all sheets; sheets and rows that are left out are problems."""
    tables: list[Table] = []
    lacking: list[tuple[Sheet, Header]] = []
    for sheet in reading.sheets:
        if not sheet.visible and not choices.hidden:
            message = "The sheet is hidden in Excel and was left out. Unhide it if it should count."
            problems.add("note", "hidden_sheet", message, sheet=sheet.name)
            continue
        own, without = _find_sheet_tables(sheet, headers[sheet.name], choices, problems)
        tables += own
        if not own and (not without or is_aside(sheet, without[0])):
            message = "The sheet holds no table of people and was left out."
            problems.add("note", "sheet_left_out", message, sheet=sheet.name)
        elif not own:
            lacking.append((sheet, without[0]))
        else:
            for header in without:
                _note_table_left_out(sheet, header, problems)
    if not tables:
        names = dict.fromkeys(name for _, header in lacking for name in header.names)
        raise NoPersonError(_say_no_person(lacking, reading.sheets), tuple(names), reading)
    for sheet, header in lacking:
        problems.add(
            "error",
            "no_person_column",
            "No column of this sheet says who a row is about, so it was left out. Name one of them "
            f"Employee ID, Email or Name. Its headers are: {_quote(header.names)}.",
            sheet=sheet.name,
            cell=sheet.address(header.row, header.columns[0]),
        )
    return settle_tables(tables)


def _find_sheet_tables(
    sheet: Sheet, headers: Sequence[Header], choices: Choices, problems: ProblemList
) -> tuple[list[Table], list[Header]]:
    """Find the tables of one sheet; gives them, and the headers below which nobody is named."""
    tables, without = [], []
    for header in headers:
        given = choices.for_headers(header.names) | dict(choices.columns)
        found = find_tables(sheet, header, given, hidden=choices.hidden)
        if found:
            tables += found
            list_left_out(found, header, problems)
        else:
            without.append(header)
    if tables and not choices.hidden:
        list_hidden(sheet, tables, problems)
    return tables, without


def _note_table_left_out(sheet: Sheet, header: Header, problems: ProblemList) -> None:
    problems.add(
        "warning",
        "table_left_out",
        f"A second table begins here, with the headers {_quote(header.names)}. None of them says "
        "who a row is about, so it was left out. If it is about people, give it a column Employee "
        "ID, or move it to a sheet of its own.",
        sheet=sheet.name,
        cell=sheet.address(header.row, header.columns[0]),
    )


def _say_no_person(lacking: Sequence[tuple[Sheet, Header]], sheets: Sequence[Sheet]) -> str:
    seen = [
        f'"{sheet.name}" with the headers {_quote(header.names)}' for sheet, header in lacking[:5]
    ]
    seen = seen or [f'"{sheet.name}"' for sheet in sheets if sheet.visible][:5]
    return (
        f"No sheet says who its rows are about. Seen: {'; '.join(seen)}. Accepted is a column such "
        "as Employee ID, Worker ID, Email or Name, with one row per person. Rename the column that "
        'holds the people, or give columns={"its header": "person_id"}.'
    )


def _quote(names: Iterable[str]) -> str:
    shown = list(names)
    text = ", ".join(f'"{name[:40]}"' for name in shown[:12])
    return f"{text} and {len(shown) - 12} more" if len(shown) > 12 else text


def _note_unused(given: Given, tables: Sequence[Table], problems: ProblemList) -> None:
    """Note what the analyst decided about headers that no sheet has."""
    seen = {fold_header(m.header) for table in tables for m in (*table.matches, *table.shown)}
    for header in given:
        if fold_header(header) not in seen:
            message = f'No sheet has the header "{header}", so what was decided about it is unused.'
            problems.add("note", "unused_mapping", message, field=given[header], value=header)


def _list_matches(tables: Sequence[Table]) -> list[tuple[str, Match]]:
    """List each header of each table once, with its sheet."""
    listed: dict[tuple[str, str, int], Match] = {}
    for table in tables:
        for match in table.shown or table.matches:
            listed.setdefault((table.sheet.name, match.header, table.header_row), match)
    return [(sheet, match) for (sheet, _, _), match in listed.items()]


def _list_columns(tables: Sequence[Table], given: Given | None) -> pd.DataFrame:
    """List what each header of each sheet was taken for."""
    said = {fold_header(header) for header in given or {}}
    rows = [
        (
            sheet,
            match.header,
            match.field,
            match.confidence,
            "remembered"
            if match.how == "given" and fold_header(match.header) not in said
            else match.how,
        )
        for sheet, match in _list_matches(tables)
    ]
    names = ("sheet", "header", "field", "confidence", "how")
    values = dict(zip(names, zip(*rows, strict=True), strict=True))
    frame = pd.DataFrame({name: pd.Series(values[name], dtype=object) for name in names})
    return frame.astype({"sheet": "str", "header": "str", "how": "str", "confidence": "float64"})
