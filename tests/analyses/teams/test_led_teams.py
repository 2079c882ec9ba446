import pandas as pd
import pytest

from workbench.analyses.teams.led_teams import find_leads
from workbench.analyses.teams.roster import build_roster
from workbench.errors import InputError

CYCLES = ["2023H1", "2023H2", "2024H1", "2024H2"]


def leads_of(reviews, promotions):
    roster = build_roster(reviews)
    return roster, find_leads(roster, promotions, reviews["cycle"].dtype)


def people(**rows):
    """One row per person and cycle; each keyword lists a person's manager or team by cycle."""
    return [
        (who, cycle, what)
        for who, by in rows.items()
        for cycle, what in zip(CYCLES, by, strict=True)
    ]


def by_manager(**rows):
    return pd.DataFrame(people(**rows), columns=["person_id", "cycle", "manager"])


def by_team(**rows):
    return pd.DataFrame(people(**rows), columns=["person_id", "cycle", "team"])


def promoted(**when):
    return pd.DataFrame({"person_id": list(when), "cycle": list(when.values())})


def test_a_lead_lasts_from_the_first_report_to_the_first_cycle_without_any():
    reviews = by_manager(x="dddd", a="mmxm", b="mmxx", c="mmmm")
    _, (lead,) = leads_of(reviews, promoted(x="2023H2"))
    assert (lead.basis, lead.start, lead.since, lead.stop, lead.reports) == ("manager", 1, 2, 4, 1)
    ended = by_manager(x="dddd", a="mxmx", b="mmmm")
    _, (lead,) = leads_of(ended, promoted(x="2023H2"))
    assert (lead.since, lead.stop) == (1, 2)


def test_reports_before_the_promotion_make_no_lead():
    _, (lead,) = leads_of(by_manager(x="dddd", a="xxmm"), promoted(x="2024H1"))
    assert (lead.basis, lead.since, lead.reports) == ("", -1, -1)


def test_only_reports_in_a_technical_job_make_a_team():
    reviews = by_manager(x="dddd", a="mxxx").assign(track="management")
    _, (lead,) = leads_of(reviews, promoted(x="2023H2"))
    assert lead.basis == ""


def test_the_team_has_the_name_that_most_reports_are_under():
    reviews = by_manager(x="dddd", a="mxxx", b="mxxx", c="mxxx").assign(team="Ads")
    reviews.loc[reviews["person_id"].isin(["a", "b"]), "team"] = "Search"
    roster, (lead,) = leads_of(reviews, promoted(x="2023H2"))
    assert lead.team(roster) == "Search"


def test_by_team_a_lead_ends_where_the_person_goes_elsewhere():
    roster, (lead,) = leads_of(by_team(x="SSAA", a="SSSS"), promoted(x="2023H2"))
    assert (lead.basis, lead.since, lead.stop, lead.team(roster)) == ("team", 1, 2, "S")


def test_a_lead_ends_where_somebody_else_is_promoted_to_lead_the_same_team():
    _, (first, second) = leads_of(by_team(x="SSSS", y="SSSS"), promoted(x="2023H2", y="2024H1"))
    assert (first.since, first.stop) == (1, 2)
    assert (second.since, second.stop) == (2, 4)


def test_those_promoted_at_once_lead_together():
    _, found = leads_of(by_team(x="SSSS", y="SSSS"), promoted(x="2023H2", y="2023H2"))
    assert [(lead.since, lead.stop) for lead in found] == [(1, 4), (1, 4)]


def test_only_promotions_to_management_of_known_people_before_the_end_count():
    moves = promoted(x="2023H2", y="2023H2", z="2023H2").assign(
        kind=["to_management", "to_technical_leadership", "to_management"]
    )
    reviews = by_team(x="SSSS", y="SSSS")
    roster, (lead,) = leads_of(reviews, moves)
    assert roster.people[lead.person] == "x"
    assert leads_of(reviews, promoted(x="2025H1"))[1] == []
    # A cycle that has no reviews begins with the next one that has.
    assert leads_of(reviews, promoted(x="2023H1b"))[1][0].start == 1


def test_cycles_of_different_kinds_are_refused():
    with pytest.raises(InputError, match="one order"):
        leads_of(by_team(x="SSSS"), promoted(x=3))
    order = pd.CategoricalDtype(CYCLES, ordered=True)
    reviews = by_team(x="SSSS")
    reviews = reviews.assign(cycle=reviews["cycle"].astype(order))
    with pytest.raises(InputError, match="2030"):
        leads_of(reviews, promoted(x="2030"))
