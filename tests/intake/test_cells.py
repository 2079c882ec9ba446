import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake.cells import (
    NO_RESULT,
    by_value,
    is_blank,
    read_dates,
    read_ids,
    read_number,
    read_numbers,
    read_shares,
    read_text,
    read_unknown,
    show_value,
    split_errors,
)


def cells(*values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def test_ids_are_text_with_their_zeros_and_a_person_called_null_stays():
    read = read_ids(cells("0042", 42.0, "42.0", " E7 ", "Null", "NA", "N/A", "NO_MGR", ""))
    assert read.tolist()[:6] == ["0042", "42", "42", "E7", "Null", "NA"]
    assert read.isna().tolist() == [False] * 6 + [True] * 3


def test_text_loses_only_the_spaces_around_it():
    assert read_text(cells(" a\u00a0 b ", 5.0, True, "")).tolist()[:3] == ["a b", "5", "TRUE"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (5.0, 5),
        ("5", 5),
        ("1,234", 1234),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1'234", 1234),
        ("3,5", 3.5),
        ("85%", 0.85),
        ("-4", -4),
        ("\u22124", -4),
        ("1e3", 1000),
    ],
)
def test_numbers_are_read_as_people_write_them(cell, number):
    assert read_number(cell) == number


@pytest.mark.parametrize("cell", ["", "n/a", "-", "TBD", float("nan"), float("inf")])
def test_what_says_that_there_is_no_number_is_missing(cell):
    assert math.isnan(read_number(cell))


@pytest.mark.parametrize("cell", ["about 30", "12 commits", "1.2.3", True, dt.date(2024, 1, 1)])
def test_what_is_no_number_is_not_read_as_one(cell):
    assert read_number(cell) is None


def test_text_in_a_number_column_is_a_fault_with_its_place():
    values, [fault] = read_numbers(cells(3.0, "many", "", "4"))
    np.testing.assert_array_equal(values, [3, np.nan, np.nan, 4])
    assert (fault.reason, fault.positions.tolist()) == ("not_a_number", [1])


def test_missing_is_never_zero():
    values, faults = read_numbers(cells("", "", 0.0))
    np.testing.assert_array_equal(values, [np.nan, np.nan, 0])
    assert not faults


@pytest.mark.parametrize(
    ("given_cells", "shares"),
    [
        ([0.85, 1.0], [0.85, 1]),
        (["85%", 0.5], [0.85, 0.5]),
        ([85.0, 100.0, 1.0], [0.85, 1, 0.01]),
        ([0.5, 0.6, 90.0], [0.5, 0.6, 0.9]),
    ],
)
def test_shares_lie_between_zero_and_one_however_they_are_written(given_cells, shares):
    np.testing.assert_allclose(read_shares(cells(*given_cells), 1.0)[0], shares)


@pytest.mark.parametrize(
    "cell",
    [
        dt.date(2024, 4, 3),
        dt.datetime(2024, 4, 3, 9, 30),
        "2024-04-03",
        "2024/4/3",
        "2024-04-03T09:30:00",
        "2024-04-03 09:30",
        "3 Apr 2024",
        "Apr 3, 2024",
        "3rd of April 2024",
        "03-Apr-24",
        "03.04.2024",
        "20240403",
        45385.0,
        "Wednesday, April 3, 2024",
    ],
)
def test_dates_are_read_as_people_write_them(cell):
    dates, faults = read_dates(cells(cell))
    assert dates[0] == pd.Timestamp("2024-04-03")
    assert not faults


def test_day_or_month_first_is_not_guessed():
    dates, [fault] = read_dates(cells("03/04/2024", "2024-01-01", "05/05/2024"))
    assert dates.isna().tolist() == [True, False, False]
    assert (fault.reason, fault.positions.tolist()) == ("ambiguous_date", [0])


