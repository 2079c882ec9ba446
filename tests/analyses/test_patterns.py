import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analyses.decline import find_declines
from workbench.analyses.patterns import PATTERNS, describe_patterns
from workbench.analyses.team_effect import measure_team_effects
from workbench.errors import InputError, SettingsError
from workbench.samples import make_company

NAMES = [pattern.name for pattern in PATTERNS]
FELL = {"effect": -1.5, "low": -2.0, "high": -1.0, "flagged": True}
HELD = {"effect": 0.0, "low": -0.6, "high": 0.6, "flagged": False}
UNSURE = {"effect": -0.4, "low": -1.6, "high": 0.8, "flagged": False}

FILLED = {"technical_leader": True, "technical_leader_since": "2023H2"}
VOID = {"technical_leader": False}
CONTENT = {
    "own_engagement_change": 0.1,
    "own_engagement_low": -0.5,
    "own_engagement_high": 0.7,
}
UNHAPPY = {
    "own_engagement_change": -0.9,
    "own_engagement_low": -1.5,
    "own_engagement_high": -0.3,
}
WELL_RATED = {"lead_rating": 0.6, "lead_rating_n": 20}
WEAK = {"lead_rating": 0.1, "lead_rating_n": 20}
TEAM_FELL = {"team_output_change": -0.5, "team_output_low": -0.9, "team_output_high": -0.1}
TEAM_MAY = {"team_output_change": -0.5, "team_output_low": -1.1, "team_output_high": 0.1}
MOOD_FELL = {
    "team_engagement_change": -0.5,
    "team_engagement_low": -0.9,
    "team_engagement_high": -0.1,
}


def describe(found, pattern, situation, **thresholds):
    """Describe one person."""
    flags = pd.DataFrame(
        [{"person_id": "E1", "cycle": "2023H1", "pattern": pattern, "reason": "R.", **found}]
    )
    situations = pd.DataFrame([{"person_id": "E1", "cycle": "2023H1", **situation}])
    return describe_patterns(flags, situations, **thresholds).loc[0]


# ---------------------------------------------------------------------------- which pattern


@pytest.mark.parametrize("spelled", ["lasting_drop", "gave_up_technical_work"])
@pytest.mark.parametrize(
    ("situation", "pattern", "worth"),
    [
        (VOID | CONTENT | WELL_RATED, "gave_up_technical_work", 1),
        (VOID | UNHAPPY | WELL_RATED, "gave_up_technical_work", 2),
        (VOID | UNHAPPY | WEAK, "does_both_poorly", 3),
        (FILLED | CONTENT | WEAK, "does_both_poorly", 1),
        (VOID | TEAM_FELL, "does_both_poorly", 1),
        (FILLED | MOOD_FELL, "does_both_poorly", 0),
        (VOID | TEAM_MAY, "gave_up_technical_work", 1),
        (FILLED | CONTENT | WELL_RATED, "supported_transition", 0),
        (FILLED, "supported_transition", 0),
        # Somebody who is less content is something to mend, whoever leads technically.
        (FILLED | UNHAPPY, "gave_up_technical_work", 1),
        (CONTENT, "gave_up_technical_work", 0),
    ],
)
def test_a_drop_is_described_by_what_else_is_known(spelled, situation, pattern, worth):
    row = describe(FELL, spelled, situation)
    assert (row["pattern"], row["worth_discussing"]) == (pattern, worth)


@pytest.mark.parametrize(
    ("found", "situation", "pattern"),
    [
        (HELD, {"direct_reports": 9}, "does_both_jobs"),
        (HELD, {"fte": 1.1}, "does_both_jobs"),
        (HELD, UNHAPPY, "does_both_jobs"),
        (HELD, {"direct_reports": 7, "fte": 1.0} | CONTENT, "not_distinguishable"),
        (HELD, {}, "not_distinguishable"),
        (HELD, VOID | WEAK, "not_distinguishable"),
        (UNSURE, {"direct_reports": 9}, "not_enough_evidence"),
        (UNSURE, UNHAPPY, "not_enough_evidence"),
        (UNSURE, {}, "not_distinguishable"),
    ],
)
def test_output_that_held_must_have_been_seen_to_hold(found, situation, pattern):
    row = describe(found, "not_distinguishable", situation)
    assert row["pattern"] == pattern
    assert ("not enough evidence to say that output held" in row["reason"]) == (
        pattern == "not_enough_evidence"
    )
    assert ("Output held: the interval leaves out a drop of 1.0 SD." in row["reason"]) == (
        pattern == "does_both_jobs"
    )


