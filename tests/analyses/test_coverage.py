"""Coverage: the state of every team, how voids began, and what happened around them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.coverage import simulate_teams
from workbench.analyses.coverage import STATES, measure_coverage
from workbench.errors import InputError, SettingsError

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


def test_a_team_that_is_left_with_managers_alone_is_still_there():
    coverage = measure_coverage(company(("a", "Search", "em"), ("b", "Ads", "ee")))
    assert coverage.teams["team"].tolist() == ["Ads"]
    assert not any("Not there any more" in each for each in coverage.notes)
    assert any("nobody in it is in a technical job: 1 team." in each for each in coverage.notes)


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