@pytest.mark.parametrize(
    ("settling", "date"), [("25/12/2023", "2024-04-03"), ("12/25/2023", "2024-03-04")]
)
def test_a_date_of_the_column_settles_the_others(settling, date):
    dates, faults = read_dates(cells("03/04/2024", settling))
    assert dates[0] == pd.Timestamp(date)
    assert not faults


def test_a_column_that_contradicts_itself_settles_nothing():
    dates, [fault] = read_dates(cells("03/04/2024", "25/12/2023", "12/25/2023"))
    assert dates.isna().tolist() == [True, False, False]
    assert fault.reason == "ambiguous_date"


def test_what_is_no_date_is_a_fault():
    dates, [fault] = read_dates(cells("soon", "2024-02-30", "", 3.0))
    assert dates.isna().all()
    assert (fault.reason, fault.positions.tolist()) == ("unreadable_date", [0, 1, 3])


def test_the_end_of_time_fits():
    assert read_dates(cells(dt.date(9999, 12, 31)))[0][0].year == 9999


def test_errors_of_excel_are_told_and_taken_out():
    cleaned, faults = split_errors(cells("#REF!", 4.0, NO_RESULT, "#N/A"))
    assert cleaned.tolist() == ["", 4.0, "", ""]
    assert {f.reason: f.positions.tolist() for f in faults} == {
        "excel_error": [0, 3],
        "formula_without_result": [2],
    }


@pytest.mark.parametrize(
    ("given_cells", "kind"),
    [
        ([1.0, "2", ""], "f"),
        (["1", "n/a"], "f"),
        (["n/a", "n/a"], "O"),
        (["01", "2"], "O"),
        (["2024-01-01", dt.date(2024, 1, 2)], "M"),
        (["a", 1.0], "O"),
        ([True, False], "O"),
    ],
)
def test_unknown_columns_are_what_all_their_cells_are(given_cells, kind):
    column = read_unknown(cells(*given_cells))
    assert (column.dtype.kind if column.dtype != "str" else "O") == kind


def test_true_is_not_one():
    codes, values = by_value(cells(True, 1.0, "TRUE"), show_value)
    assert [values[code] for code in codes] == ["TRUE", "1", "TRUE"]


def test_cells_of_spaces_are_blank():
    assert is_blank(cells("", "  ", "\u00a0", "a", 0.0)).tolist() == [
        True,
        True,
        True,
        False,
        False,
    ]


anything = st.one_of(
    st.text(max_size=20),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.from_regex(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}", fullmatch=True),
)


@given(st.lists(anything, max_size=12))
def test_any_column_can_be_read_as_anything(values):
    column = cells(*values)
    for read in (read_ids, read_text, read_unknown):
        assert len(read(column)) == len(values)
    for read in (read_numbers, read_dates, split_errors):
        assert len(read(column)[0]) == len(values)
    assert len(read_shares(column, 1.0)[0]) == len(values)


@pytest.mark.parametrize(
    ("given_cells", "numbers"),
    [
        (["1,234", "0,5"], [1.234, 0.5]),
        (["1,234", "2,25", "1.234,5", "1.500"], [1.234, 2.25, 1234.5, 1500]),
        (["1,234", "0.5"], [1234, 0.5]),
        (["1,234", "56"], [1234, 56]),
        (["1.500", "2,5"], [1500, 2.5]),
        (["0,125", "0,250"], [0.125, 0.25]),
        (["3,5", "4.5"], [3.5, 4.5]),
    ],
)
def test_the_decimal_mark_is_settled_by_the_column(given_cells, numbers):
    assert read_numbers(cells(*given_cells))[0].tolist() == numbers


@pytest.mark.parametrize(("leading", "month"), [("day", 4), ("month", 3)])
def test_the_analyst_says_whether_the_day_stands_first(leading, month):
    dates, faults = read_dates(cells("03/04/2024", "13/01/2024"), leading)
    assert dates[0].month == month
    assert dates[1] == pd.Timestamp("2024-01-13")
    assert not faults
