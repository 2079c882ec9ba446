"""What was understood, as a person looks it over."""

import pandas as pd

from workbench.intake.overview import count_intake, describe_rows, list_dates, list_headers
from workbench.intake.profiles import Choices
from workbench.intake.reading import interpret, read_panel

TABLE = pd.DataFrame(
    {
        "Employee ID": ["E1", "E2", "E3"],
        "Employee Name": ["Ada King", "Bo Ng", "Cy Lu"],
        "Cycle": ["2024H1"] * 3,
        "Commits": [3, "many", 5],
        "Reverted Commits": [0, 1, 0],
        "Guild": ["Data", "Web", "Data"],
        "Base Salary": [1, 2, 3],
        "Joined": ["03/04/2019", "2020-01-01", "2021-01-01"],
    }
)


def test_each_header_stands_once_with_its_cells():
    intake = read_panel(
        {"2024H1": TABLE.drop(columns="Cycle"), "2024H2": TABLE.drop(columns="Cycle")}
    )
    headers = list_headers(intake).set_index("header")
    assert len(headers) == 7
    assert set(headers["sheets"]) == {2}
    assert headers.loc["Commits", ["field", "look"]].tolist() == ["commits", False]
    assert headers.loc["Commits", "samples"] == ("3", "many", "5")
    assert headers.loc["Reverted Commits", "field"] is None
    assert headers.loc["Reverted Commits", "kind"] == "number"
    assert headers.loc["Guild", "kind"] == "category"
    assert headers["private"].to_dict() == {
        "Employee ID": False,
        "Employee Name": True,
        "Commits": False,
        "Reverted Commits": False,
        "Guild": False,
        "Base Salary": True,
        "Joined": False,
    }


def test_the_cycles_of_a_wide_table_are_one_header():
    wide = pd.DataFrame({"Employee ID": ["E1"], "2023 Rating": [3], "2024 Rating": [4]})
    headers = list_headers(read_panel(wide))
    assert headers["header"].tolist() == ["Employee ID", "2023 Rating"]


def test_a_date_question_stays_listed_after_its_answer():
    intake = read_panel(TABLE)
    assert list_dates(intake).to_numpy().tolist() == [["Joined", "03/04/2019", ""]]
    answered = interpret(intake.reading, Choices(dates={"Joined": "day"}))
    assert list_dates(answered).to_numpy().tolist() == [["Joined", "", "day"]]


def test_counts_follow_the_choices():
    intake = read_panel(TABLE)
    fewer = interpret(intake.reading, Choices(columns={"Commits": None}))
    before, after = count_intake(intake), count_intake(fewer)
    assert before["columns"] - after["columns"] == 1
    assert before["people"] == after["people"] == 3


def test_the_row_around_a_problem_names_nobody():
    intake = read_panel(TABLE)
    problems = intake.problems
    described = dict(zip(problems["reason"], describe_rows(intake, problems), strict=True))
    assert described["not_a_number"].startswith("Employee ID: E2; Cycle: 2024H1; Commits: many")
    assert not any("Bo" in text or "Salary" in text for text in described.values())
    assert described["no_titles"] == ""