@pytest.mark.parametrize("pattern", ["transient", "too_new", "not_enough_evidence", "new_one"])
def test_other_patterns_stay_what_they_are(pattern):
    row = describe(FELL, pattern, VOID | UNHAPPY | WEAK | {"direct_reports": 20})
    assert row["pattern"] == pattern
    assert row["worth_discussing"] == 3


def test_thresholds_are_thresholds():
    load = {"direct_reports": 8}
    assert describe(HELD, "not_distinguishable", load)["pattern"] == "does_both_jobs"
    lighter = describe(HELD, "not_distinguishable", load, heavy_load=9)
    assert lighter["pattern"] == "not_distinguishable"
    # The interval ends at -0.6: above -0.7 it counts as held, above -0.5 it does not.
    unsure = describe(HELD, "not_distinguishable", load, held_above=-0.5)
    assert unsure["pattern"] == "not_enough_evidence"
    held = describe(HELD, "not_distinguishable", load, held_above=-0.7)
    assert held["pattern"] == "does_both_jobs"
    rated = {"lead_rating": 0.25, "lead_rating_n": 20}
    assert describe(FELL, "lasting_drop", rated)["worth_discussing"] == 1
    assert describe(FELL, "lasting_drop", rated, weak_lead_rating=0.2)["worth_discussing"] == 0
    with pytest.raises(SettingsError, match="held_above"):
        describe(HELD, "lasting_drop", {}, held_above=1.0)


# ---------------------------------------------------------------------------- what the reason says


def test_the_reason_keeps_the_numbers_and_says_what_is_there_and_what_is_not():
    reason = describe(FELL, "lasting_drop", VOID | CONTENT | WEAK | TEAM_FELL)["reason"]
    assert reason == (
        "R. The team has no technical leader. "
        "Lead ratings are weak: above 10 % of 20 other managers. "
        "No fall of own engagement beyond that of others can be seen (interval -0.5 to 0.7). "
        "The team's output fell by 0.5 SD more than in similar teams (interval -0.9 to -0.1)."
    )


def test_what_is_not_known_is_said_and_not_counted():
    row = describe(FELL, "lasting_drop", {})
    assert row["reason"] == (
        "R. Not known for lack of data: a technical leader in the team, own engagement, "
        "lead ratings."
    )
    assert pd.isna(row["worth_discussing"])


def test_lead_ratings_among_few_managers_are_not_known():
    row = describe(FELL, "lasting_drop", VOID | {"lead_rating": 0.0, "lead_rating_n": 4})
    assert (row["pattern"], row["worth_discussing"]) == ("gave_up_technical_work", 1)
    assert "lead ratings" in row["reason"]


def test_a_technical_leader_is_named_with_since_when():
    assert (
        "A technical leader has been in the team since 2023H2."
        in describe(FELL, "lasting_drop", FILLED)["reason"]
    )
    assert (
        "A technical leader is in the team."
        in describe(FELL, "lasting_drop", {"technical_leader": True})["reason"]
    )


def test_nobody_is_called_anything():
    every = [
        describe(found, pattern, first | second | third)["reason"]
        for found in (FELL, HELD, UNSURE)
        for pattern in ("lasting_drop", "not_distinguishable", "transient")
        for first in (VOID, FILLED, {})
        for second in (UNHAPPY, CONTENT, {})
        for third in (WEAK, TEAM_FELL, {"direct_reports": 12}, {})
    ]
    words = " ".join([*every, *(f"{each.label} {each.meaning}" for each in PATTERNS)])
    assert not re.search(r"fail|poor|incompetent|bad|unhappy", words, re.IGNORECASE)
    assert "  " not in words


def test_the_patterns_have_words():
    assert len(set(NAMES)) == len(PATTERNS)
    assert set(NAMES) == {
        "gave_up_technical_work",
        "does_both_jobs",
        "does_both_poorly",
        "supported_transition",
        "transient",
        "not_distinguishable",
        "too_new",
        "not_enough_evidence",
    }
    for pattern in PATTERNS:
        assert pattern.label
        assert not pattern.label.endswith(".")
        assert pattern.meaning.endswith(".")


