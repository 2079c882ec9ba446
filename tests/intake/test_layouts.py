import datetime as dt

import numpy as np
import pytest

from workbench.intake.files.readers import Sheet
from workbench.intake.headers.header_rows import find_header, find_headers
from workbench.intake.layouts import find_tables, is_aside, settle_tables


def sheet_of(rows, name="Sheet1", file="reviews.xlsx"):
    width = max(map(len, rows))
    table = np.full((len(rows), width), "", dtype=object)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            table[i, j] = "" if cell is None else cell
    return Sheet(name, tuple(table.T.copy()), file=file)


def tables_of(*sheets):
    found = [t for s in sheets for header in find_headers(s) for t in find_tables(s, header)]
    return settle_tables(found)


def people(table):
    return table.cells(table.person_columns[0]).tolist()


HEADERS = ["Employee ID", "Job Title", "Rating", "Commits"]
E1 = ["E1", "Software Engineer", 4.0, 10.0]
E2 = ["E2", "Staff Engineer", 5.0, 20.0]


@pytest.mark.parametrize(
    "above",
    [
        [],
        [["Performance Reviews"]],
        [["Performance Reviews 2024", None, None, "Confidential"], []],
        [["Acme"], ["Reviews, all engineers"], [], ["Prepared by HR", None, dt.date(2024, 7, 1)]],
        [[None, "Who", "How", None]],
    ],
)
def test_the_header_is_found_below_titles(above):
    header = find_header(sheet_of([*above, HEADERS, E1, E2]))
    assert header.row == len(above)
    assert header.names == tuple(HEADERS)


def test_an_unknown_header_is_the_first_row_that_is_as_wide_as_the_table():
    header = find_header(
        sheet_of([["A title"], ["Foo", "Bar", "Baz"], ["a", 1.0, 2.0], ["b", 3.0, 4.0]])
    )
    assert header.names == ("Foo", "Bar", "Baz")


def test_of_two_header_rows_the_other_is_no_person():
    keys, labels = ["USERID", "TITLE", "rating"], ["User ID", "Job Title", "Rating"]
    [table] = tables_of(sheet_of([keys, labels, ["E1", "Engineer", 4.0]]))
    assert people(table) == ["E1"]


def test_columns_without_a_header_are_named_by_their_letter_and_doubles_by_number():
    header = find_header(
        sheet_of([["Employee ID", "Rating", None, None, "Rating"], ["E1", 4.0, "x", None, 5.0]])
    )
    assert header.names == ("Employee ID", "Rating", "Column C", "Rating (2)")
    assert header.columns == (0, 1, 2, 4)


def test_rows_that_are_no_people_are_left_out_and_listed():
    rows = [
        HEADERS,
        E1,
        [],
        HEADERS,
        E2,
        ["Payments Total", None, None, 20.0],
        ["Total", None, 4.5, 30.0],
        [None, None, 4.5, 30.0],
        ["* Ratings are before calibration."],
        [],
        [],
    ]
    [table] = tables_of(sheet_of(rows))
    assert people(table) == ["E1", "E2"]
    assert {out.reason: out.rows.tolist() for out in table.left_out} == {
        "blank_row": [2],
        "total_row": [5, 6, 7],
        "footnote": [8],
        "repeated_header": [3],
    }


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL:", "Grand Total", "Subtotal", "Average", "Sum", "Gesamt"]
)
def test_totals_are_no_people(label):
    [table] = tables_of(sheet_of([HEADERS, E1, E2, [label, None, 4.5, 30.0]]))
    assert people(table) == ["E1", "E2"]


@pytest.mark.parametrize(
    "below",
    [["Total", None, 4.5], ["Grand total:", None, None], ["* Before calibration", None, None]],
)
def test_a_total_or_note_in_the_column_of_names_is_no_person(below):
    headers = ["Name", "Employee ID", "Rating"]
    rows = [headers, ["Ada King", "E1", 4.0], ["Null", "E2", 3.0], ["Sum Wong", "E3", None], below]
    [table] = tables_of(sheet_of(rows))
    assert people(table) == ["E1", "E2", "E3"]


@pytest.mark.parametrize(
    "person", ["Null", "Max Sum", "Mean Kim", "Count Olaf", "Note Svensson", "True"]
)
def test_people_with_odd_names_are_people(person):
    headers = ["Name", "Job Title", "Rating"]
    rows = [headers, ["Ada King", "Engineer", 4.0], [person, "Engineer", 3.0]]
    [table] = tables_of(sheet_of(rows))
    assert people(table) == ["Ada King", person]


def test_a_row_with_data_but_nobody_is_kept_so_that_it_can_be_reported():
    [table] = tables_of(sheet_of([HEADERS, E1, [None, "Engineer", 4.0, 3.0], E2]))
    assert len(table.rows) == 3


@pytest.mark.parametrize(
    ("name", "title", "file", "cycle"),
    [
        ("2024H1", [], "reviews.xlsx", "2024H1"),
        ("Reviews H1 2024", [], "reviews_2020.xlsx", "2024H1"),
        ("Sheet1", [["Year-End Reviews 2023"]], "reviews.xlsx", "2023H2"),
        ("Sheet1", [["Reviews, exported 2024-07-05"]], "reviews.xlsx", None),
        ("Sheet1", [], "reviews_2022_q3.xlsx", "2022Q3"),
        ("Sheet1", [], "reviews.xlsx", None),
    ],
)
def test_the_cycle_stands_in_the_sheets_name_the_title_or_the_files_name(name, title, file, cycle):
    [table] = tables_of(sheet_of([*title, HEADERS, E1], name, file))
    assert table.cycle == cycle
    assert table.kind == "reviews"


