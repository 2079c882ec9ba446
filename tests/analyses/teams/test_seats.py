"""Seats: who manages and who leads each team, where rows, titles and managers are missing."""

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.teams.roster import build_roster
from workbench.analyses.teams.seats import NO, NO_TEAM, UNKNOWN, YES, find_seats

ENGINEER, ARCHITECT, MANAGER = "engineer", "technical_leadership", "management"


def seats_of(rows, **columns):
    """Seats of rows of (person, cycle, team, track), and of more columns."""
    frame = pd.DataFrame(rows, columns=["person_id", "cycle", "team", "track"]).assign(**columns)
    roster = build_roster(frame)
    return roster, find_seats(roster)


def course(person, team, tracks):
    """Rows of one person, one letter a cycle: e, t, m, o; ? without a track; - without a row."""
    words = {"e": ENGINEER, "t": ARCHITECT, "m": MANAGER, "o": "other", "?": None}
    return [(person, cycle, team, words[each]) for cycle, each in enumerate(tracks) if each != "-"]


@pytest.mark.parametrize(
    ("tracks", "leader"),
    [
        ("ttt", [YES, YES, YES]),
        ("ete", [NO, YES, NO]),
        ("eee", [NO, NO, NO]),
        ("tme", [YES, NO, NO]),
        # A review that is missing is no person who is missing.
        ("t-t", [YES, YES, YES]),
        ("e-e", [NO, NO, NO]),
        # Not seen in between, and another track after: nobody knows since when.
        ("t-e", [YES, UNKNOWN, NO]),
        ("t-m", [YES, UNKNOWN, NO]),
        ("e-m", [NO, NO, NO]),
        # Not seen any more: left.
        ("t--", [YES, NO, NO]),
        ("--t", [NO, NO, YES]),
        # A missing title is the last one known; before any is known, nobody knows.
        ("t?t", [YES, YES, YES]),
        ("e??", [NO, NO, NO]),
        ("?et", [UNKNOWN, NO, YES]),
        ("???", [UNKNOWN, UNKNOWN, UNKNOWN]),
    ],
)
def test_whether_a_team_is_led_follows_one_person(tracks, leader):
    rows = [*course("a", "Search", tracks), *course("b", "Search", "eee")]
    _, seats = seats_of(rows)
    assert seats.leader.tolist() == [leader]


def test_whoever_leaves_and_comes_back_to_another_team_is_not_bridged():
    rows = [*course("b", "Search", "eee"), *course("c", "Ads", "eee")]
    rows += [("a", 0, "Search", ARCHITECT), ("a", 2, "Ads", ARCHITECT)]
    _, seats = seats_of(rows)
    assert seats.names == ["Ads", "Search"]
    assert seats.leader.tolist() == [[NO, NO, YES], [YES, NO, NO]]


def test_whoever_left_by_the_status_is_not_there_and_is_not_bridged():
    rows = [*course("a", "Search", "ttt"), *course("b", "Search", "eee")]
    status = ["Active", "Terminated", "Active", "Active", "Active", "Active"]
    _, seats = seats_of(rows, employment_status=status)
    assert seats.leader.tolist() == [[YES, NO, YES]]
    assert seats.n_people.tolist() == [[2, 1, 2]]


def test_a_team_whose_reviews_are_all_missing_in_a_cycle_is_still_there():
    rows = [
        *course("a", "Search", "t-t"),
        *course("b", "Search", "e-e"),
        *course("c", "Ads", "eee"),
    ]
    _, seats = seats_of(rows)
    assert seats.leader[1].tolist() == [YES, YES, YES]
    assert seats.n_people[1].tolist() == [2, 2, 2]


def test_a_team_that_comes_and_goes_is_no_team_in_between():
    rows = [("a", 0, "Search", ENGINEER), ("b", 2, "Search", ENGINEER), *course("c", "Ads", "eee")]
    _, seats = seats_of(rows)
    assert seats.leader[1].tolist() == [NO, NO_TEAM, NO]


def test_teams_of_managers_and_of_other_jobs_only_need_no_technical_leader():
    rows = [*course("a", "Board", "mm"), *course("b", "Sales", "oo"), *course("c", "Ads", "ee")]
    _, seats = seats_of(rows)
    assert seats.names == ["Ads"]


def test_people_managers_are_those_whom_engineers_report_to_most_reports_first():
    rows = [each for rows_of in [course(x, "Search", "e") for x in "abc"] for each in rows_of]
    rows += [*course("m", "Search", "m"), *course("n", "Search", "m")]
    roster, seats = seats_of(rows, manager=["n", "stranger", "stranger", "director", "director"])
    # The managers' own manager is no people manager of the team; nor is m, whom nobody reports to.
    assert seats.managers.names(np.array([0]), roster) == [("stranger", "n")]


def test_without_reports_the_members_on_the_management_track_are_the_managers():
    rows = [*course("a", "Search", "e"), *course("m", "Search", "m"), *course("c", "Ads", "e")]
    roster, seats = seats_of(rows, manager=[None, None, "x"])
    assert seats.managers.names(np.array([0, 1]), roster) == [("x",), ("m",)]
    assert seats.managed.tolist() == [[True], [True]]


def test_a_manager_whose_row_says_that_they_left_does_not_manage():
    rows = [*course("a", "Search", "ee"), *course("m", "Search", "mm")]
    _, seats = seats_of(
        rows, manager=["m", "m", None, None], employment_status=["", "", "Active", "Resigned"]
    )
    assert seats.managed.tolist() == [[True, False]]


def test_one_person_in_both_seats_is_no_pair():
    rows = [*course("a", "Search", "e"), *course("t", "Search", "t")]
    _, alone = seats_of(rows, manager=["t", None])
    assert alone.both.tolist() == [[True]]
    _, beside = seats_of(rows, manager=["t", "x"])
    assert beside.both.tolist() == [[False]]


def test_one_person_who_manages_two_teams_counts_for_each():
    rows = [*course("a", "Search", "e"), *course("b", "Ads", "e")]
    roster, seats = seats_of(rows, manager="m")
    assert seats.managers.names(np.array([0, 1]), roster) == [("m",), ("m",)]


def test_without_team_names_a_team_is_who_reports_to_one_manager():
    rows = [("a", 0, None, ENGINEER), ("t", 0, None, ARCHITECT), ("m", 0, None, MANAGER)]
    roster, seats = seats_of(rows, manager=["m", "m", "d"])
    # The managers of the director are no team.
    assert seats.names == ["Team of m"]
    assert seats.leader.tolist() == [[YES]]
    assert seats.managers.names(np.array([0]), roster) == [("m",)]


def test_a_technical_leader_whom_a_nameless_team_reports_to_leads_it():
    rows = [("a", 0, None, ENGINEER), ("t", 0, None, ARCHITECT)]
    roster, seats = seats_of(rows, manager=["t", None])
    assert seats.leaders.names(np.array([0]), roster) == [("t",)]
    assert seats.both.tolist() == [[True]]


def test_without_teams_and_managers_there_is_no_team():
    _, seats = seats_of([("a", 0, None, ENGINEER)])
    assert (seats.basis, seats.names, seats.leader.shape) == ("", [], (0, 1))
