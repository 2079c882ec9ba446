"""Pool: who is in it, by which part of the rule, and how the rule is told."""

import pandas as pd
import pytest

from workbench.analyses.pool import describe_pool_rule, rank_levels, select_pool
from workbench.errors import InputError


def reviews(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"person_id": [f"p{place}" for place in range(n)], "cycle": "2024H1"})
    return frame.assign(**columns)


def test_the_pool_holds_leaders_grown_engineers_and_flagged_or_willing_managers() -> None:
    frame = reviews(
        track=["engineer", "engineer", "technical_leadership", *["management"] * 4, "other"],
        level=["L3", "L4", "L6", "M1", "M1", "M2", "M2", "L4"],
        track_preference=[None, None, None, None, "Technical track", "Management", None, "IC"],
    )
    flags = pd.DataFrame({"person_id": ["p3", "p5", "p1"], "flagged": [True, False, True]})
    pool = select_pool(frame, flags).set_index("person_id")["why"].to_dict()
    assert pool == {
        "p1": "engineer above the lowest level",
        "p2": "technical leader already",
        "p3": "manager whose technical output fell",
        "p4": "manager who prefers the technical track",
    }


def test_only_people_of_the_latest_cycle_who_have_not_left_are_in_the_pool() -> None:
    frame = reviews(track=["engineer"] * 3, employment_status=["Active", "Terminated", "Active"])
    frame.loc[2, "cycle"] = "2023H1"
    assert select_pool(frame)["person_id"].tolist() == ["p0"]


def test_an_engineer_of_no_level_is_in_the_pool_and_is_not_said_to_be_above_one() -> None:
    frame = reviews(track=["engineer"] * 5, level=["L3", "L4", None, "L4", "X9"])
    why = select_pool(frame).set_index("person_id")["why"]
    assert why["p1"] == why["p3"] == "engineer above the lowest level"
    assert why["p2"] == why["p4"] == "engineer whose level does not compare"
    assert "p0" not in why
    told = describe_pool_rule(select_pool(frame))
    assert "2 engineers whose levels do not compare" in told


def test_levels_that_have_no_order_keep_every_engineer() -> None:
    frame = reviews(track=["engineer"] * 2, level=["blue", "green"])
    assert select_pool(frame)["why"].tolist() == ["engineer", "engineer"]
    words = reviews(track=["engineer"] * 3, level=["Junior Engineer", "Senior", "Staff"])
    assert select_pool(words)["person_id"].tolist() == ["p1", "p2"]


def test_without_tracks_everyone_is_in_the_pool() -> None:
    assert len(select_pool(reviews(level=["L4", "L4"]))) == 2
    assert len(select_pool(reviews(level=["L4", "L4"], track=[None, None]))) == 2
    assert len(select_pool(reviews(track=["engineer", None]))) == 1
    assert select_pool(pd.DataFrame({"person_id": [], "cycle": []})).empty
    with pytest.raises(InputError, match="cycle"):
        select_pool(pd.DataFrame({"person_id": ["a"]}))


def test_more_of_the_lowest_levels_can_stay_out_but_never_the_highest() -> None:
    frame = reviews(track=["engineer"] * 3, level=["L3", "L4", "L5"])
    assert select_pool(frame, pool_levels_left_out=0)["person_id"].tolist() == ["p0", "p1", "p2"]
    assert select_pool(frame, pool_levels_left_out=2)["person_id"].tolist() == ["p2"]
    assert select_pool(frame, pool_levels_left_out=9)["person_id"].tolist() == ["p2"]
    assert "lowest levels" in select_pool(frame, pool_levels_left_out=2)["why"].iloc[0]


def test_managers_can_be_left_out_by_setting() -> None:
    frame = reviews(track=["management"] * 2, track_preference=[None, "technical"])
    flags = pd.DataFrame({"person_id": ["p0"], "flagged": [True]})
    assert select_pool(frame, flags)["person_id"].tolist() == ["p0", "p1"]
    without = select_pool(frame, flags, pool_declined_managers=False)
    assert without["person_id"].tolist() == ["p1"]
    assert select_pool(frame, pool_willing_managers=False).empty


def test_the_rule_is_told_with_its_numbers() -> None:
    frame = reviews(
        track=["engineer"] * 4 + ["technical_leadership"] * 2 + ["management"] * 2,
        level=["L3", "L4", "L4", "L5", "L6", "L6", "M1", "M1"],
        track_preference=[None] * 6 + ["technical"] * 2,
    )
    told = describe_pool_rule(select_pool(frame))
    assert "the engineers above the lowest level" in told
    assert "7 people" in told
    assert "3 engineers above the lowest level" in told
    assert "2 technical leaders already" in told
    assert "2 managers who prefer the technical track" in told
    bare = describe_pool_rule(
        select_pool(frame.head(0)),
        pool_levels_left_out=0,
        pool_declined_managers=False,
        pool_willing_managers=False,
    )
    assert bare == (
        "In the pool are the technical leaders and the engineers, who are in the latest cycle. "
        "At present that is nobody."
    )


def test_levels_of_another_ladder_do_not_compare() -> None:
    assert rank_levels(pd.Series(["L4", "L3", "M9", "L4"])).isna().tolist() == [
        False,
        False,
        True,
        False,
    ]
