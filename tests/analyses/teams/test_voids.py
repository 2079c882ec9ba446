"""Voids: what a team lost its last technical leader to, and which losses comparisons leave out."""

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.coverage import measure_coverage
from workbench.analyses.promotions import find_promotions
from workbench.analyses.teams.led_teams import find_leads
from workbench.analyses.teams.roster import build_roster
from workbench.analyses.teams.seats import find_seats
from workbench.analyses.teams.voids import BEGINNINGS, find_losses, other_events, run_starts

TRACKS = {"e": "engineer", "t": "technical_leadership", "m": "management", "o": "other", "?": None}
CYCLES = ("2023H1", "2023H2", "2024H1", "2024H2")


def company(*people, **columns):
    """Reviews of (person, team, tracks[, manager]): a letter a cycle, - for no review."""
    rows = []
    for person, team, tracks, *manager in people:
        teams = team if isinstance(team, tuple) else (team,) * len(tracks)
        for cycle, name, track in zip(CYCLES, teams, tracks, strict=False):
            if track != "-":
                rows.append((person, cycle, name, TRACKS[track], *(manager or ["boss"])))
    names = ["person_id", "cycle", "team", "track", "manager"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def team_of(coverage, team="Search"):
    return coverage.teams.set_index("team").loc[team]


def void_of(coverage, team="Search"):
    return coverage.voids.set_index("team").loc[team]


@pytest.mark.parametrize(
    ("leader", "began_with", "told"),
    [
        (("a", "Search", "ttm"), "promotion_to_management", "was promoted to management in 2024H1"),
        (("a", ("Search", "Search", "Ads"), "ttm"), "promotion_to_management", "was promoted"),
        (("a", "Search", "tt-"), "departure", "is not in the reviews any more"),
        (("a", ("Search", "Search", "Ads"), "ttt"), "move", "moved to another team"),
        (("a", "Search", "tte"), "other", "is no longer on the technical-leadership track"),
    ],
)
def test_how_a_void_began(leader, began_with, told):
    reviews = company(leader, ("b", "Search", "eee"), ("c", "Ads", "eee"))
    coverage = measure_coverage(reviews)
    void = void_of(coverage)
    assert (void["began_with"], void["person_id"]) == (began_with, "a")
    assert (void["since"], void["event_cycle"]) == ("2024H1", "2024H1")
    assert void["reason"].startswith("No technical leader since 2024H1: the last one")
    assert told in void["reason"]
    assert team_of(coverage)["reason"] == void["reason"]
    assert began_with in {each.name for each in BEGINNINGS}


def test_the_last_of_several_leaders_makes_the_void_and_a_promotion_is_told_first():
    people = [("a", "Search", "tem"), ("b", "Search", "tt-"), ("c", "Search", "ttm")]
    void = void_of(measure_coverage(company(*people, ("d", "Search", "eee"))))
    assert (void["began_with"], void["person_id"], void["since"]) == (
        "promotion_to_management",
        "c",
        "2024H1",
    )
    assert "one of the last 2 was promoted" in void["reason"]


def test_a_promotion_after_a_gap_still_began_the_void():
    reviews = company(("a", "Search", "t-m"), ("b", "Search", "eee"))
    void = void_of(measure_coverage(reviews))
    assert (void["began_with"], void["event_cycle"]) == ("promotion_to_management", "2024H1")


def test_the_promotions_given_are_those_that_count():
    reviews = company(("a", "Search", "ttm"), ("b", "Search", "eee"))
    promotions = find_promotions(reviews).assign(kind="to_technical_leadership")
    # The track says that the person manages, whatever the list of promotions leaves out.
    assert void_of(measure_coverage(reviews, promotions))["began_with"] == "promotion_to_management"


def strongest(level, *, multiplier=False, promoted="a"):
    """Six engineers, no leader by title; one is promoted in the third cycle."""
    people = [(each, "Search", "eemm" if each == promoted else "eeee") for each in "abcdef"]
    reviews = company(*people)
    scores = reviews[["person_id", "cycle"]].assign(
        technical_output=reviews["person_id"].map({"a": level}).fillna(0.5), force_multiplier=0.0
    )
    if multiplier:
        scores = scores.rename(
            columns={"technical_output": "force_multiplier", "force_multiplier": "technical_output"}
        )
        scores.loc[scores["person_id"].eq("b"), "technical_output"] = 1.0
    return measure_coverage(reviews, None, scores)


@pytest.mark.parametrize("multiplier", [False, True])
def test_the_strongest_engineer_of_a_team_without_a_leader_by_title(multiplier):
    void = void_of(strongest(2.0, multiplier=multiplier))
    assert (void["began_with"], void["person_id"]) == ("promotion_to_management", "a")
    assert (void["since"], void["event_cycle"]) == ("2023H1", "2024H1")
    words = "what others achieve through them" if multiplier else "technical output"
    assert f"In 2024H1 its strongest engineer by {words} was promoted" in void["reason"]


def test_without_team_names_the_team_of_a_promoted_person_begins_with_the_promotion():
    rows = [
        (
            person,
            cycle,
            "management" if person == "a" and cycle >= 2 else "engineer",
            "m" if cycle < 2 else "d" if person == "a" else "a",
            2.0 if person == "a" else 0.5,
        )
        for cycle in range(4)
        for person in "abcdef"
    ]
    columns = ["person_id", "cycle", "track", "manager", "technical_output"]
    void = void_of(measure_coverage(pd.DataFrame(rows, columns=columns)), "Team of a")
    told = void["since"], void["began_with"], void["person_id"], void["event_cycle"]
    assert told == (2, "promotion_to_management", "a", 2)


def test_the_promotion_of_another_engineer_is_not_the_beginning():
    void = void_of(strongest(0.0))
    assert (void["began_with"], void["person_id"], void["event_cycle"]) == ("always", None, None)
    assert "the first cycle in which the team is seen" in void["reason"]


def test_what_is_before_a_cycle_that_is_not_known_is_not_known():
    reviews = company(("a", "Search", "e?ee"), ("b", "Search", "-?ee"), ("c", "Search", "eeee"))
    void = void_of(measure_coverage(reviews))
    assert (void["since"], void["began_with"]) == ("2024H1", "other")
    assert "whether it had one in the cycle before is not known" in void["reason"]


def losses_of(*people):
    reviews = company(*people)
    roster = build_roster(reviews)
    seats = find_seats(roster)
    leads = find_leads(roster, find_promotions(reviews), reviews["cycle"].dtype)
    return roster, seats, find_losses(roster, seats, leads)


def test_every_loss_counts_also_one_that_was_made_good():
    people = [("a", "Search", "tete"), ("b", "Ads", "ttmm"), ("c", "Ads", "eeee")]
    roster, seats, losses = losses_of(*people)
    told = [(seats.names[each.team], each.since, each.how) for each in losses]
    assert told == [
        ("Ads", 2, "promotion_to_management"),
        ("Search", 1, "other"),
        ("Search", 3, "other"),
    ]
    # What is a promotion is among the leads already.
    events = other_events(roster, seats, losses)
    assert [(each.person, each.start, each.unit) for each in events] == [(0, 1, 1), (0, 3, 1)]


def test_a_team_that_was_never_led_or_that_vanished_lost_nobody():
    _, _, losses = losses_of(("a", "Search", "tt--"), ("b", "Ads", "eeee"))
    assert losses == []


def test_runs_end_in_the_last_column():
    assert run_starts(np.array([[0, 1, 1, 1], [1, 0, 1, 0]])).tolist() == [1, 3]
    assert run_starts(np.array([[5]])).tolist() == [0]
    assert run_starts(np.empty((0, 3), dtype=int)).tolist() == []
