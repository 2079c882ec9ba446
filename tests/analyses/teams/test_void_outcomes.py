"""Void outcomes: changes around the beginning of a void, by hand and with a planted truth."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.coverage import FALLS, measure
from workbench.analyses.coverage import measure_coverage
from workbench.analyses.promotions import find_promotions
from workbench.analyses.team_effect import measure_team_effects

CYCLES = ("2023H1", "2023H2")
FEW = {"team_window": 1, "min_similar_teams": 4}


def team_of(coverage, team="Search"):
    return coverage.teams.set_index("team").loc[team]


def void_of(coverage, team="Search"):
    return coverage.voids.set_index("team").loc[team]


SIMILAR = ((0.0, 0.1), (1.0, 0.4), (2.0, 1.1), (3.0, 1.4))
LOST = (2.0, 0.0)


def two_cycles(*, track="engineer", leaves=True, members=5):
    """The company of the tests of led teams: the leader X of team 0 is there only before."""
    rows = []
    for team, levels in enumerate([LOST, *SIMILAR]):
        for cycle, level in zip(CYCLES, levels, strict=True):
            for member in range(members):
                value = level + 0.5 * (member - (members - 1) / 2)
                rows.append((f"P{team}{member}", cycle, f"Team {team}", "engineer", value))
            if team:
                rows.append((f"L{team}", cycle, f"Team {team}", "technical_leadership", np.nan))
    rows.append(("X", CYCLES[0], "Team 0", "technical_leadership", 9.0))
    if not leaves:
        rows.append(("X", CYCLES[1], "Team 0", track, -9.0))
    columns = ["person_id", "cycle", "team", "track", "technical_output"]
    return pd.DataFrame(rows, columns=columns)


def test_the_change_beyond_similar_teams_by_hand():
    # Slope 0.46 around (1.5, 0.75): from 2.0 similar teams come to 0.98, see test_team_effect.
    void = void_of(measure_coverage(two_cycles(), **FEW), "Team 0")
    assert void["began_with"] == "departure"
    assert void["output_change"] == pytest.approx(-0.98)
    assert void["output_low"] == pytest.approx(-0.98 - 2.92 * 0.14422, abs=1e-4)
    assert void["output_high"] == pytest.approx(-0.98 + 2.92 * 0.14422, abs=1e-4)
    assert void["output_n"] == 4
    assert "fell by 1.0 SD more than in 4 similar teams" in void["output_reason"]
    assert pd.isna(void["engagement_change"])
    assert void["engagement_reason"] == (
        "Engagement of the members is not known both before and after the departure."
    )


def test_after_a_promotion_the_numbers_are_those_of_the_led_team():
    reviews = two_cycles(track="management", leaves=False)
    promotions = find_promotions(reviews)
    void = void_of(measure_coverage(reviews, promotions, **FEW), "Team 0")
    effects = measure_team_effects(reviews, promotions, **FEW).teams.set_index("outcome")
    assert void["began_with"] == "promotion_to_management"
    for name, outcome in (("output", "technical_output"), ("retention", "retention")):
        row = effects.loc[outcome]
        assert [void[f"{name}_{each}"] for each in ("change", "low", "high")] == pytest.approx(
            [row["effect"], row["low"], row["high"]], nan_ok=True
        )
        assert void[f"{name}_reason"] == row["reason"]


def test_a_team_that_lost_its_leader_too_is_no_team_to_compare_with():
    reviews = two_cycles()
    gone = reviews["person_id"].eq("L4") & reviews["cycle"].eq(CYCLES[1])
    coverage = measure_coverage(reviews[~gone], **FEW)
    assert len(coverage.voids) == 2
    assert void_of(coverage, "Team 0")["output_n"] == 3


def test_of_a_small_team_nothing_is_said_but_that_it_is_there():
    coverage = measure_coverage(two_cycles(members=4), **FEW)
    void = void_of(coverage, "Team 0")
    assert pd.isna(void["output_change"])
    assert void["output_reason"] == "The team has fewer than 5 members, so nothing is shown."
    assert "With fewer than 5 people" in team_of(coverage, "Team 0")["reason"]


@pytest.mark.parametrize("fall", list(FALLS))
def test_intervals_hold_what_was_planted(fall):
    # Six companies of 12 voids: of 72 intervals of 90 %, 56 hold the truth in 99.9 % of draws.
    rows = pd.DataFrame([row for seed in range(6) for row in measure(fall, seed)])
    assert rows["began"].all()
    for outcome, each in rows.dropna(subset="covered").groupby("outcome"):
        assert len(each) >= 40
        assert each["covered"].mean() >= 0.78, outcome
    output = rows[rows["outcome"].eq("output")]
    assert output["error"].mean() == pytest.approx(0.0, abs=0.2)
    share = output["alarm"].mean()
    assert share <= 0.22 if fall == "no fall" else share >= 0.15
