"""Where each person works now, since when, and where before."""

import pandas as pd
import pytest

from workbench.analyses.people.positions import find_positions
from workbench.errors import InputError

REVIEWS = pd.DataFrame(
    [
        ("a", "2023H1", "Ads", "m1", "Backend", "active"),
        ("a", "2023H2", "Search", "m2", "Backend", "active"),
        ("a", "2024H1", "Ads", "m1", "Backend", "active"),
        ("a", "2024H2", "Ads", "m1", "Data", "active"),
        ("b", "2024H1", "Search", "m2", "Backend", "active"),
        ("b", "2024H2", None, "m2", None, "active"),
        ("c", "2024H1", "Ads", "m1", "Backend", "active"),
        ("d", "2024H2", "Ads", "m1", "Backend", "Terminated"),
    ],
    columns=["person_id", "cycle", "team", "manager", "job_family", "employment_status"],
)


def test_the_present_team_and_its_beginning_come_from_the_last_unbroken_time():
    found = find_positions(REVIEWS).set_index("person_id")
    assert found.loc["a", ["team", "team_since", "teams", "manager", "job_family"]].tolist() == [
        "Ads",
        "2024H1",
        ("Search",),
        "m1",
        "Data",
    ]


def test_what_is_missing_in_the_latest_cycle_stays_missing():
    b = find_positions(REVIEWS).set_index("person_id").loc["b"]
    assert pd.isna(b["team"])
    assert pd.isna(b["team_since"])
    assert b["teams"] == ("Search",)
    assert pd.isna(b["job_family"])


def test_only_those_who_are_there_in_the_latest_cycle_and_have_not_left():
    assert find_positions(REVIEWS)["person_id"].tolist() == ["a", "b"]


def test_the_order_of_the_rows_makes_no_difference():
    repeated = pd.concat([REVIEWS, REVIEWS.tail(4).assign(team="Zeta")], ignore_index=True)
    expected = find_positions(repeated)
    for seed in range(5):
        shuffled = repeated.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(find_positions(shuffled), expected)


def test_reviews_without_teams_give_people_without_teams():
    found = find_positions(REVIEWS[["person_id", "cycle"]])
    assert list(found.columns) == ["person_id", "team", "team_since", "teams"]
    assert found["team"].isna().all()
    assert found["teams"].tolist() == [()] * len(found)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="lack cycle"):
        find_positions(REVIEWS.drop(columns="cycle"))


def test_the_reviews_are_left_as_they_are():
    before = REVIEWS.copy(deep=True)
    find_positions(REVIEWS)
    pd.testing.assert_frame_equal(REVIEWS, before)
