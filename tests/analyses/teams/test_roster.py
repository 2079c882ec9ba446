import numpy as np
import pandas as pd
import pytest

from workbench.analyses.teams.roster import add_by_unit, build_roster, one_row_each
from workbench.errors import InputError


def reviews(**columns):
    """Two people in two cycles."""
    return pd.DataFrame({"person_id": list("aabb"), "cycle": [1, 2, 1, 2], **columns})


def test_managers_are_people_or_strangers_and_nobody_their_own():
    roster = build_roster(reviews(manager=["b", "a", "z", None]))
    # a is row 0, b row 1, and z the first stranger, 2. That a leads a in cycle 2 is not believed.
    assert roster.units["manager"].tolist() == [[1, -1], [2, -1]]


def test_without_any_manager_there_are_no_such_units():
    assert set(build_roster(reviews(manager=[None] * 4)).units) == {"team"}
    assert set(build_roster(reviews()).units) == {"team"}


def test_whoever_left_is_not_there_though_the_row_is():
    roster = build_roster(
        reviews(team="Search", employment_status=["Active", "Terminated 3/24", None, "Active"])
    )
    assert roster.last_seen.tolist() == [0, 1]
    assert roster.units["team"].tolist() == [[0, -1], [0, 0]]
    assert roster.technical.tolist() == [[True, False], [True, True]]


def test_jobs_come_from_the_track_then_from_the_title_and_unknown_ones_count_as_technical():
    roster = build_roster(
        reviews(
            track=["technical_leadership", "", None, "management"],
            title=["Engineering Manager", "Engineering Manager", None, "Software Engineer"],
        )
    )
    assert roster.leading.tolist() == [[True, False], [False, False]]
    assert roster.managing.tolist() == [[False, True], [False, True]]
    assert roster.technical.tolist() == [[True, False], [True, False]]
    assert roster.tracks_known
    assert not build_roster(reviews()).tracks_known


def test_numbers_that_are_none_are_missing_and_columns_without_any_are_not_there():
    roster = build_roster(reviews(engagement=["4", "n/a", np.inf, None], fte=[None] * 4))
    np.testing.assert_array_equal(roster.values["engagement"], [[4, np.nan], [np.nan, np.nan]])
    assert "fte" not in roster.values


def test_scores_stand_in_for_output_and_those_of_strangers_are_left_out():
    scores = pd.DataFrame(
        {"person_id": ["b", "z", "a"], "cycle": [2, 1, 9], "technical_output": [0.5, 7.0, 8.0]}
    )
    roster = build_roster(reviews(technical_output=1.0), scores)
    expected = [[np.nan, np.nan], [np.nan, 0.5]]
    np.testing.assert_array_equal(roster.values["technical_output"], expected)


def test_of_repeated_rows_the_same_one_stays_in_any_order():
    rows = pd.DataFrame({"person_id": "a", "cycle": 1, "fte": [0.5, 1.0], "other": [1, 2]})
    for order in (rows, rows.iloc[::-1]):
        (kept,) = one_row_each(order, ["fte", "team"], "reviews").to_dict("records")
        assert kept == {"person_id": "a", "cycle": 1, "fte": 0.5}


def test_a_frame_without_people_is_refused_by_its_name():
    with pytest.raises(InputError, match="the scores have the columns cycle; they lack person_id"):
        one_row_each(pd.DataFrame({"cycle": [1]}), [], "scores")


def test_sums_by_unit_leave_out_who_is_in_none():
    units = np.array([[0, 1], [1, -1], [1, 1]])
    which = np.array([[True, True], [True, True], [False, True]])
    values = np.array([[1.0, 2.0], [4.0, 8.0], [16.0, 32.0]])
    assert add_by_unit(units, which).tolist() == [[1, 0], [1, 2], [0, 0]]
    assert add_by_unit(units, which, values).tolist() == [[1, 0], [4, 34], [0, 0]]
