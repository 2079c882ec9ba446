"""Promotion rates: who could have moved, counted by hand."""

import pandas as pd

from workbench.analyses.promotions import find_promotions
from workbench.analyses.tracks.track_rates import count_moves


def panel(**courses):
    """Give each person a course of `track:level`, one a cycle; nothing where there is a dot."""
    short = {"e": "engineer", "t": "technical_leadership", "m": "management"}
    rows = [
        (person, 2020 + place, short[step[0]], step[1:] or None)
        for person, course in courses.items()
        for place, step in enumerate(course.split())
        if step != "."
    ]
    return pd.DataFrame(rows, columns=["person_id", "cycle", "track", "level"])


def count(rows):
    found = count_moves(rows, find_promotions(rows))
    return {(each.track, each.move): (each.events, each.n, each.people) for each in found}


def test_moves_into_a_track_are_held_against_the_cycles_of_engineers():
    rows = panel(a="e e m m", b="e e e t", c="e . m m", d="t m m m")
    counted = count(rows)
    # Engineers before a cycle: a twice, b three times, c once across the gap.
    assert counted["management", "into"] == (2, 6, 3)
    assert counted["technical_leadership", "into"] == (1, 6, 3)


def test_rises_are_told_only_between_levels_of_one_ladder_on_the_same_track():
    rows = panel(a="tL4 tL4 tL5 tX1", b="tL4 . tL5", c="t tL4 tL5", d="mM1 mM2 mM2", e="eL3 tL4")
    counted = count(rows)
    assert counted["technical_leadership", "within"] == (3, 4, 3)
    assert counted["management", "within"] == (1, 2, 1)


def test_without_levels_rises_are_not_known():
    rows = panel(a="t t t", b="m m m").drop(columns="level")
    assert count(rows)["technical_leadership", "within"] == (0, 0, 0)
    told = pd.DataFrame({"person_id": ["a"], "cycle": [2021], "kind": ["within_track"]})
    found = {(each.track, each.move): each for each in count_moves(rows, told)}
    assert (
        found["technical_leadership", "within"].events,
        found["technical_leadership", "within"].n,
    ) == (1, 2)


def test_promotions_of_strangers_and_of_other_cycles_count_nowhere():
    rows = panel(a="e e", b="e m")
    moves = pd.DataFrame(
        {
            "person_id": ["b", "stranger", "a"],
            "cycle": [2021, 2021, 1999],
            "kind": ["to_management"] * 3,
        }
    )
    found = count_moves(rows, moves)
    assert [each.events for each in found if each.track == "management"] == [1, 0]


def test_the_order_of_the_rows_makes_no_difference():
    rows = panel(a="eL1 eL2 mM1 mM2", b="eL3 tL4 tL5 tL5", c="mM1 mM1 tL4 tL4")
    moves = find_promotions(rows)
    shuffled = rows.sample(frac=1, random_state=3)
    assert count_moves(shuffled, moves.iloc[::-1]) == count_moves(rows, moves)


def test_no_rows_give_no_rates():
    rows = panel()
    moves = pd.DataFrame(columns=["person_id", "cycle", "kind"])
    assert {(each.events, each.n) for each in count_moves(rows, moves)} == {(0, 0)}