def test_a_cycle_column_counts_before_the_sheets_name():
    [table] = tables_of(
        sheet_of([["Employee ID", "Cycle", "Rating"], ["E1", "2023H1", 4.0]], "2024")
    )
    assert table.cycle is None
    assert table.find("cycle") == 1


def test_a_sheet_without_a_cycle_beside_others_is_a_roster():
    reviews = sheet_of([HEADERS, E1, E2], "2024H1")
    roster = sheet_of(
        [["Employee ID", "Name", "Gender"], ["E1", "Ada", "F"]], "People", "a_2024.xlsx"
    )
    assert [table.kind for table in tables_of(roster, reviews)] == ["reviews", "reviews"]
    roster = sheet_of([["Employee ID", "Name", "Gender"], ["E1", "Ada", "F"]], "People")
    assert [table.kind for table in tables_of(roster, reviews)] == ["roster", "reviews"]


def test_copies_of_a_sheet_with_the_same_people_are_cycles_of_that_name():
    tables = tables_of(sheet_of([HEADERS, E1, E2], "Wave A"), sheet_of([HEADERS, E1, E2], "Wave B"))
    assert [table.cycle for table in tables] == ["Wave A", "Wave B"]


def test_sheets_of_other_people_are_of_one_cycle():
    tables = tables_of(sheet_of([HEADERS, E1], "Payments"), sheet_of([HEADERS, E2], "Search"))
    assert [table.cycle for table in tables] == [None, None]


def test_cycles_in_the_headers_become_tables():
    headers = ["Employee ID", "Gender", "2023 Rating", "2024 Rating", "2024 Commits", "Rating"]
    rows = [headers, ["E1", "F", 3.0, 4.0, 10.0, 9.0], ["E2", "M", None, 5.0, 20.0, 9.0]]
    first, second = tables_of(sheet_of(rows))
    assert (first.cycle, people(first)) == ("2023", ["E1"])
    assert (second.cycle, people(second)) == ("2024", ["E1", "E2"])
    assert second.cells(second.find("rating_manager")).tolist() == [4.0, 5.0]
    assert second.cells(second.find("commits")).tolist() == [10.0, 20.0]
    assert first.find("commits") is None
    assert [m.header for m in second.matches if m.field is None and m.cycle is None] == ["Rating"]


def test_last_years_rating_on_a_sheet_of_this_year_is_not_the_rating():
    headers = ["Employee ID", "2023 Rating", "2024 Rating"]
    [table] = tables_of(sheet_of([headers, ["E1", 3.0, 4.0]], "2024"))
    assert table.cells(table.find("rating_manager")).tolist() == [4.0]
    assert table.matches[1].field is None


def test_a_row_for_each_rating_is_a_sheet_of_ratings():
    headers = ["Employee ID", "Cycle", "Reviewer ID", "Rating"]
    rows = [headers, ["E1", "2024H1", "E2", 4.0], ["E1", "2024H1", "E3", 5.0]]
    assert [table.kind for table in tables_of(sheet_of(rows))] == ["ratings"]
    assert [table.kind for table in tables_of(sheet_of(rows[:2]))] == ["reviews"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Read me", [["About this workbook", "Version"], ["It holds reviews.", 2.0]]),
        ("Sheet9", [["Field", "Description"], ["Rating", "From 1 to 5"]]),
        ("Summary", [["Department", "Mean"], ["Core", 3.4]]),
        ("Notes", [["Some text"]]),
    ],
)
def test_covers_and_dictionaries_are_told_from_tables(name, rows):
    sheet = sheet_of(rows, name)
    assert is_aside(sheet, find_header(sheet))


def test_a_table_of_numbers_is_no_cover():
    sheet = sheet_of([["Commits", "Rating", "Team"], [1.0, 2.0, "Core"]], "Data")
    assert not is_aside(sheet, find_header(sheet))


def test_people_whose_first_column_reads_like_headers_are_still_people():
    rows = [["Team", "Employee ID", "Rating"]]
    rows += [["Team", f"E{n}", 3.0] for n in range(5)]
    [table] = tables_of(sheet_of(rows))
    assert table.cells(1).tolist() == [f"E{n}" for n in range(5)]


def test_the_headers_of_the_next_table_are_no_list_of_headers():
    rows = [
        ["Calibration 2023H1", "", ""],
        ["Hire Date", "Employee ID", "Rating"],
        ["2020-01-02", "E1", 3.0],
        ["", "", ""],
        ["Calibration 2023H2", "", ""],
        ["Hire Date", "Employee ID", "Rating"],
        ["2020-01-02", "E1", 4.0],
    ]
    assert [table.cycle for table in tables_of(sheet_of(rows))] == ["2023H1", "2023H2"]


def test_an_unknown_column_of_a_cycle_belongs_to_that_cycle():
    headers = ["Employee ID", "2023 Rating", "2024 Rating", "2024 9-Box Label", "Guild"]
    rows = [headers, ["E1", 3.0, 4.0, "Star", "Data"], ["E2", 3.0, None, "Core", "Web"]]
    first, second = tables_of(sheet_of(rows))
    assert [m.header for m in first.matches if m.field is None and m.cycle is None] == ["Guild"]
    kept = [m.header for m in second.matches if m.field is None and m.cycle is None]
    assert kept == ["9-Box Label", "Guild"]
    # A label alone is something that was said of the person in that cycle.
    assert people(second) == ["E1", "E2"]
