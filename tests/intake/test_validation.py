import numpy as np
import openpyxl
import pandas as pd
import pytest

from workbench.intake.profiles import Choices
from workbench.intake.reading import read_panel


def problems_of(**columns):
    table = {name.replace("_", " "): values for name, values in columns.items()}
    return read_panel(pd.DataFrame(table)).problems


def found(problems, reason):
    return problems[problems["reason"] == reason].reset_index(drop=True)


def people(n):
    return [f"E{i}" for i in range(n)]


def test_the_frame_has_the_same_columns_whether_there_are_problems_or_not():
    names = ["severity", "reason", "sheet", "cell", "person_id", "field", "value", "message"]
    assert list(problems_of(Employee_ID=["E1"], Cycle=["2024"]).columns) == names


def test_the_most_severe_come_first():
    problems = problems_of(
        Employee_ID=["E1", ""], Cycle=["2024"] * 2, Commits=["#REF!", 3], Talks=[-1, 1]
    )
    order = problems["severity"].map({"error": 0, "warning": 1, "note": 2})
    assert order.is_monotonic_increasing
    assert order.nunique() == 3


def test_repeats_are_listed_up_to_a_limit_and_then_counted():
    problems = problems_of(Employee_ID=people(34), Cycle=["2024"] * 34, Commits=["x"] * 34)
    repeats = found(problems, "not_a_number")
    assert len(repeats) == 21
    assert repeats["cell"].tolist()[:2] == ["C2", "C3"]
    assert "and 14 more cells" in repeats["message"].iloc[-1]
    assert repeats["person_id"].tolist()[:20] == people(20)


def test_a_row_with_values_but_nobody_is_an_error():
    problems = problems_of(Employee_ID=["E1", ""], Cycle=["2024"] * 2, Title=["a", "b"])
    [row] = found(problems, "missing_person_id")[["severity", "cell"]].to_numpy().tolist()
    assert row == ["error", "A3"]


def test_a_row_without_a_cycle_is_an_error_and_is_left_out():
    intake = read_panel(pd.DataFrame({"Employee ID": ["E1", "E2"], "Cycle": ["2024", ""]}))
    assert found(intake.problems, "missing_cycle")["cell"].tolist() == ["B3"]
    assert intake.panel.reviews["person_id"].tolist() == ["E1"]


@pytest.mark.parametrize(
    ("header", "value"), [("Commits", -1), ("Leave Share", 450), ("FTE", -0.2), ("Age", 7)]
)
def test_impossible_numbers_are_missing_and_told(header, value):
    intake = read_panel(pd.DataFrame({"Employee ID": ["E1"], "Cycle": ["2024"], header: [value]}))
    [message] = found(intake.problems, "impossible_number")["message"]
    assert message.startswith(f'{header}: "{value}" cannot be: a value')
    field = header.lower().replace(" ", "_")
    frame = intake.panel.people if field == "age" else intake.panel.reviews
    assert frame[field].isna().all()


def test_same_rows_are_a_note_and_different_ones_a_warning():
    problems = problems_of(
        Employee_ID=["E1", "E1", "E2", "E2"], Cycle=["2024"] * 4, Commits=[1, 1, 2, 3]
    )
    assert found(problems, "repeated_rows")[["severity", "cell"]].to_numpy().tolist() == [
        ["note", "A3"]
    ]
    [conflict] = found(problems, "conflicting_rows").to_dict("records")
    assert (conflict["severity"], conflict["cell"], conflict["person_id"]) == (
        "warning",
        "A5",
        "E2",
    )
    assert "differ in commits" in conflict["message"]


def test_of_different_rows_the_last_counts_and_gaps_are_filled():
    table = pd.DataFrame(
        {"Employee ID": ["E1"] * 2, "Cycle": "2024", "Commits": [1, 3], "Talks": [5, None]}
    )
    assert read_panel(table).panel.reviews[["commits", "talks"]].to_numpy().tolist() == [[3, 5]]


