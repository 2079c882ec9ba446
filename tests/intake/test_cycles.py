import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake.cycles import find_gaps, find_overlaps, order_cycles, read_cycle, split_cycle

SPELLINGS = {
    "2024H1": "2024H1|2024 H1|H1 2024|1H24|1H 2024|H1'24|2024-H1|2024_h1|Mid-Year 2024|"
    "Midyear 2024|2024 mid-year review|Spring 2024|First Half 2024|2024 1st half|"
    "Jan - Jun 2024|S1 2024|2024-01-01 - 2024-06-30|Reviews 2024 H1 (final)|FY24 H1|"
    "Half 1 2024|1. Halbjahr 2024|1er semestre 2024|1er semestre de 2024|Primer semestre 2024|"
    "Mi-ann\u00e9e 2024|HJ1 2024|2024 S1",
    "2024H2": "2024H2|2H24|Year-End 2024|Year End Review 2024|EOY 2024|Fall 2024|Autumn 2024|"
    "Jul \u2013 Dec 2024|Second Half 2024|Zweites Halbjahr 2024|Fin de a\u00f1o 2024|"
    "Jahresende 2024|2. Halbjahr 2024",
    "2025Q2": "FY25 Q2|Q2 FY25|FY25Q2|2025Q2|Q2-2025|Q2'25|2Q25|2025 Quarter 2|Apr - Jun 2025|"
    "2. Quartal 2025|2e trimestre 2025",
    "2024": "2024|FY24|FY2024|Annual 2024|2024 Annual Review|Performance 2024|Jan - Dec 2024",
    "2025": "2024/25|FY2024/25|2024-2025|FY24-25|FY25",
    "2024-06": "2024-06|2024/06|06/2024|Jun 2024|June 2024|Jun-24|2024 June|2024-06-30|30.06.2024|"
    "06/30/2024|202406|June 30, 2024|20240630|Juni 2024|juin 2024|junio de 2024",
    "2024T2": "T2 2024|2024 Trimester 2",
    "2024-03": "Apr 2023 - Mar 2024",
}
CASES = [(text, cycle) for cycle, texts in SPELLINGS.items() for text in texts.split("|")]


@pytest.mark.parametrize(("text", "cycle"), CASES)
def test_one_period_has_one_name_however_it_is_spelled(text, cycle):
    assert read_cycle(text) == cycle


@pytest.mark.parametrize(
    ("value", "cycle"),
    [
        (2024, "2024"),
        (2024.0, "2024"),
        (202406.0, "2024-06"),
        (45473.0, "2024-06"),
        (dt.date(2024, 6, 30), "2024-06"),
        (dt.datetime(2024, 6, 30, 12), "2024-06"),
    ],
)
def test_numbers_and_dates_are_periods_too(value, cycle):
    assert read_cycle(value) == cycle


@pytest.mark.parametrize(
    "value", ["", "H1", "Q3", "reviews", "12", "cycle 3", None, True, 3.0, 2024.5, "03/04/2024"]
)
def test_what_names_no_period_is_not_guessed(value):
    assert read_cycle(value) is None


@pytest.mark.parametrize(
    ("header", "cycle", "rest"),
    [
        ("2023 Completed Performance Rating", "2023", "Completed Performance Rating"),
        ("Rating (2024H1)", "2024H1", "Rating"),
        ("Annual Rating 2020", "2020", "Rating"),
        ("Mid-Year Performance Rating 2024", "2024H1", "Performance Rating"),
        ("FY25 Talent Indicator", "2025", "Talent Indicator"),
        ("commits_2024_h1", "2024H1", "commits"),
        ("Level 04", None, "Level 04"),
    ],
)
def test_the_cycle_is_pulled_out_of_a_header(header, cycle, rest):
    assert split_cycle(header) == (cycle, rest)


def test_cycles_of_one_kind_sort_as_they_are():
    spelled = ["Year-End 2023", "Mid-Year 2023", "Mid-Year 2024"]
    assert sorted(order_cycles(spelled).values()) == ["2023H1", "2023H2", "2024H1"]


def test_mixed_kinds_of_one_year_are_named_by_their_end():
    names = order_cycles(["2023", "H1 2023", "Q3 2023", "2023-11"])
    assert sorted(names, key=names.get) == ["H1 2023", "Q3 2023", "2023-11", "2023"]


def test_a_change_from_years_to_halves_needs_no_other_names():
    assert set(order_cycles(["2022", "2023H1", "2023H2"]).values()) == {"2022", "2023H1", "2023H2"}


def test_four_seasons_are_quarters_and_stay_apart():
    names = order_cycles([f"{season} 2024" for season in ("Winter", "Spring", "Summer", "Fall")])
    assert list(names.values()) == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]


def test_a_name_without_a_period_is_kept():
    assert order_cycles(["Pilot", "2024H1"]) == {"Pilot": "Pilot", "2024H1": "2024H1"}


@pytest.mark.parametrize(
    ("cycles", "gaps"),
    [
        (["2022H1", "2022H2", "2023H2"], ["2023H1"]),
        (["2022Q4", "2023Q2"], ["2023Q1"]),
        (["2020", "2023"], ["2021", "2022"]),
        (["2022H1", "2022H2"], []),
        (["2022H1", "2023Q3"], []),
        ([], []),
    ],
)
def test_missing_cycles_are_named(cycles, gaps):
    assert find_gaps(cycles) == gaps


@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.dates(), st.none()))
def test_anything_can_be_asked_for_its_cycle(value):
    cycle = read_cycle(value)
    assert cycle is None or read_cycle(cycle) == cycle


@given(st.lists(st.text(max_size=20), max_size=6))
def test_any_names_can_be_put_in_order(texts):
    assert set(order_cycles(texts)) == set(texts)


@given(st.integers(1990, 2089), st.sampled_from(["H", "Q"]), st.integers(1, 2))
def test_canonical_names_are_read_as_themselves(year, kind, number):
    name = f"{year}{kind}{number}"
    assert read_cycle(name) == read_cycle(f"{kind}{number} {year}") == name


def test_the_french_t_is_a_quarter_where_there_are_four():
    assert order_cycles(["T1 2024", "T4 2024"]) == {"T1 2024": "2024Q1", "T4 2024": "2024Q4"}
    assert order_cycles(["T1 2024", "T3 2024"]) == {"T1 2024": "2024T1", "T3 2024": "2024T3"}


def test_cycles_that_lie_within_each_other_are_named():
    names = order_cycles(["2024", "H1 2024", "H2 2023", "2023"]).values()
    assert find_overlaps(names) == [
        ("2023-12 H2", "2023-12 year"),
        ("2024-06 H1", "2024-12 year"),
    ]


def test_months_that_are_missing_in_their_rhythm_are_named():
    assert find_gaps(["2022-03", "2022-09", "2023-03", "2024-03"]) == ["2023-09"]
    assert find_gaps(["2022-03", "2022-04", "2023-01"]) == []
