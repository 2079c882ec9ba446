"""Write the two sample workbooks: one clean, one as messy as HR makes them.

Run it in this folder: `python make_samples.py`. Both hold the same made-up company.
"""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

import workbench

HERE = Path(__file__).parent
PLANTED = HERE / "planted"
SEED = 8
# A fixed date keeps a second run from changing the files.
WRITTEN = datetime.datetime(2025, 1, 15, tzinfo=datetime.UTC).replace(tzinfo=None)

WORDS = {
    1: "Does Not Meet",
    2: "Needs Improvement",
    3: "Meets Expectations",
    4: "Exceeds Expectations",
    5: "Outstanding",
}
# What is written stays in the review system; few paste it into a spreadsheet for calibration.
TEXTS = ("Self Review", "Manager Review", "Peer Feedback")
# The same column is headed differently from year to year.
DRIFT = {
    "Employee ID": ("Employee ID", "Empl ID", "EMPLOYEE_ID"),
    "Job Title": ("Job Title", "Business Title", "Job title "),
    "Job Level": ("Job Level", "Level", "Grade"),
    "Manager ID": ("Manager ID", "Supervisor ID", "Manager ID"),
    "Pull Requests": ("Pull Requests", "PRs Merged", "Pull  Requests"),
    "Technical Rating": ("Technical Rating", "Technical rating", "Technical Rating"),
}


def write_clean(company: workbench.Company, path: Path) -> None:
    """Write one sheet a table, headers in the first row."""
    book = Workbook()
    book.remove(book.active)
    for name, table in company.tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(table.columns))
        for row in table.itertuples(index=False):
            sheet.append([_cell(value) for value in row])
        sheet.freeze_panes = "B2"
    _save(book, path)


def write_messy(company: workbench.Company, path: Path) -> None:
    """Write a sheet a cycle with titles, totals, drifting headers and mixed scales."""
    book = Workbook()
    cover = book.active
    cover.title = "Read me"
    cover["A1"] = "Calibration pack"
    cover["A2"] = "One tab per half-year. Please do not forward."
    _write_roster(book.create_sheet("Employee Data"), company.tables["Roster"])
    reviews = company.tables["Reviews"].merge(
        _overall_ratings(company.tables["Ratings"]), how="left", on=["Employee ID", "Review Cycle"]
    )
    for number, (cycle, rows) in enumerate(reviews.groupby("Review Cycle")):
        table = rows.drop(columns=["Review Cycle", *TEXTS]).reset_index(drop=True)
        _write_cycle(book.create_sheet(f"{cycle[:4]} {cycle[4:]}"), table, str(cycle), number)
    scratch = book.create_sheet("Scratch (old)")
    scratch.append(["Employee ID", "Rating guess"])
    scratch.append(["00103", 5])
    scratch.sheet_state = "hidden"
    _save(book, path)


def _write_roster(sheet: Worksheet, roster: pd.DataFrame) -> None:
    """Write the roster under a title, with one date that can be read two ways."""
    sheet.append(["Employee data as of 15 January 2025"])
    sheet.append([])
    sheet.append(list(roster.columns))
    for row in roster.itertuples(index=False):
        sheet.append([_cell(value) for value in row])
    sheet.cell(row=9, column=4, value="03/04/2019")


def _write_cycle(sheet: Worksheet, table: pd.DataFrame, cycle: str, number: int) -> None:
    """Write one half-year: two title rows, a blank one, the table, a totals row, a footnote."""
    half = "first" if cycle.endswith("1") else "second"
    sheet.append([f"Engineering calibration, {half} half of {cycle[:4]}"])
    sheet.append(["Confidential - calibration committee only"])
    sheet.append([])
    headers = [DRIFT.get(name, (name,) * 3)[number % 3] for name in table.columns]
    sheet.append(headers)
    for cell in sheet[4]:
        cell.font = Font(bold=True)
    table = table.assign(**{"Overall Rating": _spell(table["Overall Rating"], number)})
    for row in table.itertuples(index=False):
        sheet.append([_cell(value) for value in row])
    first, last = 5, 4 + len(table)
    _add_dirt(sheet, headers, first, last, number)
    totals: list[object] = [None] * len(headers)
    totals[0] = "Total"
    commits = headers.index("Commits")
    totals[commits] = float(table["Commits"].sum())
    sheet.append([])
    sheet.append(totals)
    sheet.append(["* Story points were re-based in 2023."])


def _add_dirt(sheet: Worksheet, headers: list[str], first: int, last: int, number: int) -> None:
    """Plant what people do to cells by hand, a little of it in every sheet."""
    commits = headers.index("Commits") + 1
    reviews = headers.index("Code Reviews") + 1
    level = next(k for k, name in enumerate(headers) if name in DRIFT["Job Level"]) + 1
    sheet.cell(row=first + 3, column=commits, value="n/a")
    sheet.cell(row=first + 11, column=reviews, value=-4)
    sheet.cell(row=first + 17, column=level, value=f" {sheet.cell(first + 17, level).value} ")
    if number == 2:
        sheet.cell(row=first + 6, column=commits, value="about 30")
        sheet.cell(row=first + 8, column=commits, value="#REF!")
    if number % 2 == 0:
        # A row pasted twice.
        for column in range(1, len(headers) + 1):
            sheet.cell(row=last + 1, column=column, value=sheet.cell(last, column).value)
    if number == 4:
        sheet.row_dimensions[last + 1].hidden = True


def _overall_ratings(ratings: pd.DataFrame) -> pd.DataFrame:
    """Put the manager's and the person's own rating side by side."""
    wide = ratings[ratings["Reviewer Type"].isin(["Manager", "Self"])].pivot_table(
        index=["Employee ID", "Review Cycle"], columns="Reviewer Type", values="Rating"
    )
    return wide.rename(columns={"Manager": "Overall Rating", "Self": "Self Rating"}).reset_index()


def _spell(ratings: pd.Series, number: int) -> list[object]:
    """Write a rating as numbers, as words, or as a bit of everything, by half-year."""
    rng = np.random.default_rng(SEED + number)
    spelled: list[object] = []
    for value in ratings:
        if pd.isna(value):
            spelled.append("Too New To Rate" if rng.random() < 0.5 else None)
            continue
        style = (0, 1, 2)[number % 3] if rng.random() < 0.9 else int(rng.integers(0, 3))
        mark = int(value)
        spelled.append((mark, WORDS[mark], f"{mark} - {WORDS[mark]}")[style])
    return spelled


def _cell(value: object) -> object:
    """Turn a frame's value into a cell's; missing becomes an empty cell."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, np.generic):
        return value.item()
    return value


def _save(book: Workbook, path: Path) -> None:
    """Save with fixed dates, so that a second run writes the same content."""
    book.properties.created = WRITTEN
    book.properties.modified = WRITTEN
    book.save(path)


if __name__ == "__main__":
    made = workbench.make_company(people=400, cycles=8, seed=SEED)
    write_clean(made, HERE / "clean_company.xlsx")
    write_messy(made, HERE / "messy_company.xlsx")
    PLANTED.mkdir(exist_ok=True)
    made.truth.declines.to_csv(PLANTED / "declines.csv", index=False)
    made.truth.roles.query("role != 'None'").to_csv(PLANTED / "roles.csv", index=False)
