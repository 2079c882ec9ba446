"""Who was there to be measured: a person who left is not a person at zero."""

import pandas as pd
import pytest

from workbench.measures.presence import find_absent
from workbench.measures.scoring import score_technical_output


def history(status: list[object] | None, commits: list[object], **more: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"person_id": "p1", "cycle": range(len(commits)), "commits": commits}
    ).assign(**more)
    return frame if status is None else frame.assign(employment_status=status)


def absent(status: list[object] | None, commits: list[object], **more: object) -> list[bool]:
    return find_absent(history(status, commits, **more), ["commits", "pull_requests"]).tolist()


@pytest.mark.parametrize("word", ["Terminated", "Left", "inactive", "Resigned 2023", "LEAVER"])
def test_rows_after_leaving_are_absent_whatever_they_count(word: str) -> None:
    assert absent(["Active", word, word], [5, 2, 0]) == [False, True, True]


def test_a_status_of_today_in_all_rows_leaves_the_years_of_work_alone() -> None:
    assert absent(["Terminated"] * 4, [5, 0, 4, 0]) == [False, False, False, True]
    assert absent(["Terminated"] * 2, [0, 0]) == [False, False]
    mixed = absent(["Terminated"] * 2, [5, 0], pull_requests=[0, 3])
    assert mixed == [False, False]


def test_empty_rows_after_the_last_employment_are_absent() -> None:
    assert absent(["Active", None, None], [5, 3, 0]) == [False, False, True]
    assert absent(["Active", "", 7], [5, 0, 0]) == [False, False, False]


def test_a_manager_who_builds_nothing_any_more_is_there() -> None:
    assert absent(None, [5, 0, 0]) == [False, False, False]
    assert absent(["Active"] * 3, [5, 0, 0]) == [False, False, False]


def test_a_cycle_on_leave_with_nothing_counted_is_absent_and_with_work_is_not() -> None:
    status = ["Active", "Parental leave", "On Leave", "Active"]
    assert absent(status, [5, 0, 3, 5]) == [False, True, False, False]
    assert absent(["Active", "Left during leave"], [5, 0]) == [False, True]


def test_who_comes_back_is_there_again() -> None:
    assert absent(["Active", "Left", "Active"], [5, 0, 4]) == [False, True, False]


def test_without_any_count_nobody_is_idle() -> None:
    frame = history(["Active", None], [1, 1]).drop(columns="commits")
    assert find_absent(frame, ["commits"]).tolist() == [False, False]
    assert find_absent(frame.iloc[:0], ["commits"]).tolist() == []


def test_a_person_who_left_has_no_score_and_moves_nobody() -> None:
    cycles = [
        pd.DataFrame(
            {
                "person_id": [f"p{place:02d}" for place in range(30)],
                "cycle": cycle,
                "employment_status": "Active",
                "commits": range(30),
                "technical_rating": [1, 2, 3] * 10,
            }
        )
        for cycle in ("2023H1", "2023H2", "2024H1")
    ]
    frame = pd.concat(cycles, ignore_index=True)
    gone = frame["person_id"].eq("p29") & frame["cycle"].ne("2023H1")
    zeros = frame.copy()
    zeros.loc[gone, "employment_status"] = "Terminated"
    zeros.loc[gone, ["commits", "technical_rating"]] = 0
    found = score_technical_output(zeros)
    without = score_technical_output(frame[~gone])
    lost = found["person_id"].eq("p29") & found["cycle"].ne("2023H1")
    assert found.loc[lost, "technical_output"].isna().all()
    assert found.loc[lost, "n_measures"].eq(0).all() and found.loc[lost, "rests_on"].eq("").all()
    pd.testing.assert_series_equal(
        found.loc[~lost, "technical_output"].reset_index(drop=True), without["technical_output"]
    )