def test_a_promotion_before_the_first_day_is_told_once():
    problems = problems_of(
        Employee_ID=["E1", "E1"],
        Cycle=["2023", "2024"],
        Hire_Date=["2020-05-01"] * 2,
        Promotion_Date=["2019-01-01"] * 2,
    )
    assert found(problems, "promotion_before_hire")["cell"].tolist() == ["D2"]


def test_circles_of_managers_are_told_once():
    problems = problems_of(
        Employee_ID=["A", "B", "C", "D"] * 2,
        Cycle=["2023"] * 4 + ["2024"] * 4,
        Manager_ID=["B", "C", "A", "A"] * 2,
    )
    [row] = found(problems, "manager_circle").to_dict("records")
    assert row["cell"] == "C2"
    assert "C manages B manages A manages C" in row["message"]


def test_people_who_manage_themselves_are_a_circle():
    problems = problems_of(Employee_ID=["A", "B"], Cycle=["2024"] * 2, Manager_ID=["A", "A"])
    assert len(found(problems, "manager_circle")) == 1


@pytest.mark.parametrize(
    ("title", "noted"), [("Zorblax III", True), ("Product Manager", False), ("Accountant", False)]
)
def test_titles_without_a_known_word_are_noted(title, noted):
    problems = problems_of(Employee_ID=["E1"], Cycle=["2024"], Job_Title=[title])
    assert found(problems, "unreadable_title").empty is not noted


def test_one_name_in_two_spellings_is_noted_where_it_is_the_rarer_one():
    teams = ["Search", "search", "Search", " SEARCH ", "Ads", None, "search", "Search"]
    problems = problems_of(Employee_ID=people(8), Cycle=["2024"] * 8, Team=teams)
    noted = found(problems, "two_spellings")
    assert noted[["cell", "value"]].to_numpy().tolist() == [["C3", "search"], ["C5", "SEARCH"]]
    assert set(noted["severity"]) == {"note"}
    alike = problems_of(Employee_ID=people(2), Cycle=["2024"] * 2, Team=["Search", "Ads"])
    assert found(alike, "two_spellings").empty


def test_missing_and_unreadable_cycles_are_told():
    problems = problems_of(Employee_ID=["E1"] * 3, Cycle=["2022H1", "2023H1", "Pilot"])
    assert found(problems, "missing_cycle")["value"].tolist() == ["2022H2"]
    assert found(problems, "unreadable_cycle")["value"].tolist() == ["Pilot"]


def test_groups_of_fields_that_are_absent_are_told():
    reasons = set(problems_of(Employee_ID=["E1"], Cycle=["2024"])["reason"])
    assert {"no_titles", "no_ratings", "no_technical_output", "no_managers"} <= reasons
    full = problems_of(
        Employee_ID=["E1"],
        Cycle=["2024"],
        Title=["Engineer"],
        Rating=[3],
        Commits=[1],
        Manager=["E1"],
    )
    assert not {"no_titles", "no_ratings", "no_technical_output", "no_managers"} & set(
        full["reason"]
    )


def test_unknown_rating_words_are_told_with_what_to_do():
    problems = problems_of(
        Employee_ID=people(3), Cycle=["2024"] * 3, Rating=["Meets", "Exceedss", "Below"]
    )
    [row] = found(problems, "unknown_rating").to_dict("records")
    assert (row["cell"], row["value"], row["field"]) == ("C3", "Exceedss", "rating_manager")
    assert "Below, Meets or Exceeds" in row["message"]


def test_text_of_the_sheet_cannot_change_a_message():
    problems = problems_of(Employee_ID=["E1"], Cycle=["2024"], Commits=["{value} {0} %s"])
    assert '"{value} {0} %s" is not a number' in found(problems, "not_a_number")["message"].iloc[0]


def test_a_clean_table_has_no_problems_but_notes():
    rng = np.random.default_rng(0)
    problems = problems_of(
        Employee_ID=people(20),
        Cycle=["2024H1"] * 20,
        Job_Title=["Software Engineer"] * 20,
        Manager_ID=["E0"] * 19 + [None],
        Rating=rng.integers(1, 6, 20),
        Commits=rng.poisson(9, 20),
    )
    assert set(problems["severity"]) <= {"note", "warning"}
    assert set(problems["reason"]) <= {"no_force_multiplier", "manager_circle"}


