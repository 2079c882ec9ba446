from dataclasses import replace

import pandas as pd
import pytest

from workbench.exports.tables import (
    FIRST_PROBLEMS,
    MAX_PROBLEMS,
    NOT_SHOWN,
    People,
    describe_people,
    tabulate_candidates,
    tabulate_columns,
    tabulate_declines,
    tabulate_groups,
    tabulate_problems,
    tabulate_unjudged,
)

NOBODY_NAMED = People()


def make_problems(n=1, **other):
    row = {
        "severity": "warning",
        "reason": "out_of_range",
        "sheet": "Ratings",
        "cell": "F4",
        "person_id": "E1",
        "field": "commits",
        "value": "-3",
        "message": "-3 lies below 0.",
    }
    return pd.DataFrame([row | other] * n)


def read_rows(table):
    return [dict(zip(table.headings, row, strict=True)) for row in [*table.first, *table.rest]]


def test_a_decline_has_its_interval_its_n_and_its_chance_figures(calibration):
    table = tabulate_declines(calibration.declines, calibration.promotions, NOBODY_NAMED)
    rows = read_rows(table)
    assert [row["Person"] for row in rows] == ["\u25c6\u00a0E1", "\u25c6\u00a0E2", "E3"]
    assert rows[0] == {
        "Person": "\u25c6\u00a0E1",
        "Promoted": "2023H2, Engineering Manager",
        "Difference (SD)": "\u22121.41",
        "90 % interval": "\u22121.91 to \u22120.91",
        "Cycles before + after": "3 + 3",
        "Before/after alone (SD)": "\u22121.92",
        "p": "<0.001",
        "q": "0.001",
        "What can be said": "The reason of number 1.",
    }
    assert table.marked == 2


def test_who_is_not_judged_stands_apart_with_the_reason(calibration):
    (row,) = read_rows(tabulate_unjudged(calibration.declines, NOBODY_NAMED))
    assert row["Person"] == "E4"
    assert row["Cycles after"] == "1"
    assert row["Why not judged"] == "The reason of number 4."


def test_people_with_a_role_come_first_and_the_others_behind_a_click(calibration):
    table = tabulate_candidates(calibration.candidates, NOBODY_NAMED)
    assert [row[0] for row in table.first] == ["E1", "E3", "E5", "E7"]
    assert [row[0] for row in table.rest] == ["E2", "E4", "E6", "E8"]
    assert table.summary == "4 more people"
    assert read_rows(table)[0]["Probability of the group"] == "0.87"


def test_without_separate_groups_nothing_is_said_of_them(calibration):
    alone = replace(calibration.candidates, profiles=calibration.candidates.profiles.head(1))
    headings = tabulate_candidates(alone, NOBODY_NAMED).headings
    assert "Similarity" in headings
    assert not [heading for heading in headings if "group" in heading]


def test_a_missing_number_is_a_dash_and_never_a_zero(calibration):
    members = calibration.candidates.members
    members["stability"] = float("nan")
    table = tabulate_candidates(calibration.candidates, NOBODY_NAMED)
    assert {row["Stability of the group"] for row in read_rows(table)} == {"\u2014"}


def test_groups_have_their_size(calibration):
    assert [row["People"] for row in read_rows(tabulate_groups(calibration.candidates))] == [
        "4",
        "4",
    ]


def test_headers_are_behind_a_click_with_what_they_were_taken_for(calibration):
    table = tabulate_columns(calibration.columns, NOBODY_NAMED)
    assert table.first == []
    assert table.summary == "What each header was taken for (2 headers)"
    assert [row["Taken for"] for row in read_rows(table)] == ["Person id", "Kept as it is"]


def test_a_problem_says_where_it_is_and_the_serious_ones_come_first(calibration):
    rows = read_rows(tabulate_problems(calibration.problems, NOBODY_NAMED))
    assert [row["Severity"] for row in rows] == ["Error", "Note"]
    assert rows[0]["Where"] == "Ratings!F4"
    assert rows[0]["Value"] == "a lot"
    assert rows[1]["Person"] == ""


def test_many_problems_are_cut_and_it_is_said():
    table = tabulate_problems(make_problems(MAX_PROBLEMS + 7), NOBODY_NAMED)
    assert len(table.first) == FIRST_PROBLEMS
    assert len(table.first) + len(table.rest) == MAX_PROBLEMS
    assert f"The first {MAX_PROBLEMS} of {MAX_PROBLEMS + 7} are listed." in table.caption


def test_a_few_rows_more_are_not_hidden_behind_a_click():
    assert tabulate_problems(make_problems(FIRST_PROBLEMS + 3), NOBODY_NAMED).rest == []
    assert len(tabulate_problems(make_problems(FIRST_PROBLEMS + 4), NOBODY_NAMED).rest) == 4


@pytest.mark.parametrize(
    "field", ["pay_band", "gender", "birth_date", "self_review", "Salary 2024"]
)
def test_private_values_stay_in_the_sheet(field):
    problems = make_problems(field=field, value="SECRET", message="SECRET is odd.")
    (row,) = read_rows(tabulate_problems(problems, People(names={"E1": "Ada"})))
    assert row["Value"] == NOT_SHOWN
    assert row["What is wrong, and what to do"] == "Out of range. Look at the cell."


@pytest.mark.parametrize("field", ["name", "email", "manager"])
def test_who_somebody_is_is_shown_only_with_names(field):
    problems = make_problems(field=field, value="Ada", message="Ada is there twice.")
    (hidden,) = read_rows(tabulate_problems(problems, NOBODY_NAMED))
    (shown,) = read_rows(tabulate_problems(problems, People(names={"E1": "Ada"})))
    assert "Ada" not in str(hidden)
    assert shown["What is wrong, and what to do"] == "Ada is there twice."
    assert shown["Person"] == "Ada (E1)"


def test_names_and_addresses_in_free_text_are_replaced():
    people = pd.DataFrame(
        {
            "person_id": ["E1", "E2", "E3"],
            "name": ["Ada Lovelace", "Will", None],
            "email": [None, "will@example.org", None],
        }
    )
    hide = describe_people(people, names=False).text
    assert hide("ADA LOVELACE and Will: will it do?") == "[name] and [name]: will it do?"
    assert hide("write to Will@Example.org") == "write to [name]"
    assert hide("Adam Lovelacey is somebody else") == "Adam Lovelacey is somebody else"
    assert describe_people(people, names=True).text("Ada Lovelace") == "Ada Lovelace"


def test_people_who_share_a_name_keep_their_id_in_pictures():
    people = pd.DataFrame({"person_id": ["E1", "E2", "E3"], "name": ["Kim", "Kim", "Lee"]})
    shown = describe_people(people, names=True)
    assert shown.chart_labels() == {"E1": "Kim (E1)", "E2": "Kim (E2)", "E3": "Lee"}
    assert shown.label("E9") == "E9"


def test_without_a_name_column_people_keep_their_ids():
    assert describe_people(pd.DataFrame({"person_id": ["E1"]}), names=True).label("E1") == "E1"
