"""Coverage: the state of every team, how voids began, and what happened around them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.coverage import FALLS, measure, simulate_teams
from workbench.analyses.coverage import BEGINNINGS, STATES, measure_coverage
from workbench.analyses.promotions import find_promotions
from workbench.analyses.team_effect import measure_team_effects
from workbench.errors import InputError, SettingsError

TRACKS = {"e": "engineer", "t": "technical_leadership", "m": "management", "o": "other", "?": None}
CYCLES = ("2023H1", "2023H2", "2024H1", "2024H2")
FEW = {"team_window": 1, "min_similar_teams": 4}


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


def same(one, other):
    for name in ("teams", "by_cycle", "voids", "members"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.notes == other.notes


# ---------------------------------------------------------------------------- states


def test_a_pair_is_a_technical_leader_and_a_people_manager():
    row = team_of(measure_coverage(company(("a", "Search", "ett"), ("b", "Search", "eee"))))
    assert row["people_managers"] == ("boss",)
    assert row["technical_leaders"] == ("a",)
    assert (row["covered"], row["since"], row["state"]) == (True, "2023H2", "pair")
    assert row["n_people"] == 2
    assert row["reason"].startswith("It has a people manager and, since 2023H2, a technical leader")


@pytest.mark.parametrize(
    ("people", "state", "covered"),
    [
        ([("a", "Search", "t", None), ("b", "Search", "e", None)], "not_known", True),
        ([("a", "Search", "e"), ("b", "Search", "e")], "no_technical_leader", False),
        (
            [("a", "Search", "e", None), ("b", "Ads", "e"), ("c", "Search", "o", None)],
            "neither",
            False,
        ),
        ([("a", "Search", "t", None), ("b", "Ads", "e")], "no_people_manager", True),
        ([("a", "Search", "t", None), ("b", "Search", "e", "a")], "no_people_manager", True),
        ([("a", "Search", "e"), ("b", "Search", "?")], "not_known", pd.NA),
        ([("a", "Search", "t"), ("b", "Search", "?")], "pair", True),
        # Nobody is known to manage anybody, so nothing can be said to be lacking but the leader.
        ([("a", "Search", "e", None)], "no_technical_leader", False),
    ],
)
def test_each_state(people, state, covered):
    row = team_of(measure_coverage(company(*people)))
    assert row["state"] == state
    assert row["covered"] is pd.NA if covered is pd.NA else row["covered"] == covered
    assert state in {each.name for each in STATES}


def test_a_void_of_one_cycle_between_two_with_a_leader_shows_by_cycle():
    coverage = measure_coverage(company(("a", "Search", "tet"), ("b", "Search", "eee")))
    assert coverage.by_cycle["state"].tolist() == ["pair", "no_technical_leader", "pair"]
    assert coverage.by_cycle["covered"].tolist() == [True, False, True]
    assert team_of(coverage)["since"] == "2024H1"
    assert coverage.voids.empty


def test_unknown_titles_are_never_a_void():
    reviews = company(("a", "Search", "e??"), ("b", "Search", "?ee"))
    coverage = measure_coverage(reviews.drop(columns="track"))
    assert coverage.teams["state"].tolist() == ["not_known"]
    assert coverage.teams["covered"].isna().all()
    assert coverage.voids.empty
    assert "neither tracks nor job titles" in coverage.notes[0]


def test_a_director_and_their_managers_are_no_team():
    reviews = company(("m", "Board", "m", "d"), ("n", "Board", "m", "d"), ("a", "Search", "e", "m"))
    coverage = measure_coverage(reviews)
    assert coverage.teams["team"].tolist() == ["Search"]
    assert any("nobody in it is in a technical job: 1 team." in each for each in coverage.notes)


def test_a_team_that_vanished_is_in_its_cycles_and_not_in_the_latest():
    coverage = measure_coverage(company(("a", "Search", "te-"), ("b", "Ads", "eee")))
    assert coverage.teams["team"].tolist() == ["Ads"]
    assert coverage.by_cycle["team"].tolist() == ["Ads"] * 3 + ["Search"] * 2
    assert any("Not there any more in the latest cycle: 1 team." in each for each in coverage.notes)


def test_a_team_that_is_new_has_been_without_since_it_is_there():
    coverage = measure_coverage(company(("a", "Search", "--ee"), ("b", "Ads", "eeee")))
    assert team_of(coverage)["since"] == "2024H1"
    assert void_of(coverage)["began_with"] == "always"


def test_on_leave_the_seat_is_kept_and_it_is_said():
    reviews = company(("a", "Search", "tt"), ("b", "Search", "ee"))
    away = reviews["person_id"].eq("a") & reviews["cycle"].eq("2023H2")
    row = team_of(measure_coverage(reviews.assign(leave_share=np.where(away, 1.0, 0.0))))
    assert row["covered"]
    assert row["reason"].endswith("Its technical leader is on leave for the whole of 2023H2.")


def test_members_say_who_is_in_which_seat():
    reviews = company(("a", "Search", "t", "m"), ("b", "Search", "e", "m"), ("m", "Search", "m"))
    members = measure_coverage(reviews).members
    assert members["team"].eq("Search").all()
    assert dict(zip(members["person_id"], members["seat"], strict=True)) == {
        "a": "technical_leader",
        "b": "member",
        "m": "people_manager",
    }
    alone = measure_coverage(company(("a", "Search", "t", None), ("b", "Search", "e", "a"))).members
    assert alone.loc[alone["person_id"].eq("a"), "seat"].tolist() == ["both"]


# ---------------------------------------------------------------------------- how a void began


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


def test_the_promotion_of_another_engineer_is_not_the_beginning():
    void = void_of(strongest(0.0))
    assert (void["began_with"], void["person_id"], void["event_cycle"]) == ("always", None, None)
    assert "the first cycle in which the team is seen" in void["reason"]


def test_what_is_before_a_cycle_that_is_not_known_is_not_known():
    reviews = company(("a", "Search", "e?ee"), ("b", "Search", "-?ee"), ("c", "Search", "eeee"))
    void = void_of(measure_coverage(reviews))
    assert (void["since"], void["began_with"]) == ("2024H1", "other")
    assert "whether it had one in the cycle before is not known" in void["reason"]


# ---------------------------------------------------------------------------- outcomes

SIMILAR = ((0.0, 0.1), (1.0, 0.4), (2.0, 1.1), (3.0, 1.4))
LOST = (2.0, 0.0)


def two_cycles(*, track="engineer", leaves=True, members=5):
    """The company of the tests of led teams: the leader X of team 0 is there only before."""
    rows = []
    for team, levels in enumerate([LOST, *SIMILAR]):
        for cycle, level in zip(CYCLES[:2], levels, strict=True):
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
        # Where people really leave, their number scatters more than in the teams compared with.
        if outcome != "retention" or fall == "no fall":
            assert each["covered"].mean() >= 0.78, outcome
    output = rows[rows["outcome"].eq("output")]
    assert output["error"].mean() == pytest.approx(0.0, abs=0.2)
    share = output["alarm"].mean()
    assert share <= 0.22 if fall == "no fall" else share >= 0.15


# ---------------------------------------------------------------------------- the frame


def test_the_order_of_rows_and_what_is_protected_change_nothing():
    world = simulate_teams(3, teams=12, fall=1.0)
    reviews = world.reviews.assign(gender="x", age=30, salary=1.0)
    before = reviews.copy()
    one = measure_coverage(reviews)
    pd.testing.assert_frame_equal(reviews, before)
    shuffled = world.reviews.sample(frac=1.0, random_state=1)
    same(one, measure_coverage(shuffled.assign(gender="y", age=60, salary=9.0)))


def test_repeated_rows_change_nothing():
    reviews = simulate_teams(3, teams=12).reviews
    same(measure_coverage(reviews), measure_coverage(pd.concat([reviews, reviews])))


def test_cycles_can_be_numbers_and_people_too():
    reviews = company(("a", "Search", "te"), ("b", "Search", "ee"))
    numbers = reviews.assign(
        cycle=reviews["cycle"].map({"2023H1": 1, "2023H2": 2}),
        person_id=reviews["person_id"].map({"a": 1, "b": 2}),
        manager=9,
    )
    coverage = measure_coverage(numbers)
    assert void_of(coverage)["since"] == 2
    assert void_of(coverage)["person_id"] == 1
    assert coverage.teams["people_managers"].tolist() == [(9,)]


@pytest.mark.parametrize(
    "reviews",
    [
        company(),
        company(("a", "Search", "e")).head(0),
        company(("a", None, "e", None)),
        company(("a", "Search", "e"))[["person_id", "cycle"]],
        company(("m", "Search", "m", None)),
    ],
)
def test_where_there_is_no_team_the_frames_are_empty_and_have_their_columns(reviews):
    coverage = measure_coverage(reviews)
    full = measure_coverage(company(("a", "Search", "te"), ("b", "Search", "ee")))
    for name in ("teams", "by_cycle", "voids", "members"):
        found = getattr(coverage, name)
        assert found.empty
        assert list(found) == list(getattr(full, name))


def test_what_is_lacking_is_said():
    with pytest.raises(InputError, match="person_id"):
        measure_coverage(pd.DataFrame({"cycle": [1], "track": ["engineer"]}))
    with pytest.raises(SettingsError, match="team_window"):
        measure_coverage(company(("a", "Search", "e")), team_window=0)


letters = st.lists(st.text("etmo?-", min_size=4, max_size=4), min_size=1, max_size=7)
places = st.lists(
    st.tuples(*[st.sampled_from(["Search", "Ads", None])] * 4), min_size=7, max_size=7
)


@given(letters, places, st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_the_sheet_holds_the_frames_agree(tracks, teams, managers):
    people = [(f"P{i}", teams[i], each, f"P{i // 2}") for i, each in enumerate(tracks)]
    reviews = company(*people)
    coverage = measure_coverage(reviews if managers else reviews.drop(columns="manager"))
    by_cycle, now = coverage.by_cycle, coverage.teams
    assert not by_cycle.duplicated(["team", "cycle"]).any()
    assert (by_cycle["n_people"] > 0).all()
    led = by_cycle["technical_leaders"].map(len) > 0
    assert by_cycle.loc[led, "covered"].all()
    assert not by_cycle.loc[~led, "covered"].fillna(False).any()
    pair = by_cycle["state"].eq("pair")
    assert (by_cycle.loc[pair, "people_managers"].map(len) > 0).all()
    assert coverage.voids["team"].tolist() == now.loc[now["covered"].eq(False), "team"].tolist()
    latest = by_cycle[by_cycle["cycle"].eq(reviews["cycle"].max())].reset_index(drop=True)
    shared = ["team", "people_managers", "technical_leaders", "n_people", "covered", "state"]
    pd.testing.assert_frame_equal(now[shared], latest[shared])