def test_hidden_rows_and_columns_are_left_out_and_listed(tmp_path):
    book = openpyxl.Workbook()
    rows = [["Employee ID", "Cycle", "Commits", "Talks"]]
    rows += [[f"E{i}", "2024", i, i] for i in range(1, 7)]
    for row in rows:
        book.active.append(row)
    for row in (3, 4, 6):
        book.active.row_dimensions[row].hidden = True
    book.active.column_dimensions["D"].hidden = True
    book.save(tmp_path / "a.xlsx")
    intake = read_panel(tmp_path / "a.xlsx")
    assert intake.panel.reviews["person_id"].tolist() == ["E1", "E4", "E6"]
    assert "talks" not in intake.panel.reviews
    [rows_out] = found(intake.problems, "hidden_rows").to_dict("records")
    assert (rows_out["severity"], rows_out["cell"], rows_out["value"]) == (
        "warning",
        "A3",
        "3 to 4, 6",
    )
    [column_out] = found(intake.problems, "hidden_column").to_dict("records")
    assert (column_out["cell"], column_out["value"]) == ("D1", "Talks")
    whole = read_panel(tmp_path / "a.xlsx", choices=Choices(hidden=True))
    assert len(whole.panel.reviews) == 6
    assert whole.panel.reviews["talks"].tolist() == [1, 2, 3, 4, 5, 6]
    assert not {"hidden_rows", "hidden_column"} & set(whole.problems["reason"])


def test_one_address_or_one_name_and_first_day_under_two_ids_is_told():
    problems = problems_of(
        Employee_ID=["E1", "E2", "E3", "E4", "E5"],
        Cycle=["2024"] * 5,
        Email=["a@x.org", "A@x.org", "c@x.org", "d@x.org", "e@x.org"],
        Name=["Ada King", "Ada K.", "Bo Ng", "Bo Ng", "Bo Ng"],
        Hire_Date=["2020-01-01", "2020-01-01", "2021-05-05", "2021-05-05", "2022-01-01"],
    )
    doubles = found(problems, "duplicate_person")
    assert sorted(doubles["cell"]) == ["C3", "D5"]
    assert set(doubles["severity"]) == {"warning"}


def test_a_cycle_without_ratings_and_a_person_without_one_are_told():
    problems = problems_of(
        Employee_ID=["E1", "E2", "E3", "E1", "E2", "E3"],
        Cycle=["2023"] * 3 + ["2024"] * 3,
        Rating=[3, None, "Too New To Rate", None, None, None],
    )
    [cycle] = found(problems, "cycle_without_rating").to_dict("records")
    assert (cycle["severity"], cycle["cell"], cycle["value"]) == ("warning", "C5", "2024")
    person = found(problems, "missing_rating")
    assert person[["severity", "cell", "person_id"]].to_numpy().tolist() == [["note", "C3", "E2"]]


def test_cycles_that_overlap_are_told():
    problems = problems_of(Employee_ID=["E1"] * 3, Cycle=["2023H2", "2024H1", "2024"])
    assert found(problems, "overlapping_cycles")["value"].tolist() == ["2024-06 H1, 2024-12 year"]


def test_a_second_table_without_people_is_said_to_be_left_out(make_workbook):
    rows = [["Employee ID", "Cycle", "Commits"], ["E1", "2024", 3], []]
    rows += [["Team", "Location"], ["Core", "Rome"]]
    problems = read_panel(make_workbook({"S": rows})).problems
    [left] = found(problems, "table_left_out").to_dict("records")
    assert (left["severity"], left["cell"]) == ("warning", "A4")
    assert '"Team", "Location"' in left["message"]


def test_columns_filled_to_the_edge_without_a_header_are_told_once(make_workbook):
    rows = [["Employee ID", "Cycle", "Commits"]]
    rows += [[f"E{i}", "2024", i, *["x"] * 400] for i in range(1, 4)]
    problems = read_panel(make_workbook({"S": rows})).problems
    [left] = found(problems, "columns_without_header").to_dict("records")
    assert (left["cell"], left["message"][:3]) == ("D1", "400")
