"""Reasons, cautions and what is missing: text that says the person's own numbers."""

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.candidates import cluster_candidates
from workbench.analyses.resemblance.roles import SIGNALS

TEACHER = "p003"


@pytest.fixture
def signals() -> pd.DataFrame:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 7)), columns=list(SIGNALS))
    frame.loc[3, list(SIGNALS)] = [1.0, 1.5, -0.5, -0.5, 9.0, 1.3, -0.5]
    frame.insert(0, "person_id", [f"p{place:03d}" for place in range(60)])
    return frame


def standing(
    measure: str, signal: str, shares: list[float], *, label: str = "", is_count: bool = True
) -> pd.DataFrame:
    cycles = [f"{2020 + place}H1" for place in range(len(shares))]
    return pd.DataFrame(
        {
            "person_id": TEACHER,
            "cycle": cycles,
            "measure": measure,
            "label": label or measure,
            "signal": signal,
            "is_count": is_count,
            "share_below": shares,
            "cohort": "Backend, L3",
        }
    )


def person(signals: pd.DataFrame, **more: pd.DataFrame | float) -> pd.Series:
    members = cluster_candidates(signals, **more).members
    return members.set_index("person_id").loc[TEACHER]


def test_reasons_are_the_measures_of_the_role_with_their_course(signals: pd.DataFrame) -> None:
    standings = pd.concat(
        [
            standing("talks", "team_learning", [0.1, 0.9, 0.93, 0.95, 0.97]),
            standing("mentees", "team_learning", [0.9, 0.4, 0.7, 0.8]),
            standing("rework", "durable_solutions", [0.66], is_count=False),
            standing("prototypes", "prototypes_ahead", [1.0, 1.0, 1.0]),
            standing("escalations", "customer_rescue", [0.1, 0.2]),
        ]
    )
    row = person(signals, standings=standings)
    assert row["role"] == "Lead Engineer"
    assert row["reasons"].split("; ") == [
        "talks: higher than 94 % of Backend, L3, above the middle in all of the last four cycles",
        # The first of its four cycles lies before the last four of all.
        "mentees: higher than 70 % of Backend, L3, above the middle in two of the last three "
        "cycles",
    ]


def test_a_value_is_better_and_a_single_cycle_is_said(signals: pd.DataFrame) -> None:
    standings = standing("rework", "durable_solutions", [0.66], is_count=False)
    assert person(signals, standings=standings)["reasons"] == (
        "rework: better than 66 % of Backend, L3, in the one cycle that is known"
    )


def test_a_semicolon_of_the_sheet_does_not_break_a_reason_in_two(signals: pd.DataFrame) -> None:
    standings = standing("talks", "team_learning", [0.9], label="talks; internal")
    standings = standings.assign(cohort="Data; ML")
    assert person(signals, standings=standings)["reasons"] == (
        "talks, internal: higher than 90 % of Data, ML, in the one cycle that is known"
    )


def test_a_measure_that_bears_on_two_signals_is_one_reason(signals: pd.DataFrame) -> None:
    standings = pd.concat(
        [standing("reviews", signal, [0.8, 0.8]) for signal in ("team_learning", "customer_rescue")]
    )
    assert person(signals, standings=standings)["reasons"].count("reviews") == 1


def test_without_a_standing_that_counts_the_signals_speak(signals: pd.DataFrame) -> None:
    below = standing("talks", "team_learning", [0.2, 0.1])
    assert person(signals, standings=below)["reasons"].startswith("team learning: higher than 98 %")
    empty = below.head(0)
    assert person(signals, standings=empty)["reasons"] == person(signals)["reasons"]


def test_a_signal_on_one_count_is_a_caution_where_the_role_weighs_it(
    signals: pd.DataFrame,
) -> None:
    evidence = pd.DataFrame(
        {
            "person_id": TEACHER,
            "signal": ["team_learning", "prototypes_ahead", "customer_rescue"],
            "rests_on": ["talks", "prototypes", "escalations"],
            "one_count": [True, True, False],
        }
    )
    row = person(signals, evidence=evidence)
    assert row["caution"] == "team learning rests on one activity count alone (talks)"
    assert person(signals)["caution"] == ""


def test_a_weighed_signal_that_is_not_known_is_a_caution(signals: pd.DataFrame) -> None:
    signals.loc[3, "customer_rescue"] = np.nan
    assert person(signals)["caution"] == "not known: customer rescue"


def test_what_is_missing_for_the_next_rung(signals: pd.DataFrame) -> None:
    row = person(signals)
    assert row["next_role"] == "Software Architect"
    gaps = row["missing"].split("; ")
    assert any(gap.startswith("long-term design: higher than") for gap in gaps)
    assert not any("team learning" in gap for gap in gaps)


def test_reach_and_level_are_missing_where_they_are(signals: pd.DataFrame) -> None:
    signals.loc[3, list(SIGNALS)] = [0.0, 2.5, 0.9, 3.0, -1.0, 0.0, -0.5]
    signals["level"] = ["L4", "L5", "L6"] * 20
    signals.loc[3, "level"] = "L3"
    row = person(signals)
    assert (row["role"], row["next_role"]) == ("Software Architect", "Principal Architect")
    assert row["missing"].startswith("level: L5 or above, now L3; reach across teams")


def test_a_reach_that_is_too_low_never_reads_as_what_is_needed(signals: pd.DataFrame) -> None:
    signals.loc[3, list(SIGNALS)] = [0.0, 2.5, 0.9, 3.0, -1.0, 0.0, -0.5]
    # It is -0.24, which would be written like the -0.2 that are needed.
    assert "now -0.3" in person(signals, min_reach=-0.2)["missing"]


def test_evidence_that_most_have_is_missed(signals: pd.DataFrame) -> None:
    others = [each for each in signals["person_id"] if each != TEACHER]
    standings = pd.concat(
        [
            standing("docs", "long_term_design", [0.5], label="design documents").assign(
                person_id=each
            )
            for each in others
        ]
    )
    assert "no evidence of design documents" in person(signals, standings=standings)["missing"]
    signals.loc[3, "integration_foresight"] = np.nan
    assert "no evidence of integration foresight" in person(signals)["missing"]


def test_no_text_assumes_a_gender(signals: pd.DataFrame) -> None:
    members = cluster_candidates(signals).members
    texts = members[["reasons", "missing", "caution"]].to_numpy(str).ravel()
    assert not {"he", "she", "his", "her", "him"} & set(" ".join(texts).casefold().split())
