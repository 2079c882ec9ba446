"""What was understood of a spreadsheet, in the form in which a person looks it over.

What comes in is an intake; what goes out are frames for a screen: one row for each header over all
sheets, one for each date that can be read two ways, and the row around a cell that has a problem.
"""

import re

import pandas as pd
from pandas.api.types import is_numeric_dtype

from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.intake.cells import show_value
from workbench.intake.headers.matching import Match, fold_header, is_private
from workbench.intake.profiles import header_key
from workbench.intake.reading import Intake
from workbench.intake.signals import find_kept_column, is_of_a_person
from workbench.intake.tables import Table

__all__ = ["count_intake", "describe_rows", "list_dates", "list_headers"]

_N_SAMPLES = 4
_LONGEST_SAMPLE = 28
# A match below this, or a guess above the other, is worth a look.
_SURE, _LIKELY = 0.8, 0.5
# Not shown beside a problem: who a person is, and what is private.
_HIDDEN = frozenset(
    ("name", "email", "manager", "rater_id", *fields_with_role("pay", "protected", "written"))
)
_ROW_CELLS = 5


def list_headers(intake: Intake) -> pd.DataFrame:
    """List each header once, over all sheets, as it was understood.

    Parameters
    ----------
    intake
        What was read.

    Returns
    -------
    DataFrame
        `header`, `sheets` (on how many it stands), `field` (None where the column keeps its own
        name), `confidence`, `how`, `guesses` (other fields, best first), `kind` (what an unmatched
        column can be used as), `private` (whether its cells name or describe people), `samples`
        (some cells as the sheet shows them), `look` (whether a person should look at it), `addable`
        (whether an unmatched column can be counted towards a score), `added` (what it is added to,
        or nothing).
    """
    how = {(row["sheet"], row["header"]): row["how"] for row in intake.columns.to_dict("records")}
    found: dict[str, dict[str, object]] = {}
    for table in intake.tables:
        for match in table.shown or table.matches:
            entry = found.setdefault(_entry_key(match), _describe(match, table))
            entry["sheets"].add(table.sheet.name)  # type: ignore[attr-defined]
            entry["how"] = how.get((table.sheet.name, match.header), match.how)
            if match.confidence < float(str(entry["confidence"])):
                entry |= {"confidence": match.confidence, "field": match.field}
            if not entry["samples"]:
                entry["samples"] = _sample(table, match)
    rows = [
        {
            **entry,
            "sheets": len(entry["sheets"]),  # type: ignore[arg-type]
            "look": _needs_look(entry),
            **_tell_signal(str(entry["header"]), entry["field"], intake),
        }
        for entry in found.values()
    ]
    names = "header sheets field confidence how guesses kind private samples look addable added"
    frame = pd.DataFrame(rows, columns=names.split())
    return frame.assign(field=pd.Series([row["field"] for row in rows], dtype=object))


def _entry_key(match: Match) -> str:
    # "2023 Rating" and "2024 Rating" are one thing to decide.
    return header_key(match.header) if match.cycle else fold_header(match.header)


def _describe(match: Match, table: Table) -> dict[str, object]:
    known = FIELD_BY_NAME.get(match.field or "")
    return {
        "header": match.header,
        "sheets": set(),
        "field": match.field,
        "confidence": match.confidence,
        "how": match.how,
        "guesses": match.guesses,
        "kind": match.kind,
        "private": is_private(match.header) if known is None else known.name in _HIDDEN,
        "samples": _sample(table, match),
    }


def _tell_signal(header: str, field: object, intake: Intake) -> dict[str, object]:
    """Tell whether a column that keeps its name can be a signal, and what it is added to."""
    reviews = intake.panel.reviews
    column = find_kept_column(header, reviews) if field is None else None
    if column is None or is_of_a_person(header):
        return {"addable": False, "added": ""}
    addable = bool(is_numeric_dtype(reviews[column]) and reviews[column].notna().any())
    return {"addable": addable, "added": intake.signals.get(column, "")}


