"""Rungs: the highest position of a track, by level where that says it, by title otherwise."""

import pandas as pd
import pytest

from workbench.analyses.tracks.rungs import find_highest_rung


def people(*held):
    return pd.DataFrame(held, columns=["title", "level"])


@pytest.mark.parametrize(
    ("held", "top"),
    [
        ([("Lead Engineer", "L5"), ("Software Architect", "L4")], ("Lead Engineer", "L5")),
        ([("Lead Engineer", "L4"), ("Principal Architect", "L4")], ("Principal Architect", "L4")),
        ([("CTO", None), ("Principal Architect", "L7")], ("CTO", "")),
        (
            [("Director of Architecture", "D1"), ("Architect", "L6")],
            ("Director of Architecture", "D1"),
        ),
        (
            [("Engineering Manager", "M3"), ("VP Engineering", "E1"), ("Director", "M4")],
            ("VP Engineering", "E1"),
        ),
        (
            [("Sr. Engineering Manager", None), ("Engineering Manager", None)],
            ("Sr. Engineering Manager", ""),
        ),
        ([("Chief Architect", None), ("Principal Engineer", None)], ("Chief Architect", "")),
        ([(None, "L3"), (None, "L12")], ("", "L12")),
        ([], ("", "")),
    ],
)
def test_the_highest_rung(held, top):
    assert find_highest_rung(people(*held)) == top
    assert find_highest_rung(people(*reversed(held))) == top


def test_of_equal_rungs_the_one_that_most_hold():
    held = [("Zone Architect", "L4"), ("Zone Architect", "L4"), ("Area Architect", "L4")]
    assert find_highest_rung(people(*held)).title == "Zone Architect"


def test_pay_is_not_read():
    table = people(("Lead Engineer", "L4"), ("Staff Engineer", "L4"))
    richer = table.assign(pay_band=["B9", "B1"])
    assert find_highest_rung(richer) == find_highest_rung(table)
