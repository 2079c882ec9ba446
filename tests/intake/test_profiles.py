"""What was decided is found again beside the data, for headers like these, and holds no people."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench
from workbench.errors import InputError
from workbench.intake.profiles import (
    PROFILE_NAME,
    Choices,
    find_profile,
    save_profile,
    sign_headers,
)
from workbench.intake.ratings.scales import ScaleChoice

HEADERS = ["Employee ID", "2024 Score", "Dev Points", "Started"]
CHOICES = Choices(
    columns={"Employee ID": "person_id", "2024 Score": "potential", "Dev Points": "commits"},
    scales={"potential": ScaleChoice(low=1, high=4, best="low", words={"Rock Star": 4})},
    dates={"Started": "day"},
    hidden=True,
)


def test_what_was_saved_is_found_again_for_the_next_cycle(tmp_path):
    path = save_profile(tmp_path, HEADERS, CHOICES)
    assert path == tmp_path / PROFILE_NAME
    assert find_profile(tmp_path, HEADERS) == CHOICES
    later = ["employee_id", "2025 Score", "Dev Points", "Started", "A new one"]
    assert find_profile(tmp_path, later) == CHOICES
    assert CHOICES.for_headers(later)["2025 Score"] == "potential"
    assert find_profile(tmp_path, ["Worker", "Rating"]) is None
    assert find_profile(tmp_path / "elsewhere", HEADERS) is None


def test_saving_again_replaces_its_own_and_keeps_the_others(tmp_path):
    save_profile(tmp_path, HEADERS, CHOICES)
    save_profile(tmp_path, ["Worker", "Rating"], Choices(columns={"Worker": "name"}))
    save_profile(tmp_path, HEADERS, Choices(columns={"Employee ID": None}))
    assert find_profile(tmp_path, HEADERS).columns == {"Employee ID": None}
    assert find_profile(tmp_path, ["Worker", "Rating"]).columns == {"Worker": "name"}
    assert len(json.loads((tmp_path / PROFILE_NAME).read_text())["profiles"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"format": "another"}',
        '{"format": "calibration workbench profile", "version": 99, "profiles": []}',
        '{"format": "calibration workbench profile", "version": 1, "profiles": [{"columns": 3}]}',
        '{"format": "calibration workbench profile", "version": 1, "profiles": [{"signature": "a",'
        '"saved": "b", "columns": {"x": "no field"}, "scales": {}, "dates": {}, "hidden": false}]}',
    ],
)
def test_a_damaged_profile_is_said_to_be_one_and_kept(tmp_path, text):
    (tmp_path / PROFILE_NAME).write_text(text)
    with pytest.raises(InputError, match="is no profile that can be read"):
        find_profile(tmp_path, HEADERS)
    save_profile(tmp_path, HEADERS, CHOICES)
    assert find_profile(tmp_path, HEADERS) == CHOICES
    assert [each.read_text() for each in tmp_path.glob("*.damaged.json")] == [text]


def test_a_folder_that_may_not_be_written_to_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match="A folder that you may write to is needed"):
        save_profile(tmp_path / "nowhere", HEADERS, CHOICES)


def test_the_signature_is_of_the_headers_alone():
    assert sign_headers(HEADERS) == sign_headers(reversed(HEADERS))
    assert sign_headers(HEADERS) == sign_headers([h.replace("2024", "2025") for h in HEADERS])
    assert sign_headers(HEADERS) != sign_headers(HEADERS[1:])


@given(st.lists(st.text(max_size=30)))
def test_any_headers_have_a_signature(headers):
    assert len(sign_headers(headers)) == 16


def test_later_choices_stand_before_earlier_ones():
    later = Choices(columns={"dev  points": None}, dates={"Started": "month"})
    both = CHOICES.then(later)
    assert both.columns == {
        "Employee ID": "person_id",
        "2024 Score": "potential",
        "dev  points": None,
    }
    assert both.dates == {"Started": "month"}
    assert both.hidden


def table_of(year):
    return pd.DataFrame(
        {
            "Who": ["ada", "bo"],
            "Cycle": [f"{year}H1"] * 2,
            "Verdict": ["Rock Star", "Meets"],
            "Began": ["03/04/2019", "05/06/2019"],
        }
    )


def test_a_remembered_file_loads_without_a_question(tmp_path):
    table_of(2024).to_csv(tmp_path / "reviews 2024.csv", index=False)
    choices = Choices(
        columns={"Who": "person_id", "Verdict": "rating_manager", "Began": "hire_date"},
        scales={"rating_manager": ScaleChoice(words={"Rock Star": 5, "Meets": 3})},
        dates={"Began": "day"},
    )
    first = workbench.load(tmp_path / "reviews 2024.csv", choices=choices)
    path = first.remember()
    assert "ada" not in path.read_text()
    table_of(2025).to_csv(tmp_path / "reviews 2025.csv", index=False)
    later = workbench.load(tmp_path / "reviews 2025.csv")
    assert set(later.columns["how"]) == {"remembered"}
    assert later.panel.reviews["rating_manager"].tolist() == [5, 3]
    assert later.panel.reviews["hire_date"].dt.month.tolist() == [4, 6]
    assert not {"ambiguous_date", "unknown_rating"} & set(later.problems["reason"])


def test_what_is_said_now_stands_before_what_was_remembered(tmp_path):
    file = tmp_path / "reviews.csv"
    table_of(2024).to_csv(file, index=False)
    workbench.load(file, columns={"Who": "person_id"}).remember()
    again = workbench.load(file, columns={"Verdict": None})
    how = again.columns.set_index("header")[["field", "how"]].to_dict("index")
    assert how["Who"] == {"field": "person_id", "how": "remembered"}
    assert how["Verdict"] == {"field": None, "how": "given"}


def test_a_damaged_profile_beside_the_data_is_a_problem_and_no_more(tmp_path):
    file = tmp_path / "reviews.csv"
    table_of(2024).rename(columns={"Who": "Employee ID"}).to_csv(file, index=False)
    (tmp_path / PROFILE_NAME).write_text("{")
    calibration = workbench.load(file)
    assert "unreadable_profile" in set(calibration.problems["reason"])
    assert len(calibration.panel.people) == 2


def test_frames_have_no_place_to_be_remembered():
    table = table_of(2024).rename(columns={"Who": "Employee ID"})
    with pytest.raises(InputError, match="no place to remember it"):
        workbench.load(table).remember()