# ---------------------------------------------------------------------------- the frames


def test_rows_columns_and_index_stay_and_nothing_is_written_into_them():
    flags = pd.DataFrame(
        {
            "person_id": ["b", "a", "b"],
            "cycle": ["2", "1", "1"],
            "effect": [-1.0, 0.0, np.nan],
            "low": [-1.5, -0.5, np.nan],
            "high": [-0.5, 0.5, np.nan],
            "flagged": [True, False, False],
            "pattern": ["lasting_drop", "not_distinguishable", "too_new"],
            "reason": ["one.", "two.", "three."],
            "detectable_drop": [1.0, 2.0, 3.0],
        },
        index=[7, 3, 5],
    )
    situations = pd.DataFrame(
        {"person_id": ["b", "c"], "cycle": ["2", "9"], "technical_leader": [True, False]}
    )
    copies = flags.copy(), situations.copy()
    described = describe_patterns(flags, situations)
    pd.testing.assert_frame_equal(flags, copies[0])
    pd.testing.assert_frame_equal(situations, copies[1])
    assert described.index.tolist() == [7, 3, 5]
    assert described.columns.tolist() == [*flags.columns, "worth_discussing"]
    # Only the promotion of b in 2 has a situation, not that in 1.
    assert described["worth_discussing"].isna().tolist() == [False, True, True]
    kept = ["person_id", "cycle", "effect", "low", "high", "flagged", "detectable_drop"]
    pd.testing.assert_frame_equal(described[kept], flags[kept])


def test_what_cannot_be_read_is_refused_with_what_to_do():
    flags = pd.DataFrame(columns="person_id cycle low flagged pattern reason".split())
    situations = pd.DataFrame(columns=["person_id", "cycle"])
    assert describe_patterns(flags, situations).empty
    with pytest.raises(InputError, match="lack reason"):
        describe_patterns(flags.drop(columns="reason"), situations)
    with pytest.raises(InputError, match="situations have the columns"):
        describe_patterns(flags, situations.drop(columns="cycle"))
    twice = pd.DataFrame({"person_id": ["a", "a"], "cycle": ["1", "1"]})
    with pytest.raises(InputError, match="promotion of a in 1 is there twice"):
        describe_patterns(flags, twice)


cells = st.one_of(
    st.none(),
    st.just(pd.NA),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-3, 30),
    st.sampled_from(["", "x", "0.5", True, False]),
)
known = sorted({*FILLED, *UNHAPPY, *WEAK, *TEAM_FELL, *MOOD_FELL, "direct_reports", "fte"})
known.remove("technical_leader")


@given(
    st.dictionaries(st.sampled_from(known), cells),
    st.sampled_from([True, False, None, pd.NA, np.nan]),
    st.sampled_from([*NAMES, "lasting_drop", "", None]),
    st.floats(allow_nan=True, allow_infinity=True),
)
def test_any_situation_gives_a_pattern_and_a_reason(situation, leader, pattern, low):
    row = describe(
        {"low": low, "flagged": False}, pattern, situation | {"technical_leader": leader}
    )
    assert row["pattern"] in {*NAMES, ""}
    assert row["reason"].startswith("R. ")
    assert pd.isna(row["worth_discussing"]) or 0 <= row["worth_discussing"] <= 3


def test_a_sample_company_is_described_from_end_to_end():
    tables = make_company(people=200, cycles=7, seed=3).tables
    names = {
        "Employee ID": "person_id",
        "Review Cycle": "cycle",
        "Job Title": "title",
        "Team": "team",
        "Manager ID": "manager",
        "Engagement Score": "engagement",
        "Commits": "technical_output",
    }
    reviews = tables["Reviews"].rename(columns=names)[list(names.values())]
    titles = reviews["title"].eq("Engineering Manager")
    led = reviews[titles].groupby("person_id")["cycle"].min()
    promotions = led[led > "2021H1"].rename("cycle").reset_index()
    effects = measure_team_effects(reviews, promotions)
    flags = find_declines(reviews, promotions).flags
    described = describe_patterns(flags, effects.situations)
    assert set(described["pattern"]) <= set(NAMES)
    assert described["worth_discussing"].notna().sum() > len(described) / 2
    assert effects.teams["effect"].notna().any()