def _sample(table: Table, match: Match) -> tuple[str, ...]:
    """Show the first few different cells below a header."""
    places = [
        c for m, c in zip(table.matches, table.columns, strict=True) if m.header == match.header
    ]
    if not places:
        return ()
    samples: dict[str, None] = {}
    for cell in table.cells(places[0])[:500]:
        text = show_value(cell)
        if text:
            long = len(text) > _LONGEST_SAMPLE
            samples[text[:_LONGEST_SAMPLE] + ("\u2026" if long else "")] = None
        if len(samples) == _N_SAMPLES:
            break
    return tuple(samples)


def _needs_look(entry: dict[str, object]) -> bool:
    if entry["how"] in {"given", "remembered"}:
        return False
    if entry["field"] is not None:
        return float(str(entry["confidence"])) < _SURE
    guesses = entry["guesses"]
    return isinstance(guesses, tuple) and bool(guesses) and guesses[0][1] >= _LIKELY


def list_dates(intake: Intake) -> pd.DataFrame:
    """List the headers whose dates can be read with the day or the month first.

    Returns
    -------
    DataFrame
        `header`, `value` (such a date as the sheet has it, or nothing once it is decided) and
        `leading` (`day` or `month` where that is decided, else nothing).
    """
    problems = intake.problems
    unclear = problems[(problems["reason"] == "ambiguous_date") & problems["value"].notna()]
    values = unclear.drop_duplicates("field").set_index("field")["value"].to_dict()
    rows = []
    for row in intake.columns.drop_duplicates("header").to_dict("records"):
        leading = intake.choices.dates.get(row["header"], "")
        if leading or row["field"] in values:
            rows.append((row["header"], values.get(row["field"], ""), leading))
    return pd.DataFrame(rows, columns=["header", "value", "leading"])


def count_intake(intake: Intake) -> dict[str, int]:
    """Count what a decision about a column changes: people, cycles, ratings, columns used.

    Examples
    --------
    >>> from workbench.intake.reading import read_panel
    >>> frame = pd.DataFrame({"Employee ID": ["E1"], "Cycle": ["2024"], "Rating": [3]})
    >>> count_intake(read_panel(frame))
    {'people': 1, 'cycles': 1, 'ratings': 1, 'columns': 3}
    """
    reviews = intake.panel.reviews
    return {
        "people": int(reviews["person_id"].nunique()),
        "cycles": int(reviews["cycle"].nunique()),
        "ratings": len(intake.panel.ratings),
        "columns": int(intake.columns["field"].nunique()),
    }


def describe_rows(intake: Intake, problems: pd.DataFrame) -> list[str]:
    """Say for each problem what else stands in its row, without who it is and what is private.

    Parameters
    ----------
    intake
        What was read.
    problems
        Rows of its problems.

    Returns
    -------
    list of str
        Such as "Employee ID: E7; Job Title: Engineer; Level: L3"; empty where the problem has no
        cell, or its row is no person's.
    """
    tables: dict[str, list[Table]] = {}
    for table in intake.tables:
        tables.setdefault(table.sheet.name, []).append(table)
    return [
        _describe_row(tables.get(str(sheet), []), str(cell))
        for sheet, cell in zip(problems["sheet"], problems["cell"].fillna(""), strict=True)
    ]


def _describe_row(tables: list[Table], cell: str) -> str:
    match = re.fullmatch(r"[A-Z]+(\d+)", cell)
    if match is None:
        return ""
    for table in tables:
        row = int(match[1]) - table.sheet.first_row
        if row in table.rows:
            said = [
                f"{known.header}: {text}"
                for known, column in zip(table.matches, table.columns, strict=True)
                if known.field
                and known.field not in _HIDDEN
                and (text := show_value(table.sheet.columns[column][row])[:_LONGEST_SAMPLE])
            ]
            return "; ".join(said[:_ROW_CELLS])
    return ""
