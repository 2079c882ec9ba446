"""Where headers are found: below titles, stacked, merged, and above each of several tables."""

import numpy as np
import pytest

from workbench.intake.files.sheet import Sheet
from workbench.intake.headers.header_rows import find_header, find_headers

HEADERS = ["Employee ID", "Job Title", "Rating", "Commits"]
E1 = ["E1", "Software Engineer", 4.0, 10.0]
E2 = ["E2", "Staff Engineer", 5.0, 20.0]


def sheet_of(rows, name="Sheet1", merged=()):
    width = max(map(len, rows))
    table = np.full((len(rows), width), "", dtype=object)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            table[i, j] = "" if cell is None else cell
    return Sheet(name, tuple(table.T.copy()), merged=tuple(merged))


STACKED = [
    ["Employee ID", "Job Title", "H1 2024", None, "H2 2024", None],
    [None, None, "Rating", "Commits", "Rating", "Commits"],
    ["E1", "Engineer", 4.0, 10.0, 5.0, 12.0],
]
MERGES = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 0, 5)]


@pytest.mark.parametrize("merged", [(), MERGES], ids=["blank cells", "merged cells"])
@pytest.mark.parametrize("above", [[], [["Calibration pack"], []]], ids=["alone", "below a title"])
def test_two_stacked_rows_are_one_header(merged, above):
    shifted = [(t + len(above), le, b + len(above), r) for t, le, b, r in merged]
    header = find_header(sheet_of([*above, *STACKED], merged=shifted))
    assert header.names == (
        "Employee ID",
        "Job Title",
        "H1 2024 Rating",
        "H1 2024 Commits",
        "H2 2024 Rating",
        "H2 2024 Commits",
    )
    assert (header.top, header.row) == (len(above), len(above) + 1)
    assert header.title == tuple(row[0] for row in above if row)


def test_a_group_is_part_of_a_name_only_where_it_says_more():
    rows = [
        ["Person", None, "Ratings", None, "Output", None],
        ["Employee ID", "Job Title", "Self Rating", "Manager Rating", "Commits", "Talks"],
        ["E1", "Engineer", 3.0, 4.0, 10.0, 1.0],
    ]
    merged = [(0, 0, 0, 1), (0, 2, 0, 3), (0, 4, 0, 5)]
    names = find_header(sheet_of(rows, merged=merged)).names
    assert names[:2] == ("Employee ID", "Job Title")
    assert names[4:] == ("Commits", "Talks")


@pytest.mark.parametrize(
    "title",
    [
        ["Performance Reviews 2024", None, None, "Confidential"],
        ["Reviews", "Draft", None, None],
        ["Reviews 2024", None, None, None],
    ],
)
def test_a_title_is_no_group(title):
    header = find_header(sheet_of([title, HEADERS, E1, E2]))
    assert header.names == tuple(HEADERS)
    assert header.title == tuple(text for text in title if text)


def test_a_person_in_the_first_row_is_no_second_header():
    header = find_header(sheet_of([["Name", "Job Title"], ["Ada King", "Engineer"]]))
    assert (header.row, header.top) == (0, 0)


def test_a_table_below_another_has_headers_of_its_own():
    rows = [HEADERS, E1, E2, [], ["Mentoring"], ["Employee ID", "Talks", "Mentees"], ["E1", 1, 2]]
    first, second = find_headers(sheet_of(rows))
    assert (first.names, first.row, first.end) == (tuple(HEADERS), 0, 3)
    assert (second.names, second.row, second.end) == (("Employee ID", "Talks", "Mentees"), 5, 7)
    assert second.title == ("Mentoring",)
    assert not first.alone


def test_the_table_with_fewer_known_columns_may_stand_first():
    small = [["Employee ID", "Talks"], ["E1", 1.0], ["E2", 2.0]]
    first, second = find_headers(sheet_of([*small, [], HEADERS, E1, E2]))
    assert (first.names, first.end) == (("Employee ID", "Talks"), 3)
    assert (second.names, second.row) == (tuple(HEADERS), 4)


def test_the_same_headers_again_are_another_table_only_below_another_cycle():
    again = [["H1 2024"], HEADERS, E1, [], ["H2 2024"], HEADERS, E2]
    assert [header.row for header in find_headers(sheet_of(again))] == [1, 5]
    printed = [["H1 2024"], HEADERS, E1, [], HEADERS, E2]
    assert [header.row for header in find_headers(sheet_of(printed))] == [1]


def test_tables_beside_each_other_are_split_at_the_blank_column():
    rows = [
        ["Employee ID", "Rating", None, "Employee ID", "Commits"],
        ["E1", 4.0, None, "E2", 7.0],
        ["E3", 3.0, None, "E4", 8.0],
    ]
    left, right = find_headers(sheet_of(rows))
    assert (left.names, left.columns) == (("Employee ID", "Rating"), (0, 1))
    assert (right.names, right.columns) == (("Employee ID", "Commits"), (3, 4))


def test_a_blank_column_within_a_table_is_decoration():
    rows = [["Employee ID", "Rating", None, "Commits"], ["E1", 4.0, None, 7.0]]
    [header] = find_headers(sheet_of(rows))
    assert header.names == ("Employee ID", "Rating", "Commits")


def test_a_table_beside_another_may_begin_lower():
    rows = [
        [*HEADERS, None, None, None],
        [*E1, None, "Scale", "Meaning"],
        [*E2, None, "1", "Below"],
    ]
    left, right = find_headers(sheet_of(rows))
    assert left.names == tuple(HEADERS)
    assert (right.names, right.row) == (("Scale", "Meaning"), 1)


def test_a_sheet_without_cells_has_no_headers():
    assert find_headers(Sheet("S", ())) == []


@pytest.mark.parametrize(("n", "kept"), [(3, 3), (300, 0)])
def test_a_few_columns_without_a_header_are_kept_and_a_sheet_filled_to_its_edge_is_not(n, kept):
    rows = [[*HEADERS, *[None] * n], [*E1, *["x"] * n], [*E2, *["x"] * n]]
    [header] = find_headers(sheet_of(rows))
    assert len(header.columns) == len(HEADERS) + kept
    assert header.unnamed == (tuple(range(4, 4 + n)) if not kept else ())
